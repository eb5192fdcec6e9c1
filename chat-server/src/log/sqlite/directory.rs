//! The directory that holds a history, locked for one server.
//!
//! ```text
//! DIR/chat.db        the file (beside it, while it is open, chat.db-wal and chat.db-shm)
//! DIR/chat.lock      locked by the server that uses it; empty until there is a history for the first time
//! ```
//!
//! A history that was removed must not be followed by a new one in silence: the mark in the lock file tells a directory
//! that had one from one in which a first start was cut off.

use super::OpenError;
use rustix::fs::FlockOperation;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FILE: &str = "chat.db";
const LOCK: &str = "chat.lock";
const MARK: &str = "The history of a chat server is kept beside this file, in chat.db.\n";
/// What the root of a file system may hold before anybody has written to it.
const LOST_AND_FOUND: &str = "lost+found";
/// How often somebody who waits for the lock asks for it.
const ASKS_EVERY: Duration = Duration::from_millis(20);

/// A directory that no other server uses, until this is dropped.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    lock: File,
}

/// What a directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// No history yet, perhaps the beginnings of one.
    Nothing,
    /// A history.
    History,
}

impl Directory {
    /// Makes the directory if there is none, and takes its lock within `patience`.
    pub(super) fn enter(place: &Path, patience: Duration) -> Result<Self, OpenError> {
        let unusable = |source| OpenError::Directory { place: place.to_owned(), source };
        make(place).map_err(unusable)?;
        let path = place.canonicalize().map_err(unusable)?;
        if path.metadata().map_err(unusable)?.permissions().readonly() {
            return Err(OpenError::ReadOnly(path));
        }
        let lock = private().create(true).truncate(false).open(path.join(LOCK)).map_err(unusable)?;
        match wait_for(&lock, patience).map_err(unusable)? {
            Lock::Ours => Ok(Self { path, lock }),
            Lock::Theirs => Err(OpenError::InUse(path)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file, whether it is there or not.
    pub(super) fn file(&self) -> PathBuf {
        self.path.join(FILE)
    }

    /// Looks whether there is a history, and makes an empty file where there never was one.
    pub(super) fn prepare(&self) -> Result<Holds, OpenError> {
        let unusable = |source| OpenError::Directory { place: self.path.clone(), source };
        let had_one = self.lock.metadata().map_err(unusable)?.len() > 0;
        match self.file().metadata() {
            Ok(metadata) if metadata.permissions().readonly() => Err(OpenError::ReadOnly(self.file())),
            Ok(metadata) if metadata.len() == 0 && had_one => Err(OpenError::Emptied(self.file())),
            Ok(_) if had_one => Ok(Holds::History),
            Ok(_) => Ok(Holds::Nothing),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(error)),
            Err(_) if had_one => Err(OpenError::Removed(self.path.clone())),
            Err(_) => self.begin().map(|()| Holds::Nothing),
        }
    }

    fn begin(&self) -> Result<(), OpenError> {
        let unusable = |source| OpenError::Directory { place: self.path.clone(), source };
        match self.something_else().map_err(unusable)? {
            Some(found) => Err(OpenError::NotEmpty { place: self.path.clone(), found }),
            None => private().create_new(true).open(self.file()).and_then(|_| self.sync()).map_err(unusable),
        }
    }

    /// The name of something that is neither ours nor the file system's.
    fn something_else(&self) -> io::Result<Option<String>> {
        let names = self.path.read_dir()?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let names = names.collect::<io::Result<Vec<_>>>()?;
        Ok(names.into_iter().find(|name| ![LOCK, LOST_AND_FOUND].contains(&name.as_str())))
    }

    /// Remembers that there is a history now.
    pub(super) fn mark(&self) -> io::Result<()> {
        (&self.lock).write_all(MARK.as_bytes())?;
        self.lock.sync_all()?;
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

/// Nobody else reads what it makes.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

fn make(place: &Path) -> io::Result<()> {
    if place.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(place)?;
    match place.parent() {
        Some(parent) if parent != Path::new("") => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Whose the lock is.
enum Lock {
    Ours,
    Theirs,
}

fn wait_for(lock: &File, patience: Duration) -> io::Result<Lock> {
    let began = Instant::now();
    loop {
        match rustix::fs::flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Lock::Ours),
            Err(rustix::io::Errno::WOULDBLOCK) if began.elapsed() >= patience => return Ok(Lock::Theirs),
            Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => std::thread::sleep(ASKS_EVERY),
            Err(error) => return Err(error.into()),
        }
    }
}
