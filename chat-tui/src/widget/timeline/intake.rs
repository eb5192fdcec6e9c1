//! What the link brings, made into items: in order, cleaned, bounded, whatever a server sends.

use super::fold::FOLD_MAX;
use super::hidden::HIDDEN_MAX;
use super::pointing::point_within;
use super::{Attached, BYTES_MAX, Change, ChangeKind, ENTRIES_MAX, Erased, Gap, Item, Request, Said, Timeline, What};
use crate::people::People;
use crate::widths::Widths;
use crate::wrap;
use chat_proto::entry::{Entry, EntryBody, PersonId};
use chat_proto::frame::GapKind;
use chat_proto::limits::NAME_COLUMNS;
use chat_proto::text::{visible, visible_line};
use chat_proto::{Nick, Seq, UnixMillis};
use std::collections::VecDeque;

/// Who reads: decides what is own, what is a mention and what is hidden.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub person: Option<PersonId>,
    pub name: Option<&'a Nick>,
    /// Decides whom the reader hears.
    pub people: &'a People,
    /// Decides whether emoji that are joined are shown so.
    pub widths: Widths,
}

impl Reader<'_> {
    /// What somebody wrote, as it may be shown.
    pub(super) fn shown(&self, text: &[u8]) -> String {
        self.widths.laid_out(visible(text))
    }

    pub(super) fn is_named_in(&self, text: &str) -> bool {
        self.name.is_some_and(|me| super::mention::calls(text, me.as_str()))
    }
}

impl Timeline {
    /// The entries before the first are not here: from `oldest` on they can be had, before that they are gone.
    pub fn begin(&mut self, oldest: Seq, cursor: Seq, head: Seq) {
        if head < self.end() {
            // The log lost its end, and gives the same places to other entries.
            let unread = self.unread_of_shorter(head);
            *self = Self { pending: std::mem::take(&mut self.pending), unread, ..Self::default() };
        }
        if oldest > Seq(1) {
            self.gap(Seq(1), Seq(oldest.0 - 1).min(cursor), GapKind::Purged);
        }
        self.gap(oldest, cursor, GapKind::Loadable);
    }

    /// Leaves out `from..=to`. What is here already is not left out.
    pub fn gap(&mut self, from: Seq, to: Seq, kind: GapKind) {
        let first = from.max(self.end().next());
        if first > to {
            return;
        }
        let (gap, first) = match kind {
            GapKind::Loadable => (Gap::Loadable, self.give_up_held().unwrap_or(first)),
            GapKind::Purged => (Gap::Purged, first),
        };
        let gaps_before = self.items.iter().rev().take_while(|item| item.is_gap()).take(2).count();
        match self.items.back_mut() {
            Some(last) if last.what == What::Gap(gap.clone()) => last.last = to,
            // A server that sends nothing but gaps gets two lines for them; what is in them, a page will tell.
            Some(last) if gaps_before == 2 => last.last = to,
            _ => {
                self.open_gaps += usize::from(gap == Gap::Loadable);
                self.items.push_back(Item { first, last: to, what: What::Gap(gap) });
            }
        }
        self.forget_accepted();
    }

    /// What is here may have been changed by what is not: it is to be loaded again with it, but for what lies before a
    /// gap that stays one. From where on.
    fn give_up_held(&mut self) -> Option<Seq> {
        let purged = self.items.iter().rposition(|item| item.what == What::Gap(Gap::Purged));
        let from = purged.map_or(0, |purged| purged + 1);
        let first = self.items.get(from)?.first;
        for item in self.items.drain(from..) {
            self.open_gaps -= usize::from(item.is_open_gap());
            self.entries -= item.entries();
            self.bytes -= item.bytes();
        }
        Some(first)
    }

    /// Appends an entry. Whether it was new: places that do not rise are a misbehaving server's.
    pub fn append(&mut self, entry: &Entry, reader: Reader) -> bool {
        let end = self.end();
        if entry.seq <= end {
            return false;
        }
        // An id is another person's as well, if they choose it so.
        if let (Some(id), true) = (entry.post, reader.person == Some(entry.author.person)) {
            self.take_pending(id);
            self.follow(id, entry.seq);
        }
        let told = self.point(entry, reader);
        let item = self.without_forgotten(item(entry, told, reader));
        let is_anothers = matches!(&item.what, What::Said(said) if !said.is_own);
        if is_anothers && self.missed.is_some_and(|(read, head)| read < entry.seq && entry.seq <= head) {
            self.missed = None;
            self.divide(end);
        }
        self.has_heard(&item);
        self.entries += item.entries();
        self.bytes += item.bytes();
        push(&mut self.items, item);
        self.trim();
        true
    }

