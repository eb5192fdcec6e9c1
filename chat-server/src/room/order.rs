//! Who keeps order in a room, and who is kept out: a fold over the acts in its log.
//!
//! Keys count, not names: whoever is banned, muted or made an operator is it under each of their names. An act makes a
//! new order of the one before it, with what has to be drawn or measured for it (the secret, the end of a kick, a
//! banned address). That is kept beside the act's entry, and becomes the order of the room when the entry is published.

use crate::network::Network;
use crate::people::{Key, Person};
use bytes::Bytes;
use chat_proto::entry::BanScope;
use chat_proto::frame::{Door, Lock, Role, Voice};
use chat_proto::limits::SECRET_BYTES;
use chat_proto::{Act, Arrival, Nick, PersonId, Secret, Target};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Most keys on one list of a room: they are looked through when somebody comes, and kept while the room lives.
pub(super) const LISTED_MAX: usize = 1_000;

/// No key at all: nobody can prove it.
const NOBODY: Key = [0; 32];

/// Whom an act is about, as the server knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whom {
    /// Their number.
    pub person: PersonId,
    /// Their name when this was looked up.
    pub name: Nick,
    /// What it looks like. Kept, because a long list is looked through for it, under the room's lock.
    look: String,
    /// What counts.
    pub key: Key,
    /// From where they were last connected, if that is known.
    pub address: Option<Network>,
}

/// Somebody at the door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knock {
    /// Whose it is.
    pub key: Key,
    /// From where.
    pub address: Network,
    /// What they know.
    pub secret: Option<Secret>,
}

pub(super) type List = BTreeMap<Key, Whom>;

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(super) owner: Key,
    pub(super) operators: List,
    pub(super) muted: List,
    /// Alone with addresses.
    pub(super) banned: List,
    /// Until when.
    pub(super) kicked: BTreeMap<Key, Instant>,
    pub(super) lock: Lock,
    /// Of a private room.
    pub(super) secret: Option<Secret>,
    /// Between two people: nobody keeps order, and the door is none.
    pub(super) is_direct: bool,
    pub(super) kick_rest: Duration,
}

impl Whom {
    /// Somebody who was known once.
    pub(super) fn listed(person: PersonId, name: Nick, key: Key, address: Option<Network>) -> Self {
        Self { person, look: name.key(), name, key, address }
    }

    /// Where somebody comes from is kept only of who is banned.
    fn without_address(&self) -> Self {
        Self { address: None, ..self.clone() }
    }

    /// Written into an entry.
    pub(crate) fn target(&self) -> Target {
        Target { person: self.person, name: Bytes::copy_from_slice(self.name.as_str().as_bytes()) }
    }
}

impl From<&Person> for Whom {
    fn from(person: &Person) -> Self {
        let name = person.name();
        Self { person: person.id, look: name.key(), name, key: person.key, address: person.address() }
    }
}

impl Order {
    /// The order of a new room.
    pub(super) fn new(owner: Key, secret: Option<Secret>, kick_rest: Duration) -> Self {
        Self {
            owner,
            operators: List::new(),
            muted: List::new(),
            banned: List::new(),
            kicked: BTreeMap::new(),
            lock: Lock::Unlocked,
            secret,
            is_direct: false,
            kick_rest,
        }
    }

    /// The order of a room between two people.
    pub(super) fn of_nobody(kick_rest: Duration) -> Self {
        Self { is_direct: true, ..Self::new(NOBODY, None, kick_rest) }
    }

    /// What stands where there is no room: a door that lets nobody in, and takes as long to say so.
    pub(crate) fn nowhere() -> Self {
        let secret = Some(Secret([0; SECRET_BYTES]));
        Self { lock: Lock::Locked, ..Self::new(NOBODY, secret, Duration::ZERO) }
    }

    pub(super) fn owns(&self, key: Key) -> bool {
        self.owner == key
    }

    pub(super) fn owner(&self) -> Key {
        self.owner
    }

    pub(super) fn role_of(&self, key: Key) -> Role {
        match self.owner == key {
            true => Role::Owner,
            false if self.operators.contains_key(&key) => Role::Operator,
            false => Role::Member,
        }
    }

    pub(super) fn voice_of(&self, key: Key) -> Voice {
        if self.muted.contains_key(&key) { Voice::Muted } else { Voice::Free }
    }

    /// As whom `key` is present.
    pub(super) fn arrival(&self, key: Key) -> Arrival {
        Arrival { key, role: self.role_of(key), voice: self.voice_of(key) }
    }

    pub(super) fn lock(&self) -> Lock {
        self.lock
    }

    pub(super) fn door(&self) -> Door {
        match self.secret {
            _ if self.is_direct => Door::Direct,
            Some(_) => Door::Private,
            None => Door::Open,
        }
    }

    pub(super) fn secret(&self) -> Option<Secret> {
        self.secret
    }

