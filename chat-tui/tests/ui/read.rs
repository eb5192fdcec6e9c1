//! How far was read: told to the server, and found again at the next start.

use crate::scene::{ROOM, Scene, entry, joined, message, start};
use chat_proto::LeaveReason;
use chat_proto::entry::{EntryBody, Seq};
use chat_proto::frame::Keep;
use chat_proto::frame::{Durability, Label};
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
    scene.waits(60_000);
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

    scene.link(crate::scene::up());

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
fn a_room_that_is_opened_is_to_keep_what_was_typed_also_after_the_prompt() {
    let week = Keep::Millis(7 * 24 * 3_600_000);
    let mut scene = Scene::new(Start { room: Wish::Create, keep: week, ..start() });
    scene.link(crate::scene::up());
    assert!(scene.effects().contains(&Effect::Link(Command::Create(chat_proto::frame::Door::Open, week))));

    scene.link(LinkEvent::Refused { asked: Asked::Create, sentence: "not now".into(), free_name: None });
    scene.key(KeyCode::Enter);
    let create = Effect::Link(Command::Create(chat_proto::frame::Door::Open, week));
    assert!(scene.effects().contains(&create), "{}", scene.screen());
}
