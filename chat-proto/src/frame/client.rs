//! What a client may say, body by body.

use super::{Door, Presence};
use crate::entry::{BorrowedBody, EntryBody, PersonId, PostId, RoomId, Seq, UnixMillis};
use crate::invite::Secret;
use crate::wire::{self, WireError};
use bytes::{Buf as _, Bytes};
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

/// How long a room is to keep what is said. A server may keep it shorter; [`Label`](super::Label) says what holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    /// As long as the server does by itself.
    Default,
    /// So many milliseconds.
    Millis(u64),
    /// As long as the room is there.
    Forever,
}

/// Opens a room and enters it. Answered by [`Joined`](super::Joined).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    /// Random; asking again with the same id finds the same room.
    pub id: u64,
    /// How to stay.
    pub stay: Stay,
    /// Who may come in.
    pub door: Door,
    /// How long what is said is kept.
    pub keep: Keep,
}

/// Enters the room that a code finds. Answered by [`Joined`](super::Joined).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// As typed, judged by [`crate::RoomCode`].
    pub code: Bytes,
    /// How to stay.
    pub stay: Stay,
    /// From an invite to a private room.
    pub secret: Option<Secret>,
}

/// Comes back to a room. Answered by [`Joined`](super::Joined), then everything after `after`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// Which room.
    pub room: RoomId,
    /// The last entry that this client has.
    pub after: Seq,
    /// How to stay.
    pub stay: Stay,
}

/// Gives up membership. Answered by [`Done`](super::Done).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// Which room.
    pub room: RoomId,
}

/// Appends an entry. Answered by [`Accepted`](super::Accepted). Kinds 1 to 9 can be posted, but no
/// [`Act::Own`](crate::Act::Own).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Where.
    pub room: RoomId,
    /// The same id is never appended twice.
    pub id: PostId,
    /// What.
    pub body: EntryBody,
}

impl Post {
    /// Reads what is sent most: its text shares memory with the frame, and its room is not read byte by byte.
    pub(super) fn sharing(mut bytes: Bytes) -> Result<Self, WireError> {
        let Some((room, rest)) = bytes.split_first_chunk() else {
            return Err(WireError::Malformed("a room of fewer bytes than every room has".to_owned()));
        };
        let room = RoomId(*room);
        let (id, BorrowedBody { kind, body }) = wire::decode(rest)?;
        // It stands last.
        bytes.advance(bytes.len() - body.len());
        Ok(Self { room, id, body: EntryBody::of(kind, bytes) })
    }
}

/// Asks for the newest entries with `after < seq < before`. Answered by [`Page`](super::Page).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Which room.
    pub room: RoomId,
    /// Only entries after this one; 0 for no bound.
    pub after: Seq,
    /// Only entries before this one.
    pub before: Seq,
    /// At most so many; the server gives [`PAGE_ENTRIES`](crate::limits::PAGE_ENTRIES) at most.
    pub limit: u32,
}

/// Takes another name, in every room. Answered by [`Done`](super::Done).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// The name, UTF-8, judged by [`crate::Nick`].
    pub name: Bytes,
}

/// A sign of life. Answered by [`Pong`](super::Pong).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {}

/// The orderly end: the person quits every room of this session. The connection ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bye {}

/// Asks for what lets others into a room. Answered by [`Invitation`](super::Invitation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Which room; only its members are answered.
    pub room: RoomId,
}

/// Asks which names the key of this session holds. Answered by [`NameList`](super::NameList).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {}

/// Gives up the name of this session: its person leaves every room. Answered by [`Done`](super::Done); then the
/// connection ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveUp {}

/// Looks for messages, actions and replies in a room that this session reads, the newest first. Answered by
/// [`Found`](super::Found).
/// Names words, a person or a time, or more of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Which room.
    pub room: RoomId,
    /// Words and "phrases in quotes", all of which must be in a message, in any case; UTF-8, at most
    /// [`SEARCH_BYTES`](crate::limits::SEARCH_BYTES); empty for any message. A word that ends in `*` stands for all
    /// that begin so.
    pub words: Bytes,
    /// By whom: a name, UTF-8, or one that looks like it; empty for anybody.
    pub from: Bytes,
    /// Only what was said at this time or later.
    pub since: Option<UnixMillis>,
    /// Only what was said before this time.
    pub until: Option<UnixMillis>,
    /// Only entries before this one: the last hit of the page before, or the greatest number.
    pub before: Seq,
}

/// Says how far this person has read a room, so that they find the place again wherever they come back. Never moves
/// back. Answered by [`Done`](super::Done).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Which room.
    pub room: RoomId,
    /// The last entry that was read.
    pub seq: Seq,
}

/// Enters the direct room with somebody who is in a room with this person; opens it if there is none. Both are members
/// then. Answered by [`Joined`](super::Joined).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDirect {
    /// With whom.
    pub person: PersonId,
    /// How to stay.
    pub stay: Stay,
}

/// Whether somebody is writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypingState {
    /// Is.
    Writing,
    /// No longer.
    Stopped,
}

/// Tells a room that this person is writing, once every [`TYPING_AGAIN`](crate::limits::TYPING_AGAIN) at most; a post
/// ends it as well. A signal: its request is 0, and it is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// Which room.
    pub room: RoomId,
    /// Whether they are.
    pub state: TypingState,
}

/// Says how present this session is: [`Presence::Here`] to begin with. The person is as present as their most present
/// session, unless one of them says that they are away. Answered by [`Done`](super::Done).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPresence {
    /// Any but [`Presence::Gone`].
    pub presence: Presence,
}
