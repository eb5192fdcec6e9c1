//! Rooms and people: who comes, who goes, what lives on.

mod support;

use bytes::Bytes;
use chat_proto::frame::Door;
use chat_proto::frame::{Bye, Create, EndReason, History, Keep, Presence, Rename, Resume, Role, Stay};
use chat_proto::{Code, Detail, EntryBody, Nick, PostId, Seq, ServerFrame, UnixMillis};
use chat_server::Config;
use std::time::Duration;
use support::{NOON, Peer, World, expect_joined, gists, key_of, topic, unhurried};
use tokio::time::sleep;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn two_people_talk_and_both_see_the_same_in_one_order() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;

    alice.say(room.room, 1, "hi").await;
    bob.say(room.room, 1, "hello").await;

    let expected = ["alice opened", "alice joined", "bob joined", "alice: hi", "bob: hello"];
    assert_eq!(gists(&alice.entries(5).await), expected);
    assert_eq!(gists(&bob.entries(5).await), expected);
}

#[tokio::test(start_paused = true)]
async fn a_late_joiner_gets_state_members_and_history_with_the_original_times() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let body = EntryBody::Topic(Bytes::from_static(b"release planning"));
    alice.ask(chat_proto::frame::Post { room: room.room, id: PostId { instance: 0, n: 1 }, body }).await;
    alice.say(room.room, 1, "early").await;
    world.fixed.set_clock(NOON + 3_600_000);

    let (mut bob, joined) = world.guest("bob", room.code).await;

    assert_eq!(topic(&joined.state), "release planning");
    assert_eq!(joined.state.role, Role::Member);
    assert_eq!((joined.cursor, joined.oldest), (Seq::START, Seq(1)));
    let ServerFrame::Members(members) = bob.next().await else { panic!("members first") };
    let names: Vec<_> = members.members.iter().map(|member| (&member.name[..], member.presence.clone())).collect();
    assert_eq!(names, [(&b"alice"[..], Presence::Here), (&b"bob"[..], Presence::Here)]);
    let entries = bob.entries(5).await;
    assert_eq!(entries[3].time, UnixMillis(NOON), "as it was said");
    assert_eq!(entries[4].time, UnixMillis(NOON + 3_600_000));
    assert!(entries.is_sorted_by(|a, b| a.seq == b.prev), "each follows on the one before");
}

#[tokio::test(start_paused = true)]
async fn time_in_a_room_never_falls_when_the_clock_jumps_back() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    world.fixed.set_clock(NOON - 86_400_000);

    alice.say(room.room, 1, "yesterday?").await;

    assert!(alice.entries(3).await.iter().all(|entry| entry.time == UnixMillis(NOON)));
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_hears_nothing_more_and_is_no_member() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    bob.entries(3).await;

    assert!(matches!(bob.leave(room.room).await, ServerFrame::Done(_)));
    alice.say(room.room, 1, "is he gone?").await;

    assert_eq!(gists(&alice.entries(5).await)[3..], ["bob left Leave", "alice: is he gone?"]);
    assert_eq!(bob.refusal_of(bob.post(room.room, 1, "still here")).await, Code::NOT_MEMBER);
    assert_eq!(bob.resume(room.room, 3).await.unwrap_err().code, Code::ROOM_ENDED);
    assert!(bob.kept.is_empty(), "nothing was delivered after the leave");
}

