//! Logs that do not know their posts again: each stands in them under another client's number.

use super::{Mount, in_run};
use crate::bug::Bug;
use chat_proto::{Entry, codec, wire};
use chat_server::log::{Draft, Outcome, Slice};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Numbers of clients are smaller; what stands above is the disguise.
const CLIENT_BITS: u64 = 32;

impl Mount {
    /// Drafts as they go into the log.
    pub(super) fn disguised(&self, mut drafts: Arc<[Draft]>) -> Arc<[Draft]> {
        let changed = Arc::make_mut(&mut drafts);
        if self.disk.has(Bug::Reorders) {
            changed.reverse();
        }
        for id in changed.iter_mut().filter_map(|draft| draft.post.as_mut()) {
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
        for stored in &mut slice.entries {
            let mut entry = wire::decode(&stored.bytes).expect("a log holds entries");
            self.show_plainly(&mut entry);
            stored.bytes = codec::entry_bytes(&entry);
        }
        slice
    }

    /// What became of drafts, in the order in which they were given.
    pub(super) fn undisguised_outcome(&self, mut outcome: Outcome) -> Outcome {
        if let Outcome::Committed { verdicts, entries } = &mut outcome {
            let mut shown = in_run(entries);
            for entry in &mut shown {
                self.show_plainly(entry);
            }
            entries.bytes = shown.iter().flat_map(codec::entry_bytes).collect();
            if self.disk.has(Bug::Reorders) {
                verdicts.reverse();
            }
        }
        outcome
    }

    fn show_plainly(&self, entry: &mut Entry) {
        if !self.disk.has(Bug::ForgetsPosts) && !self.disk.has(Bug::Reorders) {
            return;
        }
        if let Some(id) = &mut entry.post {
            id.instance &= (1 << CLIENT_BITS) - 1;
        }
    }
}
