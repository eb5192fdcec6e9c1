//! The prompt on the screen: a box in the middle, or, where there is no room for one, its lines.

use super::{Focus, Offer, Prompt, recent};
use crate::keymap::{Context, Keymap};
use crate::state::State;
use crate::theme::{Ground, Ink, Theme};
use crate::widget::composer::Buffer;
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer as Cells;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

const BOX_COLUMNS: u16 = 60;
/// With rooms to go back to: their topics need a place.
const WIDE_BOX_COLUMNS: u16 = 72;
const BOX_ROWS: u16 = 15;
const LABEL_COLUMNS: u16 = 9;
/// Below this, words are shorter and closer.
const NARROW_COLUMNS: u16 = 30;
/// Rooms to go back to: as many as there are keys for it.
const RECENT_MAX: u16 = 5;

/// Where everything stands.
struct Places {
    frame: Option<Rect>,
    title: Option<Rect>,
    name: Rect,
    room: Rect,
    server: Rect,
    buttons: Rect,
    error: Rect,
    /// A row per room of the last days, as many as fit.
    recent: Rect,
    hints: Option<u16>,
    /// Whether there is a row below each of the others.
    has_air: bool,
}

impl Places {
    /// With room for so many rooms of the last days, if there is any.
    fn of(area: Rect, rooms: usize) -> Self {
        let rooms = u16::try_from(rooms).unwrap_or(RECENT_MAX).min(RECENT_MAX);
        match area.height >= BOX_ROWS + 2 && area.width >= 44 {
            true => Self::boxed(area, rooms),
            false => Self::bare(area, rooms),
        }
    }

    fn boxed(area: Rect, rooms: u16) -> Self {
        // A row of air below the list, if there is one.
        let spare = (area.height - BOX_ROWS - 2).saturating_sub(1);
        let rooms = rooms.min(spare);
        let columns = if rooms > 0 { WIDE_BOX_COLUMNS } else { BOX_COLUMNS };
        let frame = paint::centred(area, columns, BOX_ROWS + rooms + u16::from(rooms > 0));
        let line = |row: u16, height: u16| Rect { x: frame.x + 3, y: frame.y + row, width: frame.width - 6, height };
        Self {
            frame: Some(frame),
            title: Some(line(2, 1)),
            name: line(4, 1),
            room: line(6, 1),
            server: line(8, 1),
            buttons: line(10, 1),
            error: line(12, 2),
            recent: line(14, rooms),
            hints: Some(frame.bottom() + 1),
            has_air: true,
        }
    }

    fn bare(area: Rect, rooms: u16) -> Self {
        // One row each, with air between them if there is any to give.
        let step = if area.height >= 11 { 2 } else { 1 };
        let width = area.width.saturating_sub(2);
        let line = |row: u16| Rect { x: area.x + 1, y: area.y + row * step, width, height: 1 };
        let top = u16::from(area.height >= 13);
        let error = line(top + 4);
        let spare = area.bottom().saturating_sub(error.y + u16::from(step == 2));
        // What went wrong keeps two rows.
        let rooms = if step == 2 { rooms.min(spare.saturating_sub(2)) } else { 0 };
        let height = (spare - rooms).clamp(1, 3);
        Self {
            frame: None,
            title: (top == 1).then(|| line(0)),
            name: line(top),
            room: line(top + 1),
            server: line(top + 2),
            buttons: line(top + 3),
            error: Rect { height, ..error },
            recent: Rect { y: error.y + height, height: rooms, ..error },
            hints: (step == 2).then(|| area.bottom() - 1),
            has_air: step == 2,
        }
    }
}

/// How much stands on the buttons.
#[derive(Clone, Copy, PartialEq)]
enum Words {
    Long,
    Short,
    /// One button for both kinds of a new room: the one that has the focus.
    Fewest,
}

/// The buttons: what they do and what stands on them.
fn buttons(prompt: &Prompt, words: Words) -> Vec<(Focus, String)> {
    let offer = prompt.offer.as_ref().map(|offer| match offer {
        Offer::Name { name, .. } => (Focus::Offer, format!(" Be {name} ")),
        Offer::Host => (Focus::Offer, " Host a room here ".to_owned()),
    });
    let (create, private) = match words {
        Words::Long => (" Create a room ", " Private room "),
        Words::Short | Words::Fewest => (" Create ", " Private "),
    };
    let usual = [(Focus::Join, " Join "), (Focus::Create, create), (Focus::CreatePrivate, private)];
    let other = if prompt.focus == Focus::CreatePrivate { Focus::Create } else { Focus::CreatePrivate };
    let usual = usual.into_iter().filter(|(focus, _)| words != Words::Fewest || *focus != other);
    offer.into_iter().chain(usual.map(|(focus, words)| (focus, words.to_owned()))).collect()
}

