//! Which key opened which room: how many are open, and how fast they are opened.
//!
//! Bounded by the rooms there are and by [`OPENERS_MAX`]; a key is forgotten when none of its rooms lives and its pace is
//! whole again.

use super::CreateError;
use crate::config::{Config, Rate};
use crate::pace::Pace;
use crate::people::Key;
use chat_proto::RoomId;
use std::collections::HashMap;

/// Keys remembered. Keys are free: beyond, those without a room are forgotten.
const OPENERS_MAX: usize = 65_536;

pub(super) struct Openers {
    most: usize,
    rate: Rate,
    by_key: HashMap<Key, Opener>,
    by_room: HashMap<RoomId, Key>,
}

struct Opener {
    open: usize,
    pace: Pace,
}

impl Openers {
    pub(super) fn new(config: &Config) -> Self {
        let (most, rate) = (config.rooms_per_key, config.creates);
        Self { most, rate, by_key: HashMap::new(), by_room: HashMap::new() }
    }

    /// Counts a room that `key` opens, or says why it may not.
    pub(super) fn open(&mut self, key: Key, room: RoomId) -> Result<(), CreateError> {
        if self.by_key.len() >= OPENERS_MAX && !self.by_key.contains_key(&key) {
            self.by_key.retain(|_, opener| opener.open > 0);
        }
        let rate = self.rate;
        let opener = self.by_key.entry(key).or_insert_with(|| Opener { open: 0, pace: Pace::new(rate) });
        if opener.open >= self.most {
            return Err(CreateError::TooMany { max: self.most });
        }
        opener.pace.try_take(1.0).map_err(|wait| CreateError::TooFast { wait })?;
        opener.open += 1;
        self.by_room.insert(room, key);
        Ok(())
    }

    /// A room is over.
    pub(super) fn ended(&mut self, room: RoomId) {
        let opener = self.by_room.remove(&room).and_then(|key| self.by_key.get_mut(&key));
        if let Some(opener) = opener {
            opener.open -= 1;
        }
    }

    /// Forgets keys of which nothing is left to say.
    pub(super) fn sweep(&mut self) {
        self.by_key.retain(|_, opener| opener.open > 0 || !opener.pace.is_full());
    }
}
