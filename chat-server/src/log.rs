//! The seam to whatever keeps a room's log.
//!
//! ```text
//! room --append(drafts)--> log --Committed(verdicts, entries) | NotWritten | Unknown--> completion --> room publishes
//! ```
//!
//! A log gives entries their place and knows which post ids it has seen, so that both are decided where they are made
//! durable. It does not know rooms, people's rights or sockets: what is kept of those besides entries are
//! [records](record), handed over and given back as they are. Appending is asynchronous: the completion may run inside
//! `append` or later on any thread, exactly once.

mod absence;
mod excerpt;
mod fold;
pub mod memory;
mod page;
mod pointing;
pub mod record;
mod said;
pub mod search;
pub mod sqlite;

use bytes::Bytes;
use chat_proto::frame::{Durability, Keep, Label};
use chat_proto::limits::{BATCH_BYTES, PAGE_BYTES, PAGE_ENTRIES};
use chat_proto::{Author, Entry, EntryBody, EntryRef, PersonId, PostId, RoomId, Seq, UnixMillis, codec, wire};
use record::{Fact, Record, Restored, RoomRecord};
use search::{Findings, Query};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::oneshot;

/// An entry that has no place yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// When the room took it.
    pub time: UnixMillis,
    /// Who it is from.
    pub author: Arc<Author>,
    /// The id it was posted under; none for what the server writes itself.
    pub post: Option<PostId>,
    /// What it says.
    pub body: EntryBody,
    /// Whose messages it may delete.
    pub reach: Reach,
    /// What else is so once it is in the log: kept in the same commit, and only if it is appended.
    pub records: Vec<Record>,
}

impl Draft {
    /// Whether `other` is from the same origin: the same client of the same person said it at the same time.
    pub(crate) fn is_said_with(&self, other: &Self) -> bool {
        let instance = |draft: &Self| draft.post.map(|post| post.instance);
        Arc::ptr_eq(&self.author, &other.author) && self.time == other.time && instance(self) == instance(other)
    }
}

/// Whose messages somebody may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Their own.
    Own,
    /// Anybody's: they keep order.
    Anybodys,
}

/// An entry in the log, as its bytes ([`chat_proto::codec::entry_bytes`]).
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its place.
    pub seq: Seq,
    /// The place before it.
    pub prev: Seq,
    /// Its own.
    pub bytes: Bytes,
}

impl Stored {
    /// Whether it says what was posted.
    pub(crate) fn says(&self, posted: &EntryBody) -> bool {
        wire::decode::<Entry>(&self.bytes).is_ok_and(|entry| is_same(&entry.body, posted))
    }
}

impl AsRef<[u8]> for Stored {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Entries that follow on each other, as their bytes one behind the other.
#[derive(Debug, Clone)]
pub struct Run {
    /// The place before the first of them.
    pub prev: Seq,
    /// The place of the last; `prev` if there is none.
    pub last: Seq,
    /// How many.
    pub count: usize,
    /// Theirs.
    pub bytes: Vec<u8>,
}

/// Where in a [`Run`] it stands who said an entry, when, and by which client.
#[derive(Debug, Clone)]
pub(crate) struct OriginAt(std::ops::Range<usize>);

impl Run {
    /// None yet.
    pub fn after(head: Seq) -> Self {
        Self { prev: head, last: head, count: 0, bytes: Vec::new() }
    }

    /// The same, with memory for so many of what most entries take.
    pub(crate) fn expecting(head: Seq, count: usize) -> Self {
        const MOST_BYTES: usize = 128;
        Self { bytes: Vec::with_capacity(count * MOST_BYTES), ..Self::after(head) }
    }

