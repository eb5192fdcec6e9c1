//! Erasing what was said.
//!
//! A message that is deleted goes in the commit of the entry that says so. Those of somebody who erases all of theirs
//! are marked in that commit, read as erased from then on, and go piece by piece. What goes is overwritten
//! (`secure_delete`), in the entry, in its edits, and in the index of words, which is put right later ([`stale`]).

use super::beginnings;
use super::entries::body_of;
use super::kinds::{EDIT, kind_is_said};
use super::place::place;
use super::retention::signed;
use super::stale;
use super::words::{self, Progress, SPOKEN, Spoken, person_word};
use crate::log::fold;
use crate::log::said::{text_of, without_text};
use chat_proto::{EntryBody, PersonId, Seq};
use rusqlite::{Connection, OptionalExtension};

/// Messages that one step erases.
const STEP_MESSAGES: i64 = 32;
/// Bytes of them, with all their edits, after which a step is over.
const STEP_BYTES: usize = 256 * 1024;

/// Whose messages go, up to which entry.
struct Mark {
    room: i64,
    person: PersonId,
    before: Seq,
}

/// Another text of a message.
struct Edit {
    place: i64,
    body: Vec<u8>,
}

/// Marks everything that `person` said in a room before the entry `before`: it reads as erased from now on. Runs in the
/// transaction that appends that entry.
pub(super) fn mark(file: &Connection, room: i64, person: PersonId, before: Seq) -> rusqlite::Result<()> {
    let sql = "INSERT INTO forgetting (room, person, before) VALUES (?1, ?2, ?3) \
               ON CONFLICT (room, person) DO UPDATE SET before = excluded.before";
    file.prepare_cached(sql)?.execute((room, person.0.cast_signed(), before.0.cast_signed())).map(drop)
}

/// Erases what a message says and ever said, and lets nothing point at it any more, in a transaction that is open; says
/// how many bytes that were.
pub(super) fn erase(file: &Connection, message: &Spoken) -> rusqlite::Result<usize> {
    let edits = edits_of(file, message.place)?;
    let texts = std::iter::once(body_of(message.kind, message.body.clone())).chain(edits.iter().map(Edit::body));
    let words: Vec<String> = texts.map(|body| words_of(&body)).collect();
    stale::note_erasure(file, message, &words.join(" "))?;
    let mut statement = file.prepare_cached("UPDATE entries SET kind = ?2, body = x'' WHERE place = ?1")?;
    statement.execute((message.place, EntryBody::Erased.kind()))?;
    count_out(file, message.place, message.body.len())?;
    edits.iter().try_for_each(|edit| edit.erase(file))?;
    file.prepare_cached("UPDATE entries SET target = NULL WHERE target = ?1")?.execute([message.place])?;
    Ok(message.body.len() + edits.iter().map(|edit| edit.body.len()).sum::<usize>())
}

/// Erases the first of these messages, as many as fit into a step.
fn erase_some(file: &Connection, messages: &[Spoken]) -> rusqlite::Result<()> {
    let mut bytes = 0;
    for message in messages {
        bytes += erase(file, message)?;
        if bytes > STEP_BYTES {
            break;
        }
    }
    Ok(())
}

fn words_of(body: &EntryBody) -> String {
    let text = match body {
        EntryBody::Edit(edit) => Some(&edit.text),
        body => text_of(body),
    };
    fold::text(&String::from_utf8_lossy(text.map_or(&[], |text| text)))
}

/// Takes out the next piece of what is marked, in a transaction that is open. What is gone from the file may still
/// stand in the write-ahead log, until that is truncated (`PRAGMA wal_checkpoint(TRUNCATE)`).
pub(super) fn step(file: &Connection) -> rusqlite::Result<Progress> {
    if stale::refresh(file, 0..=i64::MAX)? == Progress::More {
        return Ok(Progress::More);
    }
    match next_mark(file)? {
        Some(mark) => mark.take_out(file).map(|()| Progress::More),
        None => beginnings::step(file),
    }
}

