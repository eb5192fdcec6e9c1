//! What the writer is asked to do, in order.

use super::log_state::LogState;
use crate::log::record::{Fact, Record, RoomRecord};
use crate::log::{Completion, Draft, NotWritten, Outcome, Run, Verdict};
use chat_proto::{RoomId, UnixMillis};
use std::sync::Arc;
use tokio::sync::oneshot;

/// One thing to do.
pub(super) enum Job {
    /// Entries for a log.
    Append(Append),
    /// A new room.
    Open { room: i64, id: RoomId, record: RoomRecord },
    /// What is so of a room.
    Records { room: i64, records: Vec<Record> },
    /// The end of a room.
    Erase { room: i64 },
    /// What is so of people and codes; whoever waits for it is told by dropping `written`.
    Facts { facts: Vec<Fact>, written: Option<oneshot::Sender<()>> },
    /// All words of a room into the index, soon. Told when they are; dropped when that takes too long.
    Index { room: i64, indexed: oneshot::Sender<()> },
    /// What is too old at this time may go.
    Sweep { now: UnixMillis },
    /// The end. Told by dropping it.
    Close(oneshot::Sender<()>),
}

/// Entries for a log.
pub(super) struct Append {
    pub(super) log: Arc<LogState>,
    pub(super) drafts: Arc<[Draft]>,
    pub(super) answer: Answer,
}

/// What a job came to.
pub(super) enum Done {
    Appended(Vec<Verdict>, Run),
    Kept,
}

/// Whoever waits for the outcome of an append is told exactly once: when this is dropped, that nobody knows it.
pub(super) struct Answer(Option<Completion>);

impl Answer {
    pub(super) fn new(completion: Completion) -> Self {
        Self(Some(completion))
    }

    fn give(mut self, outcome: Outcome) {
        if let Some(completion) = self.0.take() {
            completion(outcome);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(completion) = self.0.take() {
            completion(Outcome::Unknown);
        }
    }
}

impl Append {
    fn finish(self, verdicts: Vec<Verdict>, entries: Run) {
        if !entries.is_empty() {
            self.log.set_head(entries.last);
        }
        self.answer.give(Outcome::Committed { verdicts, entries });
    }
}

impl Job {
    /// About how many bytes it writes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Append(append) => append.drafts.iter().map(|draft| draft.body.bytes().len()).sum(),
            Self::Open { record, .. } => record.state.len(),
            _ => 0,
        }
    }

    /// Is committed.
    pub(super) fn finish(self, done: Done) {
        match (self, done) {
            (Self::Append(append), Done::Appended(verdicts, entries)) => append.finish(verdicts, entries),
            (Self::Facts { written, .. }, _) => drop(written),
            _ => {}
        }
    }

    /// Did not happen, and never will.
    pub(super) fn give_up(self, why: NotWritten) {
        if let Self::Append(append) = self {
            append.answer.give(Outcome::NotWritten(why));
        }
    }

    /// What is still to be written of a job that was not: what nobody can say again. Nobody waits for it any more.
    pub(super) fn still_to_do(self) -> Option<Self> {
        match self {
            Self::Append(_) | Self::Index { .. } | Self::Sweep { .. } | Self::Close(_) => None,
            Self::Facts { facts, .. } => Some(Self::Facts { facts, written: None }),
            Self::Open { .. } | Self::Records { .. } | Self::Erase { .. } => Some(self),
        }
    }
}
