//! The links of a message, to choose from.

use super::question::panel;
use crate::keymap::Context;
use crate::state::State;
use crate::theme::Ink;
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: u16 = 70;
/// Below this, there is no air at the sides.
const NARROW_COLUMNS: u16 = 30;

/// Draws them in the middle, each with its number.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = state.theme;
    let height = state.links.len() as u16 + 4;
    let place = paint::centred(area, COLUMNS, height);
    panel(place, state, buffer);
    let air = u16::from(area.height >= height);
    if air == 1 {
        paint::border(buffer, place, theme.ink(Ink::Rule));
    }
    let side = if area.width < NARROW_COLUMNS { 1 } else { 3 };
    let inner = Rect { x: place.x + side, width: place.width.saturating_sub(2 * side), ..place };
    let none = format!("   {}", state.keys.list(Context::Links, "{dismiss} none"));
    let question = if side == 1 { "Which?" } else { "Open which?" };
    let title = [(question, theme.ink(Ink::Strong)), (none.as_str(), theme.ink(Ink::Muted))];
    paint::pieces(buffer, inner, (inner.x, place.y + air), &title);
    let columns = usize::from(inner.width.saturating_sub(3));
    for (y, (number, link)) in (place.y + 2 * air + 1..place.bottom()).zip((1..).zip(&state.links)) {
        let link = wrap::cut(link.as_str(), columns);
        let pieces = [(format!("{number}  "), theme.ink(Ink::Accent)), (link.into_owned(), theme.ink(Ink::Text))];
        let pieces: Vec<_> = pieces.iter().map(|(words, style)| (words.as_str(), *style)).collect();
        paint::pieces(buffer, inner, (inner.x, y), &pieces);
    }
}
