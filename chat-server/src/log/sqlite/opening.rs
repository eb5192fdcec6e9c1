//! From a directory to a history that can be used, or the reason why not.

use super::connection::{self, Identity};
use super::directory::{Directory, Holds};
use super::restore::{self, Kept};
use super::schema;
use rusqlite::{Connection, ErrorCode};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why there is no history to use. Each is a sentence for whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be made, looked into, or locked.
    #[error("{place} cannot be used for history: {source}; name a directory that this user may write to with --data")]
    Directory {
        /// The directory.
        place: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its lock is held.
    #[error("another server keeps its history in {}: stop it, or name another directory with --data", .0.display())]
    InUse(PathBuf),
    /// A directory or a file may not be written to.
    #[error("{} is read-only: let this user write to it, or name another directory with --data", .0.display())]
    ReadOnly(PathBuf),
    /// There was a history, and its file is gone.
    #[error("the history in {} was removed: put chat.db back from a backup, or name a new directory with --data", .0.display())]
    Removed(PathBuf),
    /// There was a history, and its file holds nothing.
    #[error("{} is empty, and held a history before: put it back from a backup, or name a new directory with --data", .0.display())]
    Emptied(PathBuf),
    /// There is no history, but something else.
    #[error("{} holds no history, but {found}: name an empty or a new directory with --data", place.display())]
    NotEmpty {
        /// The directory.
        place: PathBuf,
        /// What is in it.
        found: String,
    },
    /// Some other program's file, or so damaged that nobody can tell.
    #[error("{} is not the history of a chat server: put it back from a backup, or name another directory with --data", .0.display())]
    Foreign(PathBuf),
    /// Its author knew more than this program.
    #[error(
        "{} was written by {} (version {version} of its schema; this program knows {newest}): start that one, or a newer one",
        file.display(), program.as_deref().unwrap_or("a newer chat-server")
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Of its schema.
        version: i64,
        /// That this program knows.
        newest: i64,
        /// Who wrote it, if it says so.
        program: Option<String>,
    },
    /// Something in it is not as it was written.
    #[error("{} is damaged ({what}): put it back from a backup", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What SQLite says.
        what: String,
    },
    /// SQLite may lose data.
    #[error("SQLite {found} can damage a history: build chat-server with {oldest} or newer")]
    OldLibrary {
        /// Its version.
        found: &'static str,
        /// What is needed.
        oldest: &'static str,
    },
    /// A promise of ours needs a setting that SQLite does not take there.
    #[error("{} does not take {name} = {value} but {says}: keep it on a local disk", file.display())]
    Pragma {
        /// The file.
        file: PathBuf,
        /// The setting.
        name: &'static str,
        /// What was asked for.
        value: &'static str,
        /// What it is.
        says: String,
    },
    /// Anything else that SQLite says.
    #[error("{} cannot be opened: {source}", file.display())]
    Sqlite {
        /// The file.
        file: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
    /// The system gives no thread to write with.
    #[error("history needs a thread, and the system gives none: {0}")]
    Thread(io::Error),
}

impl OpenError {
    /// What an error of SQLite means for whoever opens `file`.
    pub(super) fn of(file: &Path, source: rusqlite::Error) -> Self {
        let file = file.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign(file),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(file),
            // None: what stands in it is not what we wrote.
            Some(ErrorCode::DatabaseCorrupt) | None => Self::Damaged { file, what: source.to_string() },
            Some(_) => Self::Sqlite { file, source },
        }
    }
}

/// A history that can be used.
pub(super) struct Opened {
    /// The one that writes.
    pub(super) connection: Connection,
    pub(super) directory: Directory,
    pub(super) identity: Identity,
}

/// Opens the history in `place`, or begins one, and reads what was kept.
pub(super) fn open(place: &Path, patience: Duration) -> Result<(Opened, Kept), OpenError> {
    let directory = Directory::enter(place, patience)?;
    let holds = directory.prepare()?;
    let file = directory.file();
    let mut connection = connection::open(&file)?;
    schema::recognise(&connection, &file, holds)?;
    connection::make_writer(&connection, &file)?;
    schema::check(&file)?;
    let failed = |error| OpenError::of(&file, error);
    schema::migrate(&mut connection).map_err(failed)?;
    let kept = restore::read(&connection).map_err(failed)?;
    let unusable = |source| OpenError::Directory { place: directory.path().to_owned(), source };
    if holds == Holds::Nothing {
        directory.mark().map_err(unusable)?;
    }
    let identity = Identity::of(&file).map_err(unusable)?;
    Ok((Opened { connection, directory, identity }, kept))
}
