//! The list of rooms on its panel: with the numbers that keys know them by, and with what is unread.

use crate::room::Room;
use crate::state::State;
use crate::theme::{Ground, Ink, Theme};
use crate::widget::paint;
use crate::wrap;
use chat_proto::RoomId;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Before the name of a room.
const NAME_AT: u16 = 4;
/// Something is being written there.
const DRAFT: &str = " ✎";

/// How to open another.
const WAY: &str = "+ /join, /create";

/// A row of the panel.
enum Line<'a> {
    Blank,
    Heading(&'static str),
    /// With its number, from 1.
    Room(usize, &'a Room),
    More(usize),
    Way,
}

/// Draws the list on its panel.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    buffer.set_style(area.intersection(buffer.area), state.theme.ground(Ground::Panel));
    let pen = &mut Pen { theme: state.theme, current: state.current, area, buffer };
    for (y, line) in (area.top()..area.bottom()).zip(lines(state, usize::from(area.height))) {
        pen.line(y, &line);
    }
}

/// The room on which somebody clicked.
pub fn hit(state: &State, area: Rect, at: Position) -> Option<RoomId> {
    let row = usize::from(at.y.checked_sub(area.y)?);
    match lines(state, usize::from(area.height)).get(row) {
        Some(Line::Room(_, room)) if area.contains(at) => Some(room.id),
        _ => None,
    }
}

/// The rows that fit, the room on the screen among them; behind them, if there is place, how to open another.
fn lines(state: &State, rows: usize) -> Vec<Line<'_>> {
    let mut all = all_lines(state);
    if all.len() + 2 <= rows {
        all.extend([Line::Blank, Line::Way]);
    }
    let is_current = |line: &Line| matches!(line, Line::Room(_, room) if Some(room.id) == state.current);
    let current = all.iter().position(is_current).unwrap_or(0);
    if all.len() <= rows {
        return all;
    }
    let shown = rows.saturating_sub(1);
    let first = (current + 1).saturating_sub(shown);
    let hidden = all.iter().enumerate().filter(|(at, line)| {
        let is_shown = (first..first + shown).contains(at);
        matches!(line, Line::Room(..)) && !is_shown
    });
    let more = Line::More(hidden.count());
    all.into_iter().skip(first).take(shown).chain([more]).collect()
}

fn all_lines(state: &State) -> Vec<Line<'_>> {
    let mut lines = vec![Line::Blank, Line::Heading("ROOMS")];
    let mut are_direct = false;
    for (number, room) in (1..).zip(state.rooms_in_order()) {
        if room.direct.is_some() && !are_direct {
            are_direct = true;
            lines.extend([Line::Blank, Line::Heading("DIRECT")]);
        }
        lines.push(Line::Room(number, room));
    }
    lines
}

struct Pen<'a> {
    theme: Theme,
    current: Option<RoomId>,
    area: Rect,
    buffer: &'a mut Buffer,
}

impl Pen<'_> {
    fn line(&mut self, y: u16, line: &Line) {
        match line {
            Line::Blank => {}
            Line::Heading(words) => self.write(y, 2, words, self.theme.ink(Ink::Muted).bold()),
            Line::Room(number, room) => self.room(y, *number, room),
            Line::Way => self.write(y, 2, WAY, self.theme.ink(Ink::Faint)),
            Line::More(count) => self.write(y, NAME_AT, &format!("and {count} more"), self.theme.ink(Ink::Muted)),
        }
    }

    fn write(&mut self, y: u16, column: u16, words: &str, style: Style) {
        let inner = Rect { width: self.area.width.saturating_sub(1), ..self.area };
        paint::text(self.buffer, inner, (self.area.x + column, y), words, style);
    }

    /// Number, name, topic; at the right end, what is unread.
    fn room(&mut self, y: u16, number: usize, room: &Room) {
        let is_current = self.current == Some(room.id);
        if is_current {
            let row = Rect { y, height: 1, ..self.area }.intersection(self.buffer.area);
            self.buffer.set_style(row, self.theme.ground(Ground::Button));
            self.write(y, 0, "▌", self.theme.ink(Ink::Accent));
        }
        self.write(y, if number < 10 { 2 } else { 1 }, &number.to_string(), self.theme.ink(Ink::Faint));
        let signs = self.signs(room, is_current);
        let inner = Rect { width: self.area.width.saturating_sub(2), ..self.area };
        let signs: Vec<(&str, Style)> = signs.iter().map(|(sign, style)| (sign.as_str(), *style)).collect();
        let right = paint::pieces_right(self.buffer, inner, y, &signs);
        let columns = usize::from(right.saturating_sub(self.area.x + NAME_AT));
        let called = room.called();
        let name = wrap::cut(&called, columns);
        let taken = wrap::width(&name);
        self.write(y, NAME_AT, &name, self.name_style(room, is_current));
        // Less than a word of a topic tells nothing.
        if columns > taken + 4 {
            let topic = wrap::cut(&room.topic, columns - taken - 1);
            self.write(y, NAME_AT + taken as u16 + 1, &topic, self.theme.ink(Ink::Muted));
        }
    }

    fn name_style(&self, room: &Room, is_current: bool) -> Style {
        let is_strong = is_current || !room.news().is_none();
        match room.is_over {
            true => self.theme.ink(Ink::Faint),
            false if is_strong => self.theme.ink(Ink::Strong).bold(),
            false => self.theme.ink(Ink::Text),
        }
    }

    /// A draft, a mention, how much is unread, or that nothing comes any more.
    fn signs(&self, room: &Room, is_current: bool) -> Vec<(String, Style)> {
        let unread = room.timeline.unread();
        let draft = (!is_current && !room.composer.is_empty()).then(|| (DRAFT, self.theme.ink(Ink::Muted)));
        let over = room.is_over.then(|| (" over", self.theme.ink(Ink::Faint)));
        let mention = (room.news().mentions > 0).then(|| (" @", self.theme.ink(Ink::Warning).bold()));
        let signs = [draft, over, mention].into_iter().flatten().map(|(sign, style)| (sign.to_owned(), style));
        let count = Some(unread.words()).filter(|words| !words.is_empty());
        let ink = if room.news().is_none() { Ink::Faint } else { Ink::Accent };
        signs.chain(count.map(|words| (format!(" {words}"), self.theme.ink(ink)))).collect()
    }
}
