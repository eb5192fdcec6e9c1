//! What messages look like: formatting, on screens of three sizes.

use crate::scene::{Scene, message};
use ratatui::style::Modifier;

const BOB: (u64, &str) = (2, "bob");
const CAROL: (u64, &str) = (3, "carol");

fn formatted(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.happens(3, BOB, message("# release\nit is **ready to be looked at**, see `cargo xtask release --dry-run`"));
    scene.happens(
        3,
        BOB,
        message("- first, the notes that nobody has read so far\n- then *all* the rest\n1. tag\n2. push"),
    );
    let code = "look:\n```rust\nfn main() {\n    println!(\"**hello**, {}\", std::env::args().nth(1).unwrap_or_default());\n}\n```\nis it?";
    scene.happens(4, CAROL, message(code));
    scene.happens(5, CAROL, message("> what do we do about *.rs and snake_case in what somebody else wrote?\nnothing"));
    scene
}

#[test]
fn formatted_messages_at_110_columns() {
    insta::assert_snapshot!(formatted(110, 26).screen(), @r#"
     AB3Z  release planning                 3 here   anyone with the code   in memory, operator can read   ● 2 ms

     ───────────────────────────  Sunday, 22 November 2026  ───────────────────────────   HERE
     14:03           bob  # release                                                       ● alice  you
                          it is ready to be looked at, see cargo xtask release            ● bob
                          --dry-run                                                       ● carol
     14:03                • first, the notes that nobody has read so far
                          • then all the rest                                             LEFT
                          1. tag                                                          ○ dave
                          2. push
                                                                                          F9 speak alone
     14:04         carol  look:
                           rust
                           fn main() {
                               println!("**hello**, {}", std::env::args().nth(1).unw
                          ↳rap_or_default());
                           }
                          is it?
     14:05                ▎ what do we do about *.rs and snake_case in what somebody
                          ▎ else wrote?
                          nothing


    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
     › write a message
                   Enter send · Alt-Enter new line · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn formatted_messages_at_80_columns() {
    insta::assert_snapshot!(formatted(80, 28).screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:03           bob  # release                               ● alice  you
                          it is ready to be looked at, see        ● bob
                          cargo xtask release --dry-run           ● carol
     14:03                • first, the notes that nobody has
                            read so far                           LEFT
                          • then all the rest                     ○ dave
                          1. tag
                          2. push                                 F9 speak alone

     14:04         carol  look:
                           rust
                           fn main() {
                               println!("**hello**, {}", std
                          ↳::env::args().nth(1).unwrap_or_de
                          ↳fault());
                           }
                          is it?
     14:05                ▎ what do we do about *.rs and
                          ▎ snake_case in what somebody else
                          ▎ wrote?
                          nothing

    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn formatted_messages_at_44_columns() {
    insta::assert_snapshot!(formatted(44, 40).screen(), @r#"
     AB3Z  release plann…  3 here  open  ● 2 ms

     ───────  Sunday, 22 November 2026  ───────
     14:03  bob
            # release
            it is ready to be looked at, see
            cargo xtask release --dry-run
     14:03  • first, the notes that nobody
              has read so far
            • then all the rest
            1. tag
            2. push

     14:04  carol
            look:
             rust
             fn main() {
                 println!("**hello**, {}", s
            ↳td::env::args().nth(1).unwrap_o
            ↳r_default());
             }
            is it?
     14:05  ▎ what do we do about *.rs and
            ▎ snake_case in what somebody
            ▎ else wrote?
            nothing











    ────────────────────────────────────────────
     › write a message
           Alt-Up select · / commands · F1 help
    "#);
}

#[test]
fn code_stands_on_its_own_ground_to_the_end_of_the_text() {
    let scene = formatted(80, 28);
    let row = scene.row("println!").unwrap() as u16;
    let buffer = scene.buffer();

    let grounds: Vec<_> = (22..57).map(|x| buffer[(x, row)].bg).collect();
    assert!(grounds.iter().all(|ground| *ground == grounds[0]));
    assert_ne!(buffer[(21, row)].bg, grounds[0]);
    assert_ne!(buffer[(22, row - 2)].bg, buffer[(22, row - 3)].bg);
}

#[test]
fn bold_stays_bold_on_its_next_row() {
    let mut scene = Scene::room(44, 24);
    scene.happens(3, BOB, message("plain **bold that needs more than one row of this window**"));

    let is_bold = |word: &str| {
        let row = scene.row(word).unwrap();
        let at = scene.screen().lines().nth(row).unwrap().find(word).unwrap() as u16;
        scene.buffer()[(at, row as u16)].modifier.contains(Modifier::BOLD)
    };
    assert!(is_bold("bold that") && is_bold("of this") && !is_bold("plain"));
}

#[test]
fn formatting_reaches_no_column_of_times_and_names() {
    for (columns, from) in [(80, 22), (44, 8), (25, 2)] {
        let mut scene = Scene::room(columns, 30);
        scene.happens(3, BOB, message("```never\nnever\n```\n> never\n# never\n- never\n1. never\n**✗ never**"));

        let forged: Vec<_> = scene.screen().lines().filter(|row| row.contains("never")).map(str::to_owned).collect();
        assert_eq!(forged.len(), 7, "{}", scene.screen());
        assert!(forged[1..].iter().all(|row| row.chars().take(from).all(|c| c == ' ')), "{forged:#?}");
    }
}
