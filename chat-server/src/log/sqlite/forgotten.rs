//! Messages, and edits of them, that their authors erased and that have not been taken out yet: until then they read as
//! erased.

use super::entries;
use super::kinds::is_said;
use super::place::seq;
use crate::log::said::without_text;
use chat_proto::{EntryBody, PersonId, Seq};
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

    /// Whether what `person` wrote at this place is among them, if it is a message.
    pub(super) fn includes(&self, person: PersonId, place: i64, kind: u16) -> bool {
        is_said(kind) && self.reaches(person, place)
    }

    /// What is left of an entry of `person` at this place.
    pub(super) fn left_of(&self, person: PersonId, place: i64, body: EntryBody) -> EntryBody {
        match self.reaches(person, place) {
            true => without_text(&entries::read(body.clone())).unwrap_or(body),
            false => body,
        }
    }

    /// Whether this place lies before the end of what `person` erased.
    pub(super) fn reaches(&self, person: PersonId, place: i64) -> bool {
        self.0.get(&person).is_some_and(|before| seq(place) < *before)
    }
}
