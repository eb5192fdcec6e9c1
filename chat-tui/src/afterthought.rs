//! What was done to messages after they were said, in the order in which it happened. The timeline shows what became of
//! them; whoever is told line by line has to be told that something did.

use crate::widget::timeline::{Said, name};
use chat_proto::entry::{Entry, EntryBody, PersonId, React, ReactionState};
use chat_proto::{Emoji, Seq, UnixMillis};
use std::collections::VecDeque;

/// Held of a room: more come only while nobody reads it.
const HELD_MAX: usize = 256;

/// Words are not among it: they are where the message is, as long as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Afterthought {
    pub person: PersonId,
    pub name: String,
    pub time: UnixMillis,
    /// The message.
    pub target: Seq,
    pub done: Done,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Edited,
    /// By the author: who takes away what another said is told in the timeline.
    Deleted,
    Reacted(Emoji),
    TookBack(Emoji),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Afterthoughts {
    held: VecDeque<Afterthought>,
    count: usize,
}

impl Afterthoughts {
    /// How many there have been.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Those after so many.
    pub fn after(&self, told: usize) -> impl Iterator<Item = &Afterthought> {
        let untold = self.count.saturating_sub(told);
        self.held.iter().skip(self.held.len().saturating_sub(untold))
    }

    pub fn add(&mut self, afterthought: Afterthought) {
        if self.held.len() >= HELD_MAX {
            self.held.pop_front();
        }
        self.held.push_back(afterthought);
        self.count += 1;
    }
}

impl Afterthought {
    /// What an entry did, if it did anything: the message as it was before, and as it is now, unless that is gone.
    pub fn of(entry: &Entry, before: &Said, now: Option<&Said>) -> Option<Self> {
        let is_authors = before.person == Some(entry.author.person);
        let done = match (&entry.body, now) {
            (EntryBody::Edit(_), Some(now)) if now.text != before.text => Done::Edited,
            (EntryBody::Edit(_) | EntryBody::Delete(_), None) if is_authors => Done::Deleted,
            (EntryBody::React(react), Some(now)) if now.reactions() != before.reactions() => reacted(react)?,
            _ => return None,
        };
        let (person, name) = (entry.author.person, name(&entry.author.name));
        Some(Self { person, name, time: entry.time, target: entry.body.target()?, done })
    }
}

fn reacted(react: &React) -> Option<Done> {
    let emoji = Emoji::parse(&react.emoji).ok()?;
    Some(match react.state {
        ReactionState::On => Done::Reacted(emoji),
        ReactionState::Off => Done::TookBack(emoji),
    })
}