    /// Adds a line of the program's own after what is here: it has no place in the log.
    pub fn remark(&mut self, time: UnixMillis, text: String) {
        let end = self.end();
        let item = Item { first: end, last: end, what: What::System { time, text } };
        self.entries += item.entries();
        self.bytes += item.bytes();
        self.items.push_back(item);
        self.trim();
    }

    /// Whether a page of history was asked for here.
    pub fn has_asked(&self, (after, before): (Seq, Seq)) -> bool {
        self.asked_gap(after, before).is_some()
    }

    /// The gap that a page of history was asked for: its index.
    fn asked_gap(&self, after: Seq, before: Seq) -> Option<usize> {
        let index = self.items.partition_point(|item| item.last < after.next());
        let item = self.items.get(index)?;
        let is_it = item.first == after.next() && item.last.next() == before && item.what == What::Gap(Gap::Loading);
        is_it.then_some(index)
    }

    /// Puts a page of history where its gap was. What is left of the gap is smaller than before, or purged: nothing is
    /// ever asked for twice.
    pub fn page(&mut self, (after, before): (Seq, Seq), oldest: Seq, entries: &[Entry], reader: Reader) {
        let Some(index) = self.asked_gap(after, before) else {
            // What was asked for made place meanwhile.
            self.turn_gaps(&Gap::Loading, &Gap::Loadable);
            self.strays.clear();
            self.request = Request::None;
            return;
        };
        let mut page = VecDeque::new();
        let mut last = after;
        let mut reaches = None;
        for entry in entries.iter().filter(|entry| entry.seq < before) {
            if entry.seq > last {
                last = entry.seq;
                reaches.get_or_insert(entry.prev.min(Seq(entry.seq.0 - 1)));
                let told = point_within(&mut page, entry, reader);
                let item = self.without_forgotten(item(entry, told, reader));
                self.has_heard(&item);
                push(&mut page, item);
            }
        }
        for later in entries.iter().filter(|entry| entry.seq >= before) {
            point_within(&mut page, later, reader);
        }
        self.catch_up(&mut page, reader);
        let rest = remainder(after, reaches, before, oldest);
        self.entries += page.iter().map(Item::entries).sum::<usize>();
        self.bytes += page.iter().map(Item::bytes).sum::<usize>();
        self.open_gaps += rest.iter().filter(|item| item.what == What::Gap(Gap::Loadable)).count();
        self.open_gaps -= 1;
        self.request = Request::None;
        self.replace(index, rest.into_iter().chain(page));
        self.trim();
    }

    /// A request was refused.
    pub fn page_refused(&mut self, sentence: &str) {
        self.turn_gaps(&Gap::Loading, &Gap::Failed(sentence.to_owned()));
        self.sought = None;
        self.strays.clear();
        self.request = Request::Refused;
    }

    fn replace(&mut self, index: usize, with: impl Iterator<Item = Item>) {
        let tail = self.items.split_off(index + 1);
        self.items.pop_back();
        self.items.extend(with);
        self.items.extend(tail);
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries >= ENTRIES_MAX || self.bytes >= BYTES_MAX
    }

    /// Drops the oldest entries that the reader is not at until the rest fits, and leaves one gap for all that is
    /// missing there.
    fn trim(&mut self) {
        self.hold_at_most(ENTRIES_MAX);
    }

    /// How many entries are held.
    pub fn held(&self) -> usize {
        self.entries
    }

    /// The same for a room that has to make place for others.
    pub fn hold_at_most(&mut self, entries: usize) {
        while self.entries > entries || self.bytes > BYTES_MAX {
            let from = self.spare().unwrap_or_else(|| self.first_to_go());
            let Some(first) = self.items.get(from).map(|item| item.first) else { return };
            let mut last = first;
            while let Some(dropped) = self.items.remove(from) {
                last = dropped.last;
                self.open_gaps -= usize::from(dropped.is_open_gap());
                self.entries -= dropped.entries();
                self.bytes -= dropped.bytes();
                self.forget_unread(&dropped);
                if !dropped.is_gap() {
                    break;
                }
            }
            self.open_gaps += 1;
            self.items.insert(from, Item { first, last, what: What::Gap(Gap::Loadable) });
        }
    }
}

/// What is left of a gap after a page that reaches back to `reaches`.
fn remainder(after: Seq, reaches: Option<Seq>, before: Seq, oldest: Seq) -> Vec<Item> {
    let gap = |first: Seq, last: Seq, gap| (first <= last).then_some(Item { first, last, what: What::Gap(gap) });
    let last = reaches.unwrap_or(Seq(before.0 - 1));
    let kept_from = match reaches {
        Some(_) => oldest.max(after.next()),
        // Nothing in the range is kept.
        None => before,
    };
    let purged = gap(after.next(), Seq(kept_from.0 - 1).min(last), Gap::Purged);
    // Places are not dense: without entries, a range above the oldest kept one never held anything that is gone.
    let purged = purged.filter(|_| oldest > after.next());
    purged.into_iter().chain(gap(kept_from, last, Gap::Loadable)).collect()
}

