//! Whether the wall clock may be believed when it says that something is too old.
//!
//! What is dropped does not come back, and a clock may be wrong: after a start without a battery, or by a slip of
//! whoever sets it. So a leap ahead is believed only after a while, in which somebody may set it right.

use crate::log::record::Restored;
use chat_proto::UnixMillis;
use std::time::{Duration, Instant};

/// How far it may be ahead of where it should be.
const LEAP: Duration = Duration::from_hours(24);
/// How long a leap is not believed.
const DOUBT: Duration = Duration::from_hours(24);

/// Before everything: nothing is too old then.
const NEVER: UnixMillis = UnixMillis(i64::MIN);

/// What the wall clock has said.
pub(super) struct Clock {
    last: Option<(UnixMillis, Instant)>,
    doubted_until: Option<Instant>,
}

impl Clock {
    /// At `now`, of a history that holds this: it was running until then.
    pub(super) fn after(restored: &Restored, now: Instant) -> Self {
        Self { last: restored.latest().map(|latest| (latest, now)), doubted_until: None }
    }

    /// By which time to judge what is too old, if the wall clock says `wall` at `now`.
    pub(super) fn judges_by(&mut self, wall: UnixMillis, now: Instant) -> UnixMillis {
        let ahead =
            self.last.map_or(0, |(last, then)| wall.0.saturating_sub(last.0).saturating_sub(millis(now - then)));
        self.last = Some((wall, now));
        if ahead > millis(LEAP) {
            tracing::warn!(
                days = ahead / millis(LEAP),
                "the clock has leapt ahead: for a day, nothing is dropped for its age"
            );
            self.doubted_until = Some(now + DOUBT);
        } else if ahead < -millis(LEAP) {
            // It was set right.
            self.doubted_until = None;
        }
        if self.doubted_until.is_some_and(|until| now < until) { NEVER } else { wall }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixMillis = UnixMillis(1_795_348_800_000);
    const DAY: Duration = Duration::from_hours(24);

    fn days_later(days: i64) -> UnixMillis {
        UnixMillis(NOON.0 + days * millis(DAY))
    }

    fn running_since(start: Instant) -> Clock {
        let mut clock = Clock::after(&Restored::default(), start);
        assert_eq!(clock.judges_by(NOON, start), NOON, "nothing tells that it is wrong");
        clock
    }

    #[test]
    fn a_clock_that_goes_as_it_should_is_believed() {
        let start = Instant::now();
        let mut clock = running_since(start);

        for days in [1, 2, 90] {
            let now = start + DAY * u32::try_from(days).unwrap();
            assert_eq!(clock.judges_by(days_later(days), now), days_later(days));
        }
    }

    #[test]
    fn a_leap_is_believed_after_a_day() {
        let start = Instant::now();
        let mut clock = running_since(start);

        assert_eq!(clock.judges_by(days_later(3_650), start), NEVER);
        assert_eq!(clock.judges_by(days_later(3_650), start + DAY / 2), NEVER);
        assert_eq!(clock.judges_by(days_later(3_651), start + DAY), days_later(3_651));
    }

    #[test]
    fn a_clock_that_was_set_right_is_believed_at_once() {
        let start = Instant::now();
        let mut clock = running_since(start);

        assert_eq!(clock.judges_by(days_later(3_650), start), NEVER);
        assert_eq!(clock.judges_by(NOON, start), NOON);
    }

    #[test]
    fn a_clock_that_says_anything_does_no_harm() {
        let start = Instant::now();
        let mut clock = running_since(start);

        for wall in [UnixMillis(i64::MAX), UnixMillis(i64::MIN), UnixMillis(i64::MAX)] {
            assert_eq!(clock.judges_by(wall, start), if wall.0 < 0 { wall } else { NEVER });
        }
    }
}
