//! What outlives the server, on logs that keep like a disk.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use chat_proto::entry::BanScope;
use chat_proto::frame::{
    Create, Door, GiveUp, History, Joined, Keep, Leave, Lock, Member, Post, Presence, Read, Rename, Role, Stay, Voice,
};
use chat_proto::{
    Act, Code, Entry, EntryBody, LeaveReason, PersonId, PostId, RoomCode, RoomId, Secret, Seq, ServerFrame,
};
use chat_server::Config;
use chat_server::log::record::Whereabouts;
use std::time::Duration;
use support::disk::{DiskWorld, Fate};
use support::{NOON, Peer, called, expect_joined, gists, key_of, topic, unhurried};

const SECOND: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Settings of a server on a disk.
fn lasting() -> Config {
    Config { person_memory: Some(30 * DAY), ..unhurried() }
}

async fn history(peer: &mut Peer, room: RoomId) -> Vec<Entry> {
    match peer.ask(History { room, after: Seq::START, before: Seq(u64::MAX), limit: 200 }).await {
        ServerFrame::Page(page) => page.entries.into_vec(),
        other => panic!("a page, not {other:?}"),
    }
}

/// A server that is started anew every day, where somebody comes who shows that there is one.
async fn restart_daily(disk: &mut DiskWorld, days: usize) {
    for _ in 0..days {
        disk.world.person("daily").await.bye().await;
        disk.restart_after(DAY);
        disk.pass(SECOND).await;
    }
}

async fn told(peer: &mut Peer, room: RoomId) -> Vec<String> {
    gists(&history(peer, room).await)
}

/// Somebody who is in the room again, and its members.
async fn back(disk: &DiskWorld, name: &str, room: RoomId) -> (Peer, Joined, Vec<Member>) {
    let mut peer = disk.world.person(name).await;
    let joined = peer.resume(room, 0).await.unwrap();
    let members = peer.members().await;
    (peer, joined, members)
}

fn member<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    members.iter().find(|member| member.name == name.as_bytes())
}

async fn set_topic(peer: &mut Peer, room: RoomId, n: u64, topic: &str) {
    let body = EntryBody::Topic(topic.as_bytes().to_vec().into());
    let post = Post { room, id: PostId { instance: peer.instance, n }, body };
    assert!(matches!(peer.ask(post).await, ServerFrame::Accepted(_)));
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_in_time_was_never_gone_and_who_does_not_is_told_of() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    let (_bob, _) = disk.world.guest("bob", room.code).await;
    let (carol, _) = disk.world.guest("carol", room.code).await;
    carol.bye().await;
    alice.say(room.room, 1, "hello").await;
    let before = told(&mut alice, room.room).await;

    disk.restart();
    disk.pass(GRACE / 2).await;
    let (mut alice, joined, members) = back(&disk, "alice", room.room).await;

    assert_eq!(told(&mut alice, room.room).await, before);
    assert_eq!(joined.code, room.code);
    let presences: Vec<_> =
        ["alice", "bob", "carol"].map(|name| member(&members, name).unwrap().presence.clone()).into();
    assert_eq!(presences, [Presence::Here, Presence::Here, Presence::Gone]);
    let welcome = disk.world.person("carol").await.welcome.unwrap();
    assert_eq!(welcome.rooms.iter().map(|room| room.room).collect::<Vec<_>>(), [room.room]);

    disk.pass(GRACE).await;
    assert_eq!(told(&mut alice, room.room).await[before.len()..], ["bob left Lost"]);
    disk.restart();
    disk.pass(2 * GRACE).await;
    let (mut alice, _, members) = back(&disk, "alice", room.room).await;
    assert_eq!(told(&mut alice, room.room).await[before.len()..], ["bob left Lost", "alice left Lost", "alice joined"]);
    assert_eq!(member(&members, "bob").unwrap().presence, Presence::Gone);
}

