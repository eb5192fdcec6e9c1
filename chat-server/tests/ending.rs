//! The server's end: as it is asked to, or because nothing more can be kept.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use chat_proto::codec::to_bytes;
use chat_proto::frame::{Accepted, Bye};
use chat_proto::{ClientFrame, Code, EntryBody, LeaveReason, RoomId, ServerFrame};
use chat_server::log::StorageFailure;
use std::net::SocketAddr;
use std::time::Duration;
use support::held::{HeldWorld, Waiting};
use support::{NOON, Peer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Three times what a stop may take.
const STOP_MAX: Duration = Duration::from_secs(30);

type Serving = JoinHandle<Result<(), StorageFailure>>;

/// A server on a port of this machine.
async fn listening(held: &HeldWorld) -> (SocketAddr, Serving) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = held.world.server.clone();
    (address, tokio::spawn(async move { server.serve(listener).await }))
}

/// How the server ends once its last peer is gone, which it would hear out otherwise.
async fn ended(serving: Serving, last: Peer) -> Result<(), StorageFailure> {
    drop(last);
    timeout(STOP_MAX, serving).await.expect("an end in time").unwrap()
}

/// Somebody whose post is being committed, and the commit.
async fn posting(held: &HeldWorld) -> (Peer, RoomId, u32, Waiting) {
    let (mut alice, room) = held.opener("alice").await;
    let request = alice.send(alice.post(room, 1, "does it arrive?")).await;
    let commit = held.next_commit().await;
    (alice, room, request, commit)
}

#[tokio::test]
async fn when_nothing_more_can_be_kept_the_server_says_goodbye_and_ends_with_the_reason() {
    let held = HeldWorld::new();
    let (address, serving) = listening(&held).await;
    let mut bob = Peer::new(TcpStream::connect(address).await.unwrap()).logged_in("bob").await;

    held.fate.failed.cancel();

    assert!(matches!(bob.rest().await.last(), Some(ServerFrame::GoAway(_))));
    let failure = ended(serving, bob).await.unwrap_err();
    assert_eq!(failure.to_string(), "history cannot be written any more: the disk is broken");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    assert!(held.fate.closed.is_cancelled(), "the next server may have the data");
}

#[tokio::test]
async fn whoever_waits_for_an_answer_when_the_disk_fails_is_told_that_nobody_knows_it() {
    for is_told_first in [true, false] {
        let held = HeldWorld::new();
        let (_, serving) = listening(&held).await;
        let (mut alice, _, _, commit) = posting(&held).await;

        if is_told_first {
            commit.lose_in_doubt();
            held.fate.failed.cancel();
        } else {
            held.fate.failed.cancel();
            held.world.stop.cancelled().await;
            commit.lose_in_doubt();
        }

        assert_eq!(alice.last_words().await, Some(Code::OUTCOME_UNKNOWN), "told first: {is_told_first}");
        assert!(ended(serving, alice).await.is_err());
    }
}

#[tokio::test]
async fn a_stop_waits_for_what_is_being_committed_and_closes_after_it() {
    let held = HeldWorld::new();
    let (_, serving) = listening(&held).await;
    let (mut alice, _, request, commit) = posting(&held).await;

    held.world.stop.cancel();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!held.fate.closed.is_cancelled(), "something is still being committed");
    commit.commit();

    assert!(matches!(alice.answer_to(request).await, ServerFrame::Accepted(Accepted { .. })));
    assert!(matches!(alice.rest().await.last(), Some(ServerFrame::GoAway(_))));
    ended(serving, alice).await.expect("an orderly end");
    assert!(held.fate.closed.is_cancelled());
}

#[tokio::test]
async fn a_disk_that_fails_while_the_server_stops_is_no_orderly_end() {
    let held = HeldWorld::new();
    let (_, serving) = listening(&held).await;
    let (mut alice, _, _, commit) = posting(&held).await;

    held.world.stop.cancel();
    commit.lose_in_doubt();
    held.fate.failed.cancel();

    assert_eq!(alice.last_words().await, Some(Code::OUTCOME_UNKNOWN));
    assert!(ended(serving, alice).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn time_passes_for_what_is_kept() {
    let held = HeldWorld::new();
    tokio::time::sleep(Duration::from_secs(2)).await;
    held.world.fixed.set_clock(NOON + 5_000);

    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(held.fate.swept.lock().unwrap().map(|now| now.0), Some(NOON + 5_000));
}

#[tokio::test]
async fn what_is_posted_right_before_a_goodbye_is_answered() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    let post = ClientFrame::from(alice.post(room, 1, "and with that, good night"));
    let both = [to_bytes(100, &post), to_bytes(101, &ClientFrame::from(Bye {}))].concat();

    alice.send_bytes(&both).await;
    held.next_commit().await.commit();

    let accepted = |frame: &ServerFrame| matches!(frame, ServerFrame::Accepted(Accepted { id, .. }) if id.n == 1);
    assert!(alice.rest().await.iter().any(accepted));
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_is_one_however_long_the_last_post_takes() {
    let held = HeldWorld::new();
    let (mut bob, room) = held.world.opener("bob").await;
    held.commit_all().await;
    let mut alice = held.world.person("alice").await;
    tokio::join!(alice.join(room.code), held.commit_all());
    let post = ClientFrame::from(alice.post(room.room, 1, "and with that, good night"));
    let both = [to_bytes(100, &post), to_bytes(101, &ClientFrame::from(Bye {}))].concat();

    alice.send_bytes(&both).await;
    let commit = held.next_commit().await;
    // Longer than any peer may take to hear last words.
    tokio::time::sleep(STOP_MAX).await;
    commit.commit();
    held.commit_all().await;

    let left = loop {
        let ServerFrame::Batch(batch) = bob.next().await else { continue };
        let mut bodies = batch.entries.iter().map(|entry| &entry.body);
        if let Some(left) = bodies.find(|body| matches!(body, EntryBody::Left(_))) {
            break left.clone();
        }
    };
    assert_eq!(left, EntryBody::Left(LeaveReason::Quit));
}
