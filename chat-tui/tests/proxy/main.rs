//! The real programs over real TCP, with a proxy between them that does what networks do; and the real server short of
//! what it needs, stopped, or gone.
//!
//! What the weather does is decided by [`SEED`], and by the moments at which the system hands out bytes.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod absence;
mod chaos;
mod crowd;
mod hoard;
mod programs;
mod scarcity;
#[path = "../support/mod.rs"]
mod support;
mod weather;

use chat_tui::known_servers::KnownServers;
use chat_tui::link::{Encryption, Roots, Tcp, Tls};
use std::net::SocketAddr;
use support::home::Home;

const SEED: u64 = 7;

/// A way over TCP for somebody who believes nobody, and remembers in `home` whom they have met.
fn way(to: SocketAddr, encryption: Encryption, home: &Home) -> Tcp {
    let known = KnownServers::at(home.path().join("known_servers"));
    Tcp { server: to.to_string(), key: None, encryption, tls: Tls::believing(Roots::these([])), known }
}

/// The same, without TLS.
fn plain(to: SocketAddr, home: &Home) -> Tcp {
    way(to, Encryption::ByAddress, home)
}

/// For a server that takes a peer for gone after a few seconds: nobody waits a minute and a half in a test.
const IMPATIENT: [&str; 2] = ["--silence=6s", "--guess-wait=1s"];

/// For a server whose paces stand in nobody's way.
fn unhurried(more: &[&'static str]) -> Vec<&'static str> {
    [&support::program::UNHURRIED[..], more].concat()
}
