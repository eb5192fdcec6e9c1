//! Jumping to a message that may not be here: the page around it is asked for, and what lies between it and the rest is
//! a gap like any other, which loads from whichever end the reader comes to it.

use super::{Anchor, Gap, Item, Key, Look, Request, Timeline, What};
use chat_proto::Seq;
use chat_proto::limits::PAGE_ENTRIES;

/// Entries after the message that its page brings as well: more than a screen has rows.
const AFTER: u64 = PAGE_ENTRIES as u64 / 3;

/// What became of a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The reader is there.
    Here,
    /// It has to be asked for.
    Away,
    /// It is no longer kept.
    Gone,
}

impl Timeline {
    /// Takes the reader to the message at this place, as soon as it is here.
    pub fn seek(&mut self, look: &Look, seq: Seq) -> Sought {
        self.retry_gaps();
        self.sought = Some(seq);
        self.arrive(look).unwrap_or(Sought::Away)
    }

    /// Goes where the reader wants to be, if that is known by now.
    pub fn arrive(&mut self, look: &Look) -> Option<Sought> {
        let seq = self.sought?;
        if seq > self.end() {
            // Found before it came: it is about to.
            self.to_end();
            return Some(Sought::Here);
        }
        let is_divider = self.divider.is_some_and(|divider| divider.next() == seq);
        // Places are not dense: whoever goes to the divider goes to whatever follows on it.
        let item = self.items.get(self.index_of(Key::Entry(seq))).filter(|item| item.first <= seq || is_divider);
        let sought = match item.map(|item| &item.what) {
            Some(What::Gap(Gap::Loadable | Gap::Loading)) => return None,
            None | Some(What::Gap(Gap::Purged | Gap::Failed(_))) => Sought::Gone,
            Some(_) => Sought::Here,
        };
        self.sought = None;
        if sought == Sought::Here {
            self.cleared = None;
            self.marked = (!is_divider).then(|| self.items[self.index_of(Key::Entry(seq))].first);
            // What was said before stands above it.
            self.anchor = Anchor::At { key: Key::Entry(seq), row: -(isize::from(look.rows.cast_signed()) / 3) };
        }
        Some(sought)
    }

    /// Whether the reader waits for the message that they jump to.
    pub fn is_seeking(&self) -> bool {
        self.sought.is_some()
    }

    /// Marks what the reader comes to first of a gap as asked for; what is behind it becomes a gap of its own. The
    /// range to ask for.
    pub(super) fn ask_for(&mut self, index: usize, look: &Look) -> (Seq, Seq) {
        let Item { first, last, .. } = self.items[index];
        let before = self.wanted_up_to(index, look);
        self.items[index] = Item { first, last: Seq(before.0 - 1), what: What::Gap(Gap::Loading) };
        if before <= last {
            self.items.insert(index + 1, Item { first: before, last, what: What::Gap(Gap::Loadable) });
            self.open_gaps += 1;
        }
        self.request = Request::Pending;
        (Seq(first.0.saturating_sub(1)), before)
    }

    /// Before which place the wanted page of a gap ends: a page is the newest of a range.
    fn wanted_up_to(&self, index: usize, look: &Look) -> Seq {
        let Item { first, last, .. } = self.items[index];
        let comes_from_above = self.anchor != Anchor::End && self.top(look).is_some_and(|(top, _)| top < index);
        let wanted = match self.sought.or(self.held_on_to()).filter(|seq| (first..=last).contains(seq)) {
            Some(seq) => seq.0.saturating_add(AFTER),
            None if comes_from_above => first.0.saturating_add(PAGE_ENTRIES as u64 - 1),
            None => last.0,
        };
        Seq(wanted).min(last).next()
    }

    /// The place that the reader was at, which may have become a gap.
    fn held_on_to(&self) -> Option<Seq> {
        if let Anchor::At { key: Key::Entry(seq), .. } = self.anchor { Some(seq) } else { None }
    }

    /// The gap that the sought message is in.
    pub(super) fn sought_gap(&self) -> Option<usize> {
        let index = self.index_of(Key::Entry(self.sought?));
        let is_it = self.items.get(index).is_some_and(|item| item.what == What::Gap(Gap::Loadable));
        is_it.then_some(index)
    }

    /// From where on entries go if there is no gap behind the reader: the oldest ones, but not those that the reader
    /// waits for, which would be asked for again and again.
    pub(super) fn first_to_go(&self) -> usize {
        let sought = self.sought.map(|seq| self.index_of(Key::Entry(seq))).filter(|index| *index < PAGE_ENTRIES);
        sought.map(|index| index + PAGE_ENTRIES).filter(|behind| *behind < self.items.len() / 2).unwrap_or(0)
    }

    /// Where entries may go for those that the reader wants to see: the last of the gaps behind the reader, with what
    /// follows on it. None if everything behind the reader is here.
    pub(super) fn spare(&self) -> Option<usize> {
        if self.open_gaps == 0 {
            return None;
        }
        let from = match (self.sought, self.anchor) {
            (Some(seq), _) => self.index_of(Key::Entry(seq)),
            (None, Anchor::At { key, .. }) => self.index_of(key),
            (None, Anchor::End) => return None,
        };
        let gap = from + self.items.range(from.min(self.items.len())..).position(Item::is_gap)?;
        let behind = gap + self.items.range(gap..).position(|item| !item.is_gap())?;
        let is_asked_for = self.items[behind - 1].what == What::Gap(Gap::Loading);
        Some(if is_asked_for { behind } else { behind - 1 })
    }
}