    /// These.
    pub fn of(entries: &[Stored]) -> Self {
        let head = entries.first().map_or(Seq::START, |first| first.prev);
        let mut run = Self::after(head);
        for Stored { seq, bytes, .. } in entries {
            run.bytes.extend_from_slice(bytes);
            (run.last, run.count) = (*seq, run.count + 1);
        }
        run
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds what `draft` becomes behind all of them, of which the one at `like` was said together with it, if any was.
    pub(crate) fn push(&mut self, draft: &Draft, like: Option<OriginAt>) -> (Seq, OriginAt) {
        let (seq, prev) = (self.last.next(), self.last);
        let Draft { time, author, post, body, .. } = draft;
        let entry = EntryRef { seq, prev, time: *time, author, post: *post, body };
        let origin = OriginAt(codec::append_entry(entry, like.map(|OriginAt(bytes)| bytes), &mut self.bytes));
        (self.last, self.count) = (seq, self.count + 1);
        (seq, origin)
    }
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
    /// It is new, and there is no place left for it.
    NoPlace,
    /// It would change what is no message here, or not any more.
    NoSuchMessage,
    /// It would change what somebody else said.
    NotYours,
    /// What it would change was edited as often as it may.
    TooManyEdits,
    /// What it reacts to has as many reactions as it may.
    TooManyReactions,
}

/// Why drafts were not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWritten {
    /// There is no place left.
    Full,
    /// They cannot be: a defect.
    Unkeepable,
}

/// What became of a batch of drafts.
#[derive(Debug)]
pub enum Outcome {
    /// As durable as [`Logs::durability`] says.
    Committed {
        /// One per draft, in order.
        verdicts: Vec<Verdict>,
        /// Those that were appended, in order.
        entries: Run,
    },
    /// None of it was written, nor will be. What was in the log before under one of its ids still is.
    NotWritten(NotWritten),
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
/// alone: the server has written down who was meant. What was erased may have been anything.
fn is_same(stored: &EntryBody, posted: &EntryBody) -> bool {
    match (stored, posted) {
        (EntryBody::Erased, _) => return true,
        (EntryBody::Edit(stored), EntryBody::Edit(posted)) if stored.text.is_empty() => {
            return stored.target == posted.target;
        }
        _ => {}
    }
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
    /// It was accepted, or one after it was, and its entry is no longer kept.
    Dropped,
    /// Nothing; it was never accepted, or is no longer remembered.
    Nothing,
}

/// Why a log cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("history cannot be read: {0}")]
pub struct ReadError(pub String);

/// Why nothing more can be kept. What was acknowledged is safe; what was not has to be sent again, to the next process.
#[derive(Debug, Clone, thiserror::Error)]
#[error("history cannot be written any more: {0}")]
pub struct StorageFailure(pub String);

/// A read of a log.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T, ReadError>> + Send + 'a>>;

/// Something that happens at some time.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Resolves when what was handed over is as safe as it gets, or is known never to be.
#[derive(Debug)]
pub struct Written(oneshot::Receiver<()>);

impl Written {
    /// Safe already.
    pub fn at_once() -> Self {
        let (_, written) = Self::later();
        written
    }

    /// Safe when the other half is dropped.
    pub fn later() -> (oneshot::Sender<()>, Self) {
        let (done, written) = oneshot::channel();
        (done, Self(written))
    }

    /// Waits for it.
    pub async fn wait(self) {
        // Dropped without a word is the word.
        let _ = self.0.await;
    }
}

/// One room's log.
pub trait Log: Send + Sync {
    /// Takes `drafts` into the log in order. At most one append is outstanding at a time. A draft that is a
    /// [`EntryBody::Forget`] erases everything that its author said before it, a [`EntryBody::Delete`] what it points
    /// at. A draft that points at an entry is taken if there is such a message, also in the same batch. Drafts are
    /// shared with whoever gave them, who may offer them again.
    fn append(&self, drafts: Arc<[Draft]>, done: Completion);

    /// Keeps what is so without an entry, after whatever was appended before.
    fn keep(&self, records: Vec<Record>);

    /// Reads a part of what is committed.
    fn read(&self, range: Range) -> Reading<'_, Slice>;

    /// Reads a page: a part from the newest end of `range`, then what stands behind `range` and changes something in
    /// that part, as far as it still counts. All of it fits into a frame.
    fn page(&self, range: Range) -> Reading<'_, Slice>;

    /// Looks a post id of `person` up.
    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding>;

    /// Looks for messages, actions and replies by what they say now, everything committed before the call among them.
    fn search(&self, query: Query) -> Reading<'_, Findings>;
}

/// Where logs live, and what else must outlive the process.
pub trait Logs: Send + Sync {
    /// What was kept when the last server ended. Given once.
    fn restore(&self) -> Restored {
        Restored::default()
    }

    /// The log of a new room, which is kept as `record` says.
    fn open(&self, room: RoomId, record: &RoomRecord) -> Arc<dyn Log>;

    /// Forgets a room and its log.
    fn erase(&self, room: RoomId);

    /// Keeps what is so of people and codes, in the order of the calls, also with what is appended to logs.
    fn keep(&self, facts: Vec<Fact>) -> Written;

    /// Lets time pass: what is too old goes.
    fn sweep(&self, now: UnixMillis);

    /// How safe a committed entry is.
    fn durability(&self) -> Durability {
        self.label(Keep::Default).durability
    }

    /// What is kept of a room that was asked to keep so much.
    fn label(&self, keep: Keep) -> Label;

    /// One line for the operator: where history lives, and for how long.
    fn describe(&self) -> String;

    /// Resolves if nothing more can be kept: the server has to end, and be started again.
    fn failed(&self) -> Later<StorageFailure> {
        Box::pin(std::future::pending())
    }

    /// Waits until everything handed over is safe, and lets the next server have it. Nothing is kept afterwards.
    fn close(&self) -> Later<()> {
        Box::pin(std::future::ready(()))
    }
}
