//! Whatever a peer or a server sends, and whatever the window's size: no panic, nothing raw, bounded memory.

use crate::scene::ARRIVAL;
use crate::scene::{ROOM, Scene, bytes, entry, joined, member, message, rows_of, start};
use crate::sound::is_raw;
use chat_proto::Act;
use chat_proto::entry::{BanScope, Entry, EntryBody, PersonId, RoomId, Seq, Target, UnixMillis};
use chat_proto::frame::EndReason;
use chat_proto::frame::{GapKind, HeldName, Member, Presence, Role, Voice};
use chat_tui::event::EventKind;
use chat_tui::link::{Asked, LinkEvent, Mark};
use chat_tui::overlay::{Overlay, Question};
use chat_tui::widget::members::MEMBERS_MAX;
use crossterm::event::{Event as TerminalEvent, KeyCode};
use std::time::Duration;

const MALLORY: (u64, &str) = (66, "mallory");

fn hostile_texts() -> Vec<String> {
    vec![
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{7}".into(),
        "\u{9b}31m\u{90}q\u{9c}".into(),
        "\u{202e}evil\u{2066}\u{61c}".into(),
        format!("z{}", "\u{301}".repeat(500)),
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 \u{e0041}\u{e0042}".into(),
        "line\n14:03     bob  I never said this\n✗ not sent".into(),
        "\r\n\0\u{7f}\u{8}".into(),
        "W".repeat(16 * 1024),
        "\n".repeat(399),
        "\t".repeat(1000),
        "結".repeat(5000),
        "שלום עולם, مرحبا".into(),
    ]
}

fn acts(text: &str) -> Vec<Act> {
    let target = || Target { person: PersonId(66), name: bytes(text) };
    vec![
        Act::Op(target()),
        Act::Own(target()),
        Act::Mute(target()),
        Act::Ban(target(), BanScope::Address),
        Act::Unban(target()),
        Act::Lock,
    ]
}

#[test]
fn no_text_reaches_the_terminal_raw() {
    for text in hostile_texts() {
        let mut scene = Scene::room(80, 24);
        scene.happens(0, (66, &text), message(&text));
        scene.happens(0, (66, &text), EntryBody::Topic(bytes(&text)));
        scene.happens(0, (67, &text), EntryBody::Joined(ARRIVAL));
        scene.happens(0, (67, &text), EntryBody::Renamed(bytes(&text)));
        for act in acts(&text) {
            scene.happens(0, (67, &text), EntryBody::Act(act));
        }
        scene.link(LinkEvent::Names(vec![HeldName { name: bytes(&text), rests_ms: Some(u64::MAX) }]));
        scene.link(LinkEvent::Members { room: ROOM, members: vec![member(68, &text, Presence::Here)] });
        scene.marked(9, Mark::Refused(text.clone()));
        let shown = rows_of(&scene.buffer()).concat() + &chat_tui::view::title(&scene.state);

        assert!(!shown.contains(is_raw), "{text:?}");
    }
}

#[test]
fn no_cell_holds_a_pile_of_marks() {
    let mut scene = Scene::room(80, 24);

    scene.happens(0, MALLORY, message(&format!("z{}", "\u{301}".repeat(500))));

    assert!(scene.buffer().content().iter().all(|cell| cell.symbol().chars().count() <= 12));
}

#[test]
fn no_message_reaches_the_columns_of_times_and_names() {
    for (columns, from) in [(80, 22), (40, 8), (25, 2)] {
        let mut scene = Scene::room(columns, 24);
        scene.happens(0, MALLORY, message("first\n14:03     bob  I never said this\n──── new"));

        let rows = rows_of(&scene.buffer());
        let forged = rows.iter().find(|row| row.contains("never")).unwrap();
        assert!(forged.chars().take(from).all(|c| c == ' '), "{forged:?}");
    }
}

#[test]
fn every_size_can_be_drawn() {
    let mut scene = Scene::room(80, 24);
    for text in hostile_texts() {
        // Long enough to fill every screen, short enough to be drawn a thousand times.
        scene.happens(0, MALLORY, message(&text[..text.floor_char_boundary(600)]));
    }
    scene.says("mine");
    scene.marked(1, Mark::Refused("because".into()));
    scene.types("結果 and more than fits into a row of a small window");
    for columns in (0..=34).chain([57, 58, 77, 78, 79, 110, 400]) {
        for rows in (0..=14).chain([20, 100]) {
            scene.resize(columns, rows);
            scene.buffer();
            for key in [KeyCode::PageUp, KeyCode::F(1), KeyCode::End] {
                scene.key(key);
                scene.buffer();
            }
            scene.key(KeyCode::Esc);
            scene.state.overlay = Some(Overlay::Question(Question::SendLong));
            scene.buffer();
            scene.key(KeyCode::Esc);
        }
    }
}

#[test]
fn the_longest_messages_can_be_drawn_narrow_and_wide() {
    for columns in [20, 21, 80, 400] {
        let mut scene = Scene::room(columns, 24);
        for text in hostile_texts() {
            scene.happens(0, MALLORY, message(&text));
            scene.buffer();
        }
        scene.key(KeyCode::PageUp);
        scene.buffer();
    }
}

