//! The rooms of the last days under the prompt: a key, a code, a topic, how long ago, and where.

use crate::recent::{Recent, ago};
use crate::theme::{Ink, Theme};
use crate::widget::paint;
use crate::wrap;
use chat_proto::UnixMillis;
use ratatui::buffer::Buffer as Cells;
use ratatui::layout::Rect;

/// From here on, a row says on which server its room is.
const SERVER_FROM_COLUMNS: u16 = 50;
const SERVER_COLUMNS: usize = 18;
/// `23 days ago`, and what is nearly as long.
const AGO_COLUMNS: usize = 11;

/// Draws as many rooms as there are rows.
pub(super) fn draw(rooms: &[Recent], now: UnixMillis, theme: Theme, area: Rect, cells: &mut Cells) {
    for ((y, number), room) in (area.top()..area.bottom()).zip(1..).zip(rooms) {
        draw_row(number, room, now, theme, Rect { y, height: 1, ..area }, cells);
    }
}

fn draw_row(number: usize, room: &Recent, now: UnixMillis, theme: Theme, row: Rect, cells: &mut Cells) {
    let server = if row.width < SERVER_FROM_COLUMNS { String::new() } else { server(&room.server) };
    let behind = format!("{:>AGO_COLUMNS$}{server}", ago(room.last, now));
    let right = paint::pieces_right(cells, row, row.y, &[(&behind, theme.ink(Ink::Faint))]);
    let left = Rect { width: right.saturating_sub(row.x + 1), ..row };
    let code = room.code.to_string();
    let pieces = [
        (format!("Alt-{number}  "), theme.ink(Ink::Muted)),
        (format!("{code}  "), theme.ink(Ink::Accent)),
        (room.topic.clone(), theme.ink(Ink::Text)),
    ];
    let mut x = left.x;
    for (words, style) in pieces {
        let words = wrap::cut(&words, usize::from(left.right().saturating_sub(x)));
        x = paint::text(cells, left, (x, left.y), &words, style);
    }
}

/// The server in a column of its own; the port only if it is not the usual one.
fn server(server: &str) -> String {
    let short = server.strip_suffix(":7000").unwrap_or(server);
    format!("  {:SERVER_COLUMNS$}", wrap::cut(short, SERVER_COLUMNS))
}
