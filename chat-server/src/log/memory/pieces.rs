//! Memory for runs of entries. Most are short, and they go in the order in which they came: they stand one behind the other
//! in larger pieces, and a piece goes with the last of them.

use bytes::{Bytes, BytesMut};

/// A run that is longer has memory of its own, and gives it back by itself.
const SHORT_BYTES: usize = 512;

/// A piece takes as much as a part of what is kept already, so that little is kept without need; but within bounds.
const PART: usize = 8;
const MIN_BYTES: usize = SHORT_BYTES;
const MAX_BYTES: usize = 16 * 1024;

/// Where the next entry is put.
#[derive(Default)]
pub(super) struct Pieces {
    /// What is left of the last one.
    rest: BytesMut,
}

impl Pieces {
    /// Puts a run behind the one before, where so many bytes are `kept` already.
    pub(super) fn put(&mut self, run: &[u8], kept: usize) -> Bytes {
        if !is_shared(run) {
            return Bytes::copy_from_slice(run);
        }
        if self.rest.capacity() < run.len() {
            self.rest = BytesMut::with_capacity((kept / PART).clamp(MIN_BYTES, MAX_BYTES));
        }
        self.rest.extend_from_slice(run);
        self.rest.split().freeze()
    }
}

/// Whether the memory of a run is not free as soon as it is dropped.
pub(super) fn is_shared(run: &[u8]) -> bool {
    run.len() <= SHORT_BYTES
}
