//! Logs in memory: gone with the process, bounded per room and together.

use super::record::{Fact, Record, RoomRecord};
use super::search::{Findings, Query};
use super::{
    Completion, Draft, End, Finding, Log, Logs, Outcome, Range, Reading, Slice, Stored, Verdict, Written, is_same,
};
use crate::config::MemoryLimits;
use chat_proto::frame::{Beyond, Durability, Keep, Label};
use chat_proto::{Entry, PersonId, PostId, RoomId, Seq, UnixMillis, codec, wire};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// What an entry costs besides its bytes: its place in the queue, its place in the index, its allocation.
const ENTRY_OVERHEAD_BYTES: usize = 112;

/// Instances per room whose posts are remembered at least as "gone up to". Beyond, the longest silent are forgotten:
/// a client resends for minutes, and it takes this many others to push it out.
const SENDERS_MAX: usize = 16_384;

/// All logs of a server.
pub struct MemoryLogs {
    shared: Arc<Shared>,
}

struct Shared {
    limits: MemoryLimits,
    total_bytes: AtomicUsize,
    logs: Mutex<HashMap<RoomId, Arc<MemoryLog>>>,
}

/// One room's log.
struct MemoryLog {
    shared: Arc<Shared>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    entries: VecDeque<Remembered>,
    bytes: usize,
    head: Seq,
    senders: HashMap<Sender, Posts>,
    is_erased: bool,
}

struct Remembered {
    stored: Stored,
    post: Option<(Sender, u64)>,
}

/// A running client of a person, as the dedupe key knows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Sender {
    person: PersonId,
    instance: u64,
}

/// What is remembered of one sender's posts.
#[derive(Default)]
struct Posts {
    /// (n, seq), both rising: those whose entries are kept.
    known: VecDeque<(u64, Seq)>,
    /// Entries of posts up to here were dropped.
    gone_up_to: u64,
    /// The highest `n` that was accepted.
    highest: u64,
    last_seq: Seq,
}

