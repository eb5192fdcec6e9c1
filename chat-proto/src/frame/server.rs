//! What a server may say, body by body. [`Refused`](crate::Refused) has a file of its own.

pub use crate::entry::{Role, Voice};

use crate::entry::{Author, Entry, PersonId, PostId, RoomId, Seq, UnixMillis};
use crate::invite::Secret;
use crate::limits::{
    MEMBERS_PER_FRAME, MEMBERSHIPS, NAMES_PER_LIST, PAGE_ENTRIES, PAGE_ENTRIES_WITH_POINTERS, SEARCH_HITS,
};
use crate::wire::Capped;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Answers [`Hello`](super::Hello). The same in every version.
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
    /// Rooms of one session, direct ones aside.
    pub rooms: u32,
    /// Silence after which the client should say [`Ping`](super::Ping).
    pub heartbeat_ms: u32,
    /// Silence after which either end gives the other up.
    pub silence_ms: u32,
}

/// The other one of a direct room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Who.
    pub person: PersonId,
    /// Their name, UTF-8.
    pub name: Bytes,
    /// The public key that their name belongs to.
    pub key: [u8; 32],
}

/// A room that this person may resume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which.
    pub room: RoomId,
    /// The four characters that find it; those of a direct room find nothing, and are not shown.
    pub code: [u8; 4],
    /// Its newest entry.
    pub head: Seq,
    /// With whom, if it is a direct room.
    pub direct: Option<Peer>,
}

/// Answers [`Login`](super::Login): who the client is here, and what holds.
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
    pub rooms: Capped<Membership, MEMBERSHIPS>,
}

/// Who may come in, besides members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// Anyone with the code.
    Open,
    /// Who has the secret of an invite.
    Private,
    /// Nobody: it is between two people. [`OpenDirect`](super::OpenDirect) opens it, no [`Create`](super::Create).
    Direct,
}

/// Whether the door is closed for the time being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lock {
    /// It is not.
    Unlocked,
    /// Only members come in.
    Locked,
}

/// What a room keeps, and for how long. Whoever runs the server can read what it keeps. The oldest entries go first;
/// a bound that is none does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// How safe an accepted entry is.
    pub durability: Durability,
    /// For how long an entry is kept, in milliseconds.
    pub keeps_ms: Option<u64>,
    /// How many entries of this room are kept.
    pub keeps_entries: Option<u64>,
    /// How many bytes of this room are kept.
    pub keeps_bytes: Option<u64>,
    /// How many bytes of all rooms together are kept; the largest room gives first.
    pub keeps_bytes_of_all: Option<u64>,
    /// How long the room waits for somebody once nobody is present, in milliseconds. In memory it ends at once when the
    /// last one says `Bye`, and waits so long for one who was cut off.
    pub waits_ms: u64,
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
    /// Who may come in.
    pub door: Door,
    /// Whether nobody may.
    pub lock: Lock,
    /// How many members follow in [`Members`].
    pub members: u32,
    /// How far this person has read, as far as the server was told ([`Read`](super::Read)); 0 if it was not.
    pub read: Seq,
    /// With whom, if it is a direct room, whether they are a member now or not.
    pub direct: Option<Peer>,
}

/// Answers [`Create`](super::Create), [`Join`](super::Join), [`Resume`](super::Resume) and
/// [`OpenDirect`](super::OpenDirect).
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

/// Whether a member is there. The first and the second are told by entries, the others by [`Signal`]s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presence {
    /// Has a session, or lost it a moment ago.
    Here,
    /// May come back.
    Gone,
    /// Has a session, and has not touched it for a while.
    Idle,
    /// Has a session, and says to be away: one line, UTF-8, at most [`AWAY_BYTES`](crate::limits::AWAY_BYTES); may be
    /// empty; judged by [`crate::Topic`].
    Away(Bytes),
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
    /// What they may do.
    pub role: Role,
    /// Whether they may post.
    pub voice: Voice,
    /// The public key that their name belongs to.
    pub key: [u8; 32],
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
    /// Left out because they are many; [`History`](super::History) gives them.
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

