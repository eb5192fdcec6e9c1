//! Connections to the file, and what is asked of every one of them.

use super::OpenError;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The oldest SQLite that does not corrupt a write-ahead log that is begun again.
const OLDEST_LIBRARY: (i32, &str) = (3_051_003, "3.51.3");
/// How long a connection waits for another: an operator may look into the file.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Every statement there is fits.
const STATEMENTS: usize = 64;

/// Settings, with the value that is set and read back.
type Pragmas = &'static [(&'static str, &'static str)];

/// `synchronous` 2 is FULL: a commit is on disk when it returns. `secure_delete`: what is erased is overwritten. The
/// rest bounds memory, the write-ahead log, and what a damaged file can do.
const WRITER: Pragmas = &[
    ("journal_mode", "wal"),
    ("synchronous", "2"),
    ("fullfsync", "1"),
    ("checkpoint_fullfsync", "1"),
    ("secure_delete", "1"),
    ("journal_size_limit", "67108864"),
    ("cache_size", "-8192"),
    ("temp_store", "2"),
    ("cell_size_check", "1"),
    ("trusted_schema", "0"),
];

const READER: Pragmas = &[
    ("query_only", "1"),
    ("cache_size", "-2048"),
    ("temp_store", "2"),
    ("cell_size_check", "1"),
    ("trusted_schema", "0"),
];

/// For one look at all of it: nothing of it is needed a second time.
const CHECKER: Pragmas = &[("query_only", "1"), ("cache_size", "-512"), ("temp_store", "2"), ("trusted_schema", "0")];

/// Which files the path named when they were opened: the database, and its write-ahead log.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    files: [(PathBuf, Inode); 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inode {
    device: u64,
    number: u64,
}

impl Identity {
    /// Those that `file` names now.
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let log = file.with_extension("db-wal");
        let inodes = (Inode::of(file)?, Inode::of(&log)?);
        Ok(Self { files: [(file.to_owned(), inodes.0), (log, inodes.1)] })
    }

    /// Whether the paths still lead to the same files. What is written to others is gone with the process.
    pub(super) fn check(&self) -> io::Result<()> {
        for (path, inode) in &self.files {
            if Inode::of(path)? != *inode {
                return Err(io::Error::other(format!("{} is another file now", path.display())));
            }
        }
        Ok(())
    }
}

impl Inode {
    fn of(path: &Path) -> io::Result<Self> {
        let about = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let metadata = std::fs::metadata(path).map_err(about)?;
        Ok(Self { device: metadata.dev(), number: metadata.ino() })
    }
}

/// Opens the file to look what it is; changes nothing.
pub(super) fn open(file: &Path) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < OLDEST_LIBRARY.0 {
        return Err(OpenError::OldLibrary { found: rusqlite::version(), oldest: OLDEST_LIBRARY.1 });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |error| OpenError::of(file, error);
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    // What cannot be written is opened all the same, read only.
    match connection.is_readonly("main").map_err(failed)? {
        true => Err(OpenError::ReadOnly(file.to_owned())),
        false => Ok(connection),
    }
}

/// Makes a connection that was opened the one that writes.
pub(super) fn make_writer(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    match set_all(connection, WRITER).map_err(|error| OpenError::of(file, error))? {
        None => Ok(()),
        Some(Untaken { name, value, says }) => Err(OpenError::Pragma { file: file.to_owned(), name, value, says }),
    }
}

/// A connection that only reads.
pub(super) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    read_only(file, READER)
}

/// A connection to look at the whole file with. Its memory goes with it: what the one that writes has seen, it keeps.
pub(super) fn checker(file: &Path) -> rusqlite::Result<Connection> {
    read_only(file, CHECKER)
}

fn read_only(file: &Path, pragmas: Pragmas) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    match set_all(&connection, pragmas)? {
        None => Ok(connection),
        Some(Untaken { name, value, says }) => {
            Err(rusqlite::Error::InvalidParameterName(format!("{name} = {value} is not taken but {says}")))
        }
    }
}

/// A setting that was not taken.
struct Untaken {
    name: &'static str,
    value: &'static str,
    says: String,
}

/// Sets them all, and reads them back: SQLite ignores what it does not know.
fn set_all(connection: &Connection, pragmas: Pragmas) -> rusqlite::Result<Option<Untaken>> {
    connection.busy_timeout(PATIENCE)?;
    for &(name, value) in pragmas {
        connection.pragma_update(None, name, value)?;
        let says = connection.pragma_query_value(None, name, |row| Ok(shown(row.get(0)?)))?;
        if says != value {
            return Ok(Some(Untaken { name, value, says }));
        }
    }
    Ok(None)
}

fn shown(value: Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text,
        other => format!("{other:?}"),
    }
}
