//! Where one member is.
//!
//! ```text
//!            enter                 cut                    60 s
//! stranger ---------> here <----------------> fading ----------> gone
//!             Joined   |         enter           Left{lost}       | enter: Joined
//!                      `-- Bye: Left{quit} ----------------------^
//! ```
//!
//! Stands in the person's file exactly as long as it exists. Of where they are, what was told is kept: here, or gone
//! since when. Whoever was here when the server ended is fading when the next one begins.

use super::order::Order;
use super::told::Told;
use crate::environment::Moment;
use crate::log::record::{self, MemberRecord};
use crate::people::Person;
use chat_proto::frame::{Member, Presence, Stay};
use chat_proto::{RoomId, Seq};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Names a session within the server's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(pub u64);

/// How a session ended its stay in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// It said so.
    Bye,
    /// It was cut off.
    Lost,
}

/// One member.
pub(super) struct Membership {
    room: RoomId,
    pub(super) person: Arc<Person>,
    /// Rises with every member that joins: the smallest stands longest.
    pub(super) standing: u64,
    /// How far they have read.
    pub(super) read: Seq,
    /// Whether they have read more than is kept.
    pub(super) has_read_on: bool,
    /// Whether their coming was told.
    pub(super) told: Told,
    whereabouts: Whereabouts,
    /// Since when a session that kept the room alive has been cut off. It may come back, whoever else is here.
    resident_cut: Option<Instant>,
}

enum Whereabouts {
    Here(Vec<(SessionId, Stay)>),
    Fading { since: Instant },
    Gone { since: Instant },
}

impl Membership {
    pub(super) fn new(room: RoomId, person: &Arc<Person>, standing: u64) -> Self {
        person.joined(room);
        let whereabouts = Whereabouts::Gone { since: Instant::now() };
        let (read, told) = (Seq::START, Told::default());
        let person = Arc::clone(person);
        Self { room, person, standing, read, has_read_on: false, told, whereabouts, resident_cut: None }
    }

    /// A member as they were kept. Whoever was present has been cut off just now.
    pub(super) fn restore(room: RoomId, person: &Arc<Person>, kept: &MemberRecord, moment: Moment) -> Self {
        let mut member = Self::new(room, person, kept.standing);
        member.read = kept.read;
        member.whereabouts = match kept.whereabouts {
            record::Whereabouts::Gone { since } => Whereabouts::Gone { since: moment.past(since) },
            record::Whereabouts::Here => {
                // Not forgotten before they had the time to come back.
                person.seen();
                Whereabouts::Fading { since: moment.instant() }
            }
        };
        member
    }

    pub(super) fn read_up_to(&mut self, seq: Seq) {
        if seq > self.read {
            self.read = seq;
            self.has_read_on = true;
        }
    }

    pub(super) fn as_member(&self, order: &Order) -> Member {
        let key = self.person.key;
        Member {
            person: self.person.id,
            name: self.person.author().name,
            presence: if self.is_present() { self.person.presence() } else { Presence::Gone },
            role: order.role_of(key),
            voice: order.voice_of(key),
            key,
        }
    }

    pub(super) fn is_present(&self) -> bool {
        self.gone_since().is_none()
    }

    pub(super) fn gone_since(&self) -> Option<Instant> {
        match self.whereabouts {
            Whereabouts::Gone { since } => Some(since),
            Whereabouts::Here(_) | Whereabouts::Fading { .. } => None,
        }
    }

    /// Every session that is here.
    pub(super) fn sessions(&self) -> impl Iterator<Item = SessionId> {
        let sessions = match &self.whereabouts {
            Whereabouts::Here(sessions) => sessions.as_slice(),
            Whereabouts::Fading { .. } | Whereabouts::Gone { .. } => &[],
        };
        sessions.iter().map(|(session, _)| *session)
    }

    /// Whether this session is here.
    pub(super) fn has(&self, session: SessionId) -> bool {
        self.sessions().any(|other| other == session)
    }

    /// Whether the room lives for this member's sake.
    pub(super) fn keeps(&self) -> bool {
        let is_resident = match &self.whereabouts {
            Whereabouts::Here(sessions) => sessions.iter().any(|(_, stay)| *stay == Stay::Resident),
            Whereabouts::Fading { .. } | Whereabouts::Gone { .. } => false,
        };
        is_resident || self.resident_cut.is_some()
    }

    pub(super) fn attach(&mut self, session: SessionId, stay: Stay) {
        self.resident_cut = self.resident_cut.filter(|_| stay != Stay::Resident);
        match &mut self.whereabouts {
            Whereabouts::Here(sessions) => {
                sessions.retain(|(other, _)| *other != session);
                sessions.push((session, stay));
            }
            whereabouts => *whereabouts = Whereabouts::Here(vec![(session, stay)]),
        }
    }

    /// Ends one session's stay. With the last of them the person goes, or fades if one was cut off; says which.
    pub(super) fn detach(&mut self, session: SessionId, how: Departure) -> Option<Departure> {
        let Whereabouts::Here(sessions) = &mut self.whereabouts else { return None };
        let (_, stay) = sessions.remove(sessions.iter().position(|(other, _)| *other == session)?);
        let is_last = sessions.is_empty();
        let now = Instant::now();
        if how == Departure::Lost && stay == Stay::Resident {
            self.resident_cut = Some(now);
        }
        is_last.then(|| self.go(now, how))
    }

    fn go(&mut self, now: Instant, how: Departure) -> Departure {
        let cut = if how == Departure::Lost { Some(now) } else { self.resident_cut };
        self.whereabouts = cut.map_or(Whereabouts::Gone { since: now }, |since| Whereabouts::Fading { since });
        if cut.is_some() { Departure::Lost } else { Departure::Bye }
    }

    /// Whether a lost person was given up just now.
    pub(super) fn fade(&mut self, now: Instant, grace: Duration) -> bool {
        let is_over = |since: Instant| now.duration_since(since) >= grace;
        self.resident_cut = self.resident_cut.filter(|since| !is_over(*since));
        let Whereabouts::Fading { since } = self.whereabouts else { return false };
        if is_over(since) {
            self.whereabouts = Whereabouts::Gone { since };
        }
        is_over(since)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.person.left(self.room);
    }
}
