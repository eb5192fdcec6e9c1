//! One person: their name, their sessions, and what is kept of them.

use super::Key;
use super::changes::Changes;
use super::presence::{Change, Said};
use crate::few::Few;
use crate::ledger::Ledger;
use crate::log::record::{Fact, PersonRecord};
use crate::mailbox::Mailbox;
use crate::network::Network;
use bytes::Bytes;
use chat_proto::frame::Presence;
use chat_proto::{Author, Nick, PersonId, RoomId};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// How often it is written down, while somebody may be forgotten, that they are here.
const RENEWALS: u32 = 32;
/// How often it is looked for whom that is to be written down of. Everybody is looked at for that.
const LOOKS: u32 = 32 * RENEWALS;

/// After how long somebody who is here has to be written down again, if they are forgotten after `memory`.
pub(super) fn due_again(memory: Duration) -> Duration {
    memory / RENEWALS
}

/// A name claimed by a key.
pub(crate) struct Person {
    /// The server's number for them.
    pub id: PersonId,
    /// What their name belongs to.
    pub key: Key,
    ledger: Arc<Ledger>,
    changes: Arc<Changes>,
    file: Mutex<File>,
}

/// What is known of a person.
pub(super) struct File {
    name: Nick,
    /// The same, as every entry of theirs carries it.
    shared_name: Bytes,
    /// By instance, as the next session of the same instance finds it.
    pub(super) sessions: Few<u64, Arc<Mailbox>>,
    pub(super) last_seen: Instant,
    /// From where they were last connected.
    address: Option<Network>,
    pub(super) rooms: Few<RoomId, ()>,
    /// In a room, as a member or a visitor: something may stand under their name.
    has_been_seen: bool,
    pub(super) forgotten: bool,
    pub(super) said: Said,
}

/// Proof that a session is counted among its person's; ends the count when dropped.
pub(crate) struct Attendance {
    pub(super) person: Arc<Person>,
    pub(super) instance: u64,
    pub(super) mailbox: Arc<Mailbox>,
}

impl Person {
    pub(super) fn new(id: PersonId, key: Key, name: &Nick, (ledger, changes): (&Arc<Ledger>, &Arc<Changes>)) -> Self {
        let file = File {
            name: name.clone(),
            shared_name: bytes_of(name),
            sessions: Few::default(),
            last_seen: Instant::now(),
            address: None,
            rooms: Few::default(),
            has_been_seen: false,
            forgotten: false,
            said: Said::default(),
        };
        Self { id, key, ledger: Arc::clone(ledger), changes: Arc::clone(changes), file: Mutex::new(file) }
    }

    pub(super) fn restore(record: PersonRecord, (ledger, changes): (&Arc<Ledger>, &Arc<Changes>)) -> Self {
        let PersonRecord { id, key, name, last_seen, has_been_seen } = record;
        let person = Self::new(id, key, &name, (ledger, changes));
        {
            let mut file = person.lock();
            file.last_seen = ledger.moment().past(last_seen);
            file.has_been_seen = has_been_seen;
        }
        person
    }

    /// Notes what is to be kept of them. A number that was given up is never taken up again.
    pub(super) fn note(&self, file: &File) {
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
        Author { person: self.id, name: self.lock().shared_name.clone() }
    }

    /// Calls them by another name from now on; says what they were called.
    pub(super) fn rename(&self, name: &Nick) -> Nick {
        let mut file = self.lock();
        file.shared_name = bytes_of(name);
        std::mem::replace(&mut file.name, name.clone())
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
        self.lock().rooms.iter().map(|(room, ())| *room).collect()
    }

