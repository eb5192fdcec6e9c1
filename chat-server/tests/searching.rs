//! Looking for what was said: who may, what is found, and what is gone for good.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use bytes::Bytes;
use chat_proto::frame::{Beyond, Found, History, Hit, Page, Post, Read, Rename, Search, Stay};
use chat_proto::limits::{SEARCH_BYTES, SEARCH_HITS, SEARCH_TERMS};
use chat_proto::{Act, Code, EntryBody, PostId, RoomId, Seq, ServerFrame, UnixMillis};
use chat_server::Config;
use chat_server::config::Rate;
use std::time::Duration;
use support::held::{HeldWorld, Slow};
use support::{NOON, Peer, World, called, gists, unhurried};
use tokio::time::Instant;

const END: Seq = Seq(u64::MAX);

fn search(room: RoomId, words: &str) -> Search {
    let words = Bytes::copy_from_slice(words.as_bytes());
    Search { room, words, from: Bytes::new(), since: None, until: None, before: END }
}

fn by(from: &str, search: Search) -> Search {
    Search { from: Bytes::copy_from_slice(from.as_bytes()), ..search }
}

async fn found(peer: &mut Peer, search: Search) -> (Vec<String>, Beyond) {
    let Found { hits, beyond, .. } = whole(peer, search).await;
    (hits.into_vec().into_iter().map(|hit| text(&hit)).collect(), beyond)
}

async fn whole(peer: &mut Peer, search: Search) -> Found {
    match peer.ask(search).await {
        ServerFrame::Found(found) => found,
        other => panic!("what was found, not {other:?}"),
    }
}

/// What is found by these words.
async fn texts(peer: &mut Peer, room: RoomId, words: &str) -> Vec<String> {
    found(peer, search(room, words)).await.0
}

fn text(hit: &Hit) -> String {
    String::from_utf8(hit.found.text.to_vec()).unwrap()
}

async fn forget(peer: &mut Peer, room: RoomId, n: u64) {
    let id = PostId { instance: peer.instance, n };
    assert!(matches!(peer.ask(Post { room, id, body: EntryBody::Forget }).await, ServerFrame::Accepted(_)));
}

