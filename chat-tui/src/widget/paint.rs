//! Writing on the screen without ever leaving the area.

use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Writes one line of `text` from (`x`, `y`), as far as `area` reaches. Returns the column behind it.
pub fn text(buffer: &mut Buffer, area: Rect, (x, y): (u16, u16), text: &str, style: Style) -> u16 {
    let area = area.intersection(buffer.area);
    if y < area.top() || y >= area.bottom() || x < area.left() {
        return x;
    }
    let mut column = x;
    for (_, grapheme) in wrap::graphemes(text) {
        let columns = wrap::advance(grapheme, usize::from(column - x)) as u16;
        if column.saturating_add(columns) > area.right() {
            break;
        }
        if grapheme != "\t" {
            put(buffer, (column, y), grapheme, columns, style);
        }
        column += columns;
    }
    column
}

/// A cluster in its columns, whatever others think of its width; what has no column is left out.
fn put(buffer: &mut Buffer, (x, y): (u16, u16), grapheme: &str, columns: u16, style: Style) {
    if columns > 0 && !grapheme.contains(char::is_control) {
        buffer[(x, y)].set_symbol(grapheme).set_style(style);
        (x + 1..x + columns).for_each(|covered| buffer[(covered, y)].reset());
    }
}

/// Writes several pieces behind each other. Returns the column behind the last.
pub fn pieces(buffer: &mut Buffer, area: Rect, at: (u16, u16), pieces: &[(&str, Style)]) -> u16 {
    pieces.iter().fold(at.0, |x, (piece, style)| text(buffer, area, (x, at.1), piece, *style))
}

/// Writes several pieces so that the last one ends at the right edge of `area`. Returns where the first one starts.
pub fn pieces_right(buffer: &mut Buffer, area: Rect, y: u16, all: &[(&str, Style)]) -> u16 {
    let columns: usize = all.iter().map(|(piece, _)| wrap::width(piece)).sum();
    let x = area.right().saturating_sub(columns as u16).max(area.left());
    pieces(buffer, area, (x, y), all);
    x
}

/// Draws a line from `from` up to, not including, `to`.
pub fn rule(buffer: &mut Buffer, area: Rect, y: u16, from: u16, to: u16, style: Style) {
    let line = "─".repeat(usize::from(to.saturating_sub(from)));
    text(buffer, area, (from, y), &line, style);
}

/// Draws a border along the inside of `frame`.
pub fn border(buffer: &mut Buffer, frame: Rect, style: Style) {
    let (last, bottom) = (frame.right().saturating_sub(1), frame.bottom().saturating_sub(1));
    for (y, left, right) in [(frame.y, "╭", "╮"), (bottom, "╰", "╯")] {
        rule(buffer, frame, y, frame.x, frame.right(), style);
        text(buffer, frame, (frame.x, y), left, style);
        text(buffer, frame, (last, y), right, style);
    }
    for y in frame.y + 1..bottom {
        text(buffer, frame, (frame.x, y), "│", style);
        text(buffer, frame, (last, y), "│", style);
    }
}

/// A box of at most `width` by `height` in the middle of `area`, a little above the middle where there is room.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) * 2 / 5;
    Rect { x, y, width, height }
}
