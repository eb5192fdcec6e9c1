//! Rooms between two people: opened, answered, and told of by the server.

use super::*;
use chat_proto::frame::{Membership, OpenDirect, Peer, Resume, RoomAdded, RoomEnded};
use chat_proto::limits::{MEMBERSHIPS, NAME_BYTES};

const BOB: PersonId = PersonId(2);

fn bob() -> Peer {
    Peer { person: BOB, name: Bytes::from("bob"), key: [2; 32] }
}

fn direct() -> Joined {
    let mut joined = joined(0, 0);
    (joined.state.door, joined.state.direct) = (Door::Direct, Some(bob()));
    joined
}

fn added(room: u8) -> RoomAdded {
    RoomAdded { membership: Membership { room: RoomId([room; 16]), code: *b"ZZZZ", head: Seq(1), direct: Some(bob()) } }
}

#[test]
fn a_direct_room_is_asked_for_by_the_person_and_entered_by_the_answer() {
    let mut bench = Bench::online();
    bench.command(Command::OpenDirect(BOB));

    let frames = bench.take_frames();
    assert_eq!(frames[0].1, ClientFrame::OpenDirect(OpenDirect { person: BOB, stay: Stay::Resident }));
    bench.hear(frames[0].0, direct()).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::Joined { asked: Asked::Direct(BOB), joined: direct() }]);
    bench.core.on_lost();
    bench.login();
    let resume = Resume { room: ROOM, after: Seq::START, stay: Stay::Resident };
    assert_eq!(bench.take_frames()[0].1, ClientFrame::Resume(resume), "resumed like any other room");
}

#[test]
fn a_direct_room_whose_answer_was_lost_is_asked_for_again() {
    let mut bench = Bench::online();
    bench.command(Command::OpenDirect(BOB));
    bench.take_frames();

    bench.core.on_lost();
    bench.login();

    assert!(matches!(bench.take_frames()[..], [(_, ClientFrame::OpenDirect(_))]));
}

#[test]
fn a_direct_room_with_somebody_else_or_with_nobody_is_misbehaviour() {
    let with_carol = Peer { person: PersonId(3), ..bob() };
    for peer in [Some(with_carol), None] {
        let mut bench = Bench::online();
        bench.command(Command::OpenDirect(BOB));
        let mut wrong = direct();
        wrong.state.direct = peer;

        assert!(is_misbehaviour(bench.answer_last(wrong)));
        assert_eq!(bench.take_events(), []);
    }
}

#[test]
fn a_direct_room_that_is_refused_is_told_with_the_person() {
    let mut bench = Bench::online();
    bench.command(Command::OpenDirect(BOB));

    bench.refuse_last(Code::NO_SUCH_PERSON).unwrap();

    let (asked, sentence) = (Asked::Direct(BOB), "because".into());
    assert_eq!(bench.take_events(), [LinkEvent::Refused { asked, sentence, free_name: None }]);
}

#[test]
fn a_room_that_somebody_opened_is_told_once() {
    let mut bench = Bench::in_room(3);

    bench.hear(0, added(8)).unwrap();
    bench.hear(0, added(8)).unwrap();
    bench.hear(0, added(7)).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::RoomAdded(added(8).membership)], "it is in the other one already");
}

#[test]
fn a_room_that_was_left_may_be_opened_again() {
    let mut bench = Bench::online();
    bench.hear(0, added(8)).unwrap();
    bench.hear(0, RoomEnded { room: RoomId([8; 16]), reason: chat_proto::frame::EndReason::Over }).unwrap();
    bench.take_events();

    bench.hear(0, added(8)).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::RoomAdded(added(8).membership)]);
}

#[test]
fn a_server_that_adds_more_rooms_than_there_can_be_misbehaves() {
    let mut bench = Bench::online();
    for room in 0..MEMBERSHIPS as u8 {
        bench.hear(0, added(room)).unwrap();
    }

    assert!(is_misbehaviour(bench.hear(0, added(MEMBERSHIPS as u8))));
}

#[test]
fn the_name_of_the_other_one_is_cut_wherever_it_comes_from() {
    let mut bench = Bench::offline();
    let huge = Peer { name: Bytes::from(vec![b'x'; 60_000]), ..bob() };
    let membership = Membership { direct: Some(huge), ..added(8).membership };
    let welcome = Welcome { rooms: Capped::new([membership.clone()]), ..welcome(ME) };

    bench.core.on_login(bench.now, &welcome, crate::link::Security::Plain).unwrap();
    bench.hear(0, RoomAdded { membership: Membership { room: ROOM, ..membership } }).unwrap();

    let events = bench.take_events();
    let [LinkEvent::Up { rooms, .. }, LinkEvent::RoomAdded(added)] = &events[..] else { panic!("{events:?}") };
    for membership in [&rooms[0], added] {
        assert_eq!(membership.direct.as_ref().unwrap().name.len(), NAME_BYTES);
    }
}
