//! Messages of which the index of words holds something else than they say now: noted as they change, in the same
//! commit, and put right piece by piece.
//!
//! What the index holds of a message can only be taken out by giving it again, so it is kept until then.

use super::beginnings;
use super::kinds::is_said;
use super::place::seq;
use super::words::{self, Progress, SPOKEN, Spoken};
use rusqlite::{Connection, OptionalExtension};
use std::ops::RangeInclusive;

/// Messages that one step puts right: each rewrites a page of the index per word.
const STEP_MESSAGES: i64 = 32;

/// What the index holds of a message.
struct Stale {
    place: i64,
    author: String,
    text: String,
    /// Every word that was ever said there, if it was erased.
    erased: Option<String>,
}

/// Notes that a message is about to say something else.
pub(super) fn note_edit(file: &Connection, message: &Spoken) -> rusqlite::Result<()> {
    let sql = "INSERT INTO stale (place, author, text) VALUES (?1, ?2, ?3) ON CONFLICT (place) DO NOTHING";
    match is_indexed(file, message.place)? {
        true => file.prepare_cached(sql)?.execute((message.place, message.author(), message.words())).map(drop),
        false => Ok(()),
    }
}

/// Notes that a message is about to say nothing, which ever said these words.
pub(super) fn note_erasure(file: &Connection, message: &Spoken, erased: &str) -> rusqlite::Result<()> {
    note_edit(file, message)?;
    let mut statement = file.prepare_cached("UPDATE stale SET erased = ?2 WHERE place = ?1")?;
    statement.execute((message.place, erased)).map(drop)
}

fn is_indexed(file: &Connection, place: i64) -> rusqlite::Result<bool> {
    Ok(words::indexed(file, place >> 40)?.is_some_and(|indexed| seq(place) <= indexed))
}

/// Makes the index hold what some of these messages say now, as many as fit into a step.
pub(super) fn refresh(file: &Connection, places: RangeInclusive<i64>) -> rusqlite::Result<Progress> {
    let messages = next(file, places)?;
    if messages.is_empty() {
        return Ok(Progress::Done);
    }
    for message in &messages {
        message.refresh(file)?;
    }
    let erased: Vec<String> = messages.into_iter().filter_map(|message| message.erased).collect();
    beginnings::look_for(file, &erased)?;
    Ok(Progress::More)
}

fn next(file: &Connection, places: RangeInclusive<i64>) -> rusqlite::Result<Vec<Stale>> {
    let sql = "SELECT place, author, text, erased FROM stale WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3";
    let mut statement = file.prepare_cached(sql)?;
    let rows = statement.query_map((places.start(), places.end(), STEP_MESSAGES), |row| {
        Ok(Stale { place: row.get(0)?, author: row.get(1)?, text: row.get(2)?, erased: row.get(3)? })
    })?;
    rows.collect()
}

/// Takes out of the index what it holds of a message that is about to be dropped.
pub(super) fn take_out(file: &Connection, message: &Spoken) -> rusqlite::Result<()> {
    let sql = "DELETE FROM stale WHERE place = ?1 RETURNING author, text";
    let mut statement = file.prepare_cached(sql)?;
    let held: Option<(String, String)> = statement.query_row([message.place], |row| row.try_into()).optional()?;
    match held {
        Some((author, text)) => words::take_out(file, message.place, (&author, &text)),
        None => message.take_out(file),
    }
}

impl Stale {
    fn refresh(&self, file: &Connection) -> rusqlite::Result<()> {
        words::take_out(file, self.place, (&self.author, &self.text))?;
        let sql = format!("SELECT {SPOKEN} FROM entries WHERE place = ?1");
        let message = file.prepare_cached(&sql)?.query_row([self.place], Spoken::read).optional()?;
        if let Some(message) = message.filter(|message| is_said(message.kind)) {
            message.take_in(file)?;
        }
        file.prepare_cached("DELETE FROM stale WHERE place = ?1")?.execute([self.place]).map(drop)
    }
}
