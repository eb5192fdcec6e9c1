//! The seam to whatever keeps a room's log.
//!
//! ```text
//! room --append(drafts)--> log --Committed(verdicts, entries) | Refused | Unknown--> completion --> room publishes
//! ```
//!
//! A log gives entries their place and knows which post ids it has seen, so that both are decided where they are made
//! durable. It does not know rooms, people's rights or sockets. Appending is asynchronous: the completion may run
//! inside `append` or later on any thread, exactly once.

pub mod memory;

use bytes::Bytes;
use chat_proto::frame::{Durability, Label};
use chat_proto::limits::{BATCH_BYTES, PAGE_BYTES, PAGE_ENTRIES};
use chat_proto::{Author, EntryBody, PersonId, PostId, Refused, RoomId, Seq, UnixMillis};
use std::pin::Pin;
use std::sync::Arc;

/// An entry that has no place yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// When the room took it.
    pub time: UnixMillis,
    /// Who it is from.
    pub author: Author,
    /// The id it was posted under; none for what the server writes itself.
    pub post: Option<PostId>,
    /// What it says.
    pub body: EntryBody,
}

/// An entry in the log, as its bytes ([`chat_proto::codec::entry_bytes`]).
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its place.
    pub seq: Seq,
    /// The place before it.
    pub prev: Seq,
    /// Shared with everybody it is sent to.
    pub bytes: Bytes,
}

/// What became of one draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the log now.
    Appended(Seq),
    /// The same post was in the log already.
    Known(Seq),
    /// Its id belongs to another body, which stands.
    Reused,
    /// Its id is so old that nobody remembers what became of it.
    TooOld,
    /// A later post of its instance is in the log already.
    OutOfOrder,
}

/// What became of a batch of drafts.
#[derive(Debug)]
pub enum Outcome {
    /// As durable as [`Logs::durability`] says.
    Committed {
        /// One per draft, in order.
        verdicts: Vec<Verdict>,
        /// Those that were appended, in order.
        entries: Vec<Stored>,
    },
    /// None of it is in the log, for ever.
    Refused(Refused),
    /// All of it is in the log, or none; only reading the log again tells.
    Unknown,
}

/// Runs once, when the outcome is known.
pub type Completion = Box<dyn FnOnce(Outcome) + Send>;

/// Which end of a range to read from when it is long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The first entries of the range.
    Oldest,
    /// The last.
    Newest,
}

/// Entries with `after < seq < before`, at most `entries` of them and about `bytes` bytes, but at least one if any.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Exclusive.
    pub after: Seq,
    /// Exclusive.
    pub before: Seq,
    /// Where to begin.
    pub from: End,
    /// At most so many.
    pub entries: usize,
    /// About so many bytes.
    pub bytes: usize,
}

impl Range {
    /// The first entries after `after`, as many as fit into one batch.
    pub fn first_after(after: Seq) -> Self {
        Self { after, before: Seq(u64::MAX), from: End::Oldest, entries: PAGE_ENTRIES, bytes: BATCH_BYTES }
    }

    /// The last page of everything.
    pub fn last_page() -> Self {
        Self { after: Seq::START, before: Seq(u64::MAX), from: End::Newest, entries: PAGE_ENTRIES, bytes: PAGE_BYTES }
    }
}

/// Part of a log, in order.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The oldest entry that is kept; above `head` if none is.
    pub oldest: Seq,
    /// The newest entry there ever was.
    pub head: Seq,
    /// What the range holds.
    pub entries: Vec<Stored>,
}

/// Whether `posted` is what stands in the log under its id. An act may call its target by an older name, or by name
/// alone: the server has written down who was meant.
pub fn is_same(stored: &EntryBody, posted: &EntryBody) -> bool {
    let mut posted = posted.clone();
    if let (EntryBody::Act(stored), EntryBody::Act(posted)) = (stored, &mut posted)
        && let (Some(stored), Some(posted)) = (stored.target(), posted.target_mut())
    {
        posted.name = stored.name.clone();
        posted.person = if posted.person == PersonId(0) { stored.person } else { posted.person };
    }
    *stored == posted
}

/// What a log knows of a post id.
#[derive(Debug, Clone)]
pub enum Finding {
    /// This entry was posted under it.
    Entry(Stored),
    /// Nothing; it was never accepted, or is no longer remembered.
    Nothing,
}

/// A read of a log.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One room's log.
pub trait Log: Send + Sync {
    /// Takes `drafts` into the log in order. At most one append is outstanding at a time.
    fn append(&self, drafts: Vec<Draft>, done: Completion);

    /// Reads a part of what is committed.
    fn read(&self, range: Range) -> Reading<'_, Slice>;

    /// Looks a post id of `person` up.
    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding>;
}

/// Where logs live.
pub trait Logs: Send + Sync {
    /// The log of a room, made if there is none.
    fn open(&self, room: RoomId) -> Arc<dyn Log>;

    /// Forgets a room's log.
    fn erase(&self, room: RoomId);

    /// How safe a committed entry is.
    fn durability(&self) -> Durability {
        self.label().durability
    }

    /// What is kept of a room.
    fn label(&self) -> Label;

    /// One line for the operator: where history lives, and for how long.
    fn describe(&self) -> String;
}
