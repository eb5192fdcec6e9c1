//! Entries in order, none missing, none twice, whatever the connection does.

use super::*;
use chat_proto::frame::EndReason;
use chat_proto::frame::Role;
use chat_proto::frame::Voice;
use chat_proto::frame::{Gap, GapKind, Member, Members, Presence, Resume, RoomEnded};

fn seqs(events: &[LinkEvent]) -> Vec<u64> {
    let batches = events.iter().filter_map(|event| match event {
        LinkEvent::Entries { entries, .. } => Some(entries),
        _ => None,
    });
    batches.flatten().map(|entry| entry.seq.0).collect()
}

#[test]
fn entries_that_follow_are_handed_on_in_order() {
    let mut bench = Bench::in_room(3);

    bench.hear(0, batch(entries(4, 6))).unwrap();
    bench.hear(0, batch(entries(7, 7))).unwrap();

    assert_eq!(seqs(&bench.take_events()), [4, 5, 6, 7]);
}

#[test]
fn an_entry_that_was_handed_on_is_never_handed_on_again() {
    let mut bench = Bench::in_room(3);
    bench.hear(0, batch(entries(4, 6))).unwrap();

    bench.hear(0, batch(entries(2, 8))).unwrap();
    bench.hear(0, batch(entries(4, 8))).unwrap();

    assert_eq!(seqs(&bench.take_events()), [4, 5, 6, 7, 8]);
}

#[test]
fn a_hole_ends_the_connection_and_the_resume_starts_before_it() {
    let mut bench = Bench::in_room(3);

    assert_eq!(bench.hear(0, batch(entries(5, 6))), Err(End::Hole));
    assert_eq!(seqs(&bench.take_events()), [0; 0]);

    bench.core.on_lost();
    bench.login();
    let resume = Resume { room: ROOM, after: Seq(3), stay: Stay::Resident };
    assert_eq!(bench.take_frames()[0].1, ClientFrame::Resume(resume));
}

#[test]
fn the_entries_before_a_hole_in_a_batch_are_asked_for_again_with_the_rest() {
    let mut bench = Bench::in_room(3);
    let holed: Vec<_> = entries(4, 5).into_iter().chain(entries(7, 8)).collect();

    assert_eq!(bench.hear(0, batch(holed)), Err(End::Hole));

    let told = seqs(&bench.take_events());
    bench.core.on_lost();
    bench.login();
    let ClientFrame::Resume(resume) = bench.take_frames().remove(0).1 else { panic!("not a resume") };
    assert_eq!(resume.after.0, told.last().copied().unwrap_or(3), "the cursor never passes what was not handed on");
}

#[test]
fn after_a_resume_the_entries_go_on_where_they_stopped() {
    let mut bench = Bench::in_room(3);
    bench.hear(0, batch(entries(4, 5))).unwrap();
    bench.reconnect();

    bench.hear(0, batch(entries(5, 7))).unwrap();

    assert_eq!(seqs(&bench.take_events()), [6, 7]);
}

#[test]
fn a_gap_moves_the_cursor_and_is_told() {
    let mut bench = Bench::in_room(3);
    let gap = Gap { room: ROOM, from: Seq(4), to: Seq(90), kind: GapKind::Loadable };

    bench.hear(0, gap.clone()).unwrap();
    bench.hear(0, batch(entries(91, 91))).unwrap();

    let events = bench.take_events();
    assert_eq!(events[0], LinkEvent::Gap { room: ROOM, from: Seq(4), to: Seq(90), kind: GapKind::Loadable });
    assert_eq!(seqs(&events), [91]);
    bench.hear(0, gap).unwrap();
    assert_eq!(bench.take_events(), [], "a gap that is known already is no news");
}

#[test]
fn a_gap_that_starts_behind_a_hole_is_a_hole() {
    let mut bench = Bench::in_room(3);
    let gap = |from, to| Gap { room: ROOM, from: Seq(from), to: Seq(to), kind: GapKind::Purged };

    assert_eq!(bench.hear(0, gap(6, 9)), Err(End::Hole));
    assert!(is_misbehaviour(bench.hear(0, gap(9, 6))));
}

#[test]
fn a_pong_that_knows_a_later_head_ends_the_connection() {
    let mut bench = Bench::in_room(3);
    bench.core.on_time(bench.now).unwrap();
    let (request, _) = bench.core.next_frame().unwrap();

    assert_eq!(bench.hear(request, pong(4)), Err(End::Hole));
}

#[test]
fn a_pong_that_knows_our_head_or_another_room_changes_nothing() {
    let mut bench = Bench::in_room(3);
    bench.core.on_time(bench.now).unwrap();
    let (request, _) = bench.core.next_frame().unwrap();
    let elsewhere = RoomHead { room: RoomId([9; 16]), head: Seq(99) };
    let heads = Capped::new([RoomHead { room: ROOM, head: Seq(3) }, elsewhere]);

    assert_eq!(bench.hear(request, Pong { server_time: WALL, heads }), Ok(()));
}

