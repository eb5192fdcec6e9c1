//! Finding in the room: what is typed is looked for as it is typed, here and on the server.

use crate::looking::excerpt;
use crate::scene::{ROOM, Scene, entry, joined, message};
use chat_proto::entry::{Entry, EntryBody, Seq};
use chat_proto::frame::{Beyond, Hit};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::quest::Quest;
use chat_tui::widget::timeline::Anchor;
use crossterm::event::{Event as TerminalEvent, KeyCode, MouseEventKind};
use insta::assert_snapshot;
use ratatui::buffer::Cell;
use ratatui::style::Modifier;
use std::time::Duration;

/// A talk about a build.
fn talk(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    for (minute, author, text) in [
        (1, (2, "bob"), "did the Build pass?"),
        (2, (1, "alice"), "yes"),
        (3, (3, "carol"), "then rebuild the docs"),
        (4, (2, "bob"), "on it"),
    ] {
        scene.happens(minute, author, message(text));
    }
    scene.effects();
    scene
}

/// Everything that goes on by itself has gone on.
fn settle(scene: &mut Scene) {
    while scene.state.wake_at() == Some(scene.state.now) {
        scene.waits(0);
    }
}

fn finds(scene: &mut Scene, typed: &str) {
    scene.ctrl('f');
    scene.types(typed);
    settle(scene);
}

/// The text of the cells that stand out as found.
fn highlighted(scene: &Scene) -> String {
    let buffer = scene.buffer();
    let found = |cell: &&Cell| cell.modifier.contains(Modifier::UNDERLINED);
    buffer.content.iter().filter(found).map(Cell::symbol).collect()
}

#[test]
fn what_is_typed_stands_out_and_is_counted() {
    let mut scene = talk(80, 16);

    finds(&mut scene, "build");

    assert_eq!(highlighted(&scene), "Buildbuild");
    assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning          3 here  anyone with the code  not kept  ● 2 ms

     ───────────────  Sunday, 22 November 2026  ───────────────   HERE
     14:01           bob  did the Build pass?                     ● alice  you
     14:02         alice  yes                                 ✓   ● bob
    ▌14:03         carol  then rebuild the docs                   ● carol
     14:04           bob  on it
                                                                  LEFT
                                                                  ○ dave

                                                                  F9 speak alone


    ────────────────────────────────────────────────────────────────────────────────
     / build                                                                 1 of 2
           Enter older · Down newer · Esc stay here · Ctrl-C back to where you were
    "#);
}

