//! How far was read: told to the server, and found again at the next start.

use crate::scene::{ROOM, Scene, entry, joined, message, start, up};
use chat_proto::LeaveReason;
use chat_proto::entry::{EntryBody, Seq};
use chat_proto::frame::{Durability, Joined, Keep, Label, RoomState};
use chat_tui::effect::Effect;
use chat_tui::event::EventKind;
use chat_tui::link::{Asked, Command, LinkEvent};
use chat_tui::state::{Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode};

/// Alice comes back to a room of 20 messages, of which she has read so many.
fn back(read: u64) -> Scene {
    let mut joined = joined();
    (joined.head, joined.state.read) = (Seq(20), Seq(read));
    let mut scene = Scene::entering(joined, 80, 40);
    let entries = (1..=20).map(|seq| entry(seq, 0, (2, "bob"), message(&format!("message {seq} end"))));
    scene.link(LinkEvent::Entries { room: ROOM, entries: entries.collect() });
    scene
}

fn divider(scene: &Scene) -> Option<usize> {
    scene.screen().lines().position(|row| row.ends_with("─ new │") || row.contains("── new"))
}

#[test]
fn a_fresh_start_shows_what_is_new_since_last_time() {
    let scene = back(15);

    let divider = divider(&scene).expect("there is something new");
    assert_eq!(scene.row("message 16 end"), Some(divider + 1), "{}", scene.screen());
}

#[test]
fn whoever_has_read_everything_or_was_never_here_sees_no_divider() {
    assert_eq!(divider(&back(20)), None);
    assert_eq!(divider(&back(0)), None);
    assert_eq!(divider(&back(u64::MAX)), None);
}

#[test]
fn comings_and_goings_are_nothing_new() {
    let mut joined = joined();
    (joined.head, joined.state.read) = (Seq(3), Seq(1));
    let mut scene = Scene::entering(joined, 80, 24);

    scene.happens(0, (2, "bob"), message("read"));
    scene.happens(1, (1, "alice"), EntryBody::Left(LeaveReason::Quit));
    scene.happens(2, (1, "alice"), EntryBody::Joined(crate::scene::ARRIVAL));
    scene.happens(3, (2, "bob"), message("live"));

    assert_eq!(divider(&scene), None, "{}", scene.screen());
}

#[test]
fn what_is_new_and_far_above_is_one_key_away() {
    let mut joined = joined();
    (joined.cursor, joined.head, joined.state.read) = (Seq(950), Seq(1_000), Seq(300));
    let mut scene = Scene::entering(joined, 80, 24);
    scene.bob_says((951..=1_000).map(|n| format!("message {n} end")));
    scene.effects();

    scene.alt(KeyCode::Char('u'));
    let [Effect::Link(Command::History { after, before, .. })] = scene.effects()[..] else { panic!("no page") };
    assert!(after.0 == 0 && (302..502).contains(&before.0), "{before:?}");
    let entries = (before.0 - 200..before.0).map(|n| entry(n, 0, (2, "bob"), message(&format!("message {n} end"))));
    scene.link(LinkEvent::Page { room: ROOM, after, before, oldest: Seq(1), entries: entries.collect() });

    let divider = divider(&scene).expect("it is on the screen");
    assert_eq!(scene.row("message 301 end"), Some(divider + 1), "{}", scene.screen());
}

#[test]
fn a_resume_knows_better_than_the_server() {
    let mut scene = Scene::busy(80, 24, 5);
    let mut resumed = joined();
    (resumed.cursor, resumed.head, resumed.state.read) = (Seq(5), Seq(5), Seq(2));

    scene.link(LinkEvent::Joined { asked: Asked::Resume(ROOM), joined: resumed });

    assert_eq!(divider(&scene), None);
}

