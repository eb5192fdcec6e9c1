//! Every entry of every room, in order.

use super::Findings;
use super::index::Digests;
use crate::log::sqlite::called::name_of_room;
use crate::log::sqlite::kinds::is_said;
use crate::log::sqlite::place::{place, seq};
use crate::log::sqlite::retention::cost_bytes;
use crate::log::sqlite::visiting::{COLUMNS, VisitError, Visited};
use crate::log::sqlite::words::{Spoken, edit_of_entry};
use chat_proto::{EntryBody, Seq, UnixMillis};
use rusqlite::Connection;

/// A room's log, as the file says it is.
struct Log {
    room: i64,
    name: String,
    dropped: Seq,
    indexed: Seq,
    bytes: i64,
}

/// What was seen of it.
struct Walk {
    last: Seq,
    time: UnixMillis,
    bytes: i64,
}

pub(super) fn check(file: &Connection, digests: &mut Digests, findings: &mut Findings<'_>) -> Result<(), VisitError> {
    for log in logs(file)? {
        let walk = log.walk(file, digests, findings)?;
        log.compare(&walk, findings)?;
    }
    Ok(())
}

fn logs(file: &Connection) -> rusqlite::Result<Vec<Log>> {
    let sql = format!(
        "SELECT room, coalesce({}, 'that is over'), dropped, indexed, bytes FROM logs LEFT JOIN rooms USING (room)",
        name_of_room()
    );
    let number = |n: i64| Seq(n.cast_unsigned());
    let mut statement = file.prepare(&sql)?;
    let rows = statement.query_map([], |row| {
        let (dropped, indexed) = (number(row.get(2)?), number(row.get(3)?));
        Ok(Log { room: row.get(0)?, name: row.get(1)?, dropped, indexed, bytes: row.get(4)? })
    })?;
    rows.collect()
}

impl Log {
    fn walk(&self, file: &Connection, digests: &mut Digests, findings: &mut Findings<'_>) -> Result<Walk, VisitError> {
        let sql = format!(
            "SELECT {COLUMNS}, ({}) FROM entries WHERE place > ?1 AND place <= ?2 ORDER BY place",
            edit_of_entry!()
        );
        let mut statement = file.prepare_cached(&sql)?;
        let mut rows = statement.query((place(self.room, Seq::START), place(self.room, Seq(u64::MAX))))?;
        let mut walk = Walk { last: self.dropped, time: UnixMillis(i64::MIN), bytes: 0 };
        while let Some(row) = rows.next()? {
            let entry = Visited::read(row)?;
            self.look_at(&entry, &walk, findings)?;
            self.digest(&entry, row.get(7)?, digests);
            walk.bytes += cost_bytes(&entry.author.name, &entry.body.bytes());
            (walk.last, walk.time) = (seq(entry.place), entry.time);
        }
        Ok(walk)
    }

    fn look_at(&self, entry: &Visited, walk: &Walk, findings: &mut Findings<'_>) -> Result<(), VisitError> {
        let (name, seq) = (&self.name, seq(entry.place));
        if entry.prev.cast_unsigned() != walk.last.0 {
            findings.add(format_args!("room {name}: entry {seq} comes after {}, not {}", walk.last, entry.prev))?;
        }
        if entry.time < walk.time {
            findings.add(format_args!("room {name}: entry {seq} is older than the one before it"))?;
        }
        if !is_readable(&entry.body) {
            findings.add(format_args!("room {name}: entry {seq} cannot be read"))?;
        }
        Ok(())
    }

    fn digest(&self, entry: &Visited, edit: Option<Vec<u8>>, digests: &mut Digests) {
        let (place, person, kind) = (entry.place, entry.author.person, entry.body.kind());
        if is_said(kind) && seq(place) <= self.indexed {
            let (name, body) = (entry.author.name.to_vec(), entry.body.bytes().to_vec());
            digests.expect(&Spoken { place, person, name, kind, body, edit });
        }
    }

    fn compare(&self, walk: &Walk, findings: &mut Findings<'_>) -> Result<(), VisitError> {
        let Self { name, indexed, bytes, .. } = self;
        if *indexed > walk.last {
            findings
                .add(format_args!("room {name}: words are known up to {indexed}, but entries only to {}", walk.last))?;
        }
        if *bytes != walk.bytes {
            findings.add(format_args!("room {name}: {bytes} bytes are counted, and {} are there", walk.bytes))?;
        }
        Ok(())
    }
}

/// Whether this is a kind that a server wrote, in the way it writes it.
fn is_readable(body: &EntryBody) -> bool {
    match body {
        EntryBody::Message(text) | EntryBody::Action(text) | EntryBody::Topic(text) => {
            std::str::from_utf8(text).is_ok()
        }
        EntryBody::Reply(reply) => std::str::from_utf8(&reply.text).is_ok(),
        EntryBody::Edit(edit) => std::str::from_utf8(&edit.text).is_ok(),
        EntryBody::Unknown { .. } => false,
        _ => true,
    }
}
