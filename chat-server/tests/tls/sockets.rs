//! Real sockets: both kinds on one port, certificates that change, and the end.

use crate::support::scratch::Scratch;
use crate::support::tls::encrypted;
use crate::support::{Peer, World, key_of};
use crate::{replace, world};
use chat_proto::frame::Ping;
use chat_proto::{Fingerprint, ServerFrame};
use chat_server::Tls;
use chat_server::log::StorageFailure;
use std::fs;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server on a port.
async fn listening(world: &World) -> (SocketAddr, JoinHandle<Result<(), StorageFailure>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = world.server.clone();
    (address, tokio::spawn(async move { server.serve(listener).await }))
}

async fn connect(address: SocketAddr) -> (Peer, Fingerprint) {
    encrypted(TcpStream::connect(address).await.unwrap()).await
}

#[tokio::test]
async fn both_kinds_of_connection_share_a_port_and_a_room() {
    let (world, tls, _scratch) = world();
    let (address, _serving) = listening(&world).await;
    let mut alice = Peer::new(TcpStream::connect(address).await.unwrap()).logged_in("alice").await;
    let room = alice.create().await;
    let (mut bob, fingerprint) = connect(address).await;
    bob.login("bob", &key_of("bob")).await.unwrap();
    bob.join(room.code).await;

    alice.say(room.room, 1, "plain").await;
    bob.say(room.room, 1, "encrypted").await;

    for peer in [&mut alice, &mut bob] {
        assert_eq!([peer.next_said().await, peer.next_said().await], ["plain", "encrypted"]);
    }
    assert_eq!(fingerprint, tls.fingerprint());
}

#[tokio::test]
async fn much_goes_through_tls_in_both_directions() {
    let (world, _tls, _scratch) = world();
    let (address, _serving) = listening(&world).await;
    let (mut alice, _) = connect(address).await;
    alice.login("alice", &key_of("alice")).await.unwrap();
    let room = alice.create().await;
    let text = |n: u64| format!("{n} {}", "y".repeat(16_000));

    for n in 1..=100 {
        alice.say(room.room, n, &text(n)).await;
    }

    for n in 1..=100 {
        assert_eq!(alice.next_said().await, text(n));
    }
}

/// A1
#[tokio::test]
async fn http_on_the_port_gets_no_echo() {
    let (world, _tls, _scratch) = world();
    let (address, _serving) = listening(&world).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /marker HTTP/1.1\r\nHost: localhost\r\n\r\nmarker").await.unwrap();
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;

    assert!(reply.len() < 200, "{} bytes", reply.len());
    assert!(!String::from_utf8_lossy(&reply).contains("marker"));
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_the_old_ones_go_on() {
    let (world, tls, scratch) = world();
    let (address, _serving) = listening(&world).await;
    let (mut old, before) = connect(address).await;
    old.login("alice", &key_of("alice")).await.unwrap();
    let other = Scratch::new();
    let after = Tls::load_or_make(other.path()).unwrap().fingerprint();

    replace(scratch.path(), &other);
    assert_eq!(connect(address).await.1, before, "nobody has asked for it yet");
    tls.reload().unwrap();

    assert_eq!(connect(address).await.1, after);
    assert_eq!(tls.fingerprint(), after);
    assert!(matches!(old.ask(Ping {}).await, ServerFrame::Pong(_)));
    assert_ne!(before, after);
}

#[tokio::test]
async fn a_bad_new_certificate_leaves_the_old_one() {
    let (world, tls, scratch) = world();
    let (address, _serving) = listening(&world).await;
    let before = tls.fingerprint();
    let other = Scratch::new();
    drop(Tls::load_or_make(other.path()).unwrap());
    let foreign = fs::read(other.path().join("tls-cert.pem")).unwrap();

    for bad in [&foreign[..], b"", b"nonsense"] {
        fs::write(scratch.path().join("tls-cert.pem"), bad).unwrap();

        assert!(tls.reload().is_err());

        assert_eq!(tls.fingerprint(), before);
        assert_eq!(connect(address).await.1, before);
    }
}

/// F20
#[tokio::test]
async fn a_stop_is_told_inside_tls_which_is_closed_in_order_and_the_port_with_it() {
    let (world, _tls, _scratch) = world();
    let (address, serving) = listening(&world).await;
    let (mut alice, _) = connect(address).await;
    alice.login("alice", &key_of("alice")).await.unwrap();

    world.stop.cancel();

    let (_, last) = alice.read().await.unwrap();
    assert!(matches!(last, ServerFrame::GoAway(_)), "{last:?}");
    let end = alice.stream.read(&mut [0]).await;
    assert_eq!(end.unwrap(), 0, "an end without a close_notify would be an error");
    drop(alice);
    serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
