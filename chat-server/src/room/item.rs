//! An entry to be, from when it gathers until the log has it.

use super::effect::Effect;
use super::order::Whom;
use crate::log::{Draft, Verdict};
use crate::mailbox::{Decided, Denied, Ticket};
use crate::people::Key;
use chat_proto::{Entry, EntryBody, LeaveReason, Refused, RoomId};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio_util::sync::DropGuard;

/// An entry to be.
pub(crate) struct Item {
    pub(super) draft: Draft,
    pub(super) aside: Aside,
}

/// What the room knows of an entry to be, and its log does not.
pub(super) struct Aside {
    /// The author's; of a succession, that of the owner who is gone.
    pub(super) key: Key,
    /// Whom it is about.
    pub(super) whom: Option<Box<Whom>>,
    /// Of a post that has not been answered.
    pub(super) ticket: Option<Ticket>,
    /// What it changes; known when its batch is made up.
    pub(super) effect: Effect,
    /// Of what the server writes itself, until it is settled: see [`super::told::Told`].
    pub(super) told: Option<DropGuard>,
}

/// A batch that is offered to the log: what the log has of it, and what the room has.
pub(super) struct Offer {
    pub(super) drafts: Arc<[Draft]>,
    pub(super) asides: Vec<Aside>,
}

impl Item {
    /// A post that has not been judged.
    pub(super) fn post(draft: Draft, key: Key, whom: Option<Box<Whom>>, ticket: Ticket) -> Self {
        Self { draft, aside: Aside { key, whom, ticket: Some(ticket), effect: Effect::Nothing, told: None } }
    }

    /// What the server writes itself.
    pub(super) fn note(draft: Draft, key: Key, told: Option<DropGuard>) -> Self {
        Self { draft, aside: Aside { key, whom: None, ticket: None, effect: Effect::Nothing, told } }
    }

    /// Whether the server writes it itself, so that nobody else would write it again.
    pub(super) fn is_note(&self) -> bool {
        self.draft.post.is_none()
    }

    /// Whether this became `entry`.
    pub(super) fn became(&self, entry: &Entry) -> bool {
        let Draft { time, author, post, body, .. } = &self.draft;
        (*time, &**author, *post, body) == (entry.time, &entry.author, entry.post, &entry.body)
    }

    /// Refuses a post in a room, unless it was written before.
    pub(super) fn deny(self, room: RoomId, refused: Refused) {
        let Self { draft: Draft { post, body, .. }, aside } = self;
        if let Some((ticket, id)) = aside.ticket.zip(post) {
            ticket.answer(Decided::Denied(Box::new(Denied { room, id, body, refused })));
        }
    }

    /// Answers a post.
    pub(super) fn answer(self, decided: Decided) {
        if let Some(ticket) = self.aside.ticket {
            ticket.answer(decided);
        }
    }

    /// Whether what comes after it is for other eyes, to be judged by other rights, or about another topic: the state
    /// of a room changes once in a batch, and last.
    pub(super) fn ends_batch(&self) -> bool {
        matches!(self.draft.body, EntryBody::Act(_) | EntryBody::Topic(_) | EntryBody::Left(LeaveReason::Leave))
    }

    /// About how many bytes the entry takes: its text, and a fair guess for the rest.
    pub(super) fn weight(&self) -> usize {
        const REST: usize = 128;
        self.draft.body.bytes().len() + REST
    }
}

impl Offer {
    /// These items, if there are any.
    pub(super) fn of(items: VecDeque<Item>) -> Option<Self> {
        let mut asides = Vec::with_capacity(items.len());
        let apart = |Item { draft, aside }| {
            asides.push(aside);
            draft
        };
        // A Vec says how long it is, so that the drafts are put where they stay.
        let drafts: Arc<[_]> = Vec::from(items).into_iter().map(apart).collect();
        (!asides.is_empty()).then_some(Self { drafts, asides })
    }

    /// The items again, to be offered once more.
    pub(super) fn into_items(self) -> Vec<Item> {
        let items = self.drafts.iter().cloned().zip(self.asides);
        items.map(|(draft, aside)| Item { draft, aside }).collect()
    }

    /// What the changes are that come true with those that were appended.
    pub(super) fn take_effects(&mut self, verdicts: &[Verdict]) -> Vec<Effect> {
        let appended =
            self.asides.iter_mut().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Appended(_)));
        let effects = appended.map(|(aside, _)| std::mem::take(&mut aside.effect));
        effects.filter(|effect| !matches!(effect, Effect::Nothing)).collect()
    }
}
