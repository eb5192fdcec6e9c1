//! Who is there, who may come back, and whether the room lives on.
//!
//! Present is who is here or fading. A visitor comes only to post: no member, not present, announced to nobody.

use super::members::Members;
use super::membership::{Departure, Membership, SessionId};
use super::order::Order;
use crate::config::Config;
use crate::people::{Key, Person};
use chat_proto::frame::{Member, Stay};
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

/// Writes an entry of the server's own.
pub(super) type Note<'a> = &'a mut dyn FnMut(&Person, EntryBody);

pub(super) struct Presences {
    members: Members,
    /// Sessions that only came to post, with their keys. None of them is a member's session as well.
    visitors: HashMap<SessionId, Key>,
    /// Sessions that were shown the door and have not been told yet.
    removed: HashSet<SessionId>,
    members_max: usize,
    grace: Duration,
    empty_room: Duration,
    /// Since when nobody keeps the room alive.
    empty_since: Option<Instant>,
}

impl Presences {
    pub(super) fn new(room: RoomId, config: &Config) -> Self {
        Self {
            members: Members::new(room),
            visitors: HashMap::new(),
            removed: HashSet::new(),
            members_max: config.members_per_room,
            grace: config.presence_grace,
            empty_room: config.empty_room,
            empty_since: None,
        }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Membership> {
        self.members.iter()
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

    /// Lets a session in; says whether there is a place. The room is full only if all its members are present.
    pub(super) fn enter(
        &mut self,
        session: SessionId,
        person: &Arc<Person>,
        stay: Stay,
        (order, note): (&Order, Note<'_>),
    ) -> Result<(), usize> {
        if stay == Stay::Visitor {
            // Whoever is present with this session remains so: it departs once, from one place.
            if !self.is_attached(session, person.id) {
                self.visitors.insert(session, person.key);
            }
            self.removed.remove(&session);
            return Ok(());
        }
        if !self.is_member(person.id) {
            self.make_place()?;
        }
        let member = self.members.get_or_begin(person);
        if !member.is_present() {
            note(person, EntryBody::Joined(order.arrival(person.key)));
        }
        member.attach(session, stay);
        self.visitors.remove(&session);
        self.removed.remove(&session);
        if self.is_kept() {
            self.empty_since = None;
        }
        Ok(())
    }

    /// Forgets who has been gone longest, if the room has all the members it may have.
    fn make_place(&mut self) -> Result<(), usize> {
        if self.members.len() < self.members_max {
            return Ok(());
        }
        let gone = self.members.iter().filter_map(|member| Some((member.gone_since()?, member.person.id)));
        let (_, id) = gone.min().ok_or(self.members_max)?;
        self.members.remove(id);
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
            Departure::Bye if was_kept && !self.is_kept() => Life::Over,
            Departure::Bye | Departure::Lost => Life::Lives,
        }
    }

    pub(super) fn leave(&mut self, session: SessionId, person: &Arc<Person>, note: Note<'_>) -> Life {
        self.visitors.remove(&session);
        let was_kept = self.is_kept();
        let Some(member) = self.members.remove(person.id) else { return Life::Lives };
        if member.is_present() {
            note(person, EntryBody::Left(LeaveReason::Leave));
        }
        if self.members.len() == 0 || was_kept && !self.is_kept() { Life::Over } else { Life::Lives }
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
            if member.fade(now, self.grace) {
                note(&member.person, EntryBody::Left(LeaveReason::Lost));
            }
        }
        self.members.retain(|member| member.gone_since().is_none() || !member.person.is_forgotten());
        if self.is_kept() {
            return Life::Lives;
        }
        let empty_since = *self.empty_since.get_or_insert(now);
        let is_over = !said || now.duration_since(empty_since) >= self.empty_room;
        if is_over { Life::Over } else { Life::Lives }
    }

    /// Whether anybody is present for whose sake the room lives.
    fn is_kept(&self) -> bool {
        self.members.iter().any(Membership::keeps)
    }
}
