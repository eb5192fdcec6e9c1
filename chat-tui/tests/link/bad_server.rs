//! Servers and networks that do what they should not. The link stays up, bounded, and says so.

use crate::fake::{ROOM, Scene, entry, item, joined, welcome};
use bytes::Bytes;
use chat_proto::codec::to_bytes;
use chat_proto::frame::{Batch, Challenge, ClientFrame, ServerFrame, Stay};
use chat_proto::wire::Capped;
use chat_tui::link::{Command, LinkEvent, Trouble};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

async fn trouble(scene: &mut Scene) -> Trouble {
    match scene.event_where(|event| matches!(event, LinkEvent::Down { .. })).await {
        LinkEvent::Down { trouble, .. } => trouble,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn rubbish_instead_of_a_greeting_is_told_and_tried_again() {
    let rubbish: [&[u8]; 5] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        &[0x16, 0x03, 0x01, 0x02, 0x00],
        &[0xff; 4096],
        &[0, 0, 0, 0],
        &[0, 0, 0, 7, 0, 0, 0, 1, 0, 0x81, 9],
    ];
    for bytes in rubbish {
        let mut scene = Scene::new();
        let mut peer = scene.accept().await;
        peer.write(bytes).await;

        let trouble = trouble(&mut scene).await;

        assert!(matches!(trouble, Trouble::Misbehaves(_)), "{trouble:?} for {bytes:?}");
        scene.accept().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_was_not_offered_is_not_spoken() {
    let mut scene = Scene::new();
    let mut peer = scene.accept().await;
    peer.hello().await;
    peer.say(1, Challenge { version: 99, nonce: [0; 32] }).await;

    assert!(matches!(trouble(&mut scene).await, Trouble::Misbehaves(_)));
}

#[tokio::test(start_paused = true)]
async fn a_welcome_without_a_challenge_is_no_login() {
    let mut scene = Scene::new();
    let mut peer = scene.accept().await;
    peer.hello().await;
    peer.say(1, welcome(Bytes::from("alice"))).await;

    assert!(matches!(trouble(&mut scene).await, Trouble::Misbehaves(_)));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_announces_four_gigabytes_ends_the_connection_at_its_prefix() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    peer.write(&[0xff, 0xff, 0xff, 0xff]).await;

    assert!(matches!(trouble(&mut scene).await, Trouble::Misbehaves(_)));
}

#[tokio::test(start_paused = true)]
async fn half_a_frame_and_then_the_end_is_a_lost_connection() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    let frame = to_bytes(0, &ServerFrame::from(joined(3)));
    peer.write(&frame[..frame.len() / 2]).await;
    drop(peer);

    assert!(matches!(trouble(&mut scene).await, Trouble::Lost(_)));
}

#[tokio::test(start_paused = true)]
async fn a_kind_from_the_future_that_nobody_asked_for_is_passed_over() {
    let mut scene = Scene::new();
    let mut peer = scene.enter(3).await;
    peer.write(&[0, 0, 0, 8, 0, 0, 0, 0, 0x77, 0x77, 1, 2]).await;
    peer.say(0, Batch { room: ROOM, entries: Capped::new([entry(4)]) }).await;

    assert!(matches!(scene.event().await, LinkEvent::Entries { .. }));
}

#[tokio::test(start_paused = true)]
async fn one_byte_at_a_time_in_both_directions_works_only_slower() {
    let mut scene = Scene::with(1, None, Stay::Resident);
    let mut peer = scene.enter(3).await;
    scene.ask(Command::Post(item(1))).await;
    peer.post().await;
    let frame = to_bytes(0, &ServerFrame::from(Batch { room: ROOM, entries: Capped::new([entry(4), entry(5)]) }));
    for byte in &frame {
        peer.stream.write_all(&[*byte]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let event = scene.event_where(|event| matches!(event, LinkEvent::Entries { .. })).await;

    let LinkEvent::Entries { entries, .. } = event else { panic!("{event:?}") };
    assert_eq!(entries.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_reads_nothing_does_not_keep_the_link_from_reading() {
    let mut scene = Scene::with(512, None, Stay::Resident);
    let mut peer = scene.enter(3).await;
    for n in 1..=40 {
        scene.ask(Command::Post(item(n))).await;
    }
    // The pipe towards the server is full now, and nobody empties it.
    peer.say(0, Batch { room: ROOM, entries: Capped::new([entry(4)]) }).await;

    scene.event_where(|event| matches!(event, LinkEvent::Entries { .. })).await;
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_takes_no_events_stops_the_reading_and_loses_nothing() {
    let mut scene = Scene::with(4 * 1024, None, Stay::Resident);
    let mut peer = scene.enter(3).await;
    let count = 20_000;
    let server = tokio::spawn(async move {
        for seq in 4..4 + count {
            peer.say(0, Batch { room: ROOM, entries: Capped::new([entry(seq)]) }).await;
        }
        peer
    });
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(!server.is_finished(), "the server was slowed down");

    let mut seqs = Vec::new();
    while seqs.len() < count as usize {
        match scene.event().await {
            LinkEvent::Entries { entries, .. } => seqs.extend(entries.iter().map(|entry| entry.seq.0)),
            LinkEvent::Latency(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(seqs.iter().copied().eq(4..4 + count));
}

#[tokio::test(start_paused = true)]
async fn a_hole_that_comes_again_and_again_is_retried_further_and_further_apart() {
    let mut scene = Scene::new();
    let peer = scene.enter(3).await;
    drop(peer);
    let mut longest = Duration::ZERO;
    for _ in 0..12 {
        let mut peer = scene.greet().await;
        let (request, _) = peer.request_where(|frame| matches!(frame, ClientFrame::Resume(_))).await;
        peer.say(request, joined(3)).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        peer.say(0, Batch { room: ROOM, entries: Capped::new([entry(9)]) }).await;
        if let LinkEvent::Down { retry_in, .. } =
            scene.event_where(|event| matches!(event, LinkEvent::Down { .. })).await
        {
            longest = longest.max(retry_in);
        }
    }

    assert!(longest > Duration::from_secs(5), "{longest:?}");
}
