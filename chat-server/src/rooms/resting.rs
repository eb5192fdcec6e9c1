//! Codes of rooms that ended: not given out again for a while, because they stand in old messages.
//!
//! Bounded by a setting; beyond, the code that rested longest is free again.

use crate::config::Config;
use crate::ledger::Ledger;
use crate::log::record::Fact;
use chat_proto::RoomCode;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

pub(super) struct Resting {
    rest: Duration,
    most: usize,
    since: HashMap<RoomCode, Instant>,
    /// The longest rested first.
    order: VecDeque<RoomCode>,
}

impl Resting {
    pub(super) fn new(config: &Config) -> Self {
        let (rest, most) = (config.code_rest, config.codes_resting);
        Self { rest, most, since: HashMap::new(), order: VecDeque::new() }
    }

    pub(super) fn has(&self, code: RoomCode, now: Instant) -> bool {
        self.since.get(&code).is_some_and(|since| now.duration_since(*since) < self.rest)
    }

    /// Must not be resting already.
    pub(super) fn begin(&mut self, code: RoomCode, since: Instant, ledger: &Ledger) {
        self.sweep(Instant::now(), ledger);
        if self.order.len() >= self.most {
            self.wake(ledger);
        }
        self.order.push_back(code);
        self.since.insert(code, since);
    }

    pub(super) fn sweep(&mut self, now: Instant, ledger: &Ledger) {
        while self.order.front().is_some_and(|code| !self.has(*code, now)) {
            self.wake(ledger);
        }
    }

    fn wake(&mut self, ledger: &Ledger) {
        if let Some(code) = self.order.pop_front() {
            self.since.remove(&code);
            ledger.note(|| Fact::CodeFree(code));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{Environment, System};
    use crate::log::Logs;
    use crate::log::memory::MemoryLogs;
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn codes_rest_for_their_time_and_no_more_of_them_than_may() {
        let config = Config { codes_resting: 3, ..Config::default() };
        let mut resting = Resting::new(&config);
        let logs: Arc<dyn Logs> = Arc::new(MemoryLogs::new(config.memory()));
        let environment: Arc<dyn Environment> = Arc::new(System);
        let ledger = Ledger::new(&logs, &environment);
        let code = RoomCode::from_random;
        for number in 0..5 {
            resting.begin(code(number), Instant::now(), &ledger);
        }

        let rest =
            |resting: &Resting| (0..5).filter(|number| resting.has(code(*number), Instant::now())).collect::<Vec<_>>();

        assert_eq!(rest(&resting), [2, 3, 4]);
        tokio::time::advance(Duration::from_hours(24)).await;
        resting.sweep(Instant::now(), &ledger);
        assert!(rest(&resting).is_empty());
        assert!(resting.since.is_empty() && resting.order.is_empty());
    }
}
