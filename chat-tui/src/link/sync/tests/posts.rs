//! A post is said once and decided once, or it stays.

use super::*;
use chat_proto::frame::EndReason;
use chat_proto::frame::{Page, RoomEnded};

fn unknown() -> Mark {
    Mark::Unknown(crate::link::outgoing::MAYBE_SENT.into())
}

#[test]
fn a_post_is_waiting_then_on_the_wire_then_accepted() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));

    bench.answer_last(accepted(1, 4)).unwrap();

    assert_eq!(bench.take_marks(), [(1, Mark::Waiting), (1, Mark::OnTheWire), (1, mark_accepted(4))]);
    assert_eq!(bench.core.kept(), []);
}

#[test]
fn no_more_posts_are_unanswered_than_the_window_allows() {
    let mut bench = Bench::in_room(3);
    (1..=40).for_each(|n| bench.command(Command::Post(item(n))));

    let frames = bench.take_frames();
    assert_eq!(frames.len(), 32);
    assert_eq!(bench.take_posts(), [0; 0]);

    bench.hear(frames[0].0, accepted(1, 4)).unwrap();
    bench.hear(frames[1].0, accepted(2, 5)).unwrap();
    assert_eq!(bench.take_posts(), [33, 34]);
}

#[test]
fn after_a_cut_the_undecided_posts_are_sent_again_in_order_under_the_same_ids() {
    let mut bench = Bench::in_room(3);
    (1..=4).for_each(|n| bench.command(Command::Post(item(n))));
    let frames = bench.take_frames();
    bench.hear(frames[0].0, accepted(1, 4)).unwrap();
    bench.take_events();

    bench.core.on_lost();
    assert_eq!(bench.take_marks(), [(2, Mark::Waiting), (3, Mark::Waiting), (4, Mark::Waiting)]);
    bench.command(Command::Post(item(5)));
    bench.login();

    assert_eq!(bench.take_posts(), [0; 0], "not before the room is resumed");
    bench.core.on_lost();
    bench.reconnect();
    assert_eq!(bench.take_posts(), [2, 3, 4, 5]);
}

#[test]
fn an_answer_from_before_the_cut_does_not_count_for_a_request_after_it() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    let (old_request, _) = bench.take_frames().pop().unwrap();
    bench.reconnect();

    assert!(is_misbehaviour(bench.hear(old_request, accepted(1, 4))));
}

#[test]
fn an_own_entry_that_is_seen_before_its_answer_is_accepted_and_the_answer_changes_nothing() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    let (request, _) = bench.take_frames().pop().unwrap();
    bench.take_events();
    let own = Author { person: ME, name: Bytes::from("alice") };

    bench.hear(0, batch(vec![Entry { author: own, post: Some(id(1)), ..message(4, Seq(3)) }])).unwrap();
    bench.hear(request, accepted(1, 4)).unwrap();

    assert_eq!(bench.take_marks(), [(1, mark_accepted(4))]);
}

#[test]
fn an_own_entry_in_a_page_is_accepted() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    bench.take_frames();
    bench.command(Command::History { room: ROOM, after: Seq::START, before: Seq(4) });
    bench.take_events();
    let own = Author { person: ME, name: Bytes::from("alice") };
    let seen = Entry { author: own, post: Some(id(1)), ..message(2, Seq(1)) };

    bench.answer_last(Page { room: ROOM, oldest: Seq(1), entries: Capped::new([seen]) }).unwrap();

    assert_eq!(bench.take_marks(), [(1, mark_accepted(2))]);
}

#[test]
fn somebody_elses_entry_under_our_id_accepts_nothing() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    bench.take_frames();
    bench.take_events();

    bench.hear(0, batch(vec![Entry { post: Some(id(1)), ..message(4, Seq(3)) }])).unwrap();

    assert_eq!(bench.take_marks(), []);
    assert_eq!(bench.core.kept().len(), 1);
}

