//! Rooms, members, people and codes, as they are written.

use crate::log::record::{Fact, MemberRecord, PersonRecord, Record, RestingCode, RestingName, RoomRecord, Whereabouts};
use chat_proto::frame::Keep;
use chat_proto::{Nick, PersonId, RoomCode, RoomId};
use rusqlite::{Connection, Params};

/// `keep_ms` of a room that keeps what is said for ever.
pub(super) const FOREVER: i64 = -1;

/// Writes what is so of a room that the file knows.
pub(super) fn keep(file: &Connection, room: i64, records: &[Record]) -> rusqlite::Result<()> {
    records.iter().try_for_each(|record| match record {
        Record::Room(record) => change(file, room, record),
        Record::Member(member) => keep_member(file, room, member),
        Record::NoMember(person) => forget_member(file, room, *person),
    })
}

/// Writes a new room down. Again is the same.
pub(super) fn open(file: &Connection, room: i64, id: RoomId, record: &RoomRecord) -> rusqlite::Result<()> {
    let row = (room, id.0, record.code.to_string(), keep_ms(record.keep), &record.state);
    execute(
        file,
        "INSERT INTO rooms (room, id, code, keep_ms, state) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (room) DO NOTHING",
        row,
    )?;
    execute(
        file,
        "INSERT INTO logs (room, dropped, indexed, bytes) VALUES (?1, 0, 0, 0) \
                   ON CONFLICT (room) DO NOTHING",
        [room],
    )
}

/// Makes a room one that is over. What it holds goes piece by piece; until then, a log without a room is what tells.
pub(super) fn end(file: &Connection, room: i64) -> rusqlite::Result<()> {
    execute(file, "DELETE FROM rooms WHERE room = ?1", [room])?;
    execute(file, "DELETE FROM members WHERE room = ?1", [room])
}

fn change(file: &Connection, room: i64, record: &RoomRecord) -> rusqlite::Result<()> {
    let row = (room, record.code.to_string(), keep_ms(record.keep), &record.state);
    execute(file, "UPDATE rooms SET code = ?2, keep_ms = ?3, state = ?4 WHERE room = ?1", row)
}

fn keep_ms(keep: Keep) -> Option<i64> {
    match keep {
        Keep::Default => None,
        Keep::Millis(millis) => Some(i64::try_from(millis).unwrap_or(i64::MAX)),
        Keep::Forever => Some(FOREVER),
    }
}

fn keep_member(file: &Connection, room: i64, member: &MemberRecord) -> rusqlite::Result<()> {
    let MemberRecord { person, standing, whereabouts, read } = member;
    let gone = match whereabouts {
        Whereabouts::Here => None,
        Whereabouts::Gone { since } => Some(since.0),
    };
    let row = (room, person.0.cast_signed(), standing.cast_signed(), gone, read.0.cast_signed());
    // Only of a room that is not over: whoever speaks of its members has not heard yet.
    execute(
        file,
        "INSERT INTO members (room, person, standing, gone, read) \
                   SELECT ?1, ?2, ?3, ?4, ?5 FROM rooms WHERE room = ?1 \
                   ON CONFLICT (room, person) DO UPDATE \
                   SET standing = excluded.standing, gone = excluded.gone, read = excluded.read",
        row,
    )
}

fn forget_member(file: &Connection, room: i64, person: PersonId) -> rusqlite::Result<()> {
    execute(file, "DELETE FROM members WHERE room = ?1 AND person = ?2", (room, person.0.cast_signed()))
}

/// Writes what is so of people and codes.
pub(super) fn keep_facts(file: &Connection, facts: &[Fact]) -> rusqlite::Result<()> {
    facts.iter().try_for_each(|fact| match fact {
        Fact::Person(person) => keep_person(file, person),
        Fact::Forgotten(person) => forget_person(file, *person),
        Fact::NameRests(resting) => rest_name(file, resting),
        Fact::NameFree(name) => free_name(file, name),
        Fact::CodeRests(resting) => rest_code(file, *resting),
        Fact::CodeFree(code) => free_code(file, *code),
    })
}

fn keep_person(file: &Connection, person: &PersonRecord) -> rusqlite::Result<()> {
    let PersonRecord { id, key, name, last_seen, has_been_seen } = person;
    let row = (id.0.cast_signed(), key, name.as_str(), last_seen.0, has_been_seen);
    execute(
        file,
        "INSERT INTO people (person, key, name, last_seen, seen) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (person) DO UPDATE SET key = excluded.key, name = excluded.name, \
                   last_seen = excluded.last_seen, seen = excluded.seen",
        row,
    )
}

fn forget_person(file: &Connection, person: PersonId) -> rusqlite::Result<()> {
    execute(file, "DELETE FROM people WHERE person = ?1", [person.0.cast_signed()])
}

fn rest_name(file: &Connection, RestingName { name, key, since }: &RestingName) -> rusqlite::Result<()> {
    let row = (name.key(), name.as_str(), key, since.0);
    execute(file, "INSERT OR REPLACE INTO resting_names (look, name, key, since) VALUES (?1, ?2, ?3, ?4)", row)
}

fn free_name(file: &Connection, name: &Nick) -> rusqlite::Result<()> {
    execute(file, "DELETE FROM resting_names WHERE look = ?1", [name.key()])
}

fn rest_code(file: &Connection, RestingCode { code, since }: RestingCode) -> rusqlite::Result<()> {
    let row = (code.to_string(), since.0);
    execute(file, "INSERT OR REPLACE INTO resting_codes (code, since) VALUES (?1, ?2)", row)
}

fn free_code(file: &Connection, code: RoomCode) -> rusqlite::Result<()> {
    execute(file, "DELETE FROM resting_codes WHERE code = ?1", [code.to_string()])
}

fn execute(file: &Connection, sql: &str, row: impl Params) -> rusqlite::Result<()> {
    file.prepare_cached(sql)?.execute(row).map(drop)
}
