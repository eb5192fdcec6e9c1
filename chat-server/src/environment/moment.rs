//! One moment by both clocks: how times outlive a process.
//!
//! Within a process, tokio's clock tells what is over. It begins anew with every process, so what is kept is wall
//! clock. That one may jump: whatever it says, nothing that is over lies ahead, and nothing lasts longer than it may.

use super::Environment;
use chat_proto::UnixMillis;
use std::time::Duration;
use tokio::time::Instant;

/// A moment by tokio's clock and by the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    instant: Instant,
    wall: UnixMillis,
}

impl Moment {
    /// This one.
    pub(crate) fn now(environment: &dyn Environment) -> Self {
        Self { instant: Instant::now(), wall: environment.now() }
    }

    /// By tokio's clock.
    pub(crate) fn instant(self) -> Instant {
        self.instant
    }

    /// What the wall clock would say at `instant`, if it never jumped.
    pub(crate) fn wall_at(self, instant: Instant) -> UnixMillis {
        let UnixMillis(now) = self.wall;
        match instant.checked_duration_since(self.instant) {
            Some(ahead) => UnixMillis(now.saturating_add(millis(ahead))),
            None => UnixMillis(now.saturating_sub(millis(self.instant.duration_since(instant)))),
        }
    }

    /// When something happened that is over. Now, if the wall clock has jumped back since.
    pub(crate) fn past(self, since: UnixMillis) -> Instant {
        earlier(self.instant, distance(since, self.wall))
    }

    /// When something will be over that lasts `most` at most.
    pub(crate) fn future(self, until: UnixMillis, most: Duration) -> Instant {
        self.instant.checked_add(distance(self.wall, until).min(most)).unwrap_or(self.instant)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// From the one to the other; nothing if the other is not later.
fn distance(UnixMillis(from): UnixMillis, UnixMillis(to): UnixMillis) -> Duration {
    if to > from { Duration::from_millis(to.abs_diff(from)) } else { Duration::ZERO }
}

/// Some systems know no time before they were started: as early as they know, then.
fn earlier(now: Instant, by: Duration) -> Instant {
    std::iter::successors(Some(by), |by| Some(*by / 2)).find_map(|by| now.checked_sub(by)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixMillis = UnixMillis(1_795_348_800_000);
    const HOUR: Duration = Duration::from_hours(1);
    const HOUR_MS: i64 = 3_600_000;

    fn noon() -> Moment {
        Moment { instant: Instant::now(), wall: NOON }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_kept_comes_back_as_long_ago_as_it_was() {
        let before = noon();
        let cut = before.instant;
        tokio::time::advance(HOUR).await;
        let kept = Moment { instant: Instant::now(), wall: UnixMillis(NOON.0 + HOUR_MS) }.wall_at(cut);

        let after = Moment { instant: Instant::now(), wall: UnixMillis(NOON.0 + 3 * HOUR_MS) };

        assert_eq!(kept, NOON);
        assert_eq!(after.instant - after.past(kept), 3 * HOUR);
        assert_eq!(after.wall_at(after.instant + HOUR), UnixMillis(NOON.0 + 4 * HOUR_MS));
        assert_eq!(after.future(UnixMillis(NOON.0 + 4 * HOUR_MS), 10 * HOUR) - after.instant, HOUR);
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_before_every_clock_is_long_ago_and_no_panic() {
        let noon = noon();

        for since in [UnixMillis(0), UnixMillis(i64::MIN)] {
            assert!(noon.past(since) <= noon.instant);
        }
        assert_eq!(noon.future(UnixMillis(i64::MIN), HOUR), noon.instant);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_lasts_for_ever_because_the_wall_clock_jumped_back() {
        let noon = noon();

        for later in [UnixMillis(NOON.0 + HOUR_MS), UnixMillis(i64::MAX)] {
            assert_eq!(noon.past(later), noon.instant, "over, and not ahead");
        }
        assert_eq!(noon.future(UnixMillis(i64::MAX), HOUR) - noon.instant, HOUR);
    }
}
