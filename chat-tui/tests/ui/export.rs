//! `/export`: what the room keeps, written into a file step by step.

use crate::scene::{ROOM, Scene, entry, joined, message};
use chat_proto::entry::{Entry, Seq};
use chat_proto::frame::EndReason;
use chat_tui::effect::Effect;
use chat_tui::event::EventKind;
use chat_tui::export::{FileEvent, FileStep};
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use crossterm::event::KeyCode;
use std::time::Duration;

/// A room of 300 entries, of which the last 50 are here.
fn late(columns: u16, rows: u16) -> Scene {
    let mut joined = joined();
    (joined.cursor, joined.head) = (Seq(250), Seq(300));
    let mut scene = Scene::entering(joined, columns, rows);
    scene.bob_says((251..=300).map(|n| format!("message {n}")));
    scene.effects();
    scene
}

fn steps(scene: &mut Scene) -> Vec<FileStep> {
    let steps = scene.effects().into_iter();
    steps.filter_map(|effect| if let Effect::File(step) = effect { Some(step) } else { None }).collect()
}

fn pages(scene: &mut Scene) -> Vec<(u64, u64)> {
    let effects = scene.effects().into_iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Link(Command::History { after, before, .. }) => Some((after.0, before.0)),
            _ => None,
        })
        .collect()
}

fn ready(scene: &mut Scene) {
    scene.event(EventKind::File(FileEvent::Ready));
}

fn messages(after: u64, before: u64) -> Vec<Entry> {
    (after + 1..before).map(|seq| entry(seq, 0, (2, "bob"), message(&format!("message {seq}")))).collect()
}

fn page(scene: &mut Scene, (after, before): (u64, u64)) {
    let entries = messages(after, before);
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(after), before: Seq(before), oldest: Seq(1), entries });
}

fn exporting(columns: u16, rows: u16) -> Scene {
    let mut scene = late(columns, rows);
    scene.says("/export notes.txt");
    assert_eq!(steps(&mut scene), [FileStep::Create("notes.txt".into())]);
    scene
}

#[test]
fn a_room_is_written_from_the_oldest_on_and_the_next_page_waits_for_the_disk() {
    let mut scene = exporting(80, 16);

    ready(&mut scene);
    assert_eq!(pages(&mut scene), [(0, 201)]);
    page(&mut scene, (0, 201));
    let [FileStep::Write(lines)] = &steps(&mut scene)[..] else { panic!("nothing is written") };
    let lines = String::from_utf8(lines.clone()).unwrap();
    assert!(lines.starts_with("2026-11-22 14:00 bob  message 1\n2026-11-22 14:00 bob  message 2\n"), "{lines}");
    assert_eq!((lines.lines().count(), pages(&mut scene)), (200, vec![]));

    ready(&mut scene);
    assert_eq!(pages(&mut scene), [(200, 301)]);
    page(&mut scene, (200, 301));
    scene.effects();
    ready(&mut scene);
    assert_eq!(steps(&mut scene), [FileStep::Finish]);
    ready(&mut scene);

    assert!(scene.shows("300 entries of AB3Z are in notes.txt"), "{}", scene.screen());
    assert_eq!(scene.state.export, None);
}

#[test]
fn json_lines_are_those_of_tail() {
    let mut scene = late(80, 16);
    scene.says("/export notes.jsonl");
    ready(&mut scene);
    scene.effects();

    page(&mut scene, (0, 201));

    let [FileStep::Write(lines)] = &steps(&mut scene)[..] else { panic!("nothing is written") };
    let first: serde_json::Value = serde_json::from_slice(lines.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!((&first["seq"], &first["author"], &first["text"]), (&1.into(), &"bob".into(), &"message 1".into()));
}

#[test]
fn how_far_it_is_stands_above_the_line_at_every_size() {
    for (columns, rows) in [(200, 50), (80, 16), (40, 12)] {
        let mut scene = exporting(columns, rows);
        ready(&mut scene);
        page(&mut scene, (0, 201));

        assert!(scene.shows("writing AB3Z into a file: 200"), "{}", scene.screen());
        assert!(scene.shows("entries, 66 %.  Ctrl-C stops it"), "{}", scene.screen());
    }
}

#[test]
fn another_sentence_goes_before_it_and_leaves_it_going_on() {
    let mut scene = exporting(80, 16);

    scene.says("/topic");
    assert!(scene.shows("the topic is"));
    scene.key(KeyCode::Esc);

    assert!(scene.shows("writing AB3Z into a file"));
}

#[test]
fn what_the_reader_scrolls_to_is_loaded_meanwhile() {
    let mut scene = exporting(80, 16);
    ready(&mut scene);
    scene.effects();

    scene.alt(KeyCode::Home);
    assert_eq!(pages(&mut scene), [(0, 251)]);
    page(&mut scene, (0, 201));
    assert_eq!(steps(&mut scene).len(), 1, "this one was for the file");
    page(&mut scene, (0, 251));

    assert_eq!(steps(&mut scene), []);
    assert!(scene.shows("message 250") || scene.shows("message 1"), "{}", scene.screen());
}

#[test]
fn ctrl_c_stops_it_and_nothing_is_left() {
    let mut scene = exporting(80, 16);
    ready(&mut scene);
    scene.effects();

    scene.ctrl('c');

    assert_eq!(steps(&mut scene), [FileStep::Discard]);
    assert!(scene.shows("stopped: nothing is left of the file"));
    page(&mut scene, (0, 201));
    assert_eq!(steps(&mut scene), []);
}

#[test]
fn a_file_that_cannot_be_made_or_written_ends_it_with_its_sentence() {
    let mut scene = exporting(80, 16);

    scene.event(EventKind::File(FileEvent::Failed("the disk is full".into())));

    assert!(scene.shows("the disk is full"));
    assert_eq!(scene.state.export, None);
}

#[test]
fn a_refused_page_and_the_end_of_the_room_leave_nothing_of_the_file() {
    let mut scene = exporting(80, 16);
    ready(&mut scene);
    scene.effects();
    scene.link(LinkEvent::Refused { asked: Asked::History(ROOM), sentence: "the disk failed".into(), free_name: None });
    assert_eq!(steps(&mut scene), [FileStep::Discard]);
    assert!(scene.shows("nothing was written: the disk failed"));

    let mut scene = exporting(80, 16);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    assert_eq!(steps(&mut scene), [FileStep::Discard]);
}

#[test]
fn what_cannot_be_written_is_said_before_there_is_a_file() {
    let mut scene = exporting(80, 16);
    scene.says("/export other.txt");
    assert!(scene.shows("something is being written into a file already"));

    let mut scene = Scene::room(80, 16);
    scene.says("/export notes.txt");
    assert!(scene.shows("there is nothing to write"), "{}", scene.screen());

    let mut scene = late(80, 16);
    scene.link(LinkEvent::Down { trouble: Trouble::Lost("gone".into()), retry_in: Duration::from_secs(30) });
    scene.says("/export notes.txt");
    assert!(scene.shows("not connected: what is to be written is on the server"));
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.says("/export notes.txt");
    assert!(scene.shows("this room is over"));
    assert_eq!(steps(&mut scene), []);
}
