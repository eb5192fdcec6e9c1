//! Jumping to a message that is not here, and reading on from there.

use crate::scene::{ROOM, Scene, entry, joined, message, rows_of, up};
use chat_proto::entry::{Entry, Seq};
use chat_proto::frame::{Beyond, EndReason, Hit};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::quest::Quest;
use chat_tui::widget::timeline::ENTRIES_MAX;
use crossterm::event::KeyCode;
use std::time::Duration;

fn messages(range: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    range.map(|seq| entry(seq, 0, (2, "bob"), message(&format!("message {seq}")))).collect()
}

/// A room of `head` entries, of which the last 50 are here.
fn late(head: u64, columns: u16, rows: u16) -> Scene {
    let mut joined = joined();
    (joined.cursor, joined.head) = (Seq(head - 50), Seq(head));
    let mut scene = Scene::entering(joined, columns, rows);
    scene.bob_says((head - 49..=head).map(|n| format!("message {n}")));
    // A high window reaches what is not here already.
    for effect in scene.effects() {
        let Effect::Link(Command::History { after, before, .. }) = effect else { panic!("{effect:?}") };
        answer(&mut scene, (after.0, before.0));
    }
    scene
}

/// Finds message `seq`, and goes there.
fn jump(scene: &mut Scene, seq: u64) {
    open_hits(scene, seq);
    scene.key(KeyCode::Enter);
}

/// Finds message `seq`.
fn open_hits(scene: &mut Scene, seq: u64) {
    scene.says("/search x");
    let quest = Quest { words: "x".into(), from: None, since: None, until: None };
    let Entry { seq, time, author, .. } = entry(seq, 0, (2, "bob"), message("x"));
    let found = chat_proto::frame::Excerpt { seq, time, author, text: "x".into() };
    let hits = vec![Hit { before: None, found, after: None }];
    scene.effects();
    scene.link(LinkEvent::Found { room: ROOM, quest, before: Seq(u64::MAX), hits, beyond: Beyond::Nothing });
}

/// The only page that is asked for.
fn asked(scene: &mut Scene) -> (u64, u64) {
    match scene.effects().as_slice() {
        [Effect::Link(Command::History { after, before, .. })] => (after.0, before.0),
        other => panic!("not one page: {other:?}"),
    }
}

/// Answers what is asked as a server does that keeps everything: the newest 200 of the range.
fn answer(scene: &mut Scene, (after, before): (u64, u64)) {
    let entries = messages(after.max(before.saturating_sub(201)) + 1..=before - 1);
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(after), before: Seq(before), oldest: Seq(1), entries });
}

/// The numbers of the first and the last message on the screen.
fn visible(scene: &Scene) -> (u64, u64) {
    let screen = scene.screen();
    let numbers = screen.split("message ").skip(1);
    let mut numbers = numbers.filter_map(|rest| rest.split_whitespace().next()?.parse().ok());
    let first = numbers.next().expect("a message is on the screen");
    (first, numbers.last().unwrap_or(first))
}

fn held(scene: &Scene) -> usize {
    scene.state.room().expect("a room is open").timeline.held()
}

#[test]
fn a_message_that_is_not_here_comes_with_its_surroundings() {
    for (columns, rows) in [(40, 15), (80, 24), (200, 50)] {
        let mut scene = late(5_000, columns, rows);
        jump(&mut scene, 1_000);
        assert!(scene.shows("message 5000") && scene.shows("fetching that message…"), "{}", scene.screen());

        let range = asked(&mut scene);
        assert!(range.0 == 0 && (1_001..1_200).contains(&range.1), "{range:?}");
        answer(&mut scene, range);

        for n in [999, 1_000, 1_001] {
            assert!(scene.shows(&format!("message {n}")), "{}", scene.screen());
        }
        let row = scene.row("message 1000").unwrap();
        assert!(rows_of(&scene.buffer())[row].starts_with('▌'), "{}", scene.screen());
    }
}

