//! Which key opened which room, and from where: how many are open, and how fast they are opened.
//!
//! Bounded by the rooms there are and by [`OPENERS_MAX`]; a key is forgotten when none of its rooms lives and its pace
//! is whole again.

use super::CreateError;
use crate::config::{Config, Rate};
use crate::network::Network;
use crate::pace::Pace;
use crate::people::Key;
use crate::room::Knock;
use chat_proto::RoomId;
use std::collections::HashMap;

/// Keys remembered. Keys are free: beyond, those without a room are forgotten.
const OPENERS_MAX: usize = 65_536;

pub(super) struct Openers {
    most: usize,
    most_from_one_address: usize,
    exempts_loopback: bool,
    rate: Rate,
    by_key: HashMap<Key, Opener>,
    /// How many are open that were opened from there.
    by_address: HashMap<Network, usize>,
    by_room: HashMap<RoomId, (Key, Network)>,
}

struct Opener {
    open: usize,
    pace: Pace,
}

impl Openers {
    /// None yet; each key may have `most` rooms open.
    pub(super) fn new(config: &Config, most: usize) -> Self {
        Self {
            most,
            most_from_one_address: config.rooms_per_address,
            exempts_loopback: config.loopback_exemption,
            rate: config.creates,
            by_key: HashMap::new(),
            by_address: HashMap::new(),
            by_room: HashMap::new(),
        }
    }

    /// Counts a room that `knock` opens, or says why it may not.
    pub(super) fn open(&mut self, room: RoomId, knock: &Knock) -> Result<(), CreateError> {
        let Knock { key, address, .. } = *knock;
        self.check_address(address)?;
        self.take(key)?;
        self.count(room, key, address);
        Ok(())
    }

    /// Counts a room that was opened before this process.
    pub(super) fn restore(&mut self, room: RoomId, key: Key, address: Network) {
        self.opener(key).open += 1;
        self.count(room, key, address);
    }

    /// How many rooms are open.
    pub(super) fn len(&self) -> usize {
        self.by_room.len()
    }

    /// Counts something that is paced like opening a room.
    pub(super) fn charge(&mut self, key: Key) -> Result<(), CreateError> {
        self.make_place(key);
        self.opener(key).pace.try_take(1.0).map_err(|wait| CreateError::TooFast { wait })
    }

    fn count(&mut self, room: RoomId, key: Key, address: Network) {
        *self.by_address.entry(address).or_default() += 1;
        self.by_room.insert(room, (key, address));
    }

    fn opener(&mut self, key: Key) -> &mut Opener {
        let rate = self.rate;
        self.by_key.entry(key).or_insert_with(|| Opener { open: 0, pace: Pace::new(rate) })
    }

    fn check_address(&self, address: Network) -> Result<(), CreateError> {
        let is_exempt = self.exempts_loopback && address.is_loopback();
        let max = self.most_from_one_address;
        match self.by_address.get(&address) {
            Some(open) if *open >= max && !is_exempt => Err(CreateError::TooManyFromHere { max }),
            _ => Ok(()),
        }
    }

    fn take(&mut self, key: Key) -> Result<(), CreateError> {
        self.make_place(key);
        let max = self.most;
        let opener = self.opener(key);
        if opener.open >= max {
            return Err(CreateError::TooMany { max });
        }
        opener.pace.try_take(1.0).map_err(|wait| CreateError::TooFast { wait })?;
        opener.open += 1;
        Ok(())
    }

    fn make_place(&mut self, key: Key) {
        if self.by_key.len() >= OPENERS_MAX && !self.by_key.contains_key(&key) {
            self.by_key.retain(|_, opener| opener.open > 0);
        }
    }

    /// A room is over.
    pub(super) fn ended(&mut self, room: RoomId) {
        let Some((key, address)) = self.by_room.remove(&room) else { return };
        if let Some(opener) = self.by_key.get_mut(&key) {
            opener.open -= 1;
        }
        if let Some(open) = self.by_address.get_mut(&address) {
            *open -= 1;
        }
    }

    /// Forgets keys and addresses of which nothing is left to say.
    pub(super) fn sweep(&mut self) {
        self.by_address.retain(|_, open| *open > 0);
        self.by_key.retain(|_, opener| opener.open > 0 || !opener.pace.is_full());
    }
}
