//! Doors: private rooms, locks, and answers that tell nothing.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use bytes::Bytes;
use chat_proto::entry::BanScope;
use chat_proto::frame::{Create, Door, Invite, Join, Joined, Keep, Lock, Resume, Stay};
use chat_proto::limits::SECRET_BYTES;
use chat_proto::{Act, Code, Frame as _, Refused, RoomId, Secret, Seq, ServerFrame};
use support::{Peer, World, called, expect_joined};

/// A private room, its opener, and the secret.
async fn private(world: &World) -> (Peer, Joined, Secret) {
    let mut alice = world.person("alice").await;
    let room = alice.create_private().await;
    let secret = alice.invite(room.room).await.unwrap().secret.unwrap();
    (alice, room, secret)
}

const WRONG: Secret = Secret([0; SECRET_BYTES]);

#[tokio::test(start_paused = true)]
async fn a_private_room_opens_to_its_secret_and_not_to_its_code() {
    let world = World::new();
    let (_alice, room, secret) = private(&world).await;
    let mut bob = world.person("bob").await;

    assert_eq!(room.state.door, Door::Private);
    for guess in [None, Some(WRONG), Some(Secret([0xff; SECRET_BYTES]))] {
        assert_eq!(bob.knock(room.code, guess).await.unwrap_err().code, Code::JOIN_DENIED);
    }
    let joined = bob.knock(room.code, Some(secret)).await.expect("the secret");
    assert_eq!((joined.state.door, joined.room), (Door::Private, room.room));
}

#[tokio::test(start_paused = true)]
async fn an_open_room_has_no_secret_and_takes_none() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let mut bob = world.person("bob").await;

    assert_eq!(alice.invite(room.room).await.unwrap().secret, None);
    // Or any secret would be a way around the budget for guesses.
    assert_eq!(bob.knock(room.code, Some(WRONG)).await.unwrap_err().code, Code::JOIN_DENIED);
    let joined = bob.knock(room.code, None).await.expect("the code alone");
    assert_eq!(joined.state.door, Door::Open);
}

#[tokio::test(start_paused = true)]
async fn members_come_back_through_a_private_door_and_a_lock_under_every_name_of_their_key() {
    let world = World::new();
    let (mut alice, room, secret) = private(&world).await;
    let mut bob = world.person("bob").await;
    bob.knock(room.code, Some(secret)).await.unwrap();
    alice.order(room.room, 1, Act::Lock).await.unwrap();
    bob.bye().await;

    let mut alias = world.connect();
    alias.login("bob-too", &support::key_of("bob")).await.unwrap();
    let joined = alias.knock(room.code, None).await.expect("a key of a member");
    assert_eq!(joined.state.lock, Lock::Locked);
    let mut bob = world.person("bob").await;
    bob.resume(room.room, 2).await.expect("a member");
    bob.leave(room.room).await;
    alias.leave(room.room).await;
    assert_eq!(bob.knock(room.code, Some(secret)).await.unwrap_err().code, Code::JOIN_DENIED, "a stranger again");
}

#[tokio::test(start_paused = true)]
async fn a_lock_keeps_out_invites_too_and_an_unlock_lets_them_in() {
    let world = World::new();
    let (mut alice, room, secret) = private(&world).await;
    let mut bob = world.person("bob").await;

    alice.order(room.room, 1, Act::Lock).await.unwrap();
    assert_eq!(bob.knock(room.code, Some(secret)).await.unwrap_err().code, Code::JOIN_DENIED);
    alice.order(room.room, 2, Act::Unlock).await.unwrap();

    assert_eq!(bob.knock(room.code, Some(secret)).await.unwrap().state.lock, Lock::Unlocked);
}

#[tokio::test(start_paused = true)]
async fn a_new_secret_ends_the_invites_of_before_and_removes_nobody() {
    let world = World::new();
    let (mut alice, room, old) = private(&world).await;
    let mut bob = world.person("bob").await;
    bob.knock(room.code, Some(old)).await.unwrap();

    alice.order(room.room, 1, Act::Rekey).await.unwrap();

    let new = bob.invite(room.room).await.unwrap().secret.unwrap();
    assert!(new != old);
    let mut carol = world.person("carol").await;
    assert_eq!(carol.knock(room.code, Some(old)).await.unwrap_err().code, Code::JOIN_DENIED);
    carol.knock(room.code, Some(new)).await.expect("the new one");
    bob.say(room.room, 1, "still here").await;
    alice.order(room.room, 1, Act::Rekey).await.expect("known");
    assert_eq!(bob.invite(room.room).await.unwrap().secret, Some(new), "the same act again draws nothing");
}

