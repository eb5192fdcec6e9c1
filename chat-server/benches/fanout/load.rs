//! What is done to a server, and what is measured meanwhile.

mod closed;
mod idle;
mod meter;
mod open;
mod rooms;
mod slow;
mod storm;

use crate::figures::Figures;
use crate::subject::Subject;
pub(crate) use closed::Closed;
pub(crate) use open::{Open, Pace};
pub(crate) use rooms::Rooms;
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// Somebody posts as fast as their own comes back.
    Closed(Closed),
    /// Everywhere somebody posts now and then, whatever comes back.
    Open(Open),
    /// All come, and do nothing.
    Idle(Rooms),
    /// All are cut off, and come back at once.
    Storm(Rooms),
    /// Somebody stops reading for a while.
    Slow(Rooms),
}

impl Load {
    /// Messages are posted for as long as `window`, where it does not have to be longer.
    pub(crate) fn run(self, subject: Subject, window: Duration) -> Figures {
        match self {
            Self::Closed(closed) => closed.run(subject, window),
            Self::Open(open) => open.run(subject, window),
            Self::Idle(rooms) => idle::run(rooms, subject),
            Self::Storm(rooms) => storm::run(rooms, subject),
            Self::Slow(rooms) => slow::run(rooms, subject),
        }
    }

    /// At once.
    pub(crate) fn connections(self) -> u64 {
        let rooms = match self {
            Self::Closed(closed) => closed.rooms,
            Self::Open(open) => open.rooms,
            Self::Idle(rooms) | Self::Storm(rooms) | Self::Slow(rooms) => rooms,
        };
        rooms.people()
    }
}
