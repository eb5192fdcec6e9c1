//! Which rows of which entries are on the screen. Only what is seen is laid out, outwards from the anchor, so a room of
//! 100,000 messages costs what one of a hundred does.

use super::{Anchor, Gap, Item, Key, Pending, Request, Said, Timeline, What};
use crate::link::Mark;
use crate::theme::Theme;
use crate::wrap;
use crate::zone::Zone;
use chat_proto::{Seq, UnixMillis};
use std::ops::Range;

/// Text wider than this is hard to read; a wide screen leaves the rest free.
const TEXT_COLUMNS_MAX: u16 = 100;
/// From here on, names stand in a column of their own.
const NAME_COLUMN_FROM: u16 = 58;
/// From here on, times do.
const TIME_COLUMN_FROM: u16 = 32;
/// From this height on, groups of messages have air between them.
const AIR_FROM_ROWS: u16 = 14;
/// A person who speaks again after this long is named again.
const GROUP_SPAN_MILLIS: i64 = 10 * 60 * 1000;

/// Everything the layout depends on besides the timeline itself.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub columns: u16,
    pub rows: u16,
    pub zone: &'a Zone,
    pub theme: Theme,
}

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
        range: Range<usize>,
        place: Place,
    },
    /// A line of comings and goings, or a system line: its row of the words.
    System {
        block: usize,
        text: String,
        is_first: bool,
    },
    /// What may be done about a post.
    Advice {
        text: String,
        mark: Mark,
    },
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

/// The rows of a block, of which `above` come before its own text.
struct Block {
    rows: Vec<Row>,
    above: usize,
}

impl Look<'_> {
    pub fn has_name_column(&self) -> bool {
        self.columns >= NAME_COLUMN_FROM
    }

    pub fn has_time_column(&self) -> bool {
        self.columns >= TIME_COLUMN_FROM
    }

    pub fn name_columns(&self) -> u16 {
        if self.columns >= 100 { 16 } else { 12 }
    }

    /// The column at which text starts. Never 0: nothing that anybody writes can pass for what the program says.
    pub fn text_from(&self) -> u16 {
        match (self.has_time_column(), self.has_name_column()) {
            (true, true) => 8 + self.name_columns() + 2,
            (true, false) => 8,
            (false, _) => 2,
        }
    }

    /// Columns for text; behind it, a gap and a mark.
    pub fn text_columns(&self) -> u16 {
        self.columns.saturating_sub(self.text_from() + 3).clamp(1, TEXT_COLUMNS_MAX)
    }

    /// The column of the mark.
    pub fn mark_at(&self) -> u16 {
        self.text_from() + self.text_columns() + 1
    }

    fn wrap(&self, text: &str) -> Vec<Range<usize>> {
        wrap::rows(text, usize::from(self.text_columns()))
    }

    fn has_air(&self) -> bool {
        self.rows >= AIR_FROM_ROWS
    }
}

impl Timeline {
    /// The rows on the screen, from the top; fewer than the pane has if there is no more.
    pub fn window(&self, look: &Look) -> Vec<Row> {
        let rows = usize::from(look.rows);
        let Some((block, row)) = self.top(look) else { return Vec::new() };
        let mut window: Vec<Row> = self.block(block, look).rows.into_iter().skip(row).collect();
        for block in block + 1..self.blocks() {
            if window.len() >= rows {
                break;
            }
            window.extend(self.block(block, look).rows);
        }
        window.truncate(rows);
        window
    }

    /// Moves the reader by so many rows; down to the end, the view follows again.
    pub fn scroll(&mut self, look: &Look, rows: isize) {
        if rows < 0 && self.cleared.is_some() {
            self.cleared = None;
        }
        let Some((block, row)) = self.top(look) else { return };
        let (block, row) = self.normalise(look, block, row.cast_signed() + rows);
        self.anchor = if self.shows_end(look, block, row) { Anchor::End } else { self.hold(look, block, row) };
        self.settle();
    }

    /// The anchor for a pane that begins at `row` of `block`: on an entry, because a gap may be filled.
    fn hold(&self, look: &Look, mut block: usize, row: usize) -> Anchor {
        let mut rows_before = self.block(block, look).above.cast_signed() - row.cast_signed();
        while matches!(self.items.get(block), Some(Item { what: What::Gap(_), .. })) && block + 1 < self.blocks() {
            let gap = self.block(block, look);
            block += 1;
            rows_before += (gap.rows.len() - gap.above + self.block(block, look).above).cast_signed();
        }
        self.key_of(block).map_or(Anchor::End, |key| Anchor::At { key, row: -rows_before })
    }

