//! How a session is woken, and what for.
//!
//! Most of what wakes a session is news of its rooms, which it writes and waits again. So its bell says what it has
//! rung for, and a delivery costs no look at everything else that might have happened and has not. Nobody wakes a
//! session that is at work: it looks at everything before it waits.

use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Waker;

/// Rings for one task, which is at work when it is made.
pub(crate) struct Bell {
    has_rung: AtomicU8,
    task: Waker,
}

/// What a bell may ring for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Something happened in a room.
    News = 1,
    /// Whatever else a session waits for.
    AnythingElse = 2,
}

/// What a bell has rung for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rung(u8);

impl Rung {
    pub(crate) const NOTHING: Self = Self(0);
    pub(crate) const EVERYTHING: Self = Self(For::News as u8 | For::AnythingElse as u8);

    /// Whether it has rung for this.
    pub(crate) fn is_for(self, what: For) -> bool {
        self.0 & what as u8 != 0
    }
}

impl Bell {
    /// A bell for this task.
    pub(crate) fn new(task: Waker) -> Self {
        Self { has_rung: AtomicU8::new(Rung::EVERYTHING.0), task }
    }

    /// Has the task look, now or as soon as it waits again. One waking is enough for all that rings until it does.
    pub(crate) fn ring(&self, what: For) {
        if self.has_rung.fetch_or(what as u8, Ordering::AcqRel) == Rung::NOTHING.0 {
            self.task.wake_by_ref();
        }
    }

    /// The task is at work, and will look at everything before it waits: it need not be woken.
    pub(crate) fn hush(&self) {
        // Read as well as written: what whoever has rung before did is to be seen afterwards.
        self.has_rung.swap(Rung::EVERYTHING.0, Ordering::AcqRel);
    }

    /// What it has rung for since this was last asked. What rings afterwards wakes.
    pub(crate) fn rung(&self) -> Rung {
        match self.has_rung.load(Ordering::Acquire) {
            0 => Rung::NOTHING,
            _ => Rung(self.has_rung.swap(Rung::NOTHING.0, Ordering::AcqRel)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    /// Counts how often it was woken.
    #[derive(Default)]
    struct Alarms(AtomicUsize);

    impl Wake for Alarms {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Somebody who waits, and how often they were woken.
    fn sleeper() -> (Bell, Arc<Alarms>) {
        let alarms = Arc::<Alarms>::default();
        let bell = Bell::new(Arc::clone(&alarms).into());
        assert_eq!(bell.rung(), Rung::EVERYTHING, "who is new looks at everything");
        (bell, alarms)
    }

    #[test]
    fn whoever_waits_is_woken_once_and_told_what_for() {
        let (bell, alarms) = sleeper();
        assert_eq!(bell.rung(), Rung::NOTHING);

        bell.ring(For::News);
        bell.ring(For::News);

        assert_eq!(alarms.0.load(Ordering::Relaxed), 1);
        let rung = bell.rung();
        assert!(rung.is_for(For::News) && !rung.is_for(For::AnythingElse));
        assert_eq!(bell.rung(), Rung::NOTHING);
    }

    #[test]
    fn what_rings_while_another_waking_is_under_way_is_told_with_it() {
        let (bell, alarms) = sleeper();

        bell.ring(For::News);
        bell.ring(For::AnythingElse);

        assert_eq!(alarms.0.load(Ordering::Relaxed), 1);
        assert_eq!(bell.rung(), Rung::EVERYTHING);
    }

    #[test]
    fn whoever_is_at_work_is_not_woken_and_looks_at_everything_when_they_wait_again() {
        let (bell, alarms) = sleeper();

        bell.hush();
        bell.ring(For::News);

        assert_eq!(alarms.0.load(Ordering::Relaxed), 0);
        assert_eq!(bell.rung(), Rung::EVERYTHING);
    }
}
