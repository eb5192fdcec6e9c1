//! Everything asked is answered once, over as many connections as it takes.

use super::*;
use chat_proto::frame::Keep;
use chat_proto::frame::{Create, Done, Door, EndReason, Invitation, Page, Resume};
use chat_proto::{Detail, Secret};

const ELSEWHERE: RoomId = RoomId([8; 16]);

fn ids_of_creates(frames: &[(u32, ClientFrame)]) -> Vec<u64> {
    let creates = frames.iter().filter_map(|(_, frame)| match frame {
        ClientFrame::Create(Create { id, .. }) => Some(*id),
        _ => None,
    });
    creates.collect()
}

#[test]
fn a_create_whose_answer_was_lost_is_asked_again_with_the_same_id() {
    let mut bench = Bench::online();
    bench.command(Command::Create(Door::Open, Keep::Default));
    let first = ids_of_creates(&bench.take_frames());

    bench.core.on_lost();
    bench.login();
    let frames = bench.take_frames();

    assert_eq!(first.len(), 1);
    assert_eq!(ids_of_creates(&frames), first);
    bench.hear(frames[0].0, joined(0, 0)).unwrap();
    bench.core.on_lost();
    bench.login();
    assert_eq!(ids_of_creates(&bench.take_frames()), [0; 0], "answered is answered");
}

#[test]
fn the_same_question_before_its_answer_is_asked_once() {
    let mut bench = Bench::online();
    for _ in 0..2 {
        bench.command(Command::Create(Door::Open, Keep::Default));
        bench.command(Command::Join(code(), None));
    }

    assert_eq!(bench.take_frames().len(), 2);
}

#[test]
fn a_create_after_the_answer_to_another_makes_another_room() {
    let mut bench = Bench::online();
    bench.command(Command::Create(Door::Open, Keep::Default));
    let (request, first) = bench.take_frames().remove(0);
    bench.hear(request, joined(0, 0)).unwrap();

    bench.command(Command::Create(Door::Open, Keep::Default));

    assert_ne!(ids_of_creates(&bench.take_frames()), ids_of_creates(&[(request, first)]));
}

#[test]
fn what_is_asked_while_there_is_no_connection_is_asked_later() {
    let mut bench = Bench::offline();
    bench.command(Command::Join(code(), None));
    assert_eq!(bench.take_frames(), []);

    bench.login();

    assert!(matches!(bench.take_frames()[..], [(1, ClientFrame::Join(_))]));
}

#[test]
fn a_question_about_a_room_waits_until_the_room_is_resumed() {
    let mut bench = Bench::in_room(9);
    bench.command(Command::History { room: ROOM, after: Seq(0), before: Seq(5) });
    bench.take_frames();
    bench.core.on_lost();
    bench.login();

    let frames = bench.take_frames();
    assert!(matches!(frames[..], [(_, ClientFrame::Resume(_))]), "{frames:?}");
    bench.hear(frames[0].0, joined(9, 9)).unwrap();
    assert!(matches!(bench.take_frames()[..], [(_, ClientFrame::History(_))]));
}

#[test]
fn a_page_is_told_with_the_range_that_was_asked_for() {
    let mut bench = Bench::in_room(9);
    bench.command(Command::History { room: ROOM, after: Seq(2), before: Seq(5) });

    bench.answer_last(Page { room: ROOM, oldest: Seq(1), entries: Capped::new(entries(3, 4)) }).unwrap();

    let LinkEvent::Page { after, before, entries, .. } = bench.take_events().pop().unwrap() else { panic!("no page") };
    assert_eq!((after, before, entries.len()), (Seq(2), Seq(5), 2));
}

#[test]
fn a_page_out_of_order_or_out_of_range_is_misbehaviour() {
    for bad in [vec![message(4, Seq(3)), message(3, Seq(2))], entries(2, 4)] {
        let mut bench = Bench::in_room(9);
        bench.command(Command::History { room: ROOM, after: Seq(2), before: Seq(5) });

        let outcome = bench.answer_last(Page { room: ROOM, oldest: Seq(1), entries: Capped::new(bad) });

        assert!(is_misbehaviour(outcome));
    }
}

