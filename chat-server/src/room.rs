//! One room: who is there, and the only writer of its log.
//!
//! ```text
//! submit -> gathering -> log.append -> completion -> publish -> broadcast -> sessions
//! ```
//!
//! While one batch commits, the next gathers. An entry becomes visible in [`Room::publish`] and nowhere else, after
//! its commit. A room does not know sockets: it hands out a receiver of [`News`], and answers posts through a
//! [`Ticket`].

mod mailbox;
mod membership;
mod presence;
mod writing;

pub(crate) use mailbox::{Decided, Mailbox, Ticket};
pub(crate) use membership::{Departure, SessionId};
pub(crate) use presence::{EnterError, Life};
pub(crate) use writing::Submitted;

use crate::config::Config;
use crate::environment::Environment;
use crate::log::{Finding, Log, Logs, Range, Slice};
use crate::people::Person;
use bytes::Bytes;
use chat_proto::frame::{Durability, Member, Role};
use chat_proto::{EntryBody, PersonId, PostId, RoomCode, RoomId, Seq, Topic};
use presence::Presences;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::broadcast;
use writing::Writing;

/// One item of a room's broadcast: what one commit made visible, or the end.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// Entries.
    Batch(Batch),
    /// The room is over.
    Ended,
}

/// Entries that became visible together, encoded once, as shared bytes.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// The place before its first entry.
    pub prev: Seq,
    /// The place of its last entry.
    pub last: Seq,
    /// Whose right to read ends with its last entry.
    pub expels: Option<PersonId>,
    /// A whole `Batch` frame.
    pub frame: Bytes,
}

/// A room.
pub(crate) struct Room {
    /// Names this life of the room.
    pub id: RoomId,
    /// Finds the room while it lives.
    pub code: RoomCode,
    /// Who opened it, and the id of their request.
    pub origin: (PersonId, u64),
    log: Arc<dyn Log>,
    durability: Durability,
    news: broadcast::Sender<News>,
    environment: Arc<dyn Environment>,
    state: Mutex<State>,
    /// Held by whoever finds out what became of a commit.
    reconciling: tokio::sync::Mutex<()>,
}

struct State {
    presences: Presences,
    writing: Writing,
    head: Seq,
    topic: Topic,
    ended: bool,
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
    /// Everybody who may come back.
    pub members: Vec<Member>,
}

impl Room {
    /// A new room, opened by `origin`; its log is made among `logs`.
    pub(crate) fn open(
        id: RoomId,
        code: RoomCode,
        origin: (&Arc<Person>, u64),
        logs: &dyn Logs,
        (config, environment): (&Config, &Arc<dyn Environment>),
    ) -> Arc<Self> {
        let (person, request) = origin;
        let mut writing = Writing::new(config.room_posts);
        writing.note(environment.now(), person.author(), EntryBody::Opened);
        let room = Arc::new(Self {
            id,
            code,
            origin: (person.id, request),
            log: logs.open(id),
            durability: logs.durability(),
            news: broadcast::Sender::new(config.ring_batches),
            environment: Arc::clone(environment),
            state: Mutex::new(State {
                presences: Presences::new(id, config),
                writing,
                head: Seq::START,
                topic: Topic::default(),
                ended: false,
            }),
            reconciling: tokio::sync::Mutex::default(),
        });
        room.flush();
        room
    }

    /// The room as of its head, for `person`.
    pub(crate) fn summary(&self, person: PersonId) -> Summary {
        let state = self.lock();
        Summary {
            head: state.head,
            topic: state.topic.clone(),
            role: if person == self.origin.0 { Role::Owner } else { Role::Member },
            members: state.presences.list(),
        }
    }

    /// Reads a part of the log.
    pub(crate) async fn read(&self, range: Range) -> Slice {
        self.log.read(range).await
    }

    /// What the log knows of a post id of `person`.
    pub(crate) async fn find(&self, person: PersonId, post: PostId) -> Finding {
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

    /// Ends the room: nobody enters any more, and whoever is still there is told.
    pub(crate) fn end(&self) {
        {
            let mut state = self.lock();
            state.ended = true;
            state.presences.clear();
        }
        // Nobody listening is nobody to tell.
        let _ = self.news.send(News::Ended);
    }

    /// Whether `session` may speak and read here now.
    pub(crate) fn is_attached(&self, session: SessionId, person: PersonId) -> bool {
        let state = self.lock();
        !state.ended && state.presences.is_attached(session, person)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under this lock")
    }
}