    /// To the oldest entry that is here.
    pub fn to_start(&mut self, look: &Look) {
        self.cleared = None;
        if let Some(key) = self.key_of(0) {
            self.anchor = Anchor::At { key, row: -(self.block(0, look).above.cast_signed()) };
            self.scroll(look, 0);
        }
    }

    /// To where the reader stopped reading. Whether there is such a place.
    pub fn to_divider(&mut self, look: &Look) -> bool {
        let Some(divider) = self.divider else { return false };
        let block = self.items.partition_point(|item| item.last <= divider);
        let Some(key) = self.key_of(block) else { return false };
        self.anchor = Anchor::At { key, row: -2 };
        self.scroll(look, 0);
        true
    }

    /// The gap to load now, if one is on the screen or just above it: what to ask for. It counts as asked for.
    pub fn ask_for_gap(&mut self, look: &Look) -> Option<(Seq, Seq)> {
        if self.open_gaps == 0 || self.is_full() || self.request != Request::None {
            return None;
        }
        let index = self.reached_gap(look)?;
        let item = &mut self.items[index];
        item.what = What::Gap(Gap::Loading);
        self.request = Request::Pending;
        Some((Seq(item.first.0.saturating_sub(1)), item.last.next()))
    }

    /// Scrolling asks again for what was refused.
    pub fn retry_gaps(&mut self) {
        if self.request == Request::Refused {
            self.turn_gaps(&Gap::Failed(String::new()), &Gap::Loadable);
            self.request = Request::None;
        }
    }

    fn reached_gap(&self, look: &Look) -> Option<usize> {
        let (top, _) = self.top(look)?;
        let first = self.first_shown();
        // A block has at least one row, so no more blocks than rows are on the screen; a screenful above is near.
        let near = top.saturating_sub(usize::from(look.rows)).max(first);
        // What follows on a gap at the end is still on its way: nobody has seen the end yet.
        let end = (top + usize::from(look.rows)).min(self.items.len().saturating_sub(1));
        (near..end).rev().find(|index| self.items[*index].what == What::Gap(Gap::Loadable))
    }

    /// The block at the top of the pane, and how many of its rows are above it.
    fn top(&self, look: &Look) -> Option<(usize, usize)> {
        let blocks = self.blocks();
        if self.first_shown() >= blocks {
            return None;
        }
        let (block, row) = match self.anchor {
            Anchor::End => return Some(self.top_of_end(look)),
            Anchor::At { key, row } => self.anchored(look, key, row),
        };
        match self.shows_end(look, block, row) {
            true => Some(self.top_of_end(look)),
            false => Some((block, row)),
        }
    }

    fn anchored(&self, look: &Look, key: Key, row: isize) -> (usize, usize) {
        let index = self.index_of(key).clamp(self.first_shown(), self.blocks() - 1);
        let block = self.block(index, look);
        // After a resize, the entry may have fewer rows than were above the pane.
        let row = row.min((block.rows.len() - block.above).cast_signed() - 1);
        self.normalise(look, index, block.above.cast_signed() + row)
    }

    /// The top of the pane when the last row is at its bottom.
    fn top_of_end(&self, look: &Look) -> (usize, usize) {
        let (first, last) = (self.first_shown(), self.blocks() - 1);
        let mut rows = 0;
        for block in (first..=last).rev() {
            rows += self.block(block, look).rows.len();
            if rows >= usize::from(look.rows) {
                return (block, rows - usize::from(look.rows));
            }
        }
        (first, 0)
    }

    /// Whether no more than a pane's rows are left from here on.
    fn shows_end(&self, look: &Look, block: usize, row: usize) -> bool {
        let mut rows = self.block(block, look).rows.len().saturating_sub(row);
        for block in block + 1..self.blocks() {
            if rows > usize::from(look.rows) {
                return false;
            }
            rows += self.block(block, look).rows.len();
        }
        rows <= usize::from(look.rows)
    }

    /// The same place, as a row within a block: a row above the block is one of an earlier block, and so on.
    fn normalise(&self, look: &Look, mut block: usize, mut row: isize) -> (usize, usize) {
        while row < 0 && block > self.first_shown() {
            block -= 1;
            row += self.block(block, look).rows.len().cast_signed();
        }
        loop {
            let rows = self.block(block, look).rows.len().cast_signed();
            if row < rows || block + 1 >= self.blocks() {
                return (block, row.clamp(0, (rows - 1).max(0)).cast_unsigned());
            }
            row -= rows;
            block += 1;
        }
    }

