//! What people erase is gone from the screen and from memory; what they did not say before, or others said, is not.

use crate::scene::{ROOM, Scene, entry, message, rows_of};
use chat_proto::entry::{Entry, EntryBody, Seq};
use chat_proto::frame::GapKind;
use chat_tui::link::LinkEvent;
use crossterm::event::KeyCode;

const BOB: (u64, &str) = (2, "bob");
const CAROL: (u64, &str) = (3, "carol");

fn told() -> Scene {
    let mut scene = Scene::room(80, 24);
    scene.happens(0, BOB, message("a secret"));
    scene.happens(1, BOB, EntryBody::Action("hums a secret".into()));
    scene.happens(2, CAROL, message("no secret of mine"));
    scene.happens(3, BOB, message("one more secret"));
    scene
}

#[test]
fn tombstones_of_one_person_are_one_line() {
    let mut scene = told();

    scene.happens(4, BOB, EntryBody::Forget);
    scene.happens(5, BOB, message("this is new"));

    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:00                2 messages of bob are deleted           ● alice  you
                                                                  ● bob
     14:02         carol  no secret of mine                       ● carol

     14:03                a message of bob is deleted             LEFT
     14:04              • bob erased what they had said           ○ dave

     14:05           bob  this is new                             F9 speak alone










    ────────────────────────────────────────────────────────────────────────────────
     › write a message
          Enter send · Alt-Up select a message · Ctrl-F find · / commands · F1 help
    "#);
}

#[test]
fn tombstones_look_the_same_in_a_narrow_and_in_a_wide_window() {
    for (columns, rows) in [(40, 15), (200, 50)] {
        let mut scene = told();
        scene.happens(4, BOB, EntryBody::Forget);
        scene.resize(columns, rows);

        assert!(
            scene.shows("2 messages of bob are deleted") && scene.shows("a message of bob is deleted"),
            "{}",
            scene.screen()
        );
        assert!(!scene.screen().contains("a secret") && !scene.screen().contains("more secret"), "{}", scene.screen());
    }
}

#[test]
fn nothing_of_it_stays_in_memory() {
    let mut scene = told();

    scene.happens(4, BOB, EntryBody::Forget);

    let memory = format!("{:?}", scene.state.rooms);
    assert!(!memory.contains("a secret") && !memory.contains("more secret"), "{memory}");
    assert!(memory.contains("no secret of mine"));
}

#[test]
fn what_an_ignored_person_said_is_erased_as_well() {
    let mut scene = told();
    scene.says("/ignore bob");
    scene.link(LinkEvent::Members { room: ROOM, members: vec![] });

    scene.happens(4, BOB, EntryBody::Forget);

    assert!(!format!("{:?}", scene.state.rooms).contains("a secret"));
}

#[test]
fn a_page_that_was_on_its_way_brings_nothing_back() {
    let mut scene = Scene::room(80, 24);
    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(1), to: Seq(3), kind: GapKind::Loadable });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(4, 0, CAROL, message("hello"))] });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(5, 1, BOB, EntryBody::Forget)] });
    let page: Vec<Entry> = (1..=3).map(|seq| entry(seq, 0, BOB, message("a secret"))).collect();
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(0), before: Seq(4), oldest: Seq(1), entries: page });

    assert!(scene.shows("3 messages of bob are deleted"), "{}", scene.screen());
    assert!(!format!("{:?}", scene.state.rooms).contains("a secret"));
}

#[test]
fn tombstones_that_the_server_sends_are_the_same() {
    let mut scene = Scene::room(80, 24);
    let entries = (1..=12).map(|seq| entry(seq, 0, BOB, EntryBody::Erased)).collect();

    scene.link(LinkEvent::Entries { room: ROOM, entries });

    assert!(scene.shows("12 messages of bob are deleted"), "{}", scene.screen());
}

#[test]
fn the_reader_stays_where_they_are() {
    let mut scene = Scene::room(80, 24);
    for n in 0..100 {
        scene.happens(0, if n % 10 == 0 { BOB } else { CAROL }, message(&format!("message {n} end")));
    }
    for _ in 0..3 {
        scene.key(KeyCode::PageUp);
    }
    let carols = |scene: &Scene| rows_of(&scene.buffer())[1..18].join("\n").replace("a message of bob is deleted", "");
    let before = carols(&scene);
    let first = (0..100).find(|n| n % 10 != 0 && before.contains(&format!("message {n} end"))).unwrap();

    scene.happens(4, BOB, EntryBody::Forget);

    assert!(scene.row(&format!("message {first} end")).is_some_and(|row| row < 6), "{}", scene.screen());
    assert!(scene.shows("a message of bob is deleted"));
}

#[test]
fn posts_of_ones_own_that_wait_stay() {
    let mut scene = Scene::room(80, 24);
    scene.says("not sent yet");

    scene.happens(4, (1, "alice"), EntryBody::Forget);

    assert!(scene.shows("not sent yet"));
    assert!(scene.shows("alice erased what they had said"), "{}", scene.screen());
}

#[test]
fn a_crowd_that_forgets_fills_no_memory() {
    let mut scene = Scene::room(80, 24);
    let entries = (1..=5_000).map(|seq| entry(seq, 0, (seq, "x"), EntryBody::Forget)).collect();

    scene.link(LinkEvent::Entries { room: ROOM, entries });

    assert!(scene.shows("x erased what they had said"));
}
