//! The link over streams in memory, against a server that does what the test says, on a paused clock.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod babble;
mod bad_server;
#[path = "../ui/chance.rs"]
mod chance;
#[path = "../../../chat-proto/tests/fuzz/corpus.rs"]
mod corpus;
mod fake;
mod goodbye;
mod holder;
mod hostile;
mod keeping;
mod life;
mod names;
