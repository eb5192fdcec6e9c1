//! How far each member has read: kept with them, a moment later.

use super::{Room, State};
use crate::log::record::Record;
use chat_proto::{PersonId, Seq};
use std::collections::HashSet;

impl Room {
    /// Notes that `person` has read up to there. Never back, and never further than there is something to read.
    pub(crate) fn read_up_to(&self, person: PersonId, seq: Seq) {
        let mut state = self.lock();
        let seq = seq.min(state.head);
        if let Some(member) = state.presences.member_mut(person) {
            member.read_up_to(seq);
        }
    }

    /// How far `person` has read.
    pub(crate) fn read_by(&self, person: PersonId) -> Seq {
        self.lock().presences.member(person).map_or(Seq::START, |member| member.read)
    }
}

impl State {
    /// Has what was read since the last time kept, if nothing is being committed: a record of a member must not come
    /// behind the end of their membership. Of whom something is still to be written, later: no record tells of a coming
    /// or going that the log does not.
    pub(super) fn keep_reading(&mut self, room: &Room) {
        if !self.writing.may_keep_reading() {
            return;
        }
        let untold: HashSet<PersonId> = self.writing.authors().collect();
        let moment = room.moment();
        let read = self.presences.take_read(|person| !untold.contains(&person));
        self.writing.records.extend(read.map(|member| Record::Member(member.record_now(moment))));
    }
}
