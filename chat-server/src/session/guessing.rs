//! Joining by a bare code, which may be a guess: refused or made to wait when there were too many.
//!
//! An invite's secret is no guess, nor is the code of a room by one of its members: they go straight in.

use super::Session;
use crate::guard::{Admission, Turn};
use crate::refusals;
use crate::transport::Stream;
use chat_proto::frame::Join;
use chat_proto::{Code, Refused, RoomCode};
use std::pin::Pin;

/// A code that waits to be tried.
pub(super) struct Guess {
    request: u32,
    join: Join,
    /// When it may be.
    pub(super) turn: Pin<Box<dyn Future<Output = Turn> + Send>>,
}

impl<S: Stream> Session<S> {
    pub(super) async fn on_join(&mut self, request: u32, join: Join) -> Result<(), Refused> {
        if !self.is_guess(&join) {
            return self.join(request, &join).await;
        }
        match self.shared.guesses.ask(self.network()) {
            Admission::Now(turn) => self.try_code(request, &join, turn).await,
            Admission::Refused(wait) => Err(refusals::too_many_guesses(wait)),
            Admission::Later(waiting) => {
                self.guess = Some(Box::new(Guess { request, join, turn: Box::pin(waiting.turn()) }));
                Ok(())
            }
        }
    }

    /// The turn of the code that waits has come.
    pub(super) async fn on_called(&mut self, turn: Turn) {
        let Some(guess) = self.guess.take() else { return };
        let Guess { request, join, .. } = *guess;
        let answered = match self.shared.guesses.spent_for(self.network()) {
            Some(wait) => {
                self.shared.guesses.give_back(&turn);
                Err(refusals::too_many_guesses(wait))
            }
            None => self.try_code(request, &join, turn).await,
        };
        if let Err(refused) = answered {
            self.refuse(request, &refused);
        }
    }

    async fn try_code(&mut self, request: u32, join: &Join, turn: Turn) -> Result<(), Refused> {
        let answered = self.join(request, join).await;
        match &answered {
            Err(refused) if refused.code == Code::JOIN_DENIED => self.shared.guesses.failed(self.network(), turn),
            _ => self.shared.guesses.give_back(&turn),
        }
        answered
    }

    /// Whether the answer would tell somebody who is no member something about a code. Asks only the key's own rooms:
    /// no room that is not theirs is touched before there is leave to.
    fn is_guess(&mut self, join: &Join) -> bool {
        let Ok(code) = RoomCode::parse(&join.code) else { return false };
        let key = self.member().deliveries.person().key;
        let mine = self.shared.people.rooms_of(key);
        let is_mine = mine.into_iter().filter_map(|id| self.shared.rooms.by_id(id)).any(|room| room.code == code);
        join.secret.is_none() && !is_mine
    }
}
