//! Erasing what somebody said: marked in one commit with the entry that says so, then taken out piece by piece.
//!
//! A message goes out of the index and out of its entry; both overwrite what they held (`secure_delete`). The index
//! may still know the first letters of a word: its inner pages part the words on the outer ones by beginnings. If such
//! a beginning is of no word that is left, the index is written anew, piece by piece too; until then a mark for room 0,
//! which is no room, stands in `forgetting`.

use super::place::place;
use super::retention::signed;
use super::words::{self, Progress, Spoken, person_word};
use chat_proto::{EntryBody, PersonId, Seq};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;

/// Messages that one step erases: each rewrites a page of the index per word.
const STEP_MESSAGES: i64 = 32;
/// Pages of the index that one step writes anew.
const STEP_PAGES: i64 = 64;

/// Whose messages go, up to which entry.
struct Mark {
    room: i64,
    person: PersonId,
    before: Seq,
}

/// How far the index is written anew. Stands in the place of [`Mark::before`], for room 0.
const TO_BEGIN: Seq = Seq(1);
const BEGUN: Seq = Seq(2);

/// Marks all messages and actions of `person` in a room before the entry `before`: they read as erased from now on.
/// Runs in the transaction that appends that entry.
pub(super) fn mark(file: &Connection, room: i64, person: PersonId, before: Seq) -> rusqlite::Result<()> {
    let sql = "INSERT INTO forgetting (room, person, before) VALUES (?1, ?2, ?3) \
               ON CONFLICT (room, person) DO UPDATE SET before = excluded.before";
    file.prepare_cached(sql)?.execute((room, person.0.cast_signed(), before.0.cast_signed())).map(drop)
}

/// Takes out the next piece of what is marked, in a transaction that is open. What is gone from the file may still
/// stand in the write-ahead log, until that is truncated (`PRAGMA wal_checkpoint(TRUNCATE)`).
pub(super) fn step(file: &Connection) -> rusqlite::Result<Progress> {
    match next_mark(file)? {
        None => Ok(Progress::Done),
        Some(mark) if mark.room == 0 => write_index_anew(file, &mark).map(|()| Progress::More),
        Some(mark) => mark.take_out(file).map(|()| Progress::More),
    }
}

fn next_mark(file: &Connection) -> rusqlite::Result<Option<Mark>> {
    let sql = "SELECT room, person, before FROM forgetting ORDER BY room DESC LIMIT 1";
    let mark = file.prepare_cached(sql)?.query_row([], |row| row.try_into()).optional()?;
    Ok(mark.map(|(room, person, before): (i64, i64, i64)| Mark {
        room,
        person: PersonId(person.cast_unsigned()),
        before: Seq(before.cast_unsigned()),
    }))
}

impl Mark {
    fn take_out(&self, file: &Connection) -> rusqlite::Result<()> {
        // What is not in the index yet would not be found.
        if words::indexed(file, self.room)?.is_some_and(|indexed| indexed.next() < self.before)
            && words::index(file, self.room)? == Progress::More
        {
            return Ok(());
        }
        let messages = self.next_messages(file)?;
        if messages.is_empty() {
            return self.remove(file);
        }
        for message in &messages {
            message.take_out(file)?;
            erase(file, message)?;
        }
        self.count_out(file, &messages)?;
        match leaves_beginnings(file, &messages)? {
            true => mark(file, 0, PersonId(0), TO_BEGIN),
            false => Ok(()),
        }
    }

    /// Those that are still in the index.
    fn next_messages(&self, file: &Connection) -> rusqlite::Result<Vec<Spoken>> {
        let sql = "SELECT place, person, name, body FROM words JOIN entries ON place = words.rowid \
                   WHERE words MATCH ?1 AND words.rowid BETWEEN ?2 AND ?3 ORDER BY words.rowid LIMIT ?4";
        let mut statement = file.prepare_cached(sql)?;
        let author = format!("author : \"{}\"", person_word(self.person));
        let places = (place(self.room, Seq::START), place(self.room, self.before) - 1);
        statement.query_map((author, places.0, places.1, STEP_MESSAGES), Spoken::read)?.collect()
    }

