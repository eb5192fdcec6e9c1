//! Entries that became visible together, and batches of them as one.

use crate::log::Run;
use crate::room::Readers;
use bytes::Bytes;
use chat_proto::limits::BATCH_BYTES;
use chat_proto::{RoomId, Seq, codec};
use std::sync::Arc;

/// How many batches may be one: each takes some memory besides its bytes.
const JOINED_MAX: usize = 32;

/// Entries that became visible together, encoded once, as shared bytes.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// The place before its first entry.
    pub prev: Seq,
    /// The place of its last entry.
    pub last: Seq,
    /// Whether somebody's right to read ends with its last entry.
    pub readers: Readers,
    /// Whole `Batch` frames.
    frames: Bytes,
    /// Of several: the place before the first entry of each, and the byte where it begins.
    seams: Option<Arc<[(Seq, usize)]>>,
}

impl Batch {
    /// One frame with all of these, to be read by everybody.
    pub(in crate::room) fn new(room: RoomId, entries: &Run) -> Self {
        Self {
            prev: entries.prev,
            last: entries.last,
            readers: Readers::AllStay,
            frames: codec::batch(room, entries.count, std::iter::once(&entries.bytes[..])),
            seams: None,
        }
    }

    /// Whether it may be one with these, behind them.
    pub(super) fn may_join(&self, before: &[Self]) -> bool {
        let Some(last) = before.last() else { return true };
        // Whose right to read ends is told nothing that comes after it.
        let follows = last.readers == Readers::AllStay && last.last == self.prev;
        let few = before.len() < JOINED_MAX;
        let bytes = before.iter().map(|batch| batch.frames.len()).sum::<usize>() + self.frames.len();
        follows && few && bytes <= BATCH_BYTES
    }

    /// Those that may be one, as one.
    pub(super) fn join(mut batches: Vec<Self>) -> Option<Self> {
        if batches.len() < 2 {
            return batches.pop();
        }
        let (first, last) = batches.first().zip(batches.last())?;
        let mut frames = Vec::with_capacity(batches.iter().map(|batch| batch.frames.len()).sum());
        let seams = batches.iter().map(|batch| {
            let seam = (batch.prev, frames.len());
            frames.extend_from_slice(&batch.frames);
            seam
        });
        let seams = seams.collect();
        Some(Self {
            prev: first.prev,
            last: last.last,
            readers: last.readers,
            frames: frames.into(),
            seams: Some(seams),
        })
    }

    /// The frames that follow on `at`, up to the end; nothing if none of them does.
    pub(crate) fn following(self, at: Seq) -> Option<Bytes> {
        if self.prev == at {
            return Some(self.frames);
        }
        let (_, start) = self.seams?.iter().copied().find(|(prev, _)| *prev == at)?;
        // By itself: what waits to be written is not to keep more than it counts.
        Some(Bytes::copy_from_slice(&self.frames[start..]))
    }
}

/// One entry, of so many bytes, all of which say which one it is.
#[cfg(test)]
pub(super) fn of_bytes(n: u64, bytes: usize) -> Batch {
    let frames = vec![n.to_le_bytes()[0]; bytes].into();
    Batch { prev: Seq(n - 1), last: Seq(n), readers: Readers::AllStay, frames, seams: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of(batches: std::ops::RangeInclusive<u64>) -> Batch {
        Batch::join(batches.map(|n| of_bytes(n, 2)).collect()).expect("some")
    }

    #[test]
    fn what_is_joined_is_given_whole_or_from_where_one_of_its_batches_begins() {
        let batch = one_of(4..=6);
        assert_eq!((batch.prev, batch.last), (Seq(3), Seq(6)));

        let following = [3, 4, 5].map(|at| batch.clone().following(Seq(at)).map(|frames| frames.to_vec()));
        assert_eq!(following, [Some(vec![4, 4, 5, 5, 6, 6]), Some(vec![5, 5, 6, 6]), Some(vec![6, 6])]);
        assert_eq!([2, 6, 7].map(|at| batch.clone().following(Seq(at))), [None, None, None]);
    }

    #[test]
    fn whoever_reads_no_more_goes_with_the_last_of_what_is_joined() {
        let going = Batch { readers: Readers::SomeGo, ..of_bytes(2, 1) };
        assert!(going.may_join(&[of_bytes(1, 1)]));
        assert!(!of_bytes(3, 1).may_join(std::slice::from_ref(&going)));

        let joined = Batch::join(vec![of_bytes(1, 1), going]).expect("two");

        assert_eq!(joined.readers, Readers::SomeGo);
    }

    #[test]
    fn batches_that_do_not_follow_on_each_other_or_are_too_long_stay_apart() {
        assert!(of_bytes(1, 2 * BATCH_BYTES).may_join(&[]));
        assert!(!of_bytes(3, 1).may_join(&[of_bytes(1, 1)]));
        let half = |n| of_bytes(n, BATCH_BYTES / 2);
        assert!(half(2).may_join(&[half(1)]));
        assert!(!of_bytes(3, 1).may_join(&[half(1), half(2)]));
    }

    #[test]
    fn not_more_than_so_many_batches_are_one() {
        let before: Vec<_> = (1..=JOINED_MAX as u64).map(|n| of_bytes(n, 1)).collect();
        let (last, but_last) = before.split_last().expect("some");

        assert!(last.may_join(but_last));
        assert!(!of_bytes(JOINED_MAX as u64 + 1, 1).may_join(&before));
    }

    #[test]
    fn what_is_joined_keeps_no_more_memory_than_it_has_bytes() {
        let frames = one_of(1..=5).frames;
        assert_eq!(Vec::from(frames).capacity(), 10);
    }
}
