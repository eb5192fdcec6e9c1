//! A copy of a history, of one moment, while its server goes on.

use super::visiting::{self, VisitError};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Why there is no backup. Each is a sentence for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The history cannot be read.
    #[error(transparent)]
    History(#[from] VisitError),
    /// Something has that name already.
    #[error("{} is there already: name a new file", .0.display())]
    Taken(PathBuf),
    /// A directory, or nothing at all.
    #[error("{} is no name for a file", .0.display())]
    NoFile(PathBuf),
    /// The copy cannot be made.
    #[error("{} cannot be written: {source}", target.display())]
    Copying {
        /// What was to be written.
        target: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// It cannot be put in its place.
    #[error("{} cannot be written: {source}", target.display())]
    Writing {
        /// What was to be written.
        target: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A file that is removed unless it got its name.
struct Partial {
    path: PathBuf,
}

/// Copies the history in the directory `place` into the new file `target`, which only this user may read; says how many
/// bytes it has. It is there whole and on disk, or not at all.
///
/// # Errors
/// [`BackupError`]: nothing stays behind.
pub fn backup(place: &Path, target: &Path) -> Result<u64, BackupError> {
    let writing = |source| BackupError::Writing { target: target.to_owned(), source };
    let file = visiting::open(place)?;
    let name = target.file_name().ok_or_else(|| BackupError::NoFile(target.to_owned()))?;
    refuse_taken(target)?;
    let directory = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let partial = Partial::create(&directory.join(format!(".{}.partial", name.to_string_lossy()))).map_err(writing)?;
    let path = partial.path.to_string_lossy();
    file.execute("VACUUM INTO ?1", [&path])
        .map_err(|source| BackupError::Copying { target: target.to_owned(), source })?;
    let bytes = sync(&partial.path).map_err(writing)?;
    refuse_taken(target)?;
    std::fs::rename(&partial.path, target).map_err(writing)?;
    sync(directory).map_err(writing)?;
    Ok(bytes)
}

fn refuse_taken(target: &Path) -> Result<(), BackupError> {
    match target.symlink_metadata() {
        Ok(_) => Err(BackupError::Taken(target.to_owned())),
        Err(_) => Ok(()),
    }
}

fn sync(path: &Path) -> io::Result<u64> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

impl Partial {
    /// Empty, as SQLite writes into it and keeps its permissions. What another backup is writing stays its own.
    fn create(path: &Path) -> io::Result<Self> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Ok(Self { path: path.to_owned() })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Gone already if it got its name.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::sqlite::fixture::{ALICE, Directory, count, said, say};
    use std::os::unix::fs::PermissionsExt;

    fn names(directory: &Path) -> Vec<String> {
        let entries = directory.read_dir().unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_backup_beside_a_running_server_is_a_whole_history() {
        let (source, copies) = (Directory::new(), Directory::new());
        let server = source.connect();
        said(&server, &[(ALICE, "one"), (ALICE, "two")]);
        server.execute_batch("BEGIN").unwrap();
        say(&server, 1, 3, ALICE, "not committed");

        let bytes = backup(source.path(), &copies.path().join("chat.db")).unwrap();

        server.execute_batch("COMMIT").unwrap();
        let copy = visiting::open(copies.path()).unwrap();
        assert_eq!((count(&copy, "entries"), count(&server, "entries")), (2, 3));
        assert_eq!(count(&copy, "words('\"two\"')"), 1);
        assert_eq!(bytes, copies.file().metadata().unwrap().len());
    }

    #[test]
    fn only_its_owner_reads_a_backup_and_nothing_stays_beside_it() {
        let (source, copies) = (Directory::new(), Directory::new());
        source.connect();

        backup(source.path(), &copies.path().join("copy.db")).unwrap();

        assert_eq!(names(copies.path()), ["copy.db"]);
        let mode = copies.path().join("copy.db").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_there_is_not_overwritten() {
        let (source, copies) = (Directory::new(), Directory::new());
        source.connect();
        let target = copies.path().join("copy.db");
        std::fs::write(&target, "precious").unwrap();

        let refused = backup(source.path(), &target).unwrap_err();

        assert!(matches!(refused, BackupError::Taken(_)), "{refused}");
        assert_eq!(std::fs::read(&target).unwrap(), b"precious");
        assert_eq!(names(copies.path()), ["copy.db"]);
    }

    #[test]
    fn a_backup_that_cannot_be_written_leaves_nothing() {
        let (source, copies) = (Directory::new(), Directory::new());
        source.connect();

        let nowhere = backup(source.path(), &copies.path().join("missing").join("copy.db")).unwrap_err();
        let no_file = backup(source.path(), Path::new("/")).unwrap_err();

        assert!(matches!(nowhere, BackupError::Writing { .. }) && matches!(no_file, BackupError::NoFile(_)));
        assert_eq!(names(copies.path()), [] as [&str; 0]);
    }

    #[test]
    fn without_a_history_nothing_is_made() {
        let (source, copies) = (Directory::new(), Directory::new());

        let refused = backup(source.path(), &copies.path().join("copy.db")).unwrap_err();

        assert!(matches!(refused, BackupError::History(VisitError::NoHistory(_))), "{refused}");
        assert_eq!((names(source.path()), names(copies.path())), (Vec::new(), Vec::new()));
    }
}
