//! Everything either end may say. The kinds are the rows of the two tables at the end of this file.

use crate::entry::{Entry, EntryBody, PersonId, PostId, RoomId, Seq, UnixMillis};
use crate::limits::{MEMBERS_PER_FRAME, PAGE_ENTRIES, ROOMS_PER_SESSION};
use crate::refusal::Refused;
use crate::wire::{self, Capped, WireError};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// First words of a client. The same in every version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Lowest version the client speaks.
    pub version_min: u16,
    /// Highest version the client speaks.
    pub version_max: u16,
    /// The name it claims, UTF-8, judged by [`crate::Nick`].
    pub name: Bytes,
    /// Its ed25519 public key.
    pub key: [u8; 32],
    /// Random per running client: a second session of the same instance replaces the first.
    pub instance: u64,
}

/// Proves the key of the hello: an ed25519 signature over [`crate::login::transcript`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// 64 bytes.
    pub signature: Bytes,
}

/// How a session stays in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stay {
    /// Present, announced, and keeps the room alive.
    Resident,
    /// Present and announced, but the room does not live for its sake.
    Watcher,
    /// Only comes to post: not announced, receives nothing, keeps nothing alive.
    Visitor,
}

/// Opens a room and enters it. Answered by [`Joined`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    /// Random; asking again with the same id finds the same room.
    pub id: u64,
    /// How to stay.
    pub stay: Stay,
}

/// Enters the room that a code finds. Answered by [`Joined`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// As typed, judged by [`crate::RoomCode`].
    pub code: Bytes,
    /// How to stay.
    pub stay: Stay,
}

/// Comes back to a room. Answered by [`Joined`], then everything after `after`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// Which room.
    pub room: RoomId,
    /// The last entry that this client has.
    pub after: Seq,
    /// How to stay.
    pub stay: Stay,
}

/// Gives up membership. Answered by [`Done`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// Which room.
    pub room: RoomId,
}

/// Appends an entry. Answered by [`Accepted`]. Only message, action and topic can be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Where.
    pub room: RoomId,
    /// The same id is never appended twice.
    pub id: PostId,
    /// What.
    pub body: EntryBody,
}

/// Asks for the newest entries with `after < seq < before`. Answered by [`Page`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Which room.
    pub room: RoomId,
    /// Only entries after this one; 0 for no bound.
    pub after: Seq,
    /// Only entries before this one.
    pub before: Seq,
    /// At most so many; the server gives [`PAGE_ENTRIES`] at most.
    pub limit: u32,
}

/// Takes another name, in every room. Answered by [`Done`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// The name, UTF-8, judged by [`crate::Nick`].
    pub name: Bytes,
}

/// A sign of life. Answered by [`Pong`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {}

/// The orderly end: the person quits every room of this session. The connection ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bye {}

/// Answers [`Hello`]. The same in every version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The version that is spoken from here on.
    pub version: u16,
    /// Random, used once.
    pub nonce: [u8; 32],
}

/// How safe an accepted entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Durability {
    /// Gone with the server process.
    Memory,
    /// Written through to disk.
    Disk,
    /// On disk at a quorum of machines.
    Replicated,
}

/// What the server allows, so that a client need not find out by being refused. Times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a frame's payload from the client.
    pub frame_bytes: u32,
    /// Bytes of a message.
    pub text_bytes: u32,
    /// Lines of a message.
    pub text_lines: u32,
    /// Bytes of a topic.
    pub topic_bytes: u32,
    /// Columns of a name.
    pub name_columns: u32,
    /// Posts that may wait for their answer.
    pub posts_unanswered: u32,
    /// Entries in a page.
    pub page_entries: u32,
    /// Rooms of one session.
    pub rooms: u32,
    /// Silence after which the client should say [`Ping`].
    pub heartbeat_ms: u32,
    /// Silence after which either end gives the other up.
    pub silence_ms: u32,
}

/// A room that this person may resume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which.
    pub room: RoomId,
    /// The four characters that find it.
    pub code: [u8; 4],
    /// Its newest entry.
    pub head: Seq,
}

/// Answers [`Login`]: who the client is here, and what holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The person.
    pub person: PersonId,
    /// Their name, UTF-8.
    pub name: Bytes,
    /// What is allowed.
    pub limits: Limits,
    /// How safe an accepted entry is.
    pub durability: Durability,
    /// The server's clock.
    pub server_time: UnixMillis,
    /// Where this person is a member.
    pub rooms: Capped<Membership, ROOMS_PER_SESSION>,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Keeps order as well.
    Operator,
    /// Opened the room.
    Owner,
}

/// What a room keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// How safe an accepted entry is.
    pub durability: Durability,
    /// The newest entries that are kept; older ones go.
    pub keeps_entries: u64,
    /// The bytes of entries that are kept.
    pub keeps_bytes: u64,
}

/// A summary of a room, as of its head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomState {
    /// UTF-8; empty if there is none.
    pub topic: Bytes,
    /// What is kept.
    pub label: Label,
    /// What this member may do.
    pub role: Role,
    /// How many members follow in [`Members`].
    pub members: u32,
}

