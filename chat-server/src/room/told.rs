//! How whoever waits for an entry of the server's own learns that it is in the log.

use tokio_util::sync::{CancellationToken, DropGuard};

/// Resolves when the entry that tells of somebody is as safe as it gets, or is known not to be yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told(Option<CancellationToken>);

impl Told {
    /// Tells when it is dropped.
    pub(super) fn later() -> (DropGuard, Self) {
        let told = CancellationToken::new();
        (told.clone().drop_guard(), Self(Some(told)))
    }

    /// Keeps nothing of it any more, if it is over.
    pub(super) fn forget_if_over(&mut self) {
        self.0.take_if(|told| told.is_cancelled());
    }

    /// Waits for it.
    pub(crate) async fn wait(self) {
        if let Some(told) = self.0 {
            told.cancelled().await;
        }
    }
}
