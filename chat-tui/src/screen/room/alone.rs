//! What a room tells whoever waits in it for others, until somebody has said something.

use crate::keymap::Context;
use crate::room::Room;
use crate::state::State;
use crate::theme::Ink;
use crate::widget::paint;
use crate::widget::timeline::Look;
use crate::wrap;
use chat_proto::frame::{Door, Lock};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What is to be typed or told, and what it is good for.
type Row = (String, &'static str);

/// Draws it below what has happened, if there is place.
pub(super) fn draw(state: &State, room: &Room, look: &Look, area: Rect, cells: &mut Buffer) {
    if !room.waits_for_others() {
        return;
    }
    let rows = rows(state, room);
    let used = room.timeline.window(look).len() as u16;
    let top = area.y + used + u16::from(used > 0);
    if top + rows.len() as u16 > area.bottom() {
        return;
    }
    let from = area.x + look.text_from();
    let second = from + 2 + rows.iter().map(|(first, _)| wrap::width(first) as u16).max().unwrap_or(0);
    for (y, (what, good_for)) in (top..).zip(&rows) {
        paint::text(cells, area, (from, y), what, state.theme.ink(Ink::Muted));
        let room = usize::from(area.right().saturating_sub(second + 1));
        paint::text(cells, area, (second, y), &wrap::cut(good_for, room), state.theme.ink(Ink::Faint));
    }
}

fn rows(state: &State, room: &Room) -> Vec<Row> {
    let help = state.keys.list(Context::Room, "{help}");
    let help = if help.is_empty() { "/help".to_owned() } else { help };
    let (way, invite) = match (room.lock, room.door) {
        (Lock::Locked, _) => {
            (("/unlock".to_owned(), "opens the door, which is locked"), "a line that others paste then")
        }
        (_, Door::Open) => ((room.called(), "the code to share"), "a line that others paste"),
        _ => ((room.called(), "lets nobody in by itself"), "the line that does"),
    };
    vec![way, ("/invite".to_owned(), invite), (help, "keys and commands")]
}
