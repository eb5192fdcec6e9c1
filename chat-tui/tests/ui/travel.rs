//! Invites that are typed, pasted and followed.

use crate::scene::{ROOM, Scene, code, joined, nick, start, up, up_within_tls};
use chat_proto::entry::RoomId;
use chat_proto::frame::Joined;
use chat_proto::{Fingerprint, Secret};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Security, Trouble, Trust};
use chat_tui::screen::prompt::Focus;
use chat_tui::state::{Screen, Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode};
use std::time::Duration;

const SECRET: Secret = Secret([9; 16]);
const SECRET_TEXT: &str = "CQkJCQkJCQkJCQkJCQkJCQ";

fn key() -> Fingerprint {
    Fingerprint::of(b"key")
}

fn invite() -> String {
    format!("chat://chat.example.org:7443/CD4Y?key={}#{SECRET_TEXT}", key())
}

fn dial(server: &str, key: Option<Fingerprint>) -> Effect {
    Effect::Dial { server: server.into(), key, name: nick("alice") }
}

fn paste(scene: &mut Scene, text: &str) {
    scene.terminal(TerminalEvent::Paste(text.to_owned()));
}

/// What follows on a login, at the far end of the invite.
fn arrives(scene: &mut Scene) {
    assert_eq!(scene.effects(), [dial("chat.example.org:7443", Some(key()))]);
    scene.link(up());
    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("CD4Y"), Some(SECRET)))]);
}

#[test]
fn an_emptied_room_field_shows_only_what_belongs_into_it() {
    let mut scene = Scene::prompt();
    paste(&mut scene, &invite());

    scene.ctrl('u');

    assert!(scene.shows("a code, or an invite") && !scene.shows("from an invite"), "{}", scene.screen());
}

#[test]
fn a_pasted_invite_fills_the_prompt_and_shows_no_secret() {
    let mut scene = Scene::prompt();

    paste(&mut scene, &format!("chat-tui --join '{}'\n", invite()));

    insta::assert_snapshot!(scene.screen(), @r#"
    ╭──────────────────────────────────────────────────────────╮
    │                                                          │
    │  chat   a room, four characters, that's all              │
    │                                                          │
    │  Name      alice                   Shift-Tab to change   │
    │                                                          │
    │  Room      CD4Y                         from an invite   │
    │            Enter goes there                              │
    │  Server    chat.example.org:7443                         │
    │                                                          │
    │            Join    Create a room    Private room         │
    │                                                          │
    │                                                          │
    │                                                          │
    ╰──────────────────────────────────────────────────────────╯

              Tab next   Enter go   F1 help   Esc quit
    "#);
    scene.key(KeyCode::Enter);
    arrives(&mut scene);
}

#[test]
fn what_protected_one_connection_says_nothing_of_the_next() {
    let mut scene = Scene::entering(joined(), 80, 24);
    scene.link(up_within_tls(Trust::Known));

    scene.says(&format!("/join {}", invite()));

    assert_eq!(scene.state.security, None);
}

#[test]
fn a_login_that_is_refused_takes_no_room_along_to_another_server() {
    let mut scene = Scene::entering(joined(), 80, 24);
    scene.link(LinkEvent::LoginRefused { sentence: "the name is taken".into(), free_name: None });
    scene.state.prompt.set_server("elsewhere.example:7000");

    scene.key(KeyCode::Enter);

    assert!(matches!(scene.effects()[..], [Effect::Dial { ref server, .. }] if server == "elsewhere.example:7000"));
    assert!(scene.state.rooms[&ROOM].is_over, "a room of this code is another one there");
}

#[test]
fn an_invite_that_is_typed_letter_by_letter_is_one_as_well() {
    let mut scene = Scene::prompt();

    scene.says(&invite());

    assert!(!scene.shows(&SECRET_TEXT[..6]), "{}", scene.screen());
    arrives(&mut scene);
}

#[test]
fn an_invite_among_the_flags_needs_no_prompt() {
    let room = Wish::Join(invite());
    let mut scene = Scene::new(Start { room, server: "chat.example.org:7443".into(), ..start() });

    assert_eq!(scene.state.screen, Screen::Connecting);
    arrives(&mut scene);
}

#[test]
fn editing_what_an_invite_filled_drops_what_belongs_to_it_and_the_server_keeps_its_key() {
    for focus in [Focus::Room, Focus::Server] {
        let mut scene = Scene::prompt();
        paste(&mut scene, &invite());
        scene.state.prompt.focus = focus;
        scene.key(KeyCode::Backspace);
        scene.types(if focus == Focus::Room { "Z" } else { "4" });
        scene.state.prompt.focus = Focus::Join;

        scene.key(KeyCode::Enter);
        scene.link(up());

        let (dialed, room) = match focus {
            Focus::Room => (dial("chat.example.org:7443", Some(key())), "CD4Z"),
            _ => (dial("chat.example.org:7444", None), "CD4Y"),
        };
        assert_eq!(scene.effects(), [dialed, Effect::Link(Command::Join(code(room), None))]);
    }
}

#[test]
fn moving_through_a_field_changes_nothing_about_the_invite() {
    let mut scene = Scene::prompt();
    paste(&mut scene, &invite());

    scene.key(KeyCode::Left);
    scene.key(KeyCode::End);
    scene.key(KeyCode::Enter);

    arrives(&mut scene);
}

#[test]
fn nothing_of_a_damaged_invite_is_used() {
    let damaged = [
        (format!("chat://example.org/AB3Z#{}", &SECRET_TEXT[..21]), "the secret in this invite is damaged"),
        ("chat://example.org/AB3Z?key=abc".to_owned(), "the key in this invite is damaged"),
        ("chat://example.org".to_owned(), "this invite names a server, but no room on it"),
        ("chat://example.org/AB3Z/".to_owned(), "the room in this invite is none"),
    ];
    for (typed, sentence) in damaged {
        let mut pasted = Scene::prompt();
        paste(&mut pasted, &typed);
        let mut written = Scene::prompt();
        written.says(&typed);
        let given = Scene::new(Start { room: Wish::Join(typed), ..start() });

        for mut scene in [pasted, written, given] {
            assert!(scene.shows(sentence), "{}", scene.screen());
            assert!(!scene.shows("chat://"), "{}", scene.screen());
            scene.key(KeyCode::Enter);
            assert_eq!(scene.effects(), [], "half of an invite leads nowhere");
        }
    }
}

#[test]
fn an_invite_to_this_server_is_followed_over_the_link_there_is() {
    let mut scene = Scene::room(80, 24);

    scene.says(&format!("/join chat://localhost/CD4Y#{SECRET_TEXT}"));

    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("CD4Y"), Some(SECRET)))]);
    assert!(!scene.state.rooms[&ROOM].is_over);
}

