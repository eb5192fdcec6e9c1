//! The rows of one entry, with what stands above it: a day, the divider, air, a name.

use super::{Chip, Gap, Item, Look, Pending, Quote, Said, Timeline, What};
use crate::link::Mark;
use crate::markup;
use crate::wrap;
use chat_proto::text::visible_line;
use chat_proto::{EntryBody, UnixMillis};

/// A person who speaks again after this long is named again.
const GROUP_SPAN_MILLIS: i64 = 10 * 60 * 1000;

/// One row of the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Blank,
    Day(UnixMillis),
    /// New from here on.
    Divider,
    /// A name that stands above its messages.
    Name {
        block: usize,
    },
    /// A row of what block `block` says; the first one bears the time.
    Text {
        block: usize,
        line: markup::Row,
        place: Place,
    },
    /// The message that block `block` answers.
    Quote {
        block: usize,
        quote: Quote,
    },
    /// Below a text that is another than at first, and has no place for it beside.
    Edited,
    /// Reactions to what block `block` says.
    Reactions {
        block: usize,
        chips: Vec<Chip>,
        is_first: bool,
    },
    /// A line of comings and goings, or a system line: its row of the words.
    System {
        block: usize,
        text: String,
        is_first: bool,
    },
    /// What became of a post.
    Advice {
        text: String,
        mark: Mark,
    },
    /// What keys do with it, named by that.
    Keys(&'static str),
    /// Something is not here.
    Gap(Gap),
    /// Not here because memory is full.
    Full,
}

/// Where in its message and group a row of text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub is_first: bool,
    pub is_last: bool,
    pub opens_group: bool,
}

/// From here on, all keys that act on a post have a place beside each other.
const KEYS_COLUMNS: u16 = 40;

/// What is told about a text that is another than at first.
pub(super) const EDITED: &str = "(edited)";

/// The rows of a block, of which `above` come before its own text.
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
    pub(super) above: usize,
}

impl Timeline {
    pub(super) fn block(&self, index: usize, look: &Look) -> Block {
        if self.is_silent(index) {
            return Block { rows: Vec::new(), above: 0 };
        }
        let mut rows = self.rows_above(index, look);
        let above = rows.len();
        match self.items.get(index).map(|item| &item.what) {
            Some(What::Said(said)) => self.said_rows(index, said, look, &mut rows),
            Some(What::Fold { changes, .. }) => {
                let columns = usize::from(look.text_columns());
                system_rows(index, &wrap::flowing(&super::fold::sentences(changes), columns), look, &mut rows);
            }
            Some(What::Hidden(items)) => system_rows(index, &super::hidden::sentence(items), look, &mut rows),
            Some(What::Erased(erased)) => system_rows(index, &erased.sentence(), look, &mut rows),
            Some(What::System { text, .. }) => system_rows(index, text, look, &mut rows),
            Some(What::Silent) => {}
            Some(What::Gap(Gap::Loadable)) if self.is_full() && self.spare().is_none() => rows.push(Row::Full),
            Some(What::Gap(gap)) => rows.push(Row::Gap(gap.clone())),
            None => self.pending_rows(index, look, &mut rows),
        }
        Block { rows, above }
    }

    fn said_rows(&self, index: usize, said: &Said, look: &Look, rows: &mut Vec<Row>) {
        let opens_group = self.opens_group(index, look);
        if let Some(to) = said.answers() {
            rows.push(Row::Quote { block: index, quote: self.quote(to) });
        }
        let text = self.text(index);
        let lines = markup::rows(text, usize::from(look.text_columns()));
        let last = lines.len() - 1;
        let has_place = lines[last].width(text) + 1 + EDITED.len() <= usize::from(look.text_columns());
        rows.extend(lines.into_iter().enumerate().map(|(i, line)| {
            let place = Place { is_first: i == 0, is_last: i == last, opens_group };
            Row::Text { block: index, line, place }
        }));
        if said.is_edited() && !has_place {
            rows.push(Row::Edited);
        }
        self.reaction_rows(index, look, rows);
    }

    /// The block before this one that has a row on the screen.
    fn before(&self, index: usize) -> Option<usize> {
        (self.first_shown()..index).rev().find(|before| !self.is_silent(*before))
    }

    /// Whether block `index` has no row: an entry that points at another one, or a post that will be one.
    fn is_silent(&self, index: usize) -> bool {
        match self.items.get(index) {
            Some(item) => item.what == What::Silent,
            None => self.pending_at(index).is_some_and(Pending::is_silent),
        }
    }

    fn pending_rows(&self, index: usize, look: &Look, rows: &mut Vec<Row>) {
        let pending = &self.pending[index - self.items.len()];
        self.said_rows(index, &pending.said, look, rows);
        let asks_now = self.undecided().is_some_and(|undecided| undecided.id == pending.id);
        let Some((text, keys)) = advice(pending) else { return };
        let wrapped = look.wrap(&text).into_iter();
        rows.extend(wrapped.map(|row| Row::Advice { text: text[row].to_owned(), mark: pending.mark.clone() }));
        if asks_now {
            rows.extend(key_rows(keys, look));
        }
    }

