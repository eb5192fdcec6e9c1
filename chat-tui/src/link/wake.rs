//! Notices that this process did not run for a while: the laptop slept, or somebody stopped it.
//!
//! While a machine sleeps its wall clock goes on and its monotonic clock stands; while a process is stopped both go on
//! and its ticks come late. Either shows as a tick that is much further from the last one than it should be.

use chat_proto::UnixMillis;
use std::time::Duration;
use tokio::time::Instant;

/// How often [`WakeWatch::tick`] is to be called.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// How late a tick must be to count: well above what a busy machine does to a timer.
const LATE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct WakeWatch {
    ticked: Instant,
    ticked_wall: UnixMillis,
}

impl WakeWatch {
    pub(crate) fn new(now: Instant, wall: UnixMillis) -> Self {
        Self { ticked: now, ticked_wall: wall }
    }

    /// When the next tick is due.
    pub(crate) fn next_at(&self) -> Instant {
        self.ticked + TICK
    }

    /// Whether the time since the last tick was slept through. A wall clock that is set back says nothing.
    pub(crate) fn tick(&mut self, now: Instant, wall: UnixMillis) -> bool {
        let by_wall = u64::try_from(wall.0.saturating_sub(self.ticked_wall.0)).unwrap_or(0);
        let passed = now.duration_since(self.ticked).max(Duration::from_millis(by_wall));
        *self = Self::new(now, wall);
        passed >= TICK + LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: UnixMillis = UnixMillis(1_000_000);

    #[test]
    fn a_tick_in_time_is_no_wake() {
        let start = Instant::now();
        let mut watch = WakeWatch::new(start, WALL);

        assert!(!watch.tick(start + TICK, UnixMillis(WALL.0 + 1_000)));
    }

    #[test]
    fn a_wall_clock_that_ran_ahead_is_a_wake_once() {
        let start = Instant::now();
        let mut watch = WakeWatch::new(start, WALL);

        assert!(watch.tick(start + TICK, UnixMillis(WALL.0 + 600_000)));
        assert!(!watch.tick(start + 2 * TICK, UnixMillis(WALL.0 + 601_000)));
    }

    #[test]
    fn a_tick_that_came_late_by_the_monotonic_clock_is_a_wake() {
        let start = Instant::now();
        let mut watch = WakeWatch::new(start, WALL);

        assert!(watch.tick(start + Duration::from_mins(1), WALL));
    }

    #[test]
    fn a_wall_clock_set_back_is_no_wake() {
        let start = Instant::now();
        let mut watch = WakeWatch::new(start, WALL);

        assert!(!watch.tick(start + TICK, UnixMillis(i64::MIN)));
    }
}
