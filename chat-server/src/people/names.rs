//! Names by what they look like, and which key holds them.

mod forgetting;

use super::changes::Changes;
use super::person::due_again;
use super::{Kept, Key, Person};
use crate::config::Config;
use crate::ledger::Ledger;
use crate::log::record::{Fact, RestingName};
use chat_proto::{Nick, PersonId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// Why a name cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClaimError {
    /// Somebody else has it, or one that looks like it.
    Taken {
        /// One that nobody has.
        free: Option<Nick>,
    },
    /// The key holds as many names as it may.
    TooMany {
        /// How many that is.
        max: usize,
    },
    /// With those that rest, the key holds twice as many.
    TooManyResting {
        /// How many that is.
        max: usize,
        /// When the first of them is free.
        rests: Duration,
    },
    /// As many names as can be remembered, and nobody to forget.
    Full {
        /// How many that is.
        max: usize,
    },
}

/// A name that a key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldName {
    pub name: Nick,
    /// How long it still rests; nothing if it is in use.
    pub rests: Option<Duration>,
}

/// For what a key asks for a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// To have one more in use.
    Another,
    /// To use it instead of one that it has.
    Instead,
}

/// Every name that is held.
pub(super) struct Names {
    most: usize,
    per_key: usize,
    memory: Duration,
    ledger: Arc<Ledger>,
    changes: Arc<Changes>,
    by_look: HashMap<Arc<str>, Held>,
    /// What each key holds: looking for it among all names would take longer the more there are.
    looks: BTreeSet<(Key, Arc<str>)>,
    by_id: HashMap<PersonId, Weak<Person>>,
    last_id: u64,
    /// Nobody could be forgotten when it was last tried, which is once a sweep at most: it looks at everybody.
    is_stuck: bool,
    /// When somebody may have to be forgotten, or noted as still here; at once if it is nothing. Looking at everybody
    /// takes long where there are many, and everything else waits for it.
    looks_at: Option<Instant>,
}

/// What holds a name for a key.
enum Held {
    ByPerson(Arc<Person>),
    /// Nobody uses it any more.
    GivenUp(Box<GivenUp>),
}

struct GivenUp {
    name: Nick,
    key: Key,
    since: Instant,
}

impl Names {
    /// Those that were kept, to be kept through `ledger`.
    pub(super) fn restore(config: &Config, (ledger, changes): (&Arc<Ledger>, &Arc<Changes>), kept: Kept) -> Self {
        let mut names = Self::new(config, (ledger, changes));
        for RestingName { name, key, since } in kept.names {
            let since = ledger.moment().past(since);
            names.insert(&name.clone(), Held::given_up(name, key, since));
        }
        names.last_id = kept.last_person;
        for record in kept.people {
            names.last_id = names.last_id.max(record.id.0);
            let person = Arc::new(Person::restore(record, (ledger, changes)));
            names.by_id.insert(person.id, Arc::downgrade(&person));
            names.insert(&person.name(), Held::ByPerson(person));
        }
        names
    }

    fn new(config: &Config, (ledger, changes): (&Arc<Ledger>, &Arc<Changes>)) -> Self {
        Self {
            ledger: Arc::clone(ledger),
            changes: Arc::clone(changes),
            most: config.people,
            per_key: config.names_per_key,
            memory: config.person_memory(),
            by_look: HashMap::new(),
            looks: BTreeSet::new(),
            by_id: HashMap::new(),
            last_id: 0,
            is_stuck: false,
            looks_at: None,
        }
    }

    /// Makes a person.
    pub(super) fn add(&mut self, key: Key, name: &Nick) -> Arc<Person> {
        self.last_id += 1;
        let person = Arc::new(Person::new(PersonId(self.last_id), key, name, (&self.ledger, &self.changes)));
        self.by_id.insert(person.id, Arc::downgrade(&person));
        self.hold(name, &person);
        person
    }

    /// The name is the person's from now on.
    pub(super) fn hold(&mut self, name: &Nick, person: &Arc<Person>) {
        let before = self.insert(name, Held::ByPerson(Arc::clone(person)));
        if matches!(before, Some(Held::GivenUp(_))) {
            self.ledger.note(|| Fact::NameFree(name.clone()));
        }
        person.note(&person.lock());
    }

    /// Nobody uses the name from now on; it stays the key's for a while.
    pub(super) fn let_rest(&mut self, name: &Nick, key: Key) {
        self.insert(name, Held::given_up(name.clone(), key, Instant::now()));
        let moment = self.ledger.moment();
        self.ledger
            .note(|| Fact::NameRests(RestingName { name: name.clone(), key, since: moment.wall_at(moment.instant()) }));
    }

    /// The name is anybody's from now on.
    pub(super) fn let_go(&mut self, name: &Nick) {
        if let Some((look, held)) = self.by_look.remove_entry(&*name.key()) {
            self.looks.remove(&(held.key(), look));
        }
    }

    /// Returns what held it before.
    fn insert(&mut self, name: &Nick, held: Held) -> Option<Held> {
        let look: Arc<str> = name.key().into();
        self.looks.insert((held.key(), Arc::clone(&look)));
        self.by_look.insert(look, held)
    }

