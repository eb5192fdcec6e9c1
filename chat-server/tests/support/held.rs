//! Logs whose commits wait until a test lets them go, refuses them, or leaves them in doubt.

use super::{Peer, World, unhurried};
use chat_proto::frame::Keep;
use chat_proto::{PersonId, PostId, RoomId, UnixMillis};
use chat_server::Config;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::record::{Fact, Record, RoomRecord};
use chat_server::log::search::{Findings, Query};
use chat_server::log::{
    Completion, Draft, Finding, Later, Log, Logs, NotWritten, Outcome, Range, ReadError, Reading, Slice,
    StorageFailure, Written,
};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// Logs whose commits wait until they are let go, and may end in doubt.
pub struct Held {
    inner: MemoryLogs,
    waiting: Arc<Mutex<Vec<Waiting>>>,
    slow_reads: SlowReads,
    fate: Fate,
}

/// What becomes of the logs as a whole.
#[derive(Clone, Default)]
pub struct Fate {
    /// Nothing can be read.
    pub unreadable: CancellationToken,
    /// Nothing more can be kept.
    pub failed: CancellationToken,
    /// The last server has let go of them.
    pub closed: CancellationToken,
    /// Up to when time was let pass.
    pub swept: Arc<Mutex<Option<UnixMillis>>>,
}

/// How the next reads go. All after them take no time.
pub type SlowReads = Arc<Mutex<VecDeque<Slow>>>;

/// A read that takes so many turns.
#[derive(Clone, Copy)]
pub enum Slow {
    /// Between reading and telling.
    Telling(usize),
    /// Before reading.
    Reading(usize),
}

/// A commit that waits: what to append, and whom to tell.
pub struct Waiting {
    log: Arc<dyn Log>,
    drafts: Arc<[Draft]>,
    done: Completion,
}

struct HeldLog {
    inner: Arc<dyn Log>,
    waiting: Arc<Mutex<Vec<Waiting>>>,
    slow_reads: SlowReads,
    fate: Fate,
}

impl Logs for Held {
    fn open(&self, room: RoomId, record: &RoomRecord) -> Arc<dyn Log> {
        let (waiting, slow_reads) = (Arc::clone(&self.waiting), Arc::clone(&self.slow_reads));
        Arc::new(HeldLog { inner: self.inner.open(room, record), waiting, slow_reads, fate: self.fate.clone() })
    }

    fn erase(&self, room: RoomId) {
        self.inner.erase(room);
    }

    fn keep(&self, facts: Vec<Fact>) -> Written {
        self.inner.keep(facts)
    }

    fn sweep(&self, now: UnixMillis) {
        *self.fate.swept.lock().unwrap() = Some(now);
        self.inner.sweep(now);
    }

    fn failed(&self) -> Later<StorageFailure> {
        let failed = self.fate.failed.clone();
        Box::pin(async move {
            failed.cancelled().await;
            StorageFailure("the disk is broken".to_owned())
        })
    }

    fn close(&self) -> Later<()> {
        self.fate.closed.cancel();
        Box::pin(std::future::ready(()))
    }

    fn label(&self, keep: Keep) -> chat_proto::frame::Label {
        self.inner.label(keep)
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

impl Log for HeldLog {
    fn append(&self, drafts: Arc<[Draft]>, done: Completion) {
        let log = Arc::clone(&self.inner);
        self.waiting.lock().unwrap().push(Waiting { log, drafts, done });
    }

    fn keep(&self, records: Vec<Record>) {
        self.inner.keep(records);
    }

    fn search(&self, query: Query) -> Reading<'_, Findings> {
        self.slowly(self.inner.search(query))
    }

    fn read(&self, range: Range) -> Reading<'_, Slice> {
        self.slowly(self.inner.read(range))
    }

    fn page(&self, range: Range) -> Reading<'_, Slice> {
        self.slowly(self.inner.page(range))
    }

    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding> {
        match self.fate.unreadable.is_cancelled() {
            true => Box::pin(std::future::ready(Err(unreadable()))),
            false => self.inner.find(person, post),
        }
    }
}

impl HeldLog {
    fn slowly<'a, T: Send + 'a>(&'a self, reading: Reading<'a, T>) -> Reading<'a, T> {
        let slow = self.slow_reads.lock().unwrap().pop_front().unwrap_or(Slow::Reading(0));
        let (before, after) = match slow {
            Slow::Reading(turns) => (turns, 0),
            Slow::Telling(turns) => (0, turns),
        };
        Box::pin(async move {
            pass_turns(before).await;
            let read = if self.fate.unreadable.is_cancelled() { Err(unreadable()) } else { reading.await };
            pass_turns(after).await;
            read
        })
    }
}

fn unreadable() -> ReadError {
    ReadError("the disk is broken".to_owned())
}

async fn pass_turns(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

impl Waiting {
    /// Ends as the log says; returns how many drafts it had.
    pub fn commit(self) -> usize {
        let count = self.drafts.len();
        self.log.append(self.drafts, self.done);
        count
    }

    /// Appends now, and tells whoever waits when the returned function is called.
    pub fn append(self) -> impl FnOnce() {
        let outcome = Arc::new(Mutex::new(None));
        let told = Arc::clone(&outcome);
        self.log.append(self.drafts, Box::new(move |outcome| *told.lock().unwrap() = Some(outcome)));
        let done = self.done;
        move || done(outcome.lock().unwrap().take().unwrap())
    }

    /// Is refused: nothing of it is in the log.
    pub fn refuse(self) {
        (self.done)(Outcome::NotWritten(NotWritten::Full));
    }

    /// Ends in doubt, although it was appended.
    pub fn commit_in_doubt(self) {
        self.log.append(self.drafts, Box::new(|_| {}));
        (self.done)(Outcome::Unknown);
    }

    /// Ends in doubt, and was not appended.
    pub fn lose_in_doubt(self) {
        (self.done)(Outcome::Unknown);
    }
}

pub struct HeldWorld {
    pub world: World,
    pub waiting: Arc<Mutex<Vec<Waiting>>>,
    pub slow_reads: SlowReads,
    pub fate: Fate,
}

impl HeldWorld {
    pub fn new() -> Self {
        let (waiting, slow_reads, fate) = (Arc::default(), SlowReads::default(), Fate::default());
        let inner = MemoryLogs::new(Config::default().memory());
        let logs =
            Held { inner, waiting: Arc::clone(&waiting), slow_reads: Arc::clone(&slow_reads), fate: fate.clone() };
        Self { world: World::with_logs(unhurried(), Arc::new(logs)), waiting, slow_reads, fate }
    }

    /// Waits for the next commit to come up.
    pub async fn next_commit(&self) -> Waiting {
        for _ in 0..1_000 {
            if let Some(commit) = self.waiting.lock().unwrap().pop() {
                return commit;
            }
            tokio::task::yield_now().await;
        }
        panic!("no commit came up");
    }

    /// Somebody in a new room, with everything so far committed.
    pub async fn opener(&self, name: &str) -> (Peer, RoomId) {
        let mut peer = self.world.person(name).await;
        let joined = peer.create().await;
        while let Some(commit) = self.try_commit() {
            commit.commit();
        }
        (peer, joined.room)
    }

    /// Commits whatever comes up, until nothing more does.
    pub async fn commit_all(&self) {
        for _ in 0..1_000 {
            if let Some(commit) = self.try_commit() {
                commit.commit();
            }
            tokio::task::yield_now().await;
        }
    }

    pub fn try_commit(&self) -> Option<Waiting> {
        self.waiting.lock().unwrap().pop()
    }
}
