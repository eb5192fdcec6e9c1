//! `/at`: to what was said at some time.

use crate::scene::{ROOM, Scene, TWO_O_CLOCK, bytes, entry, joined, message, nick};
use chat_proto::entry::{Author, PersonId, Seq, UnixMillis};
use chat_proto::frame::{Beyond, EndReason, Excerpt, Hit};
use chat_tui::effect::Effect;
use chat_tui::link::{Asked, Command, LinkEvent, Trouble};
use chat_tui::quest::Quest;
use chat_tui::widget::timeline::Anchor;
use std::time::Duration;

const MINUTE: i64 = 60_000;

/// A hundred messages, of which ten came in each minute from two o'clock on, seen at three.
fn busy() -> Scene {
    let mut scene = Scene::busy(80, 16, 100);
    scene.waits(60 * MINUTE);
    scene.effects();
    scene
}

/// A room of 1,000 entries, of which the last 50 are here.
fn late() -> Scene {
    let mut joined = joined();
    (joined.cursor, joined.head) = (Seq(950), Seq(1000));
    let mut scene = Scene::entering(joined, 80, 16);
    scene.bob_says((951..=1000).map(|n| format!("message {n}")));
    scene.waits(120 * MINUTE);
    scene.effects();
    scene
}

fn until(minute: i64) -> Quest {
    Quest { words: String::new(), from: None, since: None, until: Some(UnixMillis(TWO_O_CLOCK + minute * MINUTE)) }
}

fn asked(minute: i64) -> Effect {
    Effect::Link(Command::Search { room: ROOM, quest: until(minute), before: Seq(u64::MAX) })
}

fn said(seq: u64) -> Excerpt {
    let author = Author { person: PersonId(2), name: nick("bob").to_string().into() };
    Excerpt { seq: Seq(seq), time: UnixMillis(TWO_O_CLOCK), author, text: bytes("x") }
}

fn answer(scene: &mut Scene, minute: i64, hits: Vec<Hit>) {
    let (quest, before) = (until(minute), Seq(u64::MAX));
    scene.link(LinkEvent::Found { room: ROOM, quest, before, hits, beyond: Beyond::Nothing });
}

#[test]
fn the_first_message_from_then_on_is_gone_to() {
    let mut scene = busy();

    scene.says("/at 14:05");

    assert!(scene.shows("▌14:05                message 50"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);
    scene.says("/at 2026-11-22 14:07");
    assert!(scene.shows("▌14:07                message 70"), "{}", scene.screen());
}

#[test]
fn a_time_before_everything_goes_to_the_oldest_and_says_so() {
    let mut scene = busy();

    scene.says("/at yesterday 10:00");

    assert!(scene.shows("nothing that old is kept: this is the oldest"), "{}", scene.screen());
    assert!(scene.shows("message 1"));
}

#[test]
fn the_minute_in_which_everything_began_is_as_old_as_what_is_kept() {
    let mut scene = busy();

    scene.says("/at 14:00");

    assert!(!scene.shows("nothing that old is kept"), "{}", scene.screen());
    assert!(scene.shows("message 1"));
}

#[test]
fn a_time_after_everything_goes_to_the_end_and_says_so() {
    let mut scene = busy();
    scene.says("/at 14:05");

    scene.says("/at 14:30");

    assert!(scene.shows("nothing was said since then") && scene.shows("message 100"));
    assert_eq!(scene.state.room().unwrap().timeline.anchor(), Anchor::End);
}

#[test]
fn what_is_not_here_is_asked_for_by_its_time() {
    let mut scene = late();

    scene.says("/at 14:30");

    assert_eq!(scene.effects(), [asked(30)]);
    assert!(scene.shows("looking for what was said then…"));
    answer(&mut scene, 30, vec![Hit { before: None, found: said(299), after: Some(said(300)) }]);
    let [Effect::Link(Command::History { after, before, .. })] = scene.effects()[..] else { panic!("no page") };
    let entries = (before.0 - 200..before.0).map(|seq| entry(seq, 30, (2, "bob"), message(&format!("message {seq}"))));
    scene.link(LinkEvent::Page { room: ROOM, after, before, oldest: Seq(1), entries: entries.collect() });
    assert!(scene.shows("▌14:30                message 300"), "{}", scene.screen());
}

#[test]
fn if_nothing_older_is_kept_the_oldest_is_fetched() {
    let mut scene = late();
    scene.says("/at 2025-01-01");
    scene.effects();

    let quest = Quest { until: Some(UnixMillis(1_735_686_000_000)), ..until(0) };
    scene.link(LinkEvent::Found {
        room: ROOM,
        quest,
        before: Seq(u64::MAX),
        hits: Vec::new(),
        beyond: Beyond::Nothing,
    });

    let [Effect::Link(Command::History { after: Seq(0), before, .. })] = scene.effects()[..] else { panic!("no page") };
    let entries = (1..before.0).map(|seq| entry(seq, 0, (2, "bob"), message(&format!("message {seq}"))));
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(0), before, oldest: Seq(1), entries: entries.collect() });
    assert!(scene.shows("message 1") && scene.shows("this is the oldest"), "{}", scene.screen());
}

#[test]
fn an_answer_that_nobody_waits_for_moves_nobody() {
    let mut scene = late();
    scene.says("/at 14:30");
    scene.says("/at 15:30");
    scene.effects();

    answer(&mut scene, 30, vec![Hit { before: None, found: said(299), after: Some(said(300)) }]);

    assert_eq!(scene.effects(), []);
    answer(&mut scene, 90, vec![Hit { before: None, found: said(900), after: None }]);
    assert!(scene.shows("nothing was said since then"));
}

#[test]
fn what_cannot_be_had_is_said() {
    let mut scene = late();
    scene.says("/at noon");
    assert!(scene.shows("say when: /at 14:05"), "{}", scene.screen());
    scene.ctrl('u');

    scene.says("/at 14:30");
    scene.link(LinkEvent::Refused { asked: Asked::Search(ROOM), sentence: "the disk failed".into(), free_name: None });
    assert!(scene.shows("the disk failed"));

    scene.link(LinkEvent::Down { trouble: Trouble::Lost("gone".into()), retry_in: Duration::from_secs(30) });
    scene.says("/at 14:30");
    assert!(scene.shows("not connected: what was said then is on the server"));

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.says("/at 14:30");
    assert!(scene.shows("this room is over"), "{}", scene.screen());
    assert_eq!(
        scene.effects().iter().filter(|effect| matches!(effect, Effect::Link(Command::Search { .. }))).count(),
        1
    );
}
