//! Code → room, id → room: which rooms there are.
//!
//! A code finds a room while it lives and rests when the room has ended; a room's id is never used again. Lock order:
//! the directory's lock is never held while a room's is taken.

mod openers;
mod resting;

use crate::config::Config;
use crate::environment::{Environment, random};
use crate::ledger::Ledger;
use crate::log::Logs;
use crate::log::record::{Fact, RestingCode, RestoredRoom};
use crate::people::{People, Person};
use crate::room::{
    Entrance, Grounds, Knock, Life, Order, Pair, PairId, RestoreError, Room, SessionId, Side, Subscription,
    Surroundings, Told,
};
use chat_proto::frame::{Create, Door, Keep, Presence, Stay};
use chat_proto::limits::DIRECT_ROOMS_PER_PERSON;
use chat_proto::{PersonId, RoomCode, RoomId};
use openers::Openers;
use resting::Resting;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::Instant;

/// Draws for a free code before giving up. With the alphabet's million codes and 10,000 rooms, two are rarely needed.
const CODE_DRAWS: usize = 64;
/// Rooms in which time passes before others have their turn: it takes some microseconds for each.
const ROOMS_SWEPT_AT_ONCE: usize = 64;

/// Every room.
pub(crate) struct Rooms {
    config: Arc<Config>,
    environment: Arc<dyn Environment>,
    logs: Arc<dyn Logs>,
    ledger: Ledger,
    directory: Mutex<Directory>,
    /// Held while the direct rooms of people are counted, and one more is added.
    direct_turn: Mutex<()>,
}

struct Directory {
    by_id: HashMap<RoomId, Arc<Room>>,
    by_code: HashMap<RoomCode, RoomId>,
    by_origin: HashMap<(PersonId, u64), RoomId>,
    by_pair: HashMap<PairId, RoomId>,
    openers: Openers,
    /// Of direct rooms.
    direct_openers: Openers,
    resting: Resting,
}

/// A room that a session has just entered.
pub(crate) struct Entered {
    /// The room.
    pub room: Arc<Room>,
    /// What happens in it from now on; nothing for a visitor.
    pub news: Option<Subscription>,
}

/// What a request for a new room came to.
pub(crate) enum Created {
    /// A new one, entered, and when that is told.
    New(Entered, Told),
    /// The same request opened this one before.
    Before(Arc<Room>),
}

/// Why no room could be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CreateError {
    /// As many rooms as there may be.
    Full {
        /// How many that is.
        max: usize,
    },
    /// No free code was drawn.
    NoCode,
    /// As many rooms as this key may have open.
    TooMany {
        /// How many that is.
        max: usize,
    },
    /// As many rooms as may be open that this address opened.
    TooManyFromHere {
        /// How many that is.
        max: usize,
    },
    /// This key opens rooms too fast.
    TooFast {
        /// How long it should not.
        wait: Duration,
    },
}

impl Rooms {
    /// Those that were kept, and the codes that rest.
    ///
    /// # Errors
    /// [`RestoreError`] if a room cannot be read.
    pub(crate) fn restore(
        (config, environment, logs): (&Arc<Config>, &Arc<dyn Environment>, Arc<dyn Logs>),
        (rooms, codes): (Vec<RestoredRoom>, Vec<RestingCode>),
        people: &People,
    ) -> Result<Self, RestoreError> {
        let ledger = Ledger::new(&logs, environment);
        let mut directory = Directory::new(config);
        let surroundings = Surroundings { config, environment, logs: &*logs };
        for room in rooms {
            directory.restore(&Room::restore(room, people, surroundings)?);
        }
        directory.rest(codes, &ledger);
        let (config, environment) = (Arc::clone(config), Arc::clone(environment));
        Ok(Self { config, environment, logs, ledger, directory: Mutex::new(directory), direct_turn: Mutex::new(()) })
    }

