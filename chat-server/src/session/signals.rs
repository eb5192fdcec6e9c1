//! What a session says that is not kept: that its person writes, and how present they are.

use super::Session;
use crate::refusals;
use crate::transport::Stream;
use chat_proto::frame::{Done, Presence, SetPresence, Typing};
use chat_proto::limits::AWAY_BYTES;
use chat_proto::{Refused, Topic};
use std::sync::Arc;

impl<S: Stream> Session<S> {
    /// Says nothing where it may not be said, or too often: it may be lost. Whoever asks is answered all the same.
    #[expect(clippy::unnecessary_wraps, reason = "a row of the dispatch table like the others")]
    pub(super) fn on_typing(&mut self, request: u32, typing: Typing) -> Result<(), Refused> {
        let session = self.id;
        let deliveries = &mut self.member().deliveries;
        let person = Arc::clone(deliveries.person());
        if let Some(room) = deliveries.typing_in(typing.room) {
            room.tell_typing(session, &person, typing.state);
        }
        if request != 0 {
            self.answer(request, &Done {});
        }
        Ok(())
    }

    /// Told to others with the next sweep.
    pub(super) fn on_set_presence(&mut self, request: u32, set: SetPresence) -> Result<(), Refused> {
        let presence = judged(set.presence)?;
        self.member().attendance.say(presence);
        self.answer(request, &Done {});
        Ok(())
    }
}

/// What somebody may be, cleaned.
fn judged(presence: Presence) -> Result<Presence, Refused> {
    match presence {
        Presence::Here | Presence::Idle => Ok(presence),
        Presence::Gone => Err(refusals::gone_by_hand()),
        Presence::Away(word) => {
            let word = Topic::parse(&word).map_err(refusals::text)?;
            match word.as_str().len() <= AWAY_BYTES {
                true => Ok(Presence::Away(word.as_str().to_owned().into())),
                false => Err(refusals::away_too_long(AWAY_BYTES)),
            }
        }
    }
}
