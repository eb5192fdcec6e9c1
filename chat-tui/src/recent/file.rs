//! The rooms of the last days on disk.
//!
//! ```text
//! state directory/recent.json               the rooms
//!                 recent.json.lock          locked while somebody changes them
//!                 recent.json.unreadable    what was there and could not be read, put aside
//! ```
//!
//! Many programs of one person share the file: each change reads it, changes it and writes it under the lock.

use super::{Change, Recent, apply};
use crate::level::Level;
use crate::shared_file;
use chat_proto::text::visible_line;
use chat_proto::{Fingerprint, Nick, RoomCode, RoomId, Seq, UnixMillis};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
/// Many times what a hundred rooms take.
const BYTES_MAX: u64 = 256 * 1024;

/// Where the rooms are kept.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    rooms: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    server: String,
    key: Option<String>,
    name: String,
    room: String,
    code: String,
    topic: String,
    last: i64,
    // Files of before know nothing of these.
    #[serde(default)]
    place: Option<usize>,
    #[serde(default)]
    shown: bool,
    #[serde(default)]
    read: u64,
    #[serde(default)]
    notify: Option<String>,
}

impl Store {
    /// In this directory, which need not exist yet.
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("recent.json") }
    }

    /// What stands there. What cannot be read is no reason not to start.
    pub fn load(&self) -> Vec<Recent> {
        match self.read() {
            Ok(Some(rows)) => rows.into_iter().filter_map(recent).collect(),
            Ok(None) | Err(_) => Vec::new(),
        }
    }

    /// Takes `change` into what stands there. A damaged file is put aside, and another begun.
    pub fn change(&self, change: Change, now: UnixMillis) -> io::Result<()> {
        let lock = shared_file::lock(&self.path)?;
        let rows = self.read().or_else(|_| shared_file::put_aside(&self.path).map(|()| None))?.unwrap_or_default();
        let mut rooms = rows.into_iter().filter_map(recent).collect();
        apply(&mut rooms, change, now);
        shared_file::replace(&self.path, &bytes(&rooms))?;
        drop(lock);
        Ok(())
    }

    /// `None` if nothing was kept yet.
    fn read(&self) -> io::Result<Option<Vec<Row>>> {
        let bytes = match std::fs::metadata(&self.path) {
            Ok(file) if file.len() > BYTES_MAX => return Err(io::Error::other("it is too large")),
            Ok(_) => std::fs::read(&self.path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let Document { version, rooms } = serde_json::from_slice(&bytes)?;
        match version {
            VERSION => Ok(Some(rooms)),
            _ => Err(io::Error::other("it is of another version")),
        }
    }
}

fn bytes(rooms: &[Recent]) -> Vec<u8> {
    let document = Document { version: VERSION, rooms: rooms.iter().map(row).collect() };
    serde_json::to_vec_pretty(&document).expect("strings and numbers always have a JSON form")
}

fn row(recent: &Recent) -> Row {
    Row {
        server: recent.server.clone(),
        key: recent.key.map(|key| key.to_string()),
        name: recent.name.to_string(),
        room: recent.room.to_string(),
        code: recent.code.to_string(),
        topic: recent.topic.clone(),
        last: recent.last.0,
        place: recent.place,
        shown: recent.is_shown,
        read: recent.read.0,
        notify: recent.level.map(|level| level.word().to_owned()),
    }
}

/// None for a row that somebody has damaged: the others are still good. A key that cannot be read is no reason to go
/// without one.
fn recent(row: Row) -> Option<Recent> {
    let key = match row.key {
        Some(key) => Some(Fingerprint::parse(&key)?),
        None => None,
    };
    Some(Recent {
        server: crate::address::server_address(&row.server).ok()?,
        key,
        name: Nick::parse(row.name.as_bytes()).ok()?,
        room: RoomId::parse(&row.room)?,
        code: RoomCode::parse(row.code.as_bytes()).ok()?,
        topic: visible_line(row.topic.as_bytes()),
        last: UnixMillis(row.last),
        place: row.place,
        is_shown: row.shown,
        read: Seq(row.read),
        level: row.notify.as_deref().and_then(Level::parse),
    })
}
