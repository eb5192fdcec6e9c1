//! Who is who on this server: the keys behind names, whose key is not the one of last time, and whom the reader
//! ignores.
//!
//! Plain data. What it learns comes from member lists and arrivals; what is to be kept on disk, `update` says.

use crate::ignored::{Change, Ignored};
use crate::known_people::{Known, KnownPeople, Manner, Meeting};
use chat_proto::{Fingerprint, Nick, PersonId, UnixMillis};
use std::collections::{BTreeMap, BTreeSet};

/// People of one server whose keys are held in memory.
pub const FACES_MAX: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    server: String,
    keys: BTreeMap<PersonId, Fingerprint>,
    /// Whose key is not the one that is known under their name, and nobody has looked yet.
    changed: BTreeSet<PersonId>,
    known: KnownPeople,
    ignored: Ignored,
    /// Who is ignored although their key is not known yet. Not kept: a server numbers its people anew.
    ignored_numbers: BTreeSet<PersonId>,
}

/// How old it is what tells a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// It holds now.
    Now,
    /// It held once: what is known already stands.
    Then,
}

/// What a meeting tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// As last time.
    Again,
    ForTheFirstTime(Meeting),
    /// Under a known name, with another key; told once.
    WithAnotherKey,
}

/// What is known of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whois {
    pub person: PersonId,
    pub key: Fingerprint,
    /// Since when this key is known under this name.
    pub since: UnixMillis,
    /// The key of last time and since when that was known, if it was another.
    pub was: Option<(Fingerprint, UnixMillis)>,
}

impl People {
    pub fn new(known: KnownPeople, ignored: Ignored) -> Self {
        Self { known, ignored, ..Self::default() }
    }

    /// Everybody is another on another server.
    pub fn enter(&mut self, server: &str) {
        if self.server != server {
            let (known, ignored) = (std::mem::take(&mut self.known), std::mem::take(&mut self.ignored));
            *self = Self { server: server.to_owned(), ..Self::new(known, ignored) };
        }
    }

    /// Learns somebody's key. What of it is to be kept: they were ignored by their number alone.
    pub fn learn(&mut self, person: PersonId, name: &Nick, key: &[u8; 32], age: Age) -> Option<Change> {
        let key = Fingerprint::of(key);
        match age {
            Age::Now => drop(self.keys.insert(person, key)),
            Age::Then => drop(self.keys.entry(person).or_insert(key)),
        }
        if self.keys.len() > FACES_MAX {
            // Numbers rise: the first has been away the longest.
            self.keys.pop_first();
        }
        self.ignored_numbers.remove(&person).then(|| self.ignore_key(key, name))
    }

    /// Compares the key of somebody who is here now, under this name, with the one of last time.
    pub fn meet(&mut self, person: PersonId, name: &Nick, at: UnixMillis) -> Met {
        let Some(key) = self.keys.get(&person).copied() else { return Met::Again };
        match self.known.get(&self.server, name) {
            Some(known) if known.key == key => {
                self.changed.remove(&person);
                Met::Again
            }
            Some(_) if self.changed.insert(person) => Met::WithAnotherKey,
            Some(_) => Met::Again,
            None => {
                self.changed.remove(&person);
                Met::ForTheFirstTime(self.remember(key, name, at, Manner::First))
            }
        }
    }

    /// What is known of somebody who is called so now. A key that was not the one of last time is seen, and known from
    /// now on: what of it is to be kept.
    pub fn look_at(&mut self, person: PersonId, name: &Nick, at: UnixMillis) -> Option<(Whois, Option<Meeting>)> {
        let key = *self.keys.get(&person)?;
        let known = self.known.get(&self.server, name).map(|known| (known.key, known.since));
        self.changed.remove(&person);
        match known {
            Some((known, since)) if known == key => Some((Whois { person, key, since, was: None }, None)),
            was => {
                let seen = self.remember(key, name, at, Manner::Seen);
                Some((Whois { person, key, since: at, was }, Some(seen)))
            }
        }
    }

    fn remember(&mut self, key: Fingerprint, name: &Nick, since: UnixMillis, manner: Manner) -> Meeting {
        let known = Known { name: name.clone(), key, since };
        let meeting = Meeting { server: self.server.clone(), known, manner };
        self.known.remember(std::slice::from_ref(&meeting));
        meeting
    }

    pub fn is_changed(&self, person: PersonId) -> bool {
        self.changed.contains(&person)
    }

    pub fn is_ignored(&self, person: PersonId) -> bool {
        self.ignored_numbers.contains(&person) || self.keys.get(&person).is_some_and(|key| self.ignored.contains(key))
    }

    /// Hears this person no more. What of it is to be kept; nothing if their key is not known.
    pub fn ignore(&mut self, person: PersonId, name: &Nick) -> Option<Change> {
        let key = self.keys.get(&person).copied();
        if key.is_none() {
            self.ignored_numbers.insert(person);
        }
        key.map(|key| self.ignore_key(key, name))
    }

    fn ignore_key(&mut self, key: Fingerprint, name: &Nick) -> Change {
        self.change(Change::Add(key, name.clone()))
    }

    /// Hears them again: who is called so now, or was when they were ignored. What is to be kept; nothing if nobody
    /// was.
    pub fn unignore(&mut self, person: Option<PersonId>, name: &Nick) -> Result<Option<Change>, NotIgnored> {
        if person.is_some_and(|person| self.ignored_numbers.remove(&person)) {
            return Ok(None);
        }
        let of_person = person.and_then(|person| self.keys.get(&person)).filter(|key| self.ignored.contains(key));
        let key = of_person.copied().or_else(|| self.ignored.named(name)).ok_or(NotIgnored)?;
        Ok(Some(self.change(Change::Remove(key))))
    }

    fn change(&mut self, change: Change) -> Change {
        self.ignored.apply(&change);
        change
    }

    pub fn ignored(&self) -> &Ignored {
        &self.ignored
    }
}

/// Nobody of this name was ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotIgnored;

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: PersonId = PersonId(2);

    fn nick(name: &str) -> Nick {
        Nick::parse(name.as_bytes()).unwrap()
    }

    fn met_at(people: &mut People, server: &str, key: u8) -> Met {
        people.enter(server);
        people.learn(BOB, &nick("bob"), &[key; 32], Age::Now);
        people.meet(BOB, &nick("bob"), UnixMillis(0))
    }

    #[test]
    fn everybody_is_another_on_another_server_but_ignored_on_all() {
        let mut people = People::default();
        assert!(matches!(met_at(&mut people, "one:1", 1), Met::ForTheFirstTime(_)));
        assert_eq!(met_at(&mut people, "one:1", 2), Met::WithAnotherKey);
        people.ignore(BOB, &nick("bob"));

        people.enter("two:2");

        assert!(!people.is_changed(BOB) && !people.is_ignored(BOB), "a number of another server means nothing here");
        assert!(matches!(met_at(&mut people, "two:2", 2), Met::ForTheFirstTime(_)));
        assert!(people.is_ignored(BOB), "the key is the same");
    }

    #[test]
    fn no_more_keys_are_held_than_there_is_room_for() {
        let mut people = People::default();

        for n in 0..FACES_MAX as u64 + 10 {
            people.learn(PersonId(n), &nick("bob"), &[1; 32], Age::Now);
        }

        assert_eq!(people.keys.len(), FACES_MAX);
    }
}
