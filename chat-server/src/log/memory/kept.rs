//! What one log keeps, and which posts it knows.

use super::pieces::{Pieces, is_shared};
use super::pointers::{Pointers, Pointing};
use crate::log::page::{Behind, fitted};
use crate::log::pointing::{Change, Pointer, is_before, judge_author, judge_edit, judge_reaction};
use crate::log::said::{text_of, without_text};
use crate::log::{Draft, End, Finding, InRun, Range, Run, Slice, Stored, Verdict, is_same};
use chat_proto::{Entry, EntryBody, PersonId, Seq, codec, wire};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;

/// What an entry costs besides its bytes: its place in the queue, its place in the index, its share of a piece.
const ENTRY_OVERHEAD_BYTES: usize = 112;

/// Instances per room whose posts are remembered at least as "gone up to". Beyond, the longest silent are forgotten:
/// a client resends for minutes, and it takes this many others to push it out.
const SENDERS_MAX: usize = 16_384;

/// One log.
#[derive(Default)]
pub(super) struct Kept {
    entries: VecDeque<Remembered>,
    pieces: Pieces,
    /// What it takes, in bytes.
    pub(super) bytes: usize,
    head: Seq,
    pointers: Pointers,
    senders: BTreeMap<Sender, Posts>,
    /// Nothing is kept any more.
    pub(super) is_erased: bool,
}

struct Remembered {
    stored: Stored,
    /// What is free when it is dropped.
    bytes: usize,
    post: Option<(Sender, u64)>,
}

