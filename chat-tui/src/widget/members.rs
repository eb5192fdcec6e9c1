//! Who is in the room: as the server said, plus what the log has told since.

mod draw;

pub use draw::{Panel, draw, hit, listed};

use crate::fuzzy::begins;
use chat_proto::entry::{Entry, EntryBody, LeaveReason, PersonId};
use chat_proto::frame::{Member, Presence, Role, Voice};
use chat_proto::{Act, Nick};
use std::collections::BTreeMap;

/// People held in memory; a server allows 2,000 in a room.
pub const MEMBERS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub presence: Presence,
    pub role: Role,
    pub voice: Voice,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Members {
    people: BTreeMap<PersonId, Person>,
    /// The next list replaces what is known.
    is_outdated: bool,
    /// The room is over: what is known is who was here.
    is_closed: bool,
}

impl Person {
    /// Has a session, whatever they do with it.
    pub fn is_present(&self) -> bool {
        self.presence != Presence::Gone
    }
}

impl Members {
    /// A new list is about to come.
    pub fn expect_list(&mut self) {
        self.is_outdated = true;
    }

    /// A part of the list.
    pub fn list(&mut self, members: &[Member]) {
        self.forget_outdated();
        for member in members {
            let name = super::timeline::name(&member.name);
            let (presence, role, voice) = (member.presence.clone(), member.role, member.voice);
            self.set(member.person, Person { name, presence, role, voice });
        }
    }

    /// What somebody signals. Who comes and goes is told by entries.
    pub fn attend(&mut self, person: PersonId, presence: Presence) {
        self.change(person, |known| {
            if known.is_present() {
                known.presence = presence;
            }
        });
    }

    /// The room is over: nobody is in it any more.
    pub fn close(&mut self) {
        self.is_closed = true;
        self.people.values_mut().for_each(|person| person.presence = Presence::Gone);
    }

    /// Whether the list is here, and not on its way.
    pub fn is_known(&self) -> bool {
        !self.is_outdated
    }

    /// Something that happened after the list was made.
    pub fn fold(&mut self, entry: &Entry) {
        self.forget_outdated();
        let person = entry.author.person;
        let name = super::timeline::name(&entry.author.name);
        match &entry.body {
            EntryBody::Opened => {
                self.set(person, Person { name, presence: Presence::Here, role: Role::Owner, voice: Voice::Free });
            }
            EntryBody::Joined(arrival) => {
                let (role, voice) = (arrival.role, arrival.voice);
                self.set(person, Person { name, presence: Presence::Here, role, voice });
            }
            EntryBody::Left(LeaveReason::Quit | LeaveReason::Lost) => self.goes(person, name),
            EntryBody::Left(_) => drop(self.people.remove(&person)),
            EntryBody::Renamed(new) => self.change(person, |known| known.name = super::timeline::name(new)),
            EntryBody::Act(act) => self.obey(act),
            _ => {}
        }
    }

    fn goes(&mut self, person: PersonId, name: String) {
        let (role, voice) = self.people.get(&person).map_or((Role::Member, Voice::Free), |it| (it.role, it.voice));
        self.set(person, Person { name, presence: Presence::Gone, role, voice });
    }

    fn obey(&mut self, act: &Act) {
        let Some(person) = act.target().map(|target| target.person) else { return };
        match act {
            Act::Kick(_) | Act::Ban(..) => drop(self.people.remove(&person)),
            Act::Mute(_) => self.change(person, |known| known.voice = Voice::Muted),
            Act::Unmute(_) => self.change(person, |known| known.voice = Voice::Free),
            Act::Op(_) => self.change(person, |known| known.role = Role::Operator),
            Act::Deop(_) => self.change(person, |known| known.role = Role::Member),
            Act::Own(_) => self.give_to(person),
            Act::Unban(_) | Act::Lock | Act::Unlock | Act::Rekey => {}
        }
    }

    /// A room has one owner.
    fn give_to(&mut self, person: PersonId) {
        self.people.values_mut().filter(|known| known.role == Role::Owner).for_each(|known| known.role = Role::Member);
        self.change(person, |known| known.role = Role::Owner);
    }

    fn forget_outdated(&mut self) {
        if std::mem::take(&mut self.is_outdated) {
            self.is_closed = false;
            self.people.clear();
        }
    }

    fn set(&mut self, person: PersonId, as_is: Person) {
        if self.people.len() < MEMBERS_MAX || self.people.contains_key(&person) {
            self.people.insert(person, as_is);
        }
    }

    fn change(&mut self, person: PersonId, change: impl FnOnce(&mut Person)) {
        if let Some(known) = self.people.get_mut(&person) {
            change(known);
        }
    }

    pub fn get(&self, person: PersonId) -> Option<&Person> {
        self.people.get(&person)
    }

    /// Who is called so, or looks as if they were.
    pub fn named(&self, name: &Nick) -> Option<PersonId> {
        let key = name.key();
        let is_meant = |known: &Person| Nick::parse(known.name.as_bytes()).is_ok_and(|known| known.key() == key);
        self.people.iter().find(|(_, known)| is_meant(known)).map(|(person, _)| *person)
    }

    /// How many are here.
    pub fn present(&self) -> usize {
        self.people.values().filter(|person| person.is_present()).count()
    }

    /// Those who are present, by name.
    pub fn here(&self) -> Vec<(PersonId, &Person)> {
        self.sorted(Person::is_present)
    }

    /// Those who may come back, by name.
    pub fn gone(&self) -> Vec<(PersonId, &Person)> {
        self.sorted(|person| !person.is_present())
    }

    fn sorted(&self, is_meant: fn(&Person) -> bool) -> Vec<(PersonId, &Person)> {
        let with = self.people.iter().filter(|(_, person)| is_meant(person));
        let mut people: Vec<(PersonId, &Person)> = with.map(|(id, person)| (*id, person)).collect();
        people.sort_by_cached_key(|(_, person)| person.name.to_lowercase());
        people
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.people.values().map(|person| person.name.as_str())
    }

    /// The names that begin so, those who are present first.
    pub fn names_like(&self, part: &str) -> Vec<&str> {
        let mut like: Vec<&Person> = self.people.values().filter(|person| begins(part, &person.name)).collect();
        like.sort_by_cached_key(|person| (!person.is_present(), person.name.to_lowercase()));
        like.into_iter().map(|person| person.name.as_str()).collect()
    }
}
