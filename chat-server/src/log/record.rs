//! What outlives a server besides entries.
//!
//! A room's own state is written by the room and read by the next server's; whoever keeps it does not look into it.

use super::Log;
use chat_proto::frame::Keep;
use chat_proto::{Nick, PersonId, RoomCode, RoomId, Seq, UnixMillis};
use std::fmt;
use std::sync::Arc;

/// A room, besides its log and its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRecord {
    /// Finds it.
    pub code: RoomCode,
    /// How long it was asked to keep what is said.
    pub keep: Keep,
    /// The rest, as the room writes it: JSON.
    pub state: String,
}

/// Whether a member was present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// They were.
    Here,
    /// Not since then.
    Gone {
        /// When they were last.
        since: UnixMillis,
    },
}

/// Somebody who may come back to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberRecord {
    /// Who.
    pub person: PersonId,
    /// Rises with every member that joins.
    pub standing: u64,
    /// Whether they were present.
    pub whereabouts: Whereabouts,
    /// How far they have read.
    pub read: Seq,
}

/// What is so of a room from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// It is this.
    Room(RoomRecord),
    /// This one is a member, in this way.
    Member(MemberRecord),
    /// This one is a member no longer.
    NoMember(PersonId),
}

/// A name claimed by a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The server's number for them.
    pub id: PersonId,
    /// What their name belongs to.
    pub key: [u8; 32],
    /// What they are called.
    pub name: Nick,
    /// When they were last connected.
    pub last_seen: UnixMillis,
    /// Whether they were in a room, so that something may stand under their name.
    pub has_been_seen: bool,
}

/// A name that was given up, and rests with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestingName {
    /// The name.
    pub name: Nick,
    /// Whose it was.
    pub key: [u8; 32],
    /// When it was given up.
    pub since: UnixMillis,
}

/// A code that is not given out again for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestingCode {
    /// The code.
    pub code: RoomCode,
    /// When its room ended.
    pub since: UnixMillis,
}

/// What is so of people and codes from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// This is a person. A number is never another's again, also after it was forgotten.
    Person(PersonRecord),
    /// This one is forgotten.
    Forgotten(PersonId),
    /// This name rests.
    NameRests(RestingName),
    /// This name, and whatever looks like it, rests no longer.
    NameFree(Nick),
    /// This code rests.
    CodeRests(RestingCode),
    /// This code rests no longer.
    CodeFree(RoomCode),
}

/// A room as it was kept.
pub struct RestoredRoom {
    /// Names this life of the room.
    pub id: RoomId,
    /// What it is.
    pub record: RoomRecord,
    /// Who may come back.
    pub members: Vec<MemberRecord>,
    /// The newest entry there ever was.
    pub head: Seq,
    /// When it was written; none if it is no longer kept.
    pub last_time: Option<UnixMillis>,
    /// Its log.
    pub log: Arc<dyn Log>,
}

/// Everything that was kept.
#[derive(Debug, Default)]
pub struct Restored {
    /// Every room that was not over.
    pub rooms: Vec<RestoredRoom>,
    /// Every person who was not forgotten.
    pub people: Vec<PersonRecord>,
    /// The highest number that a person ever had.
    pub last_person: u64,
    /// Names that rest.
    pub names: Vec<RestingName>,
    /// Codes that rest.
    pub codes: Vec<RestingCode>,
}

impl fmt::Debug for RestoredRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, record, members, head, .. } = self;
        f.debug_struct("RestoredRoom")
            .field("id", id)
            .field("record", record)
            .field("members", members)
            .field("head", head)
            .finish_non_exhaustive()
    }
}