/// A running client of a person, as the dedupe key knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The newest entry there ever was.
    pub(super) fn head(&self) -> Seq {
        self.head
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Stored> {
        self.entries.iter().map(|remembered| &remembered.stored)
    }

    /// The entry whose text a message has now: itself, or its last edit.
    pub(super) fn newest_text(&self, message: &Stored) -> Option<Stored> {
        self.get(self.pointers.last_edit(message.seq)?).cloned()
    }

    /// Gives `draft` a place and puts it into `run`, unless its post is known, or it points at what it may not.
    pub(super) fn take(&mut self, draft: &Draft, run: &mut Run) -> Verdict {
        let post = draft.post.map(|id| (Sender { person: draft.author.person, instance: id.instance }, id.n));
        if let Some(verdict) = post.and_then(|(sender, n)| self.judge(sender, n, draft)) {
            return verdict;
        }
        if let Err(verdict) = self.judge_pointer(draft) {
            return verdict;
        }
        let InRun { seq, prev, bytes } = run.push(draft);
        if let Some((sender, n)) = post {
            self.remember(sender, n, seq);
        }
        self.head = seq;
        let stored = Stored { seq, prev, bytes: self.pieces.put(bytes, self.bytes) };
        let bytes = bytes.len() + ENTRY_OVERHEAD_BYTES;
        self.bytes += bytes;
        self.entries.push_back(Remembered { stored, bytes, post });
        self.pointers.note(seq, draft.author.person, &draft.body);
        match &draft.body {
            EntryBody::Forget => self.forget(draft.author.person),
            EntryBody::Delete(delete) => self.delete(delete.target),
            _ => {}
        }
        Verdict::Appended(seq)
    }

    fn judge_pointer(&self, draft: &Draft) -> Result<(), Verdict> {
        let (target, change) = match Pointer::of(&draft.body) {
            Pointer::None => return Ok(()),
            Pointer::Answers(to) if is_before(to, self.head) => return Ok(()),
            Pointer::Answers(_) => return Err(Verdict::NoSuchMessage),
            Pointer::Changes(target, change) => (target, change),
        };
        judge_author(draft, change, self.author_of(target).ok_or(Verdict::NoSuchMessage)?)?;
        let Some(pointing) = self.pointers.at(target) else { return Ok(()) };
        let given = pointing.reactions.iter().map(|given| (given.person, &*given.emoji));
        match change {
            Change::Edit => judge_edit(pointing.edits.len()),
            Change::Delete => Ok(()),
            Change::React(react) => judge_reaction(react, draft.author.person, given),
        }
    }

    /// Who said what stands there, if it is something that was said.
    fn author_of(&self, message: Seq) -> Option<PersonId> {
        let entry: Entry = wire::decode(&self.get(message)?.bytes).ok()?;
        text_of(&entry.body).map(|_| entry.author.person)
    }

    /// Erases whatever `person` said.
    fn forget(&mut self, person: PersonId) {
        for at in 0..self.entries.len() {
            let seq = self.erase_if(at, |entry| entry.author.person == person);
            seq.and_then(|seq| self.pointers.remove(seq));
        }
    }

    /// Erases one message, and what edits of it say.
    fn delete(&mut self, message: Seq) {
        let edits = self.pointers.remove(message).map_or_else(Vec::new, |Pointing { edits, .. }| edits);
        for seq in edits.into_iter().chain([message]) {
            if let Some(at) = self.index_of(seq) {
                self.erase_if(at, |_| true);
            }
        }
    }

    /// Erases what an entry says, if it says anything and `is_meant`; says which one that was.
    fn erase_if(&mut self, at: usize, is_meant: impl FnOnce(&Entry) -> bool) -> Option<Seq> {
        let Remembered { stored, bytes, .. } = &mut self.entries[at];
        let entry: Entry = wire::decode(&stored.bytes).ok()?;
        let body = without_text(&entry.body).filter(|body| *body != entry.body && is_meant(&entry))?;
        let erased = codec::entry_bytes(&Entry { body, ..entry });
        // Others may still stand in the same piece of memory.
        let freed = if is_shared(&stored.bytes) { 0 } else { stored.bytes.len() };
        for bytes in [&mut self.bytes, bytes] {
            *bytes = *bytes + erased.len() - freed;
        }
        stored.bytes = erased;
        Some(stored.seq)
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
        let posts = self.senders.get(&sender).filter(|posts| n <= posts.highest)?;
        if let Some(stored) = self.find(sender, n) {
            return Some(if is_known(&stored, draft) { Verdict::Known(stored.seq) } else { Verdict::Reused });
        }
        Some(if n <= posts.gone_up_to { Verdict::TooOld } else { Verdict::OutOfOrder })
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
        let Remembered { stored, bytes, post } = self.entries.pop_front()?;
        self.pointers.remove(stored.seq);
        if let Some((sender, n)) = post
            && let Some(posts) = self.senders.get_mut(&sender)
        {
            posts.known.pop_front();
            posts.gone_up_to = n;
        }
        self.bytes -= bytes;
        Some(bytes)
    }

    /// What is known of a post.
    pub(super) fn finding(&self, sender: Sender, n: u64) -> Finding {
        match (self.find(sender, n), self.senders.get(&sender)) {
            (Some(stored), _) => Finding::Entry(stored),
            (None, Some(posts)) if n <= posts.gone_up_to => Finding::Dropped,
            (None, _) => Finding::Nothing,
        }
    }

    fn find(&self, sender: Sender, n: u64) -> Option<Stored> {
        let known = &self.senders.get(&sender)?.known;
        let (_, seq) = known[known.binary_search_by_key(&n, |(n, _)| *n).ok()?];
        self.get(seq).cloned()
    }

    fn get(&self, seq: Seq) -> Option<&Stored> {
        self.entries.get(self.index_of(seq)?).map(|remembered| &remembered.stored)
    }

    fn index_of(&self, seq: Seq) -> Option<usize> {
        self.entries.binary_search_by_key(&seq, |remembered| remembered.stored.seq).ok()
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

    /// The same, with what stands behind `range` and changes something in it.
    pub(super) fn page(&self, range: &Range) -> Slice {
        let Slice { oldest, head, entries } = self.slice(range);
        let Some((first, last)) = entries.first().zip(entries.last()) else { return Slice { oldest, head, entries } };
        let pointing = self.pointers.within(first.seq..=last.seq).filter(|(_, seq)| *seq >= range.before);
        let Ok(entries) = fitted(entries, pointing.filter_map(|pointer| kept_pointing(self, pointer)));
        Slice { oldest, head, entries }
    }
}

/// An entry that is kept, as it points at another.
fn kept_pointing(kept: &Kept, (target, seq): (Seq, Seq)) -> Option<Result<Behind, Infallible>> {
    let stored = kept.get(seq)?.clone();
    Some(Ok(Behind { target, stored }))
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

fn is_known(stored: &Stored, draft: &Draft) -> bool {
    wire::decode::<Entry>(&stored.bytes).is_ok_and(|entry| is_same(&entry.body, &draft.body))
}
