//! The link: the client's connection, kept up.
//!
//! It dials, logs in, resumes every room at its cursor, sends the outbox again under the same ids, notices a dead
//! connection and starts over. Whoever holds a link ([`spawn`]) gives [`Command`]s and receives [`LinkEvent`]s; it
//! never sees a socket, a frame or a request id.
//!
//! ```text
//! Command -> task -> sync (pure) -> frames -> wire -> server
//! LinkEvent <- task <- sync (pure) <- frames <- wire <- server
//! ```
//!
//! What is true about rooms, requests and the outbox is decided in `sync`, which knows no socket and is given the time.

mod backoff;
mod clamp;
mod dial;
mod end;
mod handshake;
mod heartbeat;
mod outgoing;
mod requests;
mod room;
mod sync;
mod task;
mod tcp;
mod tls;
mod trust;
mod wake;
mod wire;

pub use dial::{Call, DialError, Dialer, Distrust, Encryption, Security, Trust, Why};
#[cfg(test)]
pub(crate) use sync::tests as fixtures;

pub use crate::outbox::OutboxItem;
pub use tcp::Tcp;
pub use tls::{Roots, Tls};

use crate::quest::Quest;
use chat_proto::entry::{Entry, PersonId, PostId, RoomId, Seq, UnixMillis};
use chat_proto::frame::{
    Beyond, Door, Durability, EndReason, GapKind, HeldName, Hit, Joined, Keep, Limits, Member, Membership, Presence,
    SignalKind, Stay, TypingState,
};
use chat_proto::{Fingerprint, Nick, RoomCode, Secret};
use ed25519_dalek::SigningKey;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// Commands that wait for the link, and events that wait for its holder. A link whose holder takes no events stops
/// reading its socket; nothing is dropped.
const QUEUE: usize = 256;

/// Where a link leads, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `host:port`, as [`crate::address::server_address`] makes it.
    pub server: String,
    /// The server's key, as an invite names it: the server must have this one, whoever vouches for another.
    pub key: Option<Fingerprint>,
    pub name: Nick,
    /// How to stay in rooms.
    pub stay: Stay,
}

/// What the link needs of the world besides a connection.
#[derive(Clone)]
pub struct Environment {
    /// Names this running client: a second link with the same instance replaces the first. Ids of posts carry it.
    pub instance: u64,
    /// Where the outbox is kept; `None` keeps it in memory only.
    pub outbox: Option<PathBuf>,
    /// The wall clock: it goes on while the machine sleeps.
    pub wall: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
    /// For jitter and the ids of creates.
    pub seed: u64,
}

impl Environment {
    /// The machine's clock and randomness.
    pub fn of_this_machine(instance: u64, outbox: Option<PathBuf>) -> Self {
        Self { instance, outbox, wall: Arc::new(wall_clock), seed: rand::random() }
    }
}

/// Milliseconds since 1970 by this machine's clock.
pub fn wall_clock() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Keeps a connection up over TCP, encrypted unless it stays on this machine, until [`Command::Bye`], or until either
/// channel is dropped (then without a `Bye`).
///
/// Must be called within a tokio runtime.
pub fn spawn(
    target: Target,
    identity: SigningKey,
    environment: Environment,
) -> (mpsc::Sender<Command>, mpsc::Receiver<LinkEvent>) {
    spawn_over(Tcp::to(&target, Encryption::ByAddress), target, identity, environment)
}

/// The same over any kind of connection.
pub fn spawn_over<D: Dialer>(
    dialer: D,
    target: Target,
    identity: SigningKey,
    environment: Environment,
) -> (mpsc::Sender<Command>, mpsc::Receiver<LinkEvent>) {
    let (commands, commands_in) = mpsc::channel(QUEUE);
    let (events, events_out) = mpsc::channel(QUEUE);
    tokio::spawn(task::Task::new(dialer, target, identity, environment, commands_in, events).run());
    (commands, events_out)
}

/// What can be asked of the link. Everything is answered once, over a new connection if the old one breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open a room and enter it.
    Create(Door, Keep),
    /// Enter the room with this code, with the secret of an invite if there is one.
    Join(RoomCode, Option<Secret>),
    /// Enter this room and no other that may have its code by now, as one of its members.
    Return(RoomId),
    /// Enter the direct room with this person.
    OpenDirect(PersonId),
    /// Learn what lets others into this room.
    Invite(RoomId),
    /// Learn which names the key holds on this server.
    Names,
    /// Give up the name of this link, and end.
    GiveUp,
    /// Give up membership.
    Leave(RoomId),
    /// Say this. It stays in the outbox until it is decided.
    Post(OutboxItem),
    /// Forget an outbox item without sending it again. The id alone names it, so a client counts `n` over all its
    /// rooms.
    Discard(PostId),
    /// Load the newest page of `after < seq < before`.
    History { room: RoomId, after: Seq, before: Seq },
    /// Look for what was said in this room before this place.
    Search { room: RoomId, quest: Quest, before: Seq },
    /// Tell the server how far this person has read. Not answered.
    Read { room: RoomId, seq: Seq },
    /// Tell a room whether something is being written there. Not answered, and lost without a connection.
    Typing { room: RoomId, state: TypingState },
    /// Tell how present this session is. Holds as long as the connection; only a refusal is answered.
    SetPresence(Presence),
    /// Take another name.
    Rename(Nick),
    /// Dial now, however long the next attempt was put off.
    Retry,
    /// Say `Bye` and end.
    Bye,
}

