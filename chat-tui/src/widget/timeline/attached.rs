//! What hangs on a message: what it answers, that its text is another than at first, and reactions.

use super::intake::name;
use super::{Reader, Said};
use chat_proto::entry::{Author, Entry, PersonId, React, ReactionState};
use chat_proto::limits::REACTIONS_PER_MESSAGE;
use chat_proto::{Emoji, Seq};

/// Boxed, because most messages have nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attached {
    /// The message that this one answers.
    pub to: Option<Seq>,
    pub is_edited: bool,
    /// In the order in which they were first given.
    pub reactions: Vec<Reaction>,
}

/// An emoji, and who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub emoji: Emoji,
    /// The reader first, if they are among them.
    pub people: Vec<(PersonId, String)>,
    pub is_own: bool,
}

impl Said {
    /// The message that this one answers.
    pub fn answers(&self) -> Option<Seq> {
        self.attached.as_ref()?.to
    }

    pub fn is_edited(&self) -> bool {
        self.attached.as_ref().is_some_and(|attached| attached.is_edited)
    }

    pub fn reactions(&self) -> &[Reaction] {
        self.attached.as_ref().map_or(&[], |attached| &attached.reactions)
    }

    pub fn attach(&mut self) -> &mut Attached {
        self.attached.get_or_insert_default()
    }

    /// Folds a reaction of somebody's into those that are there.
    pub(super) fn react(&mut self, entry: &Entry, react: &React, reader: Reader) {
        // What is no emoji was not judged by a server, and is none of a reader's business.
        let Ok(emoji) = Emoji::parse(&react.emoji) else { return };
        match react.state {
            ReactionState::On => self.attach().give(&entry.author, emoji, reader),
            ReactionState::Off => self.take_back(entry.author.person, &emoji, reader),
        }
    }

    fn take_back(&mut self, person: PersonId, emoji: &Emoji, reader: Reader) {
        let Some(attached) = &mut self.attached else { return };
        for reaction in attached.reactions.iter_mut().filter(|reaction| reaction.emoji == *emoji) {
            reaction.people.retain(|(other, _)| *other != person);
            reaction.is_own &= reader.person != Some(person);
        }
        attached.reactions.retain(|reaction| !reaction.people.is_empty());
        self.attached.take_if(|attached| **attached == Attached::default());
    }

    pub(super) fn bytes(&self) -> usize {
        self.name.len() + self.text.len() + self.attached.as_ref().map_or(0, |attached| attached.bytes())
    }
}

impl Attached {
    fn give(&mut self, author: &Author, emoji: Emoji, reader: Reader) {
        let given: usize = self.reactions.iter().map(|reaction| reaction.people.len()).sum();
        if given >= REACTIONS_PER_MESSAGE {
            return;
        }
        let at = self.reactions.iter().position(|reaction| reaction.emoji == emoji).unwrap_or_else(|| {
            self.reactions.push(Reaction { emoji, people: Vec::new(), is_own: false });
            self.reactions.len() - 1
        });
        self.reactions[at].add(author, reader);
    }

    fn bytes(&self) -> usize {
        let people = self.reactions.iter().flat_map(|reaction| &reaction.people);
        size_of::<Self>() + people.map(|(_, name)| size_of::<Reaction>() + name.len()).sum::<usize>()
    }
}

impl Reaction {
    fn add(&mut self, author: &Author, reader: Reader) {
        if self.people.iter().any(|(other, _)| *other == author.person) {
            return;
        }
        let is_own = reader.person == Some(author.person);
        let at = if is_own { 0 } else { self.people.len() };
        self.people.insert(at, (author.person, name(&author.name)));
        self.is_own |= is_own;
    }
}
