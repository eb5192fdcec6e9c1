//! Several rooms: each with a draft and a place of its own, and all of them on one link.

use crate::scene::{ROOM, Scene, bytes, code, entry, joined, message, rows_of};
use chat_proto::entry::{PersonId, RoomId, Seq};
use chat_proto::frame::{Door, EndReason, Joined, Peer, RoomState};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent};
use chat_tui::overlay::Overlay;
use chat_tui::recent::Recent;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};

const OTHER: RoomId = RoomId([8; 16]);

fn other() -> Joined {
    Joined { room: OTHER, code: *b"CD4Y", ..joined() }
}

/// Alice in two rooms, and on the screen is the one that she entered last.
fn two() -> Scene {
    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other() });
    scene.effects();
    scene
}

#[test]
fn what_is_being_written_waits_in_its_room_with_what_was_written_before() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.says("first");
    scene.types("half a sentence");
    scene.key(KeyCode::Left);
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other() });
    assert_eq!(scene.state.composer().text(), "");
    scene.key(KeyCode::Up);
    assert_eq!(scene.state.composer().text(), "", "nothing was written here yet");

    scene.says("/join ab3z");

    assert!(scene.shows("› half a sentence"), "{}", scene.screen());
    scene.types("!");
    assert_eq!(scene.state.composer().text(), "half a sentenc!e");
    scene.ctrl('c');
    scene.key(KeyCode::Up);
    scene.key(KeyCode::Up);
    assert_eq!(scene.state.composer().text(), "first");
}

#[test]
fn a_draft_in_a_room_that_is_over_goes_on_in_the_one_that_follows() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.types("too late");

    scene.key(KeyCode::F(5));
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other() });

    assert_eq!((scene.state.current, scene.state.composer().text()), (Some(OTHER), "too late"));
    assert_eq!(scene.state.rooms.len(), 1);
}

#[test]
fn a_draft_keeps_a_room_that_ended_behind_another() {
    let mut scene = two();
    scene.says("/join ab3z");
    scene.types("a draft");
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.link(LinkEvent::Joined { asked: Asked::Return(OTHER), joined: other() });
    assert_eq!(scene.state.current, Some(OTHER));

    scene.link(LinkEvent::Left { room: OTHER });

    assert_eq!(scene.state.rooms[&ROOM].composer.text(), "a draft");
}

const THIRD: RoomId = RoomId([9; 16]);
const DIRECT: RoomId = RoomId([3; 16]);

fn third() -> Joined {
    let state = RoomState { topic: bytes("a place to eat"), ..joined().state };
    Joined { room: THIRD, code: *b"K7QF", state, ..joined() }
}

fn direct() -> Joined {
    let peer = Peer { person: PersonId(2), name: bytes("bob"), key: [0; 32] };
    let state = RoomState { topic: bytes(""), door: Door::Direct, direct: Some(peer), ..joined().state };
    Joined { room: DIRECT, code: *b"ZZZZ", state, ..joined() }
}

/// Bob or carol says something in a room that has that many entries already.
fn said(scene: &mut Scene, room: RoomId, before: u64, texts: &[&str]) {
    let entries = (before + 1..).zip(texts).map(|(seq, text)| entry(seq, 0, (3, "carol"), message(text)));
    scene.link(LinkEvent::Entries { room, entries: entries.collect() });
}

/// Alice in three rooms and with bob, the first of them on the screen; in each of the others something is new.
fn busy(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 3);
    for (asked, joined) in
        [(Asked::Create, third()), (Asked::Join(code("CD4Y")), other()), (Asked::Return(DIRECT), direct())]
    {
        scene.link(LinkEvent::Joined { asked, joined });
    }
    scene.alt(KeyCode::Char('1'));
    said(&mut scene, OTHER, 0, &["hi", "there"]);
    said(&mut scene, THIRD, 0, &["well", "@alice, what do you say?", "or bob"]);
    scene.effects();
    scene
}

fn current(scene: &Scene) -> Option<RoomId> {
    scene.state.current
}

