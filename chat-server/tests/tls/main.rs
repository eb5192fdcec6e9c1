//! TLS: keys and certificates on disk, both kinds of connection on one port, logins that are bound to theirs, and peers
//! that do it badly.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "../support/mod.rs"]
mod support;

mod door;
mod files;
mod foreign;
mod login;
mod sockets;
mod suites;
mod tickets;

use chat_server::Tls;
use std::fs;
use std::path::Path;
use support::World;
use support::scratch::Scratch;

/// A server with a key of its own, and where that is.
fn world() -> (World, Tls, Scratch) {
    let scratch = Scratch::new();
    let tls = Tls::load_or_make(scratch.path()).unwrap();
    (World::with_tls(tls.clone()), tls, scratch)
}

/// Another key and certificate in place of those in `state`.
fn replace(state: &Path, other: &Scratch) {
    for name in ["tls-key.pem", "tls-cert.pem"] {
        fs::copy(other.path().join(name), state.join(name)).unwrap();
    }
}
