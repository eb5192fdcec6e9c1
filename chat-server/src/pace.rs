//! How fast a peer may speak: slow down first.
//!
//! A token bucket. Where it may go into debt, what is taken is never refused, but nothing more is read until the debt
//! is paid. The debt has a bound, because many may take from one bucket, and none of them should pay for all the
//! others.

use crate::config::Rate;
use std::time::Duration;
use tokio::time::Instant;

/// What is filled in many steps sums up to a little less.
const NEARLY: f64 = 1e-6;

/// One bucket.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl Pace {
    /// A full bucket.
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, tokens: rate.burst, filled: Instant::now() }
    }

    /// Takes `tokens`; says how long to take nothing more.
    pub(crate) fn take(&mut self, tokens: f64) -> Option<Duration> {
        if self.rate.per_second.is_infinite() {
            return None;
        }
        self.fill();
        self.tokens = (self.tokens - tokens).max(-self.rate.burst.max(tokens));
        // The next one needs a whole token, or the burst would be one more than it says.
        let missing = tokens.min(1.0) - self.tokens;
        (missing > 0.0).then(|| Duration::from_secs_f64(missing / self.rate.per_second))
    }

    /// Takes `tokens` if they are there.
    ///
    /// # Errors
    /// How long until they are.
    pub(crate) fn try_take(&mut self, tokens: f64) -> Result<(), Duration> {
        if self.rate.per_second.is_infinite() {
            return Ok(());
        }
        self.fill();
        let missing = tokens - self.tokens;
        if missing > NEARLY {
            return Err(Duration::from_secs_f64(missing / self.rate.per_second));
        }
        self.tokens -= tokens;
        Ok(())
    }

    /// How many tokens are there to be taken.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "more than fit are as many as fit")]
    pub(crate) fn available(&mut self) -> usize {
        if self.rate.per_second.is_infinite() {
            return usize::MAX;
        }
        self.fill();
        (self.tokens + NEARLY).max(0.0) as usize
    }

    /// Puts back what was taken for nothing.
    pub(crate) fn give_back(&mut self, tokens: f64) {
        self.tokens = (self.tokens + tokens).min(self.rate.burst);
    }

    /// Whether nothing that was taken is still missing.
    pub(crate) fn is_full(&mut self) -> bool {
        if self.rate.per_second.is_infinite() {
            return true;
        }
        self.fill();
        self.rate.burst - self.tokens <= NEARLY
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let since = now.duration_since(self.filled).as_secs_f64();
        self.filled = now;
        self.tokens = (self.tokens + since * self.rate.per_second).min(self.rate.burst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let mut pace = Pace::new(Rate { burst: 3.0, per_second: 2.0 });

        let pauses: Vec<_> = (0..4).map(|_| pace.take(1.0)).collect();

        let half = Some(Duration::from_millis(500));
        assert_eq!(pauses[..3], [None, None, half]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pace.take(1.0), half, "the debt of the fourth was paid, but no more");
    }

    #[tokio::test(start_paused = true)]
    async fn rest_refills_the_bucket_only_to_its_brim() {
        let mut pace = Pace::new(Rate { burst: 2.0, per_second: 1.0 });
        pace.take(2.0);

        tokio::time::advance(Duration::from_hours(1)).await;

        assert_eq!([pace.take(1.0), pace.take(1.0)], [None, Some(Duration::from_secs(1))]);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_more_than_a_burst_of_others() {
        let mut pace = Pace::new(Rate { burst: 10.0, per_second: 5.0 });

        let longest = (0..10_000).filter_map(|_| pace.take(1.0)).max();

        assert_eq!(longest, Some(Duration::from_millis(2_200)), "the debt of a burst, and one token");
    }
}
