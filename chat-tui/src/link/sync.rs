//! What is true: which rooms, up to which entry, what was asked, what is not yet acknowledged.
//!
//! A pure state machine. Commands, frames and the time go in; frames ([`Core::next_frame`]) and events
//! ([`Core::pop_event`]) are taken out. It knows no socket and no clock, so every fault can be told to it in a test.

mod answers;
mod asks;
#[cfg(test)]
pub(crate) mod tests;

use super::clamp;
use super::end::End;
use super::heartbeat::{Due, Heartbeat};
use super::outgoing::Outgoing;
use super::requests::{Request, Requests};
use super::room::{Room, Standing};
use super::{LinkEvent, Mark, Security};
use crate::outbox::Kept;
use chat_proto::frame::{Durability, Limits, Stay, TypingState, Welcome};
use chat_proto::{Nick, PersonId, PostId, RoomId, UnixMillis};
use rand::rngs::StdRng;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// How long the last answers may take after the server said that it stops.
const GOODBYE_PATIENCE: Duration = Duration::from_secs(10);

/// Ended rooms that are remembered; a person who was in more does not wait for the oldest.
const OVER_MAX: usize = 256;

/// Now, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) wall: UnixMillis,
}

/// What holds as long as one login does.
#[derive(Debug)]
struct Session {
    limits: Limits,
    heartbeat: Heartbeat,
    /// The number of the last ping: an answer to an earlier one may have waited in a buffer while the machine slept.
    last_ping: u32,
    /// The server said that it stops: when to come back, and until when we listen.
    goodbye: Option<(Duration, Instant)>,
}

#[derive(Debug)]
pub(crate) struct Core {
    stay: Stay,
    rng: StdRng,
    name: Nick,
    person: Option<PersonId>,
    rooms: BTreeMap<RoomId, Room>,
    /// Rooms that this link was in and never will be again, the newest last.
    over: VecDeque<RoomId>,
    /// Rooms that we may enter again, as the server said at the last login.
    memberships: Vec<RoomId>,
    requests: Requests,
    outgoing: Outgoing,
    /// What is to be told of writing, of each room the last.
    typing: BTreeMap<RoomId, TypingState>,
    session: Option<Session>,
    /// The person does not want to wait for the next attempt.
    is_hurried: bool,
    events: VecDeque<LinkEvent>,
}

impl Core {
    pub(crate) fn new(name: Nick, stay: Stay, rng: StdRng) -> Self {
        Self {
            stay,
            rng,
            name,
            person: None,
            rooms: BTreeMap::new(),
            over: VecDeque::new(),
            memberships: Vec::new(),
            requests: Requests::default(),
            outgoing: Outgoing::default(),
            typing: BTreeMap::new(),
            session: None,
            is_hurried: false,
            events: VecDeque::new(),
        }
    }

    /// The name to log in under.
    pub(crate) fn name(&self) -> &Nick {
        &self.name
    }

    /// Takes in what an earlier run left undecided.
    pub(crate) fn adopt(&mut self, left: Vec<Kept>, now: UnixMillis) {
        let abandoned = self.outgoing.adopt(left, now);
        if abandoned > 0 {
            self.tell(LinkEvent::Notice(format!("{abandoned} unsent messages older than 30 days were given up")));
        }
    }

