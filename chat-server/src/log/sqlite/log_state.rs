//! What the writer and whoever reads know of a log together.

use chat_proto::Seq;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is known of a log without asking the file.
pub(super) struct LogState {
    /// The room's number in the file.
    pub(super) room: i64,
    head: AtomicU64,
    is_erased: AtomicBool,
}

impl LogState {
    pub(super) fn new(room: i64, head: Seq) -> Self {
        Self { room, head: AtomicU64::new(head.0), is_erased: AtomicBool::new(false) }
    }

    /// The newest entry that is known to be in the log, or was before it was erased.
    pub(super) fn head(&self) -> Seq {
        Seq(self.head.load(Ordering::Acquire))
    }

    /// Only the writer says so.
    pub(super) fn set_head(&self, head: Seq) {
        self.head.store(head.0, Ordering::Release);
    }

    pub(super) fn set_erased(&self) {
        self.is_erased.store(true, Ordering::Release);
    }

    pub(super) fn is_erased(&self) -> bool {
        self.is_erased.load(Ordering::Acquire)
    }
}
