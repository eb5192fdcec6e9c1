//! Messages that their authors erased and that have not been taken out yet: until then they read as erased.

use super::place::{may_be_erased, seq};
use chat_proto::{PersonId, Seq};
use rusqlite::Connection;
use std::collections::HashMap;

/// Whose messages of a room, up to which entry.
pub(super) struct Forgotten(HashMap<PersonId, Seq>);

impl Forgotten {
    pub(super) fn read(file: &Connection, room: i64) -> rusqlite::Result<Self> {
        let mut statement = file.prepare_cached("SELECT person, before FROM forgetting WHERE room = ?1")?;
        let rows = statement.query_map([room], |row| {
            let (person, before): (i64, i64) = row.try_into()?;
            Ok((PersonId(person.cast_unsigned()), Seq(before.cast_unsigned())))
        })?;
        rows.collect::<rusqlite::Result<_>>().map(Self)
    }

    /// Whether what `person` wrote at this place is among them.
    pub(super) fn includes(&self, person: PersonId, place: i64, kind: u16) -> bool {
        may_be_erased(kind) && self.0.get(&person).is_some_and(|before| seq(place) < *before)
    }
}
