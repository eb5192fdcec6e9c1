//! What stands beside a post is true.

use crate::scene::{INSTANCE, ROOM, Scene, entry, message};
use chat_proto::entry::{Entry, PostId, Seq, UnixMillis};
use chat_proto::frame::{Durability, GapKind};
use chat_tui::effect::Effect;
use chat_tui::link::{Command, LinkEvent, Mark, OutboxItem};
use crossterm::event::KeyCode;

fn posted(text: &str) -> Scene {
    let mut scene = Scene::room(70, 24);
    scene.says(text);
    scene.effects();
    scene
}

fn row_of(scene: &Scene, text: &str) -> String {
    scene.screen().lines().find(|row| row.contains(text)).unwrap_or_default().to_owned()
}

fn own_entry(seq: u64, text: &str) -> Entry {
    Entry { post: Some(PostId { instance: INSTANCE, n: 1 }), ..entry(seq, 0, (1, "alice"), message(text)) }
}

fn accepted(seq: u64) -> Mark {
    Mark::Accepted { seq: Seq(seq), durability: Durability::Memory }
}

#[test]
fn another_persons_entry_never_settles_a_post_of_mine() {
    let mut scene = posted("hello");
    let forged = Entry { author: entry(1, 0, (66, "mallory"), message("")).author, ..own_entry(1, "not this") };

    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![forged] });

    assert_eq!(scene.state.room().unwrap().timeline.pending().len(), 1);
}

#[test]
fn each_mark_has_its_sign() {
    let table = [
        (Mark::Waiting, "◌"),
        (Mark::OnTheWire, "…"),
        (accepted(9), "✓"),
        (Mark::Refused("no".into()), "✗"),
        (Mark::Unknown("its room ended".into()), "?"),
        (Mark::Stale, "◌"),
    ];
    for (mark, sign) in table {
        let mut scene = posted("hello");
        scene.marked(1, mark);
        assert!(row_of(&scene, "hello").ends_with(sign), "{sign}\n{}", scene.screen());
    }
}

#[test]
fn a_post_is_waiting_until_the_link_says_otherwise() {
    assert!(row_of(&posted("hello"), "hello").ends_with('◌'));
}

#[test]
fn a_post_that_the_log_shows_is_shown_once_whichever_comes_first() {
    for answer_first in [true, false] {
        let mut scene = posted("hello");
        let entries = LinkEvent::Entries { room: ROOM, entries: vec![own_entry(1, "hello")] };
        if answer_first {
            scene.marked(1, accepted(1));
            scene.link(entries);
        } else {
            scene.link(entries);
            scene.marked(1, accepted(1));
        }

        assert_eq!(scene.screen().matches("hello").count(), 1);
        assert!(row_of(&scene, "hello").ends_with('✓'));
        assert!(scene.state.room().unwrap().timeline.pending().is_empty());
    }
}

#[test]
fn an_accepted_post_whose_entry_lies_in_a_gap_is_shown_once() {
    let mut scene = posted("hello");
    scene.marked(1, accepted(1));

    scene.link(LinkEvent::Gap { room: ROOM, from: Seq(1), to: Seq(3000), kind: GapKind::Loadable });
    scene.link(LinkEvent::Entries { room: ROOM, entries: vec![entry(3001, 5, (2, "bob"), message("later"))] });
    assert!(scene.state.room().unwrap().timeline.pending().is_empty(), "{}", scene.screen());
    let entries = vec![own_entry(1, "hello")];
    scene.link(LinkEvent::Page { room: ROOM, after: Seq(0), before: Seq(3001), oldest: Seq(1), entries });

    assert_eq!(scene.screen().matches("hello").count(), 1, "{}", scene.screen());
}

