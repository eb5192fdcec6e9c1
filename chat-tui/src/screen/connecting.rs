//! The connecting screen: flags said enough, the room is on its way.

use crate::keymap::Context;
use crate::state::{Goal, State};
use crate::theme::Ink;
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let middle = area.y + area.height * 2 / 5;
    let goal = match state.attempt {
        Some(Goal::Join(code, _)) => format!("entering {code}"),
        Some(Goal::Return(_, code)) => format!("going back to {code}"),
        Some(Goal::Create(..)) | None => "opening a room".to_owned(),
    };
    let server = state.prompt.server();
    centre(&format!("{goal} at {server}…"), Ink::Text, state, area, middle, buffer);
    let keys = state.keys.list(Context::Connecting, "{leave} prompt   {interrupt} quit");
    centre(&keys, Ink::Muted, state, area, middle + 2, buffer);
}

fn centre(words: &str, ink: Ink, state: &State, area: Rect, y: u16, buffer: &mut Buffer) {
    let words = wrap::cut(words, usize::from(area.width));
    let x = area.x + (area.width.saturating_sub(wrap::width(&words) as u16)) / 2;
    paint::text(buffer, area, (x, y), &words, state.theme.ink(ink));
}
