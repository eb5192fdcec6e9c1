//! Whoever comes back with a ticket: what is resumed, and what is not.

use crate::support::scratch::Scratch;
use crate::support::tls::{client_config, peer_within, shake_hands_with};
use crate::support::{PEER, World, key_of};
use crate::{replace, world};
use chat_proto::Fingerprint;
use chat_server::Tls;
use rustls::HandshakeKind::{Full, Resumed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind};
use std::sync::Arc;

/// Comes, logs in and goes. Tickets come before the answer to a login.
async fn visit(world: &World, client: &Arc<ClientConfig>) -> (HandshakeKind, Fingerprint) {
    let stream = shake_hands_with(client, world.raw(1 << 16, PEER)).await.unwrap();
    let kind = stream.get_ref().1.handshake_kind().unwrap();
    let (mut peer, key) = peer_within(stream);
    peer.login("alice", &key_of("alice")).await.unwrap();
    (kind, key)
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_resumes_and_finds_the_same_key() {
    let (world, tls, _scratch) = world();
    let client = Arc::new(client_config());

    for kind in [Full, Resumed, Resumed, Resumed] {
        assert_eq!(visit(&world, &client).await, (kind, tls.fingerprint()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_failed_costs_nobody_their_session() {
    let (world, _tls, _scratch) = world();
    let client = Arc::new(client_config());
    visit(&world, &client).await;
    drop(shake_hands_with(&client, tokio::io::empty()).await.unwrap_err());

    assert_eq!(visit(&world, &client).await.0, Resumed);
}

/// A41
#[tokio::test(start_paused = true)]
async fn what_was_before_a_certificate_was_read_again_is_not_resumed() {
    let (world, tls, scratch) = world();
    let (client, before) = (Arc::new(client_config()), tls.fingerprint());
    visit(&world, &client).await;
    tls.reload().unwrap();
    assert_eq!(visit(&world, &client).await, (Full, before), "also if it is the same");

    let other = Scratch::new();
    let after = Tls::load_or_make(other.path()).unwrap().fingerprint();
    replace(scratch.path(), &other);
    tls.reload().unwrap();

    assert_eq!(visit(&world, &client).await, (Full, after));
    assert_eq!(visit(&world, &client).await, (Resumed, after));
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_worth_nothing_to_another_server_nor_to_the_same_one_started_again() {
    let (world, tls, scratch) = world();
    let (other, other_tls, _other_scratch) = crate::world();
    let again = World::with_tls(Tls::load_or_make(scratch.path()).unwrap());
    let client = Arc::new(client_config());
    visit(&world, &client).await;

    assert_eq!(visit(&other, &client).await, (Full, other_tls.fingerprint()));
    assert_eq!(visit(&again, &client).await, (Full, tls.fingerprint()));
}

/// A41
#[tokio::test(start_paused = true)]
async fn nothing_is_heard_early() {
    let (world, _tls, _scratch) = world();
    let mut eager = client_config();
    eager.enable_early_data = true;
    let eager = Arc::new(eager);
    visit(&world, &eager).await;

    let name = ServerName::try_from("chat.example.org").unwrap();
    let mut coming_back = ClientConnection::new(Arc::clone(&eager), name).unwrap();

    assert!(coming_back.early_data().is_none(), "the ticket allows none");
    assert_eq!(visit(&world, &eager).await.0, Resumed, "it was a ticket like this one");
}