/// Answers [`Post`](super::Post): the entry is in the log, as safe as `durability` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The id that was posted.
    pub id: PostId,
    /// Its place.
    pub seq: Seq,
    /// How safe it is.
    pub durability: Durability,
}

/// Answers [`History`](super::History): at most [`PAGE_ENTRIES`] of the range; then, from `before` on, later ones that
/// change what is in the page, as far as they still count: the last edit of a message, the reactions it has, and those
/// that were taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Which room.
    pub room: RoomId,
    /// The oldest entry that is kept now.
    pub oldest: Seq,
    /// In order; none if nothing in the range is kept.
    pub entries: Capped<Entry, PAGE_ENTRIES_WITH_POINTERS>,
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

/// Answers [`Ping`](super::Ping).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// The server's clock.
    pub server_time: UnixMillis,
    /// One per room of this session: whoever holds less has lost something and resumes.
    pub heads: Capped<RoomHead, MEMBERSHIPS>,
}

/// Why nothing more comes from a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndReason {
    /// The room is over.
    Over,
    /// This person was removed from it, or left it in another session.
    Removed,
}

/// This session is no longer in a room, and nothing more comes from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomEnded {
    /// Which room.
    pub room: RoomId,
    /// Why.
    pub reason: EndReason,
}

/// The server stops. The connection ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoAway {
    /// When to try again: spread, so that not all come at once.
    pub reconnect_after_ms: u32,
}

/// Answers [`Invite`](super::Invite).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Which room.
    pub room: RoomId,
    /// The four characters that find it.
    pub code: [u8; 4],
    /// What a private room asks for besides.
    pub secret: Option<Secret>,
}

/// A name that a key holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldName {
    /// UTF-8.
    pub name: Bytes,
    /// How long a name that was given up still rests with the key; none if it is in use.
    pub rests_ms: Option<u64>,
}

/// Answers [`Names`](super::Names).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameList {
    /// In no order.
    pub names: Capped<HeldName, NAMES_PER_LIST>,
}

/// A message, an action or a reply, shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Its place.
    pub seq: Seq,
    /// When it was said.
    pub time: UnixMillis,
    /// By whom.
    pub author: Author,
    /// At most [`EXCERPT_BYTES`](crate::limits::EXCERPT_BYTES) of it, UTF-8; of a hit, the part with the first word
    /// that was looked for.
    pub text: Bytes,
}

/// What a search found, with what was said just before and after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The message before it, if one is kept.
    pub before: Option<Excerpt>,
    /// The message that was found.
    pub found: Excerpt,
    /// The message after it, if there is one.
    pub after: Option<Excerpt>,
}

/// What lies beyond the hits of a [`Found`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Beyond {
    /// No more hits.
    Nothing,
    /// Perhaps more: ask again for what is before the last hit.
    More,
    /// The search took too long and was given up: rarer words, or a shorter time, would help.
    Unsearched,
}

/// Answers [`Search`](super::Search).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Which room.
    pub room: RoomId,
    /// The newest first.
    pub hits: Capped<Hit, SEARCH_HITS>,
    /// Whether there are more.
    pub beyond: Beyond,
}

/// This person is a member of a direct room that this session did not ask for: the other one opened it, or another
/// session of theirs. Nothing comes from it before [`Resume`](super::Resume).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomAdded {
    /// The room.
    pub membership: Membership,
}

/// What is not kept, and may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignalKind {
    /// Is writing, for [`TYPING_LASTS`](crate::limits::TYPING_LASTS) at most.
    Typing,
    /// No longer is.
    Stopped,
    /// Is present in this way from now on; never [`Presence::Gone`].
    Presence(Presence),
}

/// What a member is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub person: PersonId,
    /// What.
    pub kind: SignalKind,
}
