//! Logs to test, and somebody who appends to them and reads.

#![allow(unreachable_pub, reason = "test files share this one")]

use crate::scratch::Scratch;
use chat_proto::frame::Keep;
use chat_proto::wire::{self, Capped};
use chat_proto::{Author, Entry, EntryBody, PersonId, PostId, RoomCode, RoomId, Seq, UnixMillis, codec};
use chat_server::log::memory::{MemoryLimits, MemoryLogs};
use chat_server::log::record::{Record, RoomRecord};
use chat_server::log::sqlite::{DiskLimits, OpenError, Retention, SqliteLogs};
use chat_server::log::{Draft, End, Finding, Log, Logs, Outcome, Range, Reach, Run, Slice, Stored, Verdict};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first instance of somebody.
pub const ALICE: Sender = Sender { person: 7, instance: 1 << 63 };
pub const BOB: Sender = Sender { person: 8, instance: 2 };

/// A running client of a person.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    pub person: u64,
    pub instance: u64,
}

/// Logs, and where they are.
pub struct Bench {
    pub logs: Arc<dyn Logs>,
    scratch: Option<Scratch>,
}

impl Bench {
    pub fn in_memory() -> Self {
        Self { logs: Arc::new(MemoryLogs::new(MEMORY)), scratch: None }
    }

    /// In memory, with place for so many entries of a room.
    pub fn in_little_memory(room_entries: usize) -> Self {
        let limits = MemoryLimits { room_entries, ..MEMORY };
        Self { logs: Arc::new(MemoryLogs::new(limits)), scratch: None }
    }

    pub fn on_disk() -> Self {
        Self::within(DISK)
    }

    pub fn within(limits: DiskLimits) -> Self {
        let scratch = Scratch::new();
        let logs = open_within(scratch.path(), limits).unwrap();
        Self { logs: Arc::new(logs), scratch: Some(scratch) }
    }

    /// Where logs on disk are.
    pub fn path(&self) -> &Path {
        self.scratch.as_ref().expect("these logs are in memory").path()
    }

    /// These logs, wherever they are.
    pub fn of(logs: SqliteLogs) -> Self {
        Self { logs: Arc::new(logs), scratch: None }
    }

    /// Ends the logs, and opens them again.
    pub async fn restart(self) -> Self {
        self.restart_within(DISK).await
    }

    pub async fn restart_within(self, limits: DiskLimits) -> Self {
        let Self { logs, scratch } = self;
        within_reason(logs.close()).await;
        drop(logs);
        let logs = open_within(scratch.as_ref().unwrap().path(), limits).unwrap();
        Self { logs: Arc::new(logs), scratch }
    }

    /// Drops the logs without a word, and opens them again as soon as they let go of their directory.
    pub fn drop_and_open(self) -> Self {
        let Self { logs, scratch } = self;
        drop(logs);
        let logs = SqliteLogs::open(scratch.as_ref().unwrap().path(), DISK, PATIENCE).unwrap();
        Self { logs: Arc::new(logs), scratch }
    }

    /// The log of a new room.
    pub fn room(&self, id: u8) -> Arc<dyn Log> {
        self.logs.open(RoomId([id; 16]), &record(id))
    }
}

/// As much as tests need.
pub const MEMORY: MemoryLimits =
    MemoryLimits { room_entries: 10_000, room_bytes: 8 << 20, total_bytes: 16 << 20, waits: Duration::from_mins(1) };

/// Logs on disk that bound nothing.
pub const DISK: DiskLimits = DiskLimits {
    retain: Retention { age: None, bytes: None },
    keep_most: None,
    reserve_bytes: Some(0),
    waits: Duration::from_mins(1),
};

pub fn open(place: &Path) -> Result<SqliteLogs, OpenError> {
    open_within(place, DISK)
}

pub fn open_within(place: &Path, limits: DiskLimits) -> Result<SqliteLogs, OpenError> {
    SqliteLogs::open(place, limits, Duration::ZERO)
}

pub fn record(id: u8) -> RoomRecord {
    let code = RoomCode::from_random(id.into());
    RoomRecord { code, keep: Keep::Default, state: format!("{{\"room\":{id}}}") }
}

pub async fn within_reason<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it takes no longer than anything here does")
}

