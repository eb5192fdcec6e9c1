//! What was said and is erased: a line that tells that something was there, and nothing of what it was, or of who
//! erased it, which a page of history does not say.

use super::{Erased, Item, Said, Timeline, What};
use chat_proto::entry::{Entry, EntryBody, PersonId};
use chat_proto::{Seq, UnixMillis};

/// People whose erasing is remembered. Entries that come later are erased by the server already: this is for those
/// that were on their way meanwhile.
const PEOPLE_MAX: usize = 1_000;

impl Erased {
    pub(super) fn one(person: PersonId, name: String, time: UnixMillis) -> Self {
        Self { person, name, time, messages: 1 }
    }

    /// The line: "12 messages of alice are deleted".
    pub(crate) fn sentence(&self) -> String {
        match self.messages {
            1 => format!("a message of {} is deleted", self.name),
            many => format!("{many} messages of {} are deleted", self.name),
        }
    }
}

impl Said {
    /// What is left of it.
    pub(super) fn erased(&self) -> What {
        match self.person {
            Some(person) => What::Erased(Erased::one(person, self.name.clone(), self.time)),
            None => What::Silent,
        }
    }
}

impl Item {
    /// The same, or what is left of it if its author erased it.
    fn unless_forgotten(self, has_forgotten: impl Fn(PersonId, Seq) -> bool) -> Self {
        let What::Said(said) = &self.what else { return self };
        match said.person {
            Some(person) if has_forgotten(person, self.first) => Self { what: said.erased(), ..self },
            _ => self,
        }
    }
}

impl Timeline {
    /// Takes note of who erases what they said. Whether something that is here may be meant.
    pub fn forgets(&mut self, entries: &[Entry]) -> bool {
        let mut is_any = false;
        for entry in entries.iter().filter(|entry| entry.body == EntryBody::Forget) {
            let before = self.forgotten.entry(entry.author.person).or_default();
            is_any |= *before < entry.seq;
            *before = entry.seq.max(*before);
        }
        while self.forgotten.len() > PEOPLE_MAX {
            let oldest = self.forgotten.iter().min_by_key(|(_, before)| **before).map(|(person, _)| *person);
            oldest.map(|person| self.forgotten.remove(&person));
        }
        is_any
    }

    /// Whether this person erased what they had said at this place.
    pub fn has_forgotten(&self, person: PersonId, seq: Seq) -> bool {
        self.forgotten.get(&person).is_some_and(|before| seq < *before)
    }

    /// Erases whatever of these items was forgotten.
    pub(super) fn without_forgotten(&self, item: Item) -> Item {
        item.unless_forgotten(|person, seq| self.has_forgotten(person, seq))
    }
}
