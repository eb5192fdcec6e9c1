//! Which later entries change what was said, as far as they still count: the edits of each message, of which the last one
//! does, and its reactions.
//!
//! Bounded by the entries there are: goes with the message that it is about.

use chat_proto::entry::{React, ReactionState};
use chat_proto::{EntryBody, PersonId, Seq};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

#[derive(Default)]
pub(super) struct Pointers(BTreeMap<Seq, Pointing>);

/// What points at one message.
#[derive(Default)]
pub(super) struct Pointing {
    pub(super) edits: Vec<Seq>,
    pub(super) reactions: Vec<Reaction>,
}

/// A reaction that was given and not taken back.
pub(super) struct Reaction {
    pub(super) seq: Seq,
    pub(super) person: PersonId,
    pub(super) emoji: Vec<u8>,
}

impl Pointers {
    /// What points at a message, if anything does.
    pub(super) fn at(&self, target: Seq) -> Option<&Pointing> {
        self.0.get(&target)
    }

    /// The entry that says what a message says now, if it was edited.
    pub(super) fn last_edit(&self, target: Seq) -> Option<Seq> {
        self.at(target)?.edits.last().copied()
    }

    /// What points at the messages there, the newest message first.
    pub(super) fn within(&self, targets: RangeInclusive<Seq>) -> impl Iterator<Item = (Seq, Seq)> {
        let within = self.0.range(targets).rev();
        within.flat_map(|(target, pointing)| pointing.counting().map(|seq| (*target, seq)))
    }

    /// Notes an entry of `person` at `seq` that may point at another one.
    pub(super) fn note(&mut self, seq: Seq, person: PersonId, body: &EntryBody) {
        match body {
            EntryBody::Edit(edit) => self.0.entry(edit.target).or_default().edits.push(seq),
            EntryBody::React(react) => self.0.entry(react.target).or_default().react(seq, person, react),
            _ => {}
        }
    }

    /// Forgets what points at a message that is gone, or says nothing any more.
    pub(super) fn remove(&mut self, target: Seq) -> Option<Pointing> {
        self.0.remove(&target)
    }
}

impl Pointing {
    fn counting(&self) -> impl Iterator<Item = Seq> {
        self.edits.last().copied().into_iter().chain(self.reactions.iter().map(|reaction| reaction.seq))
    }

    fn react(&mut self, seq: Seq, person: PersonId, react: &React) {
        self.reactions.retain(|given| given.person != person || given.emoji != *react.emoji);
        if react.state == ReactionState::On {
            self.reactions.push(Reaction { seq, person, emoji: react.emoji.to_vec() });
        }
    }
}
