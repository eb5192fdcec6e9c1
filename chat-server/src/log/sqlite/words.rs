//! The index of words: filled after the commit, so that a post pays nothing for it, and searched.
//!
//! What is indexed is folded already ([`fold`]), so that the index splits it at spaces and nothing else. Everything
//! here runs in a transaction that the caller opened, unless it says otherwise.

mod looking;
#[cfg(test)]
mod tests;

use super::place::{may_be_erased, place, seq};
use crate::log::fold;
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

/// A message or an action as it lies in the file.
pub(super) struct Spoken {
    pub(super) place: i64,
    pub(super) person: PersonId,
    pub(super) name: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// Takes the next entries of a room into the index.
pub(super) fn index(file: &Connection, room: i64) -> rusqlite::Result<Progress> {
    let Some(indexed) = indexed(file, room)? else { return Ok(Progress::Done) };
    let sql = "SELECT place, person, name, body, kind FROM entries WHERE place > ?1 AND place <= ?2 \
               ORDER BY place LIMIT ?3";
    let mut statement = file.prepare_cached(sql)?;
    let range = (place(room, indexed), place(room, Seq(u64::MAX)), STEP_ENTRIES);
    let entries: Vec<(Spoken, u16)> =
        statement.query_map(range, |row| Ok((Spoken::read(row)?, row.get(4)?)))?.collect::<rusqlite::Result<_>>()?;
    for (spoken, _) in entries.iter().filter(|(_, kind)| may_be_erased(*kind)) {
        spoken.take_in(file)?;
    }
    let Some((last, _)) = entries.last() else { return Ok(Progress::Done) };
    let mut statement = file.prepare_cached("UPDATE logs SET indexed = ?2 WHERE room = ?1")?;
    statement.execute((room, seq(last.place).0.cast_signed()))?;
    Ok(if entries.len() == usize::from(STEP_ENTRIES) { Progress::More } else { Progress::Done })
}

/// Rooms that have entries which are not in the index yet.
pub(super) fn unindexed(file: &Connection) -> rusqlite::Result<BTreeSet<i64>> {
    let sql = "SELECT room FROM logs WHERE EXISTS \
               (SELECT 1 FROM entries WHERE place > room << 40 | indexed AND place < (room + 1) << 40)";
    file.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The highest entry of a room whose words are in the index; none if there is no such room.
pub(super) fn indexed(file: &Connection, room: i64) -> rusqlite::Result<Option<Seq>> {
    let mut statement = file.prepare_cached("SELECT indexed FROM logs WHERE room = ?1")?;
    statement.query_row([room], |row| row.get(0).map(i64::cast_unsigned).map(Seq)).optional()
}

impl Spoken {
    /// From the columns place, person, name and body.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let person: i64 = row.get(1)?;
        let person = PersonId(person.cast_unsigned());
        Ok(Self { place: row.get(0)?, person, name: row.get(2)?, body: row.get(3)? })
    }

    fn take_in(&self, file: &Connection) -> rusqlite::Result<()> {
        let mut statement = file.prepare_cached("INSERT INTO words (rowid, author, text) VALUES (?1, ?2, ?3)")?;
        statement.execute((self.place, self.author(), self.words())).map(drop)
    }

    /// Takes its words out of the index, which must hold them.
    pub(super) fn take_out(&self, file: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT INTO words (words, rowid, author, text) VALUES ('delete', ?1, ?2, ?3)";
        file.prepare_cached(sql)?.execute((self.place, self.author(), self.words())).map(drop)
    }

    /// Its words, folded, with single spaces between them.
    pub(super) fn words(&self) -> String {
        fold::text(&String::from_utf8_lossy(&self.body))
    }

    /// Who said it, as the index knows them.
    pub(super) fn author(&self) -> String {
        let look = Nick::parse(&self.name).map(|name| look_word(&name)).unwrap_or_default();
        format!("{} {look}", person_word(self.person))
    }
}

/// What stands in the index for a person.
pub(super) fn person_word(person: PersonId) -> String {
    format!("p{}", person.0)
}

/// What stands in the index for all names that look like this one.
fn look_word(name: &Nick) -> String {
    format!("n{}", HEXLOWER.encode(name.key().as_bytes()))
}