#[test]
fn what_a_refusal_makes_of_a_post() {
    let refused = Mark::Refused("because".into());
    let doubtful = Mark::Unknown("because".into());
    for (code, mark, stays) in [
        (Code::TOO_LONG, refused.clone(), false),
        (Code::ID_REUSED, refused.clone(), false),
        (Code::OUT_OF_ORDER, refused.clone(), false),
        (Code(999), refused, false),
        (Code::ID_TOO_OLD, doubtful.clone(), true),
        (Code::ROOM_ENDED, doubtful, true),
    ] {
        let mut bench = Bench::in_room(3);
        bench.command(Command::Post(item(1)));

        bench.refuse_last(code).unwrap();

        assert_eq!(bench.take_marks().pop(), Some((1, mark)), "{code:?}");
        assert_eq!(bench.core.kept().len(), usize::from(stays), "{code:?}");
        bench.reconnect();
        assert_eq!(bench.take_posts(), [0; 0], "{code:?} is final");
    }
}

#[test]
fn an_unknown_outcome_ends_the_connection_and_the_post_is_sent_again() {
    for as_answer in [true, false] {
        let mut bench = Bench::in_room(3);
        bench.command(Command::Post(item(1)));
        let (request, _) = bench.take_frames().pop().unwrap();
        let refused = Refused::new(Code::OUTCOME_UNKNOWN, "the disk did not answer");

        let outcome = bench.hear(if as_answer { request } else { 0 }, refused);

        assert!(matches!(outcome, Err(End::Lost { .. })));
        bench.reconnect();
        assert_eq!(bench.take_posts(), [1]);
    }
}

#[test]
fn when_a_room_ends_what_was_never_sent_is_refused_and_the_rest_is_doubtful() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    bench.take_frames();
    bench.core.on_lost();
    bench.command(Command::Post(item(2)));
    bench.login();
    bench.take_events();

    bench.refuse_last(Code::ROOM_ENDED).unwrap();

    let never = Mark::Refused("the room was over for you before it was sent".into());
    assert_eq!(bench.take_marks(), [(1, unknown()), (2, never)]);
}

#[test]
fn a_doubtful_post_stays_until_it_is_discarded_and_is_never_called_refused() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    bench.take_frames();
    bench.hear(0, RoomEnded { room: ROOM, reason: EndReason::Over }).unwrap();
    bench.take_events();

    bench.command(Command::Post(item(1)));
    assert_eq!(bench.take_marks(), [(1, unknown())]);
    assert_eq!(bench.core.kept().len(), 1);

    bench.command(Command::Discard(id(1)));
    assert_eq!(bench.core.kept(), []);
}

#[test]
fn a_post_to_a_room_that_is_over_is_refused() {
    let mut bench = Bench::in_room(3);
    bench.hear(0, RoomEnded { room: ROOM, reason: EndReason::Over }).unwrap();

    bench.command(Command::Post(item(1)));

    assert!(matches!(bench.take_marks()[..], [(1, Mark::Refused(_))]));
    assert_eq!(bench.core.kept(), []);
}

#[test]
fn a_post_to_a_room_that_this_link_has_yet_to_enter_waits_for_it() {
    let mut bench = Bench::online();
    bench.command(Command::Post(item(1)));
    assert_eq!(bench.take_marks(), [(1, Mark::Waiting)]);

    bench.command(Command::Join(code(), None));
    bench.answer_last(joined(3, 3)).unwrap();

    assert_eq!(bench.take_posts(), [1]);
}

#[test]
fn what_is_taken_over_goes_out_in_the_order_it_was_written() {
    let mut bench = Bench::online();
    bench.command(Command::Post(item(7)));
    bench.core.adopt(vec![left_over(5, 0, true), left_over(6, 0, false)], WALL);

    bench.command(Command::Join(code(), None));
    bench.answer_last(joined(3, 3)).unwrap();

    assert_eq!(bench.take_posts(), [5, 6, 7]);
}

