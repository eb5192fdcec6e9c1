//! The one thread that writes: it takes whatever waits into one commit, and tells everybody when it is on disk.
//!
//! A job that cannot be done does not take the others of its commit with it: then each gets a commit of its own. What
//! was not written and nobody can say again (who is a member, who is called what) is written with the next commit.
//! After an error of the disk nothing is trusted: whoever waits is told that nobody knows, and the thread ends.

use super::append::{self, Memory};
use super::connection::Identity;
use super::directory::Directory;
use super::jobs::{Append, Done, Job};
use super::place::ROOM_MAX;
use super::records;
use super::reserve::{Reserve, Space};
use super::trouble::{Stage, Trouble};
use crate::log::StorageFailure;
use crate::refusals;
use rusqlite::{Connection, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
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
    pub(super) fn new(
        connection: Connection,
        directory: Directory,
        identity: Identity,
        reserve_bytes: Option<u64>,
    ) -> Self {
        let reserve = Reserve::new(directory.path(), reserve_bytes);
        let memory = Memory::default();
        Self { connection, identity, reserve, memory, backlog: Vec::new(), _directory: directory }
    }

    /// Starts the thread, which ends after [`Job::Close`], when nobody can ask it any more, or when it has failed.
    pub(super) fn start(mut self) -> io::Result<(Sender<Job>, watch::Receiver<Option<StorageFailure>>)> {
        let (ask, asked) = channel();
        let (tell_failure, failure) = watch::channel(None);
        thread::Builder::new().name("history".to_owned()).spawn(move || {
            let panicked = |_| Err(StorageFailure("its writer panicked".to_owned()));
            match catch_unwind(AssertUnwindSafe(|| self.run(&asked))).unwrap_or_else(panicked) {
                Ok(closed) => {
                    self.checkpoint();
                    drop(self);
                    drop(closed);
                }
                Err(failure) => drop(tell_failure.send(Some(failure))),
            }
            // Whatever still waits is dropped with `asked`, and so told that nobody knows.
        })?;
        Ok((ask, failure))
    }

    fn run(&mut self, asked: &Receiver<Job>) -> Result<Option<oneshot::Sender<()>>, StorageFailure> {
        loop {
            let group = match self.wait(asked) {
                Ok(job) => Group::gather(mem::take(&mut self.backlog), job, asked),
                Err(RecvTimeoutError::Timeout) => Group::again(mem::take(&mut self.backlog)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            self.write(group.jobs)?;
            if group.last.is_some() {
                return Ok(group.last);
            }
        }
    }

    fn wait(&self, asked: &Receiver<Job>) -> Result<Job, RecvTimeoutError> {
        match self.backlog.is_empty() {
            true => asked.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => asked.recv_timeout(TRIES_EVERY),
        }
    }

    /// Writes `jobs` and tells whoever waits for them.
    ///
    /// # Errors
    /// [`StorageFailure`]: nothing more can be written. Whoever waits is told by dropping their jobs.
    fn write(&mut self, jobs: Vec<Job>) -> Result<(), StorageFailure> {
        match self.commit(&jobs) {
            Ok(done) => jobs.into_iter().zip(done).for_each(|(job, done)| job.finish(done)),
            Err(trouble) => {
                self.memory.clear();
                self.settle(jobs, trouble)?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, mut jobs: Vec<Job>, trouble: Trouble) -> Result<(), StorageFailure> {
        match trouble {
            Trouble::Job(_) if jobs.len() > 1 => jobs.into_iter().try_for_each(|job| self.write(vec![job])),
            Trouble::Job(error) => {
                tracing::error!(%error, "something cannot be kept");
                jobs.drain(..).for_each(|job| job.refuse(refusals::not_kept()));
                Ok(())
            }
            Trouble::Full => self.put_off(jobs, |job| job.refuse(refusals::storage_full())),
            Trouble::Unclear(error) => {
                tracing::warn!(%error, "a commit failed");
                self.put_off(jobs, drop)
            }
            Trouble::Lost(failure) => Err(failure),
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
        let at = |stage| move |error| Trouble::of(error, stage);
        let space = self.reserve.space(&self.connection);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(at(Stage::Open))?;
        let done = jobs.iter().map(|job| carry_out(&transaction, &mut self.memory, space, job));
        let done = done.collect::<rusqlite::Result<Vec<_>>>().map_err(at(Stage::Open))?;
        self.identity.check().map_err(|error| Trouble::Lost(StorageFailure(error.to_string())))?;
        transaction.commit().map_err(at(Stage::Committing))?;
        Ok(done)
    }

    /// Moves what the write-ahead log holds into the file. If that fails, the next server finds it there.
    fn checkpoint(&self) {
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the write-ahead log stays as it is");
        }
    }
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
        Job::Close(_) => {}
    }
    Ok(Done::Kept)
}

impl Group {
    /// Everything that waits, behind what could not be written before.
    fn gather(backlog: Vec<Job>, first: Job, asked: &Receiver<Job>) -> Self {
        let mut group = Self::again(backlog);
        group.add(first);
        while !group.is_full()
            && let Ok(job) = asked.try_recv()
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