#[test]
fn a_refused_post_says_why_and_one_key_edits_it() {
    let mut scene = posted("hello");
    scene.marked(1, Mark::Refused("there is no room to store it".into()));
    insta::assert_snapshot!(scene.screen(), @r#"
     AB3Z  release planning                3 here  open  not kept  ● 2 ms

     ────────────────────  Sunday, 22 November 2026  ────────────────────
     14:00         alice  hello                                         ✗
                          not sent: there is no room to store it
                          Alt-E edit · Alt-X discard















    ──────────────────────────────────────────────────────────────────────
     › write a message
              Enter send · Alt-Up select a message · / commands · F1 help
    "#);

    scene.types("wait");
    scene.alt(KeyCode::Char('e'));

    assert_eq!(scene.state.composer().text(), "hello\nwait");
    assert_eq!(scene.effects(), [Effect::Link(Command::Discard(PostId { instance: INSTANCE, n: 1 }))]);
    assert!(!scene.shows("✗"));
}

#[test]
fn an_edited_post_has_a_new_id() {
    let mut scene = posted("hello");
    scene.marked(1, Mark::Refused("no".into()));
    scene.alt(KeyCode::Char('e'));
    scene.effects();

    scene.key(KeyCode::Enter);

    assert_eq!(scene.posted().id.n, 2);
}

#[test]
fn a_post_of_unknown_fate_says_so() {
    let mut scene = posted("hello");

    scene.marked(1, Mark::Unknown("its room ended".into()));

    assert!(scene.shows("may have been delivered: its room ended"));
    assert!(scene.shows("Alt-E edit · Alt-X discard"));
}

#[test]
fn what_an_earlier_run_left_asks_and_is_sent_under_its_id() {
    let item = OutboxItem {
        room: ROOM,
        id: PostId { instance: 5, n: 3 },
        body: message("from yesterday"),
        written: UnixMillis(crate::scene::TWO_O_CLOCK - 3_600_000),
    };
    let restored = |mark| {
        let mut scene = Scene::room(70, 24);
        scene.link(LinkEvent::Restored { items: vec![(item.clone(), mark)] });
        scene
    };

    let mut scene = restored(Mark::Stale);
    assert!(scene.shows("written a while ago, not sent yet"));
    assert!(scene.shows("Alt-S send · Alt-E edit · Alt-X discard"));
    scene.alt(KeyCode::Char('s'));
    assert_eq!(scene.effects(), [Effect::Link(Command::Post(item.clone()))]);

    let mut scene = restored(Mark::Stale);
    scene.alt(KeyCode::Char('x'));
    assert_eq!(scene.effects(), [Effect::Link(Command::Discard(item.id))]);
    assert!(!scene.shows("from yesterday"));
}

#[test]
fn a_post_that_the_next_link_will_not_send_unasked_asks() {
    let mut scene = Scene::room(70, 24);
    scene.says("hello");
    let item = scene.posted();

    scene.link(LinkEvent::Restored { items: vec![(item.clone(), Mark::Stale)] });

    assert!(scene.shows("Alt-S send"), "{}", scene.screen());
    scene.alt(KeyCode::Char('s'));
    assert_eq!(scene.effects(), [Effect::Link(Command::Post(item))]);
}

#[test]
fn a_waiting_message_that_becomes_an_entry_stays_where_it_is_read() {
    let mut scene = Scene::room(70, 12);
    (1..=40).for_each(|n| scene.says(&format!("post {n}.")));
    (0..3).for_each(|_| scene.key(KeyCode::PageUp));
    let before = (5..=35).find(|n| scene.shows(&format!("post {n}."))).unwrap();
    let row = scene.row(&format!("post {before}."));

    for n in 1..=40 {
        let post = Some(PostId { instance: INSTANCE, n });
        let own = Entry { post, ..entry(n, 0, (1, "alice"), message(&format!("post {n}."))) };
        scene.link(LinkEvent::Entries { room: ROOM, entries: vec![own] });
    }

    assert_eq!(scene.row(&format!("post {before}.")), row, "{}", scene.screen());
}

#[test]
fn what_is_edited_again_stands_as_it_was_typed() {
    for typed in ["/me waves", "//etc/hosts", "hello"] {
        let mut scene = posted(typed);
        scene.marked(1, Mark::Refused("no".into()));

        scene.alt(KeyCode::Char('e'));

        assert_eq!(scene.state.composer().text(), typed);
    }
}

#[test]
fn a_refused_post_cannot_be_sent_again_as_it_is() {
    let mut scene = posted("hello");
    scene.marked(1, Mark::Refused("no".into()));

    scene.alt(KeyCode::Char('s'));

    assert_eq!(scene.effects(), []);
    assert!(scene.shows("this message has its answer"));
}

#[test]
fn only_the_oldest_undecided_post_shows_its_keys() {
    let mut scene = posted("one");
    scene.says("two");
    scene.marked(1, Mark::Refused("no".into()));
    scene.marked(2, Mark::Refused("no".into()));

    assert_eq!(scene.screen().matches("Alt-E edit").count(), 1);
}

#[test]
fn quitting_with_undelivered_posts_says_what_becomes_of_them() {
    let mut scene = posted("hello");

    scene.ctrl('c');

    assert!(scene.shows("A message is not delivered yet"));
}
