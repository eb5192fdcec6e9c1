//! Who is there, who may come back, and whether the room lives on.
//!
//! Present is who is here or fading. A visitor comes only to post: no member, not present, announced to nobody. In
//! memory, a room lives for whoever is in it; on disk, for whoever may come back.

use super::members::Members;
use super::membership::{Departure, Membership, SessionId};
use super::order::Order;
use super::told::Told;
use crate::config::Config;
use crate::environment::Moment;
use crate::log::record::MemberRecord;
use crate::people::{Key, Person};
use chat_proto::frame::{Durability, Label, Member, Stay};
use chat_proto::{EntryBody, LeaveReason, PersonId, RoomId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Whether a room lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a room that is over must be taken out of the directory"]
pub(crate) enum Life {
    /// It does.
    Lives,
    /// It has no reason to.
    Over,
}

/// Writes an entry of the server's own; says when it is told.
pub(super) type Note<'a> = &'a mut dyn FnMut(&Person, EntryBody) -> Told;

/// For what a room lives on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// In memory: for whoever stays in it, and if something was said, for a while for who was cut off.
    Residents,
    /// On disk: for its members, unless none of them comes for long.
    Members,
    /// In memory, between two people: for its members, as long as they are remembered.
    Pair,
}

pub(super) struct Presences {
    members: Members,
    /// Sessions that only came to post, with their keys. None of them is a member's session as well.
    visitors: HashMap<SessionId, Key>,
    /// Sessions that were shown the door and have not been told yet.
    removed: HashSet<SessionId>,
    members_max: usize,
    grace: Duration,
    purpose: Purpose,
    /// How long it waits when nobody is there.
    waits: Duration,
    /// Since when nobody keeps the room alive, in memory.
    empty_since: Option<Instant>,
    /// Who stopped being members without an entry, and nothing was kept of that.
    dropped: Vec<PersonId>,
}

impl Presences {
    pub(super) fn new(room: RoomId, config: &Config, label: Label) -> Self {
        Self::of(Members::new(room), config, label)
    }

    /// Those of a room between two people.
    pub(super) fn of_two(room: RoomId, config: &Config, label: Label) -> Self {
        let presences = Self::new(room, config, label);
        let purpose = match presences.purpose {
            Purpose::Residents => Purpose::Pair,
            purpose => purpose,
        };
        Self { purpose, ..presences }
    }

    /// As they were kept.
    pub(super) fn restore(
        room: RoomId,
        (config, label): (&Config, Label),
        (members, moment): (Vec<(MemberRecord, Arc<Person>)>, Moment),
    ) -> Self {
        Self::of(Members::restore(room, members, moment), config, label)
    }

