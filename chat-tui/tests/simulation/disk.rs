//! A disk that takes its time, refuses, lies about what became of a write, and outlives every server: the memory log,
//! behind a journal of everything that was written.
//!
//! ```text
//! room -> Mount (one server's) -> a group at a time -> journal + memory log -> completions
//! crash: the group that was being written is in the journal, or not; nobody is told
//! start: a new Mount, made of the journal
//! ```

mod disguise;
mod journal;
mod mounted;

pub(crate) use mounted::Mounted;

use crate::bug::Bug;
use crate::fact::{Chronicle, Fact};
use chat_proto::frame::{Batch, Keep};
use chat_proto::{Entry, RoomCode, RoomId, Seq, wire};
use chat_server::Config;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::record::{Restored, RoomRecord};
use chat_server::log::{Completion, Draft, End, Log, Logs, NotWritten, Outcome, Range, Run, Slice, Stored};
use futures_util::FutureExt;
use journal::{Journal, Write};
use mounted::MountedLog;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

/// What is on the disk, and how it behaves.
#[derive(Clone)]
pub(crate) struct Disk {
    journal: Arc<Mutex<Journal>>,
    dice: Arc<Mutex<StdRng>>,
    chronicle: Chronicle,
    habits: Habits,
    is_calm: CancellationToken,
}

/// What a seed says of a disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    /// The longest that a write takes.
    pub(crate) write_millis: u64,
    /// The longest that a read takes.
    pub(crate) read_millis: u64,
    /// How many of a thousand writes are refused, or end in doubt.
    pub(crate) trouble: u32,
    pub(crate) bug: Option<Bug>,
}

/// What becomes of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    /// Nothing of it is on the disk.
    Refused,
    /// It is on the disk, and nobody can tell.
    DoneInDoubt,
    /// It is not, and nobody can tell.
    LostInDoubt,
    /// Nobody can tell, and nothing more can be written.
    Broken,
}

impl Disk {
    pub(crate) fn new(dice: &mut StdRng, chronicle: &Chronicle, habits: Habits, is_calm: &CancellationToken) -> Self {
        Self {
            journal: Arc::default(),
            dice: Arc::new(Mutex::new(StdRng::from_rng(dice))),
            chronicle: chronicle.clone(),
            habits,
            is_calm: is_calm.clone(),
        }
    }

    /// For the how many-th server.
    pub(crate) fn mount(&self, server: u64, config: &Config) -> Arc<Mount> {
        let inner = MemoryLogs::new(config.memory());
        let mount = Arc::new(Mount {
            disk: self.clone(),
            server,
            inner,
            logs: Mutex::default(),
            waiting: Mutex::default(),
            writing: Mutex::default(),
            denied: Mutex::default(),
            arrived: Notify::new(),
            restored: Mutex::default(),
            dead: CancellationToken::new(),
            broken: CancellationToken::new(),
            is_replayed: AtomicBool::new(false),
            disguises: AtomicU64::new(1),
        });
        *mount.restored.lock().unwrap() = Some(self.journal.lock().unwrap().replay(&mount));
        mount.is_replayed.store(true, Ordering::Relaxed);
        tokio::spawn(Arc::clone(&mount).write_on());
        mount
    }

    /// Every room that is not over, with what is kept of it.
    pub(crate) fn kept(&self, config: &Config) -> BTreeMap<RoomId, Vec<Entry>> {
        let mount = self.mount(u64::MAX, config);
        let restored = mount.restored.lock().unwrap().take().unwrap();
        restored
            .rooms
            .iter()
            .map(|room| (room.id, decoded(&mount.undisguised(mount.inner_log(room.id).read_now()).entries)))
            .collect()
    }

    fn roll(&self, most: u64) -> Duration {
        Duration::from_millis(self.dice.lock().unwrap().random_range(0..=most))
    }