/// The most that fits: first the words are cut, then the indent, then the gaps, then a button.
fn placed_buttons(prompt: &Prompt, row: Rect) -> Vec<(Focus, String, Rect)> {
    let ways = [
        (Words::Long, LABEL_COLUMNS, 2),
        (Words::Short, LABEL_COLUMNS, 2),
        (Words::Long, 0, 2),
        (Words::Short, 0, 2),
        (Words::Short, 0, 1),
        (Words::Fewest, 0, 2),
    ];
    let fits = |(words, indent, gap): &(Words, u16, u16)| {
        let all = buttons(prompt, *words);
        let columns: usize = all.iter().map(|(_, words)| wrap::width(words)).sum();
        columns + usize::from(*gap) * (all.len() - 1) + usize::from(*indent) <= usize::from(row.width)
    };
    let (words, indent, gap) = ways.into_iter().find(fits).unwrap_or((Words::Fewest, 0, 1));
    let mut x = row.x + indent;
    let mut place = |(focus, words): (Focus, String)| {
        let width = wrap::width(&words) as u16;
        let place = Rect { x, width, ..row }.intersection(row);
        x = x.saturating_add(width + gap);
        (focus, words, place)
    };
    buttons(prompt, words).into_iter().map(&mut place).collect()
}

/// What stands at a place of the screen, if it can have the focus.
pub fn hit(prompt: &Prompt, rooms: usize, area: Rect, at: Position) -> Option<Focus> {
    let places = Places::of(area, rooms);
    let fields = [(Focus::Name, places.name), (Focus::Room, places.room), (Focus::Server, places.server)];
    let pressed = placed_buttons(prompt, places.buttons).into_iter().map(|(focus, _, place)| (focus, place));
    fields.into_iter().chain(pressed).find(|(_, place)| place.contains(at)).map(|(focus, _)| focus)
}

/// Draws the prompt, and says where the cursor is.
pub fn draw(state: &State, area: Rect, cells: &mut Cells) -> Option<Position> {
    let State { prompt, theme, recent: rooms, .. } = state;
    let theme = *theme;
    let places = Places::of(area, rooms.len());
    if let Some(frame) = places.frame {
        cells.set_style(frame.intersection(cells.area), theme.ground(Ground::Panel));
        paint::border(cells, frame, theme.ink(Ink::Rule));
    }
    let mut pen = Pen { prompt, theme, cells, cursor: None };
    if let Some(row) = places.title {
        pen.title(row);
    }
    pen.field(places.name, Focus::Name, "Name", &prompt.name, "who you are");
    pen.way_back(places.name, &state.keys);
    pen.field(places.room, Focus::Room, "Room", &prompt.room, "a code, or an invite");
    pen.invited(places.room);
    pen.field(places.server, Focus::Server, "Server", &prompt.server, "localhost:7000");
    pen.buttons(places.buttons);
    if places.has_air {
        pen.advice(&places, &state.keys);
    }
    pen.outcome(places.error);
    recent::draw(rooms, state.now, theme, places.recent, pen.cells);
    if let Some(y) = places.hints {
        pen.hints(&state.keys, area, y);
    }
    pen.cursor
}

struct Pen<'a> {
    prompt: &'a Prompt,
    theme: Theme,
    cells: &'a mut Cells,
    cursor: Option<Position>,
}

