//! What one log keeps: runs of entries, and what is to be known of them.

use super::appending::Appending;
use super::pointers::{Pointers, Pointing};
use super::posts::{Known, Posts, Sender};
use super::run::{KeptRun, RUN_BYTES};
use crate::log::page::{Behind, fitted};
use crate::log::pointing::{Change, Pointer, is_before, judge_author, judge_edit, judge_reaction};
use crate::log::said::{text_of, without_text};
use crate::log::{Draft, End, Finding, Range, Run, Slice, Stored, Verdict};
use bytes::Bytes;
use chat_proto::{Entry, EntryBody, PersonId, Seq, codec, wire};
use std::collections::VecDeque;
use std::convert::Infallible;

/// What an entry takes besides its bytes: where it ends, and what is known of its post.
const ENTRY_OVERHEAD_BYTES: usize = size_of::<usize>() + Posts::BYTES_EACH;

/// One log.
#[derive(Default)]
pub(super) struct Kept {
    runs: VecDeque<KeptRun>,
    /// How many entries there are.
    entries: usize,
    /// What it takes, in bytes.
    pub(super) bytes: usize,
    head: Seq,
    pointers: Pointers,
    posts: Posts,
    /// Nothing is kept any more.
    pub(super) is_erased: bool,
}

impl Kept {
    /// All of them, in order.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = Stored> {
        self.within(Seq::START, Seq(u64::MAX))
    }

    /// The entry whose text a message has now: itself, or its last edit.
    pub(super) fn newest_text(&self, message: &Stored) -> Option<Stored> {
        self.get(self.pointers.last_edit(message.seq)?)
    }

    /// Gives each of `drafts` a place, unless its post is known, or it points at what it may not. What was appended is
    /// given back as one run.
    pub(super) fn append(&mut self, drafts: &[Draft]) -> (Vec<Verdict>, Run) {
        let mut appending = Appending::after(self.head, drafts.len());
        let verdicts = drafts.iter().map(|draft| self.take(draft, &mut appending)).collect();
        self.store(&mut appending);
        (verdicts, appending.into_run())
    }

    fn take<'a>(&mut self, draft: &'a Draft, appending: &mut Appending<'a>) -> Verdict {
        let post = draft.post.map(|id| (Sender { person: draft.author.person, instance: id.instance }, id.n));
        let known = post.map_or(Known::Nothing, |(sender, n)| self.posts.look_up(sender, n));
        let pointer = Pointer::of(&draft.body);
        let changes = matches!(pointer, Pointer::Changes(..)) || matches!(draft.body, EntryBody::Forget);
        if changes || known != Known::Nothing {
            // It looks at what was said before it, in the same batch as well.
            self.store(appending);
        }
        if let Some(verdict) = self.judge(known, draft) {
            return verdict;
        }
        if let Err(verdict) = self.judge_pointer(&pointer, draft) {
            return verdict;
        }
        match &draft.body {
            EntryBody::Forget => self.forget(draft.author.person),
            EntryBody::Delete(delete) => self.delete(delete.target),
            _ => {}
        }
        self.head = appending.push(draft);
        self.posts.note(post, self.head);
        self.pointers.note(self.head, draft.author.person, &draft.body);
        if appending.unstored_bytes() >= RUN_BYTES {
            self.store(appending);
        }
        Verdict::Appended(self.head)
    }

    /// Adds what was written since this was last done to the last run, or to a new one.
    fn store(&mut self, appending: &mut Appending<'_>) {
        let part = appending.take_unstored();
        if part.ends.is_empty() {
            return;
        }
        self.entries += part.ends.len();
        self.bytes += part.bytes.len() + part.ends.len() * ENTRY_OVERHEAD_BYTES;
        if let Some(run) = self.runs.back_mut().filter(|run| run.is_open()) {
            run.add(&part);
        } else {
            let run = KeptRun::of(&part);
            self.bytes += size_of_val(&run);
            self.runs.push_back(run);
        }
    }

    /// What to answer to a post that is not new; none if it is.
    fn judge(&self, known: Known, draft: &Draft) -> Option<Verdict> {
        match known {
            Known::At(seq) if self.get(seq).is_some_and(|stored| stored.says(&draft.body)) => Some(Verdict::Known(seq)),
            Known::At(_) => Some(Verdict::Reused),
            Known::Gone => Some(Verdict::TooOld),
            Known::Skipped => Some(Verdict::OutOfOrder),
            Known::Nothing => None,
        }
    }

    fn judge_pointer(&self, pointer: &Pointer<'_>, draft: &Draft) -> Result<(), Verdict> {
        let (target, change) = match *pointer {
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
        for at in 0..self.runs.len() {
            for seq in self.rewrite(at, |_, bytes| erased(bytes, |entry| entry.author.person == person)) {
                self.pointers.remove(seq);
            }
        }
    }

    /// Erases one message, and what edits of it say.
    fn delete(&mut self, message: Seq) {
        let edits = self.pointers.remove(message).map_or_else(Vec::new, |Pointing { edits, .. }| edits);
        for seq in edits.into_iter().chain([message]) {
            let change = |other, bytes: &[u8]| if other == seq { erased(bytes, |_| true) } else { None };
            if let Some(at) = self.run_of(seq) {
                self.rewrite(at, change);
            }
        }
    }

    /// Changes entries of a run; says which.
    fn rewrite(&mut self, at: usize, change: impl Fn(Seq, &[u8]) -> Option<Bytes>) -> Vec<Seq> {
        let run = &mut self.runs[at];
        let before = run.bytes();
        let places = run.rewrite(change);
        self.bytes = self.bytes + run.bytes() - before;
        places
    }

    /// Keeps nothing from now on; says how many bytes that frees. Whoever still holds the log may be appending to it,
    /// or reading: the head remains, as it must never fall.
    pub(super) fn erase(&mut self) -> usize {
        let erased = std::mem::take(self);
        *self = Self { head: erased.head, is_erased: true, ..Self::default() };
        erased.bytes
    }

    /// Drops the oldest entries until there are no more than these, and no more than these bytes; returns the bytes
    /// that became free. One entry stays whatever it takes.
    pub(super) fn trim(&mut self, entries: usize, bytes: usize) -> usize {
        let before = self.bytes;
        while self.entries > entries {
            self.drop_oldest(self.entries - entries);
        }
        while self.bytes > bytes && self.free_some() {}
        before - self.bytes
    }

    /// Frees what is gone of the oldest run, and half of it if nothing is; says whether that was anything.
    fn free_some(&mut self) -> bool {
        let Some(run) = self.runs.front() else { return false };
        if run.is_whole() {
            if self.entries == 1 {
                return false;
            }
            self.drop_oldest((run.places() / 2).max(1));
        }
        self.rewrite(0, |_, _| None);
        true
    }

    /// Drops the oldest entries, of one run and at most so many.
    fn drop_oldest(&mut self, most: usize) {
        let Some(run) = self.runs.front_mut() else { return };
        let dropped = run.drop_oldest(most);
        self.posts.drop_oldest(dropped);
        self.entries -= dropped;
        self.bytes -= dropped * ENTRY_OVERHEAD_BYTES;
        if run.is_gone() {
            self.bytes -= run.bytes();
            self.runs.pop_front();
        }
        self.pointers.forget_before(self.oldest());
    }

    /// The place of the oldest entry; of the next one if there is none.
    fn oldest(&self) -> Seq {
        self.runs.front().map_or(self.head.next(), KeptRun::oldest)
    }

    /// What is known of a post.
    pub(super) fn finding(&self, sender: Sender, n: u64) -> Finding {
        match self.posts.look_up(sender, n) {
            Known::At(seq) => self.get(seq).map_or(Finding::Nothing, Finding::Entry),
            Known::Gone => Finding::Dropped,
            Known::Skipped | Known::Nothing => Finding::Nothing,
        }
    }

    fn get(&self, seq: Seq) -> Option<Stored> {
        let before = Seq(seq.0.checked_sub(1)?);
        self.runs[self.run_of(seq)?].within(before, seq.next()).next()
    }

    /// The index of the run in which the entry at `seq` stands.
    fn run_of(&self, seq: Seq) -> Option<usize> {
        let at = self.runs.partition_point(|run| run.last() < seq);
        self.runs.get(at).filter(|run| run.oldest() <= seq).map(|_| at)
    }

    /// Those behind `after` and before `before`.
    fn within(&self, after: Seq, before: Seq) -> impl DoubleEndedIterator<Item = Stored> {
        let first = self.runs.partition_point(|run| run.last() <= after);
        let end = self.runs.partition_point(|run| run.oldest() < before).max(first);
        self.runs.range(first..end).flat_map(move |run| run.within(after, before))
    }

    pub(super) fn slice(&self, range: &Range) -> Slice {
        let within = self.within(range.after, range.before);
        let mut entries = match range.from {
            End::Oldest => bounded(within, range),
            End::Newest => bounded(within.rev(), range),
        };
        if range.from == End::Newest {
            entries.reverse();
        }
        Slice { oldest: self.oldest(), head: self.head, entries }
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

/// An entry whose text is erased, if it has one and `is_meant`.
fn erased(bytes: &[u8], is_meant: impl FnOnce(&Entry) -> bool) -> Option<Bytes> {
    let entry: Entry = wire::decode(bytes).ok()?;
    let body = without_text(&entry.body).filter(|body| *body != entry.body && is_meant(&entry))?;
    Some(codec::entry_bytes(&Entry { body, ..entry }))
}

/// An entry that is kept, as it points at another.
fn kept_pointing(kept: &Kept, (target, seq): (Seq, Seq)) -> Option<Result<Behind, Infallible>> {
    let stored = kept.get(seq)?;
    Some(Ok(Behind { target, stored }))
}

fn bounded(entries: impl Iterator<Item = Stored>, range: &Range) -> Vec<Stored> {
    let mut bytes = 0;
    let fits = |stored: &Stored| {
        let is_first = bytes == 0;
        bytes += stored.bytes.len();
        is_first || bytes <= range.bytes
    };
    entries.take(range.entries).take_while(fits).collect()
}