#[test]
fn in_a_window_of_80_columns_one_panel_has_a_place_and_the_status_tells_the_rest() {
    let mut scene = busy(80, 16);
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning   3 here  anyone with the code  not kept  +5 @1  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:00           bob  message 1                               ● alice  you
     14:00                message 2                               ● bob
     14:00                message 3                               ● carol

                                                                  LEFT
                                                                  ○ dave

                                                                  F9 speak alone


    ────────────────────────────────────────────────────────────────────────────────
     › write a message
      Enter send · Alt-Up select · Ctrl-F find · Alt-K rooms · / commands · F1 help
    "#);

    scene.key(KeyCode::F(7));
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

      ROOMS              ───────────────  Sunday, 22 November 2026  ───────────────
    ▌ 1 AB3Z release …   14:00           bob  message 1
      2 K7QF a pl… @ 3   14:00                message 2
      3 CD4Y releas… 2   14:00                message 3

      DIRECT
      4 @bob

      + /join, /create


    ────────────────────────────────────────────────────────────────────────────────
     › write a message
      Enter send · Alt-Up select · Ctrl-F find · Alt-K rooms · / commands · F1 help
    "#);

    scene.key(KeyCode::F(8));
    assert!(scene.shows("HERE") && !scene.shows("ROOMS"));
    scene.key(KeyCode::F(8));
    assert!(!scene.shows("HERE") && scene.shows("ROOMS"), "the place is free again");
    scene.key(KeyCode::F(7));
    assert!(!scene.shows("HERE") && !scene.shows("ROOMS"));
}

#[test]
fn a_narrow_window_shows_the_room_alone_and_what_is_new_elsewhere() {
    let mut scene = busy(50, 16);
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release plan…  3 here  open  +5 @1  ● 2 ms

     ──────────  Sunday, 22 November 2026  ──────────
     14:00  bob
            message 1
     14:00  message 2
     14:00  message 3






    ──────────────────────────────────────────────────
     › write a message
       Alt-Up select · Alt-K rooms · / more · F1 help
    "#);

    scene.key(KeyCode::F(7));
    assert!(scene.shows("the list of rooms needs a wider window: Alt-K"), "{}", scene.screen());
    scene.resize(25, 8);
    assert!(scene.shows("+5 @1"), "{}", scene.screen());
}

#[test]
fn a_list_of_one_room_is_not_shown() {
    let mut scene = Scene::busy(120, 24, 3);
    assert!(!scene.shows("ROOMS"));

    scene.key(KeyCode::F(7));

    assert!(scene.shows("this is the only room: /join and /create lead to others"));
}