#[tokio::test(start_paused = true)]
async fn the_other_session_of_whoever_leaves_is_out_as_well() {
    let world = World::new();
    let (_alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let (mut bob_too, _) = world.guest("bob", room.code).await;

    bob.leave(room.room).await;

    let (entries, reason) = bob_too.until_ended().await;
    assert_eq!(gists(&entries)[3], "bob left Leave", "it is told");
    assert_eq!(reason, EndReason::Removed);
    assert_eq!(bob_too.refusal_of(bob_too.post(room.room, 1, "me?")).await, Code::NOT_MEMBER);
}

#[tokio::test(start_paused = true)]
async fn the_last_bye_ends_the_room_and_its_code_rests_a_day() {
    let world = World::new();
    world.fixed.force_codes(&["AB3Z"]);
    let (mut alice, old) = world.opener("alice").await;
    alice.say(old.room, 1, "secret").await;
    alice.bye().await;

    let mut bob = world.person("bob").await;
    let join = chat_proto::frame::Join { code: Bytes::from_static(b"ab3z"), stay: Stay::Resident, secret: None };
    assert_eq!(bob.refusal_of(join).await, Code::JOIN_DENIED);
    assert_eq!(
        bob.refusal_of(Create { id: 1, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await,
        Code::SERVER_FULL,
        "the code rests"
    );
    let mut ping = 0;
    while ping < 25 {
        sleep(HOUR).await;
        bob = world.person("bob").await;
        ping += 1;
    }
    let next = bob.create().await;

    assert_eq!((next.code, next.room == old.room), (*b"AB3Z", false));
    let mut alice = world.person("alice").await;
    let refused = alice.resume(old.room, 1).await.unwrap_err();
    assert_eq!(refused.code, Code::ROOM_ENDED, "never let into the successor");
}

#[tokio::test(start_paused = true)]
async fn a_lost_last_member_finds_the_room_again_for_a_day() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 1, "wait for me").await;
    drop(alice);
    sleep(23 * HOUR).await;

    let mut alice = world.person("alice").await;
    let joined = alice.resume(room.room, 3).await.expect("the room waited");

    assert_eq!(joined.code, room.code);
    assert_eq!(gists(&alice.entries(2).await), ["alice left Lost", "alice joined"]);
    drop(alice);
    sleep(25 * HOUR).await;
    let mut alice = world.person("alice").await;
    assert_eq!(alice.resume(room.room, 3).await.unwrap_err().code, Code::ROOM_ENDED);
}

#[tokio::test(start_paused = true)]
async fn a_room_in_which_nothing_was_said_does_not_wait() {
    let world = World::new();
    let (alice, room) = world.opener("alice").await;
    drop(alice);

    sleep(2 * MINUTE).await;

    let mut alice = world.person("alice").await;
    assert_eq!(alice.resume(room.room, 2).await.unwrap_err().code, Code::ROOM_ENDED);
}

#[tokio::test(start_paused = true)]
async fn a_short_cut_is_seen_by_nobody_and_a_long_one_is_told_once() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (bob, _) = world.guest("bob", room.code).await;
    drop(bob);
    sleep(Duration::from_secs(50)).await;
    let mut bob = world.person("bob").await;
    bob.resume(room.room, 3).await.unwrap();
    drop(bob);
    alice = keep(alice).await;
    sleep(MINUTE + Duration::from_secs(5)).await;

    alice.say(room.room, 1, "where is bob?").await;

    assert_eq!(gists(&alice.entries(5).await)[2..], ["bob joined", "bob left Lost", "alice: where is bob?"]);
}

/// A sign of life after a long wait, so that nobody counts as silent.
async fn keep(mut peer: Peer) -> Peer {
    peer.ask(chat_proto::frame::Ping {}).await;
    peer
}

#[tokio::test(start_paused = true)]
async fn two_sessions_of_one_person_are_one_member() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (desk, joined) = world.guest("bob", room.code).await;
    let (mut laptop, again) = world.guest("bob", room.code).await;
    assert_eq!((joined.state.members, again.state.members), (2, 2));

    desk.bye().await;
    laptop.say(room.room, 1, "still here").await;
    laptop.bye().await;

    let told = gists(&alice.entries(5).await);
    assert_eq!(told[2..], ["bob joined", "bob: still here", "bob left Quit"], "told once each");
}

#[tokio::test(start_paused = true)]
async fn one_key_may_be_two_people_but_not_nine() {
    let world = World::new();
    let key = key_of("alice");
    let mut people = Vec::new();
    for name in ["alice", "bob", "ci", "d4", "e5", "f6", "g7", "h8"] {
        people.push(world.connect().login(name, &key).await.expect(name).person);
    }

    let ninth = world.connect().login("i9", &key).await.unwrap_err();

    people.dedup();
    assert_eq!(people.len(), 8, "each name is a person of its own");
    assert_eq!((ninth.code, ninth.detail), (Code::TOO_MANY_NAMES, Detail::Max(8)));
}

