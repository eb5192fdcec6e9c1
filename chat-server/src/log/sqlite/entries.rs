//! Entries as they are read: a part of a log, or one by the id of its post.

use super::forgotten::Forgotten;
use super::place::{from_ordered, ordered, place, seq};
use crate::log::page::{Behind, fitted};
use crate::log::{End, Range, Slice, Stored};
use chat_proto::{Author, Entry, EntryBody, PersonId, PostId, Seq, UnixMillis, codec, wire};
use rusqlite::{Connection, OptionalExtension, Row};

const COLUMNS: &str = "place, prev, time, person, name, instance, n, kind, body";

/// The part of a room's log that `range` asks for; none if the file knows no such log.
pub(super) fn slice(file: &Connection, room: i64, range: &Range) -> rusqlite::Result<Option<Slice>> {
    let Some(head) = head(file, room)? else { return Ok(None) };
    let oldest = first(file, room)?.unwrap_or(head.next());
    Ok(Some(Slice { oldest, head, entries: within(file, room, range)? }))
}

/// The same, with what stands behind `range` and changes something in it, as far as that fits.
pub(super) fn page(file: &Connection, room: i64, range: &Range) -> rusqlite::Result<Option<Slice>> {
    let Some(slice) = slice(file, room, range)? else { return Ok(None) };
    let Some((first, last)) = slice.entries.first().zip(slice.entries.last()) else { return Ok(Some(slice)) };
    let forgotten = Forgotten::read(file, room)?;
    let mut statement = file.prepare_cached(BEHIND)?;
    let range = (place(room, first.seq), place(room, last.seq), place(room, range.before));
    let behind = statement.query_map(range, |row| behind(row, &forgotten))?;
    let entries = fitted(slice.entries, behind.filter_map(Result::transpose))?;
    Ok(Some(Slice { entries, ..slice }))
}

/// What counts of whatever points at these places, the newest place first; and what stands there.
pub(super) const BEHIND: &str = "SELECT place, prev, time, person, name, instance, n, kind, body, target, \
     (SELECT said.person FROM entries AS said WHERE said.place = entries.target) \
     FROM entries WHERE target BETWEEN ?1 AND ?2 AND place >= ?3 ORDER BY target DESC";

/// Nothing, if what it points at is being erased.
fn behind(row: &Row<'_>, forgotten: &Forgotten) -> rusqlite::Result<Option<Behind>> {
    let (target, said_by): (i64, Option<i64>) = (row.get(9)?, row.get(10)?);
    let is_erased = said_by.is_none_or(|person| forgotten.reaches(PersonId(person.cast_unsigned()), target));
    if is_erased {
        return Ok(None);
    }
    Ok(Some(Behind { target: seq(target), stored: stored(row, forgotten)? }))
}

/// What is read of a log of which nothing is kept.
pub(super) fn nothing(head: Seq) -> Slice {
    Slice { oldest: head.next(), head, entries: Vec::new() }
}

/// The newest entry there ever was; none if the file knows no such log.
pub(super) fn head(file: &Connection, room: i64) -> rusqlite::Result<Option<Seq>> {
    let mut dropped = file.prepare_cached("SELECT dropped FROM logs WHERE room = ?1")?;
    let Some(dropped) = dropped.query_row([room], |row| row.get(0).map(i64::cast_unsigned)).optional()? else {
        return Ok(None);
    };
    let mut last = file.prepare_cached("SELECT max(place) FROM entries WHERE place BETWEEN ?1 AND ?2")?;
    let last: Option<i64> = last.query_row(bounds(room), |row| row.get(0))?;
    Ok(Some(last.map_or(Seq(dropped), seq)))
}

fn first(file: &Connection, room: i64) -> rusqlite::Result<Option<Seq>> {
    let mut first = file.prepare_cached("SELECT min(place) FROM entries WHERE place BETWEEN ?1 AND ?2")?;
    first.query_row(bounds(room), |row| Ok(row.get::<_, Option<i64>>(0)?.map(seq)))
}

fn bounds(room: i64) -> [i64; 2] {
    [place(room, Seq::START), place(room, Seq(u64::MAX))]
}

