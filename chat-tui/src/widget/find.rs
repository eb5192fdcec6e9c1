//! The line in which something is looked for, in place of the composer.

use crate::find::Find;
use crate::keymap::{Context, Keymap};
use crate::theme::{Ink, Theme};
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer as Cells;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

/// Columns before the text.
const SIGN_COLUMNS: u16 = 3;
/// Columns that the text has at least, beside a count.
const TEXT_COLUMNS_MIN: u16 = 8;
/// The longest that fits.
const KEYS: [&str; 4] = [
    "{dismiss} · {interrupt} back ",
    "{older} older · {dismiss} stay · {interrupt} back ",
    "{older} older · {newer} newer · {dismiss} stay here · {interrupt} back ",
    "{older} older · {newer} newer · {dismiss} stay here · {interrupt} back to where you were ",
];

/// Draws what is looked for and how much of it there is, and says where the cursor is.
pub fn draw(find: &Find, theme: Theme, area: Rect, cells: &mut Cells) -> Option<Position> {
    let count = count(find, area.width);
    let behind = wrap::width(&count) as u16 + 2;
    paint::pieces_right(
        cells,
        Rect { width: area.width.saturating_sub(1), ..area },
        area.y,
        &[(&count, theme.ink(Ink::Muted))],
    );
    let text_area = Rect { width: area.width.saturating_sub(behind), ..area };
    paint::text(cells, area, (area.x + 1, area.y), "/", theme.ink(Ink::Accent).bold());
    if find.line.is_empty() {
        paint::text(cells, text_area, (area.x + SIGN_COLUMNS, area.y), "find in this room", theme.ink(Ink::Muted));
    }
    let (from, column) = shown_from(find, text_area.width.saturating_sub(SIGN_COLUMNS + 1));
    let shown = &find.line.text()[from..];
    paint::text(cells, text_area, (area.x + SIGN_COLUMNS, area.y), shown, theme.ink(Ink::Text));
    let position = Position::new(area.x + SIGN_COLUMNS + column, area.y);
    area.contains(position).then_some(position)
}

/// The keys that do something here.
pub fn keys(keys: &Keymap, columns: u16) -> String {
    keys.longest(Context::Find, &KEYS, usize::from(columns))
}

/// In the longest form that leaves a place for the text.
fn count(find: &Find, columns: u16) -> String {
    let room = usize::from(columns.saturating_sub(SIGN_COLUMNS + TEXT_COLUMNS_MIN));
    find.count().into_iter().flatten().find(|words| wrap::width(words) <= room).unwrap_or_default()
}

/// The first byte that is shown, so that the cursor is in sight, and the column of the cursor.
fn shown_from(find: &Find, columns: u16) -> (usize, u16) {
    let before = &find.line.text()[..find.line.cursor()];
    let mut column = wrap::width(before);
    for (at, grapheme) in before.grapheme_indices(true) {
        if column <= usize::from(columns) {
            return (at, column as u16);
        }
        column -= wrap::advance(grapheme, 0);
    }
    (before.len(), column as u16)
}
