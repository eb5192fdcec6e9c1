//! What finds a room: its id, its code, the request that opened it, its two people.

use super::CreateError;
use super::openers::Openers;
use super::resting::Resting;
use crate::config::Config;
use crate::environment::Environment;
use crate::ledger::Ledger;
use crate::log::record::{Fact, RestingCode};
use crate::room::{Knock, PairId, Room};
use chat_proto::frame::Door;
use chat_proto::limits::DIRECT_ROOMS_PER_PERSON;
use chat_proto::{PersonId, RoomCode, RoomId};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::time::Instant;

/// Draws for a free code before giving up. With the alphabet's million codes and 10,000 rooms, two are rarely needed.
const CODE_DRAWS: usize = 64;

/// Every room, and the codes that find none for now.
pub(super) struct Directory {
    /// So many rooms there may be, and as many direct ones besides.
    most: usize,
    by_id: HashMap<RoomId, Arc<Room>>,
    by_code: HashMap<RoomCode, RoomId>,
    by_origin: HashMap<(PersonId, u64), RoomId>,
    by_pair: HashMap<PairId, RoomId>,
    openers: Openers,
    /// Of direct rooms.
    direct_openers: Openers,
    resting: Resting,
}

impl Directory {
    /// No room yet.
    pub(super) fn new(config: &Config) -> Self {
        Self {
            most: config.rooms,
            by_id: HashMap::new(),
            by_code: HashMap::new(),
            by_origin: HashMap::new(),
            by_pair: HashMap::new(),
            openers: Openers::new(config, config.rooms_per_key),
            direct_openers: Openers::new(config, DIRECT_ROOMS_PER_PERSON),
            resting: Resting::new(config),
        }
    }

    /// Lets a room be found that was kept.
    pub(super) fn restore(&mut self, room: &Arc<Room>) {
        self.insert(room);
        self.by_code.insert(room.code, room.id);
        let door = if room.direct().is_some() { Door::Direct } else { Door::Open };
        self.openers_of(door).restore(room.id, room.origin.key, room.origin.address);
    }

    /// A free code for a new room, which finds nothing until the room is [inserted](Self::insert).
    ///
    /// # Errors
    /// [`CreateError`].
    pub(super) fn reserve(
        &mut self,
        (id, door): (RoomId, Door),
        knock: &Knock,
        environment: &dyn Environment,
    ) -> Result<RoomCode, CreateError> {
        let most = self.most;
        if self.openers_of(door).len() >= most {
            return Err(CreateError::Full { max: most });
        }
        let now = Instant::now();
        let code = std::iter::repeat_with(|| environment.room_code())
            .take(CODE_DRAWS)
            .find(|code| self.is_free(*code, now))
            .ok_or(CreateError::NoCode)?;
        self.openers_of(door).open(id, knock)?;
        self.by_code.insert(code, id);
        Ok(code)
    }

    /// Lets a key make somebody a member of a direct room.
    ///
    /// # Errors
    /// [`CreateError::TooFast`].
    pub(super) fn charge_direct(&mut self, knock: &Knock) -> Result<(), CreateError> {
        self.direct_openers.charge(knock.key)
    }

    /// Takes back what was reserved for a room that nobody could find. Its code need not rest: nobody has seen it.
    pub(super) fn discard(&mut self, room: &Room) {
        self.by_code.remove(&room.code);
        self.forget_opener(room.id);
    }

    /// Lets a room be found no longer, and its code rest; says whether it was still there.
    pub(super) fn end(&mut self, room: &Room, ledger: &Ledger) -> bool {
        if self.by_id.remove(&room.id).is_none() {
            return false;
        }
        self.by_code.remove(&room.code);
        match room.direct() {
            Some(pair) => drop(self.by_pair.remove(&pair.id())),
            None => drop(self.by_origin.remove(&origin_of(room))),
        }
        self.forget_opener(room.id);
        let moment = ledger.moment();
        let since = moment.wall_at(moment.instant());
        ledger.note(|| Fact::CodeRests(RestingCode { code: room.code, since }));
        self.resting.begin(room.code, moment.instant(), ledger);
        true
    }

    /// Lets time pass; returns every room.
    pub(super) fn sweep(&mut self, now: Instant, ledger: &Ledger) -> Vec<Arc<Room>> {
        self.openers.sweep();
        self.direct_openers.sweep();
        self.resting.sweep(now, ledger);
        self.by_id.values().cloned().collect()
    }

    /// Who opened rooms like this. There may be as many direct ones as others besides.
    fn openers_of(&mut self, door: Door) -> &mut Openers {
        match door {
            Door::Direct => &mut self.direct_openers,
            Door::Open | Door::Private => &mut self.openers,
        }
    }

    fn forget_opener(&mut self, room: RoomId) {
        self.openers.ended(room);
        self.direct_openers.ended(room);
    }

    /// Lets a room be found whose code was reserved.
    pub(super) fn insert(&mut self, room: &Arc<Room>) {
        self.by_id.insert(room.id, Arc::clone(room));
        match room.direct() {
            Some(pair) => drop(self.by_pair.insert(pair.id(), room.id)),
            None => drop(self.by_origin.insert(origin_of(room), room.id)),
        }
    }

    /// The room that was opened for the same reason before.
    pub(super) fn twin_of(&self, room: &Room) -> Option<Arc<Room>> {
        match room.direct() {
            Some(pair) => self.of_pair(pair.id()),
            None => self.of_origin(origin_of(room)),
        }
    }

    /// Lets codes rest that did before, the longest first.
    pub(super) fn rest(&mut self, mut codes: Vec<RestingCode>, ledger: &Ledger) {
        codes.sort_by_key(|resting| resting.since);
        for RestingCode { code, since } in codes {
            // A crash came between the end of the room and its being forgotten: it ends once more, and rests then.
            if !self.by_code.contains_key(&code) {
                self.resting.begin(code, ledger.moment().past(since), ledger);
            }
        }
    }

    /// The room with this id.
    pub(super) fn by_id(&self, id: RoomId) -> Option<Arc<Room>> {
        self.by_id.get(&id).cloned()
    }

    /// The room that a code finds.
    pub(super) fn by_code(&self, code: RoomCode) -> Option<Arc<Room>> {
        self.by_id(*self.by_code.get(&code)?)
    }

    /// The room between two people.
    pub(super) fn of_pair(&self, pair: PairId) -> Option<Arc<Room>> {
        self.by_id(*self.by_pair.get(&pair)?)
    }

    /// The room that was opened with a request.
    pub(super) fn of_origin(&self, origin: (PersonId, u64)) -> Option<Arc<Room>> {
        self.by_id(*self.by_origin.get(&origin)?)
    }

    fn is_free(&self, code: RoomCode, now: Instant) -> bool {
        !self.by_code.contains_key(&code) && !self.resting.has(code, now)
    }
}

fn origin_of(room: &Room) -> (PersonId, u64) {
    (room.origin.person, room.origin.request)
}
