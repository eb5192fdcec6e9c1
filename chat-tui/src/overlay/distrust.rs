//! A server that is not trusted: what it showed, what that may mean, and what to do. Nothing here accepts it.

use crate::keymap::Context;
use crate::state::State;
use crate::theme::Ink;
use crate::trust::{self, Part};
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: u16 = 78;
/// From here on, there is room for a border and for air.
const AIRY_ROWS: u16 = 12;

/// How many rows there are, and how many of them fit: what scrolling is bounded by.
pub fn extent(state: &State) -> (usize, usize) {
    let place = place(state, Rect::new(0, 0, state.columns, state.rows));
    (rows(state, columns(place.width)).len(), usize::from(body(place).height))
}

/// Draws it, from row `first` on.
pub fn draw(first: usize, state: &State, area: Rect, buffer: &mut Buffer) {
    let place = place(state, area);
    super::question::panel(place, state, buffer);
    if is_airy(place) {
        paint::border(buffer, place, state.theme.ink(Ink::Error));
    }
    let body = body(place);
    let rows = rows(state, usize::from(body.width));
    for (y, (part, words)) in (body.top()..body.bottom()).zip(rows.iter().skip(first)) {
        let style = match part {
            Part::Title => state.theme.ink(Ink::Error).bold(),
            Part::Text => state.theme.ink(Ink::Text),
            Part::Exact => state.theme.ink(Ink::Accent),
        };
        paint::text(buffer, body, (body.x, y), words, style);
    }
    let last = (first + usize::from(body.height)).min(rows.len());
    let position = (rows.len() > usize::from(body.height)).then(|| format!("↑↓ {last}/{}", rows.len()));
    draw_keys(state, place, body, position, buffer);
}

fn draw_keys(state: &State, place: Rect, body: Rect, position: Option<String>, buffer: &mut Buffer) {
    let y = place.bottom().saturating_sub(if is_airy(place) { 2 } else { 1 });
    let row = Rect { y, height: 1, ..body };
    let theme = state.theme;
    let words = if row.width < 30 { "{mend} again  {dismiss}" } else { "{mend} try again   {dismiss} close" };
    let words = state.keys.list(Context::Distrust, words);
    let behind = paint::text(buffer, row, (row.x, y), &words, theme.ink(Ink::Muted));
    // Where both do not fit, the keys count more.
    if let Some(position) = position.filter(|it| usize::from(row.right() - behind) > wrap::width(it)) {
        paint::pieces_right(buffer, row, y, &[(&position, theme.ink(Ink::Muted))]);
    }
}

fn place(state: &State, area: Rect) -> Rect {
    let needed = rows(state, columns(COLUMNS.min(area.width))).len() as u16;
    match area.height {
        AIRY_ROWS.. => paint::centred(area, COLUMNS, needed + 5),
        _ => area,
    }
}

fn is_airy(place: Rect) -> bool {
    place.height >= AIRY_ROWS
}

/// Where the rows are: above the keys.
fn body(place: Rect) -> Rect {
    let width = columns(place.width) as u16;
    let x = place.x + place.width.saturating_sub(width) / 2;
    let (top, below) = if is_airy(place) { (2, 3) } else { (0, 1) };
    let height = place.height.saturating_sub(top + below).max(1);
    Rect { x, y: place.y + top, width, height }
}

fn columns(width: u16) -> usize {
    usize::from(width.saturating_sub(if width >= 50 { 8 } else { 4 }).max(1))
}

fn rows(state: &State, columns: usize) -> Vec<(Part, String)> {
    let Some(distrusted) = &state.distrusted else { return Vec::new() };
    let mut rows = Vec::new();
    for (part, words) in trust::in_full(&distrusted.distrust) {
        // Something to copy stands with what it is; before everything else, there is air.
        if part == Part::Text && !rows.is_empty() {
            rows.push((Part::Text, String::new()));
        }
        rows.extend(wrap::rows(&words, columns).into_iter().map(|row| (part, words[row].to_owned())));
    }
    rows
}
