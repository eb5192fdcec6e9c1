//! What this client posted and the log does not show yet, with the mark that tells the truth about it.

use super::{Anchor, Key, Said, Timeline};
use crate::link::{Mark, OutboxItem};
use crate::widths::Widths;
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
        };
        Self { id: item.id, body: item.body.clone(), written: item.written, mark, said }
    }

    /// Whether its author has to decide what becomes of it.
    pub fn needs_decision(&self) -> bool {
        matches!(self.mark, Mark::Refused(_) | Mark::Unknown(_) | Mark::Stale)
    }

    /// Whether it is still on its way.
    pub fn is_undelivered(&self) -> bool {
        matches!(self.mark, Mark::Waiting | Mark::OnTheWire)
    }
}

impl Timeline {
    /// Shows a post before the log does. One that is shown already gets the mark.
    pub fn post(&mut self, item: &OutboxItem, mark: Mark, name: &str, widths: Widths) {
        match self.pending.iter_mut().find(|pending| pending.id == item.id) {
            Some(known) => known.mark = mark,
            None => self.pending.push(Pending::new(item, mark, name, widths)),
        }
    }

    /// Whoever writes has read, and wants to see what they wrote.
    pub fn has_written(&mut self) {
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
