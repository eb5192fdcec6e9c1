//! At most so many wrong codes in any stretch of time: a bucket would let twice as many pass in its first one.

use crate::config::Rate;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// So many within this time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) most: usize,
    pub(super) within: Duration,
}

impl Window {
    /// A rate as a bound: never more than its burst within the time in which that comes together. None if it bounds
    /// nothing.
    #[expect(clippy::cast_sign_loss, reason = "a rate is above zero")]
    pub(super) fn of(rate: Rate) -> Option<Self> {
        let within = || Duration::from_secs_f64(rate.burst / rate.per_second);
        rate.burst.is_finite().then(|| Self { most: rate.burst as usize, within: within() })
    }

    /// How long nothing more may be added to `failures`.
    pub(super) fn closed_for(self, failures: &VecDeque<Instant>, now: Instant) -> Option<Duration> {
        let oldest_that_counts = failures.len().checked_sub(self.most).and_then(|index| failures.get(index))?;
        (*oldest_that_counts + self.within).checked_duration_since(now).filter(|wait| !wait.is_zero())
    }
}
