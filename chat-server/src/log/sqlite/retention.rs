//! Dropping what is too old, or too much: always the oldest entries of a room, never one from between.
//!
//! Of a post that is dropped a mark stays in `gone`, so that none up to it is ever appended again.

use super::kinds::is_said;
use super::place::{place, seq};
use super::stale;
use super::words::{self, Progress, SPOKEN, Spoken};
use chat_proto::frame::Keep;
use chat_proto::{Seq, UnixMillis};
use rusqlite::{Connection, OptionalExtension, Row};
use std::time::Duration;

/// Entries that one step drops: each message rewrites a page of the index per word.
const STEP_ENTRIES: i64 = 32;

/// Instances per room whose posts are remembered as "gone up to". Beyond, the longest silent are forgotten.
const SENDERS_MAX: i64 = 16_384;

/// What an entry costs besides its author's name and its body, about.
const ENTRY_OVERHEAD_BYTES: usize = 112;

/// What an entry takes, about, of these bytes of name and body: so much it adds to `logs.bytes`, and so much less that
/// is when it is dropped.
pub(super) fn cost_bytes(name: &[u8], body: &[u8]) -> i64 {
    signed(name.len() + body.len() + ENTRY_OVERHEAD_BYTES)
}

/// As SQLite counts bytes.
pub(super) fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// What is kept.
pub(super) struct Bounds<'a> {
    /// For how long a room keeps its entries that was asked to keep so much; none for ever.
    pub(super) keeps: &'a dyn Fn(Keep) -> Option<Duration>,
    /// Bytes of all rooms together.
    pub(super) bytes: Option<usize>,
}

/// An entry that is to go.
struct Oldest {
    spoken: Spoken,
    time: UnixMillis,
    post: Option<(i64, i64)>,
}

/// One time through everything that may go, as far as it has come: what was looked at is not looked at again for every
/// step, and there may be many rooms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sweep {
    now: UnixMillis,
    stage: Stage,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Rooms that are over.
    Over,
    /// What is too old, in this room and those after it.
    Outdated { room: i64 },
    /// What is too much.
    TooLarge,
}

impl Sweep {
    /// From the beginning, at this time.
    pub(super) fn at(now: UnixMillis) -> Self {
        Self { now, stage: Stage::Over }
    }

    /// Drops some of what is not to be kept, in a transaction that is open: first of rooms that are over, then what is
    /// too old, then the oldest of the largest room.
    pub(super) fn step(&mut self, file: &Connection, bounds: &Bounds<'_>) -> rusqlite::Result<Progress> {
        if let Stage::Over = self.stage {
            if let Some(room) = over(file)? {
                return empty(file, room).map(|()| Progress::More);
            }
            self.stage = Stage::Outdated { room: 0 };
        }
        if let Stage::Outdated { room } = self.stage {
            if let Some((room, until)) = outdated(file, room, self.now, bounds)? {
                self.stage = Stage::Outdated { room };
                return drop_oldest(file, room, until).map(|_| Progress::More);
            }
            self.stage = Stage::TooLarge;
        }
        match too_large(file, bounds)? {
            Some(room) => drop_oldest(file, room, UnixMillis(i64::MAX)).map(|_| Progress::More),
            None => Ok(Progress::Done),
        }
    }
}

/// A log whose room is no more.
fn over(file: &Connection) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT room FROM logs WHERE room NOT IN (SELECT room FROM rooms) LIMIT 1";
    file.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()
}

/// Drops some of a room that is over; in the end nothing is known of it.
fn empty(file: &Connection, room: i64) -> rusqlite::Result<()> {
    if drop_oldest(file, room, UnixMillis(i64::MAX))? > 0 {
        return Ok(());
    }
    for table in ["gone", "forgetting", "logs"] {
        file.prepare_cached(&format!("DELETE FROM {table} WHERE room = ?1"))?.execute([room])?;
    }
    Ok(())
}

/// The first room from `room` on that holds entries from before a time until which they are too old.
fn outdated(
    file: &Connection,
    room: i64,
    now: UnixMillis,
    bounds: &Bounds<'_>,
) -> rusqlite::Result<Option<(i64, UnixMillis)>> {
    let sql = "SELECT room, keep_ms, \
               (SELECT time FROM entries WHERE place > room << 40 AND place < (room + 1) << 40 ORDER BY place LIMIT 1) \
               FROM rooms WHERE room >= ?1 ORDER BY room";
    let mut statement = file.prepare_cached(sql)?;
    let mut rows = statement.query([room])?;
    while let Some(row) = rows.next()? {
        let until = bounds.oldest(now, keep(row.get(1)?));
        let oldest: Option<i64> = row.get(2)?;
        if oldest.is_some_and(|time| time < until.0) {
            return Ok(Some((row.get(0)?, until)));
        }
    }
    Ok(None)
}

