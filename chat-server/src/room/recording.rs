//! What is so once an entry is in the log: found out when its batch is made up, kept in the same commit, and true for
//! the room when the entry is published.
//!
//! Everything before a batch has been published by then, and only the last of a batch changes the state of the room:
//! what it will be is known before the commit. What was drawn or measured for it is drawn once, so that what is
//! published is what was kept.

use super::effect::Effect;
use super::item::Item;
use super::membership::Membership;
use super::order::{Whom, removes};
use super::{Room, State};
use crate::environment::{Moment, random};
use crate::log::record::{MemberRecord, Record, Whereabouts};
use crate::people::Key;
use chat_proto::{Act, EntryBody, LeaveReason, PersonId, Secret, Topic};

impl State {
    /// Writes into the item what is so once it is in the log.
    pub(super) fn note_effect(&self, item: &mut Item, room: &Room) {
        item.aside.effect = self.effect_of(item, room);
        // What is gone with the process is not written down.
        if room.is_on_disk() {
            item.draft.records = self.records_of(item, room);
        }
    }

    fn effect_of(&self, item: &Item, room: &Room) -> Effect {
        match &item.draft.body {
            EntryBody::Topic(topic) => Effect::Topic(Box::new(Topic::parse(topic).unwrap_or_default())),
            EntryBody::Act(act) => self.effect_of_act(act, item.aside.whom.as_deref(), room),
            EntryBody::Left(LeaveReason::Leave) => Effect::Left,
            _ => Effect::Nothing,
        }
    }

    fn effect_of_act(&self, act: &Act, whom: Option<&Whom>, room: &Room) -> Effect {
        let order = self.order.after(act, whom, || Secret(random(&*room.environment)));
        match whom.filter(|_| removes(act)) {
            Some(whom) => Effect::Removal(Box::new((order, whom.key))),
            None => Effect::Order(Box::new(order)),
        }
    }

    fn records_of(&self, item: &Item, room: &Room) -> Vec<Record> {
        let person = item.draft.author.person;
        match (&item.aside.effect, &item.draft.body) {
            (Effect::Topic(topic), _) => vec![room.record(topic, &self.order)],
            (Effect::Order(order), _) => vec![room.record(&self.topic, order)],
            (Effect::Removal(removal), _) => {
                let (order, key) = &**removal;
                self.without(*key, room.record(&self.topic, order))
            }
            (Effect::Left, _) => vec![self.left_record(person, room)],
            (Effect::Nothing, EntryBody::Joined(_)) => vec![self.member_record(person, Whereabouts::Here)],
            (Effect::Nothing, EntryBody::Left(_)) => vec![self.gone_record(item, room)],
            (Effect::Nothing, _) => Vec::new(),
        }
    }

    fn without(&self, key: Key, state: Record) -> Vec<Record> {
        let removed = self.presences.members().filter(|member| member.person.key == key);
        std::iter::once(state).chain(removed.map(|member| Record::NoMember(member.person.id))).collect()
    }

    /// Who is a member again before their leaving is written down is one afterwards.
    fn left_record(&self, person: PersonId, room: &Room) -> Record {
        match self.presences.member(person) {
            Some(member) => Record::Member(member.record_now(room.moment())),
            None => Record::NoMember(person),
        }
    }

    fn gone_record(&self, item: &Item, room: &Room) -> Record {
        let person = item.draft.author.person;
        let gone_since = self.presences.member(person).and_then(Membership::gone_since);
        // Who has come back meanwhile went when it was noted that they did.
        let since = gone_since.map_or(item.draft.time, |since| room.moment().wall_at(since));
        self.member_record(person, Whereabouts::Gone { since })
    }

    /// Who had to make place since this was noted is a member no longer.
    fn member_record(&self, person: PersonId, whereabouts: Whereabouts) -> Record {
        match self.presences.member(person) {
            Some(member) => Record::Member(member.record(whereabouts)),
            None => Record::NoMember(person),
        }
    }
}

impl Membership {
    pub(super) fn record(&self, whereabouts: Whereabouts) -> MemberRecord {
        MemberRecord { person: self.person.id, standing: self.standing, whereabouts, read: self.read }
    }

    /// As they are now.
    pub(super) fn record_now(&self, moment: Moment) -> MemberRecord {
        let gone = |since| Whereabouts::Gone { since: moment.wall_at(since) };
        self.record(self.gone_since().map_or(Whereabouts::Here, gone))
    }
}
