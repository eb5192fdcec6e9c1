//! Names ↔ keys: who is who on this server.
//!
//! A key that claims a name is a person. Names that look alike are the same name. In memory, a person is forgotten,
//! and the name is free again, when nobody was logged in under it for a day, or earlier when there are too many
//! ([`forgetting`]).

mod forgetting;

use crate::config::Config;
use crate::network::Network;
use bytes::Bytes;
use chat_proto::{Author, Nick, PersonId, RoomId, Target};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// An ed25519 public key.
pub(crate) type Key = [u8; 32];

/// A name claimed by a key.
pub(crate) struct Person {
    /// The server's number for them.
    pub id: PersonId,
    /// What their name belongs to.
    pub key: Key,
    file: Mutex<File>,
}

/// What is known of a person.
struct File {
    name: Nick,
    sessions: HashMap<u64, Session>,
    last_seen: Instant,
    /// From where they were last connected.
    address: Option<Network>,
    rooms: BTreeSet<RoomId>,
    forgotten: bool,
}

/// A session of a person, as the next session of the same instance finds it.
#[derive(Clone, Default)]
struct Session {
    replaced: CancellationToken,
    over: CancellationToken,
}

/// Proof that a session is counted among its person's; ends the count when dropped.
pub(crate) struct Attendance {
    person: Arc<Person>,
    instance: u64,
    session: Session,
}

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
    /// As many names as can be remembered, and nobody to forget.
    Full {
        /// How many that is.
        max: usize,
    },
}

/// Everybody.
pub(crate) struct People {
    names_max: usize,
    names_per_key: usize,
    sessions_per_person: usize,
    memory: std::time::Duration,
    directory: Mutex<Directory>,
}

#[derive(Default)]
struct Directory {
    by_look: HashMap<String, Held>,
    by_id: HashMap<PersonId, Weak<Person>>,
    /// How many names each key holds: counting them among all names would take longer the more there are.
    names: HashMap<Key, usize>,
    last_id: u64,
    /// Nobody could be forgotten when it was last tried, which is once a sweep at most: it looks at everybody.
    is_stuck: bool,
}

/// A name that a key holds.
struct Held {
    key: Key,
    by: Holder,
}

enum Holder {
    Person(Arc<Person>),
    /// Somebody who took another name then. It stays theirs as long as if they had gone: nobody is to speak under the
    /// name that stands beside what they said.
    GivenUp(Instant),
}

impl People {
    /// Nobody yet.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            names_max: config.people,
            names_per_key: config.names_per_key,
            sessions_per_person: config.sessions_per_person,
            memory: config.person_memory,
            directory: Mutex::default(),
        }
    }

    /// The person that `key` is under `name`: the one who came before, or a new one.
    ///
    /// # Errors
    /// [`ClaimError`] if the name is another key's, or the key has enough names.
    pub(crate) fn claim(&self, key: Key, name: &Nick) -> Result<Arc<Person>, ClaimError> {
        let mut directory = self.lock();
        if let Some(person) = directory.may_hold(key, name, self.names_per_key)? {
            return Ok(person.seen());
        }
        directory.make_place(name, self.names_max)?;
        Ok(directory.add(key, name))
    }

    /// Calls `person` by another name from now on; says what they were called.
    ///
    /// # Errors
    /// [`ClaimError`].
    pub(crate) fn rename(&self, person: &Arc<Person>, name: &Nick) -> Result<Nick, ClaimError> {
        let mut directory = self.lock();
        match directory.may_hold(person.key, name, self.names_per_key)? {
            Some(other) if other.id != person.id => Err(ClaimError::Taken { free: directory.free_like(name) }),
            _ => {
                directory.make_place(name, self.names_max)?;
                let old = std::mem::replace(&mut person.lock().name, name.clone());
                directory.hold(&old, person.key, Holder::GivenUp(Instant::now()));
                directory.hold(name, person.key, Holder::Person(Arc::clone(person)));
                Ok(old)
            }
        }
    }

    /// Counts a session among its person's. A session of the same instance that is still there is told to end, and
    /// this waits until it can commit nothing more.
    ///
    /// # Errors
    /// The most sessions a person may have, if they have them.
    pub(crate) async fn attend(&self, person: &Arc<Person>, instance: u64) -> Result<Attendance, usize> {
        let session = Session::default();
        let older = {
            let mut file = person.lock();
            if file.sessions.len() >= self.sessions_per_person && !file.sessions.contains_key(&instance) {
                return Err(self.sessions_per_person);
            }
            let older = file.sessions.insert(instance, session.clone());
            // Told under the lock: one that ends by itself in this moment must not take its successor off the list.
            older.inspect(|older| older.replaced.cancel())
        };
        let attendance = Attendance { person: Arc::clone(person), instance, session };
        if let Some(older) = older {
            older.over.cancelled().await;
        }
        Ok(attendance)
    }

    /// Who is meant: by number, or without one by what a name looks like.
    pub(crate) fn find(&self, target: &Target) -> Option<Arc<Person>> {
        let directory = self.lock();
        match target.person {
            PersonId(0) => directory.called(&Nick::parse(&target.name).ok()?),
            person => directory.by_id.get(&person)?.upgrade().filter(|person| !person.is_forgotten()),
        }
    }

    /// Forgets who has been gone for long enough.
    pub(crate) fn sweep(&self, now: Instant) {
        let mut directory = self.lock();
        directory.is_stuck = false;
        directory.retain(|held| match &held.by {
            Holder::Person(person) => !person.forget_if_gone(now, self.memory),
            Holder::GivenUp(since) => now.duration_since(*since) < self.memory,
        });
        directory.by_id.retain(|_, person| person.strong_count() > 0);
    }

    fn lock(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().expect("no panic under this lock")
    }
}