/// How far a post is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// `◌` not on its way: the link is down, or it is younger than the window allows.
    Waiting,
    /// `…` written to the connection.
    OnTheWire,
    /// `✓` in the log.
    Accepted { seq: Seq, durability: Durability },
    /// `✗` not in the log, for ever; the sentence says why.
    Refused(String),
    /// `?` may be in the log; nobody can tell any more.
    Unknown(String),
    /// An earlier run left it, more than ten minutes ago: send it (the same `Post` again) or discard it.
    Stale,
}

/// Which request an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Create,
    Join(RoomCode),
    Return(RoomId),
    Direct(PersonId),
    Invite(RoomId),
    Names,
    GiveUp,
    Resume(RoomId),
    Leave(RoomId),
    History(RoomId),
    Search(RoomId),
    Rename,
    Presence,
}

/// Why there is no connection. The texts are safe to show and without a full stop, like "no server answers at
/// localhost:7000".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing answers at the address.
    NoServer(String),
    /// The connection ended, or was silent for too long.
    Lost(String),
    /// The server stops; it said when to come back.
    GoAway,
    /// The server does not keep to the protocol.
    Misbehaves(String),
}

impl Trouble {
    /// The sentence to show.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoServer(sentence) | Self::Lost(sentence) => sentence.clone(),
            Self::GoAway => "the server was stopped".to_owned(),
            Self::Misbehaves(how) => format!("the server misbehaves: {how}"),
        }
    }
}

/// What the link has to tell. `room` events come only between `Joined` and `RoomEnded`, `NoReturn` or `Left` of that
/// room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// Logged in; `rooms` are those that this person is a member of.
    Up {
        person: PersonId,
        name: Nick,
        limits: Limits,
        durability: Durability,
        security: Security,
        rooms: Vec<Membership>,
    },
    /// No connection; the next attempt starts in `retry_in`.
    Down { trouble: Trouble, retry_in: Duration },
    /// The server refused the login for good: another name, key or version is needed. The link has ended.
    /// `free_name` is a name to take instead, if the server named one.
    LoginRefused { sentence: String, free_name: Option<Nick> },
    /// Whoever answers is not who should, or nobody can tell. Nothing was said to them, and the link has ended.
    Distrusted(Distrust),
    /// The link has ended: `Bye` was said, or another session of this client replaced it.
    Ended(String),
    /// How long the last ping took.
    Latency(Duration),
    /// In the room. After a resume, `asked` is `Resume` and the entries go on where they stopped.
    Joined { asked: Asked, joined: Joined },
    /// Part of the member list; the parts after one `Joined` replace what was known.
    Members { room: RoomId, members: Vec<Member> },
    /// Entries that follow on the last ones: in order, none missing, none twice.
    Entries { room: RoomId, entries: Vec<Entry> },
    /// A range that was left out here.
    Gap { room: RoomId, from: Seq, to: Seq, kind: GapKind },
    /// The answer to `History`; `entries` is empty when nothing in the range is kept.
    Page { room: RoomId, after: Seq, before: Seq, oldest: Seq, entries: Vec<Entry> },
    /// The answer to `Search`: what was found, the newest first, and what lies beyond the last.
    Found { room: RoomId, quest: Quest, before: Seq, hits: Vec<Hit>, beyond: Beyond },
    /// How far a post is now.
    Marked { room: RoomId, id: PostId, mark: Mark },
    /// What an earlier run of this client left in the outbox for a room that was just joined.
    Restored { items: Vec<(OutboxItem, Mark)> },
    /// The room is over (its last member left), or this person was removed from it; the reason says which.
    RoomEnded { room: RoomId, reason: EndReason },
    /// Somebody opened a direct room with this person.
    RoomAdded(Membership),
    /// What a member of a room is doing.
    Signal { room: RoomId, person: PersonId, kind: SignalKind },
    /// The answer to `Return`, or to the resume after a lost connection: that room is over, or this person is no member
    /// of it any more. Which, the server does not say.
    NoReturn { room: RoomId, sentence: String },
    /// What lets others into a room.
    Invitation { room: RoomId, code: RoomCode, secret: Option<Secret> },
    /// The names of this key.
    Names(Vec<HeldName>),
    /// The name of this link is given up, and the link has ended.
    GivenUp,
    /// Membership is given up.
    Left { room: RoomId },
    /// The new name holds.
    Renamed(Nick),
    /// Something the person should know that changes nothing else: the outbox on disk could not be read or written.
    Notice(String),
    /// A request was refused; `free_name` as above.
    Refused { asked: Asked, sentence: String, free_name: Option<Nick> },
}