#[test]
fn a_number_leads_to_its_room_and_the_direct_ones_stand_last() {
    let mut scene = busy(120, 24);

    for (key, room) in [('2', THIRD), ('4', DIRECT), ('3', OTHER), ('1', ROOM)] {
        scene.alt(KeyCode::Char(key));
        assert_eq!(current(&scene), Some(room), "{key}");
    }
    scene.alt(KeyCode::Char('5'));
    assert!(scene.shows("there is no room 5"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
}

#[test]
fn two_keys_go_through_the_rooms_around_the_ends() {
    let mut scene = busy(120, 24);

    for room in [THIRD, OTHER, DIRECT, ROOM] {
        scene.ctrl('n');
        assert_eq!(current(&scene), Some(room));
    }
    scene.ctrl('p');
    assert_eq!(current(&scene), Some(DIRECT));

    let mut scene = Scene::busy(80, 24, 3);
    scene.ctrl('n');
    assert!(scene.shows("this is the only room"));
}

#[test]
fn alt_a_goes_where_somebody_calls_then_where_something_is_new_then_back() {
    let mut scene = busy(120, 24);
    let trail = |scene: &mut Scene| {
        scene.alt(KeyCode::Char('a'));
        scene.state.current
    };

    assert_eq!(trail(&mut scene), Some(THIRD), "a mention");
    said(&mut scene, DIRECT, 0, &["psst"]);
    assert_eq!(trail(&mut scene), Some(DIRECT), "a direct message");
    assert_eq!(trail(&mut scene), Some(OTHER));
    assert_eq!(trail(&mut scene), Some(ROOM), "where all this began");
    assert_eq!(trail(&mut scene), Some(ROOM));
    assert!(scene.shows("nothing is new in other rooms"));
}

#[test]
fn whoever_goes_elsewhere_meanwhile_is_not_brought_back() {
    let mut scene = busy(120, 24);
    scene.alt(KeyCode::Char('a'));
    scene.alt(KeyCode::Char('a'));

    scene.alt(KeyCode::Char('4'));
    scene.alt(KeyCode::Char('a'));

    assert_eq!(current(&scene), Some(DIRECT));
}

#[test]
fn a_click_enters_a_room() {
    let mut scene = busy(120, 24);
    let row = scene.row("CD4Y").expect("it is listed") as u16;

    scene.mouse(MouseEventKind::Down(MouseButton::Left), 40, row);
    assert_eq!(current(&scene), Some(ROOM));
    scene.mouse(MouseEventKind::Down(MouseButton::Left), 6, row);
    assert_eq!(current(&scene), Some(OTHER));
}

#[test]
fn a_few_letters_lead_to_a_room() {
    let mut scene = busy(80, 16);
    scene.alt(KeyCode::Char('k'));
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  re╭────────────────────────────────────────────────────────────╮  ● 2 ms
             │  Go to a room   ↑↓ choose   Enter go there   Esc stay      │
     ────────│                                                            │
     14:00   │  › a few letters of a code, a topic or a name              │you
     14:00   │                                                            │
     14:00   │  K7QF   a place to eat                         @ 3  Alt-2  │
             │  CD4Y   release planning                         2  Alt-3  │
             │  @bob                                               Alt-4  │
             │  AB3Z   release planning                             here  │
             │                                                            │
             │                                                            │alone
             │                                                            │
             │                                                            │
    ─────────╰────────────────────────────────────────────────────────────╯─────────
     › write a message
    "#);

    scene.types("eat");
    scene.key(KeyCode::Enter);
    assert_eq!((current(&scene), scene.state.overlay), (Some(THIRD), None));

    scene.alt(KeyCode::Char('k'));
    scene.types("cd");
    scene.ctrl('u');
    scene.types("@b");
    scene.key(KeyCode::Enter);
    assert_eq!(current(&scene), Some(DIRECT));
    assert_eq!(scene.state.composer().text(), "", "nothing of it was written in a room");
}

#[test]
fn the_switcher_is_left_as_it_was_entered() {
    let mut scene = busy(80, 24);
    scene.types("a draft");
    for leave in [KeyCode::Esc, KeyCode::Char('c')] {
        scene.alt(KeyCode::Char('k'));
        scene.types("zzz");
        assert!(scene.shows("no room here is called so"), "{}", scene.screen());
        scene.key(KeyCode::Enter);
        assert!(scene.state.overlay.is_some());
        match leave {
            KeyCode::Esc => scene.key(KeyCode::Esc),
            _ => scene.ctrl('c'),
        }
        assert_eq!((current(&scene), scene.state.composer().text()), (Some(ROOM), "a draft"));
    }
}

#[test]
fn arrows_choose_and_what_is_new_stands_first() {
    let mut scene = busy(80, 24);
    scene.alt(KeyCode::Char('k'));
    scene.key(KeyCode::Down);
    scene.key(KeyCode::Enter);
    assert_eq!(current(&scene), Some(OTHER));
    assert!(!scene.shows("ROOMS"));

    for size in [(20, 5), (30, 9), (200, 60)] {
        scene.resize(size.0, size.1);
        scene.alt(KeyCode::Char('k'));
        assert!(scene.shows("Esc stay"), "{}", scene.screen());
        scene.key(KeyCode::Esc);
    }
}

#[test]
fn a_room_of_the_last_days_is_entered_again() {
    let mut scene = busy(80, 24);
    scene.link(LinkEvent::Left { room: THIRD });
    let mut gone = scene.state.recent[0].clone();
    (gone.room, gone.code, gone.topic) = (RoomId([5; 16]), code("HT3W"), "the garden".into());
    scene.state.recent.push(gone.clone());
    let elsewhere = Recent { server: "chat.example.org:7000".into(), room: RoomId([6; 16]), ..gone };
    scene.state.recent.push(elsewhere);
    scene.effects();

    scene.says("/switch garden");
    assert_eq!(scene.effects(), [Effect::Link(Command::Return(RoomId([5; 16])))], "and not the one of another server");

    scene.says("/rooms");
    assert_eq!(scene.state.overlay, Some(Overlay::Switcher));
}

#[test]
fn a_room_that_ended_behind_another_is_listed_until_somebody_has_seen_it() {
    let mut scene = busy(120, 24);
    scene.link(LinkEvent::RoomEnded { room: OTHER, reason: EndReason::Over });
    assert!(scene.shows("over"), "{}", scene.screen());
    scene.alt(KeyCode::Char('2'));
    assert!(scene.state.rooms.contains_key(&OTHER));

    scene.alt(KeyCode::Char('3'));
    assert!(scene.shows("This room is over"), "{}", scene.screen());
    scene.alt(KeyCode::Char('1'));

    assert!(!scene.state.rooms.contains_key(&OTHER));
}

#[test]
fn a_peek_reads_what_it_shows_and_no_more() {
    let mut scene = busy(80, 24);
    let texts: Vec<String> = (3..=60).map(|n| format!("number {n}")).collect();
    said(&mut scene, OTHER, 2, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    let unread = |scene: &Scene| scene.state.rooms[&OTHER].timeline.unread().messages;
    assert_eq!(unread(&scene), 60);

    scene.alt(KeyCode::Char('3'));
    let shown = 60 - unread(&scene);
    assert!(scene.shows("number 60") && (10..25).contains(&shown), "{shown}");
    scene.alt(KeyCode::Char('1'));
    assert_eq!(unread(&scene), 60 - shown);

    scene.waits(60_000);
    assert!(!scene.reads().contains(&Seq(60)));
    scene.alt(KeyCode::Char('3'));
    scene.alt(KeyCode::Char('u'));
    assert!(scene.shows("hi") && scene.shows(" new"), "{}", scene.screen());
    scene.alt(KeyCode::Char('1'));
    scene.alt(KeyCode::Char('3'));
    assert!(scene.shows("hi"), "each room keeps its place: {}", scene.screen());
}

#[test]
fn a_page_of_what_was_missed_counts_from_where_reading_stopped() {
    let mut scene = Scene::busy(120, 24, 3);
    let state = RoomState { read: Seq(40), ..joined().state };
    let back = Joined { head: Seq(300), cursor: Seq(100), state, ..other() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: back });
    scene.alt(KeyCode::Char('1'));
    let texts = vec!["missed"; 200];

    said(&mut scene, OTHER, 100, &texts[..50]);
    let row = scene.row("CD4Y").unwrap();
    assert!(rows_of(&scene.buffer())[row].contains("50+"), "there is a page before: {}", scene.screen());

    said(&mut scene, OTHER, 150, &texts[..150]);
    assert!(rows_of(&scene.buffer())[row].contains("99+"), "{}", scene.screen());
}

#[test]
fn whoever_is_new_in_a_room_has_nothing_to_catch_up_on() {
    let mut scene = Scene::busy(120, 24, 3);
    let new = Joined { head: Seq(200), cursor: Seq(0), ..other() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: new });

    said(&mut scene, OTHER, 0, &["old"; 200]);

    assert!(scene.state.rooms[&OTHER].timeline.unread().is_none());
}

#[test]
fn as_many_rooms_as_there_can_be_are_listed_and_no_more() {
    let mut scene = Scene::busy(120, 24, 3);
    for n in 0..200_u8 {
        let room = RoomId([n + 50; 16]);
        scene.link(LinkEvent::Joined { asked: Asked::Return(room), joined: Joined { room, ..other() } });
    }
    assert!(scene.state.rooms.len() <= chat_proto::limits::MEMBERSHIPS);
    assert!(scene.shows("the server misbehaves: it opens more rooms than there can be"));
    assert!(scene.shows("more") && scene.shows("ROOMS") || scene.shows("more"), "{}", scene.screen());

    for _ in 0..3 {
        scene.ctrl('p');
        let listed = rows_of(&scene.buffer()).iter().any(|row| row.starts_with('▌'));
        assert!(listed, "the room on the screen is always in sight: {}", scene.screen());
    }
}

#[test]
fn the_window_is_called_after_the_room_and_what_is_unread() {
    let mut scene = busy(80, 24);
    assert_eq!(chat_tui::view::title(&scene.state), "(5) AB3Z · chat");

    said(&mut scene, OTHER, 2, &["x"; 150]);
    assert_eq!(chat_tui::view::title(&scene.state), "(99+) AB3Z · chat");

    scene.alt(KeyCode::Char('4'));
    scene.state.rooms.retain(|id, _| *id == DIRECT);
    assert_eq!(chat_tui::view::title(&scene.state), "@bob · chat");
}
