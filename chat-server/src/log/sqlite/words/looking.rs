//! Searching a room: one match of the index, from the newest place to the oldest.
//!
//! For the beginning of a word the index has to put the places of all words together that begin so, of all rooms,
//! before it knows the newest. If that takes long, there are many, and then some of them are among the newest messages
//! that are right otherwise: these are read first, one by one.

use super::{edit_of_entry, look_word, person_word};
use crate::log::excerpt::excerpt;
use crate::log::said::newest_text;
use crate::log::search::{Findings, Judge, Query, Term, Whose};
use crate::log::sqlite::entries::body_of;
use crate::log::sqlite::forgotten::Forgotten;
use crate::log::sqlite::kinds::{EDIT, is_said, kind_is_said};
use crate::log::sqlite::place::{place, seq};
use chat_proto::frame::{Beyond, Excerpt, Hit};
use chat_proto::limits::SEARCH_HITS;
use chat_proto::{Author, PersonId, Seq, UnixMillis};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row};
use std::time::{Duration, Instant};

/// Steps of SQLite's machine between two looks at the clock.
const STEPS_PER_LOOK: i32 = 100;

/// An entry of the room that is searched.
struct Entry {
    place: i64,
    time: UnixMillis,
    author: Author,
    kind: u16,
    /// What it says now.
    text: String,
}

/// Looks for `query` in what is indexed of a room, for at most `time`. Opens a transaction itself: index and entries
/// are of one moment.
pub(in crate::log::sqlite) fn search(
    file: &mut Connection,
    room: i64,
    query: &Query,
    time: Duration,
) -> rusqlite::Result<Findings> {
    let deadline = Instant::now() + time;
    file.progress_handler(STEPS_PER_LOOK, Some(move || Instant::now() >= deadline))?;
    let mut hits = Vec::new();
    let beyond = collect(file, room, query, &mut hits);
    file.progress_handler(0, None::<fn() -> bool>)?;
    match beyond {
        Ok(beyond) => Ok(Findings { hits, beyond }),
        Err(error) if is_out_of_time(&error) => Ok(Findings { hits, beyond: Beyond::Unsearched }),
        Err(error) => Err(error),
    }
}

