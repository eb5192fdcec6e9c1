//! Everything that the last server kept, as it is read once, at the start.

use super::entries;
use super::place::place;
use super::records::FOREVER;
use crate::log::record::{MemberRecord, PersonRecord, RestingCode, RestingName, RoomRecord, Whereabouts};
use chat_proto::frame::Keep;
use chat_proto::{Nick, PersonId, RoomCode, RoomId, Seq, UnixMillis};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row};
use std::error::Error;

/// Everything that was kept.
pub(super) struct Kept {
    pub(super) rooms: Vec<KeptRoom>,
    /// The highest number that a room ever had.
    pub(super) last_room: i64,
    pub(super) people: Vec<PersonRecord>,
    /// The highest number that a person ever had.
    pub(super) last_person: u64,
    pub(super) names: Vec<RestingName>,
    pub(super) codes: Vec<RestingCode>,
}

/// A room that was not over.
pub(super) struct KeptRoom {
    pub(super) number: i64,
    pub(super) id: RoomId,
    pub(super) record: RoomRecord,
    pub(super) members: Vec<MemberRecord>,
    pub(super) head: Seq,
    pub(super) last_time: Option<UnixMillis>,
}

/// Reads it all.
///
/// # Errors
/// Those of SQLite, and conversion errors: something in the file is not what was written.
pub(super) fn read(file: &Connection) -> rusqlite::Result<Kept> {
    Ok(Kept {
        rooms: all(file, "SELECT room, id, code, keep_ms, state FROM rooms ORDER BY room", |row| room(file, row))?,
        last_room: last_number(file, "rooms")?,
        people: all(file, "SELECT person, key, name, last_seen, seen FROM people ORDER BY person", person)?,
        last_person: last_number(file, "people")?.cast_unsigned(),
        names: all(file, "SELECT name, key, since FROM resting_names", resting_name)?,
        codes: all(file, "SELECT code, since FROM resting_codes", resting_code)?,
    })
}

fn all<T>(file: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
    file.prepare(sql)?.query_map([], read)?.collect()
}

fn last_number(file: &Connection, table: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
    Ok(file.query_row(sql, [table], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn room(file: &Connection, row: &Row<'_>) -> rusqlite::Result<KeptRoom> {
    let number = row.get(0)?;
    let keep = match row.get::<_, Option<i64>>(3)? {
        None => Keep::Default,
        Some(FOREVER) => Keep::Forever,
        Some(millis) => Keep::Millis(millis.cast_unsigned()),
    };
    let head = entries::head(file, number)?.ok_or_else(|| FromSqlError::Other("a room without a log".into()))?;
    Ok(KeptRoom {
        number,
        id: RoomId(row.get(1)?),
        record: RoomRecord { code: code(row, 2)?, keep, state: row.get(4)? },
        members: members(file, number)?,
        head,
        last_time: time(file, number, head)?,
    })
}

fn time(file: &Connection, room: i64, seq: Seq) -> rusqlite::Result<Option<UnixMillis>> {
    let mut statement = file.prepare_cached("SELECT time FROM entries WHERE place = ?1")?;
    statement.query_row([place(room, seq)], |row| row.get(0).map(UnixMillis)).optional()
}

fn members(file: &Connection, room: i64) -> rusqlite::Result<Vec<MemberRecord>> {
    let sql = "SELECT person, standing, gone, read FROM members WHERE room = ?1";
    file.prepare_cached(sql)?.query_map([room], member)?.collect()
}

fn member(row: &Row<'_>) -> rusqlite::Result<MemberRecord> {
    let since: Option<i64> = row.get(2)?;
    Ok(MemberRecord {
        person: PersonId(unsigned(row, 0)?),
        standing: unsigned(row, 1)?,
        whereabouts: since.map_or(Whereabouts::Here, |since| Whereabouts::Gone { since: UnixMillis(since) }),
        read: Seq(unsigned(row, 3)?),
    })
}

fn person(row: &Row<'_>) -> rusqlite::Result<PersonRecord> {
    Ok(PersonRecord {
        id: PersonId(unsigned(row, 0)?),
        key: row.get(1)?,
        name: name(row, 2)?,
        last_seen: UnixMillis(row.get(3)?),
        has_been_seen: row.get(4)?,
    })
}

fn resting_name(row: &Row<'_>) -> rusqlite::Result<RestingName> {
    Ok(RestingName { name: name(row, 0)?, key: row.get(1)?, since: UnixMillis(row.get(2)?) })
}

fn resting_code(row: &Row<'_>) -> rusqlite::Result<RestingCode> {
    Ok(RestingCode { code: code(row, 0)?, since: UnixMillis(row.get(1)?) })
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}

fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Nick> {
    Nick::parse(row.get::<_, String>(column)?.as_bytes()).map_err(|error| unreadable(column, error))
}

fn code(row: &Row<'_>, column: usize) -> rusqlite::Result<RoomCode> {
    RoomCode::parse(row.get::<_, String>(column)?.as_bytes()).map_err(|error| unreadable(column, error))
}

fn unreadable(column: usize, error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