async fn page(peer: &mut Peer, room: RoomId) -> Page {
    match peer.ask(History { room, after: Seq::START, before: END, limit: 200 }).await {
        ServerFrame::Page(page) => page,
        other => panic!("a page, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_finds_what_was_said_the_newest_first_with_what_stands_around_it() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    for (n, words) in (1..).zip(["did the build pass?", "yes", "then ship the BUILD", "done"]) {
        alice.say(room.room, n, words).await;
    }

    let Found { room: answered, hits, beyond } = whole(&mut alice, search(room.room, "build")).await;

    let hits = hits.into_vec();
    assert_eq!((answered, beyond), (room.room, Beyond::Nothing));
    assert_eq!(hits.iter().map(text).collect::<Vec<_>>(), ["then ship the BUILD", "did the build pass?"]);
    let around = |hit: &Hit| [&hit.before, &hit.after].map(|beside| beside.as_ref().map(|beside| beside.text.clone()));
    assert_eq!(around(&hits[0]), [Some("yes".into()), Some("done".into())]);
    assert_eq!(around(&hits[1]), [None, Some("yes".into())]);
}

#[tokio::test(start_paused = true)]
async fn nobody_but_a_session_that_reads_the_room_searches_it_or_has_read_it() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 1, "the build is red").await;
    let (mut gone, _) = world.guest("bob", room.code).await;
    gone.leave(room.room).await;
    let (mut kicked, _) = world.guest("carol", room.code).await;
    alice.order(room.room, 2, Act::Kick(called("carol"))).await.unwrap();
    let mut visitor = world.person("ci").await;
    visitor.join_as(room.code, Stay::Visitor).await;
    let mut stranger = world.person("eve").await;

    for peer in [&mut gone, &mut kicked, &mut visitor, &mut stranger] {
        for room in [room.room, RoomId([9; 16])] {
            assert_eq!(peer.refusal_of(search(room, "build")).await, Code::NOT_MEMBER);
            // Nor is it told whether the question makes sense.
            assert_eq!(peer.refusal_of(search(room, "")).await, Code::NOT_MEMBER);
            assert_eq!(peer.refusal_of(Read { room, seq: Seq(1) }).await, Code::NOT_MEMBER);
        }
    }
    let mut watcher = world.person("wall").await;
    watcher.join_as(room.code, Stay::Watcher).await;
    assert_eq!(texts(&mut watcher, room.room, "build").await, ["the build is red"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_removed_while_a_search_runs_gets_nothing_of_it() {
    for slow in [Slow::Reading(500), Slow::Telling(500)] {
        let held = HeldWorld::new();
        let (mut alice, room) = held.opener("alice").await;
        let code = alice.invite(room).await.unwrap().code;
        let (mut bob, _) = held.world.guest("bob", code).await;
        held.commit_all().await;
        let kick = alice.send(alice.act(room, 1, Act::Kick(called("bob")))).await;
        let commit = held.next_commit().await;
        held.slow_reads.lock().unwrap().push_back(slow);

        let request = bob.send(search(room, "build")).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert!(held.slow_reads.lock().unwrap().is_empty(), "the search runs");
        commit.commit();

        assert!(matches!(alice.answer_to(kick).await, ServerFrame::Accepted(_)));
        match bob.answer_to(request).await {
            ServerFrame::Refused(refused) => assert_eq!(refused.code, Code::NOT_MEMBER),
            other => panic!("a refusal, not {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_special_to_a_database_is_looked_for_as_it_is_written() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let said = ["all of it", "100 % or near", "drop table entries", "Robert'); --", "a_b", "text:all"];
    for (n, words) in (1..).zip(said) {
        alice.say(room.room, n, words).await;
    }

    for (words, expected) in [
        ("all OR drop", &[][..]),
        ("or", &["100 % or near"]),
        ("NEAR", &["100 % or near"]),
        ("100 %", &["100 % or near"]),
        ("robert'); --", &["Robert'); --"]),
        ("x' OR '1'='1", &[]),
        ("a_b", &["a_b"]),
        ("a%b", &["a_b"]),
        ("text:all", &["text:all"]),
        ("\"drop table\"; DELETE FROM entries", &[]),
        ("\"drop table", &["drop table entries"]),
        ("d* t*", &["drop table entries"]),
        ("*rop", &[]),
    ] {
        assert_eq!(texts(&mut alice, room.room, words).await, expected, "{words}");
    }
    assert_eq!(texts(&mut alice, room.room, "all").await.len(), 2, "nothing was dropped");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_for_is_refused_with_a_sentence() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let invalid = Search { words: Bytes::from_static(b"\xff"), ..search(room.room, "") };

    for wrong in [
        search(room.room, ""),
        search(room.room, "%%% -- *"),
        search(room.room, &"a".repeat(SEARCH_BYTES + 1)),
        search(room.room, &"a ".repeat(SEARCH_TERMS + 1)),
        by("not a name", search(room.room, "build")),
        invalid,
    ] {
        match alice.ask(wrong.clone()).await {
            ServerFrame::Refused(refused) => {
                assert_eq!(refused.code, Code::BAD_SEARCH, "{wrong:?}");
                assert!(!refused.text.is_empty());
            }
            other => panic!("a refusal of {wrong:?}, not {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_speaker_is_found_under_the_name_of_then_and_the_name_of_now() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    bob.say(room.room, 1, "the build is red").await;
    alice.say(room.room, 1, "which build?").await;
    bob.ask(Rename { name: Bytes::from_static(b"robert") }).await;
    bob.say(room.room, 2, "that build").await;

    let of_bob = ["that build", "the build is red"];
    assert_eq!(found(&mut alice, by("robert", search(room.room, "build"))).await.0, of_bob);
    assert_eq!(found(&mut alice, by("Bob", search(room.room, "build"))).await.0, of_bob[1..]);
    assert_eq!(found(&mut alice, by("alice", search(room.room, ""))).await.0, ["which build?"]);
    assert_eq!(found(&mut alice, by("zoe", search(room.room, "build"))).await.0, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_search_may_be_bounded_in_time() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    for (n, second) in (1..).zip(0..4) {
        world.fixed.set_clock(NOON + second * 1_000);
        alice.say(room.room, n, &format!("tick {second}")).await;
    }

    let (since, until) = (Some(UnixMillis(NOON + 1_000)), Some(UnixMillis(NOON + 3_000)));
    let between = Search { since, until, ..search(room.room, "tick") };

    assert_eq!(found(&mut alice, between).await.0, ["tick 2", "tick 1"]);
}

#[tokio::test(start_paused = true)]
async fn pages_of_hits_follow_on_each_other_until_nothing_is_left() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let count = 2 * SEARCH_HITS + 5;
    for n in 1..=count {
        alice.say(room.room, n as u64, &format!("tick {n}")).await;
    }

    let (mut before, mut seen, mut pages) = (END, Vec::new(), Vec::new());
    loop {
        let Found { hits, beyond, .. } = whole(&mut alice, Search { before, ..search(room.room, "tick") }).await;
        let hits = hits.into_vec();
        pages.push((hits.len(), beyond));
        seen.extend(hits.iter().map(text));
        before = hits.last().map_or(before, |hit| hit.found.seq);
        if beyond == Beyond::Nothing {
            break;
        }
    }

    assert_eq!(pages, [(SEARCH_HITS, Beyond::More), (SEARCH_HITS, Beyond::More), (5, Beyond::Nothing)]);
    assert_eq!(seen, (1..=count).rev().map(|n| format!("tick {n}")).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn searching_costs_what_a_page_of_history_costs() {
    let pages = Rate::per_second(1.0).with_burst(2.0);
    let world = World::with(Config { pages, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let start = Instant::now();

    page(&mut alice, room.room).await;
    for _ in 0..3 {
        texts(&mut alice, room.room, "build").await;
    }

    assert_eq!(start.elapsed().as_millis() / 100 * 100, Duration::from_secs(2).as_millis());
}

#[tokio::test(start_paused = true)]
async fn what_was_forgotten_is_in_no_search_no_page_and_no_resume_and_only_its_author_forgets_it() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    bob.say(room.room, 1, "my secret password").await;
    alice.say(room.room, 1, "that password was secret").await;
    bob.say(room.room, 2, "forget the password").await;

    forget(&mut bob, room.room, 3).await;
    bob.say(room.room, 4, "what password?").await;

    let of_alice = ["that password was secret"];
    assert_eq!(texts(&mut alice, room.room, "password").await, [&["what password?"][..], &of_alice].concat());
    assert_eq!(texts(&mut alice, room.room, "secret").await, of_alice);
    let expected =
        ["bob erased", "alice: that password was secret", "bob erased", "bob forgets", "bob: what password?"];
    let kept = page(&mut alice, room.room).await.entries.into_vec();
    assert_eq!(gists(&kept)[3..], expected);
    let mut again = world.person("alice").await;
    again.resume(room.room, 3).await.unwrap();
    assert_eq!(gists(&again.entries(5).await), expected);
    let (mut late, _) = world.guest("carol", room.code).await;
    assert_eq!(gists(&late.entries(8).await)[3..8], expected);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_forgotten_is_known_by_its_id_and_not_said_again() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let said = alice.say(room.room, 1, "my secret").await;
    forget(&mut alice, room.room, 2).await;

    assert_eq!(alice.say(room.room, 1, "my secret").await, said);

    assert_eq!(texts(&mut alice, room.room, "secret").await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn who_reads_is_found_where_they_stopped_when_they_come_back() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    for n in 1..=5 {
        alice.say(room.room, n, "tick").await;
    }
    let (mut bob, joined) = world.guest("bob", room.code).await;
    assert_eq!(joined.state.read, Seq::START, "nothing was told yet");

    // Never back, and never further than there is something.
    for (told, expected) in [(4, 4), (2, 4), (6, 6), (1_000_000, 8)] {
        assert!(matches!(bob.ask(Read { room: room.room, seq: Seq(told) }).await, ServerFrame::Done(_)));
        let mut elsewhere = world.person("bob").await;
        assert_eq!(elsewhere.resume(room.room, 0).await.unwrap().state.read, Seq(expected), "after {told}");
    }
    bob.bye().await;
    let (_bob, joined) = world.guest("bob", room.code).await;
    assert_eq!(joined.state.read, Seq(8), "also after quitting");

    let (_carol, joined) = world.guest("carol", room.code).await;
    assert_eq!(joined.state.read, Seq::START, "everybody reads for themselves");
    let mut alice = world.person("alice").await;
    assert_eq!(alice.resume(room.room, 0).await.unwrap().state.read, Seq::START);
}