    /// Whether `key` may take `name`, and who it is under it already.
    ///
    /// A key has so many names in use, and twice as many with those that rest: giving names up is no way to have more
    /// of them kept from others.
    pub(super) fn may_hold(&self, key: Key, name: &Nick, asking: Asking) -> Result<Option<Arc<Person>>, ClaimError> {
        match self.by_look.get(&*name.key()) {
            Some(held) if held.key() != key => Err(ClaimError::Taken { free: self.free_like(name) }),
            Some(Held::ByPerson(person)) => Ok(Some(Arc::clone(person))),
            Some(Held::GivenUp(_)) => self.may_use(key, asking).map(|()| None),
            None => self.may_use(key, asking).and_then(|()| self.may_keep(key)).map(|()| None),
        }
    }

    fn may_use(&self, key: Key, asking: Asking) -> Result<(), ClaimError> {
        let in_use = self.held_by(key).filter(|held| self.rest_of(held).is_none()).count();
        match asking {
            Asking::Another if in_use >= self.per_key => Err(ClaimError::TooMany { max: self.per_key }),
            Asking::Another | Asking::Instead => Ok(()),
        }
    }

    fn may_keep(&self, key: Key) -> Result<(), ClaimError> {
        let max = self.per_key.saturating_mul(2);
        let next_free = self.held_by(key).filter_map(|held| self.rest_of(held)).min();
        match next_free {
            Some(rests) if self.held_by(key).count() >= max => Err(ClaimError::TooManyResting { max, rests }),
            _ => Ok(()),
        }
    }

    /// Everybody that a key is.
    pub(super) fn people_of(&self, key: Key) -> impl Iterator<Item = &Arc<Person>> {
        self.held_by(key).filter_map(|held| match held {
            Held::ByPerson(person) => Some(person),
            Held::GivenUp(_) => None,
        })
    }

    /// Who has this name, or one that looks like it.
    pub(super) fn called(&self, name: &Nick) -> Option<Arc<Person>> {
        match self.by_look.get(&*name.key())? {
            Held::ByPerson(person) => Some(Arc::clone(person)),
            Held::GivenUp(_) => None,
        }
    }

    /// Who has this number, if they are not forgotten.
    pub(super) fn numbered(&self, id: PersonId) -> Option<Arc<Person>> {
        self.by_id.get(&id)?.upgrade()
    }

    /// A name like this that nobody has. Looked for only so far: what a name looks like takes long to find out, and
    /// everybody who logs in waits for it.
    pub(super) fn free_like(&self, name: &Nick) -> Option<Nick> {
        let unlikely = u32::try_from(self.last_id).ok()?.saturating_add(10);
        let numbers = (2..10).chain([unlikely]);
        numbers.filter_map(|number| name.numbered(number)).find(|name| !self.by_look.contains_key(&*name.key()))
    }

    /// What a key holds.
    pub(super) fn of(&self, key: Key) -> Vec<HeldName> {
        self.held_by(key).map(|held| HeldName { name: held.name(), rests: self.rest_of(held) }).collect()
    }

    /// Forgets who has been gone for long enough, and lets go of the names that have rested.
    pub(super) fn sweep(&mut self, now: Instant) {
        self.is_stuck = false;
        if self.looks_at.is_none_or(|at| at <= now) {
            self.look_at_everybody(now);
        }
    }

    fn look_at_everybody(&mut self, now: Instant) {
        let memory = self.memory;
        // Whoever comes after this is due later.
        let mut next = now + due_again(memory);
        self.retain(|held| {
            let due = match held {
                Held::ByPerson(person) => person.forget_if_gone(now, memory),
                Held::GivenUp(name) => Some(name.since + memory).filter(|due| *due > now),
            };
            next = due.map_or(next, |due| next.min(due));
            due.is_some()
        });
        self.looks_at = Some(next);
    }

    /// Drops the names that are not kept, also from what their keys hold.
    fn retain(&mut self, mut is_kept: impl FnMut(&Held) -> bool) {
        let Self { by_look, looks, by_id, ledger, .. } = self;
        by_look.retain(|look, held| {
            let is_kept = is_kept(held);
            if !is_kept {
                ledger.note(|| held.end());
                looks.remove(&(held.key(), Arc::clone(look)));
                if let Held::ByPerson(person) = held {
                    by_id.remove(&person.id);
                }
            }
            is_kept
        });
    }

    /// Nobody is found under the number of somebody who has given up their name.
    pub(super) fn unlist(&mut self, person: PersonId) {
        self.by_id.remove(&person);
    }

    fn held_by(&self, key: Key) -> impl Iterator<Item = &Held> {
        let looks = self.looks.range((key, Arc::default())..).take_while(move |(other, _)| *other == key);
        looks.filter_map(|(_, look)| self.by_look.get(look))
    }

    /// How long it still rests; nothing if it is in use.
    fn rest_of(&self, held: &Held) -> Option<Duration> {
        match held {
            Held::ByPerson(_) => None,
            Held::GivenUp(name) => Some(self.memory.saturating_sub(name.since.elapsed())),
        }
    }
}

impl Held {
    fn given_up(name: Nick, key: Key, since: Instant) -> Self {
        Self::GivenUp(Box::new(GivenUp { name, key, since }))
    }

    /// Whose it is.
    fn key(&self) -> Key {
        match self {
            Self::ByPerson(person) => person.key,
            Self::GivenUp(name) => name.key,
        }
    }

    /// What is so when it is held no longer.
    fn end(&self) -> Fact {
        match self {
            Self::ByPerson(person) => Fact::Forgotten(person.id),
            Self::GivenUp(held) => Fact::NameFree(held.name.clone()),
        }
    }

    fn name(&self) -> Nick {
        match self {
            Self::ByPerson(person) => person.name(),
            Self::GivenUp(held) => held.name.clone(),
        }
    }
}
