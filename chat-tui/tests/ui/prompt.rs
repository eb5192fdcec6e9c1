//! From the prompt into a room, and what keeps somebody out of it.

use crate::scene::{Scene, code, hosted, joined, nick, rows_of, start, up};
use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_tui::effect::Effect;
use chat_tui::event::HostEvent;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::screen::prompt::Focus;
use chat_tui::state::{Screen, Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode, MouseButton, MouseEventKind};
use std::time::Duration;

fn dial(server: &str, name: &str) -> Effect {
    Effect::Dial { server: server.into(), key: None, name: nick(name) }
}

fn no_server() -> LinkEvent {
    LinkEvent::Down {
        trouble: Trouble::NoServer("no server answers at localhost:7000".into()),
        retry_in: Duration::from_secs(1),
    }
}

fn name_taken() -> LinkEvent {
    LinkEvent::LoginRefused { sentence: "the name alice is taken".into(), free_name: Some(nick("alice-2")) }
}

/// Types a code into the prompt and goes.
fn joining(typed: &str) -> Scene {
    let mut scene = Scene::prompt();
    scene.says(typed);
    scene
}

#[test]
fn the_prompt_asks_for_a_name_a_room_and_a_server() {
    let scene = Scene::prompt();

    insta::assert_snapshot!(scene.screen(), @r#"
    ╭──────────────────────────────────────────────────────────╮
    │                                                          │
    │  chat   a room, four characters, that's all              │
    │                                                          │
    │  Name      alice                   Shift-Tab to change   │
    │                                                          │
    │  Room      a code, or an invite                          │
    │            no code? Create a room below                  │
    │  Server    localhost:7000                                │
    │                                                          │
    │            Join    Create a room    Private room         │
    │                                                          │
    │                                                          │
    │                                                          │
    ╰──────────────────────────────────────────────────────────╯

              Tab next   Enter go   F1 help   Esc quit
    "#);
}

#[test]
fn a_narrow_prompt_keeps_every_field_and_both_buttons() {
    let mut start = start();
    (start.around.columns, start.around.rows) = (40, 15);

    insta::assert_snapshot!(Scene::new(start).screen(), @r#"
    chat

    Name      alice   Shift-Tab to change

    Room      a code, or an invite
              no code? Create a room below
    Server    localhost:7000

              Join    Create    Private





         Tab next  Enter go  Esc quit
    "#);
}

#[test]
fn the_smallest_prompt_still_says_what_went_wrong() {
    let mut scene = joining("AB");

    scene.resize(20, 5);

    insta::assert_snapshot!(scene.screen(), @r#"
    Name    alice
    Room    AB
    Server  ost:7000
     Join    Create
    ✗ a room code has…
    "#);
}

#[test]
fn a_code_and_enter_dial_log_in_join_and_open_the_room() {
    let mut scene = joining("ab3z");
    assert_eq!(scene.effects(), [dial("localhost:7000", "alice")]);
    assert!(scene.shows("connecting to localhost:7000…"));

    scene.link(up());
    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("AB3Z"), None))]);

    scene.link(LinkEvent::Joined { asked: Asked::Join(code("AB3Z")), joined: joined() });
    assert_eq!(scene.state.screen, Screen::Room);
    assert!(scene.shows("AB3Z  release planning"));
}

#[test]
fn with_enough_flags_there_is_no_prompt() {
    let mut scene = Scene::new(Start { room: Wish::Create, ..start() });

    assert_eq!(scene.effects(), [dial("localhost:7000", "alice")]);
    assert!(scene.shows("opening a room at localhost:7000…"));
    scene.link(up());
    assert_eq!(scene.effects(), [Effect::Link(Command::Create(Door::Open, Keep::Default))]);
}

#[test]
fn what_is_wrong_with_what_was_typed_is_a_sentence() {
    let table = [
        ("", "AB3Z", "a name is needed, of letters, digits, - and _"),
        ("a/b", "AB3Z", "a name has only letters, digits, - and _ in it"),
        ("system", "AB3Z", "this name is reserved; take another"),
        ("alice", "", "a room code is needed: four characters, like AB3Z"),
        ("alice", "AB3", "a room code has four characters, like AB3Z"),
        ("alice", "AB30", "a room code has letters and the digits 2 to 9"),
    ];
    for (name, room, sentence) in table {
        let mut scene = Scene::new(Start { name: name.into(), ..start() });
        scene.state.prompt.focus = Focus::Room;

        scene.says(room);

        assert!(scene.shows(sentence), "{name:?} {room:?}\n{}", scene.screen());
        assert_eq!(scene.effects(), []);
    }
}