#[test]
fn what_was_read_is_told_once_in_a_while_and_no_more_than_once() {
    let mut scene = Scene::busy(80, 24, 5);
    assert_eq!(scene.reads(), []);

    scene.waits(1_000);
    scene.bob_says(["one more".into()]);
    scene.waits(1_000);
    assert_eq!(scene.reads(), []);
    scene.waits(1_000);

    assert_eq!(scene.reads(), [Seq(6)]);
    scene.waits(600_000);
    assert_eq!((scene.reads(), scene.state.wake_at()), (vec![], None));
}

#[test]
fn what_was_not_on_the_screen_is_not_read() {
    let mut scene = Scene::busy(80, 24, 100);
    scene.waits(3_000);
    assert_eq!(scene.reads(), [Seq(100)]);

    scene.key(KeyCode::PageUp);
    scene.bob_says(["below the screen".into()]);
    scene.waits(60_000);
    assert_eq!(scene.reads(), []);

    scene.alt(KeyCode::End);
    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says(["while nobody looked".into()]);
    scene.waits(60_000);
    assert_eq!(scene.reads(), [Seq(101)]);

    scene.terminal(TerminalEvent::FocusGained);
    scene.waits(3_000);
    assert_eq!(scene.reads(), [Seq(102)]);
}

#[test]
fn whoever_quits_tells_before_they_go() {
    let mut scene = Scene::busy(80, 24, 5);
    scene.reads();

    scene.event(EventKind::Hangup);

    assert_eq!(scene.reads(), [Seq(5)]);
}

#[test]
fn what_the_server_knows_is_not_told_again() {
    let mut scene = back(20);

    scene.waits(60_000);

    assert_eq!(scene.reads(), []);
}

#[test]
fn nothing_is_told_while_there_is_no_link() {
    let mut scene = Scene::busy(80, 24, 5);
    let trouble = chat_tui::link::Trouble::GoAway;
    scene.link(LinkEvent::Down { trouble, retry_in: std::time::Duration::from_mins(2) });
    scene.waits(60_000);
    assert_eq!(scene.reads(), []);

    scene.link(up());

    assert_eq!(scene.reads(), [Seq(5)]);
}