#[test]
fn a_page_of_a_room_that_ended_meanwhile_is_not_told() {
    for answer in [true, false] {
        let mut bench = Bench::in_room(9);
        bench.command(Command::History { room: ROOM, after: Seq(2), before: Seq(5) });
        let (request, _) = bench.take_frames().remove(0);
        bench.hear(0, chat_proto::frame::RoomEnded { room: ROOM, reason: EndReason::Over }).unwrap();
        bench.take_events();
        let page = Page { room: ROOM, oldest: Seq(1), entries: Capped::new(entries(3, 4)) };

        match answer {
            true => bench.hear(request, page).unwrap(),
            false => bench.hear(request, Refused::new(Code::NOT_MEMBER, "because")).unwrap(),
        }

        assert_eq!(bench.take_events(), []);
    }
}

#[test]
fn a_refused_join_tells_its_sentence() {
    let mut bench = Bench::online();
    bench.command(Command::Join(code(), None));

    bench.answer_last(Refused::new(Code::JOIN_DENIED, "no room AB3Z on this server")).unwrap();

    let sentence = "no room AB3Z on this server".to_owned();
    assert_eq!(bench.take_events(), [LinkEvent::Refused { asked: Asked::Join(code()), sentence, free_name: None }]);
}

#[test]
fn a_refused_rename_tells_a_free_name_and_keeps_the_old_one() {
    let mut bench = Bench::online();
    bench.command(Command::Rename(Nick::parse(b"bob").unwrap()));

    let refused = Refused::new(Code::NAME_TAKEN, "taken").with(Detail::Name(Bytes::from("bob-2")));
    bench.answer_last(refused).unwrap();

    let LinkEvent::Refused { free_name, .. } = bench.take_events().pop().unwrap() else { panic!("not refused") };
    assert_eq!(free_name, Nick::parse(b"bob-2").ok());
    assert_eq!(bench.core.name().as_str(), "alice");
}

#[test]
fn after_a_rename_the_new_name_logs_in() {
    let mut bench = Bench::online();
    let bob = Nick::parse(b"bob").unwrap();
    bench.command(Command::Rename(bob.clone()));

    bench.answer_last(Done {}).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::Renamed(bob.clone())]);
    assert_eq!(*bench.core.name(), bob);
}

#[test]
fn a_rename_that_held_although_its_answer_was_lost_is_noticed_at_the_next_login() {
    let mut bench = Bench::online();
    let bob = Nick::parse(b"bob").unwrap();
    bench.command(Command::Rename(bob.clone()));
    bench.take_frames();
    bench.core.on_lost();

    assert_eq!(bench.try_login(PersonId(77)), Err(End::Renamed), "alice is somebody else now");

    assert_eq!(*bench.core.name(), bob);
    assert_eq!(bench.try_login(ME), Ok(()));
    assert_eq!(bench.take_frames(), [], "and is not asked again");
}

#[test]
fn a_rename_that_did_not_reach_the_server_is_asked_again() {
    let mut bench = Bench::online();
    bench.command(Command::Rename(Nick::parse(b"bob").unwrap()));
    bench.take_frames();
    bench.core.on_lost();
    bench.login();

    assert!(matches!(bench.take_frames()[..], [(_, ClientFrame::Rename(_))]));
}

#[test]
fn a_left_room_is_told_once_however_often_it_was_asked() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Leave(ROOM));
    bench.take_frames();
    bench.core.on_lost();
    bench.login();
    bench.take_events();

    bench.refuse_last(Code::NOT_MEMBER).unwrap();

    assert_eq!(bench.take_events().pop(), Some(LinkEvent::Left { room: ROOM }));
    assert_eq!(bench.take_frames(), []);
}

#[test]
fn questions_about_a_room_that_nobody_is_in_are_refused_at_once() {
    let mut bench = Bench::online();
    bench.command(Command::Leave(ROOM));

    assert!(matches!(bench.take_events()[..], [LinkEvent::Refused { asked: Asked::Leave(ROOM), .. }]));
}

#[test]
fn a_flood_of_questions_without_a_connection_is_bounded() {
    let mut bench = Bench::offline();
    (0..300).for_each(|bits| bench.command(Command::Join(RoomCode::from_random(bits), None)));

    assert_eq!(bench.take_events().len(), 300 - 256);
}

#[test]
fn answers_to_questions_that_were_not_asked_are_misbehaviour() {
    let frames: [ServerFrame; 5] = [
        joined(0, 0).into(),
        accepted(1, 1).into(),
        Done {}.into(),
        pong(1).into(),
        Refused::new(Code::TOO_LONG, "because").into(),
    ];
    for frame in frames {
        assert!(is_misbehaviour(Bench::online().hear(9, frame.clone())), "{frame:?}");
    }
}

const SECRET: Secret = Secret([9; 16]);

