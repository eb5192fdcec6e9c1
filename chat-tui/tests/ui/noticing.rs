//! What calls the reader while nobody looks: the bell and a word on the desktop, by room, and never in a storm.

use crate::scene::{ROOM, Scene, bytes, code, entry, joined, message};
use chat_proto::entry::{EntryBody, PersonId, RoomId};
use chat_proto::frame::{Door, Joined, Peer, RoomState};
use chat_tui::config::Options;
use chat_tui::effect::Effect;
use chat_tui::level::Level;
use chat_tui::link::{Asked, LinkEvent};
use chat_tui::recent::Change;
use crossterm::event::{Event as TerminalEvent, KeyCode};

const OTHER: RoomId = RoomId([8; 16]);
const BOB: (u64, &str) = (2, "bob");

/// A room whose window has lost the focus.
fn away() -> Scene {
    let mut scene = Scene::busy(80, 24, 3);
    scene.terminal(TerminalEvent::FocusLost);
    scene.effects();
    scene
}

fn told(words: &str) -> [Effect; 2] {
    [Effect::Bell, Effect::Notify(words.to_owned())]
}

#[test]
fn a_mention_rings_and_says_who_and_where_and_what() {
    let mut scene = away();

    scene.happens(1, BOB, message("lunch, anybody?"));
    assert_eq!(scene.effects(), []);
    scene.happens(1, BOB, message("alice?\nlunch"));

    assert_eq!(scene.effects(), told("bob names you in AB3Z: alice? lunch"));
}

#[test]
fn nothing_rings_while_somebody_looks() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.terminal(TerminalEvent::FocusLost);
    scene.terminal(TerminalEvent::FocusGained);
    scene.effects();

    scene.waits(3_600_000);
    scene.happens(1, BOB, message("alice!"));

    assert_eq!(scene.effects(), []);
}

#[test]
fn nobody_is_called_by_what_they_say_themselves_elsewhere() {
    let mut scene = away();

    scene.happens(1, (1, "alice"), message("note to alice"));

    assert_eq!(scene.effects(), []);
}

#[test]
fn a_terminal_that_tells_nothing_counts_as_left_alone_after_a_minute_without_a_key() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.waits(60_000);
    scene.happens(1, BOB, message("alice?"));
    assert_eq!(scene.effects(), []);

    scene.waits(1);
    scene.happens(2, BOB, message("alice??"));
    assert_eq!(scene.effects().first(), Some(&Effect::Bell));

    scene.key(KeyCode::Left);
    scene.waits(10_000);
    scene.happens(3, BOB, message("alice???"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_storm_rings_once_in_a_while() {
    let mut scene = away();
    for _ in 0..500 {
        scene.happens(1, BOB, message("alice"));
    }
    assert_eq!(scene.effects().len(), 2);

    scene.waits(4_999);
    scene.happens(1, BOB, message("alice"));
    assert_eq!(scene.effects(), []);
    scene.waits(1);
    scene.happens(1, BOB, message("alice"));
    assert_eq!(scene.effects().len(), 2);
}

#[test]
fn each_room_has_its_level_and_it_is_kept() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.says("/notify");
    assert!(scene.shows("AB3Z: what names you here calls you; /notify all, mentions or nothing"), "{}", scene.screen());
    for (word, level, plain, mention) in
        [("all", Level::All, 2, 2), ("mentions", Level::Mentions, 0, 2), ("nothing", Level::Nothing, 0, 0)]
    {
        scene.recalls();
        scene.says(&format!("/notify {word}"));
        let recalls = scene.recalls();
        assert!(matches!(&recalls[..], [Change::Seen(recent)] if recent.level == Some(level)), "{recalls:?}");

        scene.terminal(TerminalEvent::FocusLost);
        for (text, effects) in [("hello", plain), ("alice", mention)] {
            scene.waits(60_000);
            scene.effects();
            scene.happens(1, BOB, message(text));
            assert_eq!(scene.effects().len(), effects, "{word} {text}");
        }
        scene.terminal(TerminalEvent::FocusGained);
    }
    scene.key(KeyCode::F(1));
    assert!(scene.shows("nothing; /notify changes it"), "{}", scene.screen());
}

#[test]
fn a_room_that_is_to_call_nobody_is_not_counted_either() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.says("/notify nothing");
    let other = Joined { room: OTHER, code: *b"CD4Y", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other });

    scene.happens(1, BOB, message("alice, alice"));

    assert!(!scene.shows("+1"), "{}", scene.screen());
    assert_eq!(chat_tui::view::title(&scene.state), "CD4Y · chat");
    scene.alt(KeyCode::Char('a'));
    assert!(scene.shows("nothing is new in other rooms"));
    scene.resize(120, 24);
    let row = scene.row("1 AB3Z").expect("it is listed");
    assert!(crate::scene::rows_of(&scene.buffer())[row].starts_with("  1 AB3Z releas… 1"), "{}", scene.screen());
}