    /// Tells all their sessions that they are a member of a room, but not the one that asked for it.
    pub(crate) fn added_to(&self, room: RoomId, asking: &Arc<Mailbox>) {
        for mailbox in self.lock().sessions.values().filter(|mailbox| !Arc::ptr_eq(mailbox, asking)) {
            mailbox.put_added(room);
        }
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

    pub(super) fn has_been_seen(&self) -> bool {
        self.lock().has_been_seen
    }

    /// Notes membership.
    pub(crate) fn joined(&self, room: RoomId) {
        self.lock().rooms.insert(room, ());
    }

    /// Notes the end of membership.
    pub(crate) fn left(&self, room: RoomId) {
        self.lock().rooms.remove(&room);
    }

    /// Whether the server no longer knows them; whoever comes under this name now is somebody else.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.lock().forgotten
    }

    /// How present they are, if they are.
    pub(crate) fn presence(&self) -> Presence {
        let file = self.lock();
        file.said.presence(file.sessions.len())
    }

    /// What is to be told of their presence now; it counts as told.
    pub(super) fn take_change(&self, now: Instant) -> Change {
        let mut file = self.lock();
        let sessions = file.sessions.len();
        file.said.take_change(sessions, now)
    }

    /// Whoever comes in counts as here: if they are not, that is told again.
    pub(crate) fn tell_again(self: &Arc<Self>) {
        if self.presence() != Presence::Here {
            self.lock().said.tell_again();
            self.changes.note(self);
        }
    }

    /// Seen just now: not forgotten before the session that asks is counted.
    pub(crate) fn seen(self: &Arc<Self>) -> Arc<Self> {
        self.lock().last_seen = Instant::now();
        Arc::clone(self)
    }

    /// Says when to look again; nothing if they are forgotten.
    pub(super) fn forget_if_gone(&self, now: Instant, memory: Duration) -> Option<Instant> {
        let mut file = self.lock();
        let unseen = now.duration_since(file.last_seen);
        if !file.sessions.is_empty() {
            // A crash must not make somebody who has been here for weeks look as if they had been gone for weeks.
            if unseen >= due_again(memory) {
                file.last_seen = now;
                self.note(&file);
            }
            return Some((file.last_seen + due_again(memory)).max(now + memory / LOOKS));
        }
        file.forgotten = unseen >= memory;
        (!file.forgotten).then(|| file.last_seen + memory)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock().expect("no panic under this lock")
    }
}

fn bytes_of(name: &Nick) -> Bytes {
    Bytes::copy_from_slice(name.as_str().as_bytes())
}

impl Attendance {
    /// Its person is no longer known. Every other session is told to end; those that this one can wait for are
    /// returned.
    pub(super) fn forget_person(&self) -> Vec<Arc<Mailbox>> {
        let mut file = self.person.lock();
        file.forgotten = true;
        self.person.ledger.note(|| Fact::Forgotten(self.person.id));
        let is_this = |instance: u64| instance == self.instance && !self.mailbox.is_replaced();
        let others = file.sessions.iter().filter(|(instance, _)| !is_this(**instance));
        let others = others.inspect(|(_, mailbox)| mailbox.replace());
        // One of the same instance is a successor, which waits for this one.
        others.filter(|(instance, _)| **instance != self.instance).map(|(_, mailbox)| Arc::clone(mailbox)).collect()
    }

    /// What reaches this session from elsewhere.
    pub(crate) fn mailbox(&self) -> &Arc<Mailbox> {
        &self.mailbox
    }

    /// Notes how present the person is here.
    pub(crate) fn say(&self, presence: Presence) {
        {
            let mut file = self.person.lock();
            // Who was replaced says nothing any more; that happens under this lock.
            if self.mailbox.is_replaced() {
                return;
            }
            file.said.say(self.instance, presence);
        }
        self.person.changes.note(&self.person);
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let mut file = self.person.lock();
        // The newer session has taken this place already if this one was replaced.
        if !self.mailbox.is_replaced() {
            file.sessions.remove(&self.instance);
            file.said.take_back(self.instance);
        }
        file.last_seen = Instant::now();
        self.person.note(&file);
        drop(file);
        self.person.changes.note(&self.person);
        self.person.ledger.hand_over();
        self.mailbox.close();
    }
}