fn invitation(room: RoomId) -> Invitation {
    Invitation { room, code: code().bytes(), secret: Some(SECRET) }
}

#[test]
fn a_return_asks_for_the_room_itself_from_its_last_page_on() {
    let mut bench = Bench::online();
    bench.command(Command::Return(ROOM));

    let frames = bench.take_frames();
    let resume = Resume { room: ROOM, after: Seq::START, stay: Stay::Resident };
    assert_eq!(frames[0].1, ClientFrame::Resume(resume));
    bench.hear(frames[0].0, joined(3, 9)).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::Joined { asked: Asked::Return(ROOM), joined: joined(3, 9) }]);
}

#[test]
fn a_return_and_an_invite_whose_answers_were_lost_are_asked_again() {
    let mut bench = Bench::in_room(9);
    bench.command(Command::Invite(ROOM));
    bench.command(Command::Return(ELSEWHERE));
    assert_eq!(bench.take_frames().len(), 2);

    bench.core.on_lost();
    bench.login();
    let frames = bench.take_frames();
    assert_eq!(frames.len(), 2, "the invite waits until its room is resumed: {frames:?}");
    assert!(matches!(frames[1].1, ClientFrame::Resume(Resume { room: ELSEWHERE, .. })), "{frames:?}");

    bench.hear(frames[0].0, joined(9, 9)).unwrap();
    assert!(matches!(bench.take_frames()[..], [(_, ClientFrame::Invite(_))]));
}

#[test]
fn a_joined_for_another_room_than_the_one_to_return_to_is_misbehaviour() {
    let mut bench = Bench::online();
    bench.command(Command::Return(ELSEWHERE));

    assert!(is_misbehaviour(bench.answer_last(joined(0, 0))));
    assert_eq!(bench.take_events(), []);
}

#[test]
fn a_return_to_a_room_that_is_over_is_told_apart_from_one_that_is_refused_for_now() {
    let mut bench = Bench::online();
    bench.command(Command::Return(ROOM));
    bench.refuse_last(Code::ROOM_ENDED).unwrap();
    assert_eq!(bench.take_events(), [LinkEvent::NoReturn { room: ROOM, sentence: "because".into() }]);

    bench.command(Command::Return(ROOM));
    bench.refuse_last(Code::ROOM_FULL).unwrap();
    let (asked, sentence) = (Asked::Return(ROOM), "because".into());
    assert_eq!(bench.take_events(), [LinkEvent::Refused { asked, sentence, free_name: None }]);
}

#[test]
fn an_invitation_is_told_with_its_secret() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Invite(ROOM));

    bench.answer_last(invitation(ROOM)).unwrap();

    assert_eq!(bench.take_events(), [LinkEvent::Invitation { room: ROOM, code: code(), secret: Some(SECRET) }]);
}

#[test]
fn an_invitation_to_another_room_or_unasked_or_without_a_code_is_misbehaviour() {
    for bad in [invitation(ELSEWHERE), Invitation { code: *b"A0 \n", ..invitation(ROOM) }] {
        let mut bench = Bench::in_room(3);
        bench.command(Command::Invite(ROOM));
        assert!(is_misbehaviour(bench.answer_last(bad)));
    }
    assert!(is_misbehaviour(Bench::in_room(3).hear(9, invitation(ROOM))));
}

#[test]
fn an_invite_that_is_refused_is_told_and_one_of_a_room_that_ended_is_not() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Invite(ROOM));
    bench.refuse_last(Code::NOT_ALLOWED).unwrap();
    assert!(matches!(bench.take_events()[..], [LinkEvent::Refused { asked: Asked::Invite(ROOM), .. }]));

    bench.command(Command::Invite(ROOM));
    let (request, _) = bench.take_frames().remove(0);
    bench.hear(0, chat_proto::frame::RoomEnded { room: ROOM, reason: EndReason::Removed }).unwrap();
    bench.take_events();
    bench.hear(request, Refused::new(Code::NOT_MEMBER, "because")).unwrap();
    assert_eq!(bench.take_events(), []);
}

#[test]
fn the_secret_of_an_invite_goes_with_the_code_and_again_after_a_cut() {
    let mut bench = Bench::online();
    bench.command(Command::Join(code(), Some(SECRET)));
    for _ in 0..2 {
        let frames = bench.take_frames();
        assert!(matches!(&frames[..], [(_, ClientFrame::Join(join))] if join.secret == Some(SECRET)), "{frames:?}");
        bench.core.on_lost();
        bench.login();
    }
}