#[test]
fn what_is_said_behind_a_closed_door_is_not_shown_on_the_desktop() {
    let peer = Peer { person: PersonId(2), name: bytes("bob"), key: [0; 32] };
    let direct = RoomState { door: Door::Direct, direct: Some(peer), ..joined().state };
    let private = RoomState { door: Door::Private, ..joined().state };
    for (state, words) in [(direct, "bob writes to you"), (private, "bob names you in CD4Y")] {
        let mut scene = away();
        let other = Joined { room: OTHER, code: *b"CD4Y", state, ..joined() };
        scene.link(LinkEvent::Joined { asked: Asked::Return(OTHER), joined: other });
        scene.effects();

        let entries = vec![entry(1, 0, BOB, message("alice: the secret"))];
        scene.link(LinkEvent::Entries { room: OTHER, entries });

        assert_eq!(scene.effects(), told(words));
    }
}

#[test]
fn a_direct_message_calls_without_a_name_in_it() {
    let mut scene = away();
    let peer = Peer { person: PersonId(2), name: bytes("bob"), key: [0; 32] };
    let state = RoomState { door: Door::Direct, direct: Some(peer), ..joined().state };
    scene.link(LinkEvent::Joined { asked: Asked::Return(OTHER), joined: Joined { room: OTHER, state, ..joined() } });
    scene.effects();

    scene.link(LinkEvent::Entries { room: OTHER, entries: vec![entry(1, 0, BOB, message("hi"))] });

    assert_eq!(scene.effects(), told("bob writes to you"));
}

#[test]
fn bell_desktop_and_excerpts_are_each_a_choice() {
    let options = Options::default();
    for (options, effects) in [
        (Options { bell: false, ..options.clone() }, vec![Effect::Notify("bob names you in AB3Z: alice".into())]),
        (Options { desktop: false, ..options.clone() }, vec![Effect::Bell]),
        (Options { excerpts: false, ..options.clone() }, told("bob names you in AB3Z").to_vec()),
        (Options { bell: false, desktop: false, ..options }, vec![]),
    ] {
        let mut scene = away();
        scene.state.options = options;

        scene.happens(1, BOB, message("alice"));

        assert_eq!(scene.effects(), effects);
    }
}

#[test]
fn what_goes_to_the_desktop_is_clean_and_short_and_no_order_to_the_terminal() {
    let mut scene = away();
    let text = format!("alice\x1b]0;x\x07\u{9c}\u{202e} {}", "long ".repeat(1_000));

    scene.happens(1, (9, "4;1;\x1b50"), EntryBody::Message(bytes(&text)));

    let effects = scene.effects();
    let [Effect::Bell, Effect::Notify(words)] = &effects[..] else { panic!("{effects:?}") };
    assert!(!words.chars().any(char::is_control) && !words.contains([';', '\u{202e}']), "{words}");
    assert!(words.chars().count() < 200, "{words}");
}

#[test]
fn whoever_is_ignored_calls_nobody() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.says("/ignore bob");
    scene.terminal(TerminalEvent::FocusLost);
    scene.effects();

    scene.happens(1, BOB, message("alice"));

    assert_eq!(scene.effects(), []);
    assert_eq!(scene.state.rooms[&ROOM].timeline.unread().messages, 0);
}
