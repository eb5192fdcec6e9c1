//! Logs in memory: gone with the process, bounded per room and together.

mod appending;
mod kept;
mod pointers;
mod posts;
mod run;
mod search;

use super::record::{Fact, Record, RoomRecord};
use super::search::{Findings, Query, SEARCH_TIME};
use super::{Completion, Draft, Finding, Log, Logs, Outcome, Range, ReadError, Reading, Run, Slice, Verdict, Written};
use crate::size;
use chat_proto::frame::{Durability, Keep, Label};
use chat_proto::{PersonId, PostId, RoomId, UnixMillis};
use kept::Kept;
use posts::Sender;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// What logs in memory may hold.
#[derive(Debug, Clone, Copy)]
pub struct MemoryLimits {
    /// Entries of one room.
    pub room_entries: usize,
    /// Bytes of one room.
    pub room_bytes: usize,
    /// Bytes of all rooms; the largest is trimmed first.
    pub total_bytes: usize,
    /// How long a room waits for a last member who was cut off.
    pub waits: Duration,
}

/// All logs of a server.
pub struct MemoryLogs {
    shared: Arc<Shared>,
}

struct Shared {
    limits: MemoryLimits,
    total_bytes: AtomicUsize,
    /// Every message is read in a search: one at a time, in a thread beside those that serve.
    searching: Arc<Semaphore>,
    logs: Mutex<HashMap<RoomId, Arc<MemoryLog>>>,
}

/// One room's log.
struct MemoryLog {
    shared: Arc<Shared>,
    kept: Mutex<Kept>,
}

impl MemoryLogs {
    /// Logs within these limits.
    pub fn new(limits: MemoryLimits) -> Self {
        let shared = Shared {
            limits,
            total_bytes: AtomicUsize::new(0),
            searching: Arc::new(Semaphore::new(1)),
            logs: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// What all logs hold together, in bytes.
    pub fn total_bytes(&self) -> usize {
        self.shared.total_bytes.load(Ordering::Relaxed)
    }
}

impl Logs for MemoryLogs {
    fn open(&self, room: RoomId, _: &RoomRecord) -> Arc<dyn Log> {
        let fresh = || Arc::new(MemoryLog { shared: Arc::clone(&self.shared), kept: Mutex::default() });
        Arc::clone(self.shared.lock().entry(room).or_insert_with(fresh)) as Arc<dyn Log>
    }

    fn erase(&self, room: RoomId) {
        let log = self.shared.lock().remove(&room);
        if let Some(log) = log {
            let bytes = log.lock().erase();
            self.shared.total_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    fn keep(&self, _: Vec<Fact>) -> Written {
        Written::at_once()
    }

    fn sweep(&self, _: UnixMillis) {}

    fn label(&self, _: Keep) -> Label {
        let MemoryLimits { room_entries, room_bytes, total_bytes, waits } = self.shared.limits;
        Label {
            durability: Durability::Memory,
            keeps_ms: None,
            keeps_entries: Some(room_entries as u64),
            keeps_bytes: Some(room_bytes as u64),
            keeps_bytes_of_all: Some(total_bytes as u64),
            waits_ms: waits.as_millis() as u64,
        }
    }

    fn describe(&self) -> String {
        let MemoryLimits { room_entries, room_bytes, total_bytes, .. } = self.shared.limits;
        let (room, total) = (size::show(room_bytes), size::show(total_bytes));
        format!(
            "in memory, gone with the room or the server\n\
             ({room_entries} entries or {room} a room, {total} in all)"
        )
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<RoomId, Arc<MemoryLog>>> {
        self.logs.lock().expect("no panic under this lock")
    }

    /// Trims the largest log until all fit together, by an eighth of it at least: all logs are looked at to find it,
    /// and the next entry should not have to do so again.
    fn fit(&self) {
        loop {
            let over = self.total_bytes.load(Ordering::Relaxed).saturating_sub(self.limits.total_bytes);
            if over == 0 {
                return;
            }
            let Some((bytes, largest)) = self.largest() else { return };
            if largest.trim(usize::MAX, bytes.saturating_sub(over.max(bytes / 8))) == 0 {
                return;
            }
        }
    }

    fn largest(&self) -> Option<(usize, Arc<MemoryLog>)> {
        let logs = self.lock();
        let (bytes, log) = logs.values().map(|log| (log.lock().bytes, log)).max_by_key(|(bytes, _)| *bytes)?;
        Some((bytes, Arc::clone(log)))
    }
}

impl MemoryLog {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no panic under this lock")
    }

    /// Drops the oldest entries until there are no more than these, and no more than these bytes; says how many bytes
    /// that freed.
    fn trim(&self, entries: usize, bytes: usize) -> usize {
        let freed = self.lock().trim(entries, bytes);
        self.shared.total_bytes.fetch_sub(freed, Ordering::Relaxed);
        freed
    }

    fn take(&self, drafts: &[Draft]) -> (Vec<Verdict>, Run) {
        let mut kept = self.lock();
        let before = kept.bytes;
        let taken = kept.append(drafts);
        if kept.is_erased {
            kept.erase();
        }
        // A batch that erases may leave less than it found.
        self.shared.total_bytes.fetch_add(kept.bytes.saturating_sub(before), Ordering::Relaxed);
        self.shared.total_bytes.fetch_sub(before.saturating_sub(kept.bytes), Ordering::Relaxed);
        taken
    }
}

impl Log for MemoryLog {
    fn append(&self, drafts: Arc<[Draft]>, done: Completion) {
        let (verdicts, entries) = self.take(&drafts);
        let MemoryLimits { room_entries, room_bytes, total_bytes, .. } = self.shared.limits;
        self.trim(room_entries, room_bytes);
        if self.shared.total_bytes.load(Ordering::Relaxed) > total_bytes {
            self.shared.fit();
        }
        done(Outcome::Committed { verdicts, entries });
    }

    fn keep(&self, _: Vec<Record>) {}

    fn read(&self, range: Range) -> Reading<'_, Slice> {
        let slice = self.lock().slice(&range);
        Box::pin(std::future::ready(Ok(slice)))
    }

    fn page(&self, range: Range) -> Reading<'_, Slice> {
        let page = self.lock().page(&range);
        Box::pin(std::future::ready(Ok(page)))
    }

    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding> {
        let finding = self.lock().finding(Sender { person, instance: post.instance }, post.n);
        Box::pin(std::future::ready(Ok(finding)))
    }

    fn search(&self, query: Query) -> Reading<'_, Findings> {
        Box::pin(async move {
            let turn = Arc::clone(&self.shared.searching).acquire_owned().await;
            let turn = turn.expect("nobody closes it");
            let messages = search::Messages::of(&self.lock());
            let searched = tokio::task::spawn_blocking(move || {
                let findings = search::search(&messages, &query, Instant::now() + SEARCH_TIME);
                // Also over if nobody waits for it any more.
                drop(turn);
                findings
            });
            searched.await.map_err(|defect| ReadError(defect.to_string()))
        })
    }
}
