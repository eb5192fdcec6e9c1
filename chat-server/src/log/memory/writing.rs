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
    /// Where each of those but the last ends, from where the first begins.
    seams: Vec<usize>,
    /// The last draft that was written, and where its origin stands.
    last: Option<(&'a Draft, Origin)>,
}

/// Entries that are not stored yet.
pub(super) struct Part<'a> {
    /// The place before the first.
    pub(super) prev: Seq,
    /// Theirs, one behind the other.
    pub(super) bytes: &'a [u8],
    /// Where each but the last ends.
    pub(super) seams: Box<[usize]>,
}

impl<'a> Writing<'a> {
    /// Nothing yet, behind `head`; so many are expected.
    pub(super) fn after(head: Seq, count: usize) -> Self {
        let seams = Vec::with_capacity(count.saturating_sub(1));
        Self { run: Run::expecting(head, count), stored: 0, prev: head, seams, last: None }
    }

    /// Writes what `draft` becomes behind all of them; says where that stands.
    pub(super) fn push(&mut self, draft: &'a Draft) -> Seq {
        // No entry is without bytes.
        match self.unstored_bytes() {
            0 => {}
            end_of_the_last => self.seams.push(end_of_the_last),
        }
        let like = self.last.take().filter(|(last, _)| draft.is_said_with(last)).map(|(_, origin)| origin);
        let (seq, origin) = self.run.push(draft, like);
        self.last = Some((draft, origin));
        seq
    }

    /// How many bytes are not stored yet.
    pub(super) fn unstored_bytes(&self) -> usize {
        self.run.bytes.len() - self.stored
    }

    /// What is not, to be stored; nothing if there is nothing.
    pub(super) fn take_unstored(&mut self) -> Option<Part<'_>> {
        let prev = std::mem::replace(&mut self.prev, self.run.last);
        let start = std::mem::replace(&mut self.stored, self.run.bytes.len());
        let bytes = Some(&self.run.bytes[start..]).filter(|bytes| !bytes.is_empty())?;
        Some(Part { prev, bytes, seams: std::mem::take(&mut self.seams).into() })
    }

    /// All that was written.
    pub(super) fn into_run(self) -> Run {
        self.run
    }
}
