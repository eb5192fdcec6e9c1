//! How often codes may be guessed. Four characters are an address, not a secret: a flood of guesses is slowed down.
//!
//! ```text
//! bare code > address has guesses left? > all together have? > tried > wrong: spent
//!                     | no: refused              | no: waits its turn, at most 10 s
//! ```
//!
//! Only wrong codes are spent. Whoever waits is called as the budget of all refills, the addresses taking turns, so
//! that a flood delays newcomers by a turn; after the longest wait a code is tried all the same. A waiting address
//! holds one place per session; calls and failures are swept every second.

mod queue;
mod window;

use super::{NETWORKS_MAX, Notice, Notices};
use crate::config::Config;
use crate::network::Network;
use crate::pace::Pace;
use queue::Queue;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};
use window::Window;

/// The budgets, and who waits.
pub(crate) struct Guesses {
    windows: Vec<Window>,
    longest_wait: Duration,
    notices: Arc<Notices>,
    desk: Mutex<Desk>,
}

struct Desk {
    /// The wrong codes of each address, the oldest first.
    failures: HashMap<Network, VecDeque<Instant>>,
    total: Pace,
    queue: Queue,
}

/// Whether a bare code may be tried.
pub(crate) enum Admission {
    /// Now.
    Now(Turn),
    /// When its turn comes.
    Later(Waiting),
    /// Not from this address, for so long.
    Refused(Duration),
}

/// Leave to try one code.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a turn that is not settled is lost to all"]
pub(crate) enum Turn {
    /// Out of the budget of all.
    Paid,
    /// Because it waited long enough.
    Overdue,
}

/// A place in the queue; given up when dropped.
pub(crate) struct Waiting {
    guesses: Arc<Guesses>,
    called: oneshot::Receiver<()>,
    deadline: Instant,
}

impl Guesses {
    /// Nobody has guessed yet.
    pub(crate) fn new(config: &Config, notices: &Arc<Notices>) -> Self {
        Self {
            windows: [config.guesses, config.guesses_lasting].into_iter().filter_map(Window::of).collect(),
            longest_wait: config.guess_wait,
            notices: Arc::clone(notices),
            desk: Mutex::new(Desk {
                failures: HashMap::new(),
                total: Pace::new(config.guesses_total),
                queue: Queue::default(),
            }),
        }
    }

    /// Asks for leave to try a code.
    pub(crate) fn ask(self: &Arc<Self>, network: Network) -> Admission {
        let now = Instant::now();
        let mut desk = self.lock();
        if let Some(wait) = desk.spent_for(network, &self.windows, now) {
            self.notices.note(Notice::GuessRefused, network);
            return Admission::Refused(wait);
        }
        if desk.queue.is_empty() && desk.total.try_take(1.0).is_ok() {
            return Admission::Now(Turn::Paid);
        }
        self.notices.note(Notice::GuessWaits, network);
        let called = desk.queue.enter(network);
        Admission::Later(Waiting { guesses: Arc::clone(self), called, deadline: now + self.longest_wait })
    }

    /// How long the address may guess no more, if it has spent what it may. Asked again by whoever waited: others of
    /// its address may have spent it meanwhile.
    pub(crate) fn spent_for(&self, network: Network) -> Option<Duration> {
        let wait = self.lock().spent_for(network, &self.windows, Instant::now());
        if wait.is_some() {
            self.notices.note(Notice::GuessRefused, network);
        }
        wait
    }

    /// The code was wrong.
    pub(crate) fn failed(&self, network: Network, turn: Turn) {
        // Paid is spent; who was overdue found nothing left to spend.
        drop(turn);
        self.notices.note(Notice::GuessFailed, network);
        let now = Instant::now();
        let (most, within) = (self.most_remembered(), self.longest_window());
        if most == 0 {
            return;
        }
        let mut desk = self.lock();
        desk.make_place(network, now, within);
        let failures = desk.failures.entry(network).or_default();
        failures.push_back(now);
        if failures.len() > most {
            failures.pop_front();
        }
    }

    /// The code was no guess after all: nothing is spent.
    pub(crate) fn give_back(&self, turn: &Turn) {
        if *turn == Turn::Paid {
            let mut desk = self.lock();
            desk.total.give_back(1.0);
            desk.call();
        }
    }

    /// Calls whoever may go now; forgets who no longer waits, and what is no longer held against anybody.
    pub(crate) fn sweep(&self, now: Instant) {
        let within = self.longest_window();
        let mut desk = self.lock();
        desk.queue.sweep();
        desk.call();
        desk.failures.retain(|_, failures| is_younger(failures, now, within));
    }

