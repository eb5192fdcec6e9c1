//! How many, and for how long.

use std::time::Duration;

pub(crate) struct Plan {
    pub(crate) clients: u64,
    pub(crate) time: Duration,
}

impl Plan {
    /// `--clients 1000 --minutes 10`, or `--seconds 20`. Whatever else there is, cargo says.
    pub(crate) fn from_words(words: impl Iterator<Item = String>) -> Self {
        let mut plan = Self { clients: 1_000, time: Duration::from_mins(10) };
        let words: Vec<_> = words.collect();
        for pair in words.windows(2) {
            let number = || pair[1].parse().unwrap_or_else(|_| panic!("{} needs a number, not {:?}", pair[0], pair[1]));
            match pair[0].as_str() {
                "--clients" => plan.clients = number(),
                "--minutes" => plan.time = Duration::from_mins(number()),
                "--seconds" => plan.time = Duration::from_secs(number()),
                _ => {}
            }
        }
        plan
    }
}
