//! What somebody does all day.

use crate::support::person::Person;
use crate::wire::Wire;
use chat_proto::RoomCode;
use chat_tui::link::Command;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// From one thing to the next, at most; half of it on average.
const PAUSE: Duration = Duration::from_secs(20);

pub(crate) struct Life {
    wire: Arc<Wire>,
    code: RoomCode,
    person: Person,
    dice: StdRng,
}

impl Life {
    pub(crate) fn new(wire: Arc<Wire>, code: RoomCode, person: Person) -> Self {
        let dice = StdRng::seed_from_u64(person.number);
        Self { wire, code, person, dice }
    }

    /// Until the time is over and everything that was said is in the log.
    pub(crate) async fn go_on(mut self, until: Instant) -> Person {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let pause = self.dice.random_range(Duration::ZERO..PAUSE);
            self.person.listen(pause.min(left)).await;
            if pause >= left {
                self.person.settle(0).await;
                return self.person;
            }
            match self.dice.random_range(0..100) {
                0..80 => self.person.say().await,
                80..90 => self.wire.cut(),
                _ => self.leave_and_come_back().await,
            }
        }
    }

    async fn leave_and_come_back(&mut self) {
        self.person.settle(0).await;
        self.person.leave().await;
        self.person.listen(Duration::from_secs(1)).await;
        self.person.enter(Command::Join(self.code, None)).await;
    }
}
