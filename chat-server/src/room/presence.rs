//! Who is there, who may come back, and whether the room lives on.
//!
//! Present is who is here or fading. A visitor comes only to post: no member, not present, announced to nobody.

use super::membership::{Departure, Membership, SessionId};
use super::{News, Room, State};
use crate::config::Config;
use crate::people::Person;
use bytes::Bytes;
use chat_proto::frame::{Member, Stay};
use chat_proto::{Author, EntryBody, LeaveReason, Nick, PersonId, RoomId};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
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

/// Why nobody enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnterError {
    /// The room is over.
    Ended,
    /// As many members as may be are present.
    Full {
        /// How many that is.
        max: usize,
    },
}

/// Writes an entry of the server's own.
pub(super) type Note<'a> = &'a mut dyn FnMut(&Person, EntryBody);

pub(super) struct Presences {
    room: RoomId,
    members: BTreeMap<PersonId, Membership>,
    /// Sessions that only came to post. None of them is a member's session as well.
    visitors: HashSet<SessionId>,
    members_max: usize,
    grace: Duration,
    empty_room: Duration,
    /// Since when nobody keeps the room alive.
    empty_since: Option<Instant>,
}

/// A member. While it stands here, and no longer, the room stands in the person's file.
impl Room {
    /// Lets a session in. A visitor gets no news.
    ///
    /// # Errors
    /// [`EnterError`].
    pub(crate) fn enter(
        self: &Arc<Self>,
        session: SessionId,
        person: &Arc<Person>,
        stay: Stay,
    ) -> Result<Option<broadcast::Receiver<News>>, EnterError> {
        let news = {
            let mut state = self.lock();
            let State { presences, writing, ended, .. } = &mut *state;
            if *ended {
                return Err(EnterError::Ended);
            }
            presences.enter(session, person, stay, &mut |person, body| {
                writing.note(self.environment.now(), person.author(), body);
            })?;
            // Subscribed before anybody reads the log: what is not in the log by then will come as news.
            (stay != Stay::Visitor).then(|| self.news.subscribe())
        };
        self.flush();
        Ok(news)
    }

    /// Ends a session's stay.
    pub(crate) fn depart(self: &Arc<Self>, session: SessionId, person: &Arc<Person>, how: Departure) -> Life {
        self.with_presences(|presences, note| presences.depart(session, person, how, note))
    }

    /// Ends a person's membership, on the word of one of their sessions.
    pub(crate) fn leave(self: &Arc<Self>, session: SessionId, person: &Arc<Person>) -> Life {
        self.with_presences(|presences, note| presences.leave(session, person, note))
    }

    /// Tells the room that `person` bears a new name, if they are a member.
    pub(crate) fn renamed(self: &Arc<Self>, person: PersonId, old: &Nick, new: &Nick) {
        let bytes = |name: &Nick| Bytes::copy_from_slice(name.as_str().as_bytes());
        {
            let mut state = self.lock();
            if state.ended || !state.presences.is_member(person) {
                return;
            }
            let author = Author { person, name: bytes(old) };
            state.writing.note(self.environment.now(), author, EntryBody::Renamed(bytes(new)));
        }
        self.flush();
    }

    /// Lets time pass: lost people fade, an empty room ends.
    pub(crate) fn sweep(self: &Arc<Self>, now: Instant) -> Life {
        let said = self.lock().writing.has_been_said();
        self.with_presences(|presences, note| presences.sweep(now, said, note))
    }

    fn with_presences(self: &Arc<Self>, act: impl FnOnce(&mut Presences, Note<'_>) -> Life) -> Life {
        let life = {
            let mut state = self.lock();
            let State { presences, writing, .. } = &mut *state;
            let life = act(presences, &mut |person, body| {
                writing.note(self.environment.now(), person.author(), body);
            });
            // Decided and done under one lock: nobody enters a room that is about to be ended.
            state.ended |= life == Life::Over;
            life
        };
        self.flush();
        life
    }
}

impl Presences {
    pub(super) fn new(room: RoomId, config: &Config) -> Self {
        Self {
            room,
            members: BTreeMap::new(),
            visitors: HashSet::new(),
            members_max: config.members_per_room,
            grace: config.presence_grace,
            empty_room: config.empty_room,
            empty_since: None,
        }
    }

