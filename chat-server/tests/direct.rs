//! Rooms between two people.

mod support;

use chat_proto::frame::{Create, Door, EndReason, Join, Joined, Keep, Membership, OpenDirect, Peer as With, Stay};
use chat_proto::limits::{DIRECT_ROOMS_PER_PERSON, ROOMS_PER_SESSION};
use chat_proto::{Act, Code, PersonId, Refused, RoomCode, ServerFrame};
use chat_server::Config;
use chat_server::config::Rate;
use std::time::Duration;
use support::disk::DiskWorld;
use support::held::{HeldWorld, Slow};
use support::{Peer, World, called, gists, key_of, unhurried};

impl Peer {
    fn number(&self) -> PersonId {
        self.welcome.as_ref().expect("logged in").person
    }

    async fn open_direct(&mut self, person: PersonId) -> Result<Joined, Refused> {
        match self.ask(OpenDirect { person, stay: Stay::Resident }).await {
            ServerFrame::Joined(joined) => Ok(joined),
            ServerFrame::Refused(refused) => Err(refused),
            other => panic!("joined or refused, not {other:?}"),
        }
    }

    async fn refused_direct(&mut self, person: PersonId) -> (Code, Vec<u8>) {
        let refused = self.open_direct(person).await.expect_err("a refusal");
        (refused.code, refused.text.to_vec())
    }

    /// Reads on until this was said.
    async fn reads(&mut self, gist: &str) -> bool {
        while !gists(&self.entries(1).await).iter().any(|said| said == gist) {}
        true
    }

    async fn added(&mut self) -> Membership {
        loop {
            if let ServerFrame::RoomAdded(added) = self.next().await {
                return added.membership;
            }
        }
    }
}

fn with(peer: &Peer, name: &str) -> With {
    let key = key_of(name).verifying_key().to_bytes();
    With { person: peer.number(), name: name.to_owned().into(), key }
}

/// Two people in a room.
async fn two(world: &World) -> (Peer, Peer, Joined) {
    let (alice, room) = world.opener("alice").await;
    let (bob, _) = world.guest("bob", room.code).await;
    (alice, bob, room)
}

#[tokio::test(start_paused = true)]
async fn both_are_members_and_the_other_one_hears_of_it_at_once_and_at_the_next_login() {
    let world = World::new();
    let (mut alice, mut bob, _) = two(&world).await;

    let joined = alice.open_direct(bob.number()).await.unwrap();

    assert_eq!((joined.state.door, joined.state.direct.clone()), (Door::Direct, Some(with(&bob, "bob"))));
    assert_eq!(joined.state.members, 2);
    let added = bob.added().await;
    assert_eq!((added.room, added.direct), (joined.room, Some(with(&alice, "alice"))));
    let again = world.person("bob").await;
    let direct = again.welcome.as_ref().unwrap().rooms.iter().find(|room| room.room == joined.room).cloned();
    assert_eq!(direct.unwrap().direct, Some(with(&alice, "alice")));
    bob.resume(joined.room, 0).await.unwrap();
    alice.say(joined.room, 1, "psst").await;
    assert_eq!(bob.next_said().await, "psst");
}

#[tokio::test(start_paused = true)]
async fn two_who_open_it_at_once_are_in_the_same_room() {
    for _ in 0..20 {
        let world = World::new();
        let (mut alice, mut bob, _) = two(&world).await;
        let (with_bob, with_alice) = (bob.number(), alice.number());

        let (one, other) = tokio::join!(alice.open_direct(with_bob), bob.open_direct(with_alice));

        assert_eq!(one.unwrap().room, other.unwrap().room);
    }
}

#[tokio::test(start_paused = true)]
async fn whom_nobody_meets_and_who_is_not_there_are_the_same() {
    let world = World::new();
    let (mut alice, mut bob, room) = two(&world).await;
    let (carol, _) = world.opener("carol").await;
    let nobody = alice.refused_direct(PersonId(999)).await;

    assert_eq!(nobody.0, Code::NO_SUCH_PERSON);
    assert_eq!(alice.refused_direct(carol.number()).await, nobody);
    assert_eq!(alice.refused_direct(PersonId(0)).await, nobody);
    assert_eq!(alice.refused_direct(PersonId(u64::MAX)).await, nobody);
    let number = alice.number();
    assert_eq!(alice.refused_direct(number).await.0, Code::NOT_ALLOWED);
    bob.leave(room.room).await;
    assert_eq!(alice.refused_direct(bob.number()).await, nobody);
}

