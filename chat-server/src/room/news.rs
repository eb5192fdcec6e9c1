//! A room's news: items of its broadcast, which every session takes when it is at work.
//!
//! What is said is an item for each time that it is taken, not for each time that something was committed: a batch waits for
//! the first session that looks, and those that come until then go with it, as one piece of memory and in one write.
//!
//! That there is news rings the sessions' [bells](crate::bell). The broadcast could wake them itself, but would enter each
//! of them into its list anew for each item, which was a third of what a delivery cost.

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
    /// Batches that are one item as soon as somebody looks. Bells do not ring under this lock: everybody who looks needs it.
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
mod tests {
    use super::*;
    use crate::room::Readers;
    use chat_proto::Seq;
    use std::sync::mpsc;
    use std::task::{Wake, Waker};
    use std::time::Duration;

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

    /// Where somebody listens.
    fn heard() -> (Broadcast, Arc<Mailbox>) {
        let (broadcast, session) = (Broadcast::new(8), Arc::new(Mailbox::new(Waker::noop().clone())));
        broadcast.listen(&session);
        (broadcast, session)
    }

    /// The last entry of each batch that is there to be taken; nothing for a signal.
    fn items(subscription: &mut Subscription, broadcast: &Broadcast) -> Vec<Option<Seq>> {
        let next = || match subscription.next(broadcast).expect("none was missed")? {
            News::Batch(batch) => Some(Some(batch.last)),
            News::Signal(_) => Some(None),
            News::Ended => panic!("the room goes on"),
        };
        std::iter::from_fn(next).collect()
    }

    fn publish_batch(broadcast: &Broadcast, n: u64) {
        broadcast.publish(News::Batch(batch::of_bytes(n, 1)));
    }

    #[test]
    fn batches_that_come_before_anybody_looks_are_one_item() {
        let (broadcast, _) = heard();
        let [mut one, mut other] = [broadcast.subscribe(), broadcast.subscribe()];
        for n in 1..=3 {
            publish_batch(&broadcast, n);
        }
        assert_eq!(items(&mut one, &broadcast), [Some(Seq(3))]);

        publish_batch(&broadcast, 4);

        assert_eq!(items(&mut one, &broadcast), [Some(Seq(4))]);
        assert_eq!(items(&mut other, &broadcast), [Some(Seq(3)), Some(Seq(4))]);
    }

    #[test]
    fn whoever_is_removed_is_given_nothing_that_comes_after() {
        let (broadcast, _) = heard();
        let mut subscription = broadcast.subscribe();
        let mut removal = batch::of_bytes(2, 1);
        removal.readers = Readers::SomeGo;
        publish_batch(&broadcast, 1);
        broadcast.publish(News::Batch(removal));
        publish_batch(&broadcast, 3);

        let mut next = || match subscription.next(&broadcast) {
            Ok(Some(News::Batch(batch))) => (batch.last, batch.readers),
            other => panic!("a batch, not {other:?}"),
        };

        assert_eq!([next(), next()], [(Seq(2), Readers::SomeGo), (Seq(3), Readers::AllStay)]);
    }

    #[test]
    fn what_else_is_published_comes_after_what_waits() {
        let (broadcast, _) = heard();
        let mut subscription = broadcast.subscribe();
        publish_batch(&broadcast, 1);
        publish(&broadcast, 0..1);
        publish_batch(&broadcast, 2);
        broadcast.publish(News::Ended);

        let kinds = std::iter::from_fn(|| subscription.next(&broadcast).expect("none was missed"));
        let kinds: Vec<_> = kinds.map(|news| std::mem::discriminant(&news)).collect();

        let batch = std::mem::discriminant(&News::Batch(batch::of_bytes(1, 1)));
        let signal = std::mem::discriminant(&News::Signal(Signal { except: None, frame: Bytes::new() }));
        assert_eq!(kinds, [batch, signal, batch, std::mem::discriminant(&News::Ended)]);
    }

    #[test]
    fn whoever_subscribes_is_given_nothing_that_waited_before() {
        let (broadcast, _) = heard();
        let mut subscription = broadcast.subscribe();
        publish_batch(&broadcast, 1);

        let mut late = broadcast.subscribe();
        publish_batch(&broadcast, 2);

        assert_eq!(items(&mut late, &broadcast), [Some(Seq(2))]);
        assert_eq!(items(&mut subscription, &broadcast), [Some(Seq(1)), Some(Seq(2))]);
    }

    #[test]
    fn nothing_waits_where_nobody_listens_any_more() {
        let (broadcast, session) = heard();
        let mut subscription = broadcast.subscribe();
        publish_batch(&broadcast, 1);
        assert_eq!(broadcast.waiting().len(), 1);

        broadcast.stop_listening(&session);
        assert_eq!(broadcast.waiting().len(), 0);

        publish_batch(&broadcast, 2);
        assert_eq!(broadcast.waiting().len(), 0);
        assert_eq!(items(&mut subscription, &broadcast), [Some(Seq(1)), Some(Seq(2))]);
    }

    /// Wakes a thread.
    struct Thread(std::thread::Thread);

    impl Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    /// Takes batches up to this one in a thread that sleeps until its bell rings; tells of each when it has it.
    fn sleep_and_take(broadcast: &Arc<Broadcast>, last: Seq, told: mpsc::Sender<Seq>) {
        let broadcast = Arc::clone(broadcast);
        let mut subscription = broadcast.subscribe();
        std::thread::spawn(move || {
            let session = Arc::new(Mailbox::new(Arc::new(Thread(std::thread::current())).into()));
            broadcast.listen(&session);
            let mut at = Seq(0);
            while at < last {
                while !session.rung().is_for(For::News) {
                    std::thread::park();
                }
                while let Some(news) = subscription.next(&broadcast).expect("none is missed") {
                    let News::Batch(batch) = news else { panic!("only batches are published") };
                    assert_eq!(batch.prev, at);
                    at = batch.last;
                    told.send(at).expect("somebody listens");
                }
            }
        });
    }

    #[test]
    fn nobody_sleeps_on_what_is_published_whoever_looks_first() {
        const BATCHES: u64 = 20_000;
        let broadcast = Arc::new(Broadcast::new(8));
        let (told, taken) = mpsc::channel();
        for _ in 0..3 {
            sleep_and_take(&broadcast, Seq(BATCHES), told.clone());
        }

        for n in 1..=BATCHES {
            publish_batch(&broadcast, n);
            for _ in 0..3 {
                let at = taken.recv_timeout(Duration::from_mins(1)).expect("nobody sleeps");
                assert_eq!(at, Seq(n));
            }
        }
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
        assert_eq!(broadcast.audience().listeners.len(), 2);
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
