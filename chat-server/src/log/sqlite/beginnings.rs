//! Beginnings of words that nobody says any more: the inner pages of the index part the words on the outer ones by
//! them.
//!
//! If words were erased and such a beginning is of no word that is left, the index is written anew, piece by piece;
//! until then a mark for room 0, which is no room, stands in `forgetting`.

use super::words::Progress;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// Pages of the index that one step writes anew.
const STEP_PAGES: i64 = 64;

/// How far the index is written anew: what stands in `before` of the mark.
const TO_BEGIN: i64 = 1;
const BEGUN: i64 = 2;

/// Has the index written anew if it holds the beginning of a word that was `erased`, and that is in no message any
/// more.
pub(super) fn look_for(file: &Connection, erased: &[String]) -> rusqlite::Result<()> {
    match erased.is_empty() || !is_any_left(file, erased)? {
        true => Ok(()),
        false => mark(file, TO_BEGIN),
    }
}

/// Writes the next piece of the index anew, if it has to be.
pub(super) fn step(file: &Connection) -> rusqlite::Result<Progress> {
    let sql = "SELECT before FROM forgetting WHERE room = 0";
    let stage: Option<i64> = file.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    match stage {
        None => Ok(Progress::Done),
        Some(stage) => write_index_anew(file, stage).map(|()| Progress::More),
    }
}

fn mark(file: &Connection, stage: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO forgetting (room, person, before) VALUES (0, 0, ?1) \
               ON CONFLICT (room, person) DO UPDATE SET before = excluded.before";
    file.prepare_cached(sql)?.execute([stage]).map(drop)
}

fn is_any_left(file: &Connection, erased: &[String]) -> rusqlite::Result<bool> {
    file.prepare_cached("INSERT INTO words (words) VALUES ('flush')")?.execute([])?;
    let words: BTreeSet<&[u8]> = erased.iter().flat_map(|text| text.split(' ')).map(str::as_bytes).collect();
    let mut statement = file.prepare_cached("SELECT term FROM words_idx")?;
    let mut terms = statement.query([])?;
    while let Some(row) = terms.next()? {
        // Behind a mark for the index of whole words.
        if let Some((_, beginning)) = row.get_ref(0)?.as_bytes()?.split_first()
            && is_beginning(beginning, &words)
            && !is_in_use(file, beginning)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one of these words begins so: then the first one behind it does. No word is taken apart: a long one would
/// have more beginnings than there is time for.
fn is_beginning(beginning: &[u8], words: &BTreeSet<&[u8]>) -> bool {
    let next = words.range(beginning..).next();
    !beginning.is_empty() && next.is_some_and(|word| word.starts_with(beginning))
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
fn write_index_anew(file: &Connection, stage: i64) -> rusqlite::Result<()> {
    let is_begun = stage == BEGUN;
    if !is_begun {
        // One piece alone would not be merged with anything.
        take_no_message(file, "INSERT INTO words (rowid, author, text) VALUES (0, 'p', '')")?;
        take_no_message(file, "INSERT INTO words (words) VALUES ('flush')")?;
        take_no_message(file, "INSERT INTO words (words, rowid, author, text) VALUES ('delete', 0, 'p', '')")?;
        mark(file, BEGUN)?;
    }
    let before = file.total_changes();
    // Below zero: begin with everything.
    let pages = if is_begun { STEP_PAGES } else { -STEP_PAGES };
    file.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?1)")?.execute([pages])?;
    // As FTS5 says: one change is the command itself.
    let is_over = file.total_changes() - before < 2;
    if is_over { take_no_message(file, "DELETE FROM forgetting WHERE room = 0") } else { Ok(()) }
}

fn take_no_message(file: &Connection, sql: &str) -> rusqlite::Result<()> {
    file.prepare_cached(sql)?.execute([]).map(drop)
}
