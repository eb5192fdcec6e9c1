//! When what is kept cannot be read: whoever asks is told so, and nobody is told anything else.

mod support;

use bytes::Bytes;
use chat_proto::frame::{History, Join, Ping, Resume, Search, Stay};
use chat_proto::{ClientFrame, Code, RoomId, Seq, ServerFrame};
use std::time::Duration;
use support::held::{HeldWorld, Slow};
use support::{Peer, gists};

const END: Seq = Seq(u64::MAX);

fn history(room: RoomId) -> ClientFrame {
    History { room, after: Seq::START, before: END, limit: 10 }.into()
}

fn search(room: RoomId) -> ClientFrame {
    let (words, from) = (Bytes::from_static(b"build"), Bytes::new());
    Search { room, words, from, since: None, until: None, before: END }.into()
}

fn resume(room: RoomId, after: u64) -> ClientFrame {
    Resume { room, after: Seq(after), stay: Stay::Resident }.into()
}

/// alice in her room, bob beside it; nothing can be read any more.
async fn unreadable(held: &HeldWorld) -> (Peer, Peer, RoomId, Bytes) {
    let (mut alice, room) = held.opener("alice").await;
    let code = alice.invite(room).await.expect("a member may invite").code;
    let bob = held.world.person("bob").await;
    held.fate.unreadable.cancel();
    (alice, bob, room, Bytes::copy_from_slice(&code))
}

#[tokio::test(start_paused = true)]
async fn every_request_that_reads_is_refused_with_the_reason_and_the_session_lives() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, room, code) = unreadable(&held).await;

    for request in [history(room), search(room), resume(room, 0)] {
        assert_eq!(alice.refusal_of(request).await, Code::STORAGE_FAILED);
    }
    assert_eq!(bob.refusal_of(Join { code, stay: Stay::Resident, secret: None }).await, Code::STORAGE_FAILED);

    for peer in [&mut alice, &mut bob] {
        assert!(matches!(peer.ask(Ping {}).await, ServerFrame::Pong(_)), "the session lives");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_could_not_be_shown_a_room_does_not_stay_in_it_for_ever() {
    let held = HeldWorld::new();
    let (mut alice, mut bob, _, code) = unreadable(&held).await;
    assert_eq!(bob.refusal_of(Join { code, stay: Stay::Resident, secret: None }).await, Code::STORAGE_FAILED);
    held.commit_all().await;

    bob.bye().await;
    tokio::time::sleep(Duration::from_secs(62)).await;
    held.commit_all().await;

    let entries = tokio::time::timeout(Duration::from_secs(5), alice.entries(4)).await.expect("bob's going is told");
    assert_eq!(gists(&entries)[2..], ["bob joined", "bob left Lost"]);
}

/// A refusal would be final; but the post may have been taken before.
#[tokio::test(start_paused = true)]
async fn a_post_of_which_nobody_can_tell_whether_it_was_said_before_is_not_refused() {
    let held = HeldWorld::new();
    let (_alice, mut bob, room, _) = unreadable(&held).await;
    let request = bob.send(bob.post(room, 1, "was it said before?")).await;

    match bob.read().await {
        Some((0, ServerFrame::Refused(refused))) => assert_eq!(refused.code, Code::STORAGE_FAILED),
        other => panic!("the end of the connection, not {other:?}, which may answer {request}"),
    }
    assert_eq!(bob.read().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_cannot_be_brought_up_to_date_is_sent_away_with_the_reason() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    for n in 1..=3 {
        let request = alice.send(alice.post(room, n, "tick")).await;
        held.commit_all().await;
        alice.answer_to(request).await;
    }
    // Of the two reads of a resume, the page is read, and what follows is not.
    held.slow_reads.lock().unwrap().extend([Slow::Reading(0), Slow::Reading(1_000)]);
    alice.send(resume(room, 2)).await;
    while !held.slow_reads.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }

    held.fate.unreadable.cancel();

    assert_eq!(alice.last_words().await, Some(Code::STORAGE_FAILED));
}
