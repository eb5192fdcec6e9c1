//! What the reader has not read. Reading is not opening: a message is read when its last row was on the screen before
//! the reader's eyes, or when the reader says so (by writing, or by a key).
//!
//! ```text
//! read to | bob | alice (own) | bob | bob |      the unread are those of others behind `to`, each by itself
//!         ^ divider
//! ```
//!
//! What is read in one piece is what the server is told, so the piece ends at the first unread message, and at the
//! first gap that may hold one. The divider stands above what was new when the reader came to it, and stays there until
//! everything is read and something else is new.

use super::{Item, Look, Said, Timeline, What};
use chat_proto::Seq;
use std::collections::BTreeSet;
use std::ops::Range;

/// Unread messages that are counted; more are "99+".
pub const COUNTED_MAX: usize = 99;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Unread {
    /// Everything up to here is read.
    to: Seq,
    messages: BTreeSet<Seq>,
    /// Those of them that name the reader.
    mentions: BTreeSet<Seq>,
    /// Whether the divider stands above what is unread now, and not above what was.
    is_divided: bool,
}

/// How much is unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub messages: usize,
    pub mentions: usize,
    /// Whether there may be more that is not here.
    pub is_least: bool,
}

impl Count {
    /// In a word: "3", "99+"; nothing if nothing is unread.
    pub fn words(self) -> String {
        match self.messages {
            0 if !self.is_least => String::new(),
            1..=COUNTED_MAX if !self.is_least => self.messages.to_string(),
            0..=COUNTED_MAX => format!("{}+", self.messages.max(1)),
            _ => format!("{COUNTED_MAX}+"),
        }
    }

    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            messages: self.messages + other.messages,
            mentions: self.mentions + other.mentions,
            is_least: self.is_least || other.is_least,
        }
    }
}

impl Timeline {
    /// The reader had read up to `read` of what ends at `head`, and what is here begins behind `cursor`. For whoever
    /// comes for the first time nothing is new.
    pub fn was_read(&mut self, read: Option<Seq>, cursor: Seq, head: Seq) {
        let Some(read) = read.filter(|read| *read < head) else {
            self.unread = Unread { to: head, ..Unread::default() };
            return;
        };
        self.unread = Unread { to: read, ..Unread::default() };
        match read < cursor {
            true => self.divide(read),
            false => self.missed = Some((read, head)),
        }
    }

    /// The log has lost what it held behind this place: what was unread there will be again.
    pub(super) fn unread_of_shorter(&self, head: Seq) -> Unread {
        Unread { to: self.unread.to.min(head), ..Unread::default() }
    }

    /// How far everything is read.
    pub fn read_to(&self) -> Seq {
        self.unread.to
    }

    /// How much the reader has not read.
    pub fn unread(&self) -> Count {
        let behind = self.items.partition_point(|item| item.last <= self.unread.to);
        Count {
            messages: self.unread.messages.len(),
            mentions: self.unread.mentions.len(),
            is_least: self.open_gaps > 0 && self.items.range(behind..).any(Item::is_open_gap),
        }
    }

    /// What is unread above and below the blocks that are seen, as far as it is counted.
    pub(super) fn unread_around(&self, seen: Range<usize>) -> (usize, usize) {
        let first = self.items.get(seen.start).map_or(self.end().next(), |item| item.first);
        let behind = self.items.get(seen.end).map_or(self.end().next(), |item| item.first).max(first);
        let count = |range| self.unread.messages.range::<Seq, _>(range).take(COUNTED_MAX + 1).count();
        (count(Seq::START..first), count(behind..Seq(u64::MAX)))
    }

    /// Whether a message at this place, which the reader has not seen, would be unread.
    pub(super) fn is_unread_at(&self, seq: Seq) -> bool {
        seq > self.unread.to
    }

    /// Somebody has said this, and the reader has not seen it yet.
    pub(super) fn has_heard(&mut self, item: &Item) {
        if let What::Said(said) = &item.what
            && !said.is_own
            && self.is_unread_at(item.first)
        {
            self.unread.messages.insert(item.first);
            if said.is_mention {
                self.unread.mentions.insert(item.first);
            }
        }
    }

    /// What the newest entry says, if it is unread.
    pub fn newest_unread(&self) -> Option<&Said> {
        match self.items.back() {
            Some(Item { last, what: What::Said(said), .. }) if self.unread.messages.contains(last) => Some(said),
            _ => None,
        }
    }

    /// The reader looks at the pane.
    pub fn see(&mut self, look: &Look) {
        if self.unread.messages.is_empty() {
            return;
        }
        for block in self.blocks_seen(look) {
            if let Some(Item { first, what: What::Said(_), .. }) = self.items.get(block) {
                self.unread.messages.remove(first);
                self.unread.mentions.remove(first);
            }
        }
    }

    /// The reader says that everything here is read. Whether anything was not.
    pub fn read_all(&mut self) -> bool {
        let was_any = !self.unread().is_none();
        self.unread = Unread { to: self.end().max(self.unread.to), ..Unread::default() };
        (self.divider, self.missed) = (None, None);
        was_any
    }

    /// After every change: what is read in one piece, and where the divider stands.
    pub fn settle_reading(&mut self) {
        self.advance();
        match self.unread.messages.first() {
            None if self.unread.to >= self.end() => self.unread.is_divided = false,
            Some(first) if !self.unread.is_divided => self.divide(Seq(first.0.saturating_sub(1))),
            _ => {}
        }
    }

    fn advance(&mut self) {
        let first_unread = self.unread.messages.first().copied();
        let behind = self.items.partition_point(|item| item.last <= self.unread.to);
        let is_read = |item: &&Item| !item.is_open_gap() && first_unread.is_none_or(|first| item.last < first);
        if let Some(item) = self.items.range(behind..).take_while(is_read).last() {
            self.unread.to = item.last;
        }
    }

    /// What is new stands behind this place.
    pub(super) fn divide(&mut self, place: Seq) {
        self.divider = Some(place);
        self.unread.is_divided = true;
    }

    /// The divider goes to the first of what is unread. Its place, if there is one.
    pub(super) fn divide_unread(&mut self) -> Option<Seq> {
        if !self.unread().is_none() {
            self.divide(self.unread.to);
        }
        self.divider
    }

    /// This makes place: the gap that it leaves tells that something may be unread.
    pub(super) fn forget_unread(&mut self, dropped: &Item) {
        self.unread.messages.remove(&dropped.first);
        self.unread.mentions.remove(&dropped.first);
    }

    /// Messages are hidden or erased that were unread.
    pub(super) fn forget_unheard(&mut self) {
        let mut unread = std::mem::take(&mut self.unread);
        let is_heard = |seq: &Seq| {
            let index = self.items.partition_point(|item| item.last < *seq);
            !matches!(self.items.get(index), Some(Item { what: What::Hidden(_) | What::Erased(_), .. }))
        };
        unread.messages.retain(is_heard);
        unread.mentions.retain(is_heard);
        self.unread = unread;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_word() {
        let count = |messages, is_least| Count { messages, mentions: 0, is_least }.words();
        let table = [(0, false, ""), (1, false, "1"), (99, false, "99"), (100, false, "99+"), (100_000, true, "99+")];
        for (messages, is_least, words) in table.into_iter().chain([(0, true, "1+"), (57, true, "57+")]) {
            assert_eq!(count(messages, is_least), words, "{messages}");
        }
    }
}
