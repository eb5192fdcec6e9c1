//! How long to wait before dialling again: twice as long each time, anywhere in that span.
//!
//! Full jitter, because after a restart of the server all its clients wait at once.

use rand::{Rng, RngExt};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure.
    pub(crate) fn next(&mut self, rng: &mut impl Rng) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures += 1;
        rng.random_range(Duration::ZERO..=ceiling)
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn waits(count: usize, seed: u64) -> Vec<Duration> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut backoff = Backoff::default();
        (0..count).map(|_| backoff.next(&mut rng)).collect()
    }

    #[test]
    fn every_wait_is_within_its_ceiling_and_none_is_above_thirty_seconds() {
        for seed in 0..200 {
            for (failure, wait) in waits(100, seed).into_iter().enumerate() {
                let ceiling = Duration::from_millis(500 << failure.min(10)).min(LONGEST);
                assert!(wait <= ceiling, "wait {failure} of seed {seed} is {wait:?}");
            }
        }
    }

    #[test]
    fn the_jitter_is_full_so_that_clients_spread() {
        let early = (0..200).filter(|seed| waits(8, *seed)[7] < LONGEST / 4).count();
        let late = (0..200).filter(|seed| waits(8, *seed)[7] > LONGEST * 3 / 4).count();

        assert!(early > 20 && late > 20, "{early} early, {late} late");
    }

    #[test]
    fn after_a_reset_the_first_wait_is_short_again() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::default();
        for _ in 0..20 {
            backoff.next(&mut rng);
        }

        backoff.reset();

        assert!(backoff.next(&mut rng) <= FIRST);
    }
}
