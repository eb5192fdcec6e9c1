//! Into the room between two people.

use super::Session;
use super::entering::{Start, create_refused};
use crate::people::Person;
use crate::refusals;
use crate::room::{Grounds, Pair, Room};
use crate::transport::Stream;
use bytes::Bytes;
use chat_proto::frame::{OpenDirect, Peer, RoomAdded};
use chat_proto::limits::DIRECT_ROOMS_PER_PERSON;
use chat_proto::{Code, PersonId, Refused, RoomId};
use std::sync::Arc;

/// How often one more is looked for or opened when the last one ended in the same moment.
const TRIES: usize = 3;

/// How many rooms somebody is a member of.
#[derive(Default)]
pub(super) struct RoomCount {
    pub(super) shared: usize,
    pub(super) direct: usize,
}

impl<S: Stream> Session<S> {
    pub(super) async fn on_open_direct(&mut self, request: u32, open: OpenDirect) -> Result<(), Refused> {
        let person = Arc::clone(self.member().deliveries.person());
        if open.person == person.id {
            return Err(refusals::not_with_oneself());
        }
        let other = self.shared.people.numbered(open.person).filter(|other| !other.is_forgotten());
        let mut answered = Err(refusals::room_ended());
        for _ in 0..TRIES {
            let (room, newcomers) = self.direct_room(&person, (open.person, other.as_ref()))?;
            let id = room.id;
            answered = self.admit(request, room, (open.stay, Grounds::Membership), Start::LastPage).await;
            // What they are told is on disk by now.
            self.tell_newcomers(id, &newcomers);
            if !answered.as_ref().is_err_and(|refused| refused.code == Code::ROOM_ENDED) {
                break;
            }
        }
        answered
    }

    /// Tells all sessions of people who are members now, but not this one, which is answered.
    fn tell_newcomers(&mut self, room: RoomId, newcomers: &[Arc<Person>]) {
        let asking = Arc::clone(&self.member().mailbox);
        for newcomer in newcomers {
            newcomer.added_to(room, &asking);
        }
    }

    /// The room between `person` and another one, with both as members, and who is one by that.
    fn direct_room(
        &mut self,
        person: &Arc<Person>,
        (number, other): (PersonId, Option<&Arc<Person>>),
    ) -> Result<(Arc<Room>, Vec<Arc<Person>>), Refused> {
        let knock = self.knock(None);
        // Counted and added in one turn: two who come to the same person at once would both find the last place free.
        let _turn = self.shared.rooms.direct_turn();
        let room = self.shared.rooms.between(Pair::id_of(person.id, number));
        // Somebody who is not there, and somebody who is nowhere here, are the same.
        if room.is_none() && !other.is_some_and(|other| self.do_meet(person, other)) {
            return Err(refusals::nobody_here());
        }
        self.check_direct_count(room.as_deref(), person, refusals::too_many_direct_rooms)?;
        if let Some(other) = other {
            self.check_direct_count(room.as_deref(), other, refusals::too_many_direct_rooms_of_other)?;
        }
        match (room, other) {
            (None, None) => Err(refusals::nobody_here()),
            (None, Some(other)) => self.shared.rooms.open_direct((person, other), &knock).map_err(create_refused),
            (Some(room), other) => {
                if other.is_some_and(|other| !room.is_member(other.id)) {
                    self.shared.rooms.charge_direct(&knock).map_err(create_refused)?;
                }
                let newcomers = room.add(std::iter::once(person).chain(other));
                Ok((room, newcomers))
            }
        }
    }

    /// Whether both are members of a room that others may be in.
    fn do_meet(&self, one: &Person, other: &Person) -> bool {
        let theirs = other.rooms();
        let common = one.rooms().into_iter().filter(|id| theirs.contains(id));
        let mut rooms = common.filter_map(|id| self.shared.rooms.by_id(id));
        rooms.any(|room| room.direct().is_none() && room.is_member(one.id) && room.is_member(other.id))
    }

    fn check_direct_count(
        &self,
        room: Option<&Room>,
        person: &Person,
        refused: impl FnOnce(usize) -> Refused,
    ) -> Result<(), Refused> {
        let is_member = room.is_some_and(|room| room.is_member(person.id));
        match is_member || self.count_rooms(person).direct < DIRECT_ROOMS_PER_PERSON {
            true => Ok(()),
            false => Err(refused(DIRECT_ROOMS_PER_PERSON)),
        }
    }

    /// The rooms of which `person` is a member.
    pub(super) fn count_rooms(&self, person: &Person) -> RoomCount {
        let mut count = RoomCount::default();
        for room in person.rooms().into_iter().filter_map(|id| self.shared.rooms.by_id(id)) {
            match room.direct() {
                Some(_) => count.direct += 1,
                None => count.shared += 1,
            }
        }
        count
    }

    /// With whom `person` is in a room, if it is a direct one.
    pub(super) fn peer_in(&self, room: &Room, person: PersonId) -> Option<Peer> {
        let side = room.direct()?.other_than(person)?;
        let name = self.shared.people.numbered(side.person).map_or_else(|| side.name.clone(), |other| other.name());
        Some(Peer { person: side.person, name: Bytes::from(name.to_string()), key: side.key })
    }

    /// Tells of a room that was opened elsewhere, unless it is over already.
    pub(super) fn on_added(&mut self, room: RoomId) {
        let person = self.member().deliveries.person_id();
        if let Some(room) = self.shared.rooms.by_id(room).filter(|room| room.is_member(person)) {
            let membership = self.membership(&room, person);
            self.answer(0, &RoomAdded { membership });
        }
    }
}
