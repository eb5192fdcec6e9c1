//! The timeline: what was said in a room, and where the reader is in it.
//!
//! ```text
//! items    | gap 1..40 | entry 41 | entries 42..44 folded | … |   in the order of the log
//! pending  | post | post |                                       mine, not in the log yet
//! ```
//!
//! The anchor is an entry and a row of it, never a row of the screen: whatever is added above, below or around, the
//! reader keeps reading what they read.

mod attached;
mod authors;
mod block;
mod chips;
mod draw;
mod erased;
mod finding;
mod fold;
mod hidden;
mod intake;
mod layout;
mod look;
mod mention;
mod pending;
mod pointing;
mod quote;
mod seeking;
mod selecting;
mod unread;

pub use attached::{Attached, Reaction};
pub use block::Row;
pub use chips::Chip;
pub use draw::{Crowd, draw};
pub use finding::{Step, Then};
pub(crate) use fold::sentences as comings_and_goings;
pub use fold::{Change, ChangeKind};
pub use intake::Reader;
pub(crate) use intake::name;
pub use look::Look;
pub use pending::Pending;
pub use quote::Quote;
pub use seeking::Sought;
pub use selecting::Direction;
pub use unread::{COUNTED_MAX, Count};

use chat_proto::{Entry, PersonId, PostId, Seq, UnixMillis};
use std::collections::{BTreeMap, VecDeque};
use unread::Unread;

/// Entries held in memory; older ones become a gap that says so.
pub const ENTRIES_MAX: usize = 100_000;
/// Bytes of text held in memory: a server that sends only the longest messages does not fill it.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;

/// A room in which nobody has said anything has no more than this.
const SILENT_ITEMS_MAX: usize = 16;

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At the end, and stays there.
    End,
    /// The top row of the pane is `row` of the entry at `key`; rows above its text count below zero.
    At { key: Key, row: isize },
}

/// What of it becomes another by itself: as time passes, or because somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    anchor: Anchor,
    marked: Option<Seq>,
    divider: Option<Seq>,
    unread: Count,
    request: Request,
    items: usize,
}

/// What an anchor holds on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Entry(Seq),
    Pending(PostId),
}

/// Entries that are shown as one, or a gap between them. What points at another entry has no row of its own: its place
/// belongs to the item before it, whose own place is its first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The first and the last place in the log that this stands for.
    pub first: Seq,
    pub last: Seq,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Said(Said),
    /// What people said whom the reader ignores: one line for all of it.
    Hidden(Vec<Item>),
    /// Messages of one person that followed one another, and that they erased.
    Erased(Erased),
    /// Comings and goings that followed one another, from when on; its time is that of the last.
    Fold {
        began: UnixMillis,
        time: UnixMillis,
        changes: Vec<Change>,
    },
    /// Something else that happened, in words.
    System {
        time: UnixMillis,
        text: String,
    },
    /// What points at another entry, and stands behind a gap.
    Silent,
    Gap(Gap),
}

/// A message, an action or a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who; none for a post that the log does not show yet.
    pub person: Option<PersonId>,
    pub name: String,
    pub time: UnixMillis,
    pub text: String,
    pub is_action: bool,
    pub is_own: bool,
    /// Names the reader.
    pub is_mention: bool,
    /// What others hung on it, or it on others; most have nothing.
    pub attached: Option<Box<Attached>>,
}

/// Where messages stood that their author erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    pub person: PersonId,
    pub name: String,
    pub time: UnixMillis,
    pub messages: usize,
}

/// Entries that are not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    Loadable,
    /// Asked for.
    Loading,
    /// Asked for and refused; the sentence says why. Scrolling asks again.
    Failed(String),
    /// No longer kept by the server.
    Purged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    items: VecDeque<Item>,
    pending: Vec<Pending>,
    anchor: Anchor,
    unread: Unread,
    /// Where the reader stopped reading: the divider stands after this place.
    divider: Option<Seq>,
    /// What was said meanwhile, after the first and up to the second place, is new to the reader.
    missed: Option<(Seq, Seq)>,
    /// The message that the reader has chosen to do something about.
    selected: Option<Seq>,
    /// The message that the reader jumped to.
    marked: Option<Seq>,
    /// The message that the reader wants to jump to, and that is not here yet.
    sought: Option<Seq>,
    /// What points at messages that a page is to bring.
    strays: Vec<Entry>,
    /// Up to which place people erased what they had said.
    forgotten: BTreeMap<PersonId, Seq>,
    /// Everything up to here is taken off the screen, until somebody scrolls up.
    cleared: Option<Seq>,
    entries: usize,
    bytes: usize,
    /// Gaps that can be loaded, so that nobody has to look for one among 100,000 entries.
    open_gaps: usize,
    request: Request,
}

/// What was asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    None,
    /// One page at a time.
    Pending,
    /// Refused; scrolling asks again.
    Refused,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            pending: Vec::new(),
            anchor: Anchor::End,
            unread: Unread::default(),
            divider: None,
            missed: None,
            selected: None,
            marked: None,
            sought: None,
            strays: Vec::new(),
            forgotten: BTreeMap::new(),
            cleared: None,
            entries: 0,
            bytes: 0,
            open_gaps: 0,
            request: Request::None,
        }
    }
}