#[test]
fn it_fits_into_the_smallest_window() {
    let mut scene = talk(20, 5);
    finds(&mut scene, "build");
    assert_snapshot!(scene.screen(), @r#"
     AB3Z  release …  ●
     14:03 carol
    ▌ then rebuild
    ▌ the do ↓ Alt-End
     / build     1 of 2
    "#);
}

#[test]
fn keys_go_to_the_older_and_to_the_newer_ones() {
    let mut scene = Scene::busy(80, 16, 100);
    finds(&mut scene, "message 9");
    assert!(scene.shows("1 of 11"), "{}", scene.screen());

    for (key, count) in [(KeyCode::Enter, "2 of 11"), (KeyCode::Up, "3 of 11"), (KeyCode::Down, "2 of 11")] {
        scene.key(key);
        assert!(scene.shows(count), "{count}: {}", scene.screen());
    }
    for (letter, count) in [('r', "3 of 11"), ('f', "4 of 11"), ('s', "3 of 11")] {
        scene.ctrl(letter);
        assert!(scene.shows(count), "{count}: {}", scene.screen());
    }
    scene.alt(KeyCode::Enter);
    assert!(scene.shows("2 of 11") && scene.shows("message 98"));
    for _ in 0..20 {
        scene.key(KeyCode::Enter);
    }
    assert!(scene.shows("11 of 11"), "the oldest one is the last");
    for _ in 0..20 {
        scene.key(KeyCode::Down);
    }
    assert!(scene.shows("1 of 11"), "the newest one is the first");
}

#[test]
fn esc_stays_there_and_ctrl_c_goes_back_and_both_give_the_draft_back() {
    let mut scene = Scene::busy(80, 16, 100);
    scene.types("a draft");
    finds(&mut scene, "message 50");
    assert!(scene.shows("message 50") && !scene.shows("a draft"));

    scene.key(KeyCode::Esc);
    assert!(scene.shows("message 50") && scene.shows("a draft") && !scene.state.is_finding());

    finds(&mut scene, "message 20");
    assert!(scene.shows("message 20"));
    scene.ctrl('c');
    assert!(scene.shows("message 50") && scene.shows("a draft") && !scene.state.is_finding());

    scene.key(KeyCode::Esc);
    assert_eq!(scene.state.room().unwrap().timeline.anchor(), Anchor::End);
}

#[test]
fn whoever_finds_nothing_is_where_they_were() {
    let mut scene = Scene::busy(80, 16, 100);

    finds(&mut scene, "message 50x");

    assert!(scene.shows("nothing found") && scene.shows("message 100"), "{}", scene.screen());
    scene.key(KeyCode::Enter);
    scene.key(KeyCode::Esc);
    assert_eq!(scene.state.room().unwrap().timeline.anchor(), Anchor::End);
}

#[test]
fn the_nearest_above_is_found_first_and_one_below_if_there_is_none() {
    let mut scene = Scene::busy(80, 16, 100);
    scene.alt(KeyCode::Home);
    for _ in 0..3 {
        scene.wheel(MouseEventKind::ScrollDown);
    }

    finds(&mut scene, "message 1");
    assert!(scene.shows("2 of 12") && scene.shows("▌14:01                message 19"), "{}", scene.screen());
    scene.ctrl('c');

    finds(&mut scene, "message 77");
    assert!(scene.shows("1 of 1") && scene.shows("message 77"));
}

#[test]
fn what_arrives_meanwhile_is_found_and_moves_nobody() {
    let mut scene = talk(80, 16);
    finds(&mut scene, "build");
    assert!(scene.shows("1 of 2"));

    scene.happens(5, (2, "bob"), message("the build is green"));
    assert!(scene.shows("2 of 3"), "{}", scene.screen());
    scene.key(KeyCode::Down);
    assert!(scene.shows("1 of 3"));

    scene.happens(6, (2, "bob"), EntryBody::Forget);
    settle(&mut scene);
    assert!(scene.shows("here") || scene.shows("1 of 1"), "{}", scene.screen());
}

#[test]
fn nothing_that_is_typed_or_pasted_is_an_operator_or_harmful() {
    let mut scene = talk(80, 16);
    for typed in [".*", "[a-z]+", "(", "\\", "%", "\"", "*"] {
        finds(&mut scene, typed);
        assert!(scene.shows("nothing found"), "{typed}: {}", scene.screen());
        scene.ctrl('c');
    }

    scene.ctrl('f');
    scene.terminal(TerminalEvent::Paste(format!("re\u{1b}[2Jbuild\n{}", "x".repeat(100_000))));

    assert!(scene.state.find.as_ref().unwrap().line.text().len() <= 200);
    assert!(!scene.screen().contains('\u{1b}'));
}

#[test]
fn the_line_is_edited_like_any_other() {
    let mut scene = talk(80, 16);
    finds(&mut scene, "the docx");

    scene.key(KeyCode::Backspace);
    scene.key(KeyCode::Left);
    scene.key(KeyCode::Right);
    settle(&mut scene);
    assert!(scene.shows("/ the doc") && scene.shows("1 of 1"));

    scene.ctrl('w');
    scene.ctrl('u');
    assert!(scene.shows("find in this room"));
    scene.ctrl('y');
    assert!(scene.shows("/ the "), "{}", scene.screen());
}

/// A room of `head` entries, of which the last 50 are here.
fn late(head: u64) -> Scene {
    let mut joined = joined();
    (joined.cursor, joined.head) = (Seq(head - 50), Seq(head));
    let mut scene = Scene::entering(joined, 80, 16);
    scene.bob_says((head - 49..=head).map(|n| format!("message {n}")));
    scene.effects();
    scene
}

fn hit(seq: u64, text: &str) -> Hit {
    Hit { before: None, found: excerpt(seq, 0, (2, "bob"), text), after: None }
}

/// The search that is asked for.
fn asked(scene: &mut Scene) -> (Quest, Seq) {
    match scene.effects().as_slice() {
        [Effect::Link(Command::Search { quest, before, .. })] => (quest.clone(), *before),
        other => panic!("not one search: {other:?}"),
    }
}

fn answer(scene: &mut Scene, (quest, before): (Quest, Seq), hits: Vec<Hit>, beyond: Beyond) {
    scene.link(LinkEvent::Found { room: ROOM, quest, before, hits, beyond });
}

fn history(scene: &mut Scene) -> (u64, u64) {
    match scene.effects().as_slice() {
        [Effect::Link(Command::History { after, before, .. })] => (after.0, before.0),
        other => panic!("not one page: {other:?}"),
    }
}

#[test]
fn when_typing_pauses_the_server_is_asked_for_what_is_not_here() {
    let mut scene = late(1000);
    scene.ctrl('f');
    scene.types("Mess");
    scene.waits(299);
    assert_eq!(scene.effects(), Vec::new());
    scene.types("age  2");
    scene.waits(299);
    assert_eq!(scene.effects(), Vec::new(), "whoever types on is not done");

    scene.waits(1);

    let (quest, before) = asked(&mut scene);
    assert_eq!((quest.words.as_str(), before), ("message-2*", Seq(951)));
}

#[test]
fn what_the_server_has_is_counted_and_gone_to_behind_what_is_here() {
    let mut scene = late(1000);
    finds(&mut scene, "message 99");
    assert!(scene.shows("1 of 10"), "{}", scene.screen());
    scene.waits(300);
    let question = asked(&mut scene);
    assert_eq!(question.0.words, "message-99*");

    // The second one only looks like it.
    answer(&mut scene, question, vec![hit(199, "message 99!"), hit(150, "message, 99")], Beyond::More);
    assert!(scene.shows("1 of 10 · 1+ more on the server"), "{}", scene.screen());

    for _ in 0..10 {
        scene.key(KeyCode::Enter);
    }
    let (after, before) = history(&mut scene);
    let entries: Vec<Entry> =
        (before - 200..before).map(|seq| entry(seq, 0, (2, "bob"), message("message 99!"))).collect();
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(after), before: Seq(before), oldest: Seq(1), entries });
    settle(&mut scene);
    assert!(scene.shows("of 210"), "{}", scene.screen());
}

