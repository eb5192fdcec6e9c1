//! What nobody waits for, or only a search: the index of words, and taking out what is erased, over or too old.
//!
//! Each is done in steps of some milliseconds, so that posts between them do not notice. None of it is remembered by
//! the process alone: the next server finds in the file what is left to do.

use super::erasing;
use super::jobs::{Done, Job};
use super::limits::DiskLimits;
use super::retention::{Bounds, Sweep};
use super::words::{self, Progress};
use chat_proto::EntryBody;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long nobody must have asked for anything before a chore is taken up: posts come in bursts.
const QUIET: Duration = Duration::from_millis(50);
/// Commits and their entries, together, after which a chore is taken up although there is more to write. Where every
/// post is a commit, a step drops more than has come since the one before: what is kept stays bounded.
const WRITTEN_MAX: usize = 16;
/// The same before a step of the index, which takes as long as many commits: it can wait for quiet, or for a search.
const WRITTEN_MAX_BEFORE_INDEX: usize = 1_024;
/// How long a search waits for the index.
const SEARCH_WAITS: Duration = Duration::from_secs(1);
/// How long chores rest that cannot be done now.
const TRIES_EVERY: Duration = Duration::from_secs(10);
/// How long the write-ahead log is left alone while somebody reads it.
const CUTS_EVERY: Duration = Duration::from_secs(1);

/// What is left to do.
pub(super) struct Chores {
    limits: DiskLimits,
    wanted: Vec<Wanted>,
    /// Rooms that may have entries which are not in the index.
    behind: BTreeSet<i64>,
    is_erasing: bool,
    /// What is too old or too much, and what is left of rooms that are over.
    sweep: Option<Sweep>,
    /// From when the write-ahead log may be cut, if it holds what was taken out.
    cut_log: Option<Instant>,
    /// Commits and their entries since the last chore.
    written: usize,
    /// The room whose turn was last.
    last_indexed: i64,
    turn: Turn,
    not_before: Option<Instant>,
}

/// Whose turn it is, if there is both to do: one that cannot be done must not keep the other from it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// What was erased.
    Erasing,
    /// What is too old or too much.
    Dropping,
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
    Drop,
    CutLog,
}

impl Chores {
    /// What the last server left to do.
    pub(super) fn found(file: &Connection, limits: DiskLimits) -> rusqlite::Result<Self> {
        Ok(Self {
            limits,
            wanted: Vec::new(),
            behind: words::unindexed(file)?,
            is_erasing: true,
            sweep: None,
            cut_log: None,
            written: 0,
            last_indexed: 0,
            turn: Turn::Erasing,
            not_before: None,
        })
    }

    /// Notes what a job that is committed leaves to do.
    pub(super) fn note(&mut self, job: &Job, done: &Done) {
        match (job, done) {
            (Job::Append(append), Done::Appended(_, entries)) if !entries.is_empty() => {
                self.written += entries.count;
                self.behind.insert(append.log.room);
                self.is_erasing |= append.drafts.iter().any(|draft| erases(&draft.body));
            }
            (Job::Sweep { now }, _) => self.sweep = Some(Sweep::at(*now)),
            _ => {}
        }
    }

    /// Tells when a room is in the index, which may be so already.
    pub(super) fn want(&mut self, room: i64, indexed: oneshot::Sender<()>) {
        let now = Instant::now();
        if !self.behind.contains(&room) {
            // An error means that nobody waits any more.
            let _ = indexed.send(());
        } else if !self.is_resting(now) {
            self.wanted.push(Wanted { room, until: now + SEARCH_WAITS, indexed });
        }
    }

    /// How long nobody must ask for anything before the next chore is taken up; none if there is none.
    pub(super) fn rest(&self) -> Option<Duration> {
        let from = match self.next()? {
            Chore::CutLog => self.not_before.max(self.cut_log),
            _ => self.not_before,
        };
        let rest = from.map_or(Duration::ZERO, |from| from.saturating_duration_since(Instant::now()));
        Some(if self.written == 0 { rest } else { rest.max(QUIET) })
    }

    fn is_resting(&self, now: Instant) -> bool {
        self.not_before.is_some_and(|from| from > now)
    }

