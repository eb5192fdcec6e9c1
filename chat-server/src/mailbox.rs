//! What reaches a session from outside of its connection and its rooms: what became of its posts, rooms that its person
//! was added to, and that another session takes its place.
//!
//! It is looked at whenever the session's bell has rung, which is mostly for something else: that there is nothing
//! costs no lock.

use crate::bell::{Bell, For, Rung};
use chat_proto::frame::Accepted;
use chat_proto::limits::POSTS_UNANSWERED;
use chat_proto::{EntryBody, PostId, Refused, RoomId};
use futures_util::task::ArcWake;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Poll, Waker};
use tokio_util::sync::CancellationToken;

/// Where the answer to a post goes.
#[derive(Clone)]
pub(crate) struct Ticket {
    /// The session's.
    pub mailbox: Arc<Mailbox>,
    /// The request to answer.
    pub request: u32,
}

/// The answer to a post.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The request it answers.
    pub request: u32,
    /// The answer.
    pub decided: Decided,
}

/// What became of a post.
#[derive(Debug)]
pub(crate) enum Decided {
    /// It is in the log.
    Accepted(Accepted),
    /// It is not, for ever.
    Refused(Box<Refused>),
    /// It was not taken now, but may have been before.
    Denied(Box<Denied>),
    /// Nobody knows; the session must end.
    Unknown,
}

/// A post that may not be written.
#[derive(Debug)]
pub(crate) struct Denied {
    /// Where it was posted.
    pub room: RoomId,
    /// Under which id.
    pub id: PostId,
    /// What.
    pub body: EntryBody,
    /// Why not.
    pub refused: Refused,
}

/// What is on its way to a session. Never more answers than the posts it has unanswered, which the session bounds, nor
/// more rooms than its person may be in.
pub(crate) struct Mailbox {
    arrivals: Mutex<Arrivals>,
    has_arrived: AtomicBool,
    is_replaced: AtomicBool,
    bell: Bell,
    /// Made by whoever waits for the end of the session, which is rare, or by its end.
    over: OnceLock<CancellationToken>,
}

/// What has arrived.
#[derive(Default)]
pub(crate) struct Arrivals {
    /// Answers to posts.
    pub decisions: VecDeque<Decision>,
    /// Rooms that the person is a member of now, and did not enter.
    pub added: Vec<RoomId>,
}

impl Mailbox {
    /// Of the session that this task serves.
    pub(crate) fn new(task: Waker) -> Self {
        Self {
            arrivals: Mutex::default(),
            has_arrived: AtomicBool::new(false),
            is_replaced: AtomicBool::new(false),
            bell: Bell::new(task),
            over: OnceLock::new(),
        }
    }

    /// Takes everything there is. Whoever takes asks afterwards whether the session is [replaced](Self::is_replaced).
    pub(crate) fn take(&self) -> Arrivals {
        // In this order: what arrives in between is marked, and may be taken already.
        self.take_mark();
        std::mem::take(&mut *self.lock())
    }

    /// Takes the mark away that something has arrived; says whether it was there.
    pub(crate) fn take_mark(&self) -> bool {
        self.has_arrived.swap(false, Ordering::AcqRel)
    }

    /// Waits until something has arrived, and takes its mark away.
    pub(crate) async fn arrived(&self) {
        std::future::poll_fn(|_| match self.rung().is_for(For::AnythingElse) && self.take_mark() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// Rings the session's bell.
    pub(crate) fn ring(&self, what: For) {
        self.bell.ring(what);
    }

    /// What the session's bell has rung for since this was last asked.
    pub(crate) fn rung(&self) -> Rung {
        self.bell.rung()
    }

    /// The session is at work and will look: it need not be woken before it waits again.
    pub(crate) fn hush(&self) {
        self.bell.hush();
    }

    /// Tells the session to end: another one is here in its place, or its person's name was given up.
    pub(crate) fn replace(&self) {
        self.is_replaced.store(true, Ordering::Release);
        self.mark();
    }

    /// Whether the session was told so.
    pub(crate) fn is_replaced(&self) -> bool {
        self.is_replaced.load(Ordering::Acquire)
    }

    /// The session can do nothing more.
    pub(crate) fn close(&self) {
        self.over.get_or_init(CancellationToken::new).cancel();
    }

    /// Waits until the session can do nothing more.
    pub(crate) async fn closed(&self) {
        self.over.get_or_init(CancellationToken::new).cancelled().await;
    }

    /// The person is a member of this room from now on.
    pub(crate) fn put_added(&self, room: RoomId) {
        let mut arrivals = self.lock();
        if !arrivals.added.contains(&room) {
            arrivals.added.push(room);
        }
        drop(arrivals);
        self.mark();
    }

    fn mark(&self) {
        if !self.has_arrived.swap(true, Ordering::AcqRel) {
            self.ring(For::AnythingElse);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().expect("no panic under this lock")
    }
}

impl ArcWake for Mailbox {
    fn wake_by_ref(mailbox: &Arc<Self>) {
        mailbox.ring(For::AnythingElse);
    }
}

impl Ticket {
    pub(crate) fn answer(self, decided: Decided) {
        answer([(self, decided)].into_iter());
    }
}

/// Answers posts, of which those of one session mostly stand together.
pub(crate) fn answer(answers: impl Iterator<Item = (Ticket, Decided)>) {
    let mut answers =
        answers.map(|(Ticket { mailbox, request, .. }, decided)| (mailbox, Decision { request, decided }));
    let mut next = answers.next();
    while let Some((mailbox, decision)) = next {
        let mut arrivals = mailbox.lock();
        arrivals.decisions.push_back(decision);
        next = answers.next();
        while let Some((_, decision)) = next.take_if(|(other, _)| Arc::ptr_eq(other, &mailbox)) {
            // Whoever has a second has mostly all of them.
            arrivals.decisions.reserve(1 + answers.size_hint().1.unwrap_or(0).min(POSTS_UNANSWERED));
            arrivals.decisions.push_back(decision);
            next = answers.next();
        }
        drop(arrivals);
        mailbox.mark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::poll_immediate;

    const ROOM: RoomId = RoomId([1; 16]);

    #[tokio::test]
    async fn whoever_waits_finds_all_that_has_come() {
        let mailbox = Mailbox::new(Waker::noop().clone());
        assert!(poll_immediate(mailbox.arrived()).await.is_none());

        mailbox.put_added(ROOM);
        mailbox.put_added(RoomId([2; 16]));

        mailbox.arrived().await;
        assert_eq!(mailbox.take().added.len(), 2);
        assert!(poll_immediate(mailbox.arrived()).await.is_none());
    }

    #[tokio::test]
    async fn whoever_is_replaced_hears_of_it_before_and_after_they_took_what_there_was() {
        let mailbox = Mailbox::new(Waker::noop().clone());
        mailbox.put_added(ROOM);
        mailbox.take();
        assert!(poll_immediate(mailbox.arrived()).await.is_none());

        mailbox.replace();

        mailbox.arrived().await;
        mailbox.take();
        assert!(mailbox.is_replaced());
    }
}