    fn fate(&self) -> Fate {
        let mut dice = self.dice.lock().unwrap();
        if self.is_calm.is_cancelled() || dice.random_range(0..1_000) >= self.habits.trouble {
            return Fate::Done;
        }
        match dice.random_range(0..7) {
            0 | 1 => Fate::Refused,
            2 | 3 => Fate::DoneInDoubt,
            4 | 5 => Fate::LostInDoubt,
            _ => Fate::Broken,
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.habits.bug == Some(bug)
    }
}

/// The disk, as one server sees it.
pub(crate) struct Mount {
    disk: Disk,
    server: u64,
    inner: MemoryLogs,
    logs: Mutex<BTreeMap<RoomId, Arc<dyn Log>>>,
    waiting: Mutex<VecDeque<Job>>,
    /// The group that is being written.
    writing: Mutex<Vec<Job>>,
    /// What it said that it never will write, with that bug.
    denied: Mutex<Vec<Write>>,
    arrived: Notify,
    restored: Mutex<Option<Restored>>,
    /// The server is gone: nothing reaches the disk any more.
    dead: CancellationToken,
    broken: CancellationToken,
    /// Everything that was written before its server began is in its logs.
    is_replayed: AtomicBool,
    /// How many posts were disguised.
    disguises: AtomicU64,
}

/// Something to write, and whoever waits for it.
struct Job {
    write: Write,
    waits: Waits,
}

enum Waits {
    Nobody,
    Room(Completion),
    Sender(#[expect(dead_code, reason = "dropping it tells")] oneshot::Sender<()>),
}

impl Mount {
    /// The server is gone, as it stood. What was being written is on the disk, or not.
    pub(crate) fn crash(&self) {
        self.dead.cancel();
        let group = std::mem::take(&mut *self.writing.lock().unwrap());
        self.waiting.lock().unwrap().clear();
        let is_written = self.disk.dice.lock().unwrap().random_bool(0.5);
        if is_written && !self.disk.has(Bug::TellsEarly) {
            self.commit(group);
        }
        if self.disk.has(Bug::LosesWrites) {
            self.disk.journal.lock().unwrap().lose_last();
        }
        if self.disk.has(Bug::SwapsEntries) {
            self.disk.journal.lock().unwrap().swap_last();
        }
    }

    /// Resolves when nothing more can be written.
    pub(crate) async fn broken(&self) {
        self.broken.cancelled().await;
    }

    fn put(&self, write: Write, waits: Waits) {
        if self.dead.is_cancelled() && !self.disk.has(Bug::Lingers) {
            return;
        }
        self.waiting.lock().unwrap().push_back(Job { write, waits });
        self.arrived.notify_one();
    }

    /// Writes group after group, until the server is gone.
    async fn write_on(self: Arc<Self>) {
        let until = if self.disk.has(Bug::Lingers) { CancellationToken::new() } else { self.dead.clone() };
        until.run_until_cancelled(self.write_groups()).await;
    }

    async fn write_groups(&self) {
        loop {
            while self.waiting.lock().unwrap().is_empty() {
                self.arrived.notified().await;
            }
            let mut group: Vec<Job> = self.waiting.lock().unwrap().drain(..).collect();
            if self.disk.has(Bug::TellsEarly) {
                group = self.tell_early(group);
            }
            *self.writing.lock().unwrap() = group;
            tokio::time::sleep(self.disk.roll(self.disk.habits.write_millis)).await;
            let group = std::mem::take(&mut *self.writing.lock().unwrap());
            self.finish(group, self.disk.fate()).await;
        }
    }

    async fn finish(&self, group: Vec<Job>, fate: Fate) {
        if self.disk.has(Bug::FallsSilent) && self.disk.dice.lock().unwrap().random_bool(0.01) {
            return std::future::pending().await;
        }
        match fate {
            Fate::Done => self.commit(group).into_iter().for_each(tell),
            Fate::Refused => self.deny(group, &full),
            Fate::DoneInDoubt => {
                self.disk.chronicle.note(&Fact::InDoubt);
                self.commit(group).into_iter().for_each(|(waits, _)| tell((waits, Outcome::Unknown)));
            }
            Fate::LostInDoubt => {
                self.disk.chronicle.note(&Fact::InDoubt);
                self.deny(group, &|| Outcome::Unknown);
            }
            Fate::Broken => {
                self.disk.chronicle.note(&Fact::InDoubt);
                self.deny(group, &|| Outcome::Unknown);
                self.broken.cancel();
                std::future::pending::<()>().await;
            }
        }
    }

    /// Writes a group into the journal and shows it to readers. What each room is to be told.
    fn commit(&self, group: Vec<Job>) -> Vec<(Waits, Outcome)> {
        for denied in std::mem::take(&mut *self.denied.lock().unwrap()) {
            self.apply(&denied);
        }
        group.into_iter().map(|job| (job.waits, self.apply_or_deny(&job.write))).collect()
    }

