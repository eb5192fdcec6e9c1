//! Moving through what was said: nothing moves under the reader, and what is not here is loaded once.

use crate::counting::allocated_bytes;
use crate::scene::ARRIVAL;
use crate::scene::{ROOM, Scene, entry, joined, message, rows_of};
use chat_proto::entry::{Entry, EntryBody, Seq};
use chat_proto::frame::GapKind;
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::screen::room::Places;
use chat_tui::widget::timeline::{ENTRIES_MAX, Row};
use crossterm::event::{Event as TerminalEvent, KeyCode, MouseEventKind};
use std::time::Duration;

fn history(after: u64, before: u64) -> Effect {
    Effect::Link(Command::History { room: ROOM, after: Seq(after), before: Seq(before) })
}

fn page(after: u64, before: u64, oldest: u64, entries: Vec<Entry>) -> LinkEvent {
    LinkEvent::Page { room: ROOM, after: Seq(after), before: Seq(before), oldest: Seq(oldest), entries }
}

fn messages(range: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    range.map(|seq| entry(seq, 0, (2, "bob"), message(&format!("message {seq}")))).collect()
}

/// A room whose log begins at `oldest`, of which only what follows `cursor` came with the join.
fn late(oldest: u64, cursor: u64, count: u64) -> Scene {
    let mut joined = joined();
    (joined.oldest, joined.cursor, joined.head) = (Seq(oldest), Seq(cursor), Seq(cursor + count));
    let mut scene = Scene::entering(joined, 80, 24);
    scene.bob_says((cursor + 1..=cursor + count).map(|n| format!("message {n}")));
    scene
}

#[test]
fn at_the_end_the_view_follows() {
    let mut scene = Scene::busy(80, 24, 100);

    scene.bob_says(["the newest".into()]);

    assert!(scene.shows("the newest"));
    assert!(!scene.shows("new ·"));
}

#[test]
fn scrolled_up_nothing_moves_and_what_is_new_is_counted() {
    let mut scene = Scene::busy(80, 24, 100);
    scene.key(KeyCode::PageUp);
    let before = rows_of(&scene.buffer());

    scene.bob_says(["one".into(), "two".into(), "three".into()]);

    let after = rows_of(&scene.buffer());
    assert_eq!(before[1..19], after[1..19]);
    assert!(scene.shows("↓ 3 new · Alt-End"));

    scene.alt(KeyCode::End);
    assert!(scene.shows("three"));
    assert!(!scene.shows("3 new ·"));
}

#[test]
fn an_older_page_above_moves_nothing() {
    let mut scene = late(1, 300, 100);
    for _ in 0..3 {
        scene.key(KeyCode::PageUp);
    }
    scene.effects();
    scene.alt(KeyCode::Home);
    assert_eq!(scene.effects(), [history(0, 301)]);
    let before = scene.row("message 301").unwrap();
    assert!(scene.shows("loading…"));

    scene.link(page(0, 301, 1, messages(101..=300)));

    assert_eq!(scene.row("message 301"), Some(before));
    assert!(scene.shows("message 300"));
}

/// The number of the message at the top of the pane.
fn top_message(scene: &Scene) -> usize {
    let timeline = &scene.state.room().expect("a room is open").timeline;
    let rows = timeline.window(&Places::of(&scene.state).look(&scene.state));
    let block = rows.iter().find_map(|row| if let Row::Text { block, .. } = row { Some(*block) } else { None });
    block.expect("something is said")
}

#[test]
fn a_resize_keeps_the_message_that_was_read() {
    let mut scene = Scene::room(80, 24);
    scene.bob_says((1..=200).map(|n| format!("message {n} {}", "and a few more words ".repeat(9))));
    for _ in 0..20 {
        scene.key(KeyCode::PageUp);
    }
    let read = top_message(&scene);

    for (columns, rows) in [(40, 15), (200, 50), (20, 5), (120, 30), (80, 24)] {
        scene.resize(columns, rows);
        let shown = top_message(&scene);
        assert!(shown.abs_diff(read) <= 1, "{shown} instead of {read} at {columns}×{rows}");
    }
    assert_eq!(top_message(&scene), read);
}

