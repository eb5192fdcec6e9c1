//! How the answer to a post finds its session.

use chat_proto::frame::Accepted;
use chat_proto::{EntryBody, PostId, Refused, RoomId};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Where the answer to a post goes.
#[derive(Clone)]
pub(crate) struct Ticket {
    /// The session's.
    pub mailbox: Arc<Mailbox>,
    /// The request to answer.
    pub request: u32,
    /// Where it was posted.
    pub room: RoomId,
    /// The id that was posted.
    pub id: PostId,
}

/// The answer to a post.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The request it answers.
    pub request: u32,
    /// The answer.
    pub decided: Decided,
}

/// What became of a post.
#[derive(Debug)]
pub(crate) enum Decided {
    /// It is in the log.
    Accepted(Accepted),
    /// It is not, for ever.
    Refused(Refused),
    /// It was not taken now, but may have been before.
    Denied(Denied),
    /// Nobody knows; the session must end.
    Unknown,
}

/// A post that may not be written.
#[derive(Debug)]
pub(crate) struct Denied {
    /// Where it was posted.
    pub room: RoomId,
    /// Under which id.
    pub id: PostId,
    /// What.
    pub body: EntryBody,
    /// Why not.
    pub refused: Refused,
}

/// Answers on their way to a session. Never more than the posts it has unanswered, which the session bounds.
#[derive(Default)]
pub(crate) struct Mailbox {
    decisions: Mutex<VecDeque<Decision>>,
    arrived: Notify,
}

impl Mailbox {
    /// Takes every answer there is.
    pub(crate) fn take(&self) -> VecDeque<Decision> {
        std::mem::take(&mut *self.decisions.lock().expect("no panic under this lock"))
    }

    /// Waits for answers.
    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    pub(super) fn put(&self, decision: Decision) {
        self.decisions.lock().expect("no panic under this lock").push_back(decision);
        self.arrived.notify_one();
    }
}

impl Ticket {
    pub(super) fn answer(self, decided: Decided) {
        self.mailbox.put(Decision { request: self.request, decided });
    }
}