    fn count_out(&self, file: &Connection, messages: &[Spoken]) -> rusqlite::Result<()> {
        let bytes: usize = messages.iter().map(|message| message.body.len()).sum();
        let mut statement = file.prepare_cached("UPDATE logs SET bytes = bytes - ?2 WHERE room = ?1")?;
        statement.execute((self.room, signed(bytes))).map(drop)
    }

    fn remove(&self, file: &Connection) -> rusqlite::Result<()> {
        let mut statement = file.prepare_cached("DELETE FROM forgetting WHERE room = ?1 AND person = ?2")?;
        statement.execute((self.room, self.person.0.cast_signed())).map(drop)
    }
}

fn erase(file: &Connection, message: &Spoken) -> rusqlite::Result<()> {
    let mut statement = file.prepare_cached("UPDATE entries SET kind = ?2, body = x'' WHERE place = ?1")?;
    statement.execute((message.place, EntryBody::Erased.kind())).map(drop)
}

/// Whether an inner page of the index holds the beginning of a word that is in no message any more.
fn leaves_beginnings(file: &Connection, erased: &[Spoken]) -> rusqlite::Result<bool> {
    file.prepare_cached("INSERT INTO words (words) VALUES ('flush')")?.execute([])?;
    let words: Vec<String> = erased.iter().map(Spoken::words).collect();
    let beginnings: HashSet<&[u8]> = words.iter().flat_map(|text| text.split(' ')).flat_map(beginnings).collect();
    let mut statement = file.prepare_cached("SELECT term FROM words_idx")?;
    let mut terms = statement.query([])?;
    while let Some(row) = terms.next()? {
        // Behind a mark for the index of whole words.
        if let Some((_, beginning)) = row.get_ref(0)?.as_bytes()?.split_first()
            && beginnings.contains(beginning)
            && !is_in_use(file, beginning)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn beginnings(word: &str) -> impl Iterator<Item = &[u8]> {
    (1..=word.len()).map(|end| &word.as_bytes()[..end])
}

/// Whether a word in the index begins so. A beginning may end within a character.
fn is_in_use(file: &Connection, beginning: &[u8]) -> rusqlite::Result<bool> {
    let mut statement = file.prepare_cached("SELECT term FROM found WHERE term >= ?1 LIMIT 1")?;
    let mut words = statement.query([ToSqlOutput::Borrowed(ValueRef::Text(beginning))])?;
    match words.next()? {
        Some(row) => Ok(row.get_ref(0)?.as_bytes()?.starts_with(beginning)),
        None => Ok(false),
    }
}

/// Merges all of the index into one piece, as many pages as fit into a step.
fn write_index_anew(file: &Connection, mark: &Mark) -> rusqlite::Result<()> {
    let is_begun = mark.before == BEGUN;
    if !is_begun {
        // One piece alone would not be merged with anything.
        take_no_message(file, "INSERT INTO words (rowid, author, text) VALUES (0, 'p', '')")?;
        take_no_message(file, "INSERT INTO words (words) VALUES ('flush')")?;
        take_no_message(file, "INSERT INTO words (words, rowid, author, text) VALUES ('delete', 0, 'p', '')")?;
        self::mark(file, 0, PersonId(0), BEGUN)?;
    }
    let before = file.total_changes();
    // Below zero: begin with everything.
    let pages = if is_begun { STEP_PAGES } else { -STEP_PAGES };
    file.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?1)")?.execute([pages])?;
    // As FTS5 says: one change is the command itself.
    if file.total_changes() - before < 2 { mark.remove(file) } else { Ok(()) }
}

fn take_no_message(file: &Connection, sql: &str) -> rusqlite::Result<()> {
    file.prepare_cached(sql)?.execute([]).map(drop)
}

#[cfg(test)]
mod tests;