#[test]
fn an_error_is_about_its_field_and_goes_when_that_is_mended() {
    let mut scene = Scene::new(Start { room: Wish::Join("AB0Z".into()), ..start() });
    let ink_of = |scene: &Scene, text: &str| {
        let y = scene.row(text).expect("it is shown");
        let row = &rows_of(&scene.buffer())[y];
        let x = row[..row.find(text).expect("it is in that row")].chars().count();
        scene.buffer()[(x as u16, y as u16)].fg
    };
    let (name, code) = (ink_of(&scene, "alice"), ink_of(&scene, "AB0Z"));
    assert_ne!(name, code);

    scene.key(KeyCode::BackTab);

    assert_eq!((ink_of(&scene, "alice"), ink_of(&scene, "AB0Z")), (name, code));
    scene.types("x");
    assert!(scene.state.prompt.error.is_some(), "the code is still wrong");
    scene.key(KeyCode::Tab);
    scene.key(KeyCode::Backspace);
    assert_eq!(scene.state.prompt.error, None);
}

#[test]
fn an_invite_mends_the_fields_that_it_fills() {
    let mut scene = Scene::new(Start { room: Wish::Join("AB0Z".into()), ..start() });
    assert!(scene.state.prompt.error.is_some());

    scene.terminal(TerminalEvent::Paste("chat://chat.example.org/AB3Z".into()));

    assert_eq!((scene.state.prompt.room(), &scene.state.prompt.error), ("AB3Z", &None));
}

#[test]
fn a_wrong_code_among_the_flags_opens_the_prompt_with_the_error_and_the_values() {
    let scene = Scene::new(Start { room: Wish::Join("AB0Z".into()), ..start() });

    insta::assert_snapshot!(scene.screen(), @r#"
    ╭──────────────────────────────────────────────────────────╮
    │                                                          │
    │  chat   a room, four characters, that's all              │
    │                                                          │
    │  Name      alice                   Shift-Tab to change   │
    │                                                          │
    │  Room      AB0Z                                          │
    │                                                          │
    │  Server    localhost:7000                                │
    │                                                          │
    │            Join    Create a room    Private room         │
    │                                                          │
    │  ✗ a room code has letters and the digits 2 to 9, but    │
    │  never I, O, 0 or 1                                      │
    ╰──────────────────────────────────────────────────────────╯

              Tab next   Enter go   F1 help   Esc quit
    "#);
}

#[test]
fn a_room_that_is_not_there_is_said_in_the_prompt_and_the_link_is_kept() {
    let mut scene = joining("AB3Z");
    scene.link(up());
    scene.effects();

    let sentence = "no room AB3Z on this server".into();
    scene.link(LinkEvent::Refused { asked: Asked::Join(code("AB3Z")), sentence, free_name: None });
    assert!(scene.shows("✗ no room AB3Z on this server"));

    scene.ctrl('u');
    scene.says("CD4Y");
    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("CD4Y"), None))]);
}

#[test]
fn a_taken_name_offers_a_free_one_and_enter_takes_it() {
    let mut scene = joining("AB3Z");
    scene.effects();

    scene.link(name_taken());
    insta::assert_snapshot!(scene.screen(), @r#"
    ╭──────────────────────────────────────────────────────────╮
    │                                                          │
    │  chat   a room, four characters, that's all              │
    │                                                          │
    │  Name      alice                                         │
    │                                                          │
    │  Room      AB3Z                                          │
    │                                                          │
    │  Server    localhost:7000                                │
    │                                                          │
    │            Be alice-2    Join    Create    Private       │
    │                                                          │
    │  ✗ the name alice is taken                               │
    │                                                          │
    ╰──────────────────────────────────────────────────────────╯

              Tab next   Enter go   F1 help   Esc quit
    "#);

    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), [dial("localhost:7000", "alice-2")]);
    scene.link(up());
    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("AB3Z"), None))]);
}

