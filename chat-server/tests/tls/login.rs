//! A login is worth something on its own connection only.

use crate::support::tls::{client_config, encrypted, peer_within, shake_hands_with};
use crate::support::{PEER, Peer, World, key_of, unhurried};
use crate::world;
use chat_proto::frame::{Challenge, Hello, Login};
use chat_proto::login::{self, Binding};
use chat_proto::{Code, ServerFrame, UnixMillis};
use chat_server::{Config, Environment, Server, Tls};
use rustls::{ClientConfig, HandshakeKind};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Dice that always fall the same way: every challenge is the same, so that nothing but the binding differs.
struct Rigged;

impl Environment for Rigged {
    fn now(&self) -> UnixMillis {
        UnixMillis(0)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn rigged(tls: &Tls) -> World {
    let stop = CancellationToken::new();
    let config = Config { allow_plain: false, ..unhurried() };
    let server = Server::new(config, Rigged, stop.clone()).with_tls(tls.clone());
    World { server, stop, ..World::new() }
}

async fn connect(world: &World) -> Peer {
    encrypted(world.raw(1 << 16, PEER)).await.0
}

/// The same, with what `client` may have from before.
async fn come(world: &World, client: &Arc<ClientConfig>) -> (Peer, HandshakeKind) {
    let stream = shake_hands_with(client, world.raw(1 << 16, PEER)).await.unwrap();
    let kind = stream.get_ref().1.handshake_kind().unwrap();
    (peer_within(stream).0, kind)
}

/// Says hello as alice, and what the server made of it.
async fn challenged(peer: &mut Peer) -> (Hello, Challenge) {
    peer.instance = 1;
    let hello = peer.hello("alice", &key_of("alice"));
    match peer.ask(hello.clone()).await {
        ServerFrame::Challenge(challenge) => (hello, challenge),
        other => panic!("a challenge, not {other:?}"),
    }
}

fn signed(hello: &Hello, challenge: &Challenge, binding: &Binding) -> Login {
    Login { signature: login::sign(&key_of("alice"), challenge, hello, binding) }
}

async fn outcome(peer: &mut Peer, login: Login) -> Option<Code> {
    match peer.ask(login).await {
        ServerFrame::Welcome(_) => None,
        ServerFrame::Refused(refused) => Some(refused.code),
        other => panic!("a welcome or a refusal, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_signature_for_this_connection_is_welcome() {
    let (world, tls, _scratch) = world();
    let (mut peer, fingerprint) = encrypted(world.raw(1 << 16, PEER)).await;

    assert!(peer.login("alice", &key_of("alice")).await.is_ok());

    assert_eq!(fingerprint, tls.fingerprint(), "what the client computes from the certificate");
}

/// A16
#[tokio::test(start_paused = true)]
async fn a_signature_for_another_connection_proves_nothing() {
    let (_, tls, _scratch) = world();
    let world = rigged(&tls);
    let (mut first, mut second) = (connect(&world).await, connect(&world).await);
    let (hello, challenge) = challenged(&mut first).await;
    let elsewhere = signed(&hello, &challenge, &first.binding);
    assert_eq!(challenged(&mut second).await, (hello.clone(), challenge.clone()), "only the connection differs");

    assert_eq!(outcome(&mut second, elsewhere.clone()).await, Some(Code::AUTH_FAILED));
    assert_eq!(second.read().await, None, "and the connection ends");

    assert_eq!(outcome(&mut first, elsewhere).await, None);
}

/// A16: both connections come from the same session, and know its secret.
#[tokio::test(start_paused = true)]
async fn a_signature_for_one_resumed_connection_proves_nothing_on_another() {
    let (_, tls, _scratch) = world();
    let world = rigged(&tls);
    let client = Arc::new(client_config());
    let (mut origin, _) = come(&world, &client).await;
    challenged(&mut origin).await;
    let ((mut first, kind), (mut second, other_kind)) = (come(&world, &client).await, come(&world, &client).await);
    assert_eq!([kind, other_kind], [HandshakeKind::Resumed; 2]);
    let (hello, challenge) = challenged(&mut first).await;
    let elsewhere = signed(&hello, &challenge, &first.binding);
    challenged(&mut second).await;

    assert_eq!(outcome(&mut second, elsewhere.clone()).await, Some(Code::AUTH_FAILED));
    assert_eq!(outcome(&mut origin, elsewhere.clone()).await, Some(Code::AUTH_FAILED));

    assert_eq!(outcome(&mut first, elsewhere).await, None);
}

/// A16
#[tokio::test(start_paused = true)]
async fn a_signature_without_a_binding_proves_nothing_inside_tls_and_the_reverse() {
    let (_, tls, _scratch) = world();
    let world = rigged(&tls);
    let mut inside = connect(&world).await;
    let mut outside = Peer::new(world.raw(1 << 16, PEER));
    let (hello, challenge) = challenged(&mut inside).await;
    challenged(&mut outside).await;

    let unbound = signed(&hello, &challenge, &login::PLAIN);
    let bound = signed(&hello, &challenge, &inside.binding);

    assert_eq!(outcome(&mut inside, unbound.clone()).await, Some(Code::AUTH_FAILED));
    assert_eq!(outcome(&mut outside, bound).await, Some(Code::AUTH_FAILED));
    let mut outside = Peer::new(world.raw(1 << 16, PEER));
    challenged(&mut outside).await;
    assert_eq!(outcome(&mut outside, unbound).await, None, "it is what a plain connection asks for");
}

/// A16: with nonces as they are.
#[tokio::test(start_paused = true)]
async fn a_login_that_was_recorded_cannot_be_said_again() {
    let (world, _tls, _scratch) = world();
    let mut first = connect(&world).await;
    let (hello, challenge) = challenged(&mut first).await;
    let recorded = signed(&hello, &challenge, &first.binding);
    assert_eq!(outcome(&mut first, recorded.clone()).await, None);
    let mut second = connect(&world).await;
    challenged(&mut second).await;

    assert_eq!(outcome(&mut second, recorded).await, Some(Code::AUTH_FAILED));
}