#[tokio::test(start_paused = true)]
async fn only_members_invite_whichever_of_their_sessions_asks() {
    let world = World::new();
    let (_alice, room, secret) = private(&world).await;
    let mut elsewhere = world.person("alice").await;
    let mut mallory = world.person("mallory").await;

    assert_eq!(elsewhere.invite(room.room).await.unwrap().secret, Some(secret));
    let refusal = mallory.invite(room.room).await.unwrap_err();
    assert_eq!(refusal.code, Code::NOT_MEMBER);
    assert_eq!(mallory.invite(RoomId([1; 16])).await.unwrap_err(), refusal, "no word on whether it lives");
    let ServerFrame::Invitation(invitation) = elsewhere.ask(Invite { room: room.room }).await else { panic!() };
    assert_eq!(invitation.code, room.code);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_again_for_a_room_of_before_must_pass_its_door() {
    let world = World::new();
    let (mut alice, room, secret) = private(&world).await;
    let mut bob = world.person("bob").await;
    bob.knock(room.code, Some(secret)).await.unwrap();
    let create = Create { id: alice.instance, stay: Stay::Resident, door: Door::Private, keep: Keep::Default };
    assert_eq!(expect_joined(alice.ask(create.clone()).await).room, room.room);
    alice.leave(room.room).await;
    bob.order(room.room, 1, Act::Lock).await.expect("it is his now");

    assert_eq!(alice.refusal_of(create).await, Code::ROOM_ENDED);
}

/// What a client is answered, byte by byte.
fn bytes_of(refused: Refused) -> Vec<u8> {
    let mut bytes = Vec::new();
    ServerFrame::Refused(refused).encode_body(&mut bytes);
    bytes
}

#[tokio::test(start_paused = true)]
async fn every_closed_door_answers_like_a_room_that_is_not_there_byte_by_byte() {
    let answer = async |case: &str, stay: Stay| {
        let world = World::new();
        world.fixed.force_codes(&["AB3Z"]);
        let mut alice = world.person("alice").await;
        let mut bob = world.connect_from("192.0.2.7").logged_in("bob").await;
        let door = if case.contains("private") { Door::Private } else { Door::Open };
        let create = Create { id: 1, stay: Stay::Resident, door, keep: Keep::Default };
        let room = if case == "absent" { None } else { Some(expect_joined(alice.ask(create).await).room) };
        if let Some(room) = room {
            let act = match case {
                "locked" => Some(Act::Lock),
                "banned" => Some(Act::Ban(called("bob"), BanScope::Key)),
                "banned by address" => {
                    world.connect_from("192.0.2.7").logged_in("accomplice").await;
                    Some(Act::Ban(called("accomplice"), BanScope::Address))
                }
                "kicked" => {
                    bob.join(*b"AB3Z").await;
                    Some(Act::Kick(called("bob")))
                }
                _ => None,
            };
            if let Some(act) = act {
                alice.order(room, 1, act).await.expect(case);
            }
        }
        let secret = case.ends_with("wrong secret").then_some(WRONG);
        let join = Join { code: Bytes::from_static(b"AB3Z"), stay, secret };
        let ServerFrame::Refused(refused) = bob.ask(join).await else { panic!("{case} is let in") };
        bytes_of(refused)
    };
    let expected = answer("absent", Stay::Resident).await;

    for case in
        ["absent, wrong secret", "private", "private, wrong secret", "locked", "banned", "banned by address", "kicked"]
    {
        for stay in [Stay::Resident, Stay::Watcher, Stay::Visitor] {
            let case = if case.starts_with("absent") { "absent" } else { case };
            assert_eq!(answer(case, stay).await, expected, "{case}, {stay:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_visitor_comes_through_the_same_door() {
    let world = World::new();
    let (mut alice, room, secret) = private(&world).await;
    let mut bot = world.person("bot").await;
    let join = |secret| Join { code: Bytes::copy_from_slice(&room.code), stay: Stay::Visitor, secret };

    assert_eq!(bot.refusal_of(join(None)).await, Code::JOIN_DENIED);
    expect_joined(bot.ask(join(Some(secret))).await);
    bot.say(room.room, 1, "deployed").await;

    assert_eq!(alice.next_said().await, "deployed");
    assert_eq!(bot.invite(room.room).await.unwrap_err().code, Code::NOT_MEMBER, "a visitor is no member");
}

#[tokio::test(start_paused = true)]
async fn nobody_resumes_a_room_they_are_no_member_of() {
    let world = World::new();
    let (_alice, room, _) = private(&world).await;
    let mut bob = world.person("bob").await;

    let resume = |room| Resume { room, after: Seq::START, stay: Stay::Resident };
    let ServerFrame::Refused(closed) = bob.ask(resume(room.room)).await else { panic!("let in") };
    let ServerFrame::Refused(absent) = bob.ask(resume(RoomId([3; 16]))).await else { panic!("let in") };

    assert_eq!(bytes_of(closed), bytes_of(absent));
}