#[test]
fn a_divider_stands_where_reading_stopped() {
    let mut scene = Scene::busy(70, 24, 3);
    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says(["while you were away".into()]);
    scene.terminal(TerminalEvent::FocusGained);

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning                3 here  open  not kept  ● 2 ms

     ────────────────────  Sunday, 22 November 2026  ────────────────────
     14:00           bob  message 1
     14:00                message 2
     14:00                message 3

     ─────────────────────────────────────────────────────────────── new
     14:00           bob  while you were away












    ──────────────────────────────────────────────────────────────────────
     › write a message
              Enter send · Alt-Up select a message · / commands · F1 help
    "#);

    scene.says("I am back");
    assert!(!scene.screen().lines().any(|row| row.ends_with("─ new")));
}

#[test]
fn one_key_leads_to_where_reading_stopped() {
    let mut scene = Scene::busy(80, 24, 50);
    scene.alt(KeyCode::Char('u'));
    assert!(scene.shows("nothing here is unread"));
    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says((51..=150).map(|n| format!("message {n}")));
    assert!(!scene.shows("message 51"));

    scene.alt(KeyCode::Char('u'));

    assert!(scene.row("message 51").unwrap() < 6, "{}", scene.screen());
}

#[test]
fn after_a_reconnect_what_was_missed_stands_below_the_divider() {
    let mut scene = Scene::busy(70, 24, 3);
    let mut resumed = joined();
    (resumed.cursor, resumed.head) = (Seq(3), Seq(5));

    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: resumed });
    scene.bob_says(["missed".into()]);

    let divider = scene.screen().lines().position(|row| row.ends_with("─ new")).unwrap();
    assert_eq!(scene.row("missed"), Some(divider + 1));
}

#[test]
fn a_reconnect_that_missed_nothing_draws_no_divider() {
    let mut scene = Scene::busy(70, 24, 3);
    let mut resumed = joined();
    (resumed.cursor, resumed.head) = (Seq(3), Seq(3));

    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: resumed });
    scene.bob_says(["live".into()]);

    assert!(scene.shows("live"));
    assert!(!scene.screen().lines().any(|row| row.ends_with("─ new")));
}

#[test]
fn the_wheel_scrolls() {
    let mut scene = Scene::busy(80, 24, 100);

    scene.wheel(MouseEventKind::ScrollUp);
    assert!(!scene.shows("message 100"));

    scene.wheel(MouseEventKind::ScrollDown);
    assert!(scene.shows("message 100"));
    assert!(scene.state.room().unwrap().timeline.is_at_end());
}

#[test]
fn no_range_is_ever_asked_for_twice() {
    let mut scene = late(1, 600, 50);
    let mut asked = Vec::new();
    for _ in 0..40 {
        scene.alt(KeyCode::Home);
        for effect in scene.effects() {
            let Effect::Link(Command::History { after, before, .. }) = effect else { panic!("{effect:?}") };
            assert!(!asked.contains(&(after, before)), "{after} {before} again");
            asked.push((after, before));
            let from = before.0.saturating_sub(200).max(1);
            scene.link(page(after.0, before.0, 1, messages(from..=before.0 - 1)));
        }
    }

    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(scene.shows("message 1"));
    assert!(!scene.shows("loading…"));
}

#[test]
fn an_answer_that_brings_nothing_ends_the_asking() {
    for oldest in [1, 300, 301] {
        let mut scene = late(1, 300, 50);
        scene.alt(KeyCode::Home);
        assert_eq!(scene.effects(), [history(0, 301)]);

        scene.link(page(0, 301, oldest, vec![]));
        scene.alt(KeyCode::Home);

        assert_eq!(scene.effects(), []);
        assert_eq!(scene.shows("older messages are gone"), oldest > 1);
    }
}