impl Timeline {
    pub fn items(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.items.iter()
    }

    /// The items that reach this place or go beyond it.
    pub fn from(&self, seq: Seq) -> impl Iterator<Item = &Item> {
        self.items.range(self.items.partition_point(|item| item.last < seq)..)
    }

    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// The last place that this timeline stands for.
    pub fn end(&self) -> Seq {
        self.items.back().map_or(Seq::START, |item| item.last)
    }

    pub fn is_at_end(&self) -> bool {
        self.anchor == Anchor::End
    }

    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Whether nothing was said. Where much has happened, nobody looks through it.
    pub fn is_unspoken(&self) -> bool {
        let is_quiet = |item: &Item| matches!(item.what, What::Fold { .. } | What::System { .. } | What::Silent);
        self.pending.is_empty() && self.items.len() <= SILENT_ITEMS_MAX && self.items.iter().all(is_quiet)
    }

    pub fn standing(&self) -> Standing {
        let &Self { anchor, marked, divider, request, .. } = self;
        Standing { anchor, marked, divider, unread: self.unread(), request, items: self.items.len() }
    }

    /// Takes everything off the screen; it stays in memory and comes back when somebody scrolls up.
    pub fn clear(&mut self) {
        self.cleared = Some(self.end());
        self.read_all();
        self.to_end();
    }

    pub fn to_end(&mut self) {
        (self.marked, self.sought) = (None, None);
        self.anchor = Anchor::End;
    }

    /// The connection ended: what was asked for will not come.
    pub fn forget_requests(&mut self) {
        self.sought = None;
        self.strays.clear();
        if self.request == Request::Pending {
            self.turn_gaps(&Gap::Loading, &Gap::Loadable);
            self.request = Request::None;
        }
    }

    fn turn_gaps(&mut self, from: &Gap, to: &Gap) {
        for item in &mut self.items {
            if let What::Gap(gap) = &mut item.what
                && std::mem::discriminant(gap) == std::mem::discriminant(from)
            {
                gap.clone_from(to);
            }
        }
    }

    /// What was missed, up to `head`, is about to follow: it is new.
    pub fn mark_stop(&mut self, head: Seq) {
        if self.unread().is_none() && !self.items.is_empty() && head > self.end() {
            self.divider = Some(self.end());
        }
    }

    /// The index of the first item that is on the screen at all.
    fn first_shown(&self) -> usize {
        self.cleared.map_or(0, |cleared| self.items.partition_point(|item| item.last <= cleared))
    }

    fn index_of(&self, key: Key) -> usize {
        match key {
            Key::Entry(seq) => self.items.partition_point(|item| item.last < seq),
            Key::Pending(id) => {
                let at = self.pending.iter().position(|pending| pending.id == id);
                self.items.len() + at.unwrap_or(self.pending.len())
            }
        }
    }

    fn key_of(&self, index: usize) -> Option<Key> {
        match self.items.get(index) {
            Some(item) => Some(Key::Entry(item.last)),
            None => self.pending.get(index - self.items.len()).map(|pending| Key::Pending(pending.id)),
        }
    }

    /// Items and pending posts together: what the layout stacks.
    fn blocks(&self) -> usize {
        self.items.len() + self.pending.len()
    }
}

impl Item {
    /// When it happened; gaps have no time.
    pub fn time(&self) -> Option<UnixMillis> {
        match &self.what {
            What::Said(said) => Some(said.time),
            What::Fold { time, .. } | What::System { time, .. } => Some(*time),
            What::Erased(erased) => Some(erased.time),
            What::Hidden(items) => items.first().and_then(Self::time),
            What::Gap(_) | What::Silent => None,
        }
    }

    fn is_gap(&self) -> bool {
        matches!(self.what, What::Gap(_))
    }

    /// Whether what is missing here may still be had.
    fn is_open_gap(&self) -> bool {
        self.is_gap() && self.what != What::Gap(Gap::Purged)
    }

    fn entries(&self) -> usize {
        match &self.what {
            What::Fold { changes, .. } => changes.len(),
            What::Hidden(items) => items.len(),
            What::Erased(erased) => erased.messages,
            What::Gap(_) | What::Silent => 0,
            What::Said(_) | What::System { .. } => 1,
        }
    }

    fn bytes(&self) -> usize {
        match &self.what {
            What::Said(said) => said.bytes(),
            What::Fold { changes, .. } => changes.iter().map(|change| change.name.len()).sum(),
            What::System { text, .. } => text.len(),
            What::Erased(erased) => erased.name.len(),
            What::Hidden(items) => items.iter().map(Self::bytes).sum(),
            What::Gap(_) | What::Silent => 0,
        }
    }

    /// Takes the place of an entry that has no row.
    fn reach(&mut self, seq: Seq) {
        self.last = seq;
        if let What::Hidden(items) = &mut self.what
            && let Some(newest) = items.last_mut()
        {
            newest.last = seq;
        }
    }
}
