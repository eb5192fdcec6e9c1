//! The stop of the server, as those hear of it who serve connections.
//!
//! They are many, and look whether it has come whenever anything happens: that costs no lock, which all of them would
//! share. To be woken by it each of them is on a list, onto which they come once.

use futures_util::future::poll_immediate;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Comes once.
#[derive(Default)]
pub(crate) struct Stop {
    has_come: AtomicBool,
    sleepers: Arc<Notify>,
}

impl Stop {
    /// It has come.
    pub(crate) fn call(&self) {
        // In this order: whoever is on the list too late to be woken sees it.
        self.has_come.store(true, Ordering::Release);
        self.sleepers.notify_waiters();
    }

    /// A place on the list of those who are woken.
    pub(crate) fn place(&self) -> OwnedNotified {
        Arc::clone(&self.sleepers).notified_owned()
    }

    /// Puts this task on the list, for as long as it keeps the place.
    pub(crate) async fn wake_me(place: Pin<&mut OwnedNotified>) {
        poll_immediate(place).await;
    }

    /// Whether it has.
    pub(crate) fn has_come(&self) -> bool {
        self.has_come.load(Ordering::Acquire)
    }

    /// Waits for it.
    pub(crate) async fn heard(&self) {
        let place = std::pin::pin!(self.place());
        if !self.has_come() {
            place.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::yield_now;

    #[tokio::test]
    async fn whoever_waits_is_woken_and_whoever_comes_late_need_not_wait() {
        let stop = Arc::new(Stop::default());
        let early = tokio::spawn({
            let stop = Arc::clone(&stop);
            async move { stop.heard().await }
        });
        yield_now().await;
        assert!(!early.is_finished());

        stop.call();

        early.await.expect("it was woken");
        stop.heard().await;
    }
}
