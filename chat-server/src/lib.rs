//! A chat server: rooms in memory or on disk, on tokio's broadcast.
//!
//! ```text
//! socket > transport > codec > session > room > log > room > broadcast > session > codec > transport > socket
//! ```
//!
//! Imports go downwards only: `server` (accept, a task per session, ordered shutdown), `session` (one connection's
//! life), `rooms` (code → room), `room` (the only writer of its log), `log` (append, read). Beside them `guard` (who
//! may connect and guess), `people` (names ↔ keys), `config` and `environment`. The caller owns the socket, the clock,
//! the dice and the stop signal, so that a test starts the same server as `main` does.

mod bell;
pub mod config;
pub mod environment;
mod few;
mod guard;
mod ledger;
pub mod log;
mod mailbox;
mod network;
mod pace;
mod people;
pub mod public_address;
mod refusals;
mod room;
mod rooms;
pub mod server;
mod session;
mod size;
mod stop;
pub mod tls;
mod transport;

pub use config::Config;
pub use environment::{Environment, System};
pub use room::RestoreError;
pub use server::Server;
pub use tls::Tls;