impl MemoryLogs {
    /// Logs within these limits.
    pub fn new(limits: MemoryLimits) -> Self {
        let shared = Shared { limits, total_bytes: AtomicUsize::new(0), logs: Mutex::default() };
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
        let (room_mib, total_mib) = (room_bytes >> 20, total_bytes >> 20);
        format!(
            "in memory, gone with the room or the server\n\
             ({room_entries} entries or {room_mib} MiB a room, {total_mib} MiB in all)"
        )
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<RoomId, Arc<MemoryLog>>> {
        self.logs.lock().expect("no panic under this lock")
    }

    /// Trims the largest log until all fit together, by an eighth of it at least: all logs are looked at to find it, and
    /// the next entry should not have to do so again.
    fn fit(&self) {
        loop {
            let over = self.total_bytes.load(Ordering::Relaxed).saturating_sub(self.limits.total_bytes);
            if over == 0 {
                return;
            }
            let Some((bytes, largest)) = self.largest() else { return };
            let enough = over.max(bytes / 8);
            if largest.trim(|kept, freed| freed < enough && kept.entries.len() > 1) == 0 {
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

    /// Drops the oldest entries while `more(kept, bytes freed so far)`; says how many bytes that freed.
    fn trim(&self, more: impl Fn(&Kept, usize) -> bool) -> usize {
        let mut kept = self.lock();
        let mut freed = 0;
        while more(&kept, freed) {
            let Some(bytes) = kept.drop_oldest() else { break };
            freed += bytes;
        }
        drop(kept);
        self.shared.total_bytes.fetch_sub(freed, Ordering::Relaxed);
        freed
    }

    fn take(&self, drafts: Vec<Draft>) -> (Vec<Verdict>, Vec<Stored>) {
        let mut entries = Vec::with_capacity(drafts.len());
        let mut kept = self.lock();
        let before = kept.bytes;
        let verdicts = drafts.into_iter().map(|draft| kept.take(draft, &mut entries)).collect();
        if kept.is_erased {
            kept.erase();
        }
        self.shared.total_bytes.fetch_add(kept.bytes - before, Ordering::Relaxed);
        (verdicts, entries)
    }
}

impl Log for MemoryLog {
    fn append(&self, drafts: Vec<Draft>, done: Completion) {
        let (verdicts, entries) = self.take(drafts);
        let MemoryLimits { room_entries, room_bytes, total_bytes, .. } = self.shared.limits;
        self.trim(|kept, _| kept.entries.len() > room_entries || kept.bytes > room_bytes);
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

    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding> {
        let finding = self.lock().find(Sender { person, instance: post.instance }, post.n);
        Box::pin(std::future::ready(Ok(finding.map_or(Finding::Nothing, Finding::Entry))))
    }

    fn search(&self, _: Query) -> Reading<'_, Findings> {
        Box::pin(std::future::ready(Ok(Findings { hits: Vec::new(), beyond: Beyond::Nothing })))
    }
}

impl Kept {
    fn take(&mut self, draft: Draft, entries: &mut Vec<Stored>) -> Verdict {
        let post = draft.post.map(|id| (Sender { person: draft.author.person, instance: id.instance }, id.n));
        if let Some(verdict) = post.and_then(|(sender, n)| self.judge(sender, n, &draft)) {
            return verdict;
        }
        let stored = self.store(draft);
        if let Some((sender, n)) = post {
            self.remember(sender, n, stored.seq);
        }
        self.bytes += stored.bytes.len() + ENTRY_OVERHEAD_BYTES;
        self.entries.push_back(Remembered { stored: stored.clone(), post });
        let seq = stored.seq;
        entries.push(stored);
        Verdict::Appended(seq)
    }

    /// Keeps nothing from now on; says how many bytes that frees. Whoever still holds the log may be appending to it,
    /// or reading: the head remains, as it must never fall.
    fn erase(&mut self) -> usize {
        let erased = std::mem::take(self);
        *self = Self { head: erased.head, is_erased: true, ..Self::default() };
        erased.bytes
    }

    /// What to answer to a post id that is not new; none if it is.
    fn judge(&self, sender: Sender, n: u64, draft: &Draft) -> Option<Verdict> {
        let posts = self.senders.get(&sender)?;
        if let Some(stored) = self.find(sender, n) {
            return Some(if is_known(&stored, draft) { Verdict::Known(stored.seq) } else { Verdict::Reused });
        }
        if n <= posts.gone_up_to {
            return Some(Verdict::TooOld);
        }
        (n <= posts.highest).then_some(Verdict::OutOfOrder)
    }

    fn store(&mut self, draft: Draft) -> Stored {
        let Draft { time, author, post, body, .. } = draft;
        let (seq, prev) = (self.head.next(), self.head);
        self.head = seq;
        let bytes = codec::entry_bytes(&Entry { seq, prev, time, author, post, body });
        Stored { seq, prev, bytes }
    }

    fn remember(&mut self, sender: Sender, n: u64, seq: Seq) {
        let posts = self.senders.entry(sender).or_default();
        posts.known.push_back((n, seq));
        posts.highest = n;
        posts.last_seq = seq;
        if self.senders.len() > SENDERS_MAX {
            self.forget_senders();
        }
    }

    /// Forgets the longest silent half of the senders that have no entry left.
    fn forget_senders(&mut self) {
        let mut silent: Vec<Seq> =
            self.senders.values().filter(|posts| posts.known.is_empty()).map(|posts| posts.last_seq).collect();
        silent.sort_unstable();
        if let Some(middle) = silent.get(silent.len() / 2).copied() {
            self.senders.retain(|_, posts| !posts.known.is_empty() || posts.last_seq > middle);
        }
    }

    /// Returns the bytes that became free.
    fn drop_oldest(&mut self) -> Option<usize> {
        let Remembered { stored, post } = self.entries.pop_front()?;
        if let Some((sender, n)) = post
            && let Some(posts) = self.senders.get_mut(&sender)
        {
            posts.known.pop_front();
            posts.gone_up_to = n;
        }
        let bytes = stored.bytes.len() + ENTRY_OVERHEAD_BYTES;
        self.bytes -= bytes;
        Some(bytes)
    }

    fn find(&self, sender: Sender, n: u64) -> Option<Stored> {
        let known = &self.senders.get(&sender)?.known;
        let (_, seq) = known[known.binary_search_by_key(&n, |(n, _)| *n).ok()?];
        self.entries.get(self.index_after(seq).checked_sub(1)?).map(|remembered| remembered.stored.clone())
    }

    /// The index of the first entry above `seq`.
    fn index_after(&self, seq: Seq) -> usize {
        self.entries.partition_point(|remembered| remembered.stored.seq <= seq)
    }

    fn slice(&self, range: &Range) -> Slice {
        let first = self.index_after(range.after);
        let end = self.entries.partition_point(|remembered| remembered.stored.seq < range.before).max(first);
        let within = self.entries.range(first..end).map(|remembered| &remembered.stored);
        let mut entries = match range.from {
            End::Oldest => bounded(within, range),
            End::Newest => bounded(within.rev(), range),
        };
        if range.from == End::Newest {
            entries.reverse();
        }
        let oldest = self.entries.front().map_or(self.head.next(), |remembered| remembered.stored.seq);
        Slice { oldest, head: self.head, entries }
    }
}

fn bounded<'a>(entries: impl Iterator<Item = &'a Stored>, range: &Range) -> Vec<Stored> {
    let mut bytes = 0;
    let fits = |stored: &&Stored| {
        let is_first = bytes == 0;
        bytes += stored.bytes.len();
        is_first || bytes <= range.bytes
    };
    entries.take(range.entries).take_while(fits).cloned().collect()
}

fn is_known(stored: &Stored, draft: &Draft) -> bool {
    wire::decode::<Entry>(&stored.bytes).is_ok_and(|entry| is_same(&entry.body, &draft.body))
}
