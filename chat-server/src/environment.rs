//! What a server takes from the world besides sockets: the wall clock and randomness.
//!
//! They come from the caller, so that a test can fix the clock, seed the dice and force a room code to come up again.
//! Waiting is tokio's clock everywhere, which a test can pause.

mod moment;

pub(crate) use moment::Moment;

use chat_proto::{RoomCode, UnixMillis};
use rand::Rng as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// Wall clock and randomness.
pub trait Environment: Send + Sync {
    /// The wall clock. May jump either way.
    fn now(&self) -> UnixMillis;

    /// Fills `bytes` with what nobody can guess.
    fn fill_random(&self, bytes: &mut [u8]);

    /// A room code to try. May be one that is taken.
    fn room_code(&self) -> RoomCode {
        RoomCode::from_random(u32::from_le_bytes(random(self)))
    }
}

/// `N` bytes that nobody can guess.
pub fn random<const N: usize>(environment: &(impl Environment + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    environment.fill_random(&mut bytes);
    bytes
}

/// The machine's own clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Environment for System {
    fn now(&self) -> UnixMillis {
        // A clock before 1970 is a broken clock; order never depends on it.
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
