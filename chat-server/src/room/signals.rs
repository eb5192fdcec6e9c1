//! What is told of somebody and not kept.
//!
//! Signals go over the broadcast of the room like entries, beside its log: whoever is behind misses them. They are few
//! at once, so that they push neither entries nor each other out of the ring.

use super::membership::Membership;
use super::{News, Room, SessionId, Signal};
use crate::config::Rate;
use crate::pace::Pace;
use crate::people::Person;
use chat_proto::codec::to_bytes;
use chat_proto::frame::{self, Presence, SignalKind, TypingState};
use chat_proto::{PersonId, ServerFrame};

/// How fast people may be told to be writing, all of a room together.
const TYPING: Rate = Rate { burst: 20.0, per_second: 10.0 };
/// How fast they may be told to be more or less present: the others wait.
const PRESENCE: Rate = Rate { burst: 20.0, per_second: 20.0 };

/// How fast signals may be told.
pub(super) struct Paces {
    typing: Pace,
    presence: Pace,
}

impl Paces {
    /// Every bucket full.
    pub(super) fn new() -> Self {
        Self { typing: Pace::new(TYPING), presence: Pace::new(PRESENCE) }
    }
}

impl Room {
    /// Tells the others that `person` is writing, or no longer is; unless nobody could read what they write, or too
    /// many write at once.
    pub(crate) fn tell_typing(&self, session: SessionId, person: &Person, typing: TypingState) {
        let kind = match typing {
            TypingState::Writing => SignalKind::Typing,
            TypingState::Stopped => SignalKind::Stopped,
        };
        if self.may_type(session, person) {
            self.tell(person.id, kind, Some(person.id));
        }
    }

    fn may_type(&self, session: SessionId, person: &Person) -> bool {
        let mut state = self.lock();
        let is_here = state.presences.member(person.id).is_some_and(|member| member.has(session));
        let has_voice = state.order.judge_voice(person.key).is_ok();
        !state.ended && is_here && has_voice && state.signals.typing.try_take(1.0).is_ok()
    }

    /// Whether one more may be told of now.
    pub(crate) fn may_tell_presence(&self) -> bool {
        self.lock().signals.presence.available() > 0
    }

    /// Tells everybody how present `person` is, if they are; says how many listen.
    pub(crate) fn tell_presence(&self, person: &Person, presence: &Presence) -> usize {
        {
            let mut state = self.lock();
            if !state.presences.member(person.id).is_some_and(Membership::is_present) {
                return 0;
            }
            state.signals.presence.take(1.0);
        }
        self.tell(person.id, SignalKind::Presence(presence.clone()), None);
        self.news.receivers()
    }

    fn tell(&self, person: PersonId, kind: SignalKind, except: Option<PersonId>) {
        let signal = frame::Signal { room: self.id, person, kind };
        let frame = to_bytes(0, &ServerFrame::from(signal));
        self.news.publish(News::Signal(Signal { except, frame }));
    }
}