#[test]
fn an_invite_to_a_room_that_is_open_here_shows_that_room() {
    let mut scene = Scene::room(80, 24);

    scene.says("/join chat://localhost:7000/AB3Z");

    assert!(scene.shows("this is AB3Z"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn an_invite_to_another_server_is_followed_there_and_the_rooms_here_are_over() {
    let mut scene = Scene::room(80, 24);
    scene.says("hello");
    scene.effects();

    scene.says(&format!("/join {}", invite()));

    assert!(scene.shows("entering CD4Y at chat.example.org:7443…"), "{}", scene.screen());
    assert!(scene.state.rooms[&ROOM].is_over);
    assert_eq!(scene.state.rooms[&ROOM].timeline.pending().len(), 1, "what was not sent is still shown there");
    arrives(&mut scene);
    let there = Joined { room: RoomId([8; 16]), code: *b"CD4Y", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: there });
    assert_eq!(scene.state.current, Some(RoomId([8; 16])));
    scene.alt(KeyCode::Char('1'));
    assert!(scene.shows("You are no longer connected to AB3Z."), "{}", scene.screen());
}

#[test]
fn the_same_code_on_another_server_is_another_room() {
    let mut scene = Scene::room(80, 24);

    scene.says("/join chat://chat.example.org/AB3Z");

    assert_eq!(scene.effects(), [dial("chat.example.org:7000", None)]);
    assert!(scene.state.rooms[&ROOM].is_over);
}

#[test]
fn an_invite_that_fails_leaves_its_values_in_the_prompt() {
    let mut scene = Scene::room(80, 24);
    scene.says(&format!("/join {}", invite()));
    let sentence = "no server answers at chat.example.org:7443".to_owned();

    scene.link(LinkEvent::Down { trouble: Trouble::NoServer(sentence), retry_in: Duration::ZERO });

    assert_eq!(scene.state.screen, Screen::Prompt);
    assert!(scene.shows("no server answers at chat.example.org:7443"), "{}", scene.screen());
    scene.effects();
    scene.state.prompt.focus = Focus::Join;
    scene.key(KeyCode::Enter);
    arrives(&mut scene);
}

#[test]
fn an_invite_with_another_key_than_the_server_here_has_gives_nothing_up() {
    let tls = |key| LinkEvent::Up {
        person: crate::scene::ALICE,
        name: nick("alice"),
        limits: crate::scene::limits(),
        durability: chat_proto::frame::Durability::Memory,
        security: Security::Tls { key, trust: Trust::Known },
        rooms: Vec::new(),
    };
    let line = format!("/join chat://localhost:7000/CD4Y?key={}", key());

    let mut scene = Scene::room(80, 24);
    scene.link(tls(Fingerprint::of(b"other")));
    scene.says(&line);
    assert!(scene.shows("this invite names another key than localhost:7000 has"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
    assert!(!scene.state.rooms[&ROOM].is_over);

    let mut scene = Scene::room(80, 24);
    scene.link(tls(key()));
    scene.says(&line);
    assert_eq!(scene.effects(), [Effect::Link(Command::Join(code("CD4Y"), None))]);
}

#[test]
fn a_connection_without_a_key_is_not_taken_for_the_one_that_an_invite_names() {
    let mut scene = Scene::room(80, 24);

    scene.says(&format!("/join chat://localhost:7000/CD4Y?key={}", key()));

    assert_eq!(scene.effects(), [dial("localhost:7000", Some(key()))]);
}

#[test]
fn a_line_with_an_invite_is_not_brought_back_by_any_key() {
    for leave in [KeyCode::Enter, KeyCode::Char('c')] {
        let mut scene = Scene::room(80, 24);
        scene.types(&format!("/join chat://localhost:7000/CD4Y#{SECRET_TEXT}"));
        match leave {
            KeyCode::Enter => scene.key(KeyCode::Enter),
            _ => scene.ctrl('c'),
        }

        scene.key(KeyCode::Up);
        assert_eq!(scene.state.composer().text(), "");
        scene.ctrl('y');
        assert_eq!(scene.state.composer().text(), "");
    }
}

#[test]
fn a_taken_name_at_the_far_end_goes_on_with_the_same_invite() {
    let mut scene = Scene::prompt();
    scene.says(&invite());
    scene.link(LinkEvent::LoginRefused { sentence: "taken".into(), free_name: Some(nick("alice-2")) });
    scene.effects();

    scene.key(KeyCode::Enter);
    scene.link(up());

    let dial = Effect::Dial { server: "chat.example.org:7443".into(), key: Some(key()), name: nick("alice-2") };
    assert_eq!(scene.effects(), [dial, Effect::Link(Command::Join(code("CD4Y"), Some(SECRET)))]);
}