/// Appends an item; comings and goings join those before them, and so do what is hidden and what has no row.
pub(super) fn push(items: &mut VecDeque<Item>, item: Item) {
    if let (Some(before), What::Silent) = (items.back_mut().filter(|before| !before.is_gap()), &item.what) {
        before.reach(item.last);
        return;
    }
    if let (
        Some(Item { last, what: What::Fold { changes, began, time }, .. }),
        What::Fold { changes: more, time: later, .. },
    ) = (items.back_mut(), &item.what)
        && changes.len() < FOLD_MAX
        && later.0.saturating_sub(began.0) < FOLD_SPAN_MILLIS
    {
        changes.extend(more.iter().cloned());
        *time = *later;
        *last = item.last;
        return;
    }
    if let (Some(Item { last, what: What::Hidden(hidden), .. }), What::Hidden(more)) = (items.back_mut(), &item.what)
        && hidden.len() < HIDDEN_MAX
    {
        hidden.extend(more.iter().cloned());
        *last = item.last;
        return;
    }
    if let (Some(Item { last, what: What::Erased(erased), .. }), What::Erased(more)) = (items.back_mut(), &item.what)
        && erased.person == more.person
    {
        erased.messages += more.messages;
        *last = item.last;
        return;
    }
    items.push_back(item);
}

/// Changes further apart than this are told apart: the line bears one time.
const FOLD_SPAN_MILLIS: i64 = 60 * 60 * 1000;

/// An entry as it is shown: what is told of it, or what it says itself.
fn item(entry: &Entry, told: Option<What>, reader: Reader) -> Item {
    let what = told.unwrap_or_else(|| what(entry, reader));
    Item { first: entry.seq, last: entry.seq, what }.heard(reader.people)
}

fn what(entry: &Entry, reader: Reader) -> What {
    let (name, time) = (name(&entry.author.name), entry.time);
    if let Some(kind) = ChangeKind::of(&entry.body) {
        return What::Fold { began: time, time, changes: vec![Change { name, kind }] };
    }
    match &entry.body {
        EntryBody::Message(text) => said(entry, reader, name, text, Manner::Message),
        EntryBody::Reply(reply) => said(entry, reader, name, &reply.text, Manner::Reply(reply.to)),
        EntryBody::Action(text) => said(entry, reader, name, text, Manner::Action),
        EntryBody::Edit(_) | EntryBody::Delete(_) | EntryBody::React(_) => What::Silent,
        EntryBody::Erased => What::Erased(Erased::one(entry.author.person, name, time)),
        EntryBody::Forget => What::System { time, text: format!("{name} erased what they had said") },
        EntryBody::Topic(topic) if topic.is_empty() => What::System { time, text: format!("{name} cleared the topic") },
        EntryBody::Topic(topic) => {
            What::System { time, text: format!("{name} set the topic: {}", visible_line(topic)) }
        }
        EntryBody::Act(act) => What::System { time, text: crate::act::told(&name, act) },
        EntryBody::Renamed(new) => What::System { time, text: format!("{name} is now {}", self::name(new)) },
        body => {
            let text = format!("{name} sent something that needs a newer client (kind {})", body.kind());
            What::System { time, text }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Message,
    Action,
    Reply(Seq),
}

fn said(entry: &Entry, reader: Reader, name: String, text: &[u8], manner: Manner) -> What {
    let text = reader.shown(text);
    let is_own = reader.person == Some(entry.author.person);
    let is_mention = !is_own && reader.is_named_in(&text);
    let attached = match manner {
        Manner::Reply(to) => Some(Box::new(Attached { to: Some(to), ..Attached::default() })),
        Manner::Message | Manner::Action => None,
    };
    What::Said(Said {
        person: Some(entry.author.person),
        name,
        time: entry.time,
        text,
        is_action: manner == Manner::Action,
        is_own,
        is_mention,
        attached,
    })
}

/// A peer's name as it may be shown: one line, no wider than a name can be.
pub(crate) fn name(received: &[u8]) -> String {
    let name = visible_line(&received[..received.len().min(4 * chat_proto::limits::NAME_BYTES)]);
    match name.trim() {
        "" => "?".to_owned(),
        name => wrap::cut(name, NAME_COLUMNS).into_owned(),
    }
}
