//! How a session learns that there is more to look at than news.
//!
//! Most of what wakes a session is news of its rooms, which it writes and waits again. Whatever else it waits for rings its
//! bell, and is looked at only if the bell has rung: a delivery costs no look at everything that might have happened and
//! has not.

use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

/// Rings for one session, which is at work when it is made.
pub(crate) struct Bell {
    has_rung: AtomicBool,
    sleeper: AtomicWaker,
}

impl Default for Bell {
    fn default() -> Self {
        Self { has_rung: AtomicBool::new(true), sleeper: AtomicWaker::new() }
    }
}

impl Bell {
    /// Has the session look around, now or as soon as it waits again. One waking is enough for all that rings.
    pub(crate) fn ring(&self) {
        if !self.has_rung.swap(true, Ordering::AcqRel) {
            self.sleeper.wake();
        }
    }

    /// The session is at work, and will look around before it waits: it need not be woken.
    pub(crate) fn hush(&self) {
        self.has_rung.store(true, Ordering::Release);
    }

    /// Looks around if it has rung. `ringing` is what is to ring it again, for whatever is looked at.
    pub(crate) fn poll<T>(
        &self,
        cx: &Context<'_>,
        ringing: &Waker,
        look: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if !self.has_rung.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        // In this order: what rings in between is seen, and what rings afterwards wakes.
        self.sleeper.register(cx.waker());
        self.has_rung.swap(false, Ordering::AcqRel);
        look(&mut Context::from_waker(ringing))
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

    impl Alarms {
        fn count(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn looks(bell: &Bell, alarms: &Arc<Alarms>) -> bool {
        let waker = Waker::from(Arc::clone(alarms));
        bell.poll(&Context::from_waker(&waker), Waker::noop(), |_| Poll::Ready(())).is_ready()
    }

    #[test]
    fn whoever_waits_is_woken_once_for_all_that_rings_and_looks_once() {
        let (bell, alarms) = (Bell::default(), Arc::default());
        assert!(looks(&bell, &alarms), "who is new looks around");
        assert!(!looks(&bell, &alarms));

        bell.ring();
        bell.ring();

        assert_eq!(alarms.count(), 1);
        assert!(looks(&bell, &alarms));
        assert!(!looks(&bell, &alarms));
    }

    #[test]
    fn whoever_is_at_work_is_not_woken_and_looks_when_they_wait_again() {
        let (bell, alarms) = (Bell::default(), Arc::default());
        assert!(looks(&bell, &alarms));

        bell.hush();
        bell.ring();

        assert_eq!(alarms.count(), 0);
        assert!(looks(&bell, &alarms));
    }
}
