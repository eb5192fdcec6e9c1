//! Which rows of which entries are on the screen. Only what is seen is laid out, outwards from the anchor, so a room of
//! 100,000 messages costs what one of a hundred does.

use super::{Anchor, Gap, Item, Key, Look, Request, Row, Sought, Timeline, What};
use chat_proto::Seq;
use std::ops::Range;

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

    /// The blocks whose last row is on the screen.
    pub(super) fn blocks_seen(&self, look: &Look) -> Range<usize> {
        let Some((top, row)) = self.top(look) else { return 0..0 };
        let mut rows = usize::from(look.rows) + row;
        let mut behind = top;
        while behind < self.blocks() {
            let taken = self.block(behind, look).rows.len();
            if taken > rows {
                break;
            }
            rows -= taken;
            behind += 1;
        }
        top..behind
    }

    /// Whether nothing is below the pane.
    pub(super) fn is_end_seen(&self, look: &Look) -> bool {
        self.is_at_end() || self.top(look).is_none_or(|(block, row)| self.shows_end(look, block, row))
    }

    /// Moves the reader by so many rows; down to the end, the view follows again.
    pub fn scroll(&mut self, look: &Look, rows: isize) {
        self.sought = None;
        if rows < 0 && self.cleared.is_some() {
            self.cleared = None;
        }
        let Some((block, row)) = self.top(look) else { return };
        let (block, row) = self.normalise(look, block, row.cast_signed() + rows);
        self.anchor = if self.shows_end(look, block, row) { Anchor::End } else { self.hold(look, block, row) };
    }

    /// The anchor for a pane that begins at `row` of `block`: on an entry, because a gap may be filled.
    pub(super) fn hold(&self, look: &Look, mut block: usize, row: usize) -> Anchor {
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
}
