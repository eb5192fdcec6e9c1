//! What is not kept: it goes out now or never, and comes in or does not.

use super::*;
use chat_proto::frame::{Done, Presence, SetPresence, Signal, SignalKind, Typing, TypingState};
use chat_proto::limits::AWAY_BYTES;

const BOB: PersonId = PersonId(2);
const ELSEWHERE: RoomId = RoomId([8; 16]);

fn away(word: &str) -> Presence {
    Presence::Away(Bytes::copy_from_slice(word.as_bytes()))
}

fn typing(state: TypingState) -> Command {
    Command::Typing { room: ROOM, state }
}

#[test]
fn that_something_is_written_goes_out_before_what_was_without_a_number() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    bench.command(typing(TypingState::Writing));
    bench.command(typing(TypingState::Stopped));

    let frames = bench.take_frames();

    let stopped = Typing { room: ROOM, state: TypingState::Stopped };
    assert_eq!(frames[0], (0, ClientFrame::Typing(stopped)), "only the last of it");
    assert!(matches!(frames[1..], [(_, ClientFrame::Post(_))]));
}

#[test]
fn that_something_is_written_does_not_wait_for_a_room_or_a_connection() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Typing { room: ELSEWHERE, state: TypingState::Writing });
    bench.command(typing(TypingState::Writing));
    bench.core.on_lost();
    bench.command(typing(TypingState::Writing));

    bench.login();

    let frames = bench.take_frames();
    assert!(matches!(frames[..], [(_, ClientFrame::Resume(_))]), "{frames:?}");
}

#[test]
fn of_two_presences_that_wait_the_later_one_is_told_and_its_answer_is_no_event() {
    let mut bench = Bench::online();
    bench.command(Command::SetPresence(Presence::Idle));
    bench.command(Command::SetPresence(away("lunch")));

    let frames = bench.take_frames();
    assert_eq!(frames, [(1, ClientFrame::SetPresence(SetPresence { presence: away("lunch") }))]);
    bench.hear(1, Done {}).unwrap();

    assert_eq!(bench.take_events(), []);
}

#[test]
fn a_presence_ends_with_the_connection_it_was_told_over() {
    let mut bench = Bench::online();
    bench.command(Command::SetPresence(Presence::Idle));
    bench.take_frames();
    bench.core.on_lost();
    bench.command(Command::SetPresence(Presence::Idle));

    bench.login();

    assert_eq!(bench.take_frames(), [], "whoever holds the link tells it again");
}

#[test]
fn a_presence_that_is_refused_is_told() {
    let mut bench = Bench::online();
    bench.command(Command::SetPresence(away("lunch")));

    bench.refuse_last(Code::INVALID_TEXT).unwrap();

    let (asked, sentence) = (Asked::Presence, "because".into());
    assert_eq!(bench.take_events(), [LinkEvent::Refused { asked, sentence, free_name: None }]);
}

#[test]
fn what_members_do_is_told_with_its_word_cut_and_only_of_rooms_that_are_open() {
    let mut bench = Bench::in_room(3);
    let huge = away(&"x".repeat(60_000));
    let signal = |room, kind| Signal { room, person: BOB, kind };

    bench.hear(0, signal(ELSEWHERE, SignalKind::Typing)).unwrap();
    bench.hear(0, signal(ROOM, SignalKind::Presence(Presence::Gone))).unwrap();
    bench.hear(0, signal(ROOM, SignalKind::Typing)).unwrap();
    bench.hear(0, signal(ROOM, SignalKind::Presence(huge))).unwrap();

    let told = |kind| LinkEvent::Signal { room: ROOM, person: BOB, kind };
    let cut = away(&"x".repeat(AWAY_BYTES));
    assert_eq!(bench.take_events(), [told(SignalKind::Typing), told(SignalKind::Presence(cut))]);
}