#[test]
fn reading_on_loads_page_after_page_until_the_end_is_reached() {
    let mut scene = late(2_000, 80, 24);
    jump(&mut scene, 1_000);
    let range = asked(&mut scene);
    answer(&mut scene, range);

    let mut last = visible(&scene).1;
    for _ in 0..200 {
        scene.key(KeyCode::PageDown);
        for effect in scene.effects() {
            let Effect::Link(Command::History { after, before, .. }) = effect else { panic!("{effect:?}") };
            assert!(before.0 - after.0 <= 201, "what comes next is asked for, not what is far below");
            answer(&mut scene, (after.0, before.0));
        }
        let (first, seen) = visible(&scene);
        assert!(first <= last + 1 && (seen > last || seen == 2_000), "nothing is skipped: {last}\n{}", scene.screen());
        last = seen;
    }
    assert_eq!(last, 2_000);
    assert!(scene.state.room().unwrap().timeline.is_at_end());
}

#[test]
fn scrolling_up_from_there_loads_what_is_older() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    let range = asked(&mut scene);
    answer(&mut scene, range);

    let mut ranges = Vec::new();
    for _ in 0..80 {
        scene.key(KeyCode::PageUp);
        for effect in scene.effects() {
            let Effect::Link(Command::History { after, before, .. }) = effect else { panic!("{effect:?}") };
            assert!(!ranges.contains(&(after, before)), "never twice");
            ranges.push((after, before));
            answer(&mut scene, (after.0, before.0));
        }
    }

    assert!(scene.shows("message 1"), "{}", scene.screen());
}

#[test]
fn new_messages_move_nothing_and_one_key_leads_back_to_the_end() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    let range = asked(&mut scene);
    answer(&mut scene, range);
    let before = rows_of(&scene.buffer());

    scene.bob_says((5_001..=5_003).map(|n| format!("message {n}")));

    assert_eq!(rows_of(&scene.buffer())[1..18], before[1..18]);
    assert!(scene.shows("↓ 3 new · Alt-End"));
    scene.alt(KeyCode::End);
    assert!(scene.shows("message 5003") && !scene.screen().contains('▌'), "{}", scene.screen());
}

#[test]
fn a_page_that_does_not_reach_back_far_enough_is_followed_by_another() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    let (after, before) = asked(&mut scene);

    // Its messages are long: only ten fit.
    let entries = messages(before - 10..=before - 1);
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(after), before: Seq(before), oldest: Seq(1), entries });
    assert!(scene.shows("message 5000"), "the view waits for the message");
    while !scene.shows("message 1000") {
        let range = asked(&mut scene);
        answer(&mut scene, range);
    }
}

#[test]
fn a_message_that_is_gone_or_cannot_be_had_is_told() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    let (after, before) = asked(&mut scene);
    let (after, before) = (Seq(after), Seq(before));
    scene.link(LinkEvent::Page { room: ROOM, after, before, oldest: Seq(3_000), entries: vec![] });
    assert!(scene.shows("that message is no longer kept"), "{}", scene.screen());

    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    scene.link(LinkEvent::Refused { asked: Asked::History(ROOM), sentence: "later".into(), free_name: None });
    assert!(scene.shows("✗ later") || scene.shows("later"), "{}", scene.screen());
    assert!(scene.shows("message 5000"));
}

#[test]
fn a_lost_link_ends_a_jump_and_nothing_moves_later() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    scene.effects();

    scene.link(LinkEvent::Down { trouble: Trouble::GoAway, retry_in: Duration::from_secs(1) });
    scene.link(up());

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("message 5000"));
}

#[test]
fn whoever_scrolls_on_meanwhile_is_not_taken_away() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    let range = asked(&mut scene);
    scene.key(KeyCode::PageUp);

    answer(&mut scene, range);

    assert!(!scene.shows("message 1000"), "{}", scene.screen());
}

