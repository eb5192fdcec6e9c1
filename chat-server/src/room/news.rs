//! A room's news: items of its broadcast, which every session takes when it is at work.
//!
//! What is said is an item for each time that it is taken, not for each time that something was committed: a batch
//! waits for the first session that looks, and those that come until then go with it, as one piece of memory and in one
//! write.
//!
//! That there is news rings the sessions' [bells](crate::bell). The broadcast could wake them itself, but would enter
//! each of them into its list anew for each item, which was a third of what a delivery cost.

mod batch;

pub(crate) use batch::Batch;

use super::Room;
use crate::bell::For;
use crate::mailbox::Mailbox;
use bytes::Bytes;
use chat_proto::PersonId;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;

/// One item: what commits made visible, or the end.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// Entries.
    Batch(Batch),
    /// What is not kept.
    Signal(Signal),
    /// The room is over.
    Ended,
}

/// What somebody does that is not kept. Whoever is behind need not have it.
#[derive(Debug, Clone)]
pub(crate) struct Signal {
    /// Who need not be told, because they do it.
    pub except: Option<PersonId>,
    /// A whole `Signal` frame.
    pub frame: Bytes,
}

/// Where a room's news is published.
pub(super) struct Broadcast {
    items: broadcast::Sender<News>,
    /// How many items there have been.
    published: AtomicU64,
    /// Batches that are one item as soon as somebody looks. Bells do not ring under this lock: everybody who looks
    /// needs it.
    waiting: Mutex<Vec<Batch>>,
    /// Whether there are any.
    waits: AtomicBool,
    /// Held by whoever publishes, until it is done: what one has lined up is sent before another's batch can wait.
    audience: Mutex<Audience>,
}

/// Who listens.
#[derive(Default)]
struct Audience {
    listeners: Vec<Arc<Mailbox>>,
    /// How often all of their bells were rung.
    rounds: usize,
}

impl Audience {
    /// Sessions are served as they are woken: nobody is to be the last every time.
    fn ring(&mut self) {
        let (last, first) = self.listeners.split_at(self.rounds.checked_rem(self.listeners.len()).unwrap_or(0));
        self.rounds = self.rounds.wrapping_add(1);
        first.iter().chain(last).for_each(|listener| listener.ring(For::News));
    }
}

impl Broadcast {
    /// Nobody listens. Whoever is further behind than so many items has missed some.
    pub(super) fn new(ring: usize) -> Self {
        Self {
            items: broadcast::Sender::new(ring),
            published: AtomicU64::new(0),
            waiting: Mutex::default(),
            waits: AtomicBool::new(false),
            audience: Mutex::default(),
        }
    }

    /// Takes what is published from now on.
    pub(super) fn subscribe(&self) -> Subscription {
        self.line_up();
        // In this order: an item between the two is looked for in vain, and none is missed.
        let taken = self.published.load(Ordering::Acquire);
        Subscription { items: self.items.subscribe(), taken }
    }

    /// How many do.
    pub(super) fn receivers(&self) -> usize {
        self.items.receiver_count()
    }

    /// Tells all who listen.
    pub(super) fn publish(&self, news: News) {
        let mut audience = self.audience();
        match news {
            News::Batch(batch) if !audience.listeners.is_empty() => self.hold(batch),
            other => {
                self.line_up();
                self.send(other);
            }
        }
        audience.ring();
    }

    /// Has a batch wait for whoever looks first.
    fn hold(&self, batch: Batch) {
        let mut waiting = self.waiting();
        if !batch.may_join(&waiting) {
            self.line_up_all(&mut waiting);
        }
        waiting.push(batch);
        self.waits.store(true, Ordering::Release);
    }

    /// Makes an item of what waits, for somebody who looks for it.
    fn line_up(&self) {
        if self.waits.load(Ordering::Acquire) {
            self.line_up_all(&mut self.waiting());
        }
    }

    fn line_up_all(&self, waiting: &mut Vec<Batch>) {
        if let Some(batch) = Batch::join(std::mem::take(waiting)) {
            self.send(News::Batch(batch));
            // In this order: whoever sees this finds it.
            self.waits.store(false, Ordering::Release);
        }
    }

    fn send(&self, item: News) {
        // An error means that nobody listens; what is kept is in the log.
        let _ = self.items.send(item);
        // In this order: whoever sees this finds it.
        self.published.fetch_add(1, Ordering::AcqRel);
    }

    /// Has a session's bell ring for what is published.
    fn listen(&self, session: &Arc<Mailbox>) {
        self.audience().listeners.push(Arc::clone(session));
    }

    /// Takes that back, once.
    fn stop_listening(&self, session: &Arc<Mailbox>) {
        let listeners = &mut self.audience().listeners;
        let at = listeners.iter().position(|listener| Arc::ptr_eq(listener, session));
        at.map(|at| listeners.swap_remove(at));
        if listeners.is_empty() {
            // Nobody is left who would look.
            self.line_up();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Batch>> {
        self.waiting.lock().expect("no panic under this lock")
    }

    fn audience(&self) -> MutexGuard<'_, Audience> {
        self.audience.lock().expect("no panic under this lock")
    }
}

/// A place in a room's news.
#[derive(Debug)]
pub(crate) struct Subscription {
    items: broadcast::Receiver<News>,
    /// How many items there were before the next one, or fewer: the broadcast need not be asked when there is none.
    taken: u64,
}

/// What a session hears of a room, for as long as it is kept.
pub(crate) struct Listening {
    room: Arc<Room>,
    subscription: Subscription,
    session: Arc<Mailbox>,
}

/// Items were published of which the session has taken none, and are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missed;

impl Listening {
    /// Has the session's bell ring for what is published in the room. It is at work, and looks before it waits: what
    /// was published since it subscribed is not missed.
    pub(crate) fn new(room: &Arc<Room>, subscription: Subscription, session: &Arc<Mailbox>) -> Self {
        room.news.listen(session);
        Self { room: Arc::clone(room), subscription, session: Arc::clone(session) }
    }

    /// The next item, if there is one.
    ///
    /// # Errors
    /// [`Missed`], once; the next item is the oldest that is left.
    pub(crate) fn next(&mut self) -> Result<Option<News>, Missed> {
        self.subscription.next(&self.room.news)
    }
}

impl Subscription {
    fn next(&mut self, broadcast: &Broadcast) -> Result<Option<News>, Missed> {
        let Self { items, taken } = self;
        broadcast.line_up();
        let published = broadcast.published.load(Ordering::Acquire);
        if *taken == published {
            return Ok(None);
        }
        match items.try_recv() {
            Ok(news) => {
                *taken += 1;
                Ok(Some(news))
            }
            Err(TryRecvError::Lagged(missed)) => {
                *taken += missed;
                Err(Missed)
            }
            Err(TryRecvError::Empty | TryRecvError::Closed) => {
                *taken = published;
                Ok(None)
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.room.news.stop_listening(&self.session);
    }
}

#[cfg(test)]
mod tests;