#[tokio::test(start_paused = true)]
async fn a_direct_room_that_is_there_needs_no_other_and_a_kick_elsewhere_does_not_touch_it() {
    let world = World::new();
    let (mut alice, mut bob, room) = two(&world).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    alice.order(room.room, 1, Act::Ban(called("bob"), chat_proto::entry::BanScope::Key)).await.unwrap();

    let again = bob.open_direct(alice.number()).await.unwrap();

    assert_eq!(again.room, direct.room);
    assert_eq!(again.state.members, 2);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_both_have_left_and_whoever_has_left_comes_back_with_it() {
    let world = World::new();
    let (mut alice, mut bob, _) = two(&world).await;
    let first = alice.open_direct(bob.number()).await.unwrap();
    bob.added().await;
    alice.leave(first.room).await;

    let back = bob.open_direct(alice.number()).await.unwrap();

    assert_eq!((back.room, back.state.members), (first.room, 2));
    assert_eq!(alice.added().await.room, first.room);
    bob.leave(first.room).await;
    alice.resume(first.room, 0).await.unwrap();
    alice.leave(first.room).await;
    assert_eq!(bob.resume(first.room, 0).await.unwrap_err().code, Code::ROOM_ENDED);
    assert_ne!(alice.open_direct(bob.number()).await.unwrap().room, first.room);
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_its_two_people_when_neither_is_there() {
    let world = World::new();
    let (mut alice, bob, _) = two(&world).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    alice.say(direct.room, 1, "for later").await;
    alice.bye().await;
    bob.bye().await;
    tokio::time::sleep(Duration::from_hours(2)).await;

    let mut bob = world.person("bob").await;

    bob.resume(direct.room, 0).await.unwrap();
    assert!(bob.reads("alice: for later").await);
}

#[tokio::test(start_paused = true)]
async fn its_code_finds_nothing_in_the_same_words_as_one_that_is_not_there() {
    let world = World::new();
    let (mut alice, mut bob, _) = two(&world).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    let free = RoomCode::from_random(77).bytes();
    let denied = |refused: Refused, code: [u8; 4]| {
        let text = String::from_utf8(refused.text.to_vec()).unwrap();
        (refused.code, text.replace(std::str::from_utf8(&code).unwrap(), "CODE"))
    };

    let nothing = denied(bob.knock(free, None).await.unwrap_err(), free);

    assert_eq!(nothing.0, Code::JOIN_DENIED);
    assert_eq!(denied(bob.knock(direct.code, None).await.unwrap_err(), direct.code), nothing);
    let mut carol = world.person("carol").await;
    assert_eq!(denied(carol.knock(direct.code, None).await.unwrap_err(), direct.code), nothing);
    assert_eq!(carol.resume(direct.room, 0).await.unwrap_err().code, Code::ROOM_ENDED);
}

#[tokio::test(start_paused = true)]
async fn nobody_keeps_order_in_it_and_nobody_is_let_in_or_made_an_owner() {
    let world = World::with(Config { owner_away: Duration::from_secs(10), ..unhurried() });
    let (mut alice, mut bob, _) = two(&world).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    bob.resume(direct.room, 0).await.unwrap();

    for (n, act) in (1..).zip([Act::Kick(called("bob")), Act::Lock, Act::Rekey, Act::Op(called("bob"))]) {
        assert_eq!(alice.order(direct.room, n, act).await.unwrap_err().code, Code::NOT_ALLOWED);
    }
    assert_eq!(alice.invite(direct.room).await.unwrap_err().code, Code::NOT_ALLOWED);
    let create = Create { id: 9, stay: Stay::Resident, door: Door::Direct, keep: Keep::Default };
    assert_eq!(alice.refusal_of(create).await, Code::NOT_ALLOWED);
    tokio::time::sleep(Duration::from_mins(1)).await;
    alice.say(direct.room, 9, "still nobody's").await;
    let mut seen = Vec::new();
    while !seen.iter().any(|gist: &String| gist.contains("nobody's")) {
        seen.extend(gists(&bob.entries(1).await));
    }
    assert!(seen.iter().all(|gist| !gist.contains("owns")), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_name_of_the_other_one_is_told() {
    let world = World::new();
    let (mut alice, mut bob, _) = two(&world).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    let rename = chat_proto::frame::Rename { name: "robert".into() };
    assert!(matches!(bob.ask(rename).await, ServerFrame::Done(_)));

    let again = alice.open_direct(bob.number()).await.unwrap();

    assert_eq!(again.room, direct.room);
    assert_eq!(again.state.direct.unwrap().name, "robert");
}

#[tokio::test(start_paused = true)]
async fn only_so_many_are_opened_at_once_and_they_do_not_count_as_rooms() {
    let world = World::with(Config { rooms_per_key: 1_000, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut others = Vec::new();
    for n in 0..=DIRECT_ROOMS_PER_PERSON {
        others.push(world.guest(&format!("p{n}"), room.code).await.0);
    }
    for other in &others[1..] {
        alice.open_direct(other.number()).await.unwrap();
    }

    assert_eq!(alice.open_direct(others[0].number()).await.unwrap_err().code, Code::TOO_MANY_ROOMS);
    let number = alice.number();
    assert_eq!(others[0].open_direct(number).await.unwrap_err().code, Code::TOO_MANY_ROOMS, "the other one's limit");
    for n in 1..ROOMS_PER_SESSION as u64 {
        let create = Create { id: 1_000 + n, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
        support::expect_joined(alice.ask(create).await);
    }
    let welcome = world.person("alice").await.welcome.unwrap();
    assert_eq!(welcome.rooms.len(), ROOMS_PER_SESSION + DIRECT_ROOMS_PER_PERSON);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_come_at_once_find_only_the_places_that_are_left() {
    let world = World::with(Config { rooms_per_key: 1_000, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut others = Vec::new();
    for n in 0..DIRECT_ROOMS_PER_PERSON + 63 {
        others.push(world.guest(&format!("p{n}"), room.code).await.0);
    }
    let late = others.split_off(DIRECT_ROOMS_PER_PERSON - 1);
    for other in &others {
        alice.open_direct(other.number()).await.unwrap();
    }

    let number = alice.number();
    let all_at_once =
        late.into_iter().map(|mut peer| tokio::spawn(async move { peer.open_direct(number).await.is_ok() }));
    let mut opened = 0;
    for came in all_at_once.collect::<Vec<_>>() {
        opened += usize::from(came.await.unwrap());
    }

    assert_eq!(opened, 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_adds_people_too_fast_is_told_to_wait() {
    let world = World::with(Config { creates: Rate { burst: 2.0, per_second: 0.01 }, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut others = Vec::new();
    for name in ["bob", "carol", "dave"] {
        others.push(world.guest(name, room.code).await.0);
    }
    let direct = alice.open_direct(others[0].number()).await.unwrap();
    alice.open_direct(others[1].number()).await.unwrap();

    let refused = alice.open_direct(others[2].number()).await.unwrap_err();
    assert_eq!(refused.code, Code::RATE_LIMITED);
    assert!(refused.retry_after_ms.is_some());
    assert!(alice.open_direct(others[0].number()).await.is_ok(), "it is there already");
    others[0].added().await;
    others[0].resume(direct.room, 0).await.unwrap();
    others[0].leave(direct.room).await;
    assert_eq!(
        alice.open_direct(others[0].number()).await.unwrap_err().code,
        Code::RATE_LIMITED,
        "not to be added again"
    );
}

#[tokio::test(start_paused = true)]
async fn it_is_what_it_was_after_a_restart_and_the_peers_name_outlives_the_peer() {
    let mut world = DiskWorld::new(unhurried());
    let (mut alice, bob, _) = two(&world.world).await;
    let (of_alice, of_bob) = (alice.number(), bob.number());
    let direct = alice.open_direct(of_bob).await.unwrap();
    alice.say(direct.room, 1, "psst").await;
    world.restart();

    let mut bob = world.world.person("bob").await;
    let joined = bob.open_direct(of_alice).await.unwrap();

    assert_eq!((joined.room, joined.state.members, joined.state.door), (direct.room, 2, Door::Direct));
    assert!(bob.reads("alice: psst").await);
    let mut alice = world.world.person("alice").await;
    let direct_again = alice.welcome.as_ref().unwrap().rooms.iter().find(|room| room.room == direct.room).cloned();
    assert_eq!(direct_again.unwrap().direct.unwrap().person, of_bob);
    assert!(matches!(bob.ask(chat_proto::frame::GiveUp {}).await, ServerFrame::Done(_)));
    let alone = alice.open_direct(of_bob).await.unwrap();
    assert_eq!((alone.state.members, alone.state.direct.unwrap().name), (1, "bob".into()));
}

#[tokio::test(start_paused = true)]
async fn a_member_who_was_added_back_while_their_leaving_was_written_is_one_after_a_restart() {
    let mut world = DiskWorld::new(unhurried());
    let (mut alice, mut bob, _) = two(&world.world).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    bob.added().await;
    bob.resume(direct.room, 0).await.unwrap();
    world.disk.next_commit(support::disk::Fate::Held);
    let before = alice.post(direct.room, 1, "before");
    alice.send(before).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let leaving = bob.send(chat_proto::frame::Leave { room: direct.room }).await;
    let asking = alice.send(OpenDirect { person: bob.number(), stay: Stay::Resident }).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.disk.release();
    bob.answer_to(leaving).await;
    alice.answer_to(asking).await;
    world.restart();

    let bob = world.world.person("bob").await;

    assert!(bob.welcome.unwrap().rooms.iter().any(|room| room.room == direct.room));
}

#[tokio::test(start_paused = true)]
async fn nothing_from_it_reaches_anybody_else() {
    let world = World::new();
    let (mut alice, mut bob, room) = two(&world).await;
    let (mut carol, _) = world.guest("carol", room.code).await;
    let direct = alice.open_direct(bob.number()).await.unwrap();
    bob.added().await;
    alice.say(direct.room, 1, "psst").await;

    let join = Join { code: direct.code.to_vec().into(), stay: Stay::Resident, secret: None };
    assert_eq!(carol.refusal_of(join).await, Code::JOIN_DENIED);
    let post = carol.post(direct.room, 1, "me too");
    assert_eq!(carol.refusal_of(post).await, Code::NOT_MEMBER);
    alice.say(room.room, 1, "for all").await;
    assert_eq!(carol.next_said().await, "for all");
    assert!(carol.kept.iter().all(|frame| !matches!(frame, ServerFrame::RoomAdded(_))));
    let (_, reason) = {
        bob.resume(direct.room, 0).await.unwrap();
        let mut other = world.person("bob").await;
        other.resume(direct.room, 0).await.unwrap();
        other.leave(direct.room).await;
        bob.until_ended().await
    };
    assert_eq!(reason, EndReason::Removed);
}

#[tokio::test(start_paused = true)]
async fn the_other_sessions_of_whoever_opens_it_hear_of_it_too() {
    let world = World::new();
    let (mut alice, bob, _) = two(&world).await;
    let mut elsewhere = world.person("alice").await;

    let joined = alice.open_direct(bob.number()).await.unwrap();

    let added = elsewhere.added().await;
    assert_eq!((added.room, added.direct), (joined.room, Some(with(&bob, "bob"))));
    elsewhere.resume(joined.room, 0).await.unwrap();
    alice.say(joined.room, 1, "psst").await;
    assert_eq!(elsewhere.next_said().await, "psst");
    alice.leave(joined.room).await;
    alice.open_direct(bob.number()).await.unwrap();
    assert_eq!(elsewhere.added().await.room, joined.room, "a member again");
    let heard = |frame: &ServerFrame| matches!(frame, ServerFrame::RoomAdded(_));
    assert!(!alice.kept.iter().any(heard), "who asked is answered");
}

#[tokio::test(start_paused = true)]
async fn one_that_ends_while_somebody_comes_in_is_followed_by_the_next() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, _) = two(&held.world).await;
    let mut elsewhere = held.world.person("alice").await;
    let first = elsewhere.open_direct(bob.number()).await.unwrap();
    held.commit_all().await;
    assert_eq!(bob.added().await.room, first.room);
    bob.resume(first.room, 0).await.unwrap();
    // Whoever comes in has to read the log again, and that takes a while.
    held.next_commit().await.lose_in_doubt();
    held.slow_reads.lock().unwrap().push_back(Slow::Reading(1_000));
    let asking = alice.send(OpenDirect { person: bob.number(), stay: Stay::Resident }).await;
    elsewhere.leave(first.room).await;
    bob.leave(first.room).await;

    let next = support::expect_joined(alice.answer_to(asking).await);

    assert_ne!(next.room, first.room);
    assert_eq!((next.state.members, bob.added().await.room), (2, next.room));
}
