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
use ratatui::layout::{Position, Rect};

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

    /// To the one at this place.
    pub fn choose(&mut self, at: usize) {
        self.chosen = 0;
        self.go(at.cast_signed());
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

/// Where its parts stand.
struct Places {
    frame: Rect,
    inner: Rect,
    title: u16,
    /// Of the first row of emoji.
    top: u16,
    /// Of what is typed.
    below: u16,
    is_airy: bool,
}

impl Places {
    fn of(offers: usize, area: Rect) -> Self {
        let rows = offers.div_ceil(ACROSS).max(1) as u16;
        let is_airy = area.height >= rows + 7;
        let frame = paint::centred(area, COLUMNS, if is_airy { rows + 7 } else { rows + 3 });
        let air = u16::from(is_airy);
        let side = if area.width < COLUMNS { 1 } else { 3 };
        let inner = Rect { x: frame.x + side, width: frame.width.saturating_sub(2 * side), ..frame };
        let (title, top) = (frame.y + air, frame.y + 2 * air + 1);
        Self { frame, inner, title, top, below: top + rows + air, is_airy }
    }

    /// Of the emoji at this place of the list.
    fn cell(&self, at: usize) -> Rect {
        let (x, y) = (self.inner.x + (at % ACROSS) as u16 * CELL, self.top + (at / ACROSS) as u16);
        Rect { x, y, width: CELL, height: 1 }.intersection(self.frame)
    }
}

/// The emoji that stands at this place of the screen, by its place in the list.
pub fn hit(state: &State, at: Position) -> Option<usize> {
    let offers = state.picker.as_ref()?.offers().len();
    let places = Places::of(offers, Rect::new(0, 0, state.columns, state.rows));
    (0..offers).find(|offer| places.cell(*offer).contains(at))
}

/// Draws it in the middle.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(picker) = &state.picker else { return };
    let offers = picker.offers();
    let places = Places::of(offers.len(), area);
    let (theme, inner) = (state.theme, places.inner);
    panel(places.frame, state, buffer);
    if places.is_airy {
        paint::border(buffer, places.frame, theme.ink(Ink::Rule));
    }
    let (title, keys) = (theme.ink(Ink::Strong), theme.ink(Ink::Muted));
    let words = if area.width < COLUMNS { "{dismiss} cancels" } else { "type a name   {dismiss} cancels" };
    let words = format!("   {}", state.keys.list(Context::Picker, words));
    paint::pieces(buffer, inner, (inner.x, places.title), &[("React", title), (&words, keys)]);
    for (at, named) in offers.iter().enumerate() {
        let cell = places.cell(at);
        if at == picker.chosen {
            buffer
                .set_style(cell.intersection(buffer.area), theme.ground(Ground::Focus).patch(theme.ink(Ink::OnFocus)));
        }
        let style = if at == picker.chosen { theme.ink(Ink::OnFocus) } else { theme.ink(Ink::Text) };
        paint::text(buffer, cell, (cell.x + 1, cell.y), &wrap::apart(named.emoji), style);
    }
    if offers.is_empty() {
        paint::text(buffer, inner, (inner.x, places.top), "nothing is called so", theme.ink(Ink::Muted));
    }
    let part = format!("› {}▏", picker.part);
    paint::text(buffer, inner, (inner.x, places.below), &part, theme.ink(Ink::Accent));
    paint::text(buffer, inner, (inner.x, places.below + 1), &enter(state, picker), theme.ink(Ink::Muted));
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