    /// What stands above the block's own text: a day, the divider, air, a name.
    fn rows_above(&self, index: usize, look: &Look) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Some(time) = self.new_day(index, look) {
            rows.extend([Row::Blank, Row::Day(time)]);
        }
        if self.is_after_divider(index) {
            rows.extend([Row::Blank, Row::Divider]);
        }
        if self.said(index).is_some() && self.opens_group(index, look) {
            if rows.is_empty() && index > self.first_shown() && look.has_air {
                rows.push(Row::Blank);
            }
            if !look.has_name_column() {
                rows.push(Row::Name { block: index });
            }
        } else if rows.is_empty()
            && self.said(index).is_none()
            && self.before(index).is_some_and(|before| self.said(before).is_some())
            && look.has_air
        {
            rows.push(Row::Blank);
        }
        rows
    }

    fn new_day(&self, index: usize, look: &Look) -> Option<UnixMillis> {
        let time = self.time(index)?;
        let before = self.before(index).and_then(|before| self.time(before));
        let is_same = before.is_some_and(|before| look.zone.local(before).date() == look.zone.local(time).date());
        (!is_same).then_some(time)
    }

    fn is_after_divider(&self, index: usize) -> bool {
        let Some(divider) = self.divider else { return false };
        let is_after = self.items.get(index).is_some_and(|item| item.first > divider);
        is_after && self.before(index).is_none_or(|before| self.items[before].first <= divider)
    }

    /// Whether the person who says this is named (again).
    fn opens_group(&self, index: usize, look: &Look) -> bool {
        let Some(said) = self.said(index) else { return true };
        let Some(before) = self.before(index).and_then(|before| self.said(before)) else { return true };
        said.is_action
            || before.is_action
            || before.name != said.name
            || before.is_own != said.is_own
            || said.time.0.saturating_sub(before.time.0) > GROUP_SPAN_MILLIS
            || self.is_after_divider(index)
            || self.new_day(index, look).is_some()
    }

    /// What block `index` says, if somebody says it.
    pub fn said(&self, index: usize) -> Option<&Said> {
        match self.items.get(index) {
            Some(item) => match &item.what {
                What::Said(said) => Some(said),
                _ => None,
            },
            None => self.pending_at(index).map(|pending| &pending.said),
        }
    }

    /// Whether block `index` tells something other than who came and went.
    pub fn is_system(&self, index: usize) -> bool {
        matches!(self.items.get(index), Some(Item { what: What::System { .. }, .. }))
    }

    /// Whether block `index` stands for what is not shown.
    pub fn is_hidden(&self, index: usize) -> bool {
        matches!(self.items.get(index), Some(Item { what: What::Hidden(_), .. }))
    }

    /// Whether the reader jumped to block `index`.
    pub fn is_marked(&self, index: usize) -> bool {
        self.marked.is_some() && self.items.get(index).map(|item| item.first) == self.marked
    }

    /// The post at block `index`, if it is one.
    pub fn pending_at(&self, index: usize) -> Option<&Pending> {
        self.pending.get(index.checked_sub(self.items.len())?)
    }

    /// When block `index` happened.
    pub fn time(&self, index: usize) -> Option<UnixMillis> {
        match self.items.get(index) {
            Some(item) => item.time(),
            None => self.pending_at(index).map(|pending| pending.written),
        }
    }
}

fn system_rows(block: usize, text: &str, look: &Look, rows: &mut Vec<Row>) {
    let wrapped = look.wrap(text);
    rows.extend(wrapped.into_iter().enumerate().map(|(i, row)| Row::System {
        block,
        text: text[row].to_owned(),
        is_first: i == 0,
    }));
}

/// Three keys with what they do take more columns than a narrow pane has.
fn key_rows(keys: &'static str, look: &Look) -> impl Iterator<Item = Row> {
    const GAP: &str = " · ";
    let is_narrow = look.text_columns() < KEYS_COLUMNS;
    let (first, last) = match keys.rsplit_once(GAP) {
        Some((first, last)) if is_narrow && first.contains(GAP) => (first, Some(last)),
        _ => (keys, None),
    };
    [first].into_iter().chain(last).map(Row::Keys)
}

/// What its author is told about a post, and which keys act on it.
fn advice(pending: &Pending) -> Option<(String, &'static str)> {
    let (sent, delivered) = match &pending.body {
        EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_) | EntryBody::Topic(_) => {
            ("sent", "delivered")
        }
        _ => ("done", "done"),
    };
    let (sentence, keys) = match &pending.mark {
        Mark::Waiting | Mark::OnTheWire | Mark::Accepted { .. } => return None,
        Mark::Refused(reason) => (format!("not {sent}: {reason}"), "{edit-unsent} edit · {discard-unsent} discard"),
        Mark::Unknown(reason) => {
            (format!("may have been {delivered}: {reason}"), "{edit-unsent} edit · {discard-unsent} discard")
        }
        Mark::Stale => (
            format!("written a while ago, not {sent} yet"),
            "{send-unsent} send · {edit-unsent} edit · {discard-unsent} discard",
        ),
    };
    let keys = match &pending.body {
        // There are no words to edit.
        EntryBody::Delete(_) | EntryBody::React(_) if pending.mark == Mark::Stale => {
            "{send-unsent} send · {discard-unsent} discard"
        }
        EntryBody::Delete(_) | EntryBody::React(_) => "{discard-unsent} discard",
        _ => keys,
    };
    Some((visible_line(sentence.as_bytes()), keys))
}
