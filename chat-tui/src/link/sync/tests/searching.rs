//! Searches and read positions: asked once, answered once, and nothing of a server's excess gets through.

use super::*;
use crate::quest::Quest;
use chat_proto::frame::{Beyond, Done, EndReason, Excerpt, Found, Hit, Read, RoomEnded, Search};
use chat_proto::limits::{EXCERPT_BYTES, NAME_BYTES};

const FIRST: Seq = Seq(u64::MAX);

fn quest() -> Quest {
    let from = Some(Nick::parse(b"bob").unwrap());
    Quest { words: "build".into(), from, since: Some(UnixMillis(5)), until: None }
}

fn search(before: Seq) -> Command {
    Command::Search { room: ROOM, quest: quest(), before }
}

fn excerpt(seq: u64) -> Excerpt {
    let author = Author { person: PersonId(2), name: Bytes::from("bob") };
    Excerpt { seq: Seq(seq), time: WALL, author, text: Bytes::from("build") }
}

fn hit(seq: u64) -> Hit {
    Hit { before: None, found: excerpt(seq), after: Some(excerpt(seq + 1)) }
}

fn found(hits: Vec<Hit>, beyond: Beyond) -> Found {
    Found { room: ROOM, hits: Capped::new(hits), beyond }
}

/// In the room, with a search under way.
fn searching() -> Bench {
    let mut bench = Bench::in_room(50);
    bench.command(search(FIRST));
    bench
}

#[test]
fn a_search_is_told_with_its_question() {
    let mut bench = searching();
    let (request, frame) = bench.take_frames().remove(0);
    let (words, from) = (Bytes::from("build"), Bytes::from("bob"));
    let asked = Search { room: ROOM, words, from, since: Some(UnixMillis(5)), until: None, before: FIRST };
    assert_eq!(frame, asked.into());

    bench.hear(request, found(vec![hit(9), hit(4)], Beyond::More)).unwrap();

    let (hits, beyond) = (vec![hit(9), hit(4)], Beyond::More);
    assert_eq!(bench.take_events(), [LinkEvent::Found { room: ROOM, quest: quest(), before: FIRST, hits, beyond }]);
}

#[test]
fn a_search_whose_answer_was_lost_is_asked_again() {
    let mut bench = searching();
    bench.take_frames();

    bench.reconnect();

    assert!(matches!(bench.take_frames()[..], [(_, ClientFrame::Search(_))]));
}

#[test]
fn hits_out_of_order_of_another_room_or_beyond_the_question_are_misbehaviour() {
    let elsewhere = Found { room: RoomId([8; 16]), ..found(vec![hit(9)], Beyond::Nothing) };
    for answer in [found(vec![hit(4), hit(9)], Beyond::More), found(vec![hit(9), hit(9)], Beyond::More), elsewhere] {
        assert!(is_misbehaviour(searching().answer_last(answer)));
    }
    let mut bench = Bench::in_room(50);
    bench.command(search(Seq(9)));
    assert!(is_misbehaviour(bench.answer_last(found(vec![hit(9)], Beyond::More))));
    assert!(is_misbehaviour(Bench::in_room(5).hear(7, found(vec![], Beyond::Nothing))));
}

#[test]
fn a_server_that_finds_nothing_and_promises_more_is_not_asked_for_ever() {
    let mut bench = searching();

    bench.answer_last(found(vec![], Beyond::More)).unwrap();

    assert!(matches!(bench.take_events()[..], [LinkEvent::Found { beyond: Beyond::Nothing, .. }]));
}

#[test]
fn an_excerpt_over_its_limits_is_cut() {
    let mut bench = searching();
    let mut huge = hit(9);
    let long = Bytes::from(vec![b'x'; 9_000]);
    huge.found.author.name = long.clone();
    (huge.found.text, huge.found.time) = (long.clone(), UnixMillis(i64::MAX));
    huge.before = Some(Excerpt { text: long, ..excerpt(8) });

    bench.answer_last(found(vec![huge], Beyond::Nothing)).unwrap();

    let [LinkEvent::Found { hits, .. }] = &bench.take_events()[..] else { panic!("nothing found") };
    let held = &hits[0];
    assert_eq!((held.found.text.len(), held.found.author.name.len()), (EXCERPT_BYTES, NAME_BYTES));
    assert_eq!(held.before.as_ref().unwrap().text.len(), EXCERPT_BYTES);
    assert!(held.found.time < UnixMillis(i64::MAX));
}

#[test]
fn the_refusal_of_an_earlier_search_is_not_told_of_the_one_that_waits() {
    let mut bench = searching();
    let (earlier, _) = bench.take_frames().remove(0);
    let other = Quest { words: "built".into(), ..quest() };
    bench.command(Command::Search { room: ROOM, quest: other, before: FIRST });
    let (later, _) = bench.take_frames().remove(0);

    bench.hear(earlier, Refused::new(Code::BAD_SEARCH, "no")).unwrap();
    assert_eq!(bench.take_events(), []);

    bench.hear(later, Refused::new(Code::BAD_SEARCH, "no")).unwrap();
    assert!(matches!(bench.take_events()[..], [LinkEvent::Refused { asked: Asked::Search(ROOM), .. }]));
}

#[test]
fn a_search_in_a_room_that_ended_meanwhile_is_no_misbehaviour() {
    let mut bench = searching();
    let (request, _) = bench.take_frames().remove(0);
    bench.hear(0, RoomEnded { room: ROOM, reason: EndReason::Over }).unwrap();

    assert_eq!(bench.hear(request, found(vec![hit(9)], Beyond::More)), Ok(()));
}

#[test]
fn what_was_read_is_told_and_only_the_last_of_what_waits() {
    let mut bench = Bench::in_room(50);
    for seq in [10, 20, 30] {
        bench.command(Command::Read { room: ROOM, seq: Seq(seq) });
    }

    let frames = bench.take_frames();

    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].1, Read { room: ROOM, seq: Seq(30) }.into());
    assert_eq!(bench.hear(frames[0].0, Done {}), Ok(()));
    assert_eq!(bench.take_events(), []);
}

#[test]
fn a_refused_read_position_bothers_nobody_and_none_is_told_of_a_room_that_is_left() {
    let mut bench = Bench::in_room(50);
    bench.command(Command::Read { room: ROOM, seq: Seq(10) });
    bench.refuse_last(Code::NOT_MEMBER).unwrap();
    assert_eq!(bench.take_events(), []);

    bench.command(Command::Read { room: RoomId([8; 16]), seq: Seq(10) });
    assert_eq!(bench.take_frames(), []);
}

#[test]
fn a_room_whose_history_cannot_be_read_is_tried_again() {
    let mut bench = Bench::in_room(50);
    bench.command(Command::Post(item(1)));
    bench.core.on_lost();
    bench.login();
    bench.refuse_last(Code::STORAGE_FAILED).unwrap();
    assert!(!bench.take_events().iter().any(|event| matches!(event, LinkEvent::Left { .. })));

    bench.now.at += Duration::from_secs(10);
    bench.core.on_time(bench.now).unwrap();

    assert!(bench.take_frames().iter().any(|(_, frame)| matches!(frame, ClientFrame::Resume(_))));
}
