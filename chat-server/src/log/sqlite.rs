//! Logs in one SQLite file, and whatever else must outlive a server.
//!
//! ```text
//! rooms --jobs--> queue --> writer (one thread, one connection): everything that waits in one commit --> completions
//! rooms --reads--> readers (a few connections, read only)
//! ```
//!
//! Only this folder knows SQLite. The directory is locked as long as a server uses it, so there is one writer.

mod append;
mod backup;
mod beginnings;
mod called;
mod check;
mod chores;
mod clock;
mod connection;
mod directory;
mod entries;
mod erasing;
mod export;
#[cfg(test)]
mod fixture;
mod forgotten;
mod jobs;
mod kinds;
mod limits;
mod log_state;
mod opening;
mod place;
mod pointing;
mod queue;
mod reader;
mod records;
mod reserve;
mod restore;
mod retention;
mod room_log;
mod schema;
mod stale;
mod trouble;
mod visiting;
mod words;
mod writer;

use super::record::{Fact, Restored, RestoredRoom, RoomRecord};
use super::{Later, Log, Logs, StorageFailure, Written};
use chat_proto::frame::{Durability, Keep, Label};
use chat_proto::{RoomId, Seq, UnixMillis};
use clock::Clock;
use jobs::Job;
use log_state::LogState;
use queue::{Asking, queue};
use reader::Readers;
use restore::KeptRoom;
use room_log::RoomLog;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};
use writer::Writer;

pub use backup::{BackupError, backup};
pub use called::{RoomName, RoomNameError};
pub use check::{Health, check};
pub use export::{ExportError, Format, export};
pub use limits::{DiskLimits, Retention};
pub use opening::OpenError;
pub use visiting::VisitError;

/// What is too old may stay so much longer.
const SWEEPS_EVERY_MS: u64 = 60_000;

/// All logs of a server, in one directory.
pub struct SqliteLogs {
    place: PathBuf,
    limits: DiskLimits,
    keeper: Arc<Keeper>,
    rooms: Mutex<Rooms>,
    sweeping: Mutex<Sweeping>,
    restored: Mutex<Option<Restored>>,
}

/// When what is too old is looked for.
struct Sweeping {
    last: Option<UnixMillis>,
    clock: Clock,
}

/// The way to the file: to its writer, and to its readers.
struct Keeper {
    jobs: Asking,
    readers: Readers,
    failure: watch::Sender<Option<StorageFailure>>,
}

struct Rooms {
    logs: HashMap<RoomId, Arc<RoomLog>>,
    /// The highest number that a room ever had.
    last: i64,
}

