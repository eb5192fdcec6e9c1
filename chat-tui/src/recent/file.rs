//! The rooms of the last days on disk.
//!
//! ```text
//! state directory/recent.json    the rooms; written whole to a temporary file, then renamed
//!                 recent.lock    locked while somebody changes them
//! ```
//!
//! Many programs of one person share the file: each change reads it, changes it and writes it under the lock.

use super::{Change, Recent, apply};
use chat_proto::text::visible_line;
use chat_proto::{Fingerprint, Nick, RoomCode, RoomId, UnixMillis};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const VERSION: u32 = 1;
/// Many times what twenty rooms take.
const BYTES_MAX: u64 = 256 * 1024;
/// How long another program may hold the lock; it needs a millisecond.
const PATIENCE: Duration = Duration::from_millis(500);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

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
        let directory = self.path.parent().unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let lock = self.lock()?;
        let rows = match self.read() {
            Ok(rows) => rows.unwrap_or_default(),
            Err(_) => self.set_aside()?,
        };
        let mut rooms = rows.into_iter().filter_map(recent).collect();
        apply(&mut rooms, change, now);
        self.write(&rooms)?;
        drop(lock);
        Ok(())
    }

    fn lock(&self) -> io::Result<File> {
        let path = self.path.with_extension("lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let until = Instant::now() + PATIENCE;
        // Not for ever: a program that was stopped while it held the lock must not stop this one.
        while file.try_lock().is_err() {
            if Instant::now() >= until {
                return Err(io::Error::other("another program holds the lock"));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(file)
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

    fn set_aside(&self) -> io::Result<Vec<Row>> {
        std::fs::rename(&self.path, self.path.with_extension("unreadable"))?;
        Ok(Vec::new())
    }

    fn write(&self, rooms: &[Recent]) -> io::Result<()> {
        let temporary = self.path.with_extension("tmp");
        let document = Document { version: VERSION, rooms: rooms.iter().map(row).collect() };
        let bytes = serde_json::to_vec_pretty(&document).expect("strings and numbers always have a JSON form");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&bytes)?;
        std::fs::rename(&temporary, &self.path)
    }
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
        server: crate::config::server_address(&row.server).ok()?,
        key,
        name: Nick::parse(row.name.as_bytes()).ok()?,
        room: room(&row.room)?,
        code: RoomCode::parse(row.code.as_bytes()).ok()?,
        topic: visible_line(row.topic.as_bytes()),
        last: UnixMillis(row.last),
    })
}

fn room(hex: &str) -> Option<RoomId> {
    let id = u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32 && !hex.starts_with('+'))?;
    Some(RoomId(id.to_be_bytes()))
}