#[test]
fn a_room_that_ended_is_told_once_and_never_resumed() {
    let mut bench = Bench::in_room(3);
    bench.hear(0, RoomEnded { room: ROOM, reason: EndReason::Over }).unwrap();
    bench.hear(0, RoomEnded { room: ROOM, reason: EndReason::Over }).unwrap();
    bench.hear(0, batch(entries(4, 4))).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over }]);
    bench.core.on_lost();
    bench.login();
    assert_eq!(bench.take_frames(), []);
}

#[test]
fn a_resume_that_is_refused_ends_the_room_or_waits() {
    for (code, retry_after_ms, told) in [
        (Code::ROOM_ENDED, None, Some(LinkEvent::NoReturn { room: ROOM, sentence: "because".into() })),
        (Code::NOT_MEMBER, None, Some(LinkEvent::Left { room: ROOM })),
        (Code::SERVER_FULL, Some(5_000), None),
    ] {
        let mut bench = Bench::in_room(3);
        bench.core.on_lost();
        bench.login();
        bench.take_events();

        bench.answer_last(Refused { retry_after_ms, ..Refused::new(code, "because") }).unwrap();

        assert_eq!(bench.take_events().pop(), told, "{code:?}");
        bench.now.at += Duration::from_secs(5);
        bench.core.on_time(bench.now).unwrap();
        let frames = bench.take_frames();
        let is_asked_again = frames.iter().any(|(_, frame)| matches!(frame, ClientFrame::Resume(_)));
        assert_eq!(is_asked_again, retry_after_ms.is_some(), "{code:?}");
    }
}

#[test]
fn a_cursor_that_the_server_does_not_know_starts_the_room_over() {
    let mut bench = Bench::in_room(50);
    bench.core.on_lost();
    bench.login();
    bench.take_events();

    bench.refuse_last(Code::BAD_CURSOR).unwrap();
    let (request, frame) = bench.take_frames().pop().unwrap();
    assert_eq!(frame, Resume { room: ROOM, after: Seq::START, stay: Stay::Resident }.into());
    bench.hear(request, joined(0, 2)).unwrap();
    bench.hear(0, batch(entries(1, 2))).unwrap();

    let events = bench.take_events();
    assert!(matches!(events[0], LinkEvent::Joined { asked: Asked::Join(_), .. }), "told as entered anew");
    assert_eq!(seqs(&events), [1, 2]);
}

#[test]
fn a_log_that_knows_no_cursor_at_all_is_misbehaviour_and_no_endless_loop() {
    let mut bench = Bench::in_room(50);
    bench.core.on_lost();
    bench.login();
    bench.refuse_last(Code::BAD_CURSOR).unwrap();

    assert!(is_misbehaviour(bench.refuse_last(Code::BAD_CURSOR)));
}

#[test]
fn entries_that_follow_on_nothing_and_rooms_without_answer_are_misbehaviour() {
    let mut bench = Bench::in_room(3);
    let backwards = Entry { prev: Seq(9), ..message(5, Seq(0)) };
    assert!(is_misbehaviour(bench.hear(0, batch(vec![backwards]))));

    bench.core.on_lost();
    bench.login();
    assert!(is_misbehaviour(bench.hear(0, batch(entries(4, 4)))), "before the answer to the resume");
    assert!(is_misbehaviour(bench.hear(77, joined(0, 0))), "an answer to nothing");
}

#[test]
fn a_room_cut_before_its_first_entry_starts_over_wherever_the_server_starts() {
    let mut bench = Bench::in_room(0);
    bench.core.on_lost();
    bench.login();
    bench.take_events();

    bench.answer_last(joined(800, 1_000)).unwrap();
    bench.hear(0, batch(entries(801, 803))).unwrap();

    let events = bench.take_events();
    assert!(matches!(events[0], LinkEvent::Joined { asked: Asked::Join(_), .. }));
    assert_eq!(seqs(&events), [801, 802, 803]);
}

#[test]
fn a_room_without_a_code_is_misbehaviour() {
    let mut bench = Bench::online();
    bench.command(Command::Join(code(), None));

    assert!(is_misbehaviour(bench.answer_last(Joined { code: *b"ab\x1b[", ..joined(0, 0) })));
}

#[test]
fn a_million_members_are_misbehaviour_and_are_not_kept() {
    let mut bench = Bench::in_room(3);
    let bob = Member {
        person: PersonId(2),
        name: Bytes::from("bob"),
        presence: Presence::Here,
        role: Role::Member,
        voice: Voice::Free,
        key: [0; 32],
    };
    let part = || Members { room: ROOM, members: Capped::new(vec![bob.clone(); 200]) };

    let refused_at = (0..5_000).find(|_| bench.hear(0, part()).is_err());

    assert_eq!(refused_at, Some(clamp::MEMBERS_MAX / 200));
}

#[test]
fn more_rooms_than_a_session_may_have_are_misbehaviour() {
    let mut bench = Bench::online();
    let most = chat_proto::limits::MEMBERSHIPS as u8;
    for n in 0..=most {
        bench.command(Command::Join(code(), None));
        let outcome = bench.answer_last(Joined { room: RoomId([n; 16]), ..joined(0, 0) });
        assert_eq!(outcome.is_err(), n == most, "room {n}");
    }
}
