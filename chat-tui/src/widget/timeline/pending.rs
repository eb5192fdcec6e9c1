//! What this client posted and the log does not show yet, with the mark that tells the truth about it.

use super::{Anchor, Attached, Item, Key, Said, Timeline, What};
use crate::link::{Mark, OutboxItem};
use crate::widths::Widths;
use chat_proto::entry::{React, ReactionState};
use chat_proto::text::visible;
use chat_proto::{EntryBody, PostId, Seq, UnixMillis};

/// A post of mine that the log does not show yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub id: PostId,
    pub body: EntryBody,
    pub written: UnixMillis,
    pub mark: Mark,
    /// The body, as it is shown.
    pub said: Said,
}

impl Pending {
    pub fn new(item: &OutboxItem, mark: Mark, name: &str, widths: Widths) -> Self {
        let shown = |text: &[u8]| widths.laid_out(visible(text));
        let (text, is_action) = match &item.body {
            EntryBody::Message(text) => (shown(text), false),
            EntryBody::Action(text) => (shown(text), true),
            EntryBody::Topic(text) => (format!("set the topic: {}", shown(text)), true),
            EntryBody::Act(act) => (crate::act::line(act), true),
            EntryBody::Forget => ("/forget".to_owned(), true),
            EntryBody::Reply(reply) => (shown(&reply.text), false),
            EntryBody::Edit(edit) => (shown(&edit.text), false),
            EntryBody::Delete(_) => ("deletes a message".to_owned(), true),
            EntryBody::React(react) => (reacting(react, widths), true),
            _ => (String::new(), true),
        };
        let said = Said {
            person: None,
            name: name.to_owned(),
            time: item.written,
            text,
            is_action,
            is_own: true,
            is_mention: false,
            attached: attached(&item.body).map(Box::new),
        };
        Self { id: item.id, body: item.body.clone(), written: item.written, mark, said }
    }

    /// Whether its author has to decide what becomes of it.
    pub fn needs_decision(&self) -> bool {
        matches!(self.mark, Mark::Refused(_) | Mark::Unknown(_) | Mark::Stale)
    }

    /// Whether it shows on the message that it points at, and nowhere else.
    pub(super) fn is_silent(&self) -> bool {
        self.body.target().is_some() && !self.needs_decision()
    }

    /// Whether it is still on its way.
    pub fn is_undelivered(&self) -> bool {
        matches!(self.mark, Mark::Waiting | Mark::OnTheWire)
    }
}

fn reacting(react: &React, widths: Widths) -> String {
    let emoji = widths.laid_out(visible(&react.emoji));
    match react.state {
        ReactionState::On => format!("reacts with {emoji}"),
        ReactionState::Off => format!("takes {emoji} back"),
    }
}

fn attached(body: &EntryBody) -> Option<Attached> {
    match body {
        EntryBody::Reply(reply) => Some(Attached { to: Some(reply.to), ..Attached::default() }),
        _ => None,
    }
}

impl Timeline {
    /// What block `index` says, or will say once what its author has made of it arrives.
    pub fn text(&self, index: usize) -> &str {
        let edit = self.change_of(index).filter(|pending| matches!(pending.body, EntryBody::Edit(_)));
        edit.map(|pending| &pending.said).or_else(|| self.said(index)).map_or("", |said| &said.text)
    }

    /// What the reader last did to what block `index` says, and the log does not show yet: an edit, or a deletion.
    pub fn change_of(&self, index: usize) -> Option<&Pending> {
        if self.pending.is_empty() {
            return None;
        }
        let Some(Item { first, what: What::Said(_), .. }) = self.items.get(index) else { return None };
        let is_change = |body: &EntryBody| matches!(body, EntryBody::Edit(_) | EntryBody::Delete(_));
        let mut changes = self.pending.iter().rev().filter(|pending| pending.is_silent() && is_change(&pending.body));
        changes.find(|pending| pending.body.target() == Some(*first))
    }

    /// Shows a post before the log does. One that is shown already gets the mark.
    pub fn post(&mut self, item: &OutboxItem, mark: Mark, name: &str, widths: Widths) {
        match self.pending.iter_mut().find(|pending| pending.id == item.id) {
            Some(known) => known.mark = mark,
            None => self.pending.push(Pending::new(item, mark, name, widths)),
        }
    }

    /// Whoever writes has read, and wants to see what they wrote.
    pub fn has_written(&mut self) {
        self.selected = None;
        self.read_all();
        self.to_end();
    }

    /// Sets how far a post is. Whether the post is known.
    pub fn mark(&mut self, id: PostId, mark: Mark) -> bool {
        let end = self.end();
        let Some(at) = self.pending.iter().position(|pending| pending.id == id) else { return false };
        match mark {
            // The log showed it before the answer came.
            Mark::Accepted { seq, .. } if seq <= end => drop(self.pending.remove(at)),
            mark => self.pending[at].mark = mark,
        }
        true
    }

    /// A post that was accepted at a place which the log has passed is part of the log, shown or left out there.
    pub(super) fn forget_accepted(&mut self) {
        let end = self.end();
        self.pending.retain(|pending| !matches!(pending.mark, Mark::Accepted { seq, .. } if seq <= end));
    }

    /// The oldest post that its author has to decide about.
    pub fn undecided(&self) -> Option<&Pending> {
        self.pending.iter().find(|pending| pending.needs_decision())
    }

    pub fn take_pending(&mut self, id: PostId) -> Option<Pending> {
        let at = self.pending.iter().position(|pending| pending.id == id)?;
        Some(self.pending.remove(at))
    }

    /// A reader who held on to a post holds on to the entry that it became.
    pub(super) fn follow(&mut self, id: PostId, seq: Seq) {
        if let Anchor::At { key, .. } = &mut self.anchor
            && *key == Key::Pending(id)
        {
            *key = Key::Entry(seq);
        }
    }

    pub fn undelivered(&self) -> usize {
        self.pending.iter().filter(|pending| pending.is_undelivered()).count()
    }
}
