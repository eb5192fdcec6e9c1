//! The two people of a direct room: the same for as long as it lives, whoever of them is a member.

use crate::people::{Key, Person};
use chat_proto::{Nick, PersonId};

/// Two people, the one with the lower number first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair([Side; 2]);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    /// Their number.
    pub person: PersonId,
    /// What their name belongs to.
    pub key: Key,
    /// What they were called when the room was opened: shown when nobody else knows any more.
    pub name: Nick,
}

/// Names a pair: both numbers, the lower one first.
pub(crate) type PairId = [PersonId; 2];

impl Pair {
    /// These two.
    pub(crate) fn of(one: Side, other: Side) -> Self {
        let mut sides = [one, other];
        sides.sort_by_key(|side| side.person);
        Self(sides)
    }

    /// What names these two.
    pub(crate) fn id_of(one: PersonId, other: PersonId) -> PairId {
        [one.min(other), one.max(other)]
    }

    /// What names it.
    pub(crate) fn id(&self) -> PairId {
        self.sides().each_ref().map(|side| side.person)
    }

    /// Both of them.
    pub(crate) fn sides(&self) -> &[Side; 2] {
        &self.0
    }

    /// With whom `person` is in it.
    pub(crate) fn other_than(&self, person: PersonId) -> Option<&Side> {
        self.0.iter().find(|side| side.person != person)
    }
}

impl From<&Person> for Side {
    fn from(person: &Person) -> Self {
        Self { person: person.id, key: person.key, name: person.name() }
    }
}
