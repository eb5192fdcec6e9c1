//! Memory for entries. They are short and many, and go in the order in which they came: they stand one behind the other in
//! larger pieces, and a piece goes with the last of them.

use bytes::{Bytes, BytesMut};

/// A piece takes as much as a part of what is kept already, so that little is kept without need; but within bounds.
const PART: usize = 8;
const MIN_BYTES: usize = 256;
const MAX_BYTES: usize = 16 * 1024;

/// Where the next entry is put.
#[derive(Default)]
pub(super) struct Pieces {
    /// What is left of the last one.
    rest: BytesMut,
}

impl Pieces {
    /// Puts `entry` behind the one before, where so many bytes are `kept` already.
    pub(super) fn put(&mut self, entry: &[u8], kept: usize) -> Bytes {
        if self.rest.capacity() < entry.len() {
            let bytes = (kept / PART).clamp(MIN_BYTES, MAX_BYTES);
            if entry.len() > bytes {
                return Bytes::copy_from_slice(entry);
            }
            self.rest = BytesMut::with_capacity(bytes);
        }
        self.rest.extend_from_slice(entry);
        self.rest.split().freeze()
    }
}
