//! Everything that was written, in order, and what a server that begins is given of it.

use super::{Inner, Mount, MountedLog};
use chat_proto::{Entry, PersonId, RoomCode, RoomId, Seq, wire};
use chat_server::log::record::{
    Fact as Kept, MemberRecord, PersonRecord, Record, RestingCode, RestingName, Restored, RestoredRoom, RoomRecord,
};
use chat_server::log::{Draft, Outcome, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One write.
#[derive(Clone)]
pub(super) enum Write {
    Open(RoomId, RoomRecord),
    Erase(RoomId),
    Append(RoomId, Arc<[Draft]>),
    Records(RoomId, Vec<Record>),
    Facts(Vec<Kept>),
}

#[derive(Default)]
pub(super) struct Journal {
    writes: Vec<Write>,
}

impl Journal {
    pub(super) fn push(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Loses the last entries that were written.
    pub(super) fn lose_last(&mut self) {
        if let Some(last) = self.writes.iter().rposition(|write| matches!(write, Write::Append(..))) {
            self.writes.remove(last);
        }
    }

    /// Puts the last two writes into one room in each other's place.
    pub(super) fn swap_last(&mut self) {
        let appends = |(at, write): (usize, &Write)| match write {
            Write::Append(room, _) => Some((at, *room)),
            _ => None,
        };
        let appends: Vec<_> = self.writes.iter().enumerate().filter_map(appends).collect();
        if let [.., (first, room), (second, other)] = appends[..]
            && room == other
        {
            self.writes.swap(first, second);
        }
    }

    /// Shows everything to the readers of a mount; what its server is to go on with.
    pub(super) fn replay(&self, mount: &Arc<Mount>) -> Restored {
        let mut replayed = Replayed::default();
        for write in &self.writes {
            let outcome = mount.show(write);
            replayed.take(write, &outcome);
        }
        replayed.restored(mount)
    }
}

#[derive(Default)]
struct Replayed {
    /// In the order in which they were opened.
    rooms: Vec<(RoomId, RoomRecord)>,
    members: BTreeMap<RoomId, BTreeMap<PersonId, MemberRecord>>,
    people: BTreeMap<PersonId, PersonRecord>,
    last_person: u64,
    names: BTreeMap<String, RestingName>,
    codes: BTreeMap<RoomCode, RestingCode>,
}

impl Replayed {
    fn take(&mut self, write: &Write, outcome: &Outcome) {
        match (write, outcome) {
            (Write::Open(room, record), _) => {
                if self.rooms.iter().all(|(known, _)| known != room) {
                    self.rooms.push((*room, record.clone()));
                }
            }
            (Write::Erase(room), _) => {
                self.rooms.retain(|(known, _)| known != room);
                self.members.remove(room);
            }
            (Write::Append(room, drafts), Outcome::Committed { verdicts, .. }) => {
                let appended =
                    drafts.iter().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Appended(_)));
                appended.for_each(|(draft, _)| self.keep(*room, &draft.records));
            }
            (Write::Append(..), _) => {}
            (Write::Records(room, records), _) => self.keep(*room, records),
            (Write::Facts(facts), _) => facts.iter().for_each(|fact| self.know(fact)),
        }
    }

    fn keep(&mut self, room: RoomId, records: &[Record]) {
        let Some((_, known)) = self.rooms.iter_mut().find(|(known, _)| *known == room) else { return };
        let members = self.members.entry(room).or_default();
        for record in records {
            match record {
                Record::Room(record) => *known = record.clone(),
                Record::Member(member) => drop(members.insert(member.person, *member)),
                Record::NoMember(person) => drop(members.remove(person)),
            }
        }
    }

    fn know(&mut self, fact: &Kept) {
        match fact {
            Kept::Person(person) => {
                self.last_person = self.last_person.max(person.id.0);
                self.people.insert(person.id, person.clone());
            }
            Kept::Forgotten(person) => drop(self.people.remove(person)),
            Kept::NameRests(resting) => drop(self.names.insert(resting.name.key(), resting.clone())),
            Kept::NameFree(name) => drop(self.names.remove(&name.key())),
            Kept::CodeRests(resting) => drop(self.codes.insert(resting.code, *resting)),
            Kept::CodeFree(code) => drop(self.codes.remove(code)),
        }
    }

    fn restored(mut self, mount: &Arc<Mount>) -> Restored {
        let rooms = self.rooms.into_iter().map(|(id, record)| {
            let inner = mount.inner_log(id);
            let (head, last_time) = newest(&inner);
            let log = MountedLog::of(mount, id);
            let members = self.members.remove(&id).unwrap_or_default().into_values().collect();
            RestoredRoom { id, record, members, head, last_time, log }
        });
        Restored {
            rooms: rooms.collect(),
            people: self.people.into_values().collect(),
            last_person: self.last_person,
            names: self.names.into_values().collect(),
            codes: self.codes.into_values().collect(),
        }
    }
}

fn newest(log: &Inner) -> (Seq, Option<chat_proto::UnixMillis>) {
    let slice = log.read_now();
    let last = slice.entries.last().map(|stored| wire::decode::<Entry>(&stored.bytes).expect("a log holds entries"));
    (slice.head, last.map(|entry| entry.time))
}
