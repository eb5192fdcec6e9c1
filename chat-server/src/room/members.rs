//! Everybody who may come back, by person and by key.

use super::membership::Membership;
use crate::environment::Moment;
use crate::log::record::MemberRecord;
use crate::people::{Key, Person};
use chat_proto::{PersonId, RoomId};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The members of one room.
pub(super) struct Members {
    room: RoomId,
    /// Each in memory of its own: a tree is half empty.
    by_person: BTreeMap<PersonId, Box<Membership>>,
    /// How many members each key is: whoever knocks is looked up here, however many there are.
    keys: HashMap<Key, usize>,
    last_standing: u64,
}

impl Members {
    pub(super) fn new(room: RoomId) -> Self {
        Self { room, by_person: BTreeMap::new(), keys: HashMap::new(), last_standing: 0 }
    }

    /// Those who were kept.
    pub(super) fn restore(room: RoomId, kept: Vec<(MemberRecord, Arc<Person>)>, moment: Moment) -> Self {
        let mut members = Self::new(room);
        for (record, person) in kept {
            *members.keys.entry(person.key).or_default() += 1;
            members.last_standing = members.last_standing.max(record.standing);
            members.by_person.insert(person.id, Box::new(Membership::restore(room, &person, &record, moment)));
        }
        members
    }

    pub(super) fn len(&self) -> usize {
        self.by_person.len()
    }

    pub(super) fn has(&self, person: PersonId) -> bool {
        self.by_person.contains_key(&person)
    }

    pub(super) fn has_key(&self, key: Key) -> bool {
        self.keys.contains_key(&key)
    }

    pub(super) fn get(&self, person: PersonId) -> Option<&Membership> {
        self.by_person.get(&person).map(|member| &**member)
    }

    pub(super) fn get_mut(&mut self, person: PersonId) -> Option<&mut Membership> {
        self.by_person.get_mut(&person).map(|member| &mut **member)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Membership> {
        self.by_person.values().map(|member| &**member)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Membership> {
        self.by_person.values_mut().map(|member| &mut **member)
    }

    /// The membership of `person`, which begins now unless there is one.
    pub(super) fn get_or_begin(&mut self, person: &Arc<Person>) -> &mut Membership {
        let Self { room, by_person, keys, last_standing } = self;
        by_person.entry(person.id).or_insert_with(|| {
            *keys.entry(person.key).or_default() += 1;
            *last_standing += 1;
            Box::new(Membership::new(*room, person, *last_standing))
        })
    }

    pub(super) fn remove(&mut self, person: PersonId) -> Option<Box<Membership>> {
        let member = self.by_person.remove(&person)?;
        forget(&mut self.keys, member.person.key);
        Some(member)
    }

    pub(super) fn retain(&mut self, mut is_kept: impl FnMut(&Membership) -> bool) {
        let Self { by_person, keys, .. } = self;
        by_person.retain(|_, member| {
            let is_kept = is_kept(member);
            if !is_kept {
                forget(keys, member.person.key);
            }
            is_kept
        });
    }

    pub(super) fn clear(&mut self) {
        self.by_person.clear();
        self.keys.clear();
    }
}

fn forget(keys: &mut HashMap<Key, usize>, key: Key) {
    if let Some(count) = keys.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            keys.remove(&key);
        }
    }
}
