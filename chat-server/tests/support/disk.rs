//! Logs that keep like a disk: what was committed outlives the server, and nothing else does.

use super::{Fixed, NOON, World};
use chat_proto::frame::{Durability, Keep, Label};
use chat_proto::{PersonId, PostId, RoomCode, RoomId, Seq, UnixMillis};
use chat_server::log::memory::MemoryLogs;
use chat_server::log::record::{
    Fact, MemberRecord, PersonRecord, Record, RestingCode, RestingName, Restored, RestoredRoom, RoomRecord,
};
use chat_server::log::search::{Findings, Query};
use chat_server::log::{
    Completion, Draft, Finding, Log, Logs, NotWritten, Outcome, Range, Reading, Run, Slice, Verdict, Written,
};
use chat_server::{Config, RestoreError, Server};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a room waits on this disk.
const WAITS: Duration = Duration::from_hours(30 * 24);

/// What outlives servers.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Content>>);

pub struct Content {
    /// The server whose words count.
    server: u64,
    entries: MemoryLogs,
    pub rooms: HashMap<RoomId, KeptRoom>,
    pub people: BTreeMap<PersonId, PersonRecord>,
    last_person: u64,
    pub names: HashMap<String, RestingName>,
    pub codes: HashMap<RoomCode, RestingCode>,
    /// What becomes of the next commits; all after them succeed.
    pub fates: VecDeque<Fate>,
    held: Vec<(DiskLog, Arc<[Draft]>, Completion)>,
}

pub struct KeptRoom {
    pub record: RoomRecord,
    pub members: BTreeMap<PersonId, MemberRecord>,
    head: Seq,
    last_time: Option<UnixMillis>,
    entries: Arc<dyn Log>,
}

/// What becomes of a commit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Refused,
    /// Every draft finds no place.
    NoPlace,
    /// It is there, but nobody is told.
    CommittedInDoubt,
    /// It is not, and nobody is told.
    LostInDoubt,
    /// It waits for [`Disk::release`].
    Held,
}

/// The disk, as one server has it.
struct DiskLogs {
    disk: Disk,
    server: u64,
}

#[derive(Clone)]
struct DiskLog {
    disk: Disk,
    server: u64,
    room: RoomId,
    entries: Arc<dyn Log>,
}

impl Disk {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Content {
            server: 0,
            entries: MemoryLogs::new(Config::default().memory()),
            rooms: HashMap::new(),
            people: BTreeMap::new(),
            last_person: 0,
            names: HashMap::new(),
            codes: HashMap::new(),
            fates: VecDeque::new(),
            held: Vec::new(),
        })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap()
    }

    /// For the next server; nothing that the one before says counts from now on.
    fn handed_over(&self) -> Arc<dyn Logs> {
        let mut content = self.lock();
        content.server += 1;
        content.held.clear();
        Arc::new(DiskLogs { disk: self.clone(), server: content.server })
    }

    /// What happens to the next commit.
    pub fn next_commit(&self, fate: Fate) {
        self.lock().fates.push_back(fate);
    }

    /// Commits what was held.
    pub fn release(&self) {
        let held = std::mem::take(&mut self.lock().held);
        for (log, drafts, done) in held {
            done(log.commit(drafts));
        }
    }

    fn log(&self, server: u64, room: RoomId, entries: &Arc<dyn Log>) -> Arc<dyn Log> {
        Arc::new(DiskLog { disk: self.clone(), server, room, entries: Arc::clone(entries) })
    }
}

impl Content {
    fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::Person(person) => {
                self.last_person = self.last_person.max(person.id.0);
                self.people.insert(person.id, person);
            }
            Fact::Forgotten(id) => drop(self.people.remove(&id)),
            Fact::NameRests(resting) => drop(self.names.insert(resting.name.key(), resting)),
            Fact::NameFree(name) => drop(self.names.remove(&name.key())),
            Fact::CodeRests(resting) => drop(self.codes.insert(resting.code, resting)),
            Fact::CodeFree(code) => drop(self.codes.remove(&code)),
        }
    }
}

impl KeptRoom {
    fn learn(&mut self, record: Record) {
        match record {
            Record::Room(record) => self.record = record,
            Record::Member(member) => drop(self.members.insert(member.person, member)),
            Record::NoMember(person) => drop(self.members.remove(&person)),
        }
    }
}

impl Logs for DiskLogs {
    fn restore(&self) -> Restored {
        let content = self.disk.lock();
        let room = |(id, room): (&RoomId, &KeptRoom)| RestoredRoom {
            id: *id,
            record: room.record.clone(),
            members: room.members.values().copied().collect(),
            head: room.head,
            last_time: room.last_time,
            log: self.disk.log(self.server, *id, &room.entries),
        };
        Restored {
            rooms: content.rooms.iter().map(room).collect(),
            people: content.people.values().cloned().collect(),
            last_person: content.last_person,
            names: content.names.values().cloned().collect(),
            codes: content.codes.values().copied().collect(),
        }
    }

    fn open(&self, id: RoomId, record: &RoomRecord) -> Arc<dyn Log> {
        let mut content = self.disk.lock();
        let entries = content.entries.open(id, record);
        if content.server == self.server {
            let (record, members, entries) = (record.clone(), BTreeMap::new(), Arc::clone(&entries));
            content.rooms.insert(id, KeptRoom { record, members, head: Seq::START, last_time: None, entries });
        }
        drop(content);
        self.disk.log(self.server, id, &entries)
    }

