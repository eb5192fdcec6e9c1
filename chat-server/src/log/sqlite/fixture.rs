//! A file with rooms in it, as the writer would have written them.

use super::place::{ordered, place};
use super::pointing;
use super::retention::cost_bytes;
use super::schema;
use super::words::{self, Progress};
use crate::log::{Draft, Reach};
use chat_proto::frame::Search;
use chat_proto::{Author, EntryBody, Nick, PersonId, PostId, RoomId, Seq, UnixMillis};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) const ALICE: (u64, &str) = (1, "alice");
pub(super) const BOB: (u64, &str) = (2, "bob");

/// A file in memory.
pub(super) fn file() -> Connection {
    with_schema(Connection::open_in_memory().unwrap())
}

/// A directory with a file like a server's.
pub(super) struct Directory(PathBuf);

impl Directory {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("chat-server-sqlite-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn file(&self) -> PathBuf {
        self.0.join("chat.db")
    }

    /// Makes the file.
    pub(super) fn connect(&self) -> Connection {
        let file = Connection::open(self.file()).unwrap();
        file.pragma_update(None, "journal_mode", "wal").unwrap();
        file.pragma_update(None, "synchronous", "off").unwrap();
        file.pragma_update(None, "secure_delete", "1").unwrap();
        with_schema(file)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn with_schema(file: Connection) -> Connection {
    schema::make(&file).unwrap();
    file
}

/// Opens room number `room` under `code`.
pub(super) fn open(file: &Connection, room: i64, code: &str) {
    let id = RoomId([room.to_le_bytes()[0]; 16]);
    let sql = "INSERT INTO rooms (room, id, code, keep_ms, state) VALUES (?1, ?2, ?3, NULL, '{}')";
    file.execute(sql, (room, id.0, code)).unwrap();
    file.execute("INSERT INTO logs (room, dropped, indexed, bytes) VALUES (?1, 0, 0, 0)", [room]).unwrap();
}

/// Appends an entry at `seq` seconds, posted under (1, `seq`) by its author.
pub(super) fn append(file: &Connection, room: i64, seq: u64, (person, name): (u64, &str), body: &EntryBody) {
    let author = std::sync::Arc::new(Author { person: PersonId(person), name: name.to_owned().into() });
    let (time, post) = (UnixMillis(seq.cast_signed() * 1_000), Some(PostId { instance: 1, n: seq }));
    let draft = Draft { time, author, post, body: body.clone(), reach: Reach::Own, records: Vec::new() };
    let message = pointing::judge(file, (room, Seq(seq - 1)), &draft).unwrap().unwrap();
    let target = message.and_then(|message| pointing::change(file, &draft, &message).unwrap());
    let sql = "INSERT INTO entries (place, prev, time, person, name, instance, n, kind, body, target) \
               VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9)";
    let (at, prev, bytes) = (place(room, Seq(seq)), seq.cast_signed() - 1, body.bytes());
    let row = (at, prev, time.0, person.cast_signed(), name.as_bytes(), ordered(seq), body.kind(), &*bytes, target);
    file.prepare_cached(sql).unwrap().execute(row).unwrap();
    let bytes = cost_bytes(name.as_bytes(), &bytes);
    file.execute("UPDATE logs SET bytes = bytes + ?2 WHERE room = ?1", (room, bytes)).unwrap();
}

pub(super) fn say(file: &Connection, room: i64, seq: u64, author: (u64, &str), text: &str) {
    append(file, room, seq, author, &EntryBody::Message(text.to_owned().into()));
}

/// One room, in which these were said one after the other, all of it indexed.
pub(super) fn said(file: &Connection, messages: &[((u64, &str), &str)]) {
    open(file, 1, "ABCD");
    for (seq, (author, text)) in (1..).zip(messages) {
        say(file, 1, seq, *author, text);
    }
    index_all(file, 1);
}

pub(super) fn index_all(file: &Connection, room: i64) {
    while words::index(file, room).unwrap() == Progress::More {}
}

/// Asks for words in everything.
pub(super) fn sought(words: &str) -> Search {
    Search {
        room: RoomId([1; 16]),
        words: words.to_owned().into(),
        from: [].as_slice().into(),
        since: None,
        until: None,
        before: Seq(u64::MAX),
    }
}

pub(super) fn person(id: u64) -> PersonId {
    PersonId(id)
}

pub(super) fn nick(name: &str) -> Nick {
    Nick::parse(name.as_bytes()).unwrap()
}

pub(super) fn seconds(seconds: i64) -> UnixMillis {
    UnixMillis(seconds * 1_000)
}

/// How many rows a query has.
pub(super) fn count(file: &Connection, table: &str) -> i64 {
    file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}
