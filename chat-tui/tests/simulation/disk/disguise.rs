//! Logs that do not know their posts again: each stands in them under another client's number.

use super::Mount;
use crate::bug::Bug;
use chat_proto::{Entry, codec, wire};
use chat_server::log::{Draft, Outcome, Slice, Stored};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Numbers of clients are smaller; what stands above is the disguise.
const CLIENT_BITS: u64 = 32;

impl Mount {
    /// Drafts as they go into the log.
    pub(super) fn disguised(&self, mut drafts: Vec<Arc<Draft>>) -> Vec<Arc<Draft>> {
        if self.disk.has(Bug::Reorders) {
            drafts.reverse();
        }
        for id in drafts.iter_mut().filter_map(|draft| Arc::make_mut(draft).post.as_mut()) {
            id.instance |= self.disguise() << CLIENT_BITS;
        }
        drafts
    }

    fn disguise(&self) -> u64 {
        match self.disk.habits.bug {
            // One for all that a server finds at its start, none for what comes after.
            Some(Bug::ForgetsPosts) => u64::from(!self.is_replayed.load(Ordering::Relaxed)),
            Some(Bug::Reorders) => self.disguises.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        }
    }

    /// Entries as they were said.
    pub(super) fn undisguised(&self, mut slice: Slice) -> Slice {
        slice.entries.iter_mut().for_each(|stored| self.show_plainly(stored));
        slice
    }

    /// What became of drafts, in the order in which they were given.
    pub(super) fn undisguised_outcome(&self, mut outcome: Outcome) -> Outcome {
        if let Outcome::Committed { verdicts, entries } = &mut outcome {
            for stored in entries {
                self.show_plainly(stored);
            }
            if self.disk.has(Bug::Reorders) {
                verdicts.reverse();
            }
        }
        outcome
    }

    fn show_plainly(&self, stored: &mut Stored) {
        if !self.disk.has(Bug::ForgetsPosts) && !self.disk.has(Bug::Reorders) {
            return;
        }
        let mut entry: Entry = wire::decode(&stored.bytes).expect("a log holds entries");
        if let Some(id) = &mut entry.post {
            id.instance &= (1 << CLIENT_BITS) - 1;
        }
        stored.bytes = codec::entry_bytes(&entry);
    }
}
