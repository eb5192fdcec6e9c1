//! What was said in a room, for people and for other programs.
//!
//! ```text
//! {"seq":4,"time":"2026-11-22T14:03:00.120Z","time_ms":1795356180120,"person":2,"author":"bob","kind":"message","text":"hi"}
//! 2026-11-22 14:03:00  <bob> hi
//! ```
//!
//! Every JSON line has `seq`, `time` (RFC 3339, UTC), `time_ms` (since 1970), `person`, `author` and `kind`. By kind:
//!
//! | kind | more keys |
//! |---|---|
//! | `message`, `action`, `topic` | `text` |
//! | `act` | `act` (`kick`, `ban`, `unban`, `mute`, `unmute`, `op`, `deop`, `own`, `lock`, `unlock`, `rekey`); if it is about somebody `target`, `target_person`; of a ban `scope` (`key`, `address`) |
//! | `renamed` | `name` |
//! | `joined` | `role` (`member`, `operator`, `owner`), `voice` (`free`, `muted`) |
//! | `left` | `reason` (`quit`, `lost`, `leave`) |
//! | `reply` | `to` (a `seq`), `text` |
//! | `edit` | `of` (a `seq`), `text` |
//! | `delete` | `of` |
//! | `react` | `of`, `emoji`, `state` (`on`, `off`) |
//! | `forget`, `erased`, `opened` | none |
//! | `unknown` | `number`, `bytes` (hex) |
//!
//! In JSON, control characters are escaped as JSON escapes them; in text they are made visible, and the further lines
//! of a message are indented, so that none looks like another entry.

mod json;
mod text;

use super::called::{self, Found, RoomName};
use super::forgotten::Forgotten;
use super::place::place;
use super::visiting::{self, COLUMNS, VisitError, Visited};
use chat_proto::{EntryBody, Seq};
use rusqlite::Connection;
use std::io::{self, Write};
use std::path::Path;

/// Entries read at once: a long read would keep the server's write-ahead log from being begun again.
const PAGE_ENTRIES: i64 = 500;

/// How an export looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line and entry.
    JsonLines,
    /// Like a chat.
    Text,
}

/// Why there is no export. Each is a sentence for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The history cannot be read, or what was read cannot be written.
    #[error(transparent)]
    History(#[from] VisitError),
    /// Nobody knows such a room.
    #[error("there is no room {0} in this history")]
    NoRoom(RoomName),
    /// People have borne those names one after the other.
    #[error("there are several rooms {name} in this history: name one by its id, {ids}")]
    Several {
        /// What all of them are called.
        name: RoomName,
        /// What each of them is named by.
        ids: String,
    },
}

/// Writes every entry of the room that is called `name`, from the history in the directory `place`; says how many. What
/// is said meanwhile is written too.
///
/// # Errors
/// [`ExportError`].
pub fn export(place: &Path, name: &RoomName, format: Format, out: &mut dyn Write) -> Result<u64, ExportError> {
    let file = visiting::open(place)?;
    let room = room(&file, name)?;
    let write = match format {
        Format::JsonLines => json::write,
        Format::Text => text::write,
    };
    Ok(write_all(&file, room, write, out)?)
}

fn room(file: &Connection, name: &RoomName) -> Result<i64, ExportError> {
    match called::find(file, name).map_err(VisitError::from)?.as_slice() {
        [] => Err(ExportError::NoRoom(name.clone())),
        [found] => Ok(found.room),
        several => Err(ExportError::Several { name: name.clone(), ids: ids(several) }),
    }
}

fn ids(rooms: &[Found]) -> String {
    let ids: Vec<String> = rooms.iter().map(|found| found.id.to_string()).collect();
    ids.join(" or ")
}

fn write_all(
    file: &Connection,
    room: i64,
    write: fn(&Visited, &mut dyn Write) -> io::Result<()>,
    out: &mut dyn Write,
) -> Result<u64, VisitError> {
    let (mut count, mut after) = (0, place(room, Seq::START));
    loop {
        let page = page(file, room, after)?;
        let Some(last) = page.last() else { break };
        after = last.place;
        for entry in &page {
            write(entry, out)?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}

fn page(file: &Connection, room: i64, after: i64) -> rusqlite::Result<Vec<Visited>> {
    let moment = file.unchecked_transaction()?;
    let forgotten = Forgotten::read(&moment, room)?;
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3");
    let mut statement = moment.prepare_cached(&sql)?;
    let rows = statement.query_map((after, place(room, Seq(u64::MAX)), PAGE_ENTRIES), Visited::read)?;
    rows.map(|entry| entry.map(|entry| without_forgotten(entry, &forgotten))).collect()
}

/// What is being taken out reads as erased.
fn without_forgotten(entry: Visited, forgotten: &Forgotten) -> Visited {
    let body = forgotten.left_of(entry.author.person, entry.place, entry.body);
    Visited { body, ..entry }
}

/// What happened, in one word.
fn kind(body: &EntryBody) -> &'static str {
    match body {
        EntryBody::Message(_) => "message",
        EntryBody::Action(_) => "action",
        EntryBody::Topic(_) => "topic",
        EntryBody::Act(_) => "act",
        EntryBody::Forget => "forget",
        EntryBody::Reply(_) => "reply",
        EntryBody::Edit(_) => "edit",
        EntryBody::Delete(_) => "delete",
        EntryBody::React(_) => "react",
        EntryBody::Erased => "erased",
        EntryBody::Opened => "opened",
        EntryBody::Joined(_) => "joined",
        EntryBody::Left(_) => "left",
        EntryBody::Renamed(_) => "renamed",
        EntryBody::Unknown { .. } => "unknown",
    }
}

#[cfg(test)]
mod tests;
