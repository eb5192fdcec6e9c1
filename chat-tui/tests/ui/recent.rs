//! The rooms of the last days: shown below the prompt, gone back to by one key, kept up to date.

use crate::scene::{ROOM, Scene, TWO_O_CLOCK, bytes, code, joined, member, nick, start, up};
use chat_proto::entry::{EntryBody, RoomId, UnixMillis};
use chat_proto::frame::{EndReason, Presence};
use chat_proto::{Fingerprint, Seq};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent};
use chat_tui::recent::{Change, Recent};
use chat_tui::screen::prompt::Focus;
use chat_tui::state::{Screen, Start};
use crossterm::event::KeyCode;

const HOUR: i64 = 60 * 60 * 1000;

fn recent(n: u8, topic: &str, server: &str, hours_ago: i64) -> Recent {
    Recent {
        server: server.into(),
        key: None,
        name: nick("alice"),
        room: RoomId([n; 16]),
        code: code(["AB3Z", "CD4Y", "K7QF", "ZZ9P", "HT3W", "Q2XA"][usize::from(n)]),
        topic: topic.into(),
        last: UnixMillis(TWO_O_CLOCK - hours_ago * HOUR),
        place: None,
        is_shown: false,
        read: Seq(0),
        level: None,
    }
}

fn six() -> Vec<Recent> {
    vec![
        recent(0, "release planning", "chat.example.org:7000", 2),
        recent(1, "", "localhost:7000", 5),
        recent(2, "the weekly meeting of everybody who builds", "chat.example.org:7000", 26),
        recent(3, "ビルド結果", "192.168.1.20:7001", 72),
        recent(4, "incident 4711", "a-very-long-host-name.example.org:7443", 200),
        recent(5, "the sixth", "localhost:7000", 300),
    ]
}

fn prompt(recent: Vec<Recent>, columns: u16, rows: u16) -> Scene {
    let mut start = Start { recent, ..start() };
    (start.around.columns, start.around.rows) = (columns, rows);
    Scene::new(start)
}