#[test]
fn every_size_of_the_prompt_can_be_drawn() {
    for columns in 0..=60 {
        for rows in 0..=20 {
            let mut scene = Scene::new(start());
            scene.says("AB0");
            scene.resize(columns, rows);
            scene.buffer();
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let mut scene = Scene::room(80, 24);

    scene.resize(19, 4);

    assert_eq!(rows_of(&scene.buffer())[0], "too small");
}

#[test]
fn a_storm_of_sizes_leaves_everything_in_place() {
    let mut scene = Scene::busy(80, 24, 100);
    let before = scene.screen();

    for i in 0..1000_u16 {
        scene.resize(i * 7 % 130, i * 3 % 60);
    }
    scene.resize(80, 24);

    assert_eq!(scene.screen(), before);
}

#[test]
fn places_that_do_not_rise_are_dropped() {
    let mut scene = Scene::room(80, 24);
    let at = |seq, text: &str| entry(seq, 0, MALLORY, message(text));

    for (seq, text) in [(10, "ten"), (9, "nine"), (10, "ten again"), (11, "eleven")] {
        scene.link(LinkEvent::Entries { room: ROOM, entries: vec![at(seq, text)] });
    }

    assert!(scene.shows("eleven"));
    assert!(!scene.shows("nine"));
    assert!(!scene.shows("again"));
}

#[test]
fn numbers_from_the_end_of_the_world_do_no_harm() {
    let mut scene = Scene::room(80, 24);
    let odd = |seq, time| Entry {
        seq: Seq(seq),
        prev: Seq(u64::MAX),
        time: UnixMillis(time),
        ..entry(1, 0, MALLORY, message("odd"))
    };

    for (seq, time) in [(5, 1_000_000_000_000_000_000), (6, i64::MIN), (7, i64::MAX), (u64::MAX, 0), (u64::MAX, 0)] {
        scene.link(LinkEvent::Entries { room: ROOM, entries: vec![odd(seq, time)] });
        scene.buffer();
    }
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(0), to: Seq(u64::MAX), kind: GapKind::Loadable });
    scene.link(LinkEvent::Page {
        room: ROOM,
        after: Seq(u64::MAX),
        before: Seq(0),
        oldest: Seq(u64::MAX),
        entries: vec![],
    });
    let mut joined = joined();
    (joined.head, joined.oldest, joined.cursor) = (Seq(u64::MAX), Seq(u64::MAX), Seq(u64::MAX));
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    scene.link(LinkEvent::Latency(Duration::MAX));
    scene.alt(KeyCode::Home);

    scene.buffer();
}

#[test]
fn a_million_members_and_a_crowd_of_rooms_stay_bounded() {
    let mut scene = Scene::room(80, 24);
    for part in 0..100 {
        let members = (0..10_000).map(|n| member(part * 10_000 + n, "m", Presence::Here)).collect();
        scene.link(LinkEvent::Members { room: ROOM, members });
    }
    assert!(scene.state.room().unwrap().members.present() <= MEMBERS_MAX);

    for n in 0..=255 {
        let mut joined = joined();
        joined.room = RoomId([n; 16]);
        scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
    }
    assert!(scene.state.rooms.len() <= chat_proto::limits::MEMBERSHIPS);
}

#[test]
fn a_name_with_every_mark_stays_in_its_column() {
    for (columns, rows) in [(78, 24), (80, 24), (120, 24)] {
        let mut scene = Scene::room(columns, rows);
        let ranked = |person, name: &str, key| Member {
            role: Role::Owner,
            voice: Voice::Muted,
            key,
            ..member(person, name, Presence::Here)
        };
        scene.link(LinkEvent::Members { room: ROOM, members: vec![ranked(7, &"W".repeat(24), [1; 32])] });
        scene.link(LinkEvent::Members { room: ROOM, members: vec![ranked(8, &"W".repeat(24), [2; 32])] });

        let marked = scene.screen().lines().filter(|row| row.contains("…! ★ ⊘")).count();
        assert_eq!(marked, 1, "{}", scene.screen());
    }
}

#[test]
fn a_server_that_makes_people_up_fills_no_memory_and_one_line() {
    let mut scene = Scene::room(80, 24);
    for key in [1, 2] {
        for part in 0..10_u64 {
            let members = (0..3_000)
                .map(|n| Member { key: [key; 32], ..member(part * 3_000 + n, &format!("p{n}"), Presence::Here) })
                .collect();
            scene.link(LinkEvent::Members { room: ROOM, members });
        }
    }
    scene.effects();

    assert!(scene.state.room().unwrap().timeline.items().len() < 20, "{}", scene.screen());
    scene.screen();
}

#[test]
fn what_belongs_to_no_room_here_is_ignored() {
    let mut scene = Scene::prompt();

    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(1, 0, MALLORY, message("?"))] });
    scene.link(LinkEvent::Members { room: ROOM, members: vec![] });
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(1), to: Seq(2), kind: GapKind::Purged });
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.link(LinkEvent::Left { room: ROOM });
    scene.event(EventKind::Tick);
    scene.terminal(TerminalEvent::FocusLost);

    assert_eq!(scene.effects(), []);
    assert!(scene.state.rooms.is_empty());
}

#[test]
fn a_flood_of_gaps_is_a_few_lines_and_no_memory() {
    let mut scene = Scene::room(80, 24);
    for n in 0..100_000_u64 {
        let kind = if n % 2 == 0 { GapKind::Loadable } else { GapKind::Purged };
        scene.link(LinkEvent::Gap { room: ROOM, from: Seq(100 + n), to: Seq(100 + n), kind });
    }

    assert!(scene.state.room().unwrap().timeline.items().len() < 20);
    scene.screen();
}
