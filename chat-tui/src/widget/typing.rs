//! Who is writing in a room just now: signals, which are not kept and end by themselves.

use super::members::Members;
use super::timeline::Reader;
use chat_proto::entry::{EntryBody, PersonId, UnixMillis};
use chat_proto::limits::TYPING_LASTS;
use std::collections::BTreeMap;

/// People held: those beyond the second are only "several".
const PEOPLE_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typing {
    until: BTreeMap<PersonId, UnixMillis>,
}

impl Typing {
    /// Somebody is writing, as of now.
    pub fn begins(&mut self, person: PersonId, now: UnixMillis) {
        if self.until.len() < PEOPLE_MAX || self.until.contains_key(&person) {
            self.until.insert(person, UnixMillis(now.0.saturating_add(TYPING_LASTS.as_millis() as i64)));
        }
    }

    pub fn stops(&mut self, person: PersonId) {
        self.until.remove(&person);
    }

    /// What is said was written, and whoever goes writes no more.
    pub fn fold(&mut self, author: PersonId, body: &EntryBody) {
        if let EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_) | EntryBody::Left(_) = body {
            self.stops(author);
        }
    }

    /// Those of whom nothing was heard for long have stopped.
    pub fn pass(&mut self, now: UnixMillis) {
        self.until.retain(|_, until| *until > now);
    }

    /// When the next one will have.
    pub fn ends_at(&self) -> Option<UnixMillis> {
        self.until.values().min().copied()
    }

    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        self.until.keys().copied()
    }

    /// That somebody is writing whom the reader hears.
    pub fn words(&self, members: &Members, reader: Reader) -> Option<String> {
        let heard = self.until.keys().filter(|person| !reader.people.is_ignored(**person));
        let names: Vec<&str> = heard.filter_map(|person| Some(members.get(*person)?.name.as_str())).collect();
        match names[..] {
            [] => None,
            [one] => Some(format!("{one} is typing…")),
            [one, other] => Some(format!("{one} and {other} are typing…")),
            _ => Some("several people are typing…".to_owned()),
        }
    }
}
