//! The names of a key: listed, given up, resting, and bounded.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use chat_proto::frame::{GiveUp, Names, Rename};
use chat_proto::{Code, Detail, ServerFrame};
use std::time::Duration;
use support::{Peer, World, gists, key_of};
use tokio::time::sleep;

const HOUR: Duration = Duration::from_hours(1);

async fn rename(peer: &mut Peer, name: &str) -> ServerFrame {
    peer.ask(Rename { name: name.to_owned().into() }).await
}

/// Name and whole hours of rest, in the order of the names.
async fn listed(peer: &mut Peer) -> Vec<(String, Option<u64>)> {
    let ServerFrame::NameList(list) = peer.ask(Names {}).await else { panic!("a list of names") };
    let hours = |millis: u64| millis / HOUR.as_millis() as u64;
    let held = list.names.into_vec().into_iter();
    let mut names: Vec<_> =
        held.map(|held| (String::from_utf8(held.name.to_vec()).unwrap(), held.rests_ms.map(hours))).collect();
    names.sort();
    names
}

async fn give_up(mut peer: Peer) {
    assert!(matches!(peer.ask(GiveUp {}).await, ServerFrame::Done(_)));
    assert_eq!(peer.read().await, None, "the connection ends without another word");
}

/// The same, after others may have seen the name in a room.
async fn give_up_seen(mut peer: Peer) {
    peer.create().await;
    give_up(peer).await;
}

#[tokio::test(start_paused = true)]
async fn the_names_of_a_key_are_listed_and_nobody_elses() {
    let world = World::new();
    let _bystander = world.person("bystander").await;
    let key = key_of("alice");
    let mut alice = world.person("alice").await;
    world.connect().login("ci", &key).await.unwrap();
    rename(&mut alice, "alicia").await;
    sleep(HOUR / 60).await;

    let names = listed(&mut alice).await;

    let expected = [("alice", Some(23)), ("alicia", None), ("ci", None)];
    assert_eq!(names, expected.map(|(name, rests)| (name.to_owned(), rests)));
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_a_name_has_left_every_room() {
    let world = World::new();
    let (mut alice, shared) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", shared.code).await;
    alice.instance += 1_000_000;
    let alone = alice.create().await;
    alice.say(shared.room, 1, "farewell").await;

    give_up(alice).await;

    let told = gists(&bob.entries(5).await);
    assert_eq!(told[3..], ["alice: farewell", "alice left Leave"]);
    let code = alone.code.to_vec().into();
    let stay = chat_proto::frame::Stay::Resident;
    let join = chat_proto::frame::Join { code, stay, secret: None };
    assert_eq!(bob.refusal_of(join).await, Code::JOIN_DENIED, "nobody was left in the other one");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_only_another_session_was_in_is_left_too() {
    let world = World::new();
    let (mut bob, room) = world.opener("bob").await;
    let (_elsewhere, _) = world.guest("alice", room.code).await;
    let alice = world.person("alice").await;

    give_up(alice).await;

    assert_eq!(gists(&bob.entries(4).await)[2..], ["alice joined", "alice left Leave"]);
}

#[tokio::test(start_paused = true)]
async fn other_sessions_under_the_name_end_and_are_told_why() {
    let world = World::new();
    let mut other = world.person("alice").await;
    let alice = world.person("alice").await;

    give_up(alice).await;

    let rest = other.rest().await;
    let [ServerFrame::Refused(refused)] = &rest[..] else { panic!("one refusal: {rest:?}") };
    assert_eq!(refused.code, Code::SESSION_REPLACED, "no client comes back by itself after this one");
    assert!(String::from_utf8_lossy(&refused.text).contains("given up this name"));
}

#[tokio::test(start_paused = true)]
async fn two_sessions_may_give_up_their_name_at_once() {
    let world = World::new();
    let (mut one, mut two) = (world.person("alice").await, world.person("alice").await);
    one.send(GiveUp {}).await;
    two.send(GiveUp {}).await;

    // Both end, whatever each of them was told.
    one.rest().await;
    two.rest().await;

    assert!(world.connect().login("alice", &key_of("alice")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_given_up_rests_for_a_day_and_is_then_anybodys() {
    let world = World::new();
    give_up_seen(world.person("alice").await).await;
    sleep(23 * HOUR).await;
    assert_eq!(world.connect().login("alice", &key_of("bob")).await.unwrap_err().code, Code::NAME_TAKEN);

    sleep(2 * HOUR).await;

    assert!(world.connect().login("alice", &key_of("bob")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_key_that_gave_a_name_up_may_come_back_under_it_as_somebody_new() {
    let world = World::new();
    let (alice, room) = world.opener("alice").await;
    let (_bob, _) = world.guest("bob", room.code).await;
    let before = alice.welcome.clone().unwrap().person;
    give_up(alice).await;

    let welcome = world.person("alice").await.welcome.unwrap();

    assert_ne!(welcome.person, before);
    assert_eq!(welcome.rooms.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn names_that_rest_make_place_for_others_but_not_for_ever() {
    let world = World::new();
    let key = key_of("alice");
    let mut people = Vec::new();
    for n in 1..=8 {
        let mut peer = world.connect();
        peer.login(&format!("name-{n}"), &key).await.unwrap();
        people.push(peer);
    }
    for n in 9..=16 {
        let (name, peer) = (format!("name-{n}"), &mut people[n % 8]);
        assert!(matches!(rename(peer, &name).await, ServerFrame::Done(_)), "{n}");
    }

    let ServerFrame::Refused(refused) = rename(&mut people[0], "name-17").await else { panic!("a refusal") };

    assert_eq!((refused.code, refused.detail), (Code::TOO_MANY_NAMES, Detail::Max(16)));
    assert_eq!(refused.retry_after_ms, Some(24 * 3_600_000), "when the first of them is free");
    assert!(String::from_utf8_lossy(&refused.text).ends_with("in 24 h 0 min"), "{:?}", refused.text);
    assert!(matches!(rename(&mut people[0], "name-1").await, ServerFrame::Done(_)), "one's own may be had back");
    assert_eq!(listed(&mut people[0]).await.len(), 16);
    assert_eq!(world.connect().login("name-18", &key).await.unwrap_err().detail, Detail::Max(8));
    give_up_seen(people.pop().unwrap()).await;
    assert_eq!(world.connect().login("name-18", &key).await.unwrap_err().detail, Detail::Max(16));
}

#[tokio::test(start_paused = true)]
async fn a_key_may_have_another_name_when_one_has_rested() {
    let world = World::with(chat_server::Config { names_per_key: 1, ..support::unhurried() });
    let key = key_of("alice");
    for name in ["one", "two"] {
        let mut peer = world.connect();
        peer.login(name, &key).await.unwrap();
        give_up_seen(peer).await;
    }
    assert_eq!(world.connect().login("three", &key).await.unwrap_err().code, Code::TOO_MANY_NAMES);

    sleep(25 * HOUR).await;

    assert!(world.connect().login("three", &key).await.is_ok());
}

/// As by a slip of the finger, or by a program that asks under a name.
#[tokio::test(start_paused = true)]
async fn a_name_that_was_never_seen_in_a_room_is_anybodys_at_once() {
    let world = World::new();
    let mistyped = world.person("boob").await;

    give_up(mistyped).await;

    world.connect().login("boob", &key_of("bob")).await.expect("it is free");
    give_up_seen(world.person("carol").await).await;
    assert_eq!(world.connect().login("carol", &key_of("bob")).await.unwrap_err().code, Code::NAME_TAKEN);
}
