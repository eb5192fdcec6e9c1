//! Reading a history from outside of its server, which may be running.

use super::directory::FILE;
use super::entries;
use super::schema::{APPLICATION, VERSION};
use chat_proto::{Author, EntryBody, PersonId, UnixMillis};
use rusqlite::{Connection, OpenFlags, Row};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a server may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a history cannot be read. Each is a sentence for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// Nothing is kept there.
    #[error("there is no history in {}: name the directory that the server was given with --data", .0.display())]
    NoHistory(PathBuf),
    /// Some other program's file.
    #[error("{} is not the history of a chat server", .0.display())]
    Foreign(PathBuf),
    /// Its author knew more, or less, than this program.
    #[error("{} has version {version} of its schema, and this program reads {VERSION}: take the one that wrote it", file.display())]
    OtherVersion {
        /// The file.
        file: PathBuf,
        /// Of its schema.
        version: i64,
    },
    /// SQLite cannot read it.
    #[error("the history cannot be read: {0}")]
    Unreadable(#[from] rusqlite::Error),
    /// What was read cannot be written.
    #[error("writing: {0}")]
    Output(#[from] io::Error),
}

/// Opens the history in the directory `place`, only to read. Makes nothing.
pub(super) fn open(place: &Path) -> Result<Connection, VisitError> {
    let file = place.join(FILE);
    if !file.is_file() {
        return Err(VisitError::NoHistory(place.to_owned()));
    }
    let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "trusted_schema", "0")?;
    connection.pragma_update(None, "cell_size_check", "1")?;
    recognise(&connection, file)?;
    Ok(connection)
}

fn recognise(connection: &Connection, file: PathBuf) -> Result<(), VisitError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    match (number("application_id"), number("user_version")) {
        (Ok(APPLICATION), Ok(VERSION)) => Ok(()),
        (Ok(APPLICATION), Ok(version)) => Err(VisitError::OtherVersion { file, version }),
        (Ok(_), _) => Err(VisitError::Foreign(file)),
        (Err(error), _) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(VisitError::Foreign(file))
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// An entry, as it lies in the file.
pub(super) struct Visited {
    pub(super) place: i64,
    pub(super) prev: i64,
    pub(super) time: UnixMillis,
    pub(super) author: Author,
    pub(super) body: EntryBody,
}

/// What [`Visited::read`] reads.
pub(super) const COLUMNS: &str = "place, prev, time, person, name, kind, body";

impl Visited {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (person, name): (i64, Vec<u8>) = (row.get(3)?, row.get(4)?);
        let (kind, body): (u16, Vec<u8>) = (row.get(5)?, row.get(6)?);
        Ok(Self {
            place: row.get(0)?,
            prev: row.get(1)?,
            time: UnixMillis(row.get(2)?),
            author: Author { person: PersonId(person.cast_unsigned()), name: name.into() },
            body: entries::body_of(kind, body),
        })
    }
}