    pub(super) fn is_member(&self, person: PersonId) -> bool {
        self.members.contains_key(&person)
    }

    /// Forgets every member, because the room is over.
    pub(super) fn clear(&mut self) {
        self.members.clear();
    }

    fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether `session` may speak and read here now.
    pub(super) fn is_attached(&self, session: SessionId, person: PersonId) -> bool {
        let is_here = |member: &Membership| member.has(session);
        self.visitors.contains(&session) || self.members.get(&person).is_some_and(is_here)
    }

    pub(super) fn list(&self) -> Vec<Member> {
        self.members.values().map(Membership::as_member).collect()
    }

    fn enter(
        &mut self,
        session: SessionId,
        person: &Arc<Person>,
        stay: Stay,
        note: Note<'_>,
    ) -> Result<(), EnterError> {
        if stay == Stay::Visitor {
            // Whoever is present with this session remains so: it departs once, from one place.
            if !self.is_attached(session, person.id) {
                self.visitors.insert(session);
            }
            return Ok(());
        }
        if !self.is_member(person.id) {
            self.make_place()?;
        }
        let member = self.members.entry(person.id).or_insert_with(|| Membership::new(self.room, person));
        if !member.is_present() {
            note(person, EntryBody::Joined(member.arrival()));
        }
        member.attach(session, stay);
        self.visitors.remove(&session);
        if self.is_kept() {
            self.empty_since = None;
        }
        Ok(())
    }

    /// Forgets who has been gone longest, if the room has all the members it may have.
    fn make_place(&mut self) -> Result<(), EnterError> {
        if self.members.len() < self.members_max {
            return Ok(());
        }
        let gone = self.members.iter().filter_map(|(id, member)| Some((member.gone_since()?, *id)));
        let (_, id) = gone.min().ok_or(EnterError::Full { max: self.members_max })?;
        self.members.remove(&id);
        Ok(())
    }

    fn depart(&mut self, session: SessionId, person: &Arc<Person>, how: Departure, note: Note<'_>) -> Life {
        if self.visitors.remove(&session) {
            return Life::Lives;
        }
        let was_kept = self.is_kept();
        let Some(member) = self.members.get_mut(&person.id) else { return Life::Lives };
        if member.detach(session, how) == Some(Departure::Bye) {
            note(person, EntryBody::Left(LeaveReason::Quit));
        }
        match how {
            Departure::Bye if was_kept && !self.is_kept() => Life::Over,
            Departure::Bye | Departure::Lost => Life::Lives,
        }
    }

    fn leave(&mut self, session: SessionId, person: &Arc<Person>, note: Note<'_>) -> Life {
        self.visitors.remove(&session);
        let was_kept = self.is_kept();
        let Some(member) = self.members.remove(&person.id) else { return Life::Lives };
        if member.is_present() {
            note(person, EntryBody::Left(LeaveReason::Leave));
        }
        if self.is_empty() || was_kept && !self.is_kept() { Life::Over } else { Life::Lives }
    }

    /// `said`: whether anybody ever said anything, so that the room is worth waiting for.
    fn sweep(&mut self, now: Instant, said: bool, note: Note<'_>) -> Life {
        for member in self.members.values_mut() {
            if member.fade(now, self.grace) {
                note(&member.person, EntryBody::Left(LeaveReason::Lost));
            }
        }
        self.members.retain(|_, member| member.gone_since().is_none() || !member.person.is_forgotten());
        if self.is_kept() {
            return Life::Lives;
        }
        let empty_since = *self.empty_since.get_or_insert(now);
        let is_over = !said || now.duration_since(empty_since) >= self.empty_room;
        if is_over { Life::Over } else { Life::Lives }
    }

    /// Whether anybody is present for whose sake the room lives.
    fn is_kept(&self) -> bool {
        self.members.values().any(Membership::keeps)
    }
}