    /// Whether the door opens. `is_ours`: a member, or the owner. Every question is asked before any answer counts, so
    /// that how long it takes tells nothing.
    pub(crate) fn admits(&self, knock: &Knock, is_ours: bool) -> bool {
        let is_locked = self.lock == Lock::Locked;
        let is_kept_out = self.keeps_out(knock);
        let guess = knock.secret.unwrap_or(Secret([0; SECRET_BYTES]));
        let is_equal = guess == self.secret.unwrap_or(Secret([0; SECRET_BYTES]));
        // An open room does not let a secret in either: a secret is free of the budget for guesses, and the code of a
        // private room that is over may belong to an open one by now.
        let is_right = is_equal && knock.secret.is_some() == self.secret.is_some();
        !self.is_direct && (is_ours || (!is_locked && !is_kept_out && is_right))
    }

    fn keeps_out(&self, knock: &Knock) -> bool {
        let is_kicked = self.kicked.get(&knock.key).is_some_and(|until| Instant::now() < *until);
        let is_banned = self.banned.contains_key(&knock.key);
        let is_from_banned_address = self.banned.values().any(|banned| banned.address == Some(knock.address));
        is_kicked || is_banned || is_from_banned_address
    }

    /// The list that an act takes somebody off, or puts them on.
    pub(super) fn list_of(&self, act: &Act) -> Option<&BTreeMap<Key, Whom>> {
        match act {
            Act::Ban(..) | Act::Unban(_) => Some(&self.banned),
            Act::Mute(_) | Act::Unmute(_) => Some(&self.muted),
            Act::Op(_) | Act::Deop(_) => Some(&self.operators),
            Act::Kick(_) | Act::Own(_) | Act::Lock | Act::Unlock | Act::Rekey => None,
        }
    }

    /// Whom an act that takes something back means, from the list that says who has it: the server may have forgotten
    /// them otherwise.
    pub(super) fn listed(&self, act: &Act) -> Option<Whom> {
        match act {
            Act::Unban(target) | Act::Unmute(target) | Act::Deop(target) => meant(self.list_of(act)?, target).cloned(),
            _ => None,
        }
    }

    /// The order after an act. `fresh` draws a secret; it is asked only for a new one.
    pub(super) fn after(&self, act: &Act, whom: Option<&Whom>, fresh: impl FnOnce() -> Secret) -> Self {
        let mut order = self.clone();
        order.apply(act, whom, fresh);
        order
    }

    fn apply(&mut self, act: &Act, whom: Option<&Whom>, fresh: impl FnOnce() -> Secret) {
        match (act, whom) {
            (Act::Kick(_), Some(whom)) => self.kick(whom),
            (Act::Ban(_, scope), Some(whom)) => self.ban(whom, *scope),
            (Act::Unban(_), Some(whom)) => self.unban(whom.key),
            (Act::Mute(_), Some(whom)) => drop(self.muted.insert(whom.key, whom.without_address())),
            (Act::Unmute(_), Some(whom)) => drop(self.muted.remove(&whom.key)),
            (Act::Op(_), Some(whom)) => drop(self.operators.insert(whom.key, whom.without_address())),
            (Act::Deop(_), Some(whom)) => drop(self.operators.remove(&whom.key)),
            (Act::Own(_), Some(whom)) => self.pass_to(whom.key),
            (Act::Lock, _) => self.lock = Lock::Locked,
            (Act::Unlock, _) => self.lock = Lock::Unlocked,
            (Act::Rekey, _) => self.secret = Some(fresh()),
            (_, None) => debug_assert!(false, "an act about somebody knows whom"),
        }
    }

    fn kick(&mut self, whom: &Whom) {
        self.operators.remove(&whom.key);
        self.kicked.insert(whom.key, Instant::now() + self.kick_rest);
    }

    fn ban(&mut self, whom: &Whom, scope: BanScope) {
        self.operators.remove(&whom.key);
        let address = whom.address.filter(|_| scope == BanScope::Address);
        self.banned.insert(whom.key, Whom { address, ..whom.clone() });
    }

    fn unban(&mut self, key: Key) {
        self.banned.remove(&key);
        self.kicked.remove(&key);
    }

    fn pass_to(&mut self, key: Key) {
        self.owner = key;
        self.operators.remove(&key);
        // Nobody could give it back to them.
        self.muted.remove(&key);
    }

    /// Lets time pass: whoever was kicked may come back after a while.
    pub(super) fn sweep(&mut self, now: Instant) {
        self.kicked.retain(|_, until| now < *until);
    }
}

/// Whom of a list `target` means: by number, or without one by what a name looks like.
fn meant<'a>(list: &'a List, target: &Target) -> Option<&'a Whom> {
    match target.person {
        PersonId(0) => {
            let look = Nick::parse(&target.name).ok()?.key();
            list.values().find(|whom| whom.look == look)
        }
        person => list.values().find(|whom| whom.person == person),
    }
}

/// Whether an act ends the membership of whom it is about.
pub(super) fn removes(act: &Act) -> bool {
    matches!(act, Act::Kick(_) | Act::Ban(..))
}