#[tokio::test(start_paused = true)]
async fn a_returning_key_is_the_same_member() {
    let world = World::new();
    let (_alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let first = bob.welcome.clone().unwrap();
    bob.send(Bye {}).await;
    bob.rest().await;

    let bob = world.person("bob").await;

    let second = bob.welcome.unwrap();
    assert_eq!(second.person, first.person);
    let rooms: Vec<_> = second.rooms.iter().map(|membership| (membership.room, membership.code)).collect();
    assert_eq!(rooms, [(room.room, room.code)], "the welcome names the rooms to come back to");
}

#[tokio::test(start_paused = true)]
async fn a_taken_name_is_refused_with_a_free_one_however_it_is_spelled() {
    let world = World::new();
    let _alice = world.person("alice").await;
    for name in ["alice", "Alice", "ALICE", "ａｌｉｃｅ"] {
        let refused = world.connect().login(name, &key_of("mallory")).await.unwrap_err();

        assert_eq!(refused.code, Code::NAME_TAKEN, "{name}");
        let Detail::Name(free) = refused.detail else { panic!("a free name for {name}") };
        let mut second = world.connect();
        second.instance = 99;
        assert!(second.login(std::str::from_utf8(&free).unwrap(), &key_of("mallory")).await.is_ok(), "{name}");
        world.fixed.set_clock(NOON);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_name_the_same_connection_may_ask_for_another() {
    let world = World::new();
    let _alice = world.person("alice").await;
    let mut mallory = world.connect();
    mallory.login("alice", &key_of("mallory")).await.unwrap_err();

    let welcome = mallory.login("mallory", &key_of("mallory")).await;

    assert_eq!(&welcome.unwrap().name[..], b"mallory");
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_again_a_day_after_its_person_went() {
    let world = World::new();
    world.person("alice").await.bye().await;
    sleep(23 * HOUR).await;
    assert_eq!(world.connect().login("alice", &key_of("mallory")).await.unwrap_err().code, Code::NAME_TAKEN);

    sleep(2 * HOUR).await;

    assert!(world.connect().login("alice", &key_of("mallory")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_new_name_is_told_in_every_room_and_the_old_one_stays_with_its_key() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let rename = |name: &'static str| Rename { name: Bytes::from_static(name.as_bytes()) };

    assert!(matches!(alice.ask(rename("alicia")).await, ServerFrame::Done(_)));
    assert!(matches!(alice.ask(rename("alicia")).await, ServerFrame::Done(_)), "again is no news");
    alice.say(room.room, 1, "me again").await;

    assert_eq!(gists(&alice.entries(4).await)[2..], ["alice is now alicia", "alicia: me again"]);
    assert_eq!(world.connect().login("alice", &key_of("bob")).await.unwrap_err().code, Code::NAME_TAKEN);
    assert!(matches!(alice.ask(rename("alice")).await, ServerFrame::Done(_)), "she may have it back");
    assert_eq!(alice.refusal_of(rename("two words")).await, Code::INVALID_NAME);
    assert!(Nick::parse(b"alicia").is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_visitor_speaks_unannounced_and_keeps_nothing_alive() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let mut ci = world.person("ci").await;
    let joined = ci.join_as(room.code, Stay::Visitor).await;

    ci.say(room.room, 1, "build ok").await;
    ci.bye().await;

    assert_eq!(joined.state.members, 1, "no member");
    assert_eq!(gists(&alice.entries(3).await)[2..], ["ci: build ok"], "no joined, no left");
    let mut ci = world.person("ci").await;
    ci.join_as(room.code, Stay::Visitor).await;
    alice.bye().await;
    assert_eq!(ci.refusal_of(ci.post(room.room, 1, "anybody?")).await, Code::NOT_MEMBER, "the room is over");
}

/// Or somebody could read along whom nobody sees.
#[tokio::test(start_paused = true)]
async fn a_visitor_reads_nothing_not_even_by_asking() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 1, "are we among ourselves?").await;
    let mut lurker = world.person("lurker").await;
    lurker.join_as(room.code, Stay::Visitor).await;
    let history = || History { room: room.room, after: Seq::START, before: Seq(u64::MAX), limit: 200 };

    assert_eq!(lurker.refusal_of(history()).await, Code::NOT_MEMBER);

    lurker.join_as(room.code, Stay::Watcher).await;
    assert!(matches!(lurker.ask(history()).await, ServerFrame::Page(_)), "seen by all, and so may read");
}

#[tokio::test(start_paused = true)]
async fn a_watcher_is_told_but_does_not_keep_the_room_alive() {
    let world = World::new();
    let (alice, room) = world.opener("alice").await;
    let mut tail = world.person("tail").await;
    tail.join_as(room.code, Stay::Watcher).await;

    alice.bye().await;

    assert_eq!(gists(&tail.entries(3).await)[2..], ["tail joined"]);
    loop {
        match tail.next().await {
            ServerFrame::RoomEnded(ended) => break assert_eq!(ended.room, room.room),
            ServerFrame::Batch(_) => {}
            other => panic!("the end, not {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn asking_again_for_the_same_new_room_finds_it() {
    let world = World::new();
    let (mut alice, first) = world.opener("alice").await;

    let again = alice.create().await;

    assert_eq!((again.room, again.code), (first.room, first.code));
    assert_eq!(again.state.members, 1);
}

#[tokio::test(start_paused = true)]
async fn a_newer_session_of_the_same_client_takes_over_unseen() {
    let world = World::new();
    let (mut old, room) = world.opener("alice").await;
    old.say(room.room, 1, "before").await;

    let mut new = world.connect();
    new.instance = old.instance;
    let mut new = new.logged_in("alice").await;
    new.resume(room.room, 3).await.unwrap();
    new.say(room.room, 2, "after").await;

    assert_eq!(old.last_words().await, Some(Code::SESSION_REPLACED));
    assert_eq!(gists(&new.entries(1).await), ["alice: after"], "nobody left or joined");
}

#[tokio::test(start_paused = true)]
async fn members_who_have_been_gone_longest_make_place_and_present_ones_do_not() {
    let world = World::with(Config { members_per_room: 2, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let (bob, _) = world.guest("bob", room.code).await;
    let mut carol = world.person("carol").await;
    let join =
        || chat_proto::frame::Join { code: Bytes::copy_from_slice(&room.code), stay: Stay::Resident, secret: None };
    assert_eq!(carol.refusal_of(join()).await, Code::ROOM_FULL);

    bob.bye().await;
    assert_eq!(carol.join(room.code).await.state.members, 2);

    let mut bob = world.person("bob").await;
    assert_eq!(bob.refusal_of(Resume { room: room.room, after: Seq(1), stay: Stay::Resident }).await, Code::ROOM_ENDED);
    alice.say(room.room, 1, "full house").await;
}

#[tokio::test(start_paused = true)]
async fn too_many_sessions_or_rooms_are_refused_with_the_limit() {
    let world = World::with(Config { rooms: 1, ..unhurried() });
    let (_alice, _) = world.opener("alice").await;
    let mut sessions = Vec::new();
    for _ in 0..10 {
        sessions.push(world.person("bob").await);
    }

    let mut eleventh = world.connect();
    let refused = eleventh.login("bob", &key_of("bob")).await.unwrap_err();
    let no_room =
        sessions[0].refusal_of(Create { id: 1, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await;

    assert_eq!((refused.code, refused.detail), (Code::TOO_MANY_SESSIONS, Detail::Max(10)));
    assert_eq!(no_room, Code::SERVER_FULL);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_enters_again_in_another_way_departs_once_and_for_all() {
    let ways = [(Stay::Resident, Stay::Visitor), (Stay::Visitor, Stay::Resident), (Stay::Watcher, Stay::Visitor)];
    for (first, second) in ways {
        let world = World::new();
        let (_alice, room) = world.opener("alice").await;
        let mut bob = world.person("bob").await;
        bob.join_as(room.code, first).await;
        bob.join_as(room.code, second).await;

        drop(bob);
        sleep(2 * MINUTE).await;

        assert_eq!(present(&world, room.code).await, ["alice", "carol"], "{first:?}, then {second:?}");
    }
}

/// Who is present, with carol, who comes to look.
async fn present(world: &World, code: [u8; 4]) -> Vec<String> {
    let (mut carol, _) = world.guest("carol", code).await;
    let ServerFrame::Members(members) = carol.next().await else { panic!("members first") };
    let here = members.members.iter().filter(|member| member.presence == Presence::Here);
    here.map(|member| String::from_utf8_lossy(&member.name).into_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_resident_who_is_cut_off_is_waited_for_although_a_watcher_of_theirs_remains() {
    for watcher_goes in [false, true] {
        let world = World::new();
        let (alice, room) = world.opener("alice").await;
        let mut tail = world.person("alice").await;
        tail.join_as(room.code, Stay::Watcher).await;

        drop(alice);
        sleep(MINUTE / 2).await;
        let tail = if watcher_goes {
            tail.bye().await;
            None
        } else {
            Some(tail)
        };
        sleep(MINUTE / 4).await;

        let mut alice = world.person("alice").await;
        assert!(alice.resume(room.room, 1).await.is_ok(), "watcher gone: {}", tail.is_none());
        assert_eq!(gists(&alice.entries(1).await), ["alice joined"], "she was present all the time");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_is_in_no_more_rooms_than_a_welcome_can_name() {
    let world = World::with(Config { rooms_per_key: 100, ..unhurried() });
    let mut alice = world.person("alice").await;
    let mut rooms = Vec::new();
    for id in 0..64 {
        rooms.push(
            expect_joined(alice.ask(Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await)
                .room,
        );
    }

    let mut again = world.person("alice").await;
    assert_eq!(
        again.refusal_of(Create { id: 64, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await,
        Code::TOO_MANY_ROOMS
    );
    assert!(again.resume(rooms[0], 1).await.is_ok(), "where she is a member already");
    expect_joined(again.ask(Create { id: 64, stay: Stay::Visitor, door: Door::Open, keep: Keep::Default }).await);

    // The end of a room makes place as well.
    alice.leave(rooms[1]).await;
    expect_joined(again.ask(Create { id: 65, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await);
}

#[tokio::test(start_paused = true)]
async fn a_new_name_is_told_only_where_its_bearer_is_a_member() {
    let world = World::with(Config { members_per_room: 2, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let (bob, _) = world.guest("bob", room.code).await;
    bob.bye().await;
    let (_carol, _) = world.guest("carol", room.code).await;

    let mut bob = world.person("bob").await;
    bob.ask(Rename { name: Bytes::from_static(b"robert") }).await;
    alice.say(room.room, 1, "who?").await;

    assert_eq!(gists(&alice.entries(6).await)[4..], ["carol joined", "alice: who?"], "bob had made place for carol");
}
