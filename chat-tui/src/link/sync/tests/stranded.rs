//! What an earlier run left for a room that is over is shown where somebody is, and stays until it is decided.

use super::*;
use chat_proto::frame::Membership;

const OVER: RoomId = RoomId([9; 16]);

fn left_in(room: RoomId, n: u64, sent: bool) -> Kept {
    let kept = left_over(n, 0, sent);
    Kept { item: OutboxItem { room, ..kept.item }, ..kept }
}

fn enter(bench: &mut Bench) -> Vec<(OutboxItem, Mark)> {
    bench.command(Command::Join(code(), None));
    bench.answer_last(joined(3, 3)).unwrap();
    let restored = bench.take_events().into_iter().find_map(|event| match event {
        LinkEvent::Restored { items } => Some(items),
        _ => None,
    });
    restored.unwrap_or_default()
}

#[test]
fn it_is_told_in_the_room_that_is_entered_with_what_is_known_of_it() {
    let mut bench = Bench::online();
    bench.core.adopt(vec![left_in(OVER, 1, false), left_in(OVER, 2, true)], WALL);

    let told = enter(&mut bench);

    assert!(told.iter().all(|(item, _)| item.room == ROOM));
    assert!(matches!(told[0].1, Mark::Refused(_)), "it is in no log: {:?}", told[0]);
    assert!(matches!(told[1].1, Mark::Unknown(_)), "it may be: {:?}", told[1]);
    assert_eq!(bench.take_posts(), [0; 0], "neither is said in another room by itself");
    assert_eq!(bench.core.kept().len(), 2, "both stay on disk until they are decided");

    bench.command(Command::Discard(told[0].0.id));
    bench.command(Command::Discard(told[1].0.id));
    assert_eq!(bench.core.kept(), []);
}

#[test]
fn it_is_told_again_by_the_next_run_and_no_less_truly() {
    let mut first = Bench::online();
    first.core.adopt(vec![left_in(OVER, 1, false), left_in(OVER, 2, true)], WALL);
    enter(&mut first);
    let mut second = Bench::online();
    second.core.adopt(first.core.kept(), WALL);

    let told = enter(&mut second);

    assert!(matches!(told[..], [(_, Mark::Refused(_)), (_, Mark::Unknown(_))]), "{told:?}");
}

#[test]
fn a_room_that_may_be_entered_again_keeps_its_posts_for_itself() {
    let mut bench = Bench::offline();
    let open = Membership { room: OVER, code: *b"AB3Z", head: Seq(1), direct: None };
    let welcome = Welcome { rooms: Capped::new([open]), ..welcome(ME) };
    bench.core.on_login(bench.now, &welcome, crate::link::Security::Plain).unwrap();
    bench.core.adopt(vec![left_in(OVER, 1, false)], WALL);

    assert_eq!(enter(&mut bench), []);
}
