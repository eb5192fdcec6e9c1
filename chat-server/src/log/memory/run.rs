//! Entries that were committed together, as a log in memory keeps them.

use super::pieces::is_shared;
use crate::log::Stored;
use bytes::Bytes;
use chat_proto::Seq;
use std::ops::Range;

/// Entries whose places follow on each other: the first of them may be gone.
pub(super) struct KeptRun {
    /// The place before the first.
    prev: Seq,
    /// Theirs, one behind the other.
    bytes: Bytes,
    /// Where each but the last ends.
    seams: Box<[usize]>,
    /// How many of the first are gone.
    gone: usize,
    /// Of what was erased: these many bytes may still stand in memory that others share.
    erased_bytes: usize,
}

impl KeptRun {
    /// The entries behind `prev`, each of which but the last ends at a seam.
    pub(super) fn new(prev: Seq, bytes: Bytes, seams: Box<[usize]>) -> Self {
        Self { prev, bytes, seams, gone: 0, erased_bytes: 0 }
    }

    /// The place of the last.
    pub(super) fn last(&self) -> Seq {
        self.place(self.seams.len())
    }

    /// The place of the first that is not gone.
    pub(super) fn oldest(&self) -> Seq {
        self.place(self.gone)
    }

    /// At most so many of the oldest go; says how many did.
    pub(super) fn drop_oldest(&mut self, most: usize) -> usize {
        let dropped = most.min(self.places() - self.gone);
        self.gone += dropped;
        dropped
    }

    /// Whether none is left.
    pub(super) fn is_gone(&self) -> bool {
        self.gone == self.places()
    }

    /// How many there are, those that are gone among them.
    pub(super) fn places(&self) -> usize {
        self.seams.len() + 1
    }

    /// Bytes that are free when all of it goes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() + self.erased_bytes
    }

    /// Those behind `after` and before `before`.
    pub(super) fn within(&self, after: Seq, before: Seq) -> impl DoubleEndedIterator<Item = Stored> + use<'_> {
        let end = self.up_to(Seq(before.0.saturating_sub(1)));
        (self.up_to(after).max(self.gone)..end).map(|at| self.entry(at))
    }

    /// Writes all that is not gone anew, in memory that `put` finds, with what `change` makes of an entry in its place; says
    /// which entries it changed. What stood there, and what is gone, is free, unless others share its memory.
    pub(super) fn rewrite(
        &mut self,
        change: impl Fn(Seq, &[u8]) -> Option<Bytes>,
        put: impl FnOnce(&[u8]) -> Bytes,
    ) -> Vec<Seq> {
        let changed: Vec<_> = (self.gone..self.places()).map(|at| change(self.place(at), self.said(at))).collect();
        let has_gone_bytes = self.span(self.gone).start > 0;
        if !has_gone_bytes && changed.iter().all(Option::is_none) {
            return Vec::new();
        }
        let mut bytes = Vec::with_capacity(self.bytes.len());
        // Those that are gone say nothing.
        let mut ends = vec![0; self.gone];
        for (at, changed) in (self.gone..).zip(&changed) {
            bytes.extend_from_slice(changed.as_deref().unwrap_or_else(|| self.said(at)));
            ends.push(bytes.len());
        }
        ends.pop();
        if is_shared(&self.bytes) {
            self.erased_bytes += self.bytes.len();
        }
        (self.bytes, self.seams) = (put(&bytes), ends.into());
        let changed = (self.gone..).zip(changed).filter(|(_, changed)| changed.is_some());
        changed.map(|(at, _)| self.place(at)).collect()
    }

    fn entry(&self, at: usize) -> Stored {
        let seq = self.place(at);
        Stored { seq, prev: Seq(seq.0 - 1), bytes: self.bytes.slice(self.span(at)) }
    }

    fn said(&self, at: usize) -> &[u8] {
        &self.bytes[self.span(at)]
    }

    fn place(&self, at: usize) -> Seq {
        Seq(self.prev.0 + 1 + at as u64)
    }

    fn span(&self, at: usize) -> Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.seams[before]);
        start..self.seams.get(at).copied().unwrap_or(self.bytes.len())
    }

    /// How many stand up to `seq`, those among them that are gone.
    fn up_to(&self, seq: Seq) -> usize {
        usize::try_from(seq.0.saturating_sub(self.prev.0)).map_or(self.places(), |places| places.min(self.places()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Entries behind 10 that say these.
    fn run_of(said: &[Vec<u8>]) -> KeptRun {
        let ends = said.iter().scan(0, |end, entry| {
            *end += entry.len();
            Some(*end)
        });
        let ends: Vec<usize> = ends.collect();
        KeptRun::new(Seq(10), said.concat().into(), ends[..ends.len() - 1].into())
    }

    fn said(run: &KeptRun) -> Vec<(u64, Vec<u8>)> {
        let entries = run.within(Seq::START, Seq(u64::MAX));
        entries.inspect(|entry| assert_eq!(entry.prev.next(), entry.seq)).map(|e| (e.seq.0, e.bytes.to_vec())).collect()
    }

    proptest! {
        #[test]
        fn entries_are_found_where_they_stand_and_say_what_was_last_put_there(
            mut entries in vec(vec(any::<u8>(), 1..9), 1..9), gone in 0..9_usize,
            changes in vec((any::<prop::sample::Index>(), vec(any::<u8>(), 1..9)), 0..4),
            (after, before) in (0..25_u64, 0..25_u64),
        ) {
            let mut run = run_of(&entries);
            let gone = run.drop_oldest(gone);

            // A run of which all is gone is not written anew: nobody has it.
            let changes = if run.is_gone() { vec![] } else { changes };
            for (at, change) in changes {
                let at = at.index(entries.len());
                let place = Seq(11 + at as u64);
                let changed = run.rewrite(
                    |seq, _| (seq == place).then(|| change.clone().into()),
                    Bytes::copy_from_slice,
                );
                let is_there = at >= gone;
                prop_assert_eq!(changed, if is_there { vec![place] } else { vec![] });
                if is_there {
                    entries[at] = change;
                }
            }

            let expected: Vec<_> = (11..).zip(entries.clone()).skip(gone).collect();
            prop_assert_eq!(said(&run), expected.clone());
            prop_assert_eq!(run.is_gone(), expected.is_empty());
            let within: Vec<_> = run.within(Seq(after), Seq(before)).map(|entry| entry.seq.0).collect();
            let places = expected.iter().map(|(place, _)| *place);
            prop_assert_eq!(within, places.filter(|at| *at > after && *at < before).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_gone_is_not_kept_when_the_rest_is_written_anew() {
        let mut run = run_of(&[b"gone".to_vec(), b"old".to_vec(), b"other".to_vec()]);
        run.drop_oldest(1);

        run.rewrite(|seq, _| (seq == Seq(12)).then(|| Bytes::from_static(b"new")), Bytes::copy_from_slice);

        assert_eq!(run.bytes, &b"newother"[..]);
        assert_eq!(said(&run), [(12, b"new".to_vec()), (13, b"other".to_vec())]);
    }
    #[test]
    fn what_is_gone_is_not_kept_when_others_may_have_been_erased() {
        let mut run = run_of(&[b"gone".to_vec(), b"old".to_vec()]);
        run.drop_oldest(1);

        let changed = run.rewrite(|_, _| None, Bytes::copy_from_slice);

        assert!(changed.is_empty());
        assert_eq!(run.bytes, &b"old"[..]);
        assert_eq!(said(&run), [(12, b"old".to_vec())]);
    }
}
