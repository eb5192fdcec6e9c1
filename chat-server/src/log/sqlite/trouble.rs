//! What an error of SQLite means for what was to be written.

use crate::log::StorageFailure;
use rusqlite::{Error, ErrorCode, ffi};

/// Why a transaction failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// One of its jobs cannot be done. Nothing of it is written.
    Job(Error),
    /// There is no space. Nothing of it is written.
    Full,
    /// Nobody knows whether it is written; the next may go better.
    Unclear(Error),
    /// Nobody knows whether it is written, and nothing more can be.
    Lost(StorageFailure),
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has not been asked to be committed.
    Open,
    /// It has.
    Committing,
}

impl Trouble {
    pub(super) fn of(error: Error, stage: Stage) -> Self {
        match (kind(&error), stage) {
            (Kind::Full, Stage::Open) => Self::Full,
            (Kind::Full, Stage::Committing) | (Kind::Busy, _) => Self::Unclear(error),
            (Kind::OfJob, Stage::Open) => Self::Job(error),
            (Kind::OfJob, Stage::Committing) | (Kind::OfFile, _) => Self::Lost(StorageFailure(error.to_string())),
        }
    }
}

/// What went wrong.
enum Kind {
    /// The disk is full.
    Full,
    /// Another program writes to the file.
    Busy,
    /// What was asked for cannot be.
    OfJob,
    /// The file cannot be relied upon any more.
    OfFile,
}

fn kind(error: &Error) -> Kind {
    // The index of the write-ahead log finds no space.
    if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE) {
        return Kind::Full;
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Kind::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Kind::Busy,
        Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) | None => Kind::OfJob,
        Some(_) => Kind::OfFile,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: std::ffi::c_int) -> Error {
        Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_full_disk_is_certain_until_the_commit_is_asked_for() {
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            assert!(matches!(Trouble::of(error(code), Stage::Open), Trouble::Full));
            assert!(matches!(Trouble::of(error(code), Stage::Committing), Trouble::Unclear(_)));
        }
    }

    #[test]
    fn a_disk_that_fails_is_not_trusted_again() {
        let codes = [
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_CANTOPEN,
        ];
        for code in codes {
            for stage in [Stage::Open, Stage::Committing] {
                assert!(matches!(Trouble::of(error(code), stage), Trouble::Lost(_)), "{code} {stage:?}");
            }
        }
    }

    #[test]
    fn another_writer_leaves_it_open_and_a_wrong_job_does_not() {
        assert!(matches!(Trouble::of(error(ffi::SQLITE_BUSY), Stage::Open), Trouble::Unclear(_)));
        assert!(matches!(Trouble::of(error(ffi::SQLITE_CONSTRAINT_UNIQUE), Stage::Open), Trouble::Job(_)));
        assert!(matches!(Trouble::of(Error::QueryReturnedNoRows, Stage::Open), Trouble::Job(_)));
    }
}
