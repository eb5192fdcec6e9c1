//! What stands in a room's log.
//!
//! A room is a log; everything that happens in it is an [`Entry`]. An entry's body carries its kind and its length, so
//! a client that does not know the kind can still show that something is there ([`EntryBody::Unknown`]).

mod act;
mod body;
mod id;

pub use act::{Act, BanScope, Role, Target, Voice};
pub(crate) use body::BorrowedBody;
pub use body::{Arrival, Delete, Edit, EntryBody, LeaveReason, React, ReactionState, Reply};
pub use id::{PersonId, PostId, RoomId, Seq, UnixMillis};

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};

/// Who an entry is from, as the server knew them when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Who.
    pub person: PersonId,
    /// Their name at that time, UTF-8; whoever shows it cleans it ([`crate::text::visible_line`]).
    pub name: Bytes,
}

/// One element of a room's log. Its fields stand on the wire in this order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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

/// What an entry has for itself: the rest of its post id, if it was posted, and what it says.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Own<'a> {
    Posted(u64, &'a EntryBody),
    Noted(&'a EntryBody),
}

/// What entries have in common that one client says at one time.
pub(crate) type Origin<'a> = (UnixMillis, &'a Author, Option<u64>);

impl<'a> EntryRef<'a> {
    /// The fields as they stand on the wire, in three parts: the place and the one before, the origin, and its own.
    pub(crate) fn parts(&self) -> ((Seq, Seq), Origin<'a>, Own<'a>) {
        let Self { seq, prev, time, author, post, body } = *self;
        let own = post.map_or(Own::Noted(body), |post| Own::Posted(post.n, body));
        ((seq, prev), (time, author, post.map(|post| post.instance)), own)
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EntryRef::from(self).parts().serialize(serializer)
    }
}

impl<'a> From<&'a Entry> for EntryRef<'a> {
    fn from(entry: &'a Entry) -> Self {
        let Entry { seq, prev, time, author, post, body } = entry;
        Self { seq: *seq, prev: *prev, time: *time, author, post: *post, body }
    }
}