impl Sender {
    /// A message under the id `n`.
    pub fn says(self, n: u64, text: &str) -> Draft {
        self.posts(n, EntryBody::Message(text.to_owned().into()))
    }

    pub fn posts(self, n: u64, body: EntryBody) -> Draft {
        Draft { post: Some(self.id(n)), ..self.notes(body) }
    }

    /// What the server writes itself about somebody.
    pub fn notes(self, body: EntryBody) -> Draft {
        let author = Author { person: PersonId(self.person), name: format!("person-{}", self.person).into() };
        let author = Arc::new(author);
        Draft { time: UnixMillis(1_000), author, post: None, body, reach: Reach::Own, records: Vec::new() }
    }

    pub fn id(self, n: u64) -> PostId {
        PostId { instance: self.instance, n }
    }

    /// The same person, in another program.
    pub fn elsewhere(self) -> Self {
        Self { instance: self.instance + 1, ..self }
    }
}

/// What becomes of drafts.
pub async fn outcome(log: &Arc<dyn Log>, drafts: Vec<Draft>) -> Outcome {
    let (tell, told) = oneshot::channel();
    log.append(drafts.into(), Box::new(|outcome| tell.send(outcome).unwrap()));
    within_reason(told).await.unwrap()
}

/// What becomes of drafts that are committed.
pub async fn append(log: &Arc<dyn Log>, drafts: Vec<Draft>) -> (Vec<Verdict>, Vec<Stored>) {
    match outcome(log, drafts).await {
        Outcome::Committed { verdicts, entries } => (verdicts, stored(&entries)),
        other => panic!("not committed: {other:?}"),
    }
}

/// The entries of a run, each by itself.
fn stored(run: &Run) -> Vec<Stored> {
    /// More than anything here appends at once.
    type Many = Capped<Entry, 4_096>;
    let bytes = [wire::encode(&run.count), run.bytes.clone()].concat();
    let entries = wire::decode::<Many>(&bytes).unwrap().into_vec();
    let stored = |entry: &Entry| Stored { seq: entry.seq, prev: entry.prev, bytes: codec::entry_bytes(entry) };
    let stored: Vec<_> = entries.iter().map(stored).collect();
    assert_eq!(Run::of(&stored).bytes, run.bytes);
    assert_eq!(stored.last().map_or(run.prev, |stored| stored.seq), run.last);
    stored
}

/// What becomes of one draft that is committed.
pub async fn verdict(log: &Arc<dyn Log>, draft: Draft) -> Verdict {
    append(log, vec![draft]).await.0[0]
}

/// `count` messages of alice, under ids from 1.
pub async fn fill(log: &Arc<dyn Log>, count: u64) {
    let drafts = (1..=count).map(|n| ALICE.says(n, &format!("message {n}"))).collect();
    append(log, drafts).await;
}

pub async fn read(log: &Arc<dyn Log>, range: Range) -> Slice {
    within_reason(log.read(range)).await.unwrap()
}

/// Everything that is kept.
pub async fn all(log: &Arc<dyn Log>) -> Vec<Entry> {
    let range =
        Range { after: Seq::START, before: Seq(u64::MAX), from: End::Oldest, entries: usize::MAX, bytes: usize::MAX };
    read(log, range).await.entries.iter().map(entry).collect()
}

/// The texts of all messages that are kept.
pub async fn texts(log: &Arc<dyn Log>) -> Vec<String> {
    let text = |entry: Entry| match entry.body {
        EntryBody::Message(text) => String::from_utf8(text.to_vec()).unwrap(),
        other => format!("{other:?}"),
    };
    all(log).await.into_iter().map(text).collect()
}

pub fn entry(stored: &Stored) -> Entry {
    wire::decode(&stored.bytes).unwrap()
}

pub fn seqs(slice: &Slice) -> Vec<u64> {
    slice.entries.iter().map(|stored| stored.seq.0).collect()
}

pub async fn find(log: &Arc<dyn Log>, sender: Sender, n: u64) -> Option<Entry> {
    match within_reason(log.find(PersonId(sender.person), sender.id(n))).await.unwrap() {
        Finding::Entry(stored) => Some(entry(&stored)),
        Finding::Dropped | Finding::Nothing => None,
    }
}

/// A draft with something that is so once it is in the log.
pub fn with(draft: Draft, record: Record) -> Draft {
    Draft { records: vec![record], ..draft }
}
