//! Names ↔ keys: who is who on this server.
//!
//! A key that claims a name is a person. Names that look alike are the same name. In memory, a person is forgotten,
//! and the name is free again, when nobody was logged in under it for a day, or earlier when there are too many
//! (`names/forgetting`). A name that was given up rests with its key as long: nobody is to speak under the name that
//! stands beside what somebody else said.

mod names;

pub(crate) use names::{ClaimError, HeldName};

use crate::config::Config;
use crate::environment::Environment;
use crate::ledger::Ledger;
use crate::log::record::{Fact, PersonRecord, RestingName};
use crate::log::{Logs, Written};
use crate::network::Network;
use bytes::Bytes;
use chat_proto::{Author, Nick, PersonId, RoomId};
use names::{Asking, Names};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// An ed25519 public key.
pub(crate) type Key = [u8; 32];

/// How often it is written down, while somebody may be forgotten, that they are here.
const RENEWALS: u32 = 32;

/// A name claimed by a key.
pub(crate) struct Person {
    /// The server's number for them.
    pub id: PersonId,
    /// What their name belongs to.
    pub key: Key,
    ledger: Arc<Ledger>,
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
    /// In a room, as a member or a visitor: something may stand under their name.
    has_been_seen: bool,
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

/// Everybody.
pub(crate) struct People {
    sessions_per_person: usize,
    ledger: Arc<Ledger>,
    names: Mutex<Names>,
}

/// Everybody who was kept.
#[derive(Default)]
pub(crate) struct Kept {
    /// Who was not forgotten.
    pub people: Vec<PersonRecord>,
    /// The highest number that a person ever had.
    pub last_person: u64,
    /// Names that rest.
    pub names: Vec<RestingName>,
}

impl People {
    /// Whoever was kept, to be kept in `logs`.
    pub(crate) fn restore(
        config: &Config,
        environment: &Arc<dyn Environment>,
        logs: &Arc<dyn Logs>,
        kept: Kept,
    ) -> Self {
        let ledger = Arc::new(Ledger::new(logs, environment));
        let names = Names::restore(config, &ledger, kept);
        Self { sessions_per_person: config.sessions_per_person, ledger, names: Mutex::new(names) }
    }

    /// The person that `key` is under `name`: the one who came before, or a new one.
    ///
    /// # Errors
    /// [`ClaimError`] if the name is another key's, or the key has enough names.
    pub(crate) fn claim(&self, key: Key, name: &Nick) -> Result<Arc<Person>, ClaimError> {
        let person = {
            let mut names = self.lock();
            if let Some(person) = names.may_hold(key, name, Asking::Another)? {
                return Ok(person.seen());
            }
            names.make_place(name)?;
            names.add(key, name)
        };
        // Nobody waits for it: it is kept before whatever they do under their number.
        self.ledger.hand_over();
        Ok(person)
    }

    /// Calls `person` by another name from now on; says what they were called, and when that is written.
    ///
    /// # Errors
    /// [`ClaimError`].
    pub(crate) fn rename(&self, person: &Arc<Person>, name: &Nick) -> Result<(Nick, Written), ClaimError> {
        let old = self.exchange(person, name)?;
        Ok((old, self.ledger.written()))
    }

    fn exchange(&self, person: &Arc<Person>, name: &Nick) -> Result<Nick, ClaimError> {
        let mut names = self.lock();
        match names.may_hold(person.key, name, Asking::Instead)? {
            Some(other) if other.id != person.id => Err(ClaimError::Taken { free: names.free_like(name) }),
            // Somebody who has given up their name gets no other: their session ends in a moment.
            _ if person.is_forgotten() => Err(ClaimError::Taken { free: None }),
            _ => {
                names.make_place(name)?;
                let old = std::mem::replace(&mut person.lock().name, name.clone());
                names.let_rest(&old, person.key);
                names.hold(name, person);
                Ok(old)
            }
        }
    }

    /// The names that a key holds, in no order.
    pub(crate) fn names_of(&self, key: Key) -> Vec<HeldName> {
        self.lock().of(key)
    }