#[test]
fn what_is_typed_in_place_of_the_offered_name_is_another_name() {
    let mut scene = joining("AB3Z");
    scene.link(name_taken());
    scene.effects();

    scene.types("bo");

    assert_eq!((scene.state.prompt.focus, scene.state.prompt.typed()), (Focus::Name, ("bo", 2)));
    assert!(!scene.shows("is taken") && !scene.shows("Be alice-2"), "{}", scene.screen());
    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), [dial("localhost:7000", "bo")]);
}

#[test]
fn a_refused_name_that_is_changed_is_not_refused_any_more() {
    let mut scene = joining("AB3Z");
    scene.link(name_taken());
    scene.state.prompt.focus = Focus::Name;
    scene.key(KeyCode::Home);
    assert!(scene.shows("is taken") && scene.shows("Be alice-2"), "it is the same name: {}", scene.screen());

    scene.key(KeyCode::Delete);

    assert!(!scene.shows("is taken") && !scene.shows("Be alice-2"), "{}", scene.screen());
}

#[test]
fn an_invite_that_is_pasted_in_place_of_the_offered_name_is_still_an_invite() {
    let mut scene = joining("AB3Z");
    scene.link(name_taken());

    scene.terminal(TerminalEvent::Paste("chat://example.org/CD4Y".into()));

    assert_eq!(scene.state.prompt.room(), "CD4Y");
    assert!(scene.shows("Name      alice"), "{}", scene.screen());
}

#[test]
fn a_taken_name_among_the_flags_opens_the_prompt_and_goes_on_to_the_same_room() {
    let mut scene = Scene::new(Start { room: Wish::Create, ..start() });
    scene.effects();

    scene.link(name_taken());
    assert_eq!(scene.state.screen, Screen::Prompt);

    scene.key(KeyCode::F(2));
    scene.link(up());
    assert_eq!(
        scene.effects(),
        [dial("localhost:7000", "alice-2"), Effect::Link(Command::Create(Door::Open, Keep::Default))]
    );
}

#[test]
fn without_a_server_hosting_is_one_key_away() {
    let mut scene = joining("AB3Z");
    scene.effects();

    scene.link(no_server());
    assert!(scene.shows("✗ no server answers at localhost:7000"));
    assert!(scene.shows("Host a room here"));
    assert_eq!(scene.effects(), [Effect::Link(Command::Bye)]);

    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), [Effect::Host { server: "localhost:7000".into() }]);
    scene.host(HostEvent::Hosting { address: "127.0.0.1:7000".into(), invite: hosted() });
    scene.link(up());
    assert_eq!(
        scene.effects(),
        [dial("127.0.0.1:7000", "alice"), Effect::Link(Command::Create(Door::Open, Keep::Default))]
    );
}

#[test]
fn whoever_chose_the_server_is_not_offered_another() {
    let mut scene = Scene::new(Start { is_server_given: true, room: Wish::Create, ..start() });

    scene.link(no_server());

    assert!(scene.shows("no server answers at localhost:7000"));
    assert!(!scene.shows("Host a room here"));
}

#[test]
fn hosting_comes_before_dialling_and_its_failure_is_a_sentence() {
    let mut scene = Scene::new(Start { is_host: true, room: Wish::Create, ..start() });
    assert_eq!(scene.effects(), [Effect::Host { server: "localhost:7000".into() }]);

    scene.host(HostEvent::Failed("only this machine can be served".into()));

    assert!(scene.shows("only this machine can be served"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn whoever_asked_to_host_is_offered_it_again_after_a_failure() {
    let mut scene = Scene::new(Start { is_host: true, is_server_given: true, ..start() });
    scene.host(HostEvent::Failed("cannot serve at 127.0.0.1:80: permission denied".into()));
    scene.state.prompt.set_server("localhost:7001");
    scene.state.prompt.focus = Focus::Create;

    scene.key(KeyCode::Enter);
    scene.link(no_server());
    scene.effects();
    scene.key(KeyCode::Enter);

    assert_eq!(scene.effects(), [Effect::Host { server: "localhost:7001".into() }]);
}

#[test]
fn whoever_loses_the_race_for_the_port_is_a_guest() {
    let mut scene = Scene::new(Start { is_host: true, room: Wish::Create, ..start() });
    scene.effects();

    scene.host(HostEvent::Guest { address: "127.0.0.1:7000".into() });
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });

    assert_eq!(
        scene.effects(),
        [dial("127.0.0.1:7000", "alice"), Effect::Link(Command::Create(Door::Open, Keep::Default))]
    );
    assert!(!scene.shows("hosting"));
}

#[test]
fn tab_goes_round_and_enter_presses_what_is_marked() {
    let mut scene = Scene::prompt();
    let mut stops = Vec::new();
    for _ in 0..6 {
        scene.key(KeyCode::Tab);
        stops.push(scene.state.prompt.focus);
    }
    assert_eq!(stops, [Focus::Server, Focus::Join, Focus::Create, Focus::CreatePrivate, Focus::Name, Focus::Room]);

    scene.key(KeyCode::BackTab);
    assert_eq!(scene.state.prompt.focus, Focus::Name);

    scene.state.prompt.focus = Focus::Create;
    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), [dial("localhost:7000", "alice")]);
}