    fn block(&self, index: usize, look: &Look) -> Block {
        let mut rows = self.rows_above(index, look);
        let above = rows.len();
        match self.items.get(index).map(|item| &item.what) {
            Some(What::Said(said)) => self.said_rows(index, said, look, &mut rows),
            Some(What::Fold { changes, .. }) => {
                system_rows(index, &super::fold::sentences(changes).join("   "), look, &mut rows);
            }
            Some(What::System { text, .. }) => system_rows(index, text, look, &mut rows),
            Some(What::Gap(Gap::Loadable)) if self.is_full() => rows.push(Row::Full),
            Some(What::Gap(gap)) => rows.push(Row::Gap(gap.clone())),
            None => self.pending_rows(index, look, &mut rows),
        }
        Block { rows, above }
    }

    fn said_rows(&self, index: usize, said: &Said, look: &Look, rows: &mut Vec<Row>) {
        let opens_group = self.opens_group(index, look);
        let ranges = look.wrap(&said.text);
        let last = ranges.len() - 1;
        rows.extend(ranges.into_iter().enumerate().map(|(i, range)| {
            let place = Place { is_first: i == 0, is_last: i == last, opens_group };
            Row::Text { block: index, range, place }
        }));
    }

    fn pending_rows(&self, index: usize, look: &Look, rows: &mut Vec<Row>) {
        let pending = &self.pending[index - self.items.len()];
        self.said_rows(index, &pending.said, look, rows);
        let asks_now = self.undecided().is_some_and(|undecided| undecided.id == pending.id);
        for text in advice(pending, asks_now, usize::from(look.text_columns())) {
            let wrapped = look.wrap(&text).into_iter();
            rows.extend(wrapped.map(|row| Row::Advice { text: text[row].to_owned(), mark: pending.mark.clone() }));
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
            if rows.is_empty() && index > self.first_shown() && look.has_air() {
                rows.push(Row::Blank);
            }
            if !look.has_name_column() {
                rows.push(Row::Name { block: index });
            }
        } else if rows.is_empty()
            && self.said(index).is_none()
            && index > 0
            && self.said(index - 1).is_some()
            && look.has_air()
        {
            rows.push(Row::Blank);
        }
        rows
    }

    fn new_day(&self, index: usize, look: &Look) -> Option<UnixMillis> {
        let time = self.time(index)?;
        let before = index.checked_sub(1).filter(|before| *before >= self.first_shown()).and_then(|i| self.time(i));
        let is_same = before.is_some_and(|before| look.zone.local(before).date() == look.zone.local(time).date());
        (!is_same).then_some(time)
    }

    fn is_after_divider(&self, index: usize) -> bool {
        let Some(divider) = self.divider else { return false };
        let is_after = self.items.get(index).is_some_and(|item| item.first > divider);
        is_after && (index == self.first_shown() || self.items[index - 1].first <= divider)
    }

    /// Whether the person who says this is named (again).
    fn opens_group(&self, index: usize, look: &Look) -> bool {
        let Some(said) = self.said(index) else { return true };
        let before = index.checked_sub(1).filter(|before| *before >= self.first_shown()).and_then(|i| self.said(i));
        let Some(before) = before else { return true };
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

/// What its author is told about a post; the keys only where they would act on it.
fn advice(pending: &Pending, asks_now: bool, columns: usize) -> Vec<String> {
    let (sentence, keys) = match &pending.mark {
        Mark::Waiting | Mark::OnTheWire | Mark::Accepted { .. } => return Vec::new(),
        Mark::Refused(reason) => (format!("not sent: {reason}"), "Alt-E edit · Alt-X discard"),
        Mark::Unknown(reason) => (format!("may have been delivered: {reason}"), "Alt-E edit · Alt-X discard"),
        Mark::Stale => ("written a while ago, not sent yet".to_owned(), "Alt-S send · Alt-E edit · Alt-X discard"),
    };
    let sentence = chat_proto::text::visible_line(sentence.as_bytes());
    let whole = format!("{sentence} · {keys}");
    match asks_now {
        true if wrap::width(&whole) <= columns => vec![whole],
        true => vec![sentence, keys.to_owned()],
        false => vec![sentence],
    }
}