    /// Forgets the person who attends. Their name rests from now on, unless it was never seen in a room: one that was
    /// mistyped is not taken from others. Their other sessions are told to end, and this waits until none of them can do
    /// anything more, and until it is written.
    pub(crate) async fn give_up(&self, attendance: &Attendance) {
        let person = &attendance.person;
        let others = {
            let mut names = self.lock();
            if person.is_forgotten() {
                // Another session of theirs was faster, and waits for this one.
                return;
            }
            match person.has_been_seen() {
                true => names.let_rest(&person.name(), person.key),
                false => names.let_go(&person.name()),
            }
            attendance.forget_person()
        };
        let written = self.ledger.written();
        for other in others {
            other.over.cancelled().await;
        }
        written.wait().await;
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
            if file.forgotten {
                // The name was given up in this moment. Told like the sessions that were there already.
                session.replaced.cancel();
            }
            let older = file.sessions.insert(instance, session.clone());
            person.note(&file);
            // Told under the lock: one that ends by itself in this moment must not take its successor off the list.
            older.inspect(|older| older.replaced.cancel())
        };
        self.ledger.hand_over();
        let attendance = Attendance { person: Arc::clone(person), instance, session };
        if let Some(older) = older {
            older.over.cancelled().await;
        }
        Ok(attendance)
    }

    /// The rooms that a key is a member of, under whatever name.
    pub(crate) fn rooms_of(&self, key: Key) -> Vec<RoomId> {
        self.lock().people_of(key).flat_map(|person| person.rooms()).collect()
    }

    /// Whose name looks like this.
    pub(crate) fn called(&self, name: &[u8]) -> Option<Arc<Person>> {
        let name = Nick::parse(name).ok()?;
        self.lock().called(&name)
    }

    /// Who has this number.
    pub(crate) fn numbered(&self, id: PersonId) -> Option<Arc<Person>> {
        self.lock().numbered(id)
    }

    /// Forgets who has been gone for long enough.
    pub(crate) fn sweep(&self, now: Instant) {
        self.lock().sweep(now);
        self.ledger.hand_over();
    }

    fn lock(&self) -> MutexGuard<'_, Names> {
        self.names.lock().expect("no panic under this lock")
    }
}

impl Person {
    fn new(id: PersonId, key: Key, name: &Nick, ledger: &Arc<Ledger>) -> Self {
        let file = File {
            name: name.clone(),
            sessions: HashMap::new(),
            last_seen: Instant::now(),
            address: None,
            rooms: BTreeSet::new(),
            has_been_seen: false,
            forgotten: false,
        };
        Self { id, key, ledger: Arc::clone(ledger), file: Mutex::new(file) }
    }

    fn restore(record: PersonRecord, ledger: &Arc<Ledger>) -> Self {
        let PersonRecord { id, key, name, last_seen, has_been_seen } = record;
        let person = Self::new(id, key, &name, ledger);
        {
            let mut file = person.lock();
            file.last_seen = ledger.moment().past(last_seen);
            file.has_been_seen = has_been_seen;
        }
        person
    }

    /// Notes what is to be kept of them. A number that was given up is never taken up again.
    fn note(&self, file: &File) {
        if !file.forgotten {
            self.ledger.note(|| Fact::Person(self.record(file)));
        }
    }

    fn record(&self, file: &File) -> PersonRecord {
        let last_seen = if file.sessions.is_empty() { file.last_seen } else { Instant::now() };
        PersonRecord {
            id: self.id,
            key: self.key,
            name: file.name.clone(),
            last_seen: self.ledger.moment().wall_at(last_seen),
            has_been_seen: file.has_been_seen,
        }
    }

    /// Their name now.
    pub(crate) fn name(&self) -> Nick {
        self.lock().name.clone()
    }

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

    /// Notes that others may have seen them in a room.
    pub(crate) fn came_in(&self) {
        {
            let mut file = self.lock();
            if std::mem::replace(&mut file.has_been_seen, true) {
                return;
            }
            self.note(&file);
        }
        self.ledger.hand_over();
    }

