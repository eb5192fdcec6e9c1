//! A room's news: an item of its broadcast for each thing that happens, which every session takes when it is at work.
//!
//! That there is news rings the sessions' [bells](crate::bell). The broadcast could wake them itself, but would enter each
//! of them into its list anew for each item, which was a third of what a delivery cost.

use super::{Readers, Room};
use crate::bell::For;
use crate::mailbox::Mailbox;
use bytes::Bytes;
use chat_proto::{PersonId, Seq};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;

/// One item: what one commit made visible, or the end.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// Entries.
    Batch(Batch),
    /// What is not kept.
    Signal(Signal),
    /// The room is over.
    Ended,
}

/// Entries that became visible together, encoded once, as shared bytes.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// The place before its first entry.
    pub prev: Seq,
    /// The place of its last entry.
    pub last: Seq,
    /// Whether somebody's right to read ends with its last entry.
    pub readers: Readers,
    /// A whole `Batch` frame.
    pub frame: Bytes,
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
    listeners: Mutex<Vec<Arc<Mailbox>>>,
}

impl Broadcast {
    /// Nobody listens. Whoever is further behind than so many items has missed some.
    pub(super) fn new(ring: usize) -> Self {
        Self { items: broadcast::Sender::new(ring), published: AtomicU64::new(0), listeners: Mutex::default() }
    }

    /// Takes what is published from now on.
    pub(super) fn subscribe(&self) -> Subscription {
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
        // An error means that nobody listens; what is kept is in the log.
        let _ = self.items.send(news);
        // In this order: whoever is woken finds it.
        let before = self.published.fetch_add(1, Ordering::AcqRel);
        let listeners = self.lock();
        // Sessions are served as they are woken: nobody is to be the last every time.
        let first = before.checked_rem(listeners.len() as u64).unwrap_or(0) as usize;
        let (last, first) = listeners.split_at(first);
        first.iter().chain(last).for_each(|listener| listener.ring(For::News));
    }

    /// Has a session's bell ring for what is published.
    fn listen(&self, session: &Arc<Mailbox>) {
        self.lock().push(Arc::clone(session));
    }

    /// Takes that back, once.
    fn stop_listening(&self, session: &Arc<Mailbox>) {
        let mut listeners = self.lock();
        let at = listeners.iter().position(|listener| Arc::ptr_eq(listener, session));
        at.map(|at| listeners.swap_remove(at));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Mailbox>>> {
        self.listeners.lock().expect("no panic under this lock")
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
    /// Has the session's bell ring for what is published in the room. It is at work, and looks before it waits: what was
    /// published since it subscribed is not missed.
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
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::task::{Wake, Waker};

    fn publish(broadcast: &Broadcast, signals: std::ops::Range<u64>) {
        for n in signals {
            broadcast.publish(News::Signal(Signal { except: Some(PersonId(n)), frame: Bytes::new() }));
        }
    }

    /// What is there to be taken: which signal, or that some were missed.
    fn taken(subscription: &mut Subscription, broadcast: &Broadcast) -> Vec<Result<u64, Missed>> {
        let next = || match subscription.next(broadcast).transpose()? {
            Ok(News::Signal(Signal { except: Some(PersonId(n)), .. })) => Some(Ok(n)),
            Ok(other) => panic!("{other:?} was not published"),
            Err(missed) => Some(Err(missed)),
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn whoever_subscribes_takes_what_is_published_from_then_on_once_and_in_order() {
        let broadcast = Broadcast::new(8);
        publish(&broadcast, 0..2);
        let mut subscription = broadcast.subscribe();
        assert_eq!(taken(&mut subscription, &broadcast), []);

        publish(&broadcast, 2..5);

        assert_eq!(taken(&mut subscription, &broadcast), [Ok(2), Ok(3), Ok(4)]);
        publish(&broadcast, 5..6);
        assert_eq!(taken(&mut subscription, &broadcast), [Ok(5)]);
    }

    #[test]
    fn whoever_listens_is_rung_for_and_whoever_left_is_not() {
        let broadcast = Broadcast::new(2);
        let [stays, comes_back, leaves] = std::array::from_fn(|_| Arc::new(Mailbox::new(Waker::noop().clone())));
        let sessions = [&stays, &comes_back, &leaves, &comes_back];
        for session in sessions {
            broadcast.listen(session);
        }
        broadcast.stop_listening(&leaves);
        broadcast.stop_listening(&comes_back);
        for session in sessions {
            // They were at work until now.
            session.rung();
        }

        publish(&broadcast, 0..1);

        let is_rung_for = [stays, comes_back, leaves].map(|session| session.rung().is_for(For::News));
        assert_eq!(is_rung_for, [true, true, false]);
        assert_eq!(broadcast.lock().len(), 2);
    }

    /// Notes whose turn it is.
    struct Turn(usize, mpsc::Sender<usize>);

    impl Wake for Turn {
        fn wake(self: Arc<Self>) {
            self.1.send(self.0).expect("somebody listens");
        }
    }

    #[test]
    fn nobody_is_woken_last_every_time() {
        let (turns, woken) = mpsc::channel();
        let broadcast = Broadcast::new(2);
        let session = |n| Arc::new(Mailbox::new(Arc::new(Turn(n, turns.clone())).into()));
        let sessions = [0, 1, 2].map(session);
        for session in &sessions {
            broadcast.listen(session);
        }

        let rounds = [0, 1, 2, 3].map(|round| {
            for session in &sessions {
                session.rung();
            }
            publish(&broadcast, round..round + 1);
            woken.try_iter().collect::<Vec<_>>()
        });

        assert_eq!(rounds, [vec![0, 1, 2], vec![1, 2, 0], vec![2, 0, 1], vec![0, 1, 2]]);
    }

    #[test]
    fn whoever_is_too_late_hears_that_they_missed_something_and_takes_what_is_left() {
        let broadcast = Broadcast::new(2);
        let mut subscription = broadcast.subscribe();

        publish(&broadcast, 0..5);

        assert_eq!(taken(&mut subscription, &broadcast), [Err(Missed), Ok(3), Ok(4)]);
        publish(&broadcast, 5..6);
        assert_eq!(taken(&mut subscription, &broadcast), [Ok(5)]);
    }
}