    fn most_remembered(&self) -> usize {
        self.windows.iter().map(|window| window.most).max().unwrap_or(0)
    }

    fn longest_window(&self) -> Duration {
        self.windows.iter().map(|window| window.within).max().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no panic under this lock")
    }
}

impl Desk {
    fn spent_for(&self, network: Network, windows: &[Window], now: Instant) -> Option<Duration> {
        let failures = self.failures.get(&network)?;
        windows.iter().filter_map(|window| window.closed_for(failures, now)).max()
    }

    /// Calls those who wait for as long as the budget has something.
    fn call(&mut self) {
        while !self.queue.is_empty() && self.total.try_take(1.0).is_ok() {
            if !self.queue.call_next() {
                self.total.give_back(1.0);
            }
        }
    }

    /// With too many addresses to remember, those that failed long ago are forgotten first, and then all: whoever has
    /// so many addresses needs no second guess from any of them.
    fn make_place(&mut self, network: Network, now: Instant, within: Duration) {
        if self.failures.len() < NETWORKS_MAX || self.failures.contains_key(&network) {
            return;
        }
        self.failures.retain(|_, failures| is_younger(failures, now, within / 60));
        if self.failures.len() >= NETWORKS_MAX {
            self.failures.clear();
        }
    }
}

fn is_younger(failures: &VecDeque<Instant>, now: Instant, age: Duration) -> bool {
    failures.back().is_some_and(|last| now.duration_since(*last) < age)
}

impl Waiting {
    /// Waits for the turn. Loses nothing when it is dropped before it is ready.
    pub(crate) async fn turn(mut self) -> Turn {
        match timeout_at(self.deadline, &mut self.called).await {
            Ok(Ok(())) => Turn::Paid,
            Err(_) => Turn::Overdue,
            // Nobody calls any more; the longest wait still holds.
            Ok(Err(_)) => {
                sleep_until(self.deadline).await;
                Turn::Overdue
            }
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Called in this very moment, and gone.
        if self.called.try_recv().is_ok() {
            self.guesses.give_back(&Turn::Paid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rate;
    use std::net::{IpAddr, Ipv4Addr};

    fn network(number: u32) -> Network {
        Network::of(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    fn guesses() -> Arc<Guesses> {
        let config = Config { guesses_total: Rate::per_minute(1.0), ..Config::default() };
        Arc::new(Guesses::new(&config, &Arc::default()))
    }

    fn wait(guesses: &Arc<Guesses>, number: u32) -> Waiting {
        match guesses.ask(network(number)) {
            Admission::Later(waiting) => waiting,
            Admission::Now(_) | Admission::Refused(_) => panic!("{number} should wait"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_called_and_gone_leaves_the_turn_to_the_next() {
        let guesses = guesses();
        let Admission::Now(turn) = guesses.ask(network(1)) else { panic!("the first may") };
        guesses.failed(network(1), turn);
        let (first, second) = (wait(&guesses, 2), wait(&guesses, 3));
        tokio::time::advance(Duration::from_mins(1)).await;
        guesses.sweep(Instant::now());

        drop(first);

        // Called before the longest wait is looked at.
        assert_eq!(second.turn().await, Turn::Paid);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_longer_held_against_an_address_is_forgotten_and_so_is_who_gave_up() {
        let guesses = guesses();
        guesses.failed(network(1), Turn::Overdue);
        let Admission::Now(_) = guesses.ask(network(2)) else { panic!("the first may") };
        drop(wait(&guesses, 3));

        guesses.sweep(Instant::now());
        assert!(guesses.lock().queue.is_empty());
        assert_eq!(guesses.lock().failures.len(), 1);
        tokio::time::advance(Duration::from_hours(1)).await;
        guesses.sweep(Instant::now());
        assert!(guesses.lock().failures.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_addresses_that_guess_is_bounded_in_memory() {
        let guesses = guesses();

        for number in 0..70_000 {
            guesses.failed(network(number), Turn::Overdue);
        }

        assert!(guesses.lock().failures.len() <= NETWORKS_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_bound_nothing_is_remembered() {
        let config = Config { guesses: Rate::UNLIMITED, guesses_lasting: Rate::UNLIMITED, ..Config::default() };
        let guesses = Arc::new(Guesses::new(&config, &Arc::default()));

        for _ in 0..100 {
            guesses.failed(network(1), Turn::Overdue);
        }

        assert!(guesses.spent_for(network(1)).is_none());
        assert!(guesses.lock().failures.is_empty());
    }
}
