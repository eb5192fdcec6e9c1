//! When the screen is drawn. What a person does is seen at once, and so is what they wait for; what others do, 30 times
//! a second at most, however much it is. The last change is always drawn, and nothing without one.

use crate::event::EventKind;
use std::time::Duration;
use tokio::time::Instant;

/// Between two drawings, if nobody waits for the second.
const FRAME: Duration = Duration::from_millis(33);
/// The same if somebody does: what has come meanwhile, as from a wheel that is turned, becomes one drawing.
const HASTE: Duration = Duration::from_millis(3);

/// For whom something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// For whoever is at the keys.
    Hand,
    Others,
}

impl Pace {
    pub(super) fn of(event: &EventKind) -> Self {
        match event {
            EventKind::Terminal(_) | EventKind::Line(_) => Self::Hand,
            _ => Self::Others,
        }
    }

    fn gap(self) -> Duration {
        match self {
            Self::Hand => HASTE,
            Self::Others => FRAME,
        }
    }
}

/// What was drawn, and when the next one is due.
#[derive(Debug)]
pub(super) struct Frames {
    drawn_at: Option<Instant>,
    due: Option<Instant>,
}

impl Frames {
    /// Nothing is drawn yet.
    pub(super) fn begin(now: Instant) -> Self {
        Self { drawn_at: None, due: Some(now) }
    }

    /// Something is to be shown that is not.
    pub(super) fn want(&mut self, pace: Pace, now: Instant) {
        let at = self.drawn_at.map_or(now, |drawn| drawn + pace.gap());
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// When to draw next; never, while the screen shows everything.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The screen shows everything.
    pub(super) fn are_drawn(&mut self, now: Instant) {
        (self.drawn_at, self.due) = (Some(now), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Frames of which one was drawn just now.
    fn drawn() -> (Frames, Instant) {
        let now = Instant::now();
        let mut frames = Frames::begin(now);
        frames.are_drawn(now);
        (frames, now)
    }

    #[test]
    fn nothing_is_drawn_while_the_screen_shows_everything() {
        assert_eq!(drawn().0.due(), None);
    }

    #[test]
    fn the_first_one_is_drawn_at_once() {
        let now = Instant::now();
        let mut frames = Frames::begin(now);

        frames.want(Pace::Others, now + millis(1));

        assert_eq!(frames.due(), Some(now));
    }

    #[test]
    fn what_others_do_is_drawn_30_times_a_second_at_most() {
        let (mut frames, now) = drawn();

        frames.want(Pace::Others, now + millis(1));
        frames.want(Pace::Others, now + millis(30));

        assert_eq!(frames.due(), Some(now + millis(33)));
    }

    #[test]
    fn a_key_does_not_wait_for_what_others_do() {
        let (mut frames, now) = drawn();
        frames.want(Pace::Others, now + millis(1));

        frames.want(Pace::Hand, now + millis(10));

        assert!(frames.due().unwrap() < now + millis(10));
        frames.want(Pace::Others, now + millis(11));
        assert!(frames.due().unwrap() < now + millis(10));
    }

    #[test]
    fn keys_that_come_at_once_are_one_drawing() {
        let (mut frames, now) = drawn();

        frames.want(Pace::Hand, now + millis(1));
        frames.want(Pace::Hand, now + millis(2));

        assert_eq!(frames.due(), Some(now + millis(3)));
    }
}
