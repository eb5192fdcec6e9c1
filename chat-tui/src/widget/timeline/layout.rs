//! Which rows of which entries are on the screen. Only what is seen is laid out, outwards from the anchor, so a room of
//! 100,000 messages costs what one of a hundred does.

use super::{Anchor, Gap, Item, Key, Look, Request, Row, Sought, Timeline, What};
use chat_proto::Seq;
use std::collections::VecDeque;
use std::ops::Range;

/// The blocks on the screen, each laid out once.
pub(super) struct View {
    /// The first of them, and how many of its rows are above the pane.
    top: (usize, usize),
    /// The rows of that one and of those behind it.
    blocks: VecDeque<Vec<Row>>,
    /// Whether nothing is below the pane.
    pub(super) is_end: bool,
}

impl View {
    /// The rows on the screen, from the top; fewer than the pane has if there is no more.
    pub(super) fn rows(&self, look: &Look) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flatten().skip(self.top.1).take(usize::from(look.rows))
    }

    /// The blocks whose last row is on the screen.
    pub(super) fn seen(&self, look: &Look) -> Range<usize> {
        let (top, above) = self.top;
        let ends = self.blocks.iter().scan(0, |rows, block| {
            *rows += block.len();
            Some(*rows)
        });
        top..top + ends.take_while(|end| *end <= usize::from(look.rows) + above).count()
    }
}

impl Timeline {
    /// The rows on the screen, from the top.
    pub fn window(&self, look: &Look) -> Vec<Row> {
        self.view(look).map_or_else(Vec::new, |view| view.rows(look).cloned().collect())
    }

    /// The blocks whose last row is on the screen.
    pub(super) fn blocks_seen(&self, look: &Look) -> Range<usize> {
        self.view(look).map_or(0..0, |view| view.seen(look))
    }

    /// Moves the reader by so many rows; down to the end, the view follows again.
    pub fn scroll(&mut self, look: &Look, rows: isize) {
        self.sought = None;
        if rows < 0 && self.cleared.is_some() {
            self.cleared = None;
        }
        let Some(View { top: (block, row), is_end, .. }) = self.view(look) else { return };
        let top = self.normalise(look, block, row.cast_signed() + rows);
        // Nobody comes to the end by going up.
        let may_be_end = is_end || rows >= 0;
        let is_end = may_be_end && self.view_from(look, top).is_none();
        self.anchor = if is_end { Anchor::End } else { self.hold(look, top) };
    }

    /// The anchor for a pane that begins at `row` of `block`: on an entry, because a gap may be filled.
    pub(super) fn hold(&self, look: &Look, (mut block, row): (usize, usize)) -> Anchor {
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

    /// To the first of what is unread, or was when the reader came, if there is such a place.
    pub fn to_divider(&mut self, look: &Look) -> Option<Sought> {
        let divider = self.divide_unread()?;
        self.retry_gaps();
        let block = self.items.partition_point(|item| item.last <= divider);
        if self.items.get(block).is_some_and(Item::is_open_gap) {
            self.sought = Some(divider.next());
            return Some(Sought::Away);
        }
        let key = self.key_of(block)?;
        self.anchor = Anchor::At { key, row: -2 };
        self.scroll(look, 0);
        Some(Sought::Here)
    }

    /// The gap to load now, if one is on the screen or just above it: what to ask for. It counts as asked for.
    pub fn ask_for_gap(&mut self, look: &Look) -> Option<(Seq, Seq)> {
        let is_full = self.is_full() && self.spare().is_none();
        if self.open_gaps == 0 || is_full || self.request != Request::None {
            return None;
        }
        let index = self.sought_gap().or_else(|| self.reached_gap(look))?;
        Some(self.ask_for(index, look))
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
    pub(super) fn top(&self, look: &Look) -> Option<(usize, usize)> {
        self.view(look).map(|view| view.top)
    }

    /// What is on the screen, if anything is.
    pub(super) fn view(&self, look: &Look) -> Option<View> {
        if self.first_shown() >= self.blocks() {
            return None;
        }
        let from_anchor = match self.anchor {
            Anchor::End => None,
            Anchor::At { key, row } => self.view_from(look, self.anchored(look, key, row)),
        };
        Some(from_anchor.unwrap_or_else(|| self.view_of_end(look)))
    }

    fn anchored(&self, look: &Look, key: Key, row: isize) -> (usize, usize) {
        let index = self.index_of(key).clamp(self.first_shown(), self.blocks() - 1);
        let block = self.block(index, look);
        // After a resize, the entry may have fewer rows than were above the pane.
        let row = row.min((block.rows.len() - block.above).cast_signed() - 1);
        self.normalise(look, index, block.above.cast_signed() + row)
    }

    /// With the last row at the bottom of the pane.
    fn view_of_end(&self, look: &Look) -> View {
        let (mut blocks, mut rows) = (VecDeque::new(), 0);
        for block in (self.first_shown()..self.blocks()).rev() {
            let block = self.block(block, look).rows;
            rows += block.len();
            blocks.push_front(block);
            if rows >= usize::from(look.rows) {
                break;
            }
        }
        let top = (self.blocks() - blocks.len(), rows.saturating_sub(usize::from(look.rows)));
        View { top, blocks, is_end: true }
    }

    /// With this row at the top of the pane; none if no more than a pane's rows are left from there on.
    fn view_from(&self, look: &Look, top: (usize, usize)) -> Option<View> {
        let (mut blocks, mut rows) = (VecDeque::new(), 0);
        for block in top.0..self.blocks() {
            let block = self.block(block, look).rows;
            rows += block.len();
            blocks.push_back(block);
            if rows > usize::from(look.rows) + top.1 {
                return Some(View { top, blocks, is_end: false });
            }
        }
        None
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
}
