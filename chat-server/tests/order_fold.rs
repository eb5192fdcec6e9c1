//! Whoever folds a room's log knows its order: random acts by random people, against a little model of its own. The
//! room knows it as well when it was restored in the midst of it.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use chat_proto::entry::BanScope;
use chat_proto::frame::{Joined, Lock, Resume, Role, Stay, Voice};
use chat_proto::{Act, Entry, EntryBody, LeaveReason, PersonId, Seq, ServerFrame};
use chat_server::Config;
use chat_server::config::Rate;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use support::disk::DiskWorld;
use support::{Peer, World, called, deed, expect_joined, key_of, unhurried};

/// (name, whose key it is)
const PEOPLE: [(&str, &str); 7] = [
    ("ann", "ann"),
    ("ann-b", "ann"),
    ("ben", "ben"),
    ("ben-b", "ben"),
    ("cleo", "cleo"),
    ("dan", "dan"),
    ("eve", "eve"),
];
const WATCHER: &str = "watcher";
const STEPS: usize = 1_000;

type Key = &'static str;

/// Limits under which nobody waits, neither after a kick nor after wrong codes.
fn unguarded() -> Config {
    let free = Rate::UNLIMITED;
    let config = Config { guesses: free, guesses_lasting: free, guesses_total: free, ..unhurried() };
    Config { kick_rest: Duration::ZERO, ..config }
}

/// What the entries tell, and nothing else.
struct Fold {
    owner: Key,
    operators: BTreeSet<Key>,
    muted: BTreeSet<Key>,
    banned: BTreeSet<Key>,
    is_locked: bool,
    members: BTreeMap<PersonId, Key>,
    cursor: Seq,
}

fn key_called(name: &[u8]) -> Key {
    let everybody = PEOPLE.iter().chain([&(WATCHER, WATCHER)]);
    everybody.copied().find(|(known, _)| known.as_bytes() == name).unwrap().1
}

impl Fold {
    fn role(&self, key: Key) -> Role {
        match key {
            key if key == self.owner => Role::Owner,
            key if self.operators.contains(key) => Role::Operator,
            _ => Role::Member,
        }
    }

    fn voice(&self, key: Key) -> Voice {
        if self.muted.contains(key) { Voice::Muted } else { Voice::Free }
    }

    fn has(&self, key: Key) -> bool {
        self.members.values().any(|member| *member == key)
    }

    fn take(&mut self, entry: &Entry) {
        if entry.seq <= self.cursor {
            return;
        }
        assert_eq!(entry.prev, self.cursor);
        self.cursor = entry.seq;
        let author = key_called(&entry.author.name);
        match &entry.body {
            EntryBody::Joined(arrival) => {
                assert_eq!((arrival.role, arrival.voice), (self.role(author), self.voice(author)));
                self.members.insert(entry.author.person, author);
            }
            EntryBody::Left(LeaveReason::Leave) => drop(self.members.remove(&entry.author.person)),
            EntryBody::Act(act) => self.take_act(act),
            _ => {}
        }
    }

    fn take_act(&mut self, act: &Act) {
        let whom = act.target().map(|target| key_called(&target.name));
        match (act, whom) {
            (Act::Kick(_), Some(whom)) => self.remove(whom),
            (Act::Ban(..), Some(whom)) => {
                self.remove(whom);
                self.banned.insert(whom);
            }
            (Act::Unban(_), Some(whom)) => drop(self.banned.remove(whom)),
            (Act::Mute(_), Some(whom)) => drop(self.muted.insert(whom)),
            (Act::Unmute(_), Some(whom)) => drop(self.muted.remove(whom)),
            (Act::Op(_), Some(whom)) => drop(self.operators.insert(whom)),
            (Act::Deop(_), Some(whom)) => drop(self.operators.remove(whom)),
            (Act::Own(_), Some(whom)) => {
                self.owner = whom;
                self.operators.remove(whom);
                self.muted.remove(whom);
            }
            (act, _) => self.is_locked = matches!(act, Act::Lock),
        }
    }

    fn remove(&mut self, key: Key) {
        self.operators.remove(key);
        self.members.retain(|_, member| *member != key);
    }

    /// Whether somebody with this key, who is in the room, may do this.
    fn allows(&self, actor: Key, act: &Act) -> bool {
        let whom = act.target().map(|target| key_called(&target.name));
        let outranks = match (self.role(actor), act) {
            (Role::Member, _) | (Role::Operator, Act::Op(_) | Act::Deop(_)) => false,
            (Role::Operator, _) => whom.is_none_or(|whom| self.role(whom) == Role::Member),
            (Role::Owner, _) => whom != Some(actor),
        };
        let makes_sense = match (act, whom) {
            (Act::Kick(_) | Act::Mute(_) | Act::Op(_), Some(whom)) => self.has(whom),
            (Act::Unban(_), Some(whom)) => self.banned.contains(whom),
            (Act::Unmute(_), Some(whom)) => self.muted.contains(whom),
            (Act::Deop(_), Some(whom)) => self.operators.contains(whom),
            _ => true,
        };
        outranks && makes_sense && !self.muted.contains(actor)
    }

    fn admits(&self, key: Key) -> bool {
        self.has(key) || key == self.owner || !self.is_locked && !self.banned.contains(key)
    }
}

/// Where a play is given.
enum Stage {
    InMemory(World),
    OnDisk(Box<DiskWorld>),
}

impl Stage {
    fn world(&self) -> &World {
        match self {
            Self::InMemory(world) => world,
            Self::OnDisk(disk) => &disk.world,
        }
    }
}

struct Play {
    stage: Stage,
    room: Joined,
    watcher: Peer,
    fold: Fold,
    dice: u64,
    last_n: u64,
}

