//! The link over streams in memory, against a server that does what the test says, on a paused clock.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod bad_server;
mod fake;
mod goodbye;
mod keeping;
mod life;
mod names;
