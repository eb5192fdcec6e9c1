//! The themes to choose from. It leaves the screen below to be seen, in the theme that is tried.

use super::question;
use crate::keymap::Context;
use crate::state::State;
use crate::theme::{Choice, Ground, Ink};
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: u16 = 46;
/// From here on, there is room for a border, for air and for what a theme is.
const AIRY_ROWS: u16 = 14;
/// From here on, the list stands at the right, and leaves what is said to be seen.
const ASIDE_COLUMNS: u16 = 90;
const KEYS: &str = "↑↓ try   {go} keep   {dismiss} back";
const SHORT_KEYS: &str = "{go} keep  {dismiss}";

/// Draws the list with row `row` chosen.
pub fn draw(row: usize, state: &State, area: Rect, buffer: &mut Buffer) {
    let choices = state.looks.choices();
    let words = words_most(&choices, state);
    let place = place(area, choices.len(), words);
    question::panel(place, state, buffer);
    if is_airy(area) {
        paint::border(buffer, place, state.theme.ink(Ink::Rule));
    }
    let inner = inner(place, area);
    paint::pieces(buffer, inner, (inner.x, inner.y), &[("Themes", state.theme.ink(Ink::Strong))]);
    let list = list(inner, area, words);
    let first = (row + 1).saturating_sub(usize::from(list.height));
    for (y, at) in (list.top()..list.bottom()).zip(first..choices.len()) {
        let shown = if at == row { Shown::Tried } else { Shown::Listed };
        draw_row(choices[at], shown, state, Rect { y, height: 1, ..list }, buffer);
    }
    draw_below(choices[row], state, inner, buffer);
}

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Tried,
    Listed,
}

fn draw_row(choice: Choice, shown: Shown, state: &State, row: Rect, buffer: &mut Buffer) {
    let theme = state.theme;
    let (sign, ink) = match shown {
        Shown::Tried => {
            buffer.set_style(row.intersection(buffer.area), theme.ground(Ground::Focus));
            ("▸ ", Ink::OnFocus)
        }
        Shown::Listed => ("  ", Ink::Text),
    };
    let mark = if choice == state.looks.chosen { "✓" } else { "" };
    let name = wrap::cut(state.looks.themes.name(choice), usize::from(row.width.saturating_sub(5)));
    paint::pieces(buffer, row, (row.x, row.y), &[(sign, theme.ink(ink)), (&name, theme.ink(ink))]);
    paint::pieces_right(buffer, row, row.y, &[(mark, theme.ink(ink)), (" ", theme.ink(ink))]);
}

/// What the tried one is, or why it cannot be taken; and the keys.
fn draw_below(choice: Choice, state: &State, inner: Rect, buffer: &mut Buffer) {
    let ink = if state.looks.themes.about(choice).is_ok() { Ink::Muted } else { Ink::Error };
    let words = words_below(choice, state);
    let from = inner.bottom().saturating_sub(2 + words.len() as u16);
    for (y, line) in (from..).zip(&words) {
        paint::text(buffer, inner, (inner.x, y), line, state.theme.ink(ink));
    }
    let keys = state.keys.list(Context::Themes, if inner.width < 30 { SHORT_KEYS } else { KEYS });
    paint::text(buffer, inner, (inner.x, inner.bottom().saturating_sub(1)), &keys, state.theme.ink(Ink::Accent));
}

/// So that the list stands still while one goes through it.
fn words_most(choices: &[Choice], state: &State) -> usize {
    choices.iter().map(|choice| words_below(*choice, state).len()).max().unwrap_or(0)
}

/// Without air there is no place for words.
fn words_below(choice: Choice, state: &State) -> Vec<String> {
    if state.rows < AIRY_ROWS {
        return Vec::new();
    }
    let words = match state.looks.themes.about(choice) {
        Ok(words) | Err(words) => words,
    };
    let columns = usize::from(COLUMNS.min(state.columns).saturating_sub(6));
    let rows = wrap::rows(words, columns).into_iter().take(4);
    rows.map(|row| words[row].to_owned()).collect()
}

fn is_airy(area: Rect) -> bool {
    area.height >= AIRY_ROWS
}

/// Title, themes, what is said of one, keys; with air, one row more between them and around.
fn place(area: Rect, themes: usize, words: usize) -> Rect {
    let air = if is_airy(area) { 5 } else { 0 };
    let height = (themes + words + 2 + air).min(usize::from(area.height)) as u16;
    let place = paint::centred(area, COLUMNS, height);
    match area.width >= ASIDE_COLUMNS {
        true => Rect { x: area.right() - place.width - 2, ..place },
        false => place,
    }
}

fn inner(place: Rect, area: Rect) -> Rect {
    let (side, top) = if is_airy(area) { (3, 1) } else { (1, 0) };
    Rect {
        x: place.x + side,
        y: place.y + top,
        width: place.width.saturating_sub(2 * side),
        height: place.height.saturating_sub(2 * top),
    }
}

/// Where the themes are listed.
fn list(inner: Rect, area: Rect, words: usize) -> Rect {
    let air = u16::from(is_airy(area));
    let (above, below) = (1 + air, words as u16 + 1 + 2 * air);
    Rect { y: inner.y + above, height: inner.height.saturating_sub(above + below), ..inner }
}
