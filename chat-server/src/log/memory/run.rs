//! Entries that stand together in memory: what is said is added to a run until it is long.

use super::appending::Part;
use crate::log::Stored;
use bytes::Bytes;
use chat_proto::Seq;
use std::ops::Range;

/// A run that is as long is not added to. It may be longer by what was added last.
pub(super) const RUN_BYTES: usize = 16 * 1024;
/// What is added to may take such a part more memory than it has bytes, so that it need not move each time.
const SPARE_PART: usize = 8;

/// Entries whose places follow on each other: the first of them may be gone.
pub(super) struct KeptRun {
    /// The place before the first.
    prev: Seq,
    memory: Memory,
    /// Where each ends.
    ends: Vec<usize>,
    /// How many of the first are gone.
    gone: usize,
}

/// The bytes of entries, one behind the other.
enum Memory {
    /// More may come: whoever reads some of them has a copy.
    Open(Vec<u8>),
    /// Shared with whoever reads some of them.
    Closed(Bytes),
}

impl KeptRun {
    /// These entries.
    pub(super) fn of(part: &Part<'_>) -> Self {
        let mut run = Self { prev: part.prev, memory: Memory::Open(Vec::new()), ends: Vec::new(), gone: 0 };
        run.add(part);
        run
    }

    /// Whether entries may be added.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.memory, Memory::Open(_))
    }

    /// Adds entries behind the others, while it is open.
    pub(super) fn add(&mut self, part: &Part<'_>) {
        if let Memory::Open(bytes) = &mut self.memory {
            let start = bytes.len();
            if bytes.capacity() - start < part.bytes.len() {
                bytes.reserve_exact(part.bytes.len().max(start / SPARE_PART));
            }
            bytes.extend_from_slice(part.bytes);
            self.ends.extend(part.ends.iter().map(|end| start + end));
            self.close_if_long();
        }
    }

    fn close_if_long(&mut self) {
        if let Memory::Open(bytes) = &mut self.memory
            && bytes.len() >= RUN_BYTES
        {
            self.memory = Memory::Closed(std::mem::take(bytes).into_boxed_slice().into());
            self.ends.shrink_to_fit();
        }
    }

    /// The place of the last.
    pub(super) fn last(&self) -> Seq {
        self.place(self.places() - 1)
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

    /// Whether none is gone.
    pub(super) fn is_whole(&self) -> bool {
        self.gone == 0
    }

    /// Whether none is left.
    pub(super) fn is_gone(&self) -> bool {
        self.gone == self.places()
    }

    /// How many there are, those that are gone among them.
    pub(super) fn places(&self) -> usize {
        self.ends.len()
    }

    /// What it takes, but for where its entries end: bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.all().len()
    }

    /// Those behind `after` and before `before`.
    pub(super) fn within(&self, after: Seq, before: Seq) -> impl DoubleEndedIterator<Item = Stored> + use<'_> {
        let end = self.up_to(Seq(before.0.saturating_sub(1)));
        (self.up_to(after).max(self.gone)..end).map(|at| self.entry(at))
    }

    /// Puts what `change` makes of an entry in its place; says which entries it changed. Then all that is not gone is
    /// written anew: what stood there before, and what is gone, takes no memory any more.
    pub(super) fn rewrite(&mut self, change: impl Fn(Seq, &[u8]) -> Option<Bytes>) -> Vec<Seq> {
        let left = self.gone..self.places();
        let changed: Vec<_> = left.clone().map(|at| change(self.place(at), self.said(at))).collect();
        if self.is_whole() && changed.iter().all(Option::is_none) {
            return Vec::new();
        }
        let (mut bytes, mut ends) = (Vec::with_capacity(self.all().len()), Vec::with_capacity(left.len()));
        for (at, changed) in left.clone().zip(&changed) {
            bytes.extend_from_slice(changed.as_deref().unwrap_or_else(|| self.said(at)));
            ends.push(bytes.len());
        }
        bytes.shrink_to_fit();
        let places = left.zip(changed).filter(|(_, changed)| changed.is_some());
        let places = places.map(|(at, _)| self.place(at)).collect();
        let memory = if self.is_open() { Memory::Open(bytes) } else { Memory::Closed(bytes.into()) };
        *self = Self { prev: Seq(self.prev.0 + self.gone as u64), memory, ends, gone: 0 };
        places
    }

    fn entry(&self, at: usize) -> Stored {
        let (seq, span) = (self.place(at), self.span(at));
        let bytes = match &self.memory {
            Memory::Open(bytes) => Bytes::copy_from_slice(&bytes[span]),
            Memory::Closed(bytes) => bytes.slice(span),
        };
        Stored { seq, prev: Seq(seq.0 - 1), bytes }
    }

    fn all(&self) -> &[u8] {
        match &self.memory {
            Memory::Open(bytes) => bytes,
            Memory::Closed(bytes) => bytes,
        }
    }

    fn said(&self, at: usize) -> &[u8] {
        &self.all()[self.span(at)]
    }

    fn place(&self, at: usize) -> Seq {
        Seq(self.prev.0 + 1 + at as u64)
    }

    fn span(&self, at: usize) -> Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[at]
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

    /// Entries that say these, behind this place.
    fn part<'a>(prev: u64, bytes: &'a [u8], said: &[Vec<u8>]) -> Part<'a> {
        let ends = said.iter().scan(0, |end, entry| {
            *end += entry.len();
            Some(*end)
        });
        Part { prev: Seq(prev), bytes, ends: ends.collect() }
    }

    /// Entries behind 10 that say these.
    fn run_of(said: &[Vec<u8>]) -> KeptRun {
        KeptRun::of(&part(10, &said.concat(), said))
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
            (after, before) in (0..25_u64, 0..25_u64), first in 1..9_usize,
        ) {
            let (first, others) = entries.split_at(first.min(entries.len()));
            let mut run = run_of(first);
            for (prev, entry) in (10 + first.len() as u64..).zip(others) {
                run.add(&part(prev, entry, std::slice::from_ref(entry)));
            }
            let gone = run.drop_oldest(gone);

            // A run of which all is gone is not written anew: nobody has it.
            let changes = if run.is_gone() { vec![] } else { changes };
            for (at, change) in changes {
                let at = at.index(entries.len());
                let place = Seq(11 + at as u64);
                let changed = run.rewrite(|seq, _| (seq == place).then(|| change.clone().into()));
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

        run.rewrite(|seq, _| (seq == Seq(12)).then(|| Bytes::from_static(b"new")));

        assert_eq!((run.all(), run.places()), (&b"newother"[..], 2));
        assert_eq!(said(&run), [(12, b"new".to_vec()), (13, b"other".to_vec())]);
    }

    #[test]
    fn a_long_run_is_not_added_to_and_its_readers_share_its_memory() {
        let mut run = run_of(&[vec![b'a'; RUN_BYTES - 1]]);
        assert!(run.is_open());

        run.add(&part(11, b"b", &[b"b".to_vec()]));

        assert!(!run.is_open());
        assert_eq!(run.entry(0).bytes.as_ptr(), run.all().as_ptr());
    }

    #[test]
    fn what_is_gone_is_not_kept_when_others_may_have_been_erased() {
        let mut run = run_of(&[b"gone".to_vec(), b"old".to_vec()]);
        run.drop_oldest(1);

        let changed = run.rewrite(|_, _| None);

        assert!(changed.is_empty());
        assert_eq!(run.all(), &b"old"[..]);
        assert_eq!(said(&run), [(12, b"old".to_vec())]);
    }
}
