//! The index of words: filled after the commit, so that a post pays nothing for it, and searched.
//!
//! What is indexed is folded already ([`fold`]), so that the index splits it at spaces and nothing else. Everything
//! here runs in a transaction that the caller opened, unless it says otherwise.

mod looking;
#[cfg(test)]
mod tests;

use super::entries::body_of;
use super::kinds::{EDIT, is_said};
use super::place::{place, seq};
use super::stale;
use crate::log::fold;
use crate::log::said::newest_text;
use chat_proto::{Nick, PersonId, Seq};
use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::BTreeSet;

pub(super) use looking::search;

/// Entries that one step takes: short enough for a post to wait for it.
const STEP_ENTRIES: u16 = 256;

/// Whether there is more to do of what is done step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Another step is needed.
    More,
    /// Nothing is left to do.
    Done,
}

/// A message, an action or a reply as it lies in the file.
pub(super) struct Spoken {
    pub(super) place: i64,
    pub(super) person: PersonId,
    pub(super) name: Vec<u8>,
    pub(super) kind: u16,
    pub(super) body: Vec<u8>,
    /// The body of its last edit.
    pub(super) edit: Option<Vec<u8>>,
}

/// The body of the last edit of an entry.
macro_rules! edit_of_entry {
    () => {
        "SELECT edit.body FROM entries AS edit WHERE edit.target = entries.place AND edit.kind = 7"
    };
}
pub(super) use edit_of_entry;

/// What [`Spoken::read`] reads of `entries`.
pub(super) const SPOKEN: &str = concat!("place, person, name, kind, body, (", edit_of_entry!(), ")");

/// Makes the index hold what the messages of a room say: those that were put otherwise, then the next that it does not
/// hold at all.
pub(super) fn index(file: &Connection, room: i64) -> rusqlite::Result<Progress> {
    let Some(indexed) = indexed(file, room)? else { return Ok(Progress::Done) };
    if stale::refresh(file, place(room, Seq::START)..=place(room, indexed))? == Progress::More {
        return Ok(Progress::More);
    }
    let sql = format!("SELECT {SPOKEN} FROM entries WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3");
    let mut statement = file.prepare_cached(&sql)?;
    let range = (place(room, indexed), place(room, Seq(u64::MAX)), STEP_ENTRIES);
    let entries: Vec<Spoken> = statement.query_map(range, Spoken::read)?.collect::<rusqlite::Result<_>>()?;
    for spoken in entries.iter().filter(|spoken| is_said(spoken.kind)) {
        spoken.take_in(file)?;
    }
    let Some(last) = entries.last() else { return Ok(Progress::Done) };
    let mut statement = file.prepare_cached("UPDATE logs SET indexed = ?2 WHERE room = ?1")?;
    statement.execute((room, seq(last.place).0.cast_signed()))?;
    Ok(if entries.len() == usize::from(STEP_ENTRIES) { Progress::More } else { Progress::Done })
}

/// Rooms that have entries which are not in the index yet, or not as they are now.
pub(super) fn unindexed(file: &Connection) -> rusqlite::Result<BTreeSet<i64>> {
    let sql = "SELECT room FROM logs WHERE EXISTS \
               (SELECT 1 FROM entries WHERE place > room << 40 | indexed AND place < (room + 1) << 40) \
               UNION SELECT place >> 40 FROM stale";
    file.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The highest entry of a room whose words are in the index; none if there is no such room.
pub(super) fn indexed(file: &Connection, room: i64) -> rusqlite::Result<Option<Seq>> {
    let mut statement = file.prepare_cached("SELECT indexed FROM logs WHERE room = ?1")?;
    statement.query_row([room], |row| row.get(0).map(i64::cast_unsigned).map(Seq)).optional()
}

impl Spoken {
    /// From the columns of [`SPOKEN`].
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let person: i64 = row.get(1)?;
        let person = PersonId(person.cast_unsigned());
        let (place, name) = (row.get(0)?, row.get(2)?);
        Ok(Self { place, person, name, kind: row.get(3)?, body: row.get(4)?, edit: row.get(5)? })
    }

    pub(super) fn take_in(&self, file: &Connection) -> rusqlite::Result<()> {
        let mut statement = file.prepare_cached("INSERT INTO words (rowid, author, text) VALUES (?1, ?2, ?3)")?;
        statement.execute((self.place, self.author(), self.words())).map(drop)
    }

    /// Takes its words out of the index, which must hold them.
    pub(super) fn take_out(&self, file: &Connection) -> rusqlite::Result<()> {
        take_out(file, self.place, (&self.author(), &self.words()))
    }

    /// What it says now.
    pub(super) fn text(&self) -> String {
        let edit = self.edit.as_ref().map(|edit| body_of(EDIT, edit.clone()));
        newest_text(&body_of(self.kind, self.body.clone()), edit.as_ref()).unwrap_or_default()
    }

    /// Its words, folded, with single spaces between them.
    pub(super) fn words(&self) -> String {
        fold::text(&self.text())
    }

    /// Who said it, as the index knows them.
    pub(super) fn author(&self) -> String {
        let look = Nick::parse(&self.name).map(|name| look_word(&name)).unwrap_or_default();
        format!("{} {look}", person_word(self.person))
    }
}

/// Takes out of the index what it holds of a message: its author and its words.
pub(super) fn take_out(file: &Connection, place: i64, (author, text): (&str, &str)) -> rusqlite::Result<()> {
    let sql = "INSERT INTO words (words, rowid, author, text) VALUES ('delete', ?1, ?2, ?3)";
    file.prepare_cached(sql)?.execute((place, author, text)).map(drop)
}

/// What stands in the index for a person.
pub(super) fn person_word(person: PersonId) -> String {
    format!("p{}", person.0)
}

/// What stands in the index for all names that look like this one.
fn look_word(name: &Nick) -> String {
    format!("n{}", HEXLOWER.encode(name.key().as_bytes()))
}