fn is_out_of_time(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

fn collect(file: &mut Connection, room: i64, query: &Query, hits: &mut Vec<Hit>) -> rusqlite::Result<Beyond> {
    let file = file.transaction()?;
    let (oldest, newest) = places(&file, room, query)?;
    let mut looking = Looking { file: &file, query, room, forgotten: Forgotten::read(&file, room)?, hits };
    if query.terms.is_empty() && query.from.is_none() {
        return looking.read_all(oldest, newest);
    }
    let newest = match query.terms.iter().any(is_beginning) {
        false => newest,
        true => match looking.read(oldest, newest)? {
            Step::Over(beyond) => return Ok(beyond),
            Step::Next(newest) => newest,
        },
    };
    looking.look_up(oldest, newest)
}

/// Messages that are read before the index is asked for beginnings: a few milliseconds.
const READ_MESSAGES: i64 = 1_000;

enum Step {
    /// This is where to go on.
    Next(i64),
    Over(Beyond),
}

/// Rows come in this order by themselves, and a place outside is never visited.
pub(super) const MATCH: &str =
    "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC";

fn is_beginning(term: &Term) -> bool {
    matches!(term, Term::Beginning(_))
}

/// What FTS5 is asked to match: quoted words only, so that nothing in them is an operator.
fn expression(query: &Query, terms: impl Fn(&&Term) -> bool) -> String {
    let author = query.from.iter().map(|speaker| format!("author : ({})", speaker_words(speaker)));
    let terms = query.terms.iter().filter(terms).map(|term| format!("text : {}", quoted(term)));
    author.chain(terms).collect::<Vec<_>>().join(" AND ")
}

fn speaker_words(speaker: &Whose) -> String {
    let person = speaker.person.map(|person| format!(" OR \"{}\"", person_word(person)));
    format!("\"{}\"{}", look_word(&speaker.name), person.unwrap_or_default())
}

fn quoted(term: &Term) -> String {
    // Folded words have no quotes in them; a quote that is doubled is one all the same.
    let words = term.words().join(" ").replace('"', "\"\"");
    match term {
        Term::Phrase(_) => format!("\"{words}\""),
        Term::Beginning(_) => format!("\"{words}\" *"),
    }
}

/// The first and the last place where anything may be found.
fn places(file: &Connection, room: i64, query: &Query) -> rusqlite::Result<(i64, i64)> {
    let since = query.since.map(|since| first_at(file, room, since)).transpose()?;
    let until = query.until.map(|until| first_at(file, room, until)).transpose()?;
    let before = place(room, query.before);
    Ok((since.unwrap_or(place(room, Seq::START)), until.unwrap_or(before).min(before) - 1))
}

/// The place of the first entry of that time or later, or behind the last. Halves what is left, as time never falls
/// within a room.
fn first_at(file: &Connection, room: i64, time: UnixMillis) -> rusqlite::Result<i64> {
    let mut next =
        file.prepare_cached("SELECT place, time FROM entries WHERE place >= ?1 AND place < ?2 ORDER BY place LIMIT 1")?;
    let (mut low, mut high) = (place(room, Seq::START), place(room + 1, Seq::START));
    while low < high {
        let middle = low + (high - low) / 2;
        let entry: Option<(i64, i64)> = next.query_row((middle, high), |row| row.try_into()).optional()?;
        match entry {
            Some((place, then)) if then < time.0 => low = place + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

struct Looking<'a> {
    file: &'a Connection,
    query: &'a Query,
    room: i64,
    forgotten: Forgotten,
    hits: &'a mut Vec<Hit>,
}

impl Looking<'_> {
    /// Reads the newest messages that are right but for the beginnings.
    fn read(&mut self, oldest: i64, newest: i64) -> rusqlite::Result<Step> {
        let mut judge = Judge::new(self.query);
        let others = expression(self.query, |term| !is_beginning(term));
        let mut statement = self.file.prepare_cached(if others.is_empty() { NEWEST } else { NEWEST_MATCHES })?;
        let mut rows = statement.query((oldest, newest, READ_MESSAGES, others))?;
        let (mut count, mut last) = (0, newest);
        while let Some(row) = rows.next()? {
            let entry = Entry::read(row)?;
            (count, last) = (count + 1, entry.place - 1);
            if self.is_said(&entry) && judge.is_sought(&entry.author, &entry.text) && !self.take(&entry)? {
                return Ok(Step::Over(Beyond::More));
            }
        }
        Ok(if count < READ_MESSAGES { Step::Over(Beyond::Nothing) } else { Step::Next(last) })
    }

    /// Reads the messages of a time, of which the index knows nothing.
    fn read_all(&mut self, oldest: i64, mut newest: i64) -> rusqlite::Result<Beyond> {
        loop {
            match self.read(oldest, newest)? {
                Step::Over(beyond) => return Ok(beyond),
                Step::Next(next) => newest = next,
            }
        }
    }

    /// Asks the index.
    fn look_up(&mut self, oldest: i64, newest: i64) -> rusqlite::Result<Beyond> {
        let mut statement = self.file.prepare_cached(MATCH)?;
        let mut rows = statement.query((expression(self.query, |_| true), oldest, newest))?;
        while let Some(row) = rows.next()? {
            if let Some(found) = self.entry(row.get(0)?)?
                && !self.take(&found)?
            {
                return Ok(Beyond::More);
            }
        }
        Ok(Beyond::Nothing)
    }

    /// Takes a hit, if there is place for one more.
    fn take(&mut self, found: &Entry) -> rusqlite::Result<bool> {
        let has_place = self.hits.len() < SEARCH_HITS;
        if has_place {
            let hit = self.hit(found)?;
            self.hits.push(hit);
        }
        Ok(has_place)
    }

    fn hit(&self, found: &Entry) -> rusqlite::Result<Hit> {
        let at = self.query.first_match(&found.text);
        Ok(Hit {
            before: self.nearest(BEFORE, found.place, place(self.room, Seq::START))?,
            found: found.excerpt(at),
            after: self.nearest(AFTER, found.place, place(self.room, Seq(u64::MAX)))?,
        })
    }

    /// What was said there, if it still is.
    fn entry(&self, place: i64) -> rusqlite::Result<Option<Entry>> {
        let entry = self.file.prepare_cached(AT)?.query_row([place], Entry::read).optional()?;
        // Put otherwise since it was taken into the index, it may be something else.
        Ok(entry.filter(|entry| self.is_said(entry) && self.query.matches(&entry.text)))
    }

    fn nearest(&self, sql: &str, from: i64, end: i64) -> rusqlite::Result<Option<Excerpt>> {
        let mut statement = self.file.prepare_cached(sql)?;
        let mut entries = statement.query_map((from, end), Entry::read)?;
        let said = entries.find(|entry| entry.as_ref().map_or(true, |entry| self.is_said(entry)));
        Ok(said.transpose()?.map(|entry| entry.excerpt(0)))
    }

    fn is_said(&self, entry: &Entry) -> bool {
        is_said(entry.kind) && !self.forgotten.includes(entry.author.person, entry.place, entry.kind)
    }
}

/// Queries of entries, with what [`Entry::read`] reads.
macro_rules! entries {
    ($($rest:expr),+) => {
        concat!("SELECT place, time, person, name, kind, body, (", edit_of_entry!(), ") FROM ", $($rest),+)
    };
}

const AT: &str = entries!("entries WHERE place = ?1");
const NEWEST: &str = entries!(
    "entries WHERE place >= ?1 AND place <= ?2 AND ",
    kind_is_said!(),
    " AND ?4 = '' ORDER BY place DESC LIMIT ?3"
);
const NEWEST_MATCHES: &str = entries!(
    "words JOIN entries ON place = words.rowid WHERE words MATCH ?4 AND words.rowid BETWEEN ?1 AND ?2 \
     ORDER BY words.rowid DESC LIMIT ?3"
);
const BEFORE: &str = entries!("entries WHERE place < ?1 AND place >= ?2 AND ", kind_is_said!(), " ORDER BY place DESC");
const AFTER: &str = entries!("entries WHERE place > ?1 AND place <= ?2 AND ", kind_is_said!(), " ORDER BY place");

impl Entry {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (person, name): (i64, Vec<u8>) = (row.get(2)?, row.get(3)?);
        let author = Author { person: PersonId(person.cast_unsigned()), name: name.into() };
        let (kind, body, edit): (u16, Vec<u8>, Option<Vec<u8>>) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let edit = edit.map(|edit| body_of(EDIT, edit));
        let text = newest_text(&body_of(kind, body), edit.as_ref()).unwrap_or_default();
        Ok(Self { place: row.get(0)?, time: UnixMillis(row.get(1)?), author, kind, text })
    }

    fn excerpt(&self, at: usize) -> Excerpt {
        let text = excerpt(&self.text, at).into();
        Excerpt { seq: seq(self.place), time: self.time, author: self.author.clone(), text }
    }
}
