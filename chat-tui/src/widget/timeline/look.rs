//! How a pane of so many columns and rows is divided: time, name, text, mark.

use crate::theme::Theme;
use crate::wrap;
use crate::zone::Zone;
use std::ops::Range;

/// Text wider than this is hard to read; a wide screen leaves the rest free.
const TEXT_COLUMNS_MAX: u16 = 100;
/// From here on, names stand in a column of their own.
const NAME_COLUMN_FROM: u16 = 58;
/// From here on, times do.
const TIME_COLUMN_FROM: u16 = 32;
/// Everything the layout depends on besides the timeline itself.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub columns: u16,
    pub rows: u16,
    /// Whether there is some between groups of messages.
    pub has_air: bool,
    pub zone: &'a Zone,
    pub theme: Theme,
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
            (true, true) => self.name_from() + self.name_columns() + 2,
            (true, false) => self.name_from(),
            (false, _) => 2,
        }
    }

    /// The column behind the time, and a gap.
    pub fn name_from(&self) -> u16 {
        1 + self.zone.clock_columns() + 2
    }

    /// Columns for text; behind it, a gap and a mark.
    pub fn text_columns(&self) -> u16 {
        self.columns.saturating_sub(self.text_from() + 3).clamp(1, TEXT_COLUMNS_MAX)
    }

    /// The column of the mark.
    pub fn mark_at(&self) -> u16 {
        self.text_from() + self.text_columns() + 1
    }

    pub(super) fn wrap(&self, text: &str) -> Vec<Range<usize>> {
        wrap::rows(text, usize::from(self.text_columns()))
    }
}