    /// Makes one write so; or says that it never will be, and does it with the next.
    fn apply_or_deny(&self, write: &Write) -> Outcome {
        if self.denies(write) {
            self.denied.lock().unwrap().push(write.clone());
            return full();
        }
        self.apply(write)
    }

    /// Makes one write so.
    fn apply(&self, write: &Write) -> Outcome {
        self.disk.journal.lock().unwrap().push(write.clone());
        let outcome = self.show(write);
        if let (Write::Append(room, _), Outcome::Committed { entries, .. }) = (write, &outcome) {
            self.disk.chronicle.note(&Fact::Written { room: *room, entries: &in_run(entries) });
        }
        outcome
    }

    fn denies(&self, write: &Write) -> bool {
        let is_append = matches!(write, Write::Append(..));
        self.disk.has(Bug::DeniesWrites) && is_append && self.disk.dice.lock().unwrap().random_bool(0.05)
    }

    /// The same for whoever reads, without writing.
    fn show(&self, write: &Write) -> Outcome {
        match write {
            Write::Open(room, _) => drop(self.inner_log(*room)),
            Write::Erase(room) => self.inner.erase(*room),
            Write::Append(room, drafts) => return self.append_now(*room, drafts.clone()),
            Write::Records(..) | Write::Facts(_) => {}
        }
        Outcome::Committed { verdicts: Vec::new(), entries: Run::after(Seq::START) }
    }

    fn append_now(&self, room: RoomId, drafts: Arc<[Draft]>) -> Outcome {
        let outcome = Arc::new(Mutex::new(None));
        let told = Arc::clone(&outcome);
        let drafts = self.disguised(drafts);
        let log = self.inner_log(room);
        log.0.append(drafts, Box::new(move |outcome| *told.lock().unwrap() = Some(outcome)));
        let outcome = outcome.lock().unwrap().take().expect("a log in memory answers at once");
        self.undisguised_outcome(outcome)
    }

    /// Nothing of a group is written; what is so without an entry is tried again, as it would be by the server.
    fn deny(&self, group: Vec<Job>, outcome: &dyn Fn() -> Outcome) {
        for Job { write, waits } in group {
            match waits {
                Waits::Room(done) => done(outcome()),
                waits => {
                    self.apply(&write);
                    drop(waits);
                }
            }
        }
    }

    /// Tells of what is not written yet.
    fn tell_early(&self, group: Vec<Job>) -> Vec<Job> {
        let early = group.into_iter().map(|Job { write, waits }| {
            tell((waits, self.show(&write)));
            Job { write, waits: Waits::Nobody }
        });
        early.collect()
    }

    /// The log of a room; of one that is over, the one that it had, which goes on from its head and keeps nothing.
    fn inner_log(&self, room: RoomId) -> Inner {
        let record = RoomRecord { code: RoomCode::from_random(0), keep: Keep::Default, state: String::new() };
        let mut logs = self.logs.lock().unwrap();
        Inner(Arc::clone(logs.entry(room).or_insert_with(|| self.inner.open(room, &record))))
    }
}

fn full() -> Outcome {
    Outcome::NotWritten(NotWritten::Full)
}

fn tell((waits, outcome): (Waits, Outcome)) {
    if let Waits::Room(done) = waits {
        done(outcome);
    }
}

fn decoded(entries: &[Stored]) -> Vec<Entry> {
    entries.iter().map(|stored| wire::decode(&stored.bytes).expect("a log holds entries")).collect()
}

/// The entries of a run, each by itself.
fn in_run(run: &Run) -> Vec<Entry> {
    let batch = [wire::encode(&(RoomId([0; 16]), run.count)), run.bytes.clone()].concat();
    wire::decode::<Batch>(&batch).expect("a log holds entries").entries.into_vec()
}

/// A log in memory, which answers at once.
struct Inner(Arc<dyn Log>);

impl Inner {
    fn read_now(&self) -> Slice {
        let all = Range {
            after: Seq::START,
            before: Seq(u64::MAX),
            from: End::Oldest,
            entries: usize::MAX,
            bytes: usize::MAX,
        };
        let read = self.0.read(all).now_or_never();
        read.expect("a log in memory answers at once").expect("it can be read")
    }
}