#[test]
fn memory_stays_bounded_and_the_page_that_is_read_stays() {
    let mut scene = late(1_000_000, 80, 24);
    scene.bob_says((0..ENTRIES_MAX as u64 + 500).map(|n| format!("more {n}")));
    jump(&mut scene, 1_000);
    let range = asked(&mut scene);
    answer(&mut scene, range);
    assert!(scene.shows("message 1000") && held(&scene) <= ENTRIES_MAX, "{}", scene.screen());

    scene.bob_says((0..300).map(|n| format!("even more {n}")));
    for _ in 0..30 {
        scene.key(KeyCode::PageDown);
        for effect in scene.effects() {
            let Effect::Link(Command::History { after, before, .. }) = effect else { panic!("{effect:?}") };
            answer(&mut scene, (after.0, before.0));
        }
    }

    assert!(held(&scene) <= ENTRIES_MAX);
    assert!(visible(&scene).0 > 1_400, "{}", scene.screen());
}

#[test]
fn what_a_full_memory_was_asked_for_is_kept_until_it_was_read() {
    let mut scene = late(1_000_000, 80, 24);
    scene.bob_says((0..ENTRIES_MAX as u64 + 500).map(|n| format!("more {n}")));
    let end_of_gap = 1_000_000 + 500;
    jump(&mut scene, end_of_gap - 10);

    let range = asked(&mut scene);
    answer(&mut scene, range);

    assert!(scene.shows(&format!("message {}", end_of_gap - 10)), "{}", scene.screen());
    assert_eq!(scene.effects(), [], "nothing is asked for over and over");
    assert!(held(&scene) <= ENTRIES_MAX);
}

#[test]
fn a_message_of_a_room_that_is_over_is_not_waited_for() {
    let mut scene = late(5_000, 80, 24);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.effects();
    scene.alt(KeyCode::Char('u'));
    assert!(scene.shows("nothing here is unread"));

    let mut scene = late(5_000, 80, 24);
    open_hits(&mut scene, 1_000);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.key(KeyCode::Enter);

    assert!(
        !scene.shows("fetching") && scene.shows("this room is over: that message cannot be had"),
        "{}",
        scene.screen()
    );
    assert!(scene.shows("message 5000"));
}

#[test]
fn where_reading_stopped_is_not_jumped_to_long_after() {
    let mut joined = joined();
    (joined.cursor, joined.head, joined.state.read) = (Seq(4_950), Seq(5_000), Seq(1_000));
    let mut scene = Scene::entering(joined, 80, 24);
    scene.bob_says((4_951..=5_000).map(|n| format!("message {n}")));
    scene.link(LinkEvent::Down { trouble: Trouble::GoAway, retry_in: Duration::from_secs(1) });

    scene.alt(KeyCode::Char('u'));
    assert!(scene.shows("not connected: that message is on the server"), "{}", scene.screen());
    scene.effects();
    scene.link(up());

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("message 5000"));
}

#[test]
fn another_message_is_not_shown_as_the_one_that_was_found() {
    let mut scene = late(5_000, 80, 24);
    jump(&mut scene, 1_000);
    let (after, before) = asked(&mut scene);
    // A server that has nothing where it found something.
    let entries =
        messages(1_010..=before - 1).into_iter().map(|entry| Entry { prev: Seq(900.min(entry.seq.0 - 1)), ..entry });
    scene.link(LinkEvent::Page {
        room: ROOM,
        after: Seq(after),
        before: Seq(before),
        oldest: Seq(1),
        entries: entries.collect(),
    });

    assert!(scene.shows("that message is no longer kept") && scene.shows("message 5000"), "{}", scene.screen());
}

#[test]
fn a_message_that_is_found_before_it_is_here_is_awaited_at_the_end() {
    let mut scene = late(5_000, 80, 24);
    scene.key(KeyCode::PageUp);
    jump(&mut scene, 5_001);
    assert!(!scene.shows("no longer kept"), "{}", scene.screen());

    scene.bob_says(["message 5001".to_owned()]);
    assert!(scene.shows("message 5001"), "{}", scene.screen());
}
