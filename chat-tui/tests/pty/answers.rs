//! What the terminal is asked at the start, and what it answers: never seen, never typed, nothing typed is lost.

use crate::SIZE;
use crate::terminal::{Home, Terminal, chat};
use crate::{opener, serve};

const BACKGROUND: &str = "\x1b]11;rgb:0000/0000/0000\x1b\\";
const DEVICE: &str = "\x1b[?62;22c";

fn prompt(home: &Home) -> Terminal {
    Terminal::start(chat(home, &["--name", "alice"]), SIZE)
}

#[test]
fn what_is_typed_before_and_between_the_answers_is_kept_in_its_order() {
    let home = Home::new();
    let mut terminal = prompt(&home);

    terminal.keys(&format!("w\x1b[2;3Rx{BACKGROUND}y{DEVICE}z"));

    terminal.shows("WXYZ");
}

#[test]
fn an_answer_that_comes_too_late_is_not_typed() {
    let home = Home::new();
    let mut terminal = prompt(&home);
    terminal.shows("a code, or an invite");

    terminal.keys(&format!("w\x1b[2;3R{BACKGROUND}x{DEVICE}yz"));

    terminal.shows("WXYZ");
}

#[test]
fn what_a_terminal_answers_is_kept_for_later_runs() {
    let home = Home::new();
    let mut terminal = prompt(&home);
    terminal.keys(&format!("{}{BACKGROUND}{DEVICE}", "\x1b[2;3R".repeat(8)));
    terminal.shows("a code, or an invite");

    terminal.keys("\x1b");
    assert_eq!(terminal.ends().0, 0);

    let kept = std::fs::read_to_string(home.path().join(".local/state/chat/terminals")).unwrap();
    assert!(kept.starts_with("chat terminals 1\nxterm-256color"), "{kept}");
}

/// Marks stand in one column, whatever stands before them.
#[test]
fn no_glyph_tears_a_row() {
    let (home, served) = (Home::new(), serve());
    let (mut alice, _) = opener(&home, &served, "alice");
    let clusters = [
        "plain",
        "😀 a",
        "☺\u{fe0f} b",
        "1\u{fe0f}\u{20e3} c",
        "🇪🇺 d",
        "👨\u{200d}👩\u{200d}👧 e",
        "👍🏽 f",
        "界 g",
        "─ h",
        "नि i",
    ];
    for cluster in clusters {
        alice.keys(&format!("{cluster}\r"));
    }

    alice.until("a mark behind each, in one column", |screen| {
        let marks = (0..SIZE.1).filter_map(|row| {
            (0..SIZE.0).find(|column| screen.cell(row, *column).is_some_and(|cell| cell.contents() == "✓"))
        });
        let marks: Vec<u16> = marks.collect();
        marks.len() == clusters.len() && marks.iter().all(|column| *column == marks[0])
    });
}