impl Play {
    async fn new(seed: u64, stage: Stage) -> (Self, Vec<Peer>) {
        let world = stage.world();
        let (opener, room) = world.opener("ann").await;
        let (watcher, _) = world.guest(WATCHER, room.code).await;
        let fold = Fold {
            owner: "ann",
            operators: BTreeSet::new(),
            muted: BTreeSet::new(),
            banned: BTreeSet::new(),
            is_locked: false,
            members: BTreeMap::new(),
            cursor: Seq::START,
        };
        let play = Self { stage, room, watcher, fold, dice: seed, last_n: 0 };
        let mut peers = vec![opener];
        for person in &PEOPLE[1..] {
            peers.push(play.peer(*person).await);
        }
        (play, peers)
    }

    async fn peer(&self, (name, key): (&str, &str)) -> Peer {
        let mut peer = self.stage.world().connect();
        peer.welcome = Some(peer.login(name, &key_of(key)).await.unwrap());
        peer
    }

    /// The server is killed, and everybody comes back to the next one.
    async fn restart(&mut self, peers: &mut [Peer]) {
        self.compare().await;
        let Stage::OnDisk(disk) = &mut self.stage else { return };
        disk.restart();
        self.watcher = self.peer((WATCHER, WATCHER)).await;
        for (person, peer) in PEOPLE.into_iter().zip(peers) {
            *peer = self.peer(person).await;
            if self.fold.members.contains_key(&peer.welcome.as_ref().unwrap().person) {
                peer.resume(self.room.room, 0).await.unwrap();
            }
        }
    }

    async fn perform(&mut self, peers: &mut [Peer]) {
        for _ in 0..STEPS {
            self.compare().await;
            match self.roll(PEOPLE.len() + 2) {
                who if who < PEOPLE.len() => self.step(PEOPLE[who], &mut peers[who]).await,
                _ => self.watcher_acts().await,
            }
            if self.roll(STEPS / 20) == 0 {
                self.restart(peers).await;
            }
        }
        self.compare().await;
        assert!(self.fold.cursor > Seq(100), "only {} entries", self.fold.cursor);
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice % sides as u64) as usize
    }

    fn act(&mut self) -> Act {
        let whom = called(PEOPLE[self.roll(PEOPLE.len())].0);
        match self.roll(16) {
            0 | 1 => Act::Kick(whom),
            2 => Act::Ban(whom, BanScope::Key),
            3 | 4 => Act::Unban(whom),
            5 => Act::Mute(whom),
            6 | 7 => Act::Unmute(whom),
            8..=11 => Act::Op(whom),
            12 => Act::Deop(whom),
            13 => Act::Lock,
            _ => Act::Unlock,
        }
    }

    /// Reads on to the head, and compares what the room says of itself.
    async fn compare(&mut self) {
        let resume = Resume { room: self.room.room, after: self.fold.cursor, stay: Stay::Resident };
        let joined = expect_joined(self.watcher.ask(resume).await);
        let mut told = BTreeMap::new();
        while self.fold.cursor < joined.head || told.len() < joined.state.members as usize {
            match self.watcher.next().await {
                ServerFrame::Batch(batch) => batch.entries.iter().for_each(|entry| self.fold.take(entry)),
                ServerFrame::Members(members) => {
                    told = members.members.iter().map(|member| (member.person, member.clone())).collect();
                }
                _ => {}
            }
        }
        let folded: Vec<_> =
            self.fold.members.iter().map(|(id, key)| (*id, self.fold.role(key), self.fold.voice(key))).collect();
        let told: Vec<_> = told.values().map(|member| (member.person, member.role, member.voice)).collect();
        assert_eq!(told, folded);
        assert_eq!(joined.state.lock == Lock::Locked, self.fold.is_locked);
    }

    /// Whoever watches is never acted against, so that in the end somebody is there to let people in again.
    async fn watcher_acts(&mut self) {
        self.last_n += 1;
        let act = self.act();
        let answer = self.watcher.order(self.room.room, self.last_n, act.clone()).await;
        assert_eq!(answer.is_ok(), self.fold.allows(WATCHER, &act), "{}: {answer:?}", deed(&act));
    }

    async fn step(&mut self, (name, key): (&'static str, Key), peer: &mut Peer) {
        let is_in = self.fold.members.contains_key(&peer.welcome.as_ref().unwrap().person);
        match self.roll(8) {
            0 if is_in => drop(peer.leave(self.room.room).await),
            _ if is_in => {
                self.last_n += 1;
                let act = self.act();
                let answer = peer.order(self.room.room, self.last_n, act.clone()).await;
                assert_eq!(answer.is_ok(), self.fold.allows(key, &act), "{name} {}: {answer:?}", deed(&act));
            }
            _ => {
                let answer = peer.knock(self.room.code, None).await;
                assert_eq!(answer.is_ok(), self.fold.admits(key), "{name} knocks: {answer:?}");
            }
        }
        peer.kept.clear();
    }
}

fn seeds(seeds: impl Iterator<Item = u64>) -> impl Iterator<Item = u64> {
    seeds.map(|seed| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

// Whoever is kicked may come back at once: the log does not tell the time.

#[tokio::test(start_paused = true)]
async fn a_fold_of_the_log_knows_who_may_do_what_whatever_people_do_to_each_other() {
    for seed in seeds(1..=5) {
        let (mut play, mut peers) = Play::new(seed, Stage::InMemory(World::with(unguarded()))).await;
        play.perform(&mut peers).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_was_restored_is_what_it_was_whenever_the_server_was_killed() {
    for seed in seeds(6..=7) {
        let (mut play, mut peers) = Play::new(seed, Stage::OnDisk(Box::new(DiskWorld::new(unguarded())))).await;
        play.perform(&mut peers).await;
    }
}
