//! One room: who is there, and the only writer of its log.
//!
//! ```text
//! submit -> gathering -> log.append -> completion -> publish -> broadcast -> sessions
//! ```
//!
//! While one batch commits, the next gathers. An entry becomes visible in [`Room::publish`] and nowhere else, after
//! its commit. A room does not know sockets: it hands out a receiver of [`News`], and answers posts through a
//! [`Ticket`].

mod doubt;
mod effect;
mod entering;
mod gathering;
mod item;
mod members;
mod membership;
mod news;
mod order;
mod pair;
mod presence;
mod reading;
mod record;
mod recording;
mod restoring;
mod rights;
mod signals;
mod succession;
mod told;
mod writing;

pub(crate) use effect::Readers;
pub(crate) use entering::{EnterError, Entrance, Grounds};
pub(crate) use item::Item;
pub(crate) use membership::{Departure, SessionId};
pub(crate) use news::{Batch, Listening, Missed, News, Signal, Subscription};
pub(crate) use order::{Knock, Order, Whom};
pub(crate) use pair::{Pair, PairId, Side};
pub(crate) use presence::Life;
pub(crate) use record::Origin;
pub use restoring::RestoreError;
pub(crate) use told::Told;
pub(crate) use writing::{Said, Speaker};

use crate::config::Config;
use crate::environment::{Environment, Moment, random};
use crate::log::record::{Record, RoomRecord};
use crate::log::search::{Findings, Query};
use crate::log::{Finding, Log, Logs, Range, ReadError, Slice};
use crate::network::Network;
use crate::people::{Key, Person};
use chat_proto::frame::{Create, Door, Durability, Keep, Label, Lock, Member, Role};
use chat_proto::{EntryBody, PersonId, PostId, RoomCode, RoomId, Secret, Seq, Topic};
use gathering::Writing;
use news::Broadcast;
use presence::Presences;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// A room.
pub(crate) struct Room {
    /// Names this life of the room.
    pub id: RoomId,
    /// Finds the room while it lives.
    pub code: RoomCode,
    /// Who opened it.
    pub origin: Origin,
    keep: Keep,
    log: Arc<dyn Log>,
    label: Label,
    news: Broadcast,
    environment: Arc<dyn Environment>,
    state: Mutex<State>,
    /// Held by whoever finds out what became of a commit.
    reconciling: tokio::sync::Mutex<()>,
}

struct State {
    presences: Presences,
    order: Order,
    writing: Writing,
    head: Seq,
    /// When somebody with the owner's key was present last.
    owner_seen: Instant,
    /// How long an owner may stay away.
    owner_away: Duration,
    topic: Topic,
    signals: signals::Paces,
    ended: bool,
}

/// What a room is made in.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Every limit.
    pub config: &'a Config,
    /// Clock and randomness.
    pub environment: &'a Arc<dyn Environment>,
    /// Where its log is.
    pub logs: &'a dyn Logs,
}

impl Surroundings<'_> {
    fn moment(&self) -> Moment {
        Moment::now(&**self.environment)
    }
}

/// A room as of its head, for somebody who comes in.
#[derive(Debug)]
pub(crate) struct Summary {
    /// The newest entry.
    pub head: Seq,
    /// What the room is about.
    pub topic: Topic,
    /// What the one who asks may do.
    pub role: Role,
    /// Who may come in.
    pub door: Door,
    /// Whether nobody may.
    pub lock: Lock,
    /// Everybody who may come back.
    pub members: Vec<Member>,
}

