//! What stands in a room's log.
//!
//! A room is a log; everything that happens in it is an [`Entry`]. An entry's body carries its kind and its length, so
//! a client that does not know the kind can still show that something is there ([`EntryBody::Unknown`]).

use crate::frame::{Role, Voice};
use crate::wire;
use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// An entry's place in its room's log. Strictly increasing, not necessarily dense; 0 is "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first entry of a log.
    pub const START: Self = Self(0);

    /// The next place.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one life of a room: random, never reused, unlike the code that finds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomId(pub [u8; 16]);

impl RoomId {
    /// Reads what it is shown as: 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_whole = text.len() == 32 && text.bytes().all(|c| c.is_ascii_hexdigit());
        let id = u128::from_str_radix(text, 16).ok().filter(|_| is_whole)?;
        Some(Self(id.to_be_bytes()))
    }
}

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomId({self})")
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A name claimed by a key, as this server numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonId(pub u64);

/// Milliseconds since 1970-01-01T00:00:00Z, by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnixMillis(pub i64);

/// Names one post for ever, so that it can be sent again without being said twice.
///
/// The log's dedupe key is (person, `instance`, `n`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PostId {
    /// Random per running client.
    pub instance: u64,
    /// Rising per instance and room, from 1.
    pub n: u64,
}

/// Who an entry is from, as the server knew them when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Who.
    pub person: PersonId,
    /// Their name at that time, UTF-8; whoever shows it cleans it ([`crate::text::visible_line`]).
    pub name: Bytes,
}

/// One element of a room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// The place of the entry before it; whoever holds another place last has missed something.
    pub prev: Seq,
    /// When the server took it; never falls within a room.
    pub time: UnixMillis,
    /// Who it is from.
    pub author: Author,
    /// The id under which it was posted; none for what the server wrote itself.
    pub post: Option<PostId>,
    /// What it says.
    pub body: EntryBody,
}

/// The same, borrowed from where it is written: nothing is copied before it is encoded.
#[derive(Debug, Clone, Copy)]
pub struct EntryRef<'a> {
    /// As in an [`Entry`].
    pub seq: Seq,
    /// As in an [`Entry`].
    pub prev: Seq,
    /// As in an [`Entry`].
    pub time: UnixMillis,
    /// As in an [`Entry`].
    pub author: &'a Author,
    /// As in an [`Entry`].
    pub post: Option<PostId>,
    /// As in an [`Entry`].
    pub body: &'a EntryBody,
}

impl<'a> From<&'a Entry> for EntryRef<'a> {
    fn from(entry: &'a Entry) -> Self {
        let Entry { seq, prev, time, author, post, body } = entry;
        Self { seq: *seq, prev: *prev, time: *time, author, post: *post, body }
    }
}

/// Why somebody is no longer present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaveReason {
    /// Said `Bye`; may come back.
    Quit,
    /// The connection was cut and did not come back in time; may come back.
    Lost,
    /// Gave up membership.
    Leave,
}

/// As whom somebody becomes present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The public key that their name belongs to.
    pub key: [u8; 32],
    /// What they may do.
    pub role: Role,
    /// Whether they may post.
    pub voice: Voice,
}

/// Whom an [`Act`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Who. In a post, 0 leaves it to the server to find who is called `name`.
    pub person: PersonId,
    /// What they are called, UTF-8. The server writes its own over whatever was posted.
    pub name: Bytes,
}

/// What a ban keeps out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BanScope {
    /// The key, whatever it calls itself.
    Key,
    /// The key, and every key from where it was last connected.
    Address,
}

/// Keeping order: what the owner and the operators of a room do, for all to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Removes a member, who may return after a while.
    Kick(Target),
    /// Removes a member, or keeps somebody out who is none.
    Ban(Target, BanScope),
    /// Takes a ban back.
    Unban(Target),
    /// Takes a member's voice.
    Mute(Target),
    /// Gives it back.
    Unmute(Target),
    /// Makes a member an operator.
    Op(Target),
    /// Makes an operator a member.
    Deop(Target),
    /// Makes a member the owner. Only the server writes it, when the owner is gone.
    Own(Target),
    /// Closes the door to who is no member.
    Lock,
    /// Opens it again.
    Unlock,
    /// Replaces the secret of a private room: the invites of before no longer work.
    Rekey,
}

