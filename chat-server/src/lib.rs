//! A chat server: rooms in memory, on tokio's broadcast.
//!
//! ```text
//! socket > codec > session > room > log > room > broadcast > session > codec > socket
//! ```
//!
//! Imports go downwards only: `server` (accept, cap, a task per session, ordered shutdown), `session` (one connection's
//! life), `rooms` (code → room), `room` (the only writer of its log), `log` (append, read). Beside them `people` (names
//! ↔ keys), `config` and `environment`. The caller owns the socket, the clock, the dice and the stop signal, so that a
//! test starts the same server as `main` does.

pub mod config;
pub mod environment;
pub mod log;
mod pace;
mod people;
mod refusals;
mod room;
mod rooms;
pub mod server;
mod session;
pub mod tls;

pub use config::{Args, Config};
pub use environment::{Environment, System};
pub use server::Server;
