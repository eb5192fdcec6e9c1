//! What one log keeps, and which posts it knows.

use crate::log::{Draft, End, Range, Slice, Stored, Verdict, is_same};
use bytes::Bytes;
use chat_proto::{Entry, EntryBody, PersonId, Seq, codec, wire};
use std::collections::{HashMap, VecDeque};

/// What an entry costs besides its bytes: its place in the queue, its place in the index, its allocation.
const ENTRY_OVERHEAD_BYTES: usize = 112;

/// Instances per room whose posts are remembered at least as "gone up to". Beyond, the longest silent are forgotten:
/// a client resends for minutes, and it takes this many others to push it out.
const SENDERS_MAX: usize = 16_384;

/// One log.
#[derive(Default)]
pub(super) struct Kept {
    entries: VecDeque<Remembered>,
    /// What it takes, in bytes.
    pub(super) bytes: usize,
    head: Seq,
    senders: HashMap<Sender, Posts>,
    /// Nothing is kept any more.
    pub(super) is_erased: bool,
}

struct Remembered {
    stored: Stored,
    post: Option<(Sender, u64)>,
}

/// A running client of a person, as the dedupe key knows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sender {
    pub(super) person: PersonId,
    pub(super) instance: u64,
}

/// What is remembered of one sender's posts.
#[derive(Default)]
struct Posts {
    /// (n, seq), both rising: those whose entries are kept.
    known: VecDeque<(u64, Seq)>,
    /// Entries of posts up to here were dropped.
    gone_up_to: u64,
    /// The highest `n` that was accepted.
    highest: u64,
    last_seq: Seq,
}

impl Kept {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> Vec<Stored> {
        self.entries.iter().map(|remembered| remembered.stored.clone()).collect()
    }

    /// Gives `draft` a place and puts it into `entries`, unless its post is known.
    pub(super) fn take(&mut self, draft: Draft, entries: &mut Vec<Stored>) -> Verdict {
        let post = draft.post.map(|id| (Sender { person: draft.author.person, instance: id.instance }, id.n));
        if let Some(verdict) = post.and_then(|(sender, n)| self.judge(sender, n, &draft)) {
            return verdict;
        }
        let forgets = (draft.body == EntryBody::Forget).then_some(draft.author.person);
        let stored = self.store(draft);
        if let Some((sender, n)) = post {
            self.remember(sender, n, stored.seq);
        }
        self.bytes += stored.bytes.len() + ENTRY_OVERHEAD_BYTES;
        self.entries.push_back(Remembered { stored: stored.clone(), post });
        let seq = stored.seq;
        entries.push(stored);
        if let Some(person) = forgets {
            self.forget(person);
        }
        Verdict::Appended(seq)
    }

    /// Erases whatever `person` said.
    fn forget(&mut self, person: PersonId) {
        for remembered in &mut self.entries {
            if let Some(erased) = erased(&remembered.stored, person) {
                self.bytes -= remembered.stored.bytes.len() - erased.len();
                remembered.stored.bytes = erased;
            }
        }
    }

    /// Keeps nothing from now on; says how many bytes that frees. Whoever still holds the log may be appending to it,
    /// or reading: the head remains, as it must never fall.
    pub(super) fn erase(&mut self) -> usize {
        let erased = std::mem::take(self);
        *self = Self { head: erased.head, is_erased: true, ..Self::default() };
        erased.bytes
    }

    /// What to answer to a post id that is not new; none if it is.
    fn judge(&self, sender: Sender, n: u64, draft: &Draft) -> Option<Verdict> {
        let posts = self.senders.get(&sender)?;
        if let Some(stored) = self.find(sender, n) {
            return Some(if is_known(&stored, draft) { Verdict::Known(stored.seq) } else { Verdict::Reused });
        }
        if n <= posts.gone_up_to {
            return Some(Verdict::TooOld);
        }
        (n <= posts.highest).then_some(Verdict::OutOfOrder)
    }