impl Act {
    /// Whom it is about, if it is about somebody.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Kick(target)
            | Self::Ban(target, _)
            | Self::Unban(target)
            | Self::Mute(target)
            | Self::Unmute(target)
            | Self::Op(target)
            | Self::Deop(target)
            | Self::Own(target) => Some(target),
            Self::Lock | Self::Unlock | Self::Rekey => None,
        }
    }

    /// The same, to be changed.
    pub fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Self::Kick(target)
            | Self::Ban(target, _)
            | Self::Unban(target)
            | Self::Mute(target)
            | Self::Unmute(target)
            | Self::Op(target)
            | Self::Deop(target)
            | Self::Own(target) => Some(target),
            Self::Lock | Self::Unlock | Self::Rekey => None,
        }
    }
}

/// A message that answers another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The message that is answered: one that stands before this entry, whether it is kept or not.
    pub to: Seq,
    /// UTF-8 that [`crate::Text`] judges.
    pub text: Bytes,
}

/// Another text for what somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// A message, an action or a reply of the same author.
    pub target: Seq,
    /// UTF-8 that [`crate::Text`] judges. Empty where it was erased: then the target is erased, too.
    pub text: Bytes,
}

/// Takes away what somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// A message, an action or a reply; of the same author, or of anybody if the author keeps order.
    pub target: Seq,
}

/// Whether a reaction is given or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReactionState {
    /// Given.
    On,
    /// Taken back.
    Off,
}

/// A reaction to what somebody said. One person gives each emoji once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct React {
    /// A message, an action or a reply.
    pub target: Seq,
    /// UTF-8 that [`crate::Emoji`] judges.
    pub emoji: Bytes,
    /// Whether it is there from now on.
    pub state: ReactionState,
}

/// What an entry says. On the wire `{kind: u16, body: bytes}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "WireBody")]
pub enum EntryBody {
    /// A person wrote this. UTF-8 that [`crate::Text`] judges.
    Message(Bytes),
    /// A person did this ("/me waves"). UTF-8 that [`crate::Text`] judges.
    Action(Bytes),
    /// The topic is now this. UTF-8 that [`crate::Topic`] judges; empty clears it.
    Topic(Bytes),
    /// Order was kept. Posted by the owner or an operator.
    Act(Act),
    /// The author erased every message, action and reply of theirs that stands before this entry: `Erased` stands there
    /// instead, and edits of them are empty.
    Forget,
    /// A person wrote this, as an answer.
    Reply(Reply),
    /// The author put it otherwise.
    Edit(Edit),
    /// What was said is taken away: [`Erased`](Self::Erased) stands there instead, and edits of it are empty.
    Delete(Delete),
    /// The author reacted to what was said, or takes that back.
    React(React),
    /// Here stood a message, an action or a reply that was erased. Only the server writes it, in the place of the old body.
    Erased,
    /// The room was opened by the author.
    Opened,
    /// The author became present.
    Joined(Arrival),
    /// The author is no longer present.
    Left(LeaveReason),
    /// The author is called this from now on; the entry's author bears the old name.
    Renamed(Bytes),
    /// A kind this version does not know, or whose body it cannot read.
    Unknown {
        /// The kind.
        kind: u16,
        /// Its body, untouched.
        body: Bytes,
    },
}

#[derive(Deserialize)]
struct WireBody {
    kind: u16,
    body: Bytes,
}

/// The same, where it lies.
#[derive(Deserialize)]
pub(crate) struct BorrowedBody<'bytes> {
    pub(crate) kind: u16,
    pub(crate) body: &'bytes [u8],
}

