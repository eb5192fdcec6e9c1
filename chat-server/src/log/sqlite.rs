//! Logs in one SQLite file, and whatever else must outlive a server.

#![cfg_attr(not(test), expect(dead_code, unused_imports, reason = "the writer calls it"))]

mod backup;
mod check;
mod erasing;
mod export;
#[cfg(test)]
mod fixture;
mod place;
mod retention;
mod visiting;
mod words;

pub use backup::{BackupError, backup};
pub use check::{Health, check};
pub use export::{ExportError, Format, export};
pub use visiting::VisitError;