impl Room {
    /// A new room, opened by `person` from there, for two people if there is a pair; its log is made among the logs.
    pub(crate) fn open(
        (id, code): (RoomId, RoomCode),
        (person, address): (&Arc<Person>, Network),
        (create, pair): (&Create, Option<Pair>),
        surroundings: Surroundings<'_>,
    ) -> Arc<Self> {
        let Surroundings { config, environment, logs } = surroundings;
        let time = environment.now();
        let origin = Origin { person: person.id, request: create.id, key: person.key, address, time, pair };
        let mut writing = Writing::new(config.room_posts);
        writing.note(time, person, EntryBody::Opened);
        let secret = (create.door == Door::Private).then(|| Secret(random(&**environment)));
        let label = logs.label(create.keep);
        let (order, presences) = match origin.pair {
            Some(_) => (Order::of_nobody(config.kick_rest), Presences::of_two(id, config, label)),
            None => (Order::new(person.key, secret, config.kick_rest), Presences::new(id, config, label)),
        };
        let state = match label.durability {
            Durability::Memory => String::new(),
            _ => record::written(&origin, &Topic::default(), &order, surroundings.moment()),
        };
        let room = Arc::new(Self {
            id,
            code,
            origin,
            keep: create.keep,
            log: logs.open(id, &RoomRecord { code, keep: create.keep, state }),
            label,
            news: Broadcast::new(config.ring_batches),
            environment: Arc::clone(environment),
            state: Mutex::new(State {
                presences,
                order,
                writing,
                head: Seq::START,
                owner_seen: Instant::now(),
                owner_away: config.owner_away,
                topic: Topic::default(),
                signals: signals::Paces::new(),
                ended: false,
            }),
            reconciling: tokio::sync::Mutex::default(),
        });
        room.flush();
        room
    }

    /// The room as of its head, for `person`.
    pub(crate) fn summary(&self, person: &Person) -> Summary {
        let state = self.lock();
        Summary {
            head: state.head,
            topic: state.topic.clone(),
            role: state.order.role_of(person.key),
            door: state.order.door(),
            lock: state.order.lock(),
            members: state.presences.list(&state.order),
        }
    }

    /// Whose it is, if it is a direct room.
    pub(crate) fn direct(&self) -> Option<&Pair> {
        self.origin.pair.as_ref()
    }

    /// Reads a part of the log.
    pub(crate) async fn read(&self, range: Range) -> Result<Slice, ReadError> {
        self.log.read(range).await
    }

    /// Reads a page of the log.
    pub(crate) async fn page(&self, range: Range) -> Result<Slice, ReadError> {
        self.log.page(range).await
    }

    /// Looks for what was said.
    pub(crate) async fn search(&self, query: Query) -> Result<Findings, ReadError> {
        self.log.search(query).await
    }

    /// What is kept.
    pub(crate) fn label(&self) -> Label {
        self.label
    }

    /// What the log knows of a post id of `person`.
    pub(crate) async fn find(&self, person: PersonId, post: PostId) -> Result<Finding, ReadError> {
        self.log.find(person, post).await
    }

    /// The newest entry.
    pub(crate) fn head(&self) -> Seq {
        self.lock().head
    }

    /// Whether the room is over.
    pub(crate) fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// Whether `person` may come back.
    pub(crate) fn is_member(&self, person: PersonId) -> bool {
        let state = self.lock();
        !state.ended && state.presences.is_member(person)
    }

    /// Whether a member or a visitor bears this key.
    pub(crate) fn is_here(&self, key: Key) -> bool {
        self.lock().presences.is_here(key)
    }

    /// Ends the room: nobody enters any more, and whoever is still there is told.
    pub(crate) fn end(&self) {
        {
            let mut state = self.lock();
            state.ended = true;
            state.presences.clear();
        }
        self.news.publish(News::Ended);
    }

    /// Whether `session` may speak and read here now.
    pub(crate) fn is_attached(&self, session: SessionId, person: PersonId) -> bool {
        let state = self.lock();
        !state.ended && state.presences.is_attached(session, person)
    }

    /// Whether `session` was shown the door and has not been told; it is now.
    pub(crate) fn take_removed(&self, session: SessionId) -> bool {
        self.lock().presences.take_removed(session)
    }

    /// Whether what is so of it outlives the process.
    fn is_on_disk(&self) -> bool {
        self.label.durability != Durability::Memory
    }

    fn moment(&self) -> Moment {
        Moment::now(&*self.environment)
    }

    /// What is to be kept of a room that is about this, and in this order.
    fn record(&self, topic: &Topic, order: &Order) -> Record {
        let state = record::written(&self.origin, topic, order, self.moment());
        Record::Room(RoomRecord { code: self.code, keep: self.keep, state })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }
}