impl Pen<'_> {
    fn title(&mut self, row: Rect) {
        let motto = if row.width < 42 { "" } else { "   a room, four characters, that's all" };
        let words = [("chat", self.theme.ink(Ink::Accent).bold()), (motto, self.theme.ink(Ink::Muted))];
        paint::pieces(self.cells, row, (row.x, row.y), &words);
    }

    fn field(&mut self, row: Rect, focus: Focus, label: &str, buffer: &Buffer, example: &str) {
        let has_focus = self.prompt.focus == focus;
        let ink = self.theme.ink(if has_focus { Ink::Accent } else { Ink::Muted });
        paint::text(self.cells, row, (row.x, row.y), label, ink);
        let labelled = if row.width < NARROW_COLUMNS { LABEL_COLUMNS - 2 } else { LABEL_COLUMNS }.min(row.width);
        let field = Rect { x: row.x + labelled, width: row.width - labelled, ..row };
        self.cells.set_style(field.intersection(self.cells.area), self.theme.ground(Ground::Field));
        let inner = Rect { x: field.x + 1, width: field.width.saturating_sub(2), ..field };
        if buffer.is_empty() {
            paint::text(self.cells, inner, (inner.x, inner.y), example, self.theme.ink(Ink::Faint));
        }
        let (shown, cursor) = part_shown(buffer, usize::from(inner.width));
        paint::text(self.cells, inner, (inner.x, inner.y), shown, self.value_style(focus));
        if has_focus && inner.width > 0 {
            self.cursor = Some(Position::new(inner.x + cursor as u16, inner.y));
        }
    }

    /// Who comes with a name begins below it: how to change it.
    fn way_back(&mut self, row: Rect, keys: &Keymap) {
        if self.prompt.focus == Focus::Room && !self.prompt.name.is_empty() && row.width >= NARROW_COLUMNS {
            let words = keys.list(Context::Prompt, "{previous-field} to change");
            let inner = Rect { width: row.width.saturating_sub(1), ..row };
            paint::pieces_right(self.cells, inner, row.y, &[(&words, self.theme.ink(Ink::Faint))]);
        }
    }

    /// What is wanted where the focus is, below it.
    fn advice(&mut self, places: &Places, keys: &Keymap) {
        let (row, words) = match self.prompt.focus {
            Focus::Name => (places.name, "what others see, yours as long as you use it"),
            Focus::Room if self.prompt.is_at_fault(Focus::Room) => return,
            Focus::Room if !self.prompt.room.is_empty() => (places.room, "{go} goes there"),
            Focus::Room => (places.room, "no code? Create a room below"),
            Focus::Server => (places.server, "where the room is, or will be"),
            Focus::Join => (places.buttons, "into the room above"),
            Focus::Create => (places.buttons, "opens a room, with a code to share"),
            Focus::CreatePrivate => (places.buttons, "opens a room that only an invite opens"),
            Focus::Offer => return,
        };
        let (x, y) = (row.x + LABEL_COLUMNS + 1, row.y + 1);
        let words = keys.list(Context::Prompt, words);
        let words = wrap::cut(&words, usize::from(row.right().saturating_sub(x)));
        paint::text(self.cells, Rect { y, ..row }, (x, y), &words, self.theme.ink(Ink::Faint));
    }

    /// What came with an invite is not shown; that it came, is.
    fn invited(&mut self, row: Rect) {
        let inner = Rect { width: row.width.saturating_sub(1), ..row };
        // In an empty field stands what belongs into it.
        let is_filled = !self.prompt.room.is_empty();
        if is_filled && self.prompt.is_invited() && row.width >= NARROW_COLUMNS {
            paint::pieces_right(self.cells, inner, row.y, &[("from an invite", self.theme.ink(Ink::Faint))]);
        }
    }

    fn value_style(&self, field: Focus) -> Style {
        self.theme.ink(if self.prompt.is_at_fault(field) { Ink::Error } else { Ink::Text })
    }

    fn buttons(&mut self, row: Rect) {
        for (focus, words, place) in placed_buttons(self.prompt, row) {
            let style = match self.prompt.pressed_by_enter() == focus {
                true => self.theme.ground(Ground::Focus).patch(self.theme.ink(Ink::OnFocus)),
                false => self.theme.ground(Ground::Button).patch(self.theme.ink(Ink::Text)),
            };
            paint::text(self.cells, row, (place.x, place.y), &words, style);
        }
    }

    /// What went wrong, or what is going on.
    fn outcome(&mut self, place: Rect) {
        let (words, ink) = match (&self.prompt.busy, &self.prompt.error) {
            (Some(busy), _) => (busy.clone(), Ink::Muted),
            (None, Some(error)) => (format!("✗ {error}"), Ink::Error),
            (None, None) => return,
        };
        let rows = wrap::rows(&words, usize::from(place.width));
        let last_row = place.bottom().saturating_sub(1);
        for (y, row) in (place.top()..place.bottom()).zip(rows) {
            // What does not fit ends in an ellipsis instead of in the middle.
            let row = if y == last_row { &words[row.start..] } else { &words[row] };
            let row = wrap::cut(row, usize::from(place.width));
            paint::text(self.cells, place, (place.x, y), &row, self.theme.ink(ink));
        }
    }

    fn hints(&mut self, keys: &Keymap, area: Rect, y: u16) {
        let words = match area.width {
            0..46 => "{next-field} next  {go} go  {leave} quit",
            _ => "{next-field} next   {go} go   {help} help   {leave} quit",
        };
        let words = keys.list(Context::Prompt, words);
        let x = area.x + area.width.saturating_sub(wrap::width(&words) as u16) / 2;
        paint::text(self.cells, area, (x, y), &words, self.theme.ink(Ink::Muted));
    }
}

/// The part of a text that shows the cursor where the whole is too wide for its field; and the cursor's column in it.
fn part_shown(buffer: &Buffer, columns: usize) -> (&str, usize) {
    let before = &buffer.text()[..buffer.cursor()];
    let mut column = wrap::width(before);
    let mut start = 0;
    for (offset, grapheme) in before.grapheme_indices(true) {
        if column < columns.max(1) {
            break;
        }
        column -= wrap::advance(grapheme, 0);
        start = offset + grapheme.len();
    }
    (&buffer.text()[start..], column)
}