#[test]
fn a_discarded_post_is_not_sent_again_and_its_late_answer_is_ignored() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    let (request, _) = bench.take_frames().pop().unwrap();
    bench.command(Command::Discard(id(1)));
    bench.take_events();

    bench.hear(request, accepted(1, 4)).unwrap();
    bench.reconnect();

    assert_eq!(bench.take_marks(), []);
    assert_eq!(bench.take_posts(), [0; 0]);
}

#[test]
fn the_same_post_twice_is_one_post() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    bench.command(Command::Post(item(1)));

    assert_eq!(bench.take_posts(), [1]);
}

#[test]
fn a_full_outbox_refuses_at_once_and_says_why() {
    let mut bench = Bench::in_room(3);
    bench.core.on_lost();
    (1..=1_001).for_each(|n| bench.command(Command::Post(item(n))));

    let Some((1_001, Mark::Refused(sentence))) = bench.take_marks().pop() else { panic!("not refused") };
    assert!(sentence.contains("too many"));
}

#[test]
fn what_an_earlier_run_left_is_sent_when_its_room_is_entered_and_not_before() {
    let mut bench = Bench::online();
    bench.core.adopt(vec![left_over(1, 9 * MINUTE_MS, true), left_over(2, 0, false)], WALL);
    assert_eq!(bench.take_posts(), [0; 0]);
    bench.command(Command::Join(code(), None));

    bench.answer_last(joined(3, 3)).unwrap();

    let Some(LinkEvent::Restored { items }) = bench.take_events().pop() else { panic!("nothing restored") };
    assert!(items.iter().all(|(_, mark)| *mark == Mark::Waiting));
    assert_eq!(bench.take_posts(), [1, 2]);
}

#[test]
fn what_an_earlier_run_left_more_than_ten_minutes_ago_asks_and_so_does_what_follows_it() {
    let mut bench = Bench::online();
    bench.core.adopt(vec![left_over(1, 11 * MINUTE_MS, true), left_over(2, MINUTE_MS, false)], WALL);
    bench.command(Command::Join(code(), None));
    bench.answer_last(joined(3, 3)).unwrap();

    let Some(LinkEvent::Restored { items }) = bench.take_events().pop() else { panic!("nothing restored") };
    assert!(items.iter().all(|(_, mark)| *mark == Mark::Stale), "{items:?}");
    assert_eq!(bench.take_posts(), [0; 0]);

    bench.command(Command::Post(items[1].0.clone()));
    bench.command(Command::Post(items[0].0.clone()));
    assert_eq!(bench.take_posts(), [1, 2], "in the order in which they were written");
}

#[test]
fn a_left_over_that_is_in_the_log_already_is_accepted_when_it_is_seen() {
    let mut bench = Bench::online();
    bench.core.adopt(vec![left_over(1, MINUTE_MS, true)], WALL);
    bench.command(Command::Join(code(), None));
    bench.answer_last(joined(0, 1)).unwrap();
    let own = Author { person: ME, name: Bytes::from("alice") };

    bench.hear(0, batch(vec![Entry { author: own, post: Some(id(1)), ..message(1, Seq(0)) }])).unwrap();

    assert_eq!(bench.take_marks(), [(1, mark_accepted(1))]);
    assert_eq!(bench.core.kept(), []);
}

#[test]
fn what_an_earlier_run_left_a_month_ago_is_given_up_with_a_sentence() {
    let mut bench = Bench::online();

    bench.core.adopt(vec![left_over(1, 31 * 24 * 60 * MINUTE_MS, true)], WALL);

    assert_eq!(bench.core.kept(), []);
    assert!(matches!(bench.take_events()[..], [LinkEvent::Notice(_)]));
}

#[test]
fn a_post_is_changed_on_disk_before_its_frame_can_be_written() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    assert!(!bench.core.take_changed_outbox().unwrap()[0].sent);

    bench.take_frames();

    assert!(bench.core.take_changed_outbox().unwrap()[0].sent);
    assert_eq!(bench.core.take_changed_outbox(), None);
}
