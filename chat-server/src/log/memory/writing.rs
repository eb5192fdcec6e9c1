//! A batch on its way into a log in memory: one run for whoever reads it now, stored part by part.

use crate::log::{Draft, Origin, Run};
use chat_proto::Seq;

/// What is being appended.
pub(super) struct Writing<'a> {
    run: Run,
    /// So many bytes of it are stored.
    stored: usize,
    /// The place before the first that is not.
    prev: Seq,
    /// Where each of those ends, from where the first begins.
    ends: Vec<usize>,
    /// The last draft that was written, and where its origin stands.
    last: Option<(&'a Draft, Origin)>,
}

/// Entries that are not stored yet.
pub(super) struct Part<'a> {
    /// The place before the first.
    pub(super) prev: Seq,
    /// Theirs, one behind the other.
    pub(super) bytes: &'a [u8],
    /// Where each ends.
    pub(super) ends: Vec<usize>,
}

impl<'a> Writing<'a> {
    /// Nothing yet, behind `head`; so many are expected.
    pub(super) fn after(head: Seq, count: usize) -> Self {
        let ends = Vec::with_capacity(count);
        Self { run: Run::expecting(head, count), stored: 0, prev: head, ends, last: None }
    }

    /// Writes what `draft` becomes behind all of them; says where that stands.
    pub(super) fn push(&mut self, draft: &'a Draft) -> Seq {
        let like = self.last.take().filter(|(last, _)| draft.is_said_with(last)).map(|(_, origin)| origin);
        let (seq, origin) = self.run.push(draft, like);
        self.last = Some((draft, origin));
        self.ends.push(self.unstored_bytes());
        seq
    }

    /// How many bytes are not stored yet.
    pub(super) fn unstored_bytes(&self) -> usize {
        self.run.bytes.len() - self.stored
    }

    /// What is not, to be stored.
    pub(super) fn take_unstored(&mut self) -> Part<'_> {
        let prev = std::mem::replace(&mut self.prev, self.run.last);
        let start = std::mem::replace(&mut self.stored, self.run.bytes.len());
        Part { prev, bytes: &self.run.bytes[start..], ends: std::mem::take(&mut self.ends) }
    }

    /// All that was written.
    pub(super) fn into_run(self) -> Run {
        self.run
    }
}
