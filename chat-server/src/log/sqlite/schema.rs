//! What the file looks like, and how an older one becomes one of today.

use super::OpenError;
use super::connection;
use super::directory::Holds;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// "chat" in ASCII: tells our files from others'.
pub(super) const APPLICATION: i64 = 0x6368_6174;
/// What makes version 1 of nothing, version 2 of version 1, and so on. A step that was released is never changed.
const STEPS: &[&str] = &[include_str!("schema/first.sql"), include_str!("schema/pointers.sql")];
/// The version that this program reads and writes.
pub(super) const VERSION: i64 = STEPS.len().cast_signed() as i64;
/// Which program writes the file.
const PROGRAM: &str = concat!("chat-server ", env!("CARGO_PKG_VERSION"));

/// What the file says of itself.
struct Stamp {
    application: i64,
    version: i64,
    tables: i64,
}

/// Looks whose file it is, before anything is changed in it.
pub(super) fn recognise(connection: &Connection, file: &Path, holds: Holds) -> Result<(), OpenError> {
    let stamp = Stamp::of(connection).map_err(|error| OpenError::of(file, error))?;
    match (stamp, holds) {
        (Stamp { application: 0, version: 0, tables: 0 }, Holds::Nothing) => Ok(()),
        (Stamp { application: 0, version: 0, tables: 0 }, Holds::History) => Err(OpenError::Emptied(file.to_owned())),
        (Stamp { application: APPLICATION, version, .. }, _) if version > VERSION => {
            Err(OpenError::Newer { file: file.to_owned(), version, newest: VERSION, program: program(connection) })
        }
        (Stamp { application: APPLICATION, .. }, _) => Ok(()),
        _ => Err(OpenError::Foreign(file.to_owned())),
    }
}

/// Looks whether the file is whole.
pub(super) fn check(file: &Path) -> Result<(), OpenError> {
    let verdict = connection::checker(file)
        .and_then(|connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)));
    match verdict.map_err(|error| OpenError::of(file, error))?.as_str() {
        "ok" => Ok(()),
        // A heading, and what was found.
        what => {
            let what = what.lines().last().unwrap_or_default().to_owned();
            Err(OpenError::Damaged { file: file.to_owned(), what })
        }
    }
}

/// Makes the file one of today, in one transaction: whoever is cut off begins again.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let version = Stamp::of(connection)?.version;
    let steps = STEPS.iter().zip(1..).filter(|(_, to)| *to > version);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (step, to) in steps {
        transaction.execute_batch(step)?;
        transaction.execute("INSERT INTO versions (version, program) VALUES (?1, ?2)", (to, PROGRAM))?;
        transaction.pragma_update(None, "user_version", to)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.commit()
}

/// Makes an empty file one of today, without a word about who did it.
#[cfg(test)]
pub(super) fn make(connection: &Connection) -> rusqlite::Result<()> {
    STEPS.iter().try_for_each(|step| connection.execute_batch(step))?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", VERSION)
}

/// Who made the file what it is, if it says so.
fn program(connection: &Connection) -> Option<String> {
    let newest = "SELECT program FROM versions ORDER BY version DESC LIMIT 1";
    connection.query_row(newest, [], |row| row.get(0)).ok()
}

impl Stamp {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            application: connection.pragma_query_value(None, "application_id", |row| row.get(0))?,
            version: connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
            tables: connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        })
    }
}