#[test]
fn the_next_page_of_hits_is_asked_for_when_the_last_one_is_passed() {
    let mut scene = late(1000);
    finds(&mut scene, "rare");
    scene.waits(300);
    let question = asked(&mut scene);
    answer(&mut scene, question, vec![hit(199, "rare"), hit(150, "rare")], Beyond::More);
    history(&mut scene);

    scene.key(KeyCode::Enter);
    scene.key(KeyCode::Enter);

    let question = asked(&mut scene);
    assert_eq!(question.1, Seq(150));
    answer(&mut scene, question, vec![hit(20, "rare")], Beyond::Nothing);
    assert_eq!(scene.state.find.as_ref().unwrap().chosen(), Some(Seq(20)), "whoever wanted to go on does");
    scene.effects();
    scene.key(KeyCode::Enter);
    assert_eq!(scene.effects(), Vec::new());
}

#[test]
fn a_server_that_cannot_be_asked_is_not_asked_without_end() {
    let mut scene = late(1000);
    scene.link(LinkEvent::Down { trouble: Trouble::Lost("gone".into()), retry_in: Duration::from_secs(30) });
    finds(&mut scene, "rare");

    scene.waits(300);

    assert!(scene.shows("the server cannot be asked"), "{}", scene.screen());
    assert!(scene.state.wake_at().is_some_and(|at| at > scene.state.now));

    let mut scene = late(1000);
    finds(&mut scene, "rare");
    scene.waits(300);
    scene.link(LinkEvent::Refused { asked: Asked::Search(ROOM), sentence: "too slow".into(), free_name: None });
    assert!(scene.shows("the server cannot be asked"));
}

#[test]
fn a_long_talk_is_looked_through_in_steps_and_a_key_waits_for_none() {
    let mut scene = Scene::busy(80, 16, 20_000);
    scene.ctrl('f');
    scene.types("message 19");
    assert!(scene.state.find.as_ref().unwrap().may_find_more(), "a step does not reach that far");
    assert!(scene.shows("1 of"), "the newest ones are found at once: {}", scene.screen());

    settle(&mut scene);

    assert!(scene.shows("1 of 1111") && !scene.shows("1111+"), "{}", scene.screen());
}

#[test]
fn what_was_found_is_what_is_selected_next_and_nothing_else_stands_out() {
    let mut scene = talk(80, 16);
    finds(&mut scene, "build");
    scene.key(KeyCode::Esc);

    scene.alt(KeyCode::Up);

    let room = scene.state.room().unwrap();
    let (seq, said) = room.timeline.selected().expect("the one that was found");
    assert!(said.text.contains("build"), "{seq}: {}", said.text);
    assert!((0..room.timeline.items().len()).all(|index| !room.timeline.is_marked(index)));
}

#[test]
fn whoever_looks_for_something_has_no_message_selected() {
    let mut scene = talk(80, 16);
    scene.alt(KeyCode::Up);

    scene.ctrl('f');

    assert!(scene.state.room().unwrap().timeline.selected().is_none());
}
