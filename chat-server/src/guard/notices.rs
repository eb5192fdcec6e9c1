//! What the operator is told of refusals and drops: one line per kind and second, with a count, whatever the flood.
//!
//! A line names a kind, a number and an address: nothing that a peer wrote.

use crate::network::Network;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Notice {
    ServerFull,
    AddressFull,
    AddressTooFast,
    AddressPunished,
    ClosedUnheard,
    StrangerEvicted,
    BadSignature,
    LoginTimedOut,
    Crash,
    GuessFailed,
    GuessRefused,
    GuessWaits,
    RoomRefused,
    PeopleFull,
    CannotAccept,
}

impl Notice {
    fn sentence(self) -> &'static str {
        match self {
            Self::ServerFull => "turned away: the server is full",
            Self::AddressFull => "turned away: the address has all its connections",
            Self::AddressTooFast => "turned away: the address connects too fast",
            Self::AddressPunished => "turned away: the address pays a penalty",
            Self::ClosedUnheard => "closed without a word: too many are being turned away",
            Self::StrangerEvicted => "a stranger lost their place to a new one",
            Self::BadSignature => "a login did not prove its key",
            Self::LoginTimedOut => "no login came in time",
            Self::Crash => "a session met a defect of the server",
            Self::GuessFailed => "a code was wrong",
            Self::GuessRefused => "a code was refused: the address has guessed too often",
            Self::GuessWaits => "a code waits: all together have guessed too often",
            Self::RoomRefused => {
                "no room was opened: the key or the address has as many as it may, or opens them too fast"
            }
            Self::CannotAccept => "no connection can be accepted: the system may allow too few descriptors",
            Self::PeopleFull => "a login was refused: as many people as can be remembered",
        }
    }
}

/// What happened since it was last told, and where from at last.
#[derive(Default)]
pub(crate) struct Notices {
    counted: Mutex<BTreeMap<Notice, (u64, Option<Network>)>>,
}

impl Notices {
    /// Counts what came from an address, or from none.
    pub(crate) fn note(&self, notice: Notice, from: impl Into<Option<Network>>) {
        let from = from.into();
        let mut counted = self.counted.lock().expect("no panic under this lock");
        let (count, last) = counted.entry(notice).or_insert((0, from));
        *count += 1;
        *last = from;
    }

    /// Tells what was counted. Called once a second.
    pub(crate) fn tell(&self) {
        let counted = std::mem::take(&mut *self.counted.lock().expect("no panic under this lock"));
        for (notice, (count, last)) in counted {
            let last = last.map(tracing::field::display);
            match notice {
                // One slip of a finger is no reason to be called.
                Notice::GuessFailed | Notice::LoginTimedOut | Notice::BadSignature => {
                    tracing::info!(count, last, "{}", notice.sentence());
                }
                Notice::Crash => tracing::error!(count, last, "{}", notice.sentence()),
                _ => tracing::warn!(count, last, "{}", notice.sentence()),
            }
        }
    }
}