/// How long a room was asked to keep its entries, as `rooms.keep_ms` says it.
fn keep(keep_ms: Option<i64>) -> Keep {
    match keep_ms {
        None => Keep::Default,
        Some(ms) => u64::try_from(ms).map_or(Keep::Forever, Keep::Millis),
    }
}

impl Bounds<'_> {
    /// The time of the oldest entry that may stay.
    fn oldest(&self, now: UnixMillis, keep: Keep) -> UnixMillis {
        let Some(keeps) = (self.keeps)(keep) else { return UnixMillis(i64::MIN) };
        UnixMillis(now.0.saturating_sub(i64::try_from(keeps.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// The largest room, if all together are too large.
fn too_large(file: &Connection, bounds: &Bounds<'_>) -> rusqlite::Result<Option<i64>> {
    let Some(most) = bounds.bytes else { return Ok(None) };
    let sum: i64 = file.prepare_cached("SELECT coalesce(sum(bytes), 0) FROM logs")?.query_row([], |row| row.get(0))?;
    if sum <= signed(most) {
        return Ok(None);
    }
    let mut largest = file.prepare_cached("SELECT room FROM logs ORDER BY bytes DESC LIMIT 1")?;
    largest.query_row([], |row| row.get(0)).optional()
}

/// Drops the oldest entries of a room from before `until`, at most as many as fit into a step; says how many.
fn drop_oldest(file: &Connection, room: i64, until: UnixMillis) -> rusqlite::Result<usize> {
    let indexed = words::indexed(file, room)?.unwrap_or(Seq::START);
    let mut entries = oldest(file, room)?;
    entries.retain(|entry| entry.time < until);
    for entry in &entries {
        if is_said(entry.spoken.kind) && seq(entry.spoken.place) <= indexed {
            stale::take_out(file, &entry.spoken)?;
        }
        entry.leave_mark(file, room)?;
    }
    match entries.last() {
        Some(last) => {
            let bytes = entries.iter().map(|entry| cost_bytes(&entry.spoken.name, &entry.spoken.body)).sum();
            drop_up_to(file, room, last.spoken.place, bytes)?;
        }
        None => count_nothing(file, room)?,
    }
    forget_senders(file, room)?;
    Ok(entries.len())
}

fn oldest(file: &Connection, room: i64) -> rusqlite::Result<Vec<Oldest>> {
    let sql = format!(
        "SELECT {SPOKEN}, time, instance, n FROM entries WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3"
    );
    let mut statement = file.prepare_cached(&sql)?;
    let range = (place(room, Seq::START), place(room, Seq(u64::MAX)), STEP_ENTRIES);
    statement.query_map(range, Oldest::read)?.collect()
}

fn drop_up_to(file: &Connection, room: i64, last: i64, bytes: i64) -> rusqlite::Result<()> {
    let mut statement = file.prepare_cached("DELETE FROM entries WHERE place > ?1 AND place <= ?2")?;
    statement.execute((place(room, Seq::START), last))?;
    let sql = "UPDATE logs SET dropped = ?2, indexed = max(indexed, ?2), bytes = max(bytes - ?3, 0) WHERE room = ?1";
    file.prepare_cached(sql)?.execute((room, seq(last).0.cast_signed(), bytes)).map(drop)
}

/// Nothing is there, so nothing is taken: whatever was counted wrongly must not make a step go on for ever.
fn count_nothing(file: &Connection, room: i64) -> rusqlite::Result<()> {
    file.prepare_cached("UPDATE logs SET bytes = 0 WHERE room = ?1")?.execute([room]).map(drop)
}

fn forget_senders(file: &Connection, room: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM gone WHERE room = ?1 AND seq <= \
               (SELECT seq FROM gone WHERE room = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
    file.prepare_cached(sql)?.execute((room, SENDERS_MAX)).map(drop)
}

impl Oldest {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (instance, n): (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
        Ok(Self { spoken: Spoken::read(row)?, time: UnixMillis(row.get(6)?), post: instance.zip(n) })
    }

    fn leave_mark(&self, file: &Connection, room: i64) -> rusqlite::Result<()> {
        let Some((instance, n)) = self.post else { return Ok(()) };
        let sql = "INSERT INTO gone (room, person, instance, n, seq) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (room, person, instance) DO UPDATE SET n = max(n, excluded.n), seq = excluded.seq";
        let (person, seq) = (self.spoken.person.0.cast_signed(), seq(self.spoken.place).0.cast_signed());
        file.prepare_cached(sql)?.execute((room, person, instance, n, seq)).map(drop)
    }
}

#[cfg(test)]
mod tests;