/// Answers [`Create`], [`Join`] and [`Resume`].
///
/// Then come the members, then every entry after `cursor`, each following on the one before, without end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Which room.
    pub room: RoomId,
    /// The four characters that find it.
    pub code: [u8; 4],
    /// The newest entry that `state` knows.
    pub head: Seq,
    /// The oldest entry that is kept; above `head` if none is.
    pub oldest: Seq,
    /// The `prev` of the first entry that follows.
    pub cursor: Seq,
    /// The rest.
    pub state: RoomState,
}

/// Whether a member is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presence {
    /// Has a session, or lost it a moment ago.
    Here,
    /// May come back.
    Gone,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Their name, UTF-8.
    pub name: Bytes,
    /// Whether they are there.
    pub presence: Presence,
}

/// A part of a room's members, after [`Joined`]. Together the parts replace what the client knew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// Which room.
    pub room: RoomId,
    /// Some of them.
    pub members: Capped<Member, MEMBERS_PER_FRAME>,
}

/// Entries that became visible together, in order. Encoded once for all who receive it ([`crate::codec::batch`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Which room.
    pub room: RoomId,
    /// At least one.
    pub entries: Capped<Entry, PAGE_ENTRIES>,
}

/// Whether the entries of a gap can still be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GapKind {
    /// Left out because they are many; [`History`] gives them.
    Loadable,
    /// No longer kept.
    Purged,
}

/// Entries that are not sent. The next one follows on `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Which room.
    pub room: RoomId,
    /// The first place that is left out.
    pub from: Seq,
    /// The last place that is left out.
    pub to: Seq,
    /// Whether they can be had.
    pub kind: GapKind,
}

/// Answers [`Post`]: the entry is in the log, as safe as `durability` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The id that was posted.
    pub id: PostId,
    /// Its place.
    pub seq: Seq,
    /// How safe it is.
    pub durability: Durability,
}

/// Answers [`History`]. Entries from `before` on, if any, are later ones that point into the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Which room.
    pub room: RoomId,
    /// The oldest entry that is kept now.
    pub oldest: Seq,
    /// In order; none if nothing in the range is kept.
    pub entries: Capped<Entry, PAGE_ENTRIES>,
}

/// Answers a request that has no other result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// How far this session is in a room: everything up to `head` was written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomHead {
    /// Which room.
    pub room: RoomId,
    /// The last entry written.
    pub head: Seq,
}

/// Answers [`Ping`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// The server's clock.
    pub server_time: UnixMillis,
    /// One per room of this session: whoever holds less has lost something and resumes.
    pub heads: Capped<RoomHead, ROOMS_PER_SESSION>,
}

/// A room of this session is over; nothing more comes from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomEnded {
    /// Which room.
    pub room: RoomId,
}

/// The server stops. The connection ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoAway {
    /// When to try again: spread, so that not all come at once.
    pub reconnect_after_ms: u32,
}

/// One direction's frames.
pub trait Frame: Sized {
    /// The kind that stands on the wire.
    fn kind(&self) -> u16;

    /// Appends the body's bytes to `out`.
    fn encode_body(&self, out: &mut Vec<u8>);

    /// The frame of this kind with this body, or `None` if the kind is not known.
    ///
    /// # Errors
    /// [`WireError`] if the body is not exactly one value of the kind.
    fn decode(kind: u16, body: &[u8]) -> Result<Option<Self>, WireError>;
}

macro_rules! frames {
    ($(#[$doc:meta])* $name:ident { $($kind:literal $body:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is documented at its body")]
        pub enum $name { $($body($body),)* }

        impl $name {
            /// Every kind with its name.
            pub const KINDS: &[(u16, &str)] = &[$(($kind, stringify!($body)),)*];
        }

        impl Frame for $name {
            fn kind(&self) -> u16 {
                match self { $(Self::$body(_) => $kind,)* }
            }

            fn encode_body(&self, out: &mut Vec<u8>) {
                match self { $(Self::$body(body) => wire::encode_into(body, out),)* }
            }

            fn decode(kind: u16, body: &[u8]) -> Result<Option<Self>, WireError> {
                match kind {
                    $($kind => wire::decode(body).map(Self::$body).map(Some),)*
                    _ => Ok(None),
                }
            }
        }

        $(impl $body {
            /// The kind that stands on the wire.
            pub const KIND: u16 = $kind;
        }

        impl From<$body> for $name {
            fn from(body: $body) -> Self {
                Self::$body(body)
            }
        })*
    };
}

frames! {
    /// What a client may say.
    ClientFrame {
        0x01 Hello,
        0x02 Login,
        0x03 Create,
        0x04 Join,
        0x05 Resume,
        0x06 Leave,
        0x07 Post,
        0x08 History,
        0x09 Rename,
        0x0a Ping,
        0x0b Bye,
    }
}

frames! {
    /// What a server may say.
    ServerFrame {
        0x81 Challenge,
        0x82 Welcome,
        0x83 Joined,
        0x84 Members,
        0x85 Batch,
        0x86 Gap,
        0x87 Accepted,
        0x88 Page,
        0x89 Done,
        0x8a Pong,
        0x8b Refused,
        0x8c RoomEnded,
        0x8d GoAway,
    }
}
