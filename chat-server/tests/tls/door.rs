//! Who may come in how, and what becomes of those who are slow or speak nonsense. The clock is paused.

use crate::support::scratch::Scratch;
use crate::support::tls::{client_config, encrypted, shake_hands};
use crate::support::{PEER, Peer, World, key_of, unhurried};
use crate::world;
use chat_proto::{Code, EntryBody, Seq, ServerFrame};
use chat_server::{Config, Tls};
use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep};

/// Sleepers wake on whole milliseconds.
const SLACK: Duration = Duration::from_millis(20);
const ELSEWHERE: &str = "192.0.2.1";

fn from(address: &str) -> IpAddr {
    address.parse().unwrap()
}

fn assert_closed_at_ten_seconds(since: Instant) {
    let elapsed = since.elapsed();
    assert!(elapsed >= Duration::from_secs(10) && elapsed < Duration::from_secs(10) + SLACK, "{elapsed:?}");
}

/// The first message of a handshake.
fn client_hello() -> Vec<u8> {
    let name = ServerName::try_from("chat.example.org").unwrap();
    let mut connection = ClientConnection::new(Arc::new(client_config()), name).unwrap();
    let mut bytes = Vec::new();
    connection.write_tls(&mut bytes).unwrap();
    bytes
}

/// Passes on what comes, a byte at a time, with a pause after each.
async fn drip(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, pause: Duration) {
    while let Ok(byte) = from.read_u8().await {
        if to.write_u8(byte).await.is_err() {
            return;
        }
        sleep(pause).await;
    }
}

/// A pipe to the server through which everything drips, either way.
fn dripping(world: &World, pause: Duration) -> DuplexStream {
    dripping_through(world.raw(1 << 16, PEER), pause, Duration::from_millis(1))
}

/// The same through `pipe`, with a pause after each byte that is said, and another after each that is heard.
fn dripping_through(pipe: DuplexStream, saying: Duration, hearing: Duration) -> DuplexStream {
    let (near, middle) = tokio::io::duplex(1 << 16);
    let (said, heard) = tokio::io::split(middle);
    let (answers, asked) = tokio::io::split(pipe);
    tokio::spawn(drip(said, asked, saying));
    tokio::spawn(drip(answers, heard, hearing));
    near
}

/// Everything that a peer gets until the connection ends.
async fn all(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut bytes).await;
    bytes
}

/// A2
#[tokio::test(start_paused = true)]
async fn other_machines_are_told_that_tls_is_expected() {
    let (world, _tls, _scratch) = world();
    for address in [ELSEWHERE, "2001:db8::1", "::ffff:192.0.2.1", "10.0.0.1"] {
        let mut peer = Peer::new(world.raw(1 << 16, from(address)));
        let hello = peer.hello("alice", &key_of("alice"));
        peer.send(hello).await;

        let (request, answer) = peer.read().await.unwrap();

        let ServerFrame::Refused(refused) = answer else { panic!("a refusal: {answer:?}") };
        assert_eq!((request, refused.code), (0, Code::TLS_REQUIRED), "{address}");
        assert!(String::from_utf8_lossy(&refused.text).starts_with("this server expects TLS"));
        assert_eq!(peer.read().await, None, "closed");
    }
}