/// The same, borrowed: what is said is not copied before it is written.
#[derive(Serialize)]
struct WireBodyRef<'a> {
    kind: u16,
    body: ByteString<'a>,
}

/// Bytes behind their count, as [`Bytes`] are; serde writes a slice element by element.
struct ByteString<'a>(&'a [u8]);

impl Serialize for ByteString<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl EntryBody {
    /// Every kind that this version knows, with its name.
    pub const KINDS: &[(u16, &str)] = &[
        (1, "Message"),
        (2, "Action"),
        (3, "Topic"),
        (4, "Act"),
        (5, "Forget"),
        (6, "Reply"),
        (7, "Edit"),
        (8, "Delete"),
        (9, "React"),
        (15, "Erased"),
        (16, "Opened"),
        (17, "Joined"),
        (18, "Left"),
        (19, "Renamed"),
    ];

    /// The kind that stands on the wire.
    pub fn kind(&self) -> u16 {
        match self {
            Self::Message(_) => 1,
            Self::Action(_) => 2,
            Self::Topic(_) => 3,
            Self::Act(_) => 4,
            Self::Forget => 5,
            Self::Reply(_) => 6,
            Self::Edit(_) => 7,
            Self::Delete(_) => 8,
            Self::React(_) => 9,
            Self::Erased => 15,
            Self::Opened => 16,
            Self::Joined(_) => 17,
            Self::Left(_) => 18,
            Self::Renamed(_) => 19,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// The bytes that stand on the wire behind the kind.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Message(text) | Self::Action(text) | Self::Topic(text) => Cow::Borrowed(text),
            Self::Renamed(name) => Cow::Borrowed(name),
            Self::Forget | Self::Erased | Self::Opened => Cow::Borrowed(&[]),
            Self::Act(act) => wire::encode(act).into(),
            Self::Reply(reply) => wire::encode(reply).into(),
            Self::Edit(edit) => wire::encode(edit).into(),
            Self::Delete(delete) => wire::encode(delete).into(),
            Self::React(react) => wire::encode(react).into(),
            Self::Joined(arrival) => wire::encode(arrival).into(),
            Self::Left(reason) => wire::encode(reason).into(),
            Self::Unknown { body, .. } => Cow::Borrowed(body),
        }
    }

    /// The entry that this one changes, if it changes one. A page that shows the former carries the latter, too.
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Edit(edit) => Some(edit.target),
            Self::Delete(delete) => Some(delete.target),
            Self::React(react) => Some(react.target),
            _ => None,
        }
    }

    /// What these bytes say.
    pub(crate) fn of(kind: u16, body: Bytes) -> Self {
        Self::read(kind, body).unwrap_or_else(|body| Self::Unknown { kind, body })
    }

    /// Gives the body back if it cannot be read.
    fn read(kind: u16, body: Bytes) -> Result<Self, Bytes> {
        let read = match kind {
            1 => return Ok(Self::Message(body)),
            2 => return Ok(Self::Action(body)),
            3 => return Ok(Self::Topic(body)),
            4 => wire::decode(&body).ok().map(Self::Act),
            5 => body.is_empty().then_some(Self::Forget),
            6 => wire::decode(&body).ok().map(Self::Reply),
            7 => wire::decode(&body).ok().map(Self::Edit),
            8 => wire::decode(&body).ok().map(Self::Delete),
            9 => wire::decode(&body).ok().map(Self::React),
            15 => body.is_empty().then_some(Self::Erased),
            16 => body.is_empty().then_some(Self::Opened),
            17 => wire::decode(&body).ok().map(Self::Joined),
            18 => wire::decode(&body).ok().map(Self::Left),
            19 => return Ok(Self::Renamed(body)),
            _ => None,
        };
        read.ok_or(body)
    }
}

impl From<WireBody> for EntryBody {
    fn from(WireBody { kind, body }: WireBody) -> Self {
        Self::of(kind, body)
    }
}

impl Serialize for EntryBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WireBodyRef { kind: self.kind(), body: ByteString(&self.bytes()) }.serialize(serializer)
    }
}