    /// Whether a chore is to be done now, after one more commit.
    pub(super) fn is_due(&mut self) -> bool {
        self.written += 1;
        let most = match self.next() {
            Some(Chore::Index { .. }) => WRITTEN_MAX_BEFORE_INDEX,
            Some(Chore::CutLog) if !self.may_cut() => usize::MAX,
            _ => WRITTEN_MAX,
        };
        let is_urgent = self.written >= most || !self.wanted.is_empty();
        is_urgent && !self.is_resting(Instant::now())
    }

    /// What to do next: first what somebody waits for; then, by turns, what must be gone and what may be, also from the
    /// write-ahead log. Those have an end; the index has none where nobody ever falls silent, so it comes last, room by
    /// room.
    pub(super) fn next(&self) -> Option<Chore> {
        let wanted = self.wanted.first().map(|wanted| Chore::Index { room: wanted.room });
        let erase = self.is_erasing.then_some(Chore::Erase);
        let drop = self.sweep.map(|_| Chore::Drop);
        let in_turn = match self.turn {
            Turn::Erasing => erase.or(drop),
            Turn::Dropping => drop.or(erase),
        };
        let cut = self.cut_log.map(|_| Chore::CutLog);
        let index = self.next_behind().map(|room| Chore::Index { room });
        wanted.or(in_turn).or(cut.filter(|_| self.may_cut())).or(index).or(cut)
    }

    fn may_cut(&self) -> bool {
        self.cut_log.is_some_and(|from| from <= Instant::now())
    }

    /// The room after the one that had its turn.
    fn next_behind(&self) -> Option<i64> {
        self.behind.range(self.last_indexed + 1..).next().or(self.behind.first()).copied()
    }

    /// One step, in a transaction that is open, unless it needs none.
    pub(super) fn step(&mut self, file: &Connection, chore: Chore) -> rusqlite::Result<Progress> {
        match chore {
            Chore::Index { room } => words::index(file, room),
            Chore::Erase => erasing::step(file),
            Chore::Drop => self.sweep(file),
            Chore::CutLog => Ok(Progress::Done),
        }
    }

    fn sweep(&mut self, file: &Connection) -> rusqlite::Result<Progress> {
        let Self { limits, sweep: Some(sweep), .. } = self else { return Ok(Progress::Done) };
        let keeps = |keep| limits.keeps(keep);
        sweep.step(file, &Bounds { keeps: &keeps, bytes: limits.retain.bytes })
    }

    /// Notes that a step was done.
    pub(super) fn done(&mut self, chore: Chore, progress: Progress) {
        let now = Instant::now();
        self.written = 0;
        self.not_before = None;
        self.note_turn(chore);
        match (chore, progress) {
            (Chore::Index { .. }, Progress::More) => {}
            (Chore::Index { room }, Progress::Done) => self.is_indexed(room),
            (Chore::CutLog, Progress::More) => self.cut_log = Some(now + CUTS_EVERY),
            (Chore::Erase | Chore::Drop, Progress::More) => self.cut_log = Some(now),
            (Chore::Erase, Progress::Done) => self.is_erasing = false,
            (Chore::Drop, Progress::Done) => self.sweep = None,
            (Chore::CutLog, Progress::Done) => self.cut_log = None,
        }
        self.wanted.retain(|wanted| wanted.until > now);
    }

    fn note_turn(&mut self, chore: Chore) {
        match chore {
            Chore::Index { room } => self.last_indexed = room,
            Chore::Erase => self.turn = Turn::Dropping,
            Chore::Drop => self.turn = Turn::Erasing,
            Chore::CutLog => {}
        }
    }

    fn is_indexed(&mut self, room: i64) {
        self.behind.remove(&room);
        for wanted in self.wanted.extract_if(.., |wanted| wanted.room == room) {
            let _ = wanted.indexed.send(());
        }
    }

    /// Notes that a step cannot be done now. Who waits for the index waits no longer.
    pub(super) fn put_off(&mut self, chore: Chore) {
        self.written = 0;
        self.note_turn(chore);
        self.not_before = Some(Instant::now() + TRIES_EVERY);
        self.wanted.clear();
    }
}

fn erases(body: &EntryBody) -> bool {
    matches!(body, EntryBody::Forget | EntryBody::Delete(_))
}
