//! Which rooms there are: opening, finding and ending them.
//!
//! A code finds a room while it lives and rests when the room has ended; a room's id is never used again. Lock order:
//! the directory's lock is never held while a room's is taken.

mod directory;
mod openers;
mod resting;

use crate::config::Config;
use crate::environment::{Environment, random};
use crate::ledger::Ledger;
use crate::log::Logs;
use crate::log::record::{RestingCode, RestoredRoom};
use crate::people::{People, Person};
use crate::room::{
    Entrance, Grounds, Knock, Life, Order, Pair, PairId, RestoreError, Room, SessionId, Side, Subscription,
    Surroundings, Told,
};
use chat_proto::frame::{Create, Door, Keep, Presence, Stay};
use chat_proto::{PersonId, RoomCode, RoomId};
use directory::Directory;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::Instant;

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
        self.lock().by_code(code)
    }

    /// The room with this id.
    pub(crate) fn by_id(&self, id: RoomId) -> Option<Arc<Room>> {
        self.lock().by_id(id)
    }

    /// The room between these two, if they have one. One that is over makes place for the next, also if whoever ended
    /// it has not come to that yet.
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
        self.lock().of_origin((person, request))
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

    /// Opens the room between two people, with both of them as members, unless they have one; says who is a member by
    /// that.
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
        self.lock().charge_direct(knock)
    }

    fn make(
        &self,
        person: &Arc<Person>,
        (create, pair): (&Create, Option<Pair>),
        knock: &Knock,
    ) -> Result<Arc<Room>, CreateError> {
        let id = RoomId(random(&*self.environment));
        let code = self.lock().reserve((id, create.door), knock, &*self.environment)?;
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

    /// Undoes a room that nobody could find.
    fn discard(&self, room: &Room) {
        self.lock().discard(room);
        room.end();
        self.logs.erase(room.id);
    }

    /// Takes a room that is over out of the directory and lets its code rest.
    pub(crate) fn end(&self, room: &Arc<Room>) {
        if !self.lock().end(room, &self.ledger) {
            return;
        }
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
        let rooms = self.lock().sweep(Instant::now(), &self.ledger);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rate;
    use crate::environment::System;
    use crate::log::memory::MemoryLogs;
    use crate::network::Network;
    use crate::room::Departure;
    use chat_proto::Nick;
    use futures_util::FutureExt;
    use std::net::Ipv4Addr;

    /// Rooms in memory, and somebody who opens as many as they like.
    struct Bench {
        rooms: Rooms,
        person: Arc<Person>,
        knock: Knock,
    }

    impl Bench {
        fn new() -> Self {
            let config = Arc::new(Config { rooms_per_key: 1_000, creates: Rate::UNLIMITED, ..Config::default() });
            let people = People::new(&config);
            let person = people.claim([1; 32], &Nick::parse(b"alice").expect("a name")).expect("a free name");
            let environment: Arc<dyn Environment> = Arc::new(System);
            let logs: Arc<dyn Logs> = Arc::new(MemoryLogs::new(config.memory()));
            let rooms =
                Rooms::restore((&config, &environment, logs), (vec![], vec![]), &people).expect("nothing was kept");
            let knock = Knock { key: person.key, address: Network::of(Ipv4Addr::LOCALHOST.into()), secret: None };
            Self { rooms, person, knock }
        }

        /// A room in which nobody is.
        fn empty(&self, id: u64) -> Arc<Room> {
            let room = self.rooms.make(&self.person, (&opening(id), None), &self.knock).expect("a room");
            self.rooms.lock().insert(&room);
            room
        }

        /// One in which its opener is, in this session.
        fn entered(&self, id: u64, session: SessionId) -> Arc<Room> {
            match self.rooms.create(&self.person, &opening(id), (session, self.knock)).expect("a room") {
                Created::New(Entered { room, .. }, _) | Created::Before(room) => room,
            }
        }

        fn is_there(&self, room: &Room) -> bool {
            self.rooms.by_id(room.id).is_some()
        }
    }

    fn opening(id: u64) -> Create {
        Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }
    }

    #[tokio::test]
    async fn while_time_passes_in_many_rooms_others_have_their_turn_and_no_room_is_left_out() {
        let bench = Bench::new();
        let opened: Vec<_> = (0..=2 * ROOMS_SWEPT_AT_ONCE as u64).map(|id| bench.empty(id)).collect();

        let mut sweep = Box::pin(bench.rooms.sweep());
        assert!((&mut sweep).now_or_never().is_none(), "it gives way");
        let left = opened.iter().filter(|room| bench.is_there(room)).count();
        assert_eq!(left, ROOMS_SWEPT_AT_ONCE + 1, "the first of them were empty, and are over");
        sweep.await;

        assert!(!opened.iter().any(|room| bench.is_there(room)));
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_room_that_ended_meanwhile_no_time_passes() {
        let bench = Bench::new();
        let session = SessionId(1);
        let rooms: Vec<_> = (0..2 * ROOMS_SWEPT_AT_ONCE as u64).map(|id| bench.entered(id, session)).collect();
        for room in &rooms {
            assert_eq!(room.depart(session, &bench.person, Departure::Lost), Life::Lives);
        }
        let before = rooms[0].head();
        // That nobody is there any more is to be written in each of them.
        tokio::time::advance(Config::default().presence_grace).await;
        let written = |room: &Arc<Room>| room.head() > before;

        let mut sweep = Box::pin(bench.rooms.sweep());
        assert!((&mut sweep).now_or_never().is_none(), "it gives way");
        let (swept, rest): (Vec<_>, Vec<_>) = rooms.iter().partition(|room| written(room));
        assert_eq!((swept.len(), rest.len()), (ROOMS_SWEPT_AT_ONCE, ROOMS_SWEPT_AT_ONCE));
        bench.rooms.end(rest[0]);
        sweep.await;

        assert!(!written(rest[0]), "nothing is written in a room that is over");
        assert!(rest[1..].iter().all(|room| written(room)));
    }
}