#[tokio::test(start_paused = true)]
async fn who_left_or_was_removed_is_no_member_afterwards() {
    let mut disk = DiskWorld::new(Config { members_per_room: 4, ..lasting() });
    let (mut alice, room) = disk.world.opener("alice").await;
    let (mut bob, _) = disk.world.guest("bob", room.code).await;
    let (_carol, _) = disk.world.guest("carol", room.code).await;
    let (dave, _) = disk.world.guest("dave", room.code).await;
    bob.leave(room.room).await;
    alice.order(room.room, 1, Act::Kick(called("carol"))).await.unwrap();
    dave.bye().await;
    for name in ["erin", "frank", "grace"] {
        // Dave makes place for the last of them.
        disk.world.guest(name, room.code).await;
    }

    disk.restart();

    let (_, _, members) = back(&disk, "alice", room.room).await;
    let mut names: Vec<_> = members.iter().map(|member| String::from_utf8_lossy(&member.name).into_owned()).collect();
    names.sort();
    assert_eq!(names, ["alice", "erin", "frank", "grace"]);
    for name in ["bob", "carol", "dave"] {
        let mut peer = disk.world.person(name).await;
        assert_eq!(peer.resume(room.room, 0).await.unwrap_err().code, Code::ROOM_ENDED);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_room_is_and_who_may_do_what_in_it_survives() {
    let mut disk = DiskWorld::new(lasting());
    let mut alice = disk.world.person("alice").await;
    let room = alice.create_private().await;
    let old = alice.invite(room.room).await.unwrap().secret;
    for name in ["bob", "carol"] {
        disk.world.person(name).await.knock(room.code, old).await.unwrap();
    }
    let mut mallory = disk.world.person_from("198.51.100.7", "mallory").await;
    mallory.knock(room.code, old).await.unwrap();
    let id = room.room;
    set_topic(&mut alice, id, 1, "lunch").await;
    alice.order(id, 2, Act::Op(called("bob"))).await.unwrap();
    alice.order(id, 3, Act::Mute(called("carol"))).await.unwrap();
    alice.order(id, 4, Act::Ban(called("mallory"), BanScope::Address)).await.unwrap();
    alice.order(id, 5, Act::Rekey).await.unwrap();
    let secret = alice.invite(id).await.unwrap().secret;
    assert_ne!(secret, old);
    alice.order(id, 6, Act::Lock).await.unwrap();

    disk.restart();

    let (mut alice, joined, members) = back(&disk, "alice", id).await;
    assert_eq!(topic(&joined.state), "lunch");
    assert_eq!((joined.state.role, joined.state.lock, joined.state.door), (Role::Owner, Lock::Locked, Door::Private));
    assert_eq!(member(&members, "bob").unwrap().role, Role::Operator);
    assert_eq!(member(&members, "carol").unwrap().voice, Voice::Muted);
    assert_eq!(alice.invite(id).await.unwrap().secret, secret);
    let knock = async |disk: &DiskWorld, from: &str, name: &str, secret: Option<Secret>| {
        disk.world
            .person_from(from, name)
            .await
            .knock(room.code, secret)
            .await
            .map(drop)
            .map_err(|refused| refused.code)
    };
    assert_eq!(knock(&disk, "192.0.2.1", "dave", secret).await, Err(Code::JOIN_DENIED), "locked");
    alice.order(id, 7, Act::Unlock).await.unwrap();
    assert_eq!(knock(&disk, "192.0.2.1", "dave", old).await, Err(Code::JOIN_DENIED), "the old secret");
    assert_eq!(knock(&disk, "192.0.2.1", "dave", secret).await, Ok(()));
    assert_eq!(knock(&disk, "192.0.2.1", "mallory", secret).await, Err(Code::JOIN_DENIED), "her key");
    assert_eq!(knock(&disk, "198.51.100.7", "trent", secret).await, Err(Code::JOIN_DENIED), "her address");
    alice.order(id, 8, Act::Unban(called("mallory"))).await.expect("found on the list, though she is not here");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_passed_on_belongs_to_its_heir_afterwards() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    let (_bob, _) = disk.world.guest("bob", room.code).await;
    alice.leave(room.room).await;

    disk.restart();

    let (_, joined, _) = back(&disk, "bob", room.room).await;
    assert_eq!(joined.state.role, Role::Owner);
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_stays_away_loses_the_room_however_often_the_server_restarts() {
    let mut disk = DiskWorld::new(lasting());
    let (alice, room) = disk.world.opener("alice").await;
    let (_bob, _) = disk.world.guest("bob", room.code).await;
    alice.bye().await;

    restart_daily(&mut disk, 8).await;
    disk.pass(SECOND).await;

    let (_, joined, _) = back(&disk, "bob", room.room).await;
    assert_eq!(joined.state.role, Role::Owner);
}

#[tokio::test(start_paused = true)]
async fn the_kicked_stay_out_until_the_wall_clock_says_so() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    let (_bob, _) = disk.world.guest("bob", room.code).await;
    alice.order(room.room, 1, Act::Kick(called("bob"))).await.unwrap();
    let minutes = |minutes| Duration::from_mins(minutes);

    disk.restart_after(minutes(4));
    disk.restart_after(minutes(4));

    let mut bob = disk.world.person("bob").await;
    assert_eq!(bob.knock(room.code, None).await.unwrap_err().code, Code::JOIN_DENIED, "after 8 minutes");
    disk.pass(minutes(2)).await;
    let mut bob = disk.world.person("bob").await;
    assert!(bob.knock(room.code, None).await.is_ok(), "after 10");
}

#[tokio::test(start_paused = true)]
async fn a_kick_does_not_last_longer_because_the_wall_clock_jumped_back() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    let (_bob, _) = disk.world.guest("bob", room.code).await;
    alice.order(room.room, 1, Act::Kick(called("bob"))).await.unwrap();

    disk.set_clock(NOON - 365 * 86_400_000);
    disk.restart();
    disk.pass(Duration::from_mins(10)).await;

    assert!(disk.world.person("bob").await.knock(room.code, None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn time_in_a_room_never_falls_across_a_restart() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    alice.say(room.room, 1, "noon").await;

    disk.set_clock(NOON - 3_600_000);
    disk.restart();
    let (mut alice, _, _) = back(&disk, "alice", room.room).await;
    alice.say(room.room, 2, "an hour before").await;

    let times: Vec<_> = history(&mut alice, room.room).await.iter().map(|entry| entry.time.0).collect();
    assert_eq!(times, vec![NOON; times.len()]);
}

#[tokio::test(start_paused = true)]
async fn the_same_request_finds_the_same_room_again() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    alice.say(room.room, 1, "once").await;

    disk.restart();
    let mut again = disk.world.person("alice").await;
    let create = Create { id: alice.instance, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
    let found = expect_joined(again.ask(create).await);

    assert_eq!((found.room, found.code), (room.room, room.code));
    again.instance = alice.instance;
    assert_eq!(again.say(room.room, 1, "once").await.seq, Seq(3), "and a post sent again is not said twice");
}

#[tokio::test(start_paused = true)]
async fn how_many_rooms_a_key_and_an_address_have_open_survives() {
    let config = Config { rooms_per_key: 1, rooms_per_address: 2, loopback_exemption: false, ..lasting() };
    let mut disk = DiskWorld::new(config);
    let create = |id| Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
    let mut alice = disk.world.person_from("192.0.2.1", "alice").await;
    let room = expect_joined(alice.ask(create(1)).await);
    let mut bob = disk.world.person_from("192.0.2.1", "bob").await;
    expect_joined(bob.ask(create(1)).await);

    disk.restart();

    let mut alice = disk.world.person_from("198.51.100.1", "alice").await;
    assert_eq!(alice.refusal_of(create(2)).await, Code::TOO_MANY_ROOMS, "by key");
    let mut carol = disk.world.person_from("192.0.2.1", "carol").await;
    assert_eq!(carol.refusal_of(create(1)).await, Code::TOO_MANY_ROOMS, "by address");
    alice.resume(room.room, 0).await.unwrap();
    alice.leave(room.room).await;
    expect_joined(alice.ask(create(3)).await);
}

#[tokio::test(start_paused = true)]
async fn codes_of_rooms_that_ended_rest_on_and_not_longer() {
    let mut disk = DiskWorld::new(lasting());
    disk.world.fixed.force_codes(&["AB3Z"]);
    let (mut alice, room) = disk.world.opener("alice").await;
    alice.leave(room.room).await;
    let create = |id| Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };

    disk.restart_after(DAY / 2);
    let mut alice = disk.world.person("alice").await;
    assert_eq!(alice.refusal_of(create(1)).await, Code::SERVER_FULL, "no other code is drawn");

    disk.pass(DAY / 2).await;
    let mut alice = disk.world.person("alice").await;
    assert_eq!(expect_joined(alice.ask(create(2)).await).code, *b"AB3Z");
    assert!(disk.disk.lock().codes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn names_stay_with_their_keys_and_a_number_is_never_anothers() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, _room) = disk.world.opener("alice").await;
    let id = alice.welcome.as_ref().unwrap().person;
    assert!(matches!(alice.ask(Rename { name: "alicia".into() }).await, ServerFrame::Done(_)));
    let mut last = disk.world.person("zoe").await;
    let highest = last.welcome.as_ref().unwrap().person;
    assert!(matches!(last.ask(GiveUp {}).await, ServerFrame::Done(_)));
    assert_eq!(disk.disk.lock().people.len(), 1);

    disk.restart();

    let mut mallory = disk.world.connect();
    for name in ["alice", "alicia"] {
        let refused = mallory.login(name, &key_of("mallory")).await.unwrap_err();
        assert_eq!(refused.code, Code::NAME_TAKEN, "{name}");
    }
    let taken = mallory.login("zoe", &key_of("mallory")).await.expect("a name that was never seen rests with nobody");
    assert!(taken.person > highest, "{:?} was somebody else's", taken.person);
    let mut again = disk.world.connect();
    assert_eq!(again.login("alicia", &key_of("alice")).await.unwrap().person, id);
    assert!(matches!(again.ask(Rename { name: "alice".into() }).await, ServerFrame::Done(_)), "hers to take again");
    let names: Vec<_> = disk.disk.lock().names.values().map(|resting| resting.name.to_string()).collect();
    assert_eq!(names, ["alicia"]);
}

#[tokio::test(start_paused = true)]
async fn people_and_names_are_forgotten_after_their_time_by_the_wall_clock() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    assert!(matches!(alice.ask(Rename { name: "alicia".into() }).await, ServerFrame::Done(_)));
    alice.leave(room.room).await;
    alice.bye().await;
    let free = |disk: &DiskWorld| {
        let content = disk.disk.lock();
        (content.people.values().all(|person| person.name.as_str() != "alicia"), content.names.is_empty())
    };

    restart_daily(&mut disk, 20).await;
    assert_eq!(free(&disk), (false, false));
    restart_daily(&mut disk, 11).await;

    assert_eq!(free(&disk), (true, true));
    assert!(disk.world.connect().login("alicia", &key_of("mallory")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn whoever_has_been_here_for_weeks_is_not_forgotten_because_of_a_crash() {
    let mut disk = DiskWorld::new(Config { silence: 365 * DAY, ..lasting() });
    let _alice = disk.world.person("alice").await;
    for _ in 0..31 {
        disk.pass(DAY).await;
    }

    disk.restart();
    disk.pass(SECOND).await;

    assert_eq!(disk.disk.lock().people.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_room_waits_for_its_members_and_ends_when_it_has_none_or_none_has_come_for_long() {
    let mut disk = DiskWorld::new(Config { person_memory: Some(365 * DAY), ..lasting() });
    let (alice, kept) = disk.world.opener("alice").await;
    alice.bye().await;
    disk.pass(DAY).await;
    assert!(disk.disk.lock().rooms.contains_key(&kept.room), "although nothing was said");
    let (mut bob, left) = disk.world.opener("bob").await;
    bob.leave(left.room).await;
    assert!(!disk.disk.lock().rooms.contains_key(&left.room), "its last member left");

    restart_daily(&mut disk, 28).await;
    assert!(disk.disk.lock().rooms.contains_key(&kept.room));
    restart_daily(&mut disk, 1).await;

    assert!(!disk.disk.lock().rooms.contains_key(&kept.room));
    assert!(disk.disk.lock().codes.contains_key(&RoomCode::parse(&kept.code).unwrap()));
    let mut alice = disk.world.person("alice").await;
    assert_eq!(alice.resume(kept.room, 0).await.unwrap_err().code, Code::ROOM_ENDED);
}

#[tokio::test(start_paused = true)]
async fn a_start_with_a_clock_that_is_ahead_ends_no_room_and_forgets_nobody() {
    for ahead in [29, 45, 89, 3_650] {
        let mut disk = DiskWorld::new(lasting());
        let (mut alice, room) = disk.world.opener("alice").await;
        let (bob, _) = disk.world.guest("bob", room.code).await;
        assert!(matches!(alice.ask(Rename { name: "alicia".into() }).await, ServerFrame::Done(_)));
        alice.bye().await;
        bob.bye().await;
        disk.pass(SECOND).await;

        disk.restart_after(ahead * DAY);
        disk.pass(2 * DAY).await;

        let (_, joined, members) = back(&disk, "bob", room.room).await;
        assert_eq!(members.len(), 2, "{ahead} days ahead");
        assert_eq!(joined.state.role, Role::Member, "{ahead} days ahead");
        let content = disk.disk.lock();
        assert_eq!((content.people.len(), content.names.len()), (2, 1), "{ahead} days ahead");
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_from_before_a_start_with_a_clock_that_is_ahead_is_known_again_after_it() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    let post = alice.post(room.room, 1, "once");
    let first = alice.ask(post.clone()).await;
    drop(alice);
    disk.pass(2 * GRACE).await;

    disk.restart_after(45 * DAY);
    disk.pass(SECOND).await;

    let (mut alice, _, _) = back(&disk, "alice", room.room).await;
    assert!(matches!(first, ServerFrame::Accepted(_)), "{first:?}");
    assert_eq!(alice.ask(post).await, first);
}

#[tokio::test(start_paused = true)]
async fn a_room_ends_when_its_last_member_is_forgotten() {
    let mut disk = DiskWorld::new(Config { person_memory: Some(DAY), ..lasting() });
    let (alice, room) = disk.world.opener("alice").await;
    let (_bob, _) = disk.world.guest("bob", room.code).await;
    alice.bye().await;

    disk.restart_after(2 * DAY);
    disk.pass(SECOND).await;
    let members: Vec<_> = disk.disk.lock().rooms[&room.room].members.keys().copied().collect();
    assert_eq!(members.len(), 1, "alice is forgotten; bob was here until now");
    disk.pass(DAY).await;
    disk.pass(DAY).await;

    assert!(disk.disk.lock().rooms.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_post_that_is_said_again_while_nothing_can_be_written_is_known_if_it_was_written_before() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    let (known, new) = (alice.post(room.room, 1, "once"), alice.post(room.room, 2, "never"));
    let first = alice.ask(known.clone()).await;

    disk.disk.next_commit(Fate::Refused);
    let again = alice.ask(known).await;
    disk.disk.next_commit(Fate::Refused);
    let refused = alice.ask(new).await;

    assert!(matches!(first, ServerFrame::Accepted(_)), "{first:?}");
    assert_eq!(again, first);
    assert!(matches!(refused, ServerFrame::Refused(_)), "{refused:?}");
    disk.restart();
    let (mut alice, _, _) = back(&disk, "alice", room.room).await;
    assert!(!told(&mut alice, room.room).await.concat().contains("never"));
}

#[tokio::test(start_paused = true)]
async fn an_act_that_was_refused_changes_nothing_and_one_in_doubt_does_if_it_is_in_the_log() {
    let cases = [
        (Fate::Refused, Lock::Unlocked, "alice joined"),
        (Fate::NoPlace, Lock::Unlocked, "alice joined"),
        (Fate::LostInDoubt, Lock::Unlocked, "alice joined"),
        (Fate::CommittedInDoubt, Lock::Locked, "alice locks"),
    ];
    for (fate, lock, last) in cases {
        let mut disk = DiskWorld::new(lasting());
        let (mut alice, room) = disk.world.opener("alice").await;
        disk.disk.next_commit(fate);
        if matches!(fate, Fate::Refused | Fate::NoPlace) {
            assert!(alice.order(room.room, 1, Act::Lock).await.is_err());
        } else {
            alice.send(alice.act(room.room, 1, Act::Lock)).await;
            assert_eq!(alice.last_words().await, Some(Code::OUTCOME_UNKNOWN));
        }

        disk.restart();

        let (mut alice, joined, _) = back(&disk, "alice", room.room).await;
        assert_eq!(joined.state.lock, lock);
        assert_eq!(told(&mut alice, room.room).await.pop().unwrap(), last);
        let guest = disk.world.person("bob").await.knock(room.code, None).await;
        assert_eq!(guest.is_ok(), lock == Lock::Unlocked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_doubt_is_the_one_that_was_kept() {
    let mut disk = DiskWorld::new(lasting());
    let mut alice = disk.world.person("alice").await;
    let room = alice.create_private().await;
    disk.disk.next_commit(Fate::CommittedInDoubt);
    alice.send(alice.act(room.room, 1, Act::Rekey)).await;
    alice.rest().await;
    let (mut alice, _, _) = back(&disk, "alice", room.room).await;
    let published = alice.invite(room.room).await.unwrap().secret;

    disk.restart();

    let (mut alice, _, _) = back(&disk, "alice", room.room).await;
    assert_eq!(alice.invite(room.room).await.unwrap().secret, published);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_that_they_are_in_is_in_also_after_a_crash() {
    let mut disk = DiskWorld::new(lasting());
    let (_alice, room) = disk.world.opener("alice").await;
    let mut bob = disk.world.person("bob").await;
    let mut second = disk.world.person("bob").await;
    disk.disk.next_commit(Fate::Held);
    let join = |peer: &Peer| {
        let _ = peer;
        chat_proto::frame::Join { code: room.code.to_vec().into(), stay: Stay::Resident, secret: None }
    };
    let (first, again) = (bob.send(join(&bob)).await, second.send(join(&second)).await);
    assert!(tokio::time::timeout(SECOND, bob.answer_to(first)).await.is_err(), "not before it is committed");
    assert!(tokio::time::timeout(SECOND, second.answer_to(again)).await.is_err(), "nor on another device");

    disk.disk.release();
    expect_joined(bob.answer_to(first).await);
    expect_joined(second.answer_to(again).await);
    disk.restart();

    back(&disk, "bob", room.room).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_that_they_have_left_is_no_member_also_after_a_crash() {
    let mut disk = DiskWorld::new(lasting());
    let (_alice, room) = disk.world.opener("alice").await;
    let (mut bob, _) = disk.world.guest("bob", room.code).await;
    disk.disk.next_commit(Fate::Held);
    let request = bob.send(Leave { room: room.room }).await;
    assert!(tokio::time::timeout(SECOND, bob.answer_to(request)).await.is_err(), "not before it is committed");

    disk.disk.release();
    assert!(matches!(bob.answer_to(request).await, ServerFrame::Done(_)));
    disk.restart();

    let mut bob = disk.world.person("bob").await;
    assert_eq!(bob.resume(room.room, 0).await.unwrap_err().code, Code::ROOM_ENDED);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_an_entry_that_is_not_written() {
    for fate in [Fate::Refused, Fate::NoPlace, Fate::LostInDoubt, Fate::CommittedInDoubt] {
        let disk = DiskWorld::new(lasting());
        let (mut alice, room) = disk.world.opener("alice").await;
        disk.disk.next_commit(fate);
        let (mut bob, _) = disk.world.guest("bob", room.code).await;
        let (_carol, _) = disk.world.guest("carol", room.code).await;

        bob.say(room.room, 1, "in").await;

        let told = told(&mut alice, room.room).await;
        assert_eq!(told[2..], ["bob joined", "carol joined", "bob: in"]);
    }
}

#[tokio::test(start_paused = true)]
async fn how_far_somebody_has_read_survives_and_never_goes_back() {
    let mut disk = DiskWorld::new(lasting());
    let (mut alice, room) = disk.world.opener("alice").await;
    assert_eq!(room.state.read, Seq::START);
    for n in 1..=5 {
        alice.say(room.room, n, "more").await;
    }
    let read = async |peer: &mut Peer, seq| {
        assert!(matches!(peer.ask(Read { room: room.room, seq: Seq(seq) }).await, ServerFrame::Done(_)));
    };
    read(&mut alice, 4).await;
    read(&mut alice, 2).await;
    disk.pass(SECOND).await;

    disk.restart();
    let (mut alice, joined, _) = back(&disk, "alice", room.room).await;
    assert_eq!(joined.state.read, Seq(4));
    read(&mut alice, 1_000).await;
    let (_, joined, _) = back(&disk, "alice", room.room).await;
    assert_eq!(joined.state.read, joined.head, "no further than there is something to read");
    let person = alice.welcome.as_ref().unwrap().person;
    assert_eq!(disk.disk.lock().rooms[&room.room].members[&person].read, Seq(4), "not at every word");
    disk.pass(SECOND).await;
    let kept = disk.disk.lock().rooms[&room.room].members[&person];
    assert_eq!((kept.read, kept.whereabouts), (joined.head, Whereabouts::Here));
}

#[tokio::test(start_paused = true)]
async fn a_room_that_cannot_be_read_is_an_error_that_names_it() {
    let mut disk = DiskWorld::new(lasting());
    let (_alice, room) = disk.world.opener("alice").await;
    disk.disk.lock().rooms.get_mut(&room.room).unwrap().record.state = "{}".to_owned();

    let error = disk.try_restart_after(SECOND).unwrap_err().to_string();

    let code = RoomCode::parse(&room.code).unwrap().to_string();
    assert!(error.contains(&code), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_nobody_answers_changes_nothing_that_was_kept() {
    let mut disk = DiskWorld::new(lasting());
    let (alice, room) = disk.world.opener("alice").await;
    let id: PersonId = alice.welcome.as_ref().unwrap().person;
    alice.bye().await;
    let gone = disk.disk.lock().rooms[&room.room].members[&id].whereabouts;
    assert!(matches!(gone, Whereabouts::Gone { .. }));

    for _ in 0..3 {
        disk.restart_after(DAY);
        disk.pass(SECOND).await;
    }

    assert_eq!(disk.disk.lock().rooms[&room.room].members[&id].whereabouts, gone);
    let (mut alice, _, _) = back(&disk, "alice", room.room).await;
    let entries = history(&mut alice, room.room).await;
    assert!(matches!(entries[2].body, EntryBody::Left(LeaveReason::Quit)));
    assert_eq!(entries.len(), 4, "opened, joined, left, joined");
}
