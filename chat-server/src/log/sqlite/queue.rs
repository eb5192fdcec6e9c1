//! What the writer is asked and has not come to yet: bounded, however long the disk takes.

use super::jobs::Job;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// What may wait: many times what everybody on a large server does while the slowest disk takes one commit. Posts and
/// logins are bounded where they come from; this is for what nobody waits for.
pub(super) const JOBS_MAX: usize = 262_144;

/// The end at which jobs are put in.
pub(super) struct Asking {
    jobs: Sender<Job>,
    waiting: Arc<AtomicUsize>,
    /// There was no place once.
    is_overfull: AtomicBool,
}

/// The end at which the writer takes them out.
pub(super) struct Asked {
    jobs: Receiver<Job>,
    waiting: Arc<AtomicUsize>,
}

/// There was no place for a job; it is dropped, and whoever waits for it is told that nobody knows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overfull;

/// An empty queue.
pub(super) fn queue() -> (Asking, Asked) {
    let (ask, asked) = mpsc::channel();
    let waiting = Arc::<AtomicUsize>::default();
    let asking = Asking { jobs: ask, waiting: Arc::clone(&waiting), is_overfull: AtomicBool::new(false) };
    (asking, Asked { jobs: asked, waiting })
}

impl Asking {
    /// Puts a job in; there is always place for the last. Dropped if the writer has ended.
    ///
    /// # Errors
    /// [`Overfull`], and from then on always: nothing overtakes what was dropped.
    pub(super) fn ask(&self, job: Job) -> Result<(), Overfull> {
        if self.waiting.load(Ordering::Relaxed) >= JOBS_MAX {
            self.is_overfull.store(true, Ordering::Relaxed);
        }
        if self.is_overfull.load(Ordering::Relaxed) && !matches!(job, Job::Close(_)) {
            return Err(Overfull);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.jobs.send(job);
        Ok(())
    }
}

impl Asked {
    /// Waits for the next, for at most so long; without a bound if there is none.
    pub(super) fn next(&self, at_most: Option<Duration>) -> Result<Job, RecvTimeoutError> {
        let job = match at_most {
            Some(at_most) => self.jobs.recv_timeout(at_most),
            None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        job.inspect(|_| self.took_one())
    }

    /// The next, if there is one.
    pub(super) fn next_now(&self) -> Option<Job> {
        self.jobs.try_recv().ok().inspect(|_| self.took_one())
    }

    fn took_one(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[test]
    fn no_more_waits_than_may_and_nothing_but_the_last_job_overtakes_what_found_no_place() {
        let (asking, asked) = queue();
        for _ in 0..JOBS_MAX {
            assert_eq!(asking.ask(Job::Erase { room: 0 }), Ok(()));
        }

        assert_eq!(asking.ask(Job::Erase { room: 0 }), Err(Overfull));
        assert_eq!(asking.ask(Job::Close(oneshot::channel().0)), Ok(()));
        assert!(asked.next_now().is_some() && asked.next(None).is_ok());
        assert_eq!(asking.ask(Job::Erase { room: 0 }), Err(Overfull));
    }
}