fn within(file: &Connection, room: i64, range: &Range) -> rusqlite::Result<Vec<Stored>> {
    let order = match range.from {
        End::Oldest => "ASC",
        End::Newest => "DESC",
    };
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE place > ?1 AND place <= ?2 ORDER BY place {order} LIMIT ?3");
    let last = Seq(range.before.0.saturating_sub(1));
    let most = i64::try_from(range.entries).unwrap_or(i64::MAX);
    let forgotten = Forgotten::read(file, room)?;
    let mut statement = file.prepare_cached(&sql)?;
    let rows =
        statement.query_map((place(room, range.after), place(room, last), most), |row| stored(row, &forgotten))?;
    let mut entries = bounded(rows, range.bytes)?;
    if range.from == End::Newest {
        entries.reverse();
    }
    Ok(entries)
}

/// As many as fit into `bytes`, but at least one if any. What does not fit is not read on.
fn bounded(rows: impl Iterator<Item = rusqlite::Result<Stored>>, bytes: usize) -> rusqlite::Result<Vec<Stored>> {
    let mut entries = Vec::new();
    let mut used = 0;
    for stored in rows {
        let stored = stored?;
        used += stored.bytes.len();
        if used > bytes && !entries.is_empty() {
            break;
        }
        entries.push(stored);
    }
    Ok(entries)
}

/// The entry that was posted by `person` under this id.
pub(super) fn find(file: &Connection, room: i64, person: PersonId, post: PostId) -> rusqlite::Result<Option<Stored>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM entries WHERE place >> 40 = ?1 AND person = ?2 AND instance = ?3 AND n = ?4 \
         AND instance IS NOT NULL"
    );
    let forgotten = Forgotten::read(file, room)?;
    let id = (room, person.0.cast_signed(), post.instance.cast_signed(), ordered(post.n));
    file.prepare_cached(&sql)?.query_row(id, |row| stored(row, &forgotten)).optional()
}

fn stored(row: &Row<'_>, forgotten: &Forgotten) -> rusqlite::Result<Stored> {
    let (place, person): (i64, i64) = (row.get(0)?, row.get(3)?);
    let (seq, prev) = (seq(place), Seq(row.get::<_, i64>(1)?.cast_unsigned()));
    let author = Author { person: PersonId(person.cast_unsigned()), name: row.get::<_, Vec<u8>>(4)?.into() };
    // The same bytes as of the kind itself, without reading them.
    let body = EntryBody::Unknown { kind: row.get(7)?, body: row.get::<_, Vec<u8>>(8)?.into() };
    let body = forgotten.left_of(author.person, place, body);
    let time = UnixMillis(row.get(2)?);
    let bytes = codec::entry_bytes(&Entry { seq, prev, time, author, post: post_of(row)?, body });
    Ok(Stored { seq, prev, bytes })
}

fn post_of(row: &Row<'_>) -> rusqlite::Result<Option<PostId>> {
    let (instance, n): (Option<i64>, Option<i64>) = (row.get(5)?, row.get(6)?);
    Ok(instance.zip(n).map(|(instance, n)| PostId { instance: instance.cast_unsigned(), n: from_ordered(n) }))
}

/// What the bytes of a body say; [`EntryBody::Unknown`] if they say nothing.
pub(super) fn body_of(kind: u16, body: Vec<u8>) -> EntryBody {
    read(EntryBody::Unknown { kind, body: body.into() })
}

/// A body of which only the kind was known.
pub(super) fn read(body: EntryBody) -> EntryBody {
    wire::decode(&wire::encode(&body)).unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::sqlite::fixture::file;

    #[test]
    fn a_page_walks_only_what_points_into_it_and_sorts_nothing() {
        let file = file();
        let mut statement = file.prepare(&format!("EXPLAIN QUERY PLAN {BEHIND}")).unwrap();

        let plan = statement.query_map((1, 2, 3), |row| row.get(3)).unwrap();

        let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
        assert!(plan.iter().any(|step| step.contains("INDEX pointers (target>? AND target<?)")), "{plan:?}");
        assert!(plan.iter().any(|step| step.contains("said USING INTEGER PRIMARY KEY")), "{plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE") || step.starts_with("SCAN")), "{plan:?}");
    }
}