    fn store(&mut self, draft: Draft) -> Stored {
        let Draft { time, author, post, body, .. } = draft;
        let (seq, prev) = (self.head.next(), self.head);
        self.head = seq;
        let bytes = codec::entry_bytes(&Entry { seq, prev, time, author, post, body });
        Stored { seq, prev, bytes }
    }

    fn remember(&mut self, sender: Sender, n: u64, seq: Seq) {
        let posts = self.senders.entry(sender).or_default();
        posts.known.push_back((n, seq));
        posts.highest = n;
        posts.last_seq = seq;
        if self.senders.len() > SENDERS_MAX {
            self.forget_senders();
        }
    }

    /// Forgets the longest silent half of the senders that have no entry left.
    fn forget_senders(&mut self) {
        let mut silent: Vec<Seq> =
            self.senders.values().filter(|posts| posts.known.is_empty()).map(|posts| posts.last_seq).collect();
        silent.sort_unstable();
        if let Some(middle) = silent.get(silent.len() / 2).copied() {
            self.senders.retain(|_, posts| !posts.known.is_empty() || posts.last_seq > middle);
        }
    }

    /// Returns the bytes that became free.
    pub(super) fn drop_oldest(&mut self) -> Option<usize> {
        let Remembered { stored, post } = self.entries.pop_front()?;
        if let Some((sender, n)) = post
            && let Some(posts) = self.senders.get_mut(&sender)
        {
            posts.known.pop_front();
            posts.gone_up_to = n;
        }
        let bytes = stored.bytes.len() + ENTRY_OVERHEAD_BYTES;
        self.bytes -= bytes;
        Some(bytes)
    }

    pub(super) fn find(&self, sender: Sender, n: u64) -> Option<Stored> {
        let known = &self.senders.get(&sender)?.known;
        let (_, seq) = known[known.binary_search_by_key(&n, |(n, _)| *n).ok()?];
        self.entries.get(self.index_after(seq).checked_sub(1)?).map(|remembered| remembered.stored.clone())
    }

    /// The index of the first entry above `seq`.
    fn index_after(&self, seq: Seq) -> usize {
        self.entries.partition_point(|remembered| remembered.stored.seq <= seq)
    }

    pub(super) fn slice(&self, range: &Range) -> Slice {
        let first = self.index_after(range.after);
        let end = self.entries.partition_point(|remembered| remembered.stored.seq < range.before).max(first);
        let within = self.entries.range(first..end).map(|remembered| &remembered.stored);
        let mut entries = match range.from {
            End::Oldest => bounded(within, range),
            End::Newest => bounded(within.rev(), range),
        };
        if range.from == End::Newest {
            entries.reverse();
        }
        let oldest = self.entries.front().map_or(self.head.next(), |remembered| remembered.stored.seq);
        Slice { oldest, head: self.head, entries }
    }
}

fn bounded<'a>(entries: impl Iterator<Item = &'a Stored>, range: &Range) -> Vec<Stored> {
    let mut bytes = 0;
    let fits = |stored: &&Stored| {
        let is_first = bytes == 0;
        bytes += stored.bytes.len();
        is_first || bytes <= range.bytes
    };
    entries.take(range.entries).take_while(fits).cloned().collect()
}

/// What stands in the place of a message or an action of `person`.
fn erased(stored: &Stored, person: PersonId) -> Option<Bytes> {
    let entry: Entry = wire::decode(&stored.bytes).ok()?;
    let is_theirs = entry.author.person == person && matches!(entry.body, EntryBody::Message(_) | EntryBody::Action(_));
    is_theirs.then(|| codec::entry_bytes(&Entry { body: EntryBody::Erased, ..entry }))
}

fn is_known(stored: &Stored, draft: &Draft) -> bool {
    wire::decode::<Entry>(&stored.bytes).is_ok_and(|entry| is_same(&entry.body, &draft.body))
}