impl SqliteLogs {
    /// The logs in the directory `place`, which is made if there is none. Whoever waits for another server to end waits
    /// at most `patience` for the lock on it.
    ///
    /// # Errors
    /// [`OpenError`]: nothing was changed.
    pub fn open(place: &Path, limits: DiskLimits, patience: Duration) -> Result<Self, OpenError> {
        let (opened, kept) = opening::open(place, patience)?;
        let (place, file) = (opened.directory.path().to_owned(), opened.directory.file());
        let readers = Readers::new(file.clone(), opened.identity.clone());
        let writer = Writer::new(opened, limits).map_err(|error| OpenError::of(&file, error))?;
        let (jobs, asked) = queue();
        let failure = watch::Sender::new(None);
        writer.start(asked, failure.clone()).map_err(OpenError::Thread)?;
        let keeper = Arc::new(Keeper { jobs, readers, failure });
        let mut rooms = Rooms { logs: HashMap::new(), last: kept.last_room };
        let restored = Restored {
            rooms: kept.rooms.into_iter().map(|room| rooms.take_back(room, &keeper)).collect(),
            people: kept.people,
            last_person: kept.last_person,
            names: kept.names,
            codes: kept.codes,
        };
        Ok(Self {
            place,
            limits,
            keeper,
            rooms: Mutex::new(rooms),
            sweeping: Mutex::new(Sweeping { last: None, clock: Clock::after(&restored, Instant::now()) }),
            restored: Mutex::new(Some(restored)),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().expect("no panic under this lock")
    }
}

impl Logs for SqliteLogs {
    fn restore(&self) -> Restored {
        self.restored.lock().expect("no panic under this lock").take().unwrap_or_default()
    }

    fn open(&self, room: RoomId, record: &RoomRecord) -> Arc<dyn Log> {
        let mut rooms = self.lock();
        if let Some(log) = rooms.logs.get(&room) {
            return Arc::clone(log) as Arc<dyn Log>;
        }
        rooms.last += 1;
        let number = rooms.last;
        // Under the lock: nobody appends to a room that the writer has not heard of.
        self.keeper.ask(Job::Open { room: number, id: room, record: record.clone() });
        rooms.insert(room, LogState::new(number, Seq::START), &self.keeper)
    }

    fn erase(&self, room: RoomId) {
        let log = self.lock().logs.remove(&room);
        if let Some(log) = log {
            self.keeper.ask(Job::Erase { room: log.erase() });
        }
    }

    fn keep(&self, facts: Vec<Fact>) -> Written {
        let (written, later) = Written::later();
        self.keeper.ask(Job::Facts { facts, written: Some(written) });
        later
    }

    fn sweep(&self, now: UnixMillis) {
        let mut sweeping = self.sweeping.lock().expect("no panic under this lock");
        if sweeping.last.is_none_or(|last| now.0.abs_diff(last.0) >= SWEEPS_EVERY_MS) {
            sweeping.last = Some(now);
            self.keeper.ask(Job::Sweep { now: sweeping.clock.judges_by(now, Instant::now()) });
        }
    }

    fn label(&self, keep: Keep) -> Label {
        Label {
            durability: Durability::Disk,
            keeps_ms: self.limits.keeps(keep).map(|span| span.as_millis() as u64),
            keeps_entries: None,
            keeps_bytes: None,
            keeps_bytes_of_all: self.limits.retain.bytes.map(|bytes| bytes as u64),
            waits_ms: self.limits.waits.as_millis() as u64,
        }
    }

    fn describe(&self) -> String {
        format!("in {}\n({})", self.place.display(), self.limits.retain)
    }

    fn failed(&self) -> Later<StorageFailure> {
        let mut failure = self.keeper.failure.subscribe();
        Box::pin(async move {
            match failure.wait_for(Option::is_some).await.ok().and_then(|failure| failure.clone()) {
                Some(failure) => failure,
                // Nothing is kept here any more.
                None => std::future::pending().await,
            }
        })
    }

    fn close(&self) -> Later<()> {
        self.keeper.readers.close();
        let (closed, later) = oneshot::channel();
        self.keeper.ask(Job::Close(closed));
        Box::pin(async move {
            // Dropped without a word is the word.
            let _ = later.await;
        })
    }
}

impl Rooms {
    fn insert(&mut self, id: RoomId, state: LogState, keeper: &Arc<Keeper>) -> Arc<RoomLog> {
        let log = Arc::new(RoomLog::new(state, Arc::clone(keeper)));
        self.logs.insert(id, Arc::clone(&log));
        log
    }

    fn take_back(&mut self, room: KeptRoom, keeper: &Arc<Keeper>) -> RestoredRoom {
        let KeptRoom { number, id, record, members, head, last_time } = room;
        let log = self.insert(id, LogState::new(number, head), keeper);
        RestoredRoom { id, record, members, head, last_time, log }
    }
}

impl Keeper {
    /// Nobody takes a job once the writer has ended, or has come to nothing for too long, which ends the server. Then
    /// it is dropped, and whoever waits for it is told that nobody knows.
    fn ask(&self, job: Job) {
        if self.jobs.ask(job).is_err() {
            let failure = StorageFailure("the disk has been too slow for too long".to_owned());
            self.failure.send_if_modified(|known| known.is_none() && known.replace(failure).is_none());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::Directory;
    use super::queue::JOBS_MAX;
    use super::*;
    use crate::config::Config;
    use futures_util::FutureExt;

    #[test]
    fn a_disk_that_takes_nothing_for_too_long_ends_the_server_instead_of_filling_its_memory() {
        let directory = Directory::new();
        let (opened, kept) = opening::open(directory.path(), Duration::ZERO).unwrap();
        let readers = Readers::new(opened.directory.file(), opened.identity.clone());
        let (jobs, _never_taken) = queue();
        let logs = SqliteLogs {
            place: directory.path().to_owned(),
            limits: Config::default().disk(),
            keeper: Arc::new(Keeper { jobs, readers, failure: watch::Sender::new(None) }),
            rooms: Mutex::new(Rooms { logs: HashMap::new(), last: kept.last_room }),
            sweeping: Mutex::new(Sweeping { last: None, clock: Clock::after(&Restored::default(), Instant::now()) }),
            restored: Mutex::default(),
        };

        (0..JOBS_MAX).for_each(|_| drop(logs.keep(Vec::new())));
        assert!(logs.failed().now_or_never().is_none());
        drop(logs.keep(Vec::new()));

        assert!(logs.failed().now_or_never().is_some());
    }
}