fn next_mark(file: &Connection) -> rusqlite::Result<Option<Mark>> {
    let sql = "SELECT room, person, before FROM forgetting WHERE room > 0 ORDER BY room DESC LIMIT 1";
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
        if !messages.is_empty() {
            return erase_some(file, &messages);
        }
        let edits = self.next_edits(file)?;
        match edits.is_empty() {
            true => self.remove(file),
            false => edits.iter().try_for_each(|edit| edit.erase(file)),
        }
    }

    /// Those that are still in the index, which holds what they say now.
    fn next_messages(&self, file: &Connection) -> rusqlite::Result<Vec<Spoken>> {
        let sql = format!(
            "SELECT {SPOKEN} FROM words JOIN entries ON place = words.rowid \
             WHERE words MATCH ?1 AND words.rowid BETWEEN ?2 AND ?3 AND {} \
             ORDER BY words.rowid LIMIT ?4",
            kind_is_said!()
        );
        let mut statement = file.prepare_cached(&sql)?;
        let author = format!("author : \"{}\"", person_word(self.person));
        let [first, last] = self.places();
        statement.query_map((author, first, last, STEP_MESSAGES), Spoken::read)?.collect()
    }

    /// Those whose messages are no longer kept.
    fn next_edits(&self, file: &Connection) -> rusqlite::Result<Vec<Edit>> {
        let sql = "SELECT place, body FROM entries WHERE kind = 7 AND target IS NOT NULL AND person = ?1 \
                   AND place BETWEEN ?2 AND ?3 LIMIT ?4";
        let [first, last] = self.places();
        let mut statement = file.prepare_cached(sql)?;
        statement.query_map((self.person.0.cast_signed(), first, last, STEP_MESSAGES), Edit::read)?.collect()
    }

    fn places(&self) -> [i64; 2] {
        [place(self.room, Seq::START), place(self.room, self.before) - 1]
    }

    fn remove(&self, file: &Connection) -> rusqlite::Result<()> {
        let mut statement = file.prepare_cached("DELETE FROM forgetting WHERE room = ?1 AND person = ?2")?;
        statement.execute((self.room, self.person.0.cast_signed())).map(drop)
    }
}

/// How often the message at this place was edited.
pub(super) fn count_edits(file: &Connection, place: i64) -> rusqlite::Result<usize> {
    let sql = "SELECT count(*) FROM entries WHERE target IN (?1, -?1) AND kind = 7";
    file.prepare_cached(sql)?.query_row([place], |row| row.get::<_, u16>(0)).map(usize::from)
}

/// Every edit of the message at this place.
fn edits_of(file: &Connection, place: i64) -> rusqlite::Result<Vec<Edit>> {
    let sql = "SELECT place, body FROM entries WHERE target IN (?1, -?1) AND kind = 7";
    file.prepare_cached(sql)?.query_map([place], Edit::read)?.collect()
}

impl Edit {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { place: row.get(0)?, body: row.get(1)? })
    }

    fn body(&self) -> EntryBody {
        body_of(EDIT, self.body.clone())
    }

    fn erase(&self, file: &Connection) -> rusqlite::Result<()> {
        let left = without_text(&self.body()).unwrap_or(EntryBody::Erased);
        let left = left.bytes();
        let mut statement = file.prepare_cached("UPDATE entries SET target = NULL, body = ?2 WHERE place = ?1")?;
        statement.execute((self.place, &*left))?;
        count_out(file, self.place, self.body.len().saturating_sub(left.len()))
    }
}

fn count_out(file: &Connection, place: i64, bytes: usize) -> rusqlite::Result<()> {
    let mut statement = file.prepare_cached("UPDATE logs SET bytes = bytes - ?2 WHERE room = ?1")?;
    statement.execute((place >> 40, signed(bytes))).map(drop)
}

#[cfg(test)]
mod tests;
