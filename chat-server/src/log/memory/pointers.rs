//! Which later entries change what was said, as far as they still count: the edits of each message, of which the last
//! one does, its reactions, and that they were taken back.
//!
//! Bounded by the entries there are: goes with the message that it is about.

use crate::log::pointing::TAKEN_BACK_MAX;
use chat_proto::entry::{React, ReactionState};
use chat_proto::{EntryBody, PersonId, Seq};
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

#[derive(Default)]
pub(super) struct Pointers(BTreeMap<Seq, Pointing>);

/// What points at one message.
#[derive(Default)]
pub(super) struct Pointing {
    pub(super) edits: Vec<Seq>,
    pub(super) reactions: Vec<Reaction>,
    /// In the order of their places.
    taken_back: VecDeque<Reaction>,
}

/// A reaction that was given and not taken back; or that it was.
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

    /// Forgets what points at messages that are gone.
    pub(super) fn forget_before(&mut self, oldest: Seq) {
        while let Some(first) = self.0.first_entry().filter(|first| *first.key() < oldest) {
            first.remove();
        }
    }

    /// Forgets what points at a message that says nothing any more.
    pub(super) fn remove(&mut self, target: Seq) -> Option<Pointing> {
        self.0.remove(&target)
    }
}

impl Pointing {
    fn counting(&self) -> impl Iterator<Item = Seq> {
        let reactions = self.reactions.iter().chain(&self.taken_back).map(|reaction| reaction.seq);
        self.edits.last().copied().into_iter().chain(reactions)
    }

    fn react(&mut self, seq: Seq, person: PersonId, react: &React) {
        let is_other = |other: &Reaction| other.person != person || other.emoji != *react.emoji;
        let known = self.reactions.len() + self.taken_back.len();
        self.reactions.retain(is_other);
        self.taken_back.retain(is_other);
        let was_given = self.reactions.len() + self.taken_back.len() < known;
        let reaction = Reaction { seq, person, emoji: react.emoji.to_vec() };
        match react.state {
            ReactionState::On => self.reactions.push(reaction),
            ReactionState::Off if was_given => self.taken_back.push_back(reaction),
            ReactionState::Off => {}
        }
        if self.taken_back.len() > TAKEN_BACK_MAX {
            self.taken_back.pop_front();
        }
    }
}
