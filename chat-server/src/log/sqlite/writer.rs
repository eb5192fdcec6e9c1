//! The one thread that writes: it takes whatever waits into one commit, and tells everybody when it is on disk.
//!
//! A job that cannot be done does not take the others of its commit with it: then each gets a commit of its own. What
//! was not written and nobody can say again (who is a member, who is called what) is written with the next commit.
//! After an error of the disk nothing is trusted: whoever waits is told that nobody knows, and the thread ends.
//!
//! What nobody waits for ([`Chores`]) is done step by step when nothing else is to do, and now and then if that never
//! happens.

use super::append::{self, Memory};
use super::chores::{Chore, Chores};
use super::connection::{self, Identity};
use super::directory::Directory;
use super::jobs::{Append, Done, Job};
use super::limits::DiskLimits;
use super::opening::Opened;
use super::place::ROOM_MAX;
use super::queue::Asked;
use super::records;
use super::reserve::{Reserve, Space};
use super::trouble::{Stage, Trouble};
use super::words::Progress;
use crate::log::{NotWritten, StorageFailure};
use rusqlite::{Connection, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::{io, mem, thread};
use tokio::sync::{oneshot, watch};

/// What one commit takes, so that nobody waits for more than that.
const JOBS_MAX: usize = 1_000;
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// What may wait while the disk is full: so many comings and goings do not happen before somebody looks after it.
const BACKLOG_MAX: usize = 16_384;
/// How often what waits is tried again, if nobody writes anything else.
const TRIES_EVERY: Duration = Duration::from_secs(1);

/// Writes.
pub(super) struct Writer {
    connection: Connection,
    identity: Identity,
    reserve: Reserve,
    memory: Memory,
    backlog: Vec<Job>,
    chores: Chores,
    /// Unlocked last.
    _directory: Directory,
}

/// What is written in one commit.
#[derive(Default)]
struct Group {
    jobs: Vec<Job>,
    bytes: usize,
    last: Option<oneshot::Sender<()>>,
}

impl Writer {
    pub(super) fn new(opened: Opened, limits: DiskLimits) -> rusqlite::Result<Self> {
        let Opened { connection, directory, identity } = opened;
        let reserve = Reserve::new(directory.path(), limits.reserve_bytes);
        let (memory, backlog) = (Memory::default(), Vec::new());
        let chores = Chores::found(&connection, limits)?;
        Ok(Self { connection, identity, reserve, memory, backlog, chores, _directory: directory })
    }

    /// Starts the thread, which ends after [`Job::Close`], when nobody can ask it any more, or when it has failed.
    pub(super) fn start(mut self, asked: Asked, failure: watch::Sender<Option<StorageFailure>>) -> io::Result<()> {
        thread::Builder::new().name("history".to_owned()).spawn(move || {
            let panicked = |_| Err(StorageFailure("its writer panicked".to_owned()));
            match catch_unwind(AssertUnwindSafe(|| self.run(&asked))).unwrap_or_else(panicked) {
                Ok(closed) => {
                    // If that fails, the next server finds in the log what is not in the file.
                    let _ = self.cut_log();
                    drop(self);
                    drop(closed);
                }
                Err(reason) => drop(failure.send_replace(Some(reason))),
            }
            // Whatever still waits is dropped with `asked`, and so told that nobody knows.
        })?;
        Ok(())
    }

    fn run(&mut self, asked: &Asked) -> Result<Option<oneshot::Sender<()>>, StorageFailure> {
        loop {
            match self.wait(asked) {
                Ok(job) => {
                    let group = Group::gather(mem::take(&mut self.backlog), job, asked);
                    self.write(group.jobs)?;
                    if group.last.is_some() {
                        return Ok(group.last);
                    }
                    if self.chores.is_due() {
                        self.do_chore()?;
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.backlog.is_empty() => self.do_chore()?,
                Err(RecvTimeoutError::Timeout) => {
                    let backlog = mem::take(&mut self.backlog);
                    self.write(backlog)?;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    /// Waits for a job, or until there is something else to do.
    fn wait(&self, asked: &Asked) -> Result<Job, RecvTimeoutError> {
        asked.next(if self.backlog.is_empty() { self.chores.rest() } else { Some(TRIES_EVERY) })
    }

    /// Writes `jobs` and tells whoever waits for them.
    ///
    /// # Errors
    /// [`StorageFailure`]: nothing more can be written. Whoever waits is told by dropping their jobs.
    fn write(&mut self, jobs: Vec<Job>) -> Result<(), StorageFailure> {
        match self.commit(&jobs) {
            Ok(done) => jobs.into_iter().zip(done).for_each(|(job, done)| self.finish(job, done)),
            Err(trouble) => {
                self.memory.clear();
                self.settle(jobs, trouble)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, job: Job, done: Done) {
        self.chores.note(&job, &done);
        match job {
            Job::Index { room, indexed } => self.chores.want(room, indexed),
            job => job.finish(done),
        }
    }

    fn settle(&mut self, mut jobs: Vec<Job>, trouble: Trouble) -> Result<(), StorageFailure> {
        match trouble {
            Trouble::Job(_) if jobs.len() > 1 => jobs.into_iter().try_for_each(|job| self.write_alone(job)),
            Trouble::Job(error) => {
                tracing::error!(%error, "something cannot be kept");
                jobs.drain(..).for_each(|job| job.give_up(NotWritten::Unkeepable));
                Ok(())
            }
            Trouble::Full => self.put_off(jobs, |job| job.give_up(NotWritten::Full)),
            Trouble::Unclear(error) => {
                tracing::warn!(%error, "a commit failed");
                self.put_off(jobs, drop)
            }
            Trouble::Lost(failure) => Err(failure),
        }
    }

    /// Unless something before it could not be written: nothing overtakes that.
    fn write_alone(&mut self, job: Job) -> Result<(), StorageFailure> {
        match self.backlog.is_empty() {
            true => self.write(vec![job]),
            false => self.put_off(vec![job], |job| job.give_up(NotWritten::Full)),
        }
    }

    /// Answers what can be answered, and keeps the rest for the next commit.
    fn put_off(&mut self, jobs: Vec<Job>, answer: impl Fn(Job)) -> Result<(), StorageFailure> {
        for job in jobs {
            match job {
                Job::Append(_) => answer(job),
                other => self.backlog.extend(other.still_to_do()),
            }
        }
        match self.backlog.len() {
            0..=BACKLOG_MAX => Ok(()),
            _ => Err(StorageFailure("there has been no space for too long".to_owned())),
        }
    }

    fn commit(&mut self, jobs: &[Job]) -> Result<Vec<Done>, Trouble> {
        let space = self.reserve.space(&self.connection);
        let memory = &mut self.memory;
        in_transaction(&mut self.connection, &self.identity, |file| {
            jobs.iter().map(|job| carry_out(file, memory, space, job)).collect()
        })
    }

    /// # Errors
    /// [`StorageFailure`]: nothing more can be written.
    fn do_chore(&mut self) -> Result<(), StorageFailure> {
        let Some(chore) = self.chores.next() else { return Ok(()) };
        match self.step(chore) {
            Ok(progress) => self.chores.done(chore, progress),
            Err(Trouble::Lost(failure)) => return Err(failure),
            Err(trouble) => {
                tracing::warn!(?trouble, ?chore, "something waits until it can be done");
                self.chores.put_off(chore);
            }
        }
        Ok(())
    }

    fn step(&mut self, chore: Chore) -> Result<Progress, Trouble> {
        if matches!(chore, Chore::CutLog) {
            return self.cut_log().map_err(|error| Trouble::of(error, Stage::Committing));
        }
        let chores = &mut self.chores;
        in_transaction(&mut self.connection, &self.identity, |file| chores.step(file, chore))
    }

    /// Moves what the write-ahead log holds into the file, and overwrites it, unless somebody reads: then the next try
    /// does.
    fn cut_log(&self) -> rusqlite::Result<Progress> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let is_busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        self.connection.busy_timeout(connection::PATIENCE)?;
        Ok(if is_busy? { Progress::More } else { Progress::Done })
    }
}

/// Does `work` in one commit.
fn in_transaction<T>(
    connection: &mut Connection,
    identity: &Identity,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, Trouble> {
    let before = |error| Trouble::of(error, Stage::Open);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(before)?;
    let result = work(&transaction).map_err(before)?;
    // What is written to a file that has no name any more is gone with the process.
    identity.check().map_err(|error| Trouble::Lost(StorageFailure(error.to_string())))?;
    transaction.commit().map_err(|error| Trouble::of(error, Stage::Committing))?;
    Ok(result)
}

fn carry_out(file: &Connection, memory: &mut Memory, space: Space, job: &Job) -> rusqlite::Result<Done> {
    match job {
        Job::Append(Append { log, drafts, .. }) => {
            let (verdicts, entries) = append::append(file, memory, space, log, drafts)?;
            return Ok(Done::Appended(verdicts, entries));
        }
        Job::Open { room, .. } if *room > ROOM_MAX => return Err(rusqlite::Error::IntegralValueOutOfRange(0, *room)),
        Job::Open { room, id, record } => records::open(file, *room, *id, record)?,
        Job::Records { room, records } => records::keep(file, *room, records)?,
        Job::Erase { room } => {
            memory.forget(*room);
            records::end(file, *room)?;
        }
        Job::Facts { facts, .. } => records::keep_facts(file, facts)?,
        Job::Index { .. } | Job::Sweep { .. } | Job::Close(_) => {}
    }
    Ok(Done::Kept)
}

impl Group {
    /// Everything that waits, behind what could not be written before.
    fn gather(backlog: Vec<Job>, first: Job, asked: &Asked) -> Self {
        let mut group = Self::again(backlog);
        group.add(first);
        while !group.is_full()
            && let Some(job) = asked.next_now()
        {
            group.add(job);
        }
        group
    }

    /// What could not be written before.
    fn again(backlog: Vec<Job>) -> Self {
        Self { jobs: backlog, ..Self::default() }
    }

    fn add(&mut self, job: Job) {
        self.bytes += job.bytes();
        match job {
            Job::Close(closed) => self.last = Some(closed),
            job => self.jobs.push(job),
        }
    }

    fn is_full(&self) -> bool {
        self.jobs.len() >= JOBS_MAX || self.bytes >= BYTES_MAX || self.last.is_some()
    }
}
