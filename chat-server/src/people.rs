//! Names ↔ keys: who is who on this server.
//!
//! A key that claims a name is a person. Names that look alike are the same name. In memory, a person is forgotten,
//! and the name is free again, when nobody was logged in under it for a day, or earlier when there are too many
//! (`names/forgetting`). A name that was given up rests with its key as long: nobody is to speak under the name that
//! stands beside what somebody else said.
//!
//! What is so of a person is noted in a [`Ledger`] under the lock under which it became so, and handed over when the
//! lock is free again.

mod changes;
mod names;
mod person;
mod presence;

pub(crate) use names::{ClaimError, HeldName};
pub(crate) use person::{Attendance, Person};

use crate::config::Config;
use crate::environment::Environment;
use crate::ledger::Ledger;
use crate::log::record::{PersonRecord, RestingName};
use crate::log::{Logs, Written};
use crate::mailbox::Mailbox;
use changes::Changes;
use chat_proto::frame::Presence;
use chat_proto::{Nick, PersonId, RoomId};
use names::{Asking, Names};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use tokio::time::Instant;

/// An ed25519 public key.
pub(crate) type Key = [u8; 32];

/// Everybody.
pub(crate) struct People {
    sessions_per_person: usize,
    ledger: Arc<Ledger>,
    changes: Arc<Changes>,
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
        let changes = Arc::new(Changes::default());
        let names = Names::restore(config, (&ledger, &changes), kept);
        Self { sessions_per_person: config.sessions_per_person, ledger, changes, names: Mutex::new(names) }
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
                let old = person.rename(name);
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
    /// mistyped is not taken from others. Their other sessions are told to end, and this waits until none of them can
    /// do anything more, and until it is written.
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
            names.unlist(person.id);
            attendance.forget_person()
        };
        let written = self.ledger.written();
        for other in others {
            other.closed().await;
        }
        written.wait().await;
    }

    /// Counts a session among its person's. A session of the same instance that is still there is told to end, and
    /// this waits until it can commit nothing more.
    ///
    /// # Errors
    /// The most sessions a person may have, if they have them.
    pub(crate) async fn attend(&self, person: &Arc<Person>, instance: u64) -> Result<Attendance, usize> {
        let task = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let mailbox = Arc::new(Mailbox::new(task));
        let older = {
            let mut file = person.lock();
            if file.sessions.len() >= self.sessions_per_person && !file.sessions.contains_key(&instance) {
                return Err(self.sessions_per_person);
            }
            if file.forgotten {
                // The name was given up in this moment. Told like the sessions that were there already.
                mailbox.replace();
            }
            let older = file.sessions.insert(instance, Arc::clone(&mailbox));
            file.said.take_back(instance);
            person.note(&file);
            // Told under the lock: one that ends by itself in this moment must not take its successor off the list.
            older.inspect(|older| older.replace())
        };
        self.ledger.hand_over();
        let attendance = Attendance { person: Arc::clone(person), instance, mailbox };
        if let Some(older) = older {
            older.closed().await;
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

    /// Tells of those whose presence has changed, through `tell`, which says how many were told, as soon as it may be.
    pub(crate) fn tell_changes(
        &self,
        now: Instant,
        (may_tell, tell): (impl Fn(&Person) -> bool, impl Fn(&Person, &Presence) -> usize),
    ) {
        self.changes.tell(now, (may_tell, tell));
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
    use std::time::Duration;

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

        assert!(late.mailbox().is_replaced());
        assert!(!first.mailbox().is_replaced(), "it was the one that gave the name up");
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

        assert!(successor.await.expect("a place").mailbox().is_replaced());
    }
}