    fn erase(&self, room: RoomId) {
        let mut content = self.disk.lock();
        if content.server == self.server {
            content.rooms.remove(&room);
        }
    }

    fn keep(&self, facts: Vec<Fact>) -> Written {
        let mut content = self.disk.lock();
        if content.server == self.server {
            for fact in facts {
                content.learn(fact);
            }
        }
        Written::at_once()
    }

    fn sweep(&self, _: UnixMillis) {}

    fn label(&self, _: Keep) -> Label {
        Label {
            durability: Durability::Disk,
            keeps_ms: None,
            keeps_entries: None,
            keeps_bytes: None,
            keeps_bytes_of_all: None,
            waits_ms: WAITS.as_millis() as u64,
        }
    }

    fn describe(&self) -> String {
        "on a disk that is none".to_owned()
    }
}

impl DiskLog {
    fn commit(&self, drafts: Arc<[Draft]>) -> Outcome {
        let kept: Vec<_> = drafts.iter().map(|draft| (draft.time, draft.records.clone())).collect();
        let told: Arc<Mutex<Option<Outcome>>> = Arc::default();
        let telling = Arc::clone(&told);
        self.entries.append(drafts, Box::new(move |outcome| *telling.lock().unwrap() = Some(outcome)));
        let outcome = told.lock().unwrap().take().unwrap();
        if let Outcome::Committed { verdicts, entries } = &outcome {
            self.learn(kept, verdicts, entries);
        }
        outcome
    }

    fn learn(&self, kept: Vec<(UnixMillis, Vec<Record>)>, verdicts: &[Verdict], entries: &Run) {
        let mut content = self.disk.lock();
        let Some(room) = content.rooms.get_mut(&self.room) else { return };
        room.head = if entries.is_empty() { room.head } else { entries.last };
        for ((time, records), _) in kept.into_iter().zip(verdicts).filter(|(_, v)| matches!(v, Verdict::Appended(_))) {
            room.last_time = Some(time);
            for record in records {
                room.learn(record);
            }
        }
    }

    fn next_fate(&self) -> Option<Fate> {
        let mut content = self.disk.lock();
        if content.server == self.server { content.fates.pop_front() } else { Some(Fate::LostInDoubt) }
    }
}

impl Log for DiskLog {
    fn append(&self, drafts: Arc<[Draft]>, done: Completion) {
        match self.next_fate() {
            None => done(self.commit(drafts)),
            Some(Fate::Refused) => done(Outcome::NotWritten(NotWritten::Full)),
            Some(Fate::NoPlace) => {
                let verdicts = vec![Verdict::NoPlace; drafts.len()];
                done(Outcome::Committed { verdicts, entries: Run::after(Seq::START) });
            }
            Some(Fate::LostInDoubt) => done(Outcome::Unknown),
            Some(Fate::CommittedInDoubt) => {
                self.commit(drafts);
                done(Outcome::Unknown);
            }
            Some(Fate::Held) => self.disk.lock().held.push((self.clone(), drafts, done)),
        }
    }

    fn keep(&self, records: Vec<Record>) {
        let mut content = self.disk.lock();
        if content.server != self.server {
            return;
        }
        if let Some(room) = content.rooms.get_mut(&self.room) {
            for record in records {
                room.learn(record);
            }
        }
    }

    fn read(&self, range: Range) -> Reading<'_, Slice> {
        self.entries.read(range)
    }

    fn page(&self, range: Range) -> Reading<'_, Slice> {
        self.entries.page(range)
    }

    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding> {
        self.entries.find(person, post)
    }

    fn search(&self, query: Query) -> Reading<'_, Findings> {
        self.entries.search(query)
    }
}

/// A server on a disk, which may end at any time and be started again.
pub struct DiskWorld {
    pub world: World,
    pub disk: Disk,
    config: Config,
    now: i64,
}

impl DiskWorld {
    pub fn new(config: Config) -> Self {
        let (disk, fixed) = (Disk::new(), Fixed::default());
        fixed.set_clock(NOON);
        let world = started(&config, &disk, &fixed).unwrap();
        Self { world, disk, config, now: NOON }
    }

    /// Kills the server, and starts the next one after so long.
    pub fn restart_after(&mut self, down: Duration) {
        self.try_restart_after(down).unwrap();
    }

    pub fn try_restart_after(&mut self, down: Duration) -> Result<(), RestoreError> {
        let before = self.world.stop.clone();
        self.set_clock(self.now + down.as_millis() as i64);
        self.world = started(&self.config, &self.disk, &self.world.fixed)?;
        before.cancel();
        Ok(())
    }

    pub fn restart(&mut self) {
        self.restart_after(Duration::ZERO);
    }

    pub fn set_clock(&mut self, now: i64) {
        self.now = now;
        self.world.fixed.set_clock(now);
    }

    /// Lets time pass by both clocks, with a sweep at its end.
    pub async fn pass(&mut self, time: Duration) {
        self.set_clock(self.now + time.as_millis() as i64);
        tokio::time::advance(time).await;
        // The sweep that was due, and one that sees what it did.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
    }
}

fn started(config: &Config, disk: &Disk, fixed: &Fixed) -> Result<World, RestoreError> {
    let stop = CancellationToken::new();
    let server = Server::with_logs(config.clone(), fixed.clone(), disk.handed_over(), stop.clone())?;
    Ok(World { server, stop, fixed: fixed.clone() })
}
