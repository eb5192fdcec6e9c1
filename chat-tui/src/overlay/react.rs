//! The picker of a reaction: what is usual, and what is found by its name.

use super::question::panel;
use crate::emoji::{self, Named};
use crate::keymap::Context;
use crate::state::State;
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use crate::wrap;
use chat_proto::{RoomId, Seq};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Emoji in a row, and rows.
const ACROSS: usize = 8;
const ROWS: usize = 3;
/// Columns of one: the widest emoji, with air.
const CELL: u16 = 4;
const COLUMNS: u16 = ACROSS as u16 * CELL + 8;
/// Letters that are looked for; no name of an emoji is longer.
const PART_MAX: usize = 32;

/// What people react with most, before they have shown what they do.
const USUAL: [&str; 8] = ["+1", "heart", "joy", "tada", "open_mouth", "cry", "pray", "eyes"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picker {
    pub room: RoomId,
    pub target: Seq,
    /// What is typed of a name.
    part: String,
    chosen: usize,
    /// What the reader reacted with before, the last first.
    used: Vec<Named>,
}

impl Picker {
    pub fn new(room: RoomId, target: Seq, used: &[Named]) -> Self {
        Self { room, target, part: String::new(), chosen: 0, used: used.to_vec() }
    }

    /// What can be chosen from.
    pub fn offers(&self) -> Vec<Named> {
        match self.part.as_str() {
            "" => self.usual(),
            part => emoji::search(part).into_iter().take(ACROSS * ROWS).collect(),
        }
    }

    fn usual(&self) -> Vec<Named> {
        let usual = USUAL.iter().filter_map(|name| emoji::named(name).map(|emoji| Named { emoji, name }));
        let mut offers: Vec<Named> = self.used.clone();
        offers.extend(usual.filter(|usual| self.used.iter().all(|used| used.emoji != usual.emoji)));
        offers.truncate(ACROSS);
        offers
    }

    pub fn chosen(&self) -> Option<Named> {
        self.offers().get(self.chosen).copied()
    }

    /// To the one so many places on; no further than there are.
    pub fn go(&mut self, by: isize) {
        let last = self.offers().len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(by).min(last);
    }

    /// To the one so many rows on.
    pub fn go_rows(&mut self, by: isize) {
        self.go(by * ACROSS.cast_signed());
    }

    pub fn insert(&mut self, text: &str) {
        let is_of_name = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | ' ');
        let room = PART_MAX.saturating_sub(self.part.chars().count());
        self.part.extend(text.chars().filter(is_of_name).take(room));
        self.chosen = 0;
    }

    pub fn delete(&mut self) {
        self.part.pop();
        self.chosen = 0;
    }
}

/// Draws it in the middle.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(picker) = &state.picker else { return };
    let offers = picker.offers();
    let rows = offers.len().div_ceil(ACROSS).max(1) as u16;
    let theme = state.theme;
    let is_airy = area.height >= rows + 7;
    let place = paint::centred(area, COLUMNS, if is_airy { rows + 7 } else { rows + 3 });
    panel(place, state, buffer);
    let air = u16::from(is_airy);
    if is_airy {
        paint::border(buffer, place, theme.ink(Ink::Rule));
    }
    let inner = Rect { x: place.x + 3, width: place.width.saturating_sub(6), ..place };
    let (title, keys) = (theme.ink(Ink::Strong), theme.ink(Ink::Muted));
    let words = format!("   {}", state.keys.list(Context::Picker, "type a name   {dismiss} none"));
    paint::pieces(buffer, inner, (inner.x, place.y + air), &[("React", title), (&words, keys)]);
    let top = place.y + 2 * air + 1;
    for (at, named) in offers.iter().enumerate() {
        let (x, y) = (inner.x + (at % ACROSS) as u16 * CELL, top + (at / ACROSS) as u16);
        let cell = Rect { x, y, width: CELL, height: 1 }.intersection(place);
        if at == picker.chosen {
            buffer
                .set_style(cell.intersection(buffer.area), theme.ground(Ground::Focus).patch(theme.ink(Ink::OnFocus)));
        }
        let style = if at == picker.chosen { theme.ink(Ink::OnFocus) } else { theme.ink(Ink::Text) };
        paint::text(buffer, cell, (x + 1, y), &wrap::apart(named.emoji), style);
    }
    if offers.is_empty() {
        paint::text(buffer, inner, (inner.x, top), "nothing is called so", theme.ink(Ink::Muted));
    }
    let below = top + rows + air;
    let part = format!("› {}▏", picker.part);
    paint::text(buffer, inner, (inner.x, below), &part, theme.ink(Ink::Accent));
    paint::text(buffer, inner, (inner.x, below + 1), &enter(state, picker), theme.ink(Ink::Muted));
}

/// What Enter does.
fn enter(state: &State, picker: &Picker) -> String {
    let Some(Named { emoji, name }) = picker.chosen() else { return String::new() };
    let emoji = wrap::apart(emoji);
    let key = state.keys.say(Context::Picker, "{go}");
    let timeline = state.rooms.get(&picker.room).map(|room| &room.timeline);
    match timeline.is_some_and(|timeline| timeline.has_reacted(picker.target, &emoji)) {
        true => format!("{key} takes {emoji} back"),
        false => format!("{key} {emoji}  {name}"),
    }
}