impl Directory {
    fn add(&mut self, key: Key, name: &Nick) -> Arc<Person> {
        self.last_id += 1;
        let file = File {
            name: name.clone(),
            sessions: HashMap::new(),
            last_seen: Instant::now(),
            address: None,
            rooms: BTreeSet::new(),
            forgotten: false,
        };
        let person = Arc::new(Person { id: PersonId(self.last_id), key, file: Mutex::new(file) });
        self.by_id.insert(person.id, Arc::downgrade(&person));
        self.hold(name, key, Holder::Person(Arc::clone(&person)));
        person
    }

    fn called(&self, name: &Nick) -> Option<Arc<Person>> {
        match &self.by_look.get(&name.key())?.by {
            Holder::Person(person) => Some(Arc::clone(person)),
            Holder::GivenUp(_) => None,
        }
    }

    /// Whether `key` may take `name`, and who it is under it already.
    fn may_hold(&self, key: Key, name: &Nick, names_max: usize) -> Result<Option<Arc<Person>>, ClaimError> {
        match self.by_look.get(&name.key()) {
            Some(held) if held.key != key => Err(ClaimError::Taken { free: self.free_like(name) }),
            Some(Held { by: Holder::Person(person), .. }) => Ok(Some(Arc::clone(person))),
            None if self.names_of(key) >= names_max => Err(ClaimError::TooMany { max: names_max }),
            Some(Held { by: Holder::GivenUp(_), .. }) | None => Ok(None),
        }
    }

    fn hold(&mut self, name: &Nick, key: Key, by: Holder) {
        if self.by_look.insert(name.key(), Held { key, by }).is_none() {
            *self.names.entry(key).or_default() += 1;
        }
    }

    /// Drops the names that are not kept, and no longer counts them for their keys.
    fn retain(&mut self, is_kept: impl Fn(&Held) -> bool) {
        let Self { by_look, names, .. } = self;
        by_look.retain(|_, held| {
            let is_kept = is_kept(held);
            if !is_kept && let Some(count) = names.get_mut(&held.key) {
                *count -= 1;
            }
            is_kept
        });
        names.retain(|_, count| *count > 0);
    }

    fn names_of(&self, key: Key) -> usize {
        self.names.get(&key).copied().unwrap_or(0)
    }

    fn free_like(&self, name: &Nick) -> Option<Nick> {
        (2..100).filter_map(|number| name.numbered(number)).find(|name| !self.by_look.contains_key(&name.key()))
    }
}

impl Person {
    /// As the author of an entry that is written now.
    pub(crate) fn author(&self) -> Author {
        Author { person: self.id, name: Bytes::copy_from_slice(self.lock().name.as_str().as_bytes()) }
    }

    /// Notes from where they are connected now.
    pub(crate) fn came_from(&self, peer: IpAddr) {
        self.lock().address = Some(Network::of(peer));
    }

    /// From where they were last connected.
    pub(crate) fn address(&self) -> Option<Network> {
        self.lock().address
    }

    /// The rooms they are a member of.
    pub(crate) fn rooms(&self) -> Vec<RoomId> {
        self.lock().rooms.iter().copied().collect()
    }

    /// How many rooms they are a member of.
    pub(crate) fn room_count(&self) -> usize {
        self.lock().rooms.len()
    }

    /// Notes membership.
    pub(crate) fn joined(&self, room: RoomId) {
        self.lock().rooms.insert(room);
    }

    /// Notes the end of membership.
    pub(crate) fn left(&self, room: RoomId) {
        self.lock().rooms.remove(&room);
    }

    /// Whether the server no longer knows them; whoever comes under this name now is somebody else.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.lock().forgotten
    }

    /// Seen just now: not forgotten before the session that asks is counted.
    fn seen(self: &Arc<Self>) -> Arc<Self> {
        self.lock().last_seen = Instant::now();
        Arc::clone(self)
    }

    fn forget_if_gone(&self, now: Instant, memory: std::time::Duration) -> bool {
        let mut file = self.lock();
        file.forgotten = file.sessions.is_empty() && now.duration_since(file.last_seen) >= memory;
        file.forgotten
    }

    fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock().expect("no panic under this lock")
    }
}

impl Attendance {
    /// Waits until a newer session of the same instance takes over.
    pub(crate) async fn replaced(&self) {
        self.session.replaced.cancelled().await;
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let mut file = self.person.lock();
        // The newer session has taken this place already if this one was replaced.
        if !self.session.replaced.is_cancelled() {
            file.sessions.remove(&self.instance);
        }
        file.last_seen = Instant::now();
        drop(file);
        self.session.over.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [1; 32];
    const DAY: std::time::Duration = std::time::Duration::from_hours(24);

    fn nick(name: &str) -> Nick {
        Nick::parse(name.as_bytes()).expect("a name")
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_back_is_not_forgotten_between_name_and_session() {
        let people = People::new(&Config::default());
        drop(people.claim(KEY, &nick("alice")));
        tokio::time::advance(DAY).await;

        let alice = people.claim(KEY, &nick("alice")).expect("her own name");
        people.sweep(Instant::now());

        assert!(!alice.is_forgotten());
        assert!(people.claim([2; 32], &nick("alice")).is_err(), "the name is still hers");
    }

    #[tokio::test(start_paused = true)]
    async fn forgotten_names_no_longer_count_for_their_key() {
        let people = People::new(&Config { names_per_key: 1, ..Config::default() });
        drop(people.claim(KEY, &nick("alice")));
        assert_eq!(people.claim(KEY, &nick("bob")).err(), Some(ClaimError::TooMany { max: 1 }));

        tokio::time::advance(DAY).await;
        people.sweep(Instant::now());

        assert!(people.claim(KEY, &nick("bob")).is_ok());
    }
}