fn kept(columns: u16, label: Label) -> String {
    let mut joined = joined();
    joined.state.label = label;
    Scene::entering(joined, columns, 24).screen().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_status_tells_what_the_room_keeps_wherever_there_is_room() {
    let memory = joined().state.label;
    let month = 30 * 24 * 3_600_000;
    let disk = Label {
        durability: Durability::Disk,
        keeps_ms: Some(month),
        keeps_entries: None,
        keeps_bytes: None,
        keeps_bytes_of_all: None,
        waits_ms: month,
    };
    for (columns, label, words) in [
        (80, disk, "kept 30 days"),
        (110, disk, "kept 30 days, operator can read"),
        (200, disk, "kept 30 days, operator can read"),
        (110, Label { keeps_ms: None, ..disk }, "kept for ever, operator can read"),
        (80, memory, "not kept"),
        (110, memory, "in memory, operator can read"),
        (200, memory, "kept until the last one leaves, operator can read"),
    ] {
        let status = kept(columns, label);
        assert!(status.contains(words) && status.contains("AB3Z") && status.contains('●'), "{status}");
    }
    assert!(kept(40, disk).contains("AB3Z"));
}

#[test]
fn the_help_says_what_an_accepted_message_is_worth() {
    let mut scene = Scene::busy(100, 200, 1);
    scene.key(KeyCode::F(1));
    assert!(scene.shows("accepted: in the server's memory"), "{}", scene.screen());

    let mut joined = joined();
    joined.state.label.durability = Durability::Disk;
    let mut scene = Scene::entering(joined, 100, 200);
    scene.key(KeyCode::F(1));
    assert!(scene.shows("accepted: on the server's disk") && scene.shows("whoever runs the server"));

    let mut scene = Scene::prompt();
    scene.resize(100, 200);
    scene.key(KeyCode::F(1));
    assert!(scene.shows("accepted by the server") && !scene.shows("This room"));
}

#[test]
fn whoever_asks_for_more_than_a_server_keeps_is_told() {
    let week = Keep::Millis(7 * 86_400_000);
    let label = joined().state.label;
    let on_disk = |ms| Label { durability: Durability::Disk, keeps_ms: Some(ms), ..label };
    let cases = [
        (week, label, Some("this server keeps nothing on disk")),
        (week, on_disk(86_400_000), Some("this server keeps what is said for 1 day at most")),
        (Keep::Forever, on_disk(7 * 86_400_000), Some("this server keeps what is said for 7 days at most")),
        (week, on_disk(7 * 86_400_000), None),
        (Keep::Default, label, None),
    ];
    for (keep, label, told) in cases {
        let mut scene = Scene::sized(Start { room: Wish::Create, keep, ..start() }, 100, 24);
        scene.link(up());
        let joined = joined();
        let state = RoomState { label, members: 1, ..joined.state };

        scene.link(LinkEvent::Joined { asked: Asked::Create, joined: Joined { state, ..joined } });

        assert_eq!(scene.shows("this server keeps"), told.is_some(), "{}", scene.screen());
        assert!(told.is_none_or(|told| scene.shows(told)), "{}", scene.screen());
        assert!(scene.shows("others join with:"), "{}", scene.screen());
    }
}

#[test]
fn a_room_that_is_opened_is_to_keep_what_was_typed_also_after_the_prompt() {
    let week = Keep::Millis(7 * 24 * 3_600_000);
    let mut scene = Scene::new(Start { room: Wish::Create, keep: week, ..start() });
    scene.link(up());
    assert!(scene.effects().contains(&Effect::Link(Command::Create(chat_proto::frame::Door::Open, week))));

    scene.link(LinkEvent::Refused { asked: Asked::Create, sentence: "not now".into(), free_name: None });
    scene.key(KeyCode::Enter);
    let create = Effect::Link(Command::Create(chat_proto::frame::Door::Open, week));
    assert!(scene.effects().contains(&create), "{}", scene.screen());
}

/// Alice was away while bob said so many messages, each its number.
fn after_absence(messages: u64) -> Scene {
    let mut scene = Scene::room(80, 24);
    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says((1..=messages).map(|n| format!("message {n} end")));
    scene.terminal(TerminalEvent::FocusGained);
    scene.reads();
    scene
}

fn unread(scene: &Scene) -> usize {
    scene.state.room().expect("a room is open").timeline.unread().messages
}

#[test]
fn of_what_came_meanwhile_only_what_was_on_the_screen_is_read() {
    let mut scene = after_absence(50);
    let above = (1..=50).filter(|n| !scene.shows(&format!("message {n} end"))).count();
    assert!(above > 25, "{above}");
    assert_eq!(unread(&scene), above);
    assert!(scene.shows(&format!("↑ {above} unread · Alt-U")), "{}", scene.screen());

    scene.waits(60_000);
    assert_eq!(scene.reads(), [], "the first of them was not seen");

    scene.alt(KeyCode::Char('u'));
    assert_eq!(scene.row("message 1 end"), divider(&scene).map(|row| row + 1), "{}", scene.screen());
    assert!(unread(&scene) < above);
    while unread(&scene) > 0 {
        scene.key(KeyCode::PageDown);
    }
    scene.waits(3_000);
    assert_eq!(scene.reads().last(), Some(&Seq(50)));
}

#[test]
fn alt_u_leads_to_the_first_unread_message_also_behind_some_that_were_read() {
    let mut scene = after_absence(60);
    scene.alt(KeyCode::Char('u'));
    let first = (1..=60).find(|n| !scene.shows(&format!("message {n} end"))).expect("not all fit");
    scene.alt(KeyCode::End);

    scene.alt(KeyCode::Char('u'));

    let divider = divider(&scene).expect("it went along");
    assert_eq!(scene.row(&format!("message {first} end")), Some(divider + 1), "{}", scene.screen());
}

#[test]
fn behind_an_overlay_and_in_a_window_without_the_focus_nothing_is_read() {
    let mut scene = Scene::room(80, 24);
    scene.key(KeyCode::F(1));
    scene.bob_says(["behind the help".into()]);
    assert_eq!(unread(&scene), 1);
    scene.key(KeyCode::Esc);
    assert_eq!(unread(&scene), 0);

    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says(["to nobody".into()]);
    scene.key(KeyCode::Up);
    assert_eq!(unread(&scene), 1);
    scene.terminal(TerminalEvent::FocusGained);
    assert_eq!(unread(&scene), 0);
}

#[test]
fn the_divider_stays_above_what_was_new_until_something_else_is() {
    let mut scene = after_absence(2);
    assert_eq!(divider(&scene).map(|row| row + 1), scene.row("message 1 end"));
    scene.bob_says(["seen at once".into()]);
    assert_eq!(divider(&scene).map(|row| row + 1), scene.row("message 1 end"));

    scene.terminal(TerminalEvent::FocusLost);
    scene.bob_says(["and then".into()]);

    assert_eq!(divider(&scene).map(|row| row + 1), scene.row("and then"), "{}", scene.screen());
}

#[test]
fn esc_says_that_everything_is_read_where_there_is_nothing_else_to_dismiss() {
    let mut scene = after_absence(50);
    scene.key(KeyCode::PageUp);
    scene.key(KeyCode::Esc);
    assert!(unread(&scene) > 0, "this led to the end");

    scene.key(KeyCode::Esc);
    assert!(scene.shows("everything here is read"), "{}", scene.screen());
    assert_eq!((unread(&scene), divider(&scene)), (0, None));
    scene.waits(3_000);
    assert_eq!(scene.reads(), [Seq(50)]);
}

#[test]
fn whoever_writes_has_read() {
    let mut scene = after_absence(50);

    scene.says("I am back");

    assert_eq!((unread(&scene), divider(&scene)), (0, None));
}

#[test]
fn a_message_longer_than_the_screen_is_read_at_its_end() {
    let mut scene = Scene::room(40, 15);
    scene.bob_says(["short".into(), "word ".repeat(300)]);
    assert_eq!(unread(&scene), 1, "the short one went by above");

    scene.alt(KeyCode::Char('u'));
    assert_eq!(unread(&scene), 0);
}

#[test]
fn what_somebody_erased_or_is_ignored_for_is_not_unread() {
    let mut scene = after_absence(50);
    scene.happens(9, (3, "carol"), message("carol's"));
    scene.happens(9, (2, "bob"), EntryBody::Forget);
    assert_eq!(unread(&scene), 0);

    let mut scene = after_absence(50);
    scene.says("/ignore bob");
    assert_eq!(unread(&scene), 0);
}

#[test]
fn what_lies_in_a_gap_may_be_unread_and_is_not_called_read() {
    let mut scene = Scene::busy(80, 24, 50);
    scene.waits(3_000);
    scene.reads();
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(51), to: Seq(3000), kind: chat_proto::frame::GapKind::Loadable });
    let entries = (3001..=3100).map(|seq| entry(seq, 0, (2, "bob"), message("behind the gap")));
    scene.link(LinkEvent::Entries { room: ROOM, entries: entries.collect() });

    for _ in 0..2 {
        scene.waits(60_000);
        assert_eq!(scene.reads(), []);
        assert!(scene.state.room().unwrap().timeline.unread().words().ends_with('+'));
        scene.key(KeyCode::PageUp);
    }
}

#[test]
fn what_makes_place_in_memory_is_no_longer_counted_but_may_be_unread() {
    let mut scene = Scene::room(80, 24);
    scene.terminal(TerminalEvent::FocusLost);
    for minute in 0..20 {
        scene.happens(minute, (2, "bob"), message("alice?"));
    }
    let timeline = &mut scene.state.room_mut().expect("somebody is in a room").timeline;
    assert_eq!((timeline.unread().messages, timeline.unread().mentions), (20, 20));

    timeline.hold_at_most(5);

    let unread = timeline.unread();
    assert_eq!((unread.messages, unread.mentions, unread.is_least), (5, 5, true));
}