    fn has_been_seen(&self) -> bool {
        self.lock().has_been_seen
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
    pub(crate) fn seen(self: &Arc<Self>) -> Arc<Self> {
        self.lock().last_seen = Instant::now();
        Arc::clone(self)
    }

    fn forget_if_gone(&self, now: Instant, memory: Duration) -> bool {
        let mut file = self.lock();
        let unseen = now.duration_since(file.last_seen);
        if !file.sessions.is_empty() {
            // A crash must not make somebody who has been here for weeks look as if they had been gone for weeks.
            if unseen >= memory / RENEWALS {
                file.last_seen = now;
                self.note(&file);
            }
            return false;
        }
        file.forgotten = unseen >= memory;
        file.forgotten
    }

    fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock().expect("no panic under this lock")
    }
}

impl Attendance {
    /// Its person is no longer known. Every other session is told to end; those that this one can wait for are returned.
    fn forget_person(&self) -> Vec<Session> {
        let mut file = self.person.lock();
        file.forgotten = true;
        self.person.ledger.note(|| Fact::Forgotten(self.person.id));
        let is_this = |instance: u64| instance == self.instance && !self.session.replaced.is_cancelled();
        let others = file.sessions.iter().filter(|(instance, _)| !is_this(**instance));
        let others = others.inspect(|(_, session)| session.replaced.cancel());
        // One of the same instance is a successor, which waits for this one.
        others.filter(|(instance, _)| **instance != self.instance).map(|(_, session)| session.clone()).collect()
    }

    /// Waits until a newer session of the same instance takes over, or another gives up the person's name.
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
        self.person.note(&file);
        drop(file);
        self.person.ledger.hand_over();
        self.session.over.cancel();
    }
}

#[cfg(test)]
impl People {
    /// Nobody yet, and gone with the process.
    pub(crate) fn new(config: &Config) -> Self {
        let logs: Arc<dyn Logs> = Arc::new(crate::log::memory::MemoryLogs::new(config.memory()));
        let environment: Arc<dyn Environment> = Arc::new(crate::environment::System);
        Self::restore(config, &environment, &logs, Kept::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const KEY: Key = [1; 32];
    const KEY_OF_BOB: Key = [200; 32];
    const DAY: Duration = Duration::from_hours(24);

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

    #[test]
    fn a_free_name_is_found_however_many_like_it_are_taken() {
        let people = People::new(&Config::default());
        for number in 0..100 {
            let name = if number < 2 { nick("alice") } else { nick(&format!("alice-{number}")) };
            drop(people.claim([number.max(1); 32], &name));
        }

        let Err(ClaimError::Taken { free: Some(free) }) = people.claim(KEY_OF_BOB, &nick("alice")) else {
            panic!("a name to take instead");
        };

        assert!(people.claim(KEY_OF_BOB, &free).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_attends_as_the_name_is_given_up_is_told_to_end() {
        let people = People::new(&Config::default());
        let alice = people.claim(KEY, &nick("alice")).expect("a free name");
        let first = people.attend(&alice, 1).await.expect("a place");
        people.give_up(&first).await;

        let late = people.attend(&alice, 2).await.expect("a place");

        assert!(late.replaced().now_or_never().is_some());
        assert!(first.replaced().now_or_never().is_none(), "it was the one that gave the name up");
        assert!(people.rename(&alice, &nick("alicia")).is_err(), "nobody is there to have another name");
    }

    #[tokio::test(start_paused = true)]
    async fn a_successor_of_the_session_that_gives_up_the_name_ends_as_well() {
        let people = People::new(&Config::default());
        let alice = people.claim(KEY, &nick("alice")).expect("a free name");
        let first = people.attend(&alice, 1).await.expect("a place");
        let mut successor = Box::pin(people.attend(&alice, 1));
        assert!((&mut successor).now_or_never().is_none(), "it waits for the first");

        people.give_up(&first).await;
        drop(first);

        assert!(successor.await.expect("a place").replaced().now_or_never().is_some());
    }
}
