//! What nobody waits for, or only a search: the index of words, and taking out what is erased, over or too old.
//!
//! Each is done in steps of some milliseconds, so that posts between them do not notice. None of it is remembered by the
//! process alone: the next server finds in the file what is left to do.

use super::erasing;
use super::jobs::{Done, Job};
use super::limits::DiskLimits;
use super::retention::{self, Bounds};
use super::words::{self, Progress};
use chat_proto::{EntryBody, UnixMillis};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long nobody must have asked for anything before a chore is taken up: posts come in bursts.
const QUIET: Duration = Duration::from_millis(50);
/// Commits after which a chore is taken up although there is more to write.
const COMMITS_MAX: u32 = 32;
/// How long a search waits for the index.
const SEARCH_WAITS: Duration = Duration::from_secs(1);
/// How long chores rest that cannot be done now.
const TRIES_EVERY: Duration = Duration::from_secs(10);

/// What is left to do.
pub(super) struct Chores {
    limits: DiskLimits,
    wanted: Vec<Wanted>,
    /// Rooms that may have entries which are not in the index.
    behind: BTreeSet<i64>,
    is_erasing: bool,
    /// The time by which what is too old may go, until it is gone; with it goes what is left of rooms that are over.
    sweep: Option<UnixMillis>,
    /// Whether the write-ahead log holds what was taken out.
    is_log_to_be_cut: bool,
    /// Since the last chore.
    commits: u32,
    not_before: Option<Instant>,
}

/// A search that waits for the index.
struct Wanted {
    room: i64,
    until: Instant,
    indexed: oneshot::Sender<()>,
}

/// One step of one thing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Chore {
    Index { room: i64 },
    Erase,
    Drop { now: UnixMillis },
    CutLog,
}

impl Chores {
    /// What the last server left to do.
    pub(super) fn found(file: &Connection, limits: DiskLimits) -> rusqlite::Result<Self> {
        let behind =
            file.prepare("SELECT room FROM rooms")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Self {
            limits,
            wanted: Vec::new(),
            behind,
            is_erasing: true,
            sweep: None,
            is_log_to_be_cut: false,
            commits: 0,
            not_before: None,
        })
    }

    /// Notes what a job that is committed leaves to do.
    pub(super) fn note(&mut self, job: &Job, done: &Done) {
        match (job, done) {
            (Job::Append(append), Done::Appended(_, entries)) if !entries.is_empty() => {
                self.behind.insert(append.log.room);
                self.is_erasing |= append.drafts.iter().any(|draft| draft.body == EntryBody::Forget);
            }
            (Job::Sweep { now }, _) => self.sweep = Some(*now),
            _ => {}
        }
    }

    /// Tells when a room is in the index, which may be so already.
    pub(super) fn want(&mut self, room: i64, indexed: oneshot::Sender<()>) {
        self.wanted.push(Wanted { room, until: Instant::now() + SEARCH_WAITS, indexed });
        if !self.behind.contains(&room) {
            self.tell(room);
        }
    }

    /// How long nobody must ask for anything before the next chore is taken up; none if there is none.
    pub(super) fn rest(&self) -> Option<Duration> {
        self.next()?;
        let quiet = if self.commits == 0 { Duration::ZERO } else { QUIET };
        Some(self.not_before.map_or(quiet, |time| time.saturating_duration_since(Instant::now())))
    }

    /// Whether a chore is to be done now, after one more commit.
    pub(super) fn is_due(&mut self) -> bool {
        self.commits += 1;
        let is_urgent = self.commits >= COMMITS_MAX || !self.wanted.is_empty();
        is_urgent && self.not_before.is_none_or(|time| time <= Instant::now())
    }

    /// What to do next: first what somebody waits for, then what must be gone, then what may be.
    pub(super) fn next(&self) -> Option<Chore> {
        let wanted = self.wanted.first().map(|wanted| Chore::Index { room: wanted.room });
        let erase = self.is_erasing.then_some(Chore::Erase);
        let index = self.behind.first().map(|room| Chore::Index { room: *room });
        let drop = self.sweep.map(|now| Chore::Drop { now });
        let cut = self.is_log_to_be_cut.then_some(Chore::CutLog);
        wanted.or(erase).or(index).or(drop).or(cut)
    }

    /// One step, in a transaction that is open, unless it needs none.
    pub(super) fn step(&self, file: &Connection, chore: Chore) -> rusqlite::Result<Progress> {
        match chore {
            Chore::Index { room } => words::index(file, room),
            Chore::Erase => erasing::step(file),
            Chore::Drop { now } => self.drop_outdated(file, now),
            Chore::CutLog => Ok(Progress::Done),
        }
    }

    fn drop_outdated(&self, file: &Connection, now: UnixMillis) -> rusqlite::Result<Progress> {
        let keeps = |keep| self.limits.keeps(keep);
        retention::step(file, now, &Bounds { keeps: &keeps, bytes: self.limits.retain.bytes })
    }

    /// Notes that a step was done.
    pub(super) fn done(&mut self, chore: Chore, progress: Progress) {
        self.commits = 0;
        self.not_before = None;
        match (chore, progress) {
            (Chore::Index { .. }, Progress::More) => {}
            (Chore::Index { room }, Progress::Done) => {
                self.behind.remove(&room);
                self.tell(room);
            }
            (_, Progress::More) => self.is_log_to_be_cut = true,
            (Chore::Erase, Progress::Done) => self.is_erasing = false,
            (Chore::Drop { .. }, Progress::Done) => self.sweep = None,
            (Chore::CutLog, Progress::Done) => self.is_log_to_be_cut = false,
        }
        let now = Instant::now();
        self.wanted.retain(|wanted| wanted.until > now);
    }

    /// Notes that a step cannot be done now. Who waits for the index waits no longer.
    pub(super) fn put_off(&mut self) {
        self.commits = 0;
        self.not_before = Some(Instant::now() + TRIES_EVERY);
        self.wanted.clear();
    }

    fn tell(&mut self, room: i64) {
        for wanted in self.wanted.extract_if(.., |wanted| wanted.room == room) {
            // An error means that nobody waits any more.
            let _ = wanted.indexed.send(());
        }
    }
}
