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