    fn of(members: Members, config: &Config, label: Label) -> Self {
        Self {
            members,
            visitors: HashMap::new(),
            removed: HashSet::new(),
            members_max: config.members_per_room,
            grace: config.presence_grace,
            purpose: if label.durability == Durability::Memory { Purpose::Residents } else { Purpose::Members },
            waits: Duration::from_millis(label.waits_ms),
            empty_since: None,
            dropped: Vec::new(),
        }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Membership> {
        self.members.iter()
    }

    pub(super) fn member(&self, person: PersonId) -> Option<&Membership> {
        self.members.get(person)
    }

    pub(super) fn member_mut(&mut self, person: PersonId) -> Option<&mut Membership> {
        self.members.get_mut(person)
    }

    /// Who stopped being members without an entry.
    pub(super) fn take_dropped(&mut self) -> Vec<PersonId> {
        std::mem::take(&mut self.dropped)
    }

    /// Those of whom `is_meant` who have read on since the last time.
    pub(super) fn take_read(&mut self, is_meant: impl Fn(PersonId) -> bool) -> impl Iterator<Item = &Membership> {
        let read = self.members.iter_mut().filter(move |member| member.has_read_on && is_meant(member.person.id));
        read.map(|member| {
            member.has_read_on = false;
            &*member
        })
    }

    /// When somebody with this key was present last; none if no member bears it.
    pub(super) fn last_seen(&self, key: Key) -> Option<Instant> {
        let ours = self.members.iter().filter(|member| member.person.key == key);
        ours.map(|member| member.gone_since().unwrap_or_else(Instant::now)).max()
    }

    pub(super) fn is_member(&self, person: PersonId) -> bool {
        self.members.has(person)
    }

    /// Whether a member bears this key.
    pub(super) fn has_key(&self, key: Key) -> bool {
        self.members.has_key(key)
    }

    /// Whether a member or a visitor bears this key.
    pub(super) fn is_here(&self, key: Key) -> bool {
        self.has_key(key) || self.visitors.values().any(|visitor| *visitor == key)
    }

    /// Whether a member with this key is present.
    pub(super) fn is_key_present(&self, key: Key) -> bool {
        self.has_key(key) && self.members.iter().any(|member| member.person.key == key && member.is_present())
    }

    /// Forgets every member, because the room is over.
    pub(super) fn clear(&mut self) {
        self.members.clear();
    }

    /// Whether `session` may speak and read here now.
    pub(super) fn is_attached(&self, session: SessionId, person: PersonId) -> bool {
        let is_here = |member: &Membership| member.has(session);
        self.visitors.contains_key(&session) || self.members.get(person).is_some_and(is_here)
    }

    /// Whether `session` was shown the door and has not been told; it is now.
    pub(super) fn take_removed(&mut self, session: SessionId) -> bool {
        self.removed.remove(&session)
    }

    pub(super) fn list(&self, order: &Order) -> Vec<Member> {
        self.members.iter().map(|member| member.as_member(order)).collect()
    }

    /// Lets a session in; says when its coming is told, or how many places there are if none is left. The room is full
    /// only if all its members are present.
    pub(super) fn enter(
        &mut self,
        session: SessionId,
        person: &Arc<Person>,
        stay: Stay,
        (order, note): (&Order, Note<'_>),
    ) -> Result<Told, usize> {
        if stay == Stay::Visitor {
            // Whoever is present with this session remains so: it departs once, from one place.
            if !self.is_attached(session, person.id) {
                self.visitors.insert(session, person.key);
            }
            self.removed.remove(&session);
            return Ok(Told::default());
        }
        if !self.is_member(person.id) {
            self.make_place()?;
        }
        let member = self.members.get_or_begin(person);
        if !member.is_present() {
            let told = note(person, EntryBody::Joined(order.arrival(person.key)));
            // In memory nobody waits for it: a crash loses the room with the membership.
            member.told = if self.purpose == Purpose::Members { told } else { Told::default() };
        }
        member.attach(session, stay);
        let told = member.told.clone();
        self.visitors.remove(&session);
        self.removed.remove(&session);
        if self.is_kept() {
            self.empty_since = None;
        }
        Ok(told)
    }

    /// Makes somebody a member who is not there.
    pub(super) fn add(&mut self, person: &Arc<Person>) -> &Membership {
        self.members.get_or_begin(person)
    }

    /// Forgets who has been gone longest, if the room has all the members it may have.
    fn make_place(&mut self) -> Result<(), usize> {
        if self.members.len() < self.members_max {
            return Ok(());
        }
        let gone = self.members.iter().filter_map(|member| Some((member.gone_since()?, member.person.id)));
        let (_, id) = gone.min().ok_or(self.members_max)?;
        self.members.remove(id);
        self.dropped.push(id);
        Ok(())
    }

    pub(super) fn depart(&mut self, session: SessionId, person: &Arc<Person>, how: Departure, note: Note<'_>) -> Life {
        self.removed.remove(&session);
        if self.visitors.remove(&session).is_some() {
            return Life::Lives;
        }
        let was_kept = self.is_kept();
        let Some(member) = self.members.get_mut(person.id) else { return Life::Lives };
        if member.detach(session, how) == Some(Departure::Bye) {
            note(person, EntryBody::Left(LeaveReason::Quit));
        }
        match how {
            Departure::Bye if self.has_lost_its_purpose(was_kept) => Life::Over,
            Departure::Bye | Departure::Lost => Life::Lives,
        }
    }

    pub(super) fn leave(&mut self, session: SessionId, person: &Arc<Person>, note: Note<'_>) -> (Life, Told) {
        self.visitors.remove(&session);
        let was_kept = self.is_kept();
        let Some(member) = self.members.remove(person.id) else { return (Life::Lives, Told::default()) };
        self.removed.extend(member.sessions().filter(|other| *other != session));
        let mut told = Told::default();
        match member.is_present() {
            true => told = note(person, EntryBody::Left(LeaveReason::Leave)),
            false => self.dropped.push(person.id),
        }
        let is_over = self.members.len() == 0 || self.has_lost_its_purpose(was_kept);
        (if is_over { Life::Over } else { Life::Lives }, told)
    }

    /// Removes whoever bears this key.
    pub(super) fn expel(&mut self, key: Key) {
        let expelled = self.members.iter().filter(|member| member.person.key == key);
        self.removed.extend(expelled.flat_map(Membership::sessions));
        self.members.retain(|member| member.person.key != key);
        self.visitors.retain(|_, visitor| *visitor != key);
    }

    /// `said`: whether anybody ever said anything, so that the room is worth waiting for.
    pub(super) fn sweep(&mut self, now: Instant, said: bool, note: Note<'_>) -> Life {
        for member in self.members.iter_mut() {
            member.told.forget_if_over();
            if member.fade(now, self.grace) {
                note(&member.person, EntryBody::Left(LeaveReason::Lost));
            }
        }
        self.drop_forgotten();
        let is_over = match self.purpose {
            Purpose::Residents => self.waits_no_more(now, said),
            Purpose::Pair => self.members.len() == 0,
            Purpose::Members => self.members.iter().all(|member| self.is_long_gone(member, now)),
        };
        if is_over { Life::Over } else { Life::Lives }
    }

    fn drop_forgotten(&mut self) {
        let Self { members, dropped, .. } = self;
        members.retain(|member| {
            let is_kept = member.is_present() || !member.person.is_forgotten();
            if !is_kept {
                dropped.push(member.person.id);
            }
            is_kept
        });
    }

    fn waits_no_more(&mut self, now: Instant, said: bool) -> bool {
        if self.is_kept() {
            return false;
        }
        let empty_since = *self.empty_since.get_or_insert(now);
        !said || now.duration_since(empty_since) >= self.waits
    }

    fn is_long_gone(&self, member: &Membership, now: Instant) -> bool {
        member.gone_since().is_some_and(|since| now.duration_since(since) >= self.waits)
    }

    /// Whether it need not wait for anybody who was cut off.
    fn has_lost_its_purpose(&self, was_kept: bool) -> bool {
        self.purpose == Purpose::Residents && was_kept && !self.is_kept()
    }

    /// Whether anybody is present for whose sake the room lives.
    fn is_kept(&self) -> bool {
        self.members.iter().any(Membership::keeps)
    }
}