#[test]
fn the_newest_five_stand_below_the_form() {
    insta::assert_snapshot!(prompt(six(), 80, 24).screen(), @r#"
    ╭──────────────────────────────────────────────────────────────────────╮
    │                                                                      │
    │  chat   a room, four characters, that's all                          │
    │                                                                      │
    │  Name      alice                               Shift-Tab to change   │
    │                                                                      │
    │  Room      a code, or an invite                                      │
    │            no code? Create a room below                              │
    │  Server    localhost:7000                                            │
    │                                                                      │
    │            Join    Create a room    Private room                     │
    │                                                                      │
    │                                                                      │
    │                                                                      │
    │  Alt-1  AB3Z  release planning          2 h ago  chat.example.org    │
    │  Alt-2  CD4Y                            5 h ago  localhost           │
    │  Alt-3  K7QF  the weekly meeting o…   yesterday  chat.example.org    │
    │  Alt-4  ZZ9P  ビルド結果             3 days ago  192.168.1.20:7001   │
    │  Alt-5  HT3W  incident 4711          8 days ago  a-very-long-host-…  │
    │                                                                      │
    ╰──────────────────────────────────────────────────────────────────────╯

                    Tab next   Enter go   F1 help   Esc quit
    "#);
}

#[test]
fn a_small_window_shows_fewer_and_the_smallest_none() {
    insta::assert_snapshot!(prompt(six(), 40, 15).screen(), @r#"
    chat

    Name      alice   Shift-Tab to change

    Room      a code, or an invite
              no code? Create a room below
    Server    localhost:7000

              Join    Create    Private



    Alt-1  AB3Z  release plan…     2 h ago
    Alt-2  CD4Y                    5 h ago
         Tab next  Enter go  Esc quit
    "#);
    assert!(!prompt(six(), 20, 5).shows("Alt-"));
    assert!(prompt(six(), 200, 50).shows("Alt-5"));
    assert!(!prompt(six(), 200, 50).shows("Alt-6"));
}

#[test]
fn one_key_goes_back_to_the_room_itself_under_the_name_of_then() {
    let mut rooms = six();
    rooms[2] = Recent { key: Some(Fingerprint::of(b"key")), name: nick("ally"), ..rooms[2].clone() };
    let mut scene = prompt(rooms, 80, 24);

    scene.alt(KeyCode::Char('3'));
    let server = "chat.example.org:7000".to_owned();
    let dial = Effect::Dial { server, key: Some(Fingerprint::of(b"key")), name: nick("ally") };
    assert_eq!(scene.effects(), [dial]);

    scene.link(up());
    assert_eq!(scene.effects(), [Effect::Link(Command::Return(RoomId([2; 16])))], "never a code");
    let there = chat_proto::frame::Joined { room: RoomId([2; 16]), code: *b"K7QF", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Return(RoomId([2; 16])), joined: there });
    assert_eq!((scene.state.screen, scene.state.current), (Screen::Room, Some(RoomId([2; 16]))));
}

#[test]
fn a_key_without_a_room_does_nothing_and_digits_type() {
    let mut scene = prompt(six()[..1].to_vec(), 80, 24);

    scene.alt(KeyCode::Char('2'));
    assert_eq!(scene.effects(), []);

    scene.state.prompt.focus = Focus::Name;
    scene.types("12");
    assert!(scene.shows("alice12"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_room_that_is_over_is_said_and_leaves_the_list() {
    let mut scene = prompt(six(), 80, 24);
    scene.alt(KeyCode::Char('1'));
    scene.link(up());
    scene.effects();

    let sentence = "this room has ended, or you are no longer let in".into();
    scene.link(LinkEvent::NoReturn { room: RoomId([0; 16]), sentence });

    assert_eq!(scene.state.screen, Screen::Prompt);
    assert!(scene.shows("AB3Z: this room has ended, or you are no longer let in"), "{}", scene.screen());
    assert!(!scene.shows("release planning"));
    let gone = Change::Gone { server: "chat.example.org:7000".into(), room: RoomId([0; 16]) };
    assert_eq!(scene.recalls(), [gone]);
}

#[test]
fn a_return_that_is_refused_for_now_stays_in_the_list() {
    let mut scene = prompt(six(), 80, 24);
    scene.alt(KeyCode::Char('1'));
    scene.link(up());
    scene.effects();

    let asked = Asked::Return(RoomId([0; 16]));
    scene.link(LinkEvent::Refused { asked, sentence: "the room is full".into(), free_name: None });

    assert!(scene.shows("the room is full") && scene.shows("release planning"), "{}", scene.screen());
    assert_eq!(scene.recalls(), []);
}

fn here(person: u64, name: &str) -> chat_proto::frame::Member {
    member(person, name, Presence::Here)
}

fn seen(change: &Change) -> (RoomId, &str) {
    match change {
        Change::Seen(recent) => (recent.room, &recent.topic),
        Change::Gone { .. } => panic!("gone"),
    }
}

#[test]
fn a_room_is_remembered_when_it_is_entered_when_its_topic_changes_and_at_the_end() {
    let mut scene = Scene::new(Start { room: chat_tui::state::Wish::Create, server: "localhost".into(), ..start() });
    scene.link(up());
    scene.recalls();
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: joined() });
    let entered = scene.recalls();
    let first = recent(0, "release planning", "localhost:7000", 0);
    let first = Recent { room: ROOM, place: Some(0), is_shown: true, ..first };
    assert_eq!(entered, [Change::Seen(first)], "under the whole address");

    let entries = vec![crate::scene::entry(1, 0, (2, "bob"), EntryBody::Topic(bytes("ships")))];
    scene.link(LinkEvent::Entries { room: ROOM, entries });
    assert_eq!(scene.recalls().iter().map(seen).collect::<Vec<_>>(), [(ROOM, "ships")]);

    scene.link(LinkEvent::Members { room: ROOM, members: vec![here(1, "alice"), here(2, "bob")] });
    scene.says("/quit");
    let last = scene.recalls();
    assert_eq!(last.iter().map(seen).collect::<Vec<_>>(), [(ROOM, "ships")]);
}

#[test]
fn a_room_that_ends_with_its_last_member_is_forgotten_with_them() {
    let mut scene = Scene::entering(joined(), 80, 24);
    scene.link(LinkEvent::Members { room: ROOM, members: vec![here(1, "alice")] });
    scene.recalls();

    scene.says("/quit");
    scene.key(KeyCode::Enter);

    assert_eq!(scene.recalls(), [Change::Gone { server: "localhost:7000".into(), room: ROOM }]);
}

#[test]
fn a_room_that_ended_or_was_left_is_forgotten() {
    for over in [
        LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over },
        LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Removed },
        LinkEvent::Left { room: ROOM },
    ] {
        let mut scene = Scene::room(80, 24);
        assert_eq!(scene.state.recent.len(), 1);
        scene.recalls();

        scene.link(over);
        assert_eq!(scene.recalls(), [Change::Gone { server: "localhost:7000".into(), room: ROOM }]);
        assert_eq!(scene.state.recent, []);

        scene.ctrl('c');
        scene.key(KeyCode::Enter);
        assert_eq!(scene.recalls(), [], "and does not come back at the end");
    }
}

#[test]
fn what_a_server_calls_a_topic_is_kept_as_it_is_shown() {
    let mut hostile = joined();
    hostile.state.topic = bytes("a\x1b[2Jb\nc");
    hostile.head = Seq(0);
    let scene = Scene::entering(hostile, 80, 24);

    assert_eq!(scene.state.recent[0].topic, "a␛[2Jb c");
}
