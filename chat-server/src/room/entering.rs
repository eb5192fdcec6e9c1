//! Into a room and out of it.

use super::order::{Knock, Whom};
use super::presence::{Life, Note, Presences};
use super::told::Told;
use super::{Departure, Room, SessionId, State, Subscription};
use crate::log::record::Record;
use crate::people::{Key, Person};
use bytes::Bytes;
use chat_proto::frame::{Invitation, Stay};
use chat_proto::{Act, Author, EntryBody, Nick, PersonId};
use std::sync::Arc;
use tokio::time::Instant;

/// On what grounds somebody comes in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grounds {
    /// This person is a member.
    Membership,
    /// The door opens to them.
    Door(Knock),
}

/// What whoever entered has.
#[derive(Debug)]
pub(crate) struct Entrance {
    /// What happens from now on; nothing for a visitor.
    pub news: Option<Subscription>,
    /// To be waited for before they are told that they are in.
    pub told: Told,
}

/// Why nobody enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnterError {
    /// The room is over.
    Ended,
    /// The door does not open to them, or not any more.
    Denied,
    /// As many members as may be are present.
    Full {
        /// How many that is.
        max: usize,
    },
}

impl Room {
    /// Whether the door opens.
    pub(crate) fn admits(&self, knock: &Knock) -> bool {
        self.lock().admits(knock)
    }

    /// Lets a session in. A visitor gets no news. The grounds are judged under the same lock: nobody slips in beside an
    /// act that was just published.
    ///
    /// # Errors
    /// [`EnterError`].
    pub(crate) fn enter(
        self: &Arc<Self>,
        session: SessionId,
        person: &Arc<Person>,
        stay: Stay,
        grounds: Grounds,
    ) -> Result<Entrance, EnterError> {
        let entrance = {
            let mut state = self.lock();
            state.check_entrance(person.id, grounds)?;
            let State { presences, writing, order, .. } = &mut *state;
            let note: Note<'_> = &mut |person, body| writing.note(self.environment.now(), person, body);
            let told = presences.enter(session, person, stay, (order, note));
            let told = told.map_err(|max| EnterError::Full { max })?;
            self.keep_dropped(&mut state);
            let State { order, owner_seen, .. } = &mut *state;
            if order.owns(person.key) && stay != Stay::Visitor {
                *owner_seen = Instant::now();
            }
            // Subscribed before anybody reads the log: what is not in the log by then will come as news.
            let news = (stay != Stay::Visitor).then(|| self.news.subscribe());
            // In memory, a crash loses the room with the membership.
            Entrance { news, told: if self.is_on_disk() { told } else { Told::default() } }
        };
        person.came_in();
        self.flush();
        Ok(entrance)
    }

    /// Makes members of people who need not be there; gives back those who were none.
    pub(crate) fn add<'a>(self: &Arc<Self>, people: impl IntoIterator<Item = &'a Arc<Person>>) -> Vec<Arc<Person>> {
        people.into_iter().filter_map(|person| self.add_one(person)).collect()
    }

    fn add_one(self: &Arc<Self>, person: &Arc<Person>) -> Option<Arc<Person>> {
        {
            let mut state = self.lock();
            if state.ended || state.presences.is_member(person.id) {
                return None;
            }
            let record = state.presences.add(person).record_now(self.moment());
            if self.is_on_disk() {
                state.writing.records.push(Record::Member(record));
            }
        }
        person.came_in();
        self.flush();
        Some(Arc::clone(person))
    }

    /// Ends a session's stay.
    pub(crate) fn depart(self: &Arc<Self>, session: SessionId, person: &Arc<Person>, how: Departure) -> Life {
        self.with_presences(|presences, note| presences.depart(session, person, how, note))
    }

    /// Ends a person's membership, on the word of one of their sessions; says when that is told. An owner gives up the
    /// room as well.
    pub(crate) fn leave(self: &Arc<Self>, session: SessionId, person: &Arc<Person>) -> (Life, Told) {
        let mut told = Told::default();
        let life = {
            let mut state = self.lock();
            let life = self.act_on(&mut state, |presences, note| {
                let (life, left) = presences.leave(session, person, note);
                told = left;
                life
            });
            if !state.presences.has_key(person.key) && state.order.owns(person.key) {
                state.writing.note_succession(self.environment.now(), person.key);
            }
            life
        };
        self.flush();
        (life, if self.is_on_disk() { told } else { Told::default() })
    }

    /// Tells the room that `person` bears a new name, if they are a member.
    pub(crate) fn renamed(self: &Arc<Self>, person: &Person, old: &Nick, new: &Nick) {
        let bytes = |name: &Nick| Bytes::copy_from_slice(name.as_str().as_bytes());
        {
            let mut state = self.lock();
            if state.ended || !state.presences.is_member(person.id) {
                return;
            }
            let author = Author { person: person.id, name: bytes(old) };
            let body = EntryBody::Renamed(bytes(new));
            state.writing.note_as(self.environment.now(), (author, person.key), body);
        }
        self.flush();
    }

    /// Lets time pass: lost people fade, an empty room ends, an owner who stays away loses the room.
    pub(crate) fn sweep(self: &Arc<Self>, now: Instant) -> Life {
        let life = {
            let mut state = self.lock();
            let said = state.writing.has_been_said();
            let life = self.act_on(&mut state, |presences, note| presences.sweep(now, said, note));
            state.order.sweep(now);
            state.note_absence(now, self.environment.now());
            state.writing.try_again();
            if self.is_on_disk() {
                state.writing.ask_for_reading();
            }
            life
        };
        self.flush();
        life
    }

    /// Whom an act that takes something back means.
    pub(crate) fn listed(&self, act: &Act) -> Option<Whom> {
        self.lock().order.listed(act)
    }

    /// What lets others in, if whoever asks is a member.
    pub(crate) fn invitation(&self, key: Key) -> Option<Invitation> {
        let state = self.lock();
        let is_member = !state.ended && state.presences.has_key(key);
        is_member.then(|| Invitation { room: self.id, code: self.code.bytes(), secret: state.order.secret() })
    }

    fn with_presences(self: &Arc<Self>, act: impl FnOnce(&mut Presences, Note<'_>) -> Life) -> Life {
        let life = self.act_on(&mut self.lock(), act);
        self.flush();
        life
    }

    fn act_on(&self, state: &mut State, act: impl FnOnce(&mut Presences, Note<'_>) -> Life) -> Life {
        let State { presences, writing, .. } = state;
        let life = act(presences, &mut |person, body| writing.note(self.environment.now(), person, body));
        // Decided and done under one lock: nobody enters a room that is about to be ended.
        state.ended |= life == Life::Over;
        self.keep_dropped(state);
        life
    }

    /// No entry tells of them.
    fn keep_dropped(&self, state: &mut State) {
        let dropped = state.presences.take_dropped();
        if self.is_on_disk() {
            state.writing.records.extend(dropped.into_iter().map(Record::NoMember));
        }
    }
}

impl State {
    fn admits(&self, knock: &Knock) -> bool {
        self.order.admits(knock, self.is_home(knock.key)) && !self.ended
    }

    fn is_home(&self, key: Key) -> bool {
        self.presences.has_key(key) || self.order.owns(key)
    }

    fn check_entrance(&self, person: PersonId, grounds: Grounds) -> Result<(), EnterError> {
        let is_granted = match &grounds {
            Grounds::Membership => self.presences.is_member(person),
            Grounds::Door(knock) => self.admits(knock),
        };
        match is_granted {
            _ if self.ended => Err(EnterError::Ended),
            false => Err(EnterError::Denied),
            true => Ok(()),
        }
    }
}