#[test]
fn the_mouse_puts_the_cursor_into_fields_and_presses_buttons() {
    let mut scene = Scene::prompt();
    let at = |scene: &Scene, words: &str| {
        let row = scene.row(words).unwrap();
        let line = scene.screen().lines().nth(row).unwrap().to_owned();
        let column = line.find(words).map(|byte| line[..byte].chars().count()).unwrap();
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    };

    let (column, row) = at(&scene, "Server");
    scene.mouse(MouseEventKind::Down(MouseButton::Left), column + 12, row);
    assert_eq!(scene.state.prompt.focus, Focus::Server);

    let (column, row) = at(&scene, "Create a room");
    scene.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    assert_eq!(scene.effects(), [dial("localhost:7000", "alice")]);
}

#[test]
fn escape_stops_an_attempt_and_then_quits() {
    let mut scene = joining("AB3Z");
    scene.effects();

    scene.key(KeyCode::Esc);
    assert_eq!(scene.effects(), [Effect::Link(Command::Bye)]);

    scene.key(KeyCode::Esc);
    assert_eq!(scene.effects(), [Effect::Quit]);
}

#[test]
fn a_paste_into_a_field_is_one_short_harmless_line() {
    let mut scene = Scene::prompt();
    let paste = format!("ab\u{1b}[2J\r\n{}", "x".repeat(10 << 20));

    scene.terminal(crossterm::event::Event::Paste(paste));

    scene.ctrl('a');
    assert!(scene.shows("AB␛[2J XXX"));
}

#[test]
fn letters_on_a_button_go_to_the_field_that_was_typed_in() {
    for (before, field) in [("", Focus::Room), ("AB", Focus::Room)] {
        let mut scene = Scene::prompt();
        scene.types(before);
        while scene.state.prompt.focus != Focus::Create {
            scene.key(KeyCode::Tab);
        }

        scene.types("3z");

        assert_eq!((scene.state.prompt.focus, scene.state.prompt.room()), (field, format!("{before}3Z").as_str()));
    }

    let mut scene = Scene::new(Start { name: String::new(), ..start() });
    scene.types("ali");
    scene.key(KeyCode::BackTab);
    assert_eq!(scene.state.prompt.focus, Focus::CreatePrivate);
    scene.types("ce");
    assert!(scene.state.prompt.focus == Focus::Name && scene.shows("alice"), "{}", scene.screen());
}

#[test]
fn what_has_the_focus_says_what_it_is_for() {
    let table = [
        (Focus::Name, "what others see"),
        (Focus::Room, "no code? Create a room below"),
        (Focus::Server, "where the room is"),
        (Focus::Join, "into the room above"),
        (Focus::Create, "opens a room, with a code to share"),
        (Focus::CreatePrivate, "opens a room that only an invite opens"),
    ];
    for (columns, rows) in [(80, 24), (50, 16), (40, 12)] {
        for (focus, words) in table {
            let mut start = start();
            (start.around.columns, start.around.rows) = (columns, rows);
            let mut scene = Scene::new(start);
            scene.state.prompt.focus = focus;

            assert!(scene.shows(&words[..words.len().min(20)]), "{focus:?} {columns}x{rows}: {}", scene.screen());
            assert_eq!(scene.shows("Shift-Tab to change"), focus == Focus::Room, "{}", scene.screen());
        }
    }
}
