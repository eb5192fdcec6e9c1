//! Space on the disk that messages leave free, so that comings, goings and acts can still be written.

use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// The default reserve: this many bytes, or this share of the disk if that is less.
const DEFAULT_BYTES: u64 = 256 * 1024 * 1024;
const DEFAULT_SHARE: u64 = 20;

/// Whether there is space for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// For everything.
    Ample,
    /// For what has to be written, not for what people say.
    Scarce,
}

/// How much is left free, and where.
pub(super) struct Reserve {
    place: PathBuf,
    bytes: Option<u64>,
}

impl Reserve {
    /// Leaves `bytes` free on the disk that holds `place`; by default the smaller of 256 MiB and 5 %.
    pub(super) fn new(place: &Path, bytes: Option<u64>) -> Self {
        Self { place: place.to_owned(), bytes }
    }

    /// Looks how it is now. A disk that does not tell has space until a write says otherwise.
    pub(super) fn space(&self, file: &Connection) -> Space {
        let Ok(disk) = rustix::fs::statvfs(&self.place) else { return Space::Ample };
        let reserve = self.bytes.unwrap_or(DEFAULT_BYTES.min(disk.f_blocks * disk.f_frsize / DEFAULT_SHARE));
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        match free < reserve && free + unused_bytes(file) < reserve {
            true => Space::Scarce,
            false => Space::Ample,
        }
    }
}

/// What the file has on the disk and does not use: what was kept there once is gone.
fn unused_bytes(file: &Connection) -> u64 {
    let sql = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";
    let count = file.prepare_cached(sql).and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)));
    count.map_or(0, i64::cast_unsigned)
}