    /// The outbox as it is to be kept on disk.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        self.outgoing.kept()
    }

    /// The same, if it changed since it was last asked for.
    pub(crate) fn take_changed_outbox(&mut self) -> Option<Vec<Kept>> {
        self.outgoing.take_changed().then(|| self.outgoing.kept())
    }

    /// A login succeeded: every room is resumed, every open request asked again.
    ///
    /// # Errors
    /// [`End::Renamed`] if the answer to a rename was lost and the rename holds: under the old name we are somebody
    /// else.
    pub(crate) fn on_login(&mut self, now: Moment, welcome: &Welcome, security: Security) -> Result<(), End> {
        if self.person.is_some_and(|person| person != welcome.person)
            && let Some(name) = self.requests.take_rename()
        {
            self.name = name.clone();
            self.tell(LinkEvent::Renamed(name));
            return Err(End::Renamed);
        }
        let limits = clamp::limits(welcome.limits);
        self.person = Some(welcome.person);
        let rooms: Vec<_> = welcome.rooms.iter().cloned().map(clamp::membership).collect();
        self.memberships = rooms.iter().map(|membership| membership.room).collect();
        let name = Nick::parse(&welcome.name).unwrap_or_else(|_| self.name.clone());
        let (person, durability) = (welcome.person, welcome.durability);
        self.tell(LinkEvent::Up { person, name, limits, durability, security, rooms });
        self.session =
            Some(Session { limits, heartbeat: Heartbeat::new(now.at, &limits), last_ping: 0, goodbye: None });
        for room in self.rooms.keys().rev() {
            self.requests.wait_first(Request::Resume(*room));
        }
        Ok(())
    }

    /// Whether the next attempt is wanted now; asks once per wish.
    pub(crate) fn take_hurry(&mut self) -> bool {
        std::mem::take(&mut self.is_hurried)
    }

    /// The connection is gone.
    pub(crate) fn on_lost(&mut self) {
        self.session = None;
        self.typing.clear();
        for room in self.rooms.values_mut() {
            room.standing = Standing::Away;
        }
        self.requests.interrupted();
        for (room, id) in self.outgoing.interrupted() {
            self.mark(room, id, Mark::Waiting);
        }
    }

    /// Time was slept through.
    pub(crate) fn on_wake(&mut self, now: Moment) {
        if let Some(session) = &mut self.session {
            session.heartbeat.on_wake(now.at);
        }
    }

    /// Something came, whatever it was.
    pub(crate) fn on_heard(&mut self, now: Moment) {
        if let Some(session) = &mut self.session {
            session.heartbeat.on_heard(now.at);
        }
    }

    /// A time that [`Self::next_at`] named has come.
    pub(crate) fn on_time(&mut self, now: Moment) -> Result<(), End> {
        let Some(session) = &mut self.session else { return Ok(()) };
        if let Some((wait, until)) = session.goodbye
            && now.at >= until
        {
            return Err(End::GoAway(wait));
        }
        match session.heartbeat.due(now.at) {
            Due::Dead(silence) => {
                return Err(End::lost(format!("the server gave no answer for {} s", silence.as_secs())));
            }
            Due::Ping => {
                session.heartbeat.on_ping_sent(now.at);
                self.requests.wait_last(Request::Ping);
            }
            Due::Nothing => {}
        }
        self.ask_again_later_rooms(now);
        Ok(())
    }

    /// When [`Self::on_time`] has something to do, if there is a login.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        let session = self.session.as_ref()?;
        let later = self.rooms.values().filter_map(|room| match room.standing {
            Standing::Later(at) => Some(at),
            Standing::Away | Standing::Here => None,
        });
        let goodbye = session.goodbye.map(|(_, until)| until);
        later.chain(goodbye).chain([session.heartbeat.next_at()]).min()
    }

    /// What the end of the stream means.
    pub(crate) fn on_end_of_stream(&self) -> End {
        match self.session.as_ref().and_then(|session| session.goodbye) {
            Some((wait, _)) => End::GoAway(wait),
            None => End::lost("the server closed the connection"),
        }
    }

    /// Whether every post is decided, as far as it will be.
    pub(crate) fn is_quiet(&self) -> bool {
        !self.outgoing.is_any_open()
    }

    pub(crate) fn pop_event(&mut self) -> Option<LinkEvent> {
        self.events.pop_front()
    }

    pub(crate) fn events_waiting(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn tell(&mut self, event: LinkEvent) {
        self.events.push_back(event);
    }

    fn mark(&mut self, room: RoomId, id: PostId, mark: Mark) {
        self.tell(LinkEvent::Marked { room, id, mark });
    }

    fn accepted(&mut self, room: RoomId, id: PostId, seq: chat_proto::Seq, durability: Durability) {
        if self.outgoing.settle(room, id) {
            self.mark(room, id, Mark::Accepted { seq, durability });
        }
    }

    fn ask_again_later_rooms(&mut self, now: Moment) {
        for (id, room) in &mut self.rooms {
            if matches!(room.standing, Standing::Later(at) if at <= now.at) {
                room.standing = Standing::Away;
                self.requests.wait_first(Request::Resume(*id));
            }
        }
    }

    /// Ends a room: nothing more is asked about it, and its posts are decided as far as they can be.
    fn forget(&mut self, room: RoomId, last_word: LinkEvent) {
        self.memberships.retain(|membership| *membership != room);
        if self.rooms.remove(&room).is_none() {
            return;
        }
        self.over.push_back(room);
        if self.over.len() > OVER_MAX {
            self.over.pop_front();
        }
        self.requests.forget_room(room);
        self.typing.remove(&room);
        for (id, mark) in self.outgoing.room_over(room) {
            self.mark(room, id, mark);
        }
        self.tell(last_word);
    }
}