#[test]
fn what_the_server_no_longer_keeps_is_said() {
    let mut scene = late(250, 300, 50);

    scene.alt(KeyCode::Home);
    assert_eq!(scene.effects(), [history(249, 301)]);
    scene.link(page(249, 301, 250, messages(250..=300)));
    scene.alt(KeyCode::Home);

    assert!(scene.shows("older messages are gone"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_gap_in_the_middle_loads_when_it_is_reached() {
    let mut scene = Scene::busy(80, 24, 50);
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(51), to: Seq(3000), kind: GapKind::Loadable });
    let tail: Vec<Entry> = messages(3001..=3100);
    scene.link(LinkEvent::Entries { room: ROOM, entries: tail });
    assert_eq!(scene.effects(), []);

    for _ in 0..5 {
        scene.key(KeyCode::PageUp);
    }

    assert_eq!(scene.effects(), [history(0, 3001)]);
}

#[test]
fn a_refused_page_says_why_and_scrolling_asks_again() {
    let mut scene = late(1, 300, 50);
    scene.alt(KeyCode::Home);
    scene.effects();

    let sentence = "too often; try again in a moment".into();
    scene.link(LinkEvent::Refused { asked: Asked::History(ROOM), sentence, free_name: None });
    assert!(scene.shows("not loaded: too often; try again in a moment"));
    assert_eq!(scene.effects(), []);

    scene.key(KeyCode::PageUp);
    assert_eq!(scene.effects(), [history(0, 301)]);
}

#[test]
fn a_lost_link_forgets_what_was_asked_and_the_next_one_asks_again() {
    let mut scene = late(1, 300, 50);
    scene.alt(KeyCode::Home);
    scene.effects();

    scene.link(LinkEvent::Down { trouble: Trouble::GoAway, retry_in: Duration::from_secs(1) });
    assert_eq!(scene.effects(), []);
    scene.link(crate::scene::up());

    assert_eq!(scene.effects(), [history(0, 301)]);
}

#[test]
fn clear_empties_the_screen_and_scrolling_brings_everything_back() {
    let mut scene = Scene::busy(80, 24, 100);

    scene.says("/clear");
    assert!(!scene.shows("message 1"));
    scene.bob_says(["after".into()]);
    assert!(scene.shows("after"));

    scene.key(KeyCode::PageUp);
    assert!(scene.shows("message 80"), "{}", scene.screen());
}

#[test]
fn memory_holds_a_hundred_thousand_entries_and_says_where_the_rest_is() {
    let mut scene = Scene::busy(80, 24, ENTRIES_MAX as u64 + 500);
    assert!(scene.state.room().unwrap().timeline.items().len() <= ENTRIES_MAX + 2);

    scene.alt(KeyCode::Home);

    assert!(scene.shows("older messages stay on the server"), "{}", scene.screen());
    assert!(scene.shows("message 501"));
    assert_eq!(scene.effects(), []);
}

#[test]
fn a_hundred_thousand_messages_scroll_like_a_hundred() {
    let cost = |messages| {
        let mut scene = Scene::busy(80, 24, messages);
        allocated_bytes(|| {
            for _ in 0..20 {
                scene.key(KeyCode::PageUp);
                scene.buffer();
            }
        })
    };

    let (few, many) = (cost(1_000), cost(100_000));

    assert!(few > 0, "nothing was measured");
    assert!(many < few + few / 10, "laying out and drawing took {many} bytes instead of {few}");
}

#[test]
fn a_day_of_comings_and_goings_is_a_few_lines() {
    let mut scene = Scene::room(80, 24);
    for _ in 0..200 {
        scene.happens(0, (9, "flappy"), EntryBody::Joined(ARRIVAL));
        scene.happens(0, (9, "flappy"), EntryBody::Left(chat_proto::LeaveReason::Lost));
    }

    assert!(scene.screen().lines().filter(|row| row.contains("flappy")).count() < 10);
}

#[test]
fn all_rooms_together_hold_no_more_than_one_may_and_the_one_on_the_screen_keeps_its_own() {
    let mut scene = Scene::busy(80, 24, 60_000);
    let mut other = joined();
    other.room = chat_proto::RoomId([8; 16]);
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other.clone() });
    for first in (1..=60_000).step_by(200) {
        scene.link(LinkEvent::Entries { room: other.room, entries: messages(first..=first + 199) });
    }

    let held = |room| scene.state.rooms[room].timeline.held();
    assert!(held(&ROOM) + held(&other.room) <= ENTRIES_MAX);
    assert_eq!(held(&other.room), 60_000, "it is on the screen");
}