    /// One person at a time becomes a member of a direct room. Taken before any other lock.
    pub(crate) fn direct_turn(&self) -> MutexGuard<'_, ()> {
        self.direct_turn.lock().expect("no panic under this lock")
    }

    /// Where their logs are.
    pub(crate) fn logs(&self) -> &dyn Logs {
        &*self.logs
    }

    /// The room that a code finds, if it lets in who knocks. A room that is not there is one that lets nobody in: the
    /// same questions are asked of it, so that neither the answer nor its delay tells the one from the other.
    pub(crate) fn admitting(&self, code: RoomCode, knock: &Knock) -> Option<Arc<Room>> {
        let room = self.by_code(code);
        let opens = match &room {
            Some(room) => room.admits(knock),
            None => Order::nowhere().admits(knock, false),
        };
        room.filter(|_| opens)
    }

    fn by_code(&self, code: RoomCode) -> Option<Arc<Room>> {
        let directory = self.lock();
        directory.by_code.get(&code).and_then(|id| directory.by_id.get(id)).cloned()
    }

    /// The room with this id.
    pub(crate) fn by_id(&self, id: RoomId) -> Option<Arc<Room>> {
        self.lock().by_id.get(&id).cloned()
    }

    /// The room between these two, if they have one. One that is over makes place for the next, also if whoever ended it
    /// has not come to that yet.
    pub(crate) fn between(&self, pair: PairId) -> Option<Arc<Room>> {
        let room = self.lock().of_pair(pair)?;
        if room.is_ended() {
            self.end(&room);
            return None;
        }
        Some(room)
    }

    /// The room that `person` opened with this request before.
    pub(crate) fn by_origin(&self, person: PersonId, request: u64) -> Option<Arc<Room>> {
        let directory = self.lock();
        directory.of_origin((person, request))
    }

    /// Opens a room and lets its opener in. Of two that ask under the same id at once, one opens it.
    ///
    /// # Errors
    /// [`CreateError`].
    pub(crate) fn create(
        &self,
        person: &Arc<Person>,
        create: &Create,
        (session, knock): (SessionId, Knock),
    ) -> Result<Created, CreateError> {
        let room = self.make(person, (create, None), &knock)?;
        // Entered before anybody can find it: an empty room is swept away.
        let entrance = room.enter(session, person, create.stay, Grounds::Door(knock));
        let Entrance { news, told } = entrance.expect("a new room is neither over nor full, and opens to its owner");
        match self.announce(&room) {
            Ok(()) => Ok(Created::New(Entered { room, news }, told)),
            Err(first) => {
                self.discard(&room);
                Ok(Created::Before(first))
            }
        }
    }

    /// Opens the room between two people, with both of them as members, unless they have one; says who is a member by that.
    ///
    /// # Errors
    /// [`CreateError`].
    pub(crate) fn open_direct(
        &self,
        (person, other): (&Arc<Person>, &Arc<Person>),
        knock: &Knock,
    ) -> Result<(Arc<Room>, Vec<Arc<Person>>), CreateError> {
        let create = Create { id: 0, stay: Stay::Resident, door: Door::Direct, keep: Keep::Default };
        let pair = Pair::of(Side::from(&**person), Side::from(&**other));
        let room = self.make(person, (&create, Some(pair)), knock)?;
        // Members before anybody can find it: an empty room is swept away.
        let newcomers = room.add([person, other]);
        match self.announce(&room) {
            Ok(()) => Ok((room, newcomers)),
            Err(first) => {
                self.discard(&room);
                let newcomers = first.add([person, other]);
                Ok((first, newcomers))
            }
        }
    }

    /// Lets a key make somebody a member of a direct room, or says for how long it may not.
    ///
    /// # Errors
    /// [`CreateError::TooFast`].
    pub(crate) fn charge_direct(&self, knock: &Knock) -> Result<(), CreateError> {
        self.lock().direct_openers.charge(knock.key)
    }

    fn make(
        &self,
        person: &Arc<Person>,
        (create, pair): (&Create, Option<Pair>),
        knock: &Knock,
    ) -> Result<Arc<Room>, CreateError> {
        let id = RoomId(random(&*self.environment));
        let code = self.reserve(id, knock, create.door)?;
        let surroundings = Surroundings { config: &self.config, environment: &self.environment, logs: &*self.logs };
        Ok(Room::open((id, code), (person, knock.address), (create, pair), surroundings))
    }

    /// Lets a new room be found, unless one was opened for the same reason in the meantime.
    fn announce(&self, room: &Arc<Room>) -> Result<(), Arc<Room>> {
        let mut directory = self.lock();
        if let Some(first) = directory.twin_of(room) {
            return Err(first);
        }
        directory.insert(room);
        Ok(())
    }

    /// Undoes a room that nobody could find. Its code need not rest: nobody has seen it.
    fn discard(&self, room: &Arc<Room>) {
        {
            let mut directory = self.lock();
            directory.by_code.remove(&room.code);
            directory.forget_opener(room.id);
        }
        room.end();
        self.logs.erase(room.id);
    }

    fn reserve(&self, id: RoomId, knock: &Knock, door: Door) -> Result<RoomCode, CreateError> {
        let mut directory = self.lock();
        if directory.openers_of(door).len() >= self.config.rooms {
            return Err(CreateError::Full { max: self.config.rooms });
        }
        let now = Instant::now();
        let code = std::iter::repeat_with(|| self.environment.room_code())
            .take(CODE_DRAWS)
            .find(|code| directory.is_free(*code, now))
            .ok_or(CreateError::NoCode)?;
        directory.openers_of(door).open(id, knock)?;
        directory.by_code.insert(code, id);
        Ok(code)
    }

    /// Takes a room that is over out of the directory and lets its code rest.
    pub(crate) fn end(&self, room: &Arc<Room>) {
        let mut directory = self.lock();
        if directory.by_id.remove(&room.id).is_none() {
            return;
        }
        directory.by_code.remove(&room.code);
        match room.direct() {
            Some(pair) => drop(directory.by_pair.remove(&pair.id())),
            None => drop(directory.by_origin.remove(&origin_of(room))),
        }
        directory.forget_opener(room.id);
        let moment = self.ledger.moment();
        let since = moment.wall_at(moment.instant());
        self.ledger.note(|| Fact::CodeRests(RestingCode { code: room.code, since }));
        directory.resting.begin(room.code, moment.instant(), &self.ledger);
        drop(directory);
        // Kept before the room is forgotten, or a crash in between would give its code out again.
        self.ledger.hand_over();
        room.end();
        self.logs.erase(room.id);
    }

    /// Whether all rooms of `person` may be told of one more now.
    pub(crate) fn may_tell_presence(&self, person: &Person) -> bool {
        self.rooms_of(person).all(|room| room.may_tell_presence())
    }

    /// Tells all rooms in which `person` is how present they are; says how many listen.
    pub(crate) fn tell_presence(&self, person: &Person, presence: &Presence) -> usize {
        self.rooms_of(person).map(|room| room.tell_presence(person, presence)).sum()
    }

    fn rooms_of(&self, person: &Person) -> impl Iterator<Item = Arc<Room>> {
        person.rooms().into_iter().filter_map(|id| self.by_id(id))
    }

    /// Carries out what became of a room.
    pub(crate) fn settle(&self, room: &Arc<Room>, life: Life) {
        match life {
            Life::Lives => {}
            Life::Over => self.end(room),
        }
    }

    /// Lets time pass in every room. Whatever else is to be done goes on in between.
    pub(crate) async fn sweep(&self) {
        let rooms: Vec<_> = {
            let (now, mut directory) = (Instant::now(), self.lock());
            directory.openers.sweep();
            directory.direct_openers.sweep();
            directory.resting.sweep(now, &self.ledger);
            directory.by_id.values().cloned().collect()
        };
        self.ledger.hand_over();
        for (number, some) in rooms.chunks(ROOMS_SWEPT_AT_ONCE).enumerate() {
            if number > 0 {
                yield_now().await;
            }
            let now = Instant::now();
            for room in some {
                let life = room.sweep(now);
                self.settle(room, life);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().expect("no panic under this lock")
    }
}

impl Directory {
    fn new(config: &Config) -> Self {
        Self {
            by_id: HashMap::new(),
            by_code: HashMap::new(),
            by_origin: HashMap::new(),
            by_pair: HashMap::new(),
            openers: Openers::new(config, config.rooms_per_key),
            direct_openers: Openers::new(config, DIRECT_ROOMS_PER_PERSON),
            resting: Resting::new(config),
        }
    }

    fn restore(&mut self, room: &Arc<Room>) {
        self.insert(room);
        self.by_code.insert(room.code, room.id);
        let door = if room.direct().is_some() { Door::Direct } else { Door::Open };
        self.openers_of(door).restore(room.id, room.origin.key, room.origin.address);
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

    fn insert(&mut self, room: &Arc<Room>) {
        self.by_id.insert(room.id, Arc::clone(room));
        match room.direct() {
            Some(pair) => drop(self.by_pair.insert(pair.id(), room.id)),
            None => drop(self.by_origin.insert(origin_of(room), room.id)),
        }
    }

    /// The room that was opened for the same reason before.
    fn twin_of(&self, room: &Room) -> Option<Arc<Room>> {
        match room.direct() {
            Some(pair) => self.of_pair(pair.id()),
            None => self.of_origin(origin_of(room)),
        }
    }

    /// Lets codes rest that did before, the longest first.
    fn rest(&mut self, mut codes: Vec<RestingCode>, ledger: &Ledger) {
        codes.sort_by_key(|resting| resting.since);
        for RestingCode { code, since } in codes {
            // A crash came between the end of the room and its being forgotten: it ends once more, and rests then.
            if !self.by_code.contains_key(&code) {
                self.resting.begin(code, ledger.moment().past(since), ledger);
            }
        }
    }

    fn of_pair(&self, pair: PairId) -> Option<Arc<Room>> {
        self.by_pair.get(&pair).and_then(|id| self.by_id.get(id)).cloned()
    }

    fn of_origin(&self, origin: (PersonId, u64)) -> Option<Arc<Room>> {
        self.by_origin.get(&origin).and_then(|id| self.by_id.get(id)).cloned()
    }

    fn is_free(&self, code: RoomCode, now: Instant) -> bool {
        !self.by_code.contains_key(&code) && !self.resting.has(code, now)
    }
}

fn origin_of(room: &Room) -> (PersonId, u64) {
    (room.origin.person, room.origin.request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rate;
    use crate::environment::System;
    use crate::log::memory::MemoryLogs;
    use crate::network::Network;
    use chat_proto::Nick;
    use futures_util::FutureExt;
    use std::net::{IpAddr, Ipv4Addr};

    #[tokio::test]
    async fn while_time_passes_in_many_rooms_others_have_their_turn_and_no_room_is_left_out() {
        let config = Arc::new(Config { rooms_per_key: 1_000, creates: Rate::UNLIMITED, ..Config::default() });
        let people = People::new(&config);
        let person = people.claim([1; 32], &Nick::parse(b"alice").expect("a name")).expect("a free name");
        let environment: Arc<dyn Environment> = Arc::new(System);
        let logs: Arc<dyn Logs> = Arc::new(MemoryLogs::new(config.memory()));
        let rooms = Rooms::restore((&config, &environment, logs), (vec![], vec![]), &people).expect("nothing was kept");
        let address = Network::of(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let knock = Knock { key: person.key, address, secret: None };
        let opened = (0..=2 * ROOMS_SWEPT_AT_ONCE as u64).map(|id| {
            let create = Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
            rooms.make(&person, (&create, None), &knock).expect("a room")
        });
        for room in opened {
            rooms.lock().insert(&room);
        }

        let mut sweep = Box::pin(rooms.sweep());
        assert!((&mut sweep).now_or_never().is_none(), "it gives way");
        let left = rooms.lock().by_id.len();
        assert_eq!(left, ROOMS_SWEPT_AT_ONCE + 1, "the first of them were empty, and are over");
        sweep.await;

        assert!(rooms.lock().by_id.is_empty());
    }
}