#[tokio::test(start_paused = true)]
async fn other_machines_come_in_through_tls_and_this_one_either_way() {
    let (world, _tls, _scratch) = world();
    for address in [ELSEWHERE, "127.0.0.1", "::1"] {
        let (mut peer, _) = encrypted(world.raw(1 << 16, from(address))).await;
        assert!(peer.login("alice", &key_of("alice")).await.is_ok(), "{address}");
    }
    for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        let mut peer = Peer::new(world.raw(1 << 16, from(address)));
        assert!(peer.login("bob", &key_of("bob")).await.is_ok(), "{address}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_allows_it_serves_other_machines_without_tls() {
    let scratch = Scratch::new();
    let tls = Tls::load_or_make(scratch.path()).unwrap();
    let world = World::with(Config { allow_plain: true, ..unhurried() });
    let world = World { server: world.server.with_tls(tls), ..world };

    let mut peer = Peer::new(world.raw(1 << 16, from(ELSEWHERE)));

    assert!(peer.login("alice", &key_of("alice")).await.is_ok());
}

/// A2: the reverse.
#[tokio::test(start_paused = true)]
async fn a_server_without_tls_declines_a_handshake_in_its_own_words() {
    let world = World::new();

    let error = shake_hands(world.raw(1 << 16, PEER)).await.unwrap_err();

    assert!(error.to_string().contains("HandshakeFailure"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_full_server_tells_either_kind_of_peer_in_its_own_words() {
    let (_, tls, _scratch) = world();
    let world = World::with(Config { connections: 0, ..unhurried() });
    let world = World { server: world.server.with_tls(tls), ..world };
    let mut plain = Peer::new(world.raw(1 << 16, PEER));
    let hello = plain.hello("alice", &key_of("alice"));
    plain.send(hello).await;

    let error = shake_hands(world.raw(1 << 16, PEER)).await.unwrap_err();

    assert!(error.to_string().contains("AccessDenied"), "{error}");
    assert_eq!(plain.last_words().await, Some(Code::SERVER_FULL));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_drips_in_quickly_enough_is_welcome() {
    let (world, _tls, _scratch) = world();

    let (mut peer, _) = encrypted(dripping(&world, Duration::from_millis(10))).await;

    assert!(peer.login("alice", &key_of("alice")).await.is_ok());
}

/// A13
#[tokio::test(start_paused = true)]
async fn a_handshake_that_drips_in_slowly_is_closed_after_ten_seconds() {
    let (world, _tls, _scratch) = world();
    let mut stream = dripping(&world, Duration::from_millis(500));
    let start = Instant::now();
    stream.write_all(&client_hello()).await.unwrap();

    assert_eq!(all(&mut stream).await, b"", "nothing that such a peer would understand");

    assert_closed_at_ten_seconds(start);
}

/// A13
#[tokio::test(start_paused = true)]
async fn a_handshake_that_stops_half_way_is_closed_after_ten_seconds() {
    let (world, _tls, _scratch) = world();
    for sent in [1, 5, 100, client_hello().len()] {
        let mut stream = world.raw(1 << 16, PEER);
        let start = Instant::now();
        stream.write_all(&client_hello()[..sent]).await.unwrap();

        all(&mut stream).await;

        assert_closed_at_ten_seconds(start);
    }
}

#[tokio::test(start_paused = true)]
async fn the_ten_seconds_are_for_handshake_and_login_together() {
    let (world, _tls, _scratch) = world();
    let stream = world.raw(1 << 16, PEER);
    let start = Instant::now();
    sleep(Duration::from_secs(6)).await;
    let (mut peer, _) = encrypted(stream).await;

    assert_eq!(peer.last_words().await, Some(Code::TIMED_OUT), "said inside TLS");

    assert_closed_at_ten_seconds(start);
}

/// F17
#[tokio::test(start_paused = true)]
async fn tls_works_one_byte_at_a_time_in_both_directions() {
    let (world, _tls, _scratch) = world();
    let (mut alice, _) = encrypted(dripping(&world, Duration::from_millis(1))).await;
    alice.login("alice", &key_of("alice")).await.unwrap();
    let room = alice.create().await;

    let accepted = alice.say(room.room, 1, "slowly").await;

    assert_eq!(accepted.seq, Seq(3));
}

/// A handshake needs as much: neither end reads before its own part of it is written, on the server's with the tickets.
#[tokio::test(start_paused = true)]
async fn tls_works_through_a_pipe_that_holds_less_than_a_record() {
    let (world, _tls, _scratch) = world();
    let (mut alice, _) = encrypted(world.raw(512, PEER)).await;
    alice.login("alice", &key_of("alice")).await.unwrap();
    let room = alice.create().await;

    let accepted = alice.say(room.room, 1, &"slowly ".repeat(1_000)).await;

    assert_eq!(accepted.seq, Seq(3));
}

#[tokio::test(start_paused = true)]
async fn a_peer_inside_tls_that_reads_nothing_gets_all_of_it_later() {
    let (world, _tls, _scratch) = world();
    let (mut alice, _) = encrypted(world.raw(700, PEER)).await;
    alice.login("alice", &key_of("alice")).await.unwrap();
    let room = alice.create().await;
    let long = "x".repeat(10_000);
    let mut bob = world.guest("bob", room.code).await.0;
    for n in 1..=5 {
        bob.say(room.room, n, &long).await;
    }
    sleep(Duration::from_secs(5)).await;

    for _ in 1..=5 {
        assert_eq!(alice.next_said().await, long);
    }
}

/// TLS takes much at a time; the peer is judged by what it takes of that, as without TLS.
#[tokio::test(start_paused = true)]
async fn a_peer_inside_tls_that_reads_slowly_keeps_its_place() {
    let (world, _tls, _scratch) = world();
    let (mut alice, room) = world.opener("alice").await;
    let at_300_bytes_a_second = Duration::from_millis(3);
    let pipe = dripping_through(world.raw(64, PEER), Duration::ZERO, at_300_bytes_a_second);
    let mut reader = encrypted(pipe).await.0;
    reader.login("reader", &key_of("reader")).await.unwrap();
    alice.say(room.room, 1, &"x".repeat(16_000)).await;
    let start = Instant::now();

    reader.join(room.code).await;

    let page = reader.entries(4).await;
    assert!(page.iter().any(|entry| matches!(&entry.body, EntryBody::Message(text) if text.len() == 16_000)));
    assert!(start.elapsed() > Duration::from_secs(40), "it was slow: {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn garbage_that_begins_like_tls_is_closed_without_an_echo_and_hurts_nobody() {
    let (world, _tls, _scratch) = world();
    let (mut bystander, room) = world.opener("bystander").await;
    let records: [&[u8]; 4] = [
        b"\x16\x03\x01\x00\x20marker marker marker marker mark",
        b"\x16\x03\x01\xff\xffmarker",
        b"\x16marker GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00",
    ];
    for record in records {
        let mut stream = world.raw(1 << 16, PEER);
        stream.write_all(record).await.unwrap();

        let answer = all(&mut stream).await;

        // An alert, or nothing.
        assert!(answer.is_empty() || (answer.len() == 7 && answer[0] == 0x15), "{answer:?}");
    }
    bystander.say(room.room, 1, "unharmed").await;
}

#[tokio::test(start_paused = true)]
async fn garbage_after_the_handshake_ends_that_session_and_no_other() {
    let (world, _tls, _scratch) = world();
    let (mut bystander, room) = world.opener("bystander").await;
    let (mut stream, connection) = shake_hands(world.raw(1 << 16, PEER)).await.unwrap().into_inner();
    drop(connection);
    stream.write_all(b"\x17\x03\x03\x00\x30marker marker marker marker marker marker marker ").await.unwrap();

    let answer = all(&mut stream).await;

    assert!(!String::from_utf8_lossy(&answer).contains("marker"));
    bystander.say(room.room, 1, "unharmed").await;
}

#[tokio::test(start_paused = true)]
async fn bad_frames_are_refused_inside_tls_as_without() {
    let (world, _tls, _scratch) = world();
    let (mut peer, _) = encrypted(world.raw(1 << 16, from(ELSEWHERE))).await;
    peer.send_bytes(&[0xff; 8]).await;

    assert_eq!(peer.last_words().await, Some(Code::FRAME_TOO_LARGE));
}
