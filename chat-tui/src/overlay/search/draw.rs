//! The box of a search: title, hits, how far the search is, keys.

use super::{HITS_MAX, Hit, Said, Search, Stage};
use crate::keymap::Context;
use crate::overlay::question;
use crate::state::State;
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;

const COLUMNS: u16 = 110;
/// From here on, there is room for a border and for air.
const AIRY_ROWS: u16 = 12;
/// From here on, times and names have columns of their own.
const TABLE_COLUMNS: u16 = 60;
/// `AB3Z`, and what divides it from the time.
const CODE_COLUMNS: u16 = 6;
/// `22 Nov 14:03`.
const STAMP_COLUMNS: u16 = 12;
const NAME_COLUMNS: u16 = 12;
/// Rows of a message that was found; the rest of it is where Enter leads.
const TEXT_ROWS: usize = 3;
/// Rows of what is told about the search; fewer where there is no air.
const NOTE_ROWS: usize = 4;
const NOTE_ROWS_LOW: usize = 2;
const KEYS_OF_NOTHING: &str = "{dismiss} close";
/// The longest that fits.
const KEYS: [&str; 4] = [
    "{go} go · {dismiss}",
    "{go} go · {dismiss} close",
    "↑↓ choose · {go} go there · {dismiss} close",
    "↑↓ PgUp PgDn choose · {go} go there · {dismiss} close",
];

/// Where the parts of the box are.
struct Places {
    /// Columns for the room of a hit.
    code: u16,
    frame: Rect,
    title: Rect,
    list: Rect,
    note: Rect,
    keys: Rect,
}

impl Places {
    fn of(search: &Search, state: &State) -> Self {
        let area = Rect::new(0, 0, state.columns, state.rows);
        let frame = paint::centred(area, COLUMNS, if area.height >= 20 { area.height - 4 } else { area.height });
        let air = u16::from(frame.height >= AIRY_ROWS);
        let side = if frame.width >= 50 { 3 } else { 2 };
        let inner = Rect {
            x: frame.x + side,
            y: frame.y + air,
            width: frame.width.saturating_sub(2 * side),
            height: frame.height.saturating_sub(2 * air),
        };
        let row = |y: u16, height: u16| Rect { y, height, ..inner }.intersection(inner);
        let keys = row(inner.bottom().saturating_sub(1), 1);
        let note_rows_max = if air == 1 { NOTE_ROWS } else { NOTE_ROWS_LOW };
        let note_rows = wrap::rows(&note(search, state).0, usize::from(inner.width)).len().min(note_rows_max) as u16;
        let note = row(keys.y.saturating_sub(note_rows), note_rows);
        let top = inner.y + 1 + air;
        let list = row(top, note.y.saturating_sub(top + air));
        let code = if search.sources.len() > 1 { CODE_COLUMNS } else { 0 };
        Self { code, frame, title: row(inner.y, 1), list, note, keys }
    }

    fn is_table(&self) -> bool {
        self.list.width >= TABLE_COLUMNS
    }

    /// The column of the list at which text starts.
    fn text_from(&self) -> u16 {
        if self.is_table() { self.code + STAMP_COLUMNS + 2 + NAME_COLUMNS + 2 } else { 2 }
    }

    fn text_columns(&self) -> usize {
        usize::from(self.list.width.saturating_sub(self.text_from()).max(1))
    }
}

/// How far the search is.
fn note(search: &Search, state: &State) -> (String, Ink) {
    let found = search.hits.len();
    match search.stage() {
        Stage::Asked(_) if !state.is_up() => {
            ("not connected: the search goes on when the link is back".into(), Ink::Warning)
        }
        Stage::Asked(_) if found == 0 => ("searching…".into(), Ink::Muted),
        Stage::Asked(_) => ("searching for more…".into(), Ink::Muted),
        Stage::More(_) => (format!("{found} found; older ones below"), Ink::Muted),
        Stage::All if found == 0 => ("nothing found".into(), Ink::Warning),
        Stage::All => (format!("{found} found; there are no more"), Ink::Muted),
        Stage::Full => (format!("{HITS_MAX} found, and more: say more of what you look for"), Ink::Warning),
        Stage::Unsearched => (
            "the search took too long and was given up here: rarer words, or since: and before:, help".into(),
            Ink::Warning,
        ),
        Stage::Refused(_, sentence) => (sentence.clone(), Ink::Error),
    }
}

/// One row of the list.
enum Line<'a> {
    Blank,
    /// Room, time and name, where they have no columns.
    Head(Option<&'a str>, &'a Said),
    /// What was said before or after.
    Beside(&'a Said),
    Text {
        code: Option<&'a str>,
        said: &'a Said,
        row: Range<usize>,
        is_first: bool,
        /// More of the message stands before the first row, or behind the last.
        cut: Option<Cut>,
    },
}

/// At which end of a row something is left out.
#[derive(Clone, Copy)]
enum Cut {
    Before,
    Behind,
}

fn lines<'a>(hit: &'a Hit, search: &'a Search, places: &Places) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    if !places.is_table() {
        lines.push(Line::Head(search.code(hit), &hit.found));
    }
    lines.extend(hit.before.as_ref().map(Line::Beside));
    lines.extend(text(hit, search, places.text_columns()));
    lines.extend(hit.after.as_ref().map(Line::Beside));
    if places.frame.height >= AIRY_ROWS {
        lines.push(Line::Blank);
    }
    lines
}

/// The rows of a message around the first word that was looked for.
fn text<'a>(hit: &'a Hit, search: &'a Search, columns: usize) -> Vec<Line<'a>> {
    let (code, said) = (search.code(hit), &hit.found);
    let rows = wrap::rows(&said.text, columns);
    let first_word = search.words.within(&said.text).first().map_or(0, |range| range.start);
    let at = rows.iter().position(|row| row.end > first_word).unwrap_or(0);
    let from = at.saturating_sub(1).min(rows.len().saturating_sub(TEXT_ROWS));
    let to = (from + TEXT_ROWS).min(rows.len());
    let cut = |row: usize| match row {
        row if row == from && from > 0 => Some(Cut::Before),
        row if row + 1 == to && to < rows.len() => Some(Cut::Behind),
        _ => None,
    };
    (from..to)
        .map(|row| Line::Text { code, said, row: rows[row].clone(), is_first: row == from, cut: cut(row) })
        .collect()
}

/// Scrolls the list so that the chosen hit is in it.
pub fn keep_in_bounds(state: &mut State) {
    let Some(mut search) = state.search.take() else { return };
    let places = Places::of(&search, state);
    let height = |hit: &Hit| lines(hit, &search, &places).len();
    let mut top = search.top.min(search.chosen);
    while top < search.chosen
        && search.hits[top..=search.chosen].iter().map(height).sum::<usize>() > usize::from(places.list.height) + 1
    {
        top += 1;
    }
    search.top = top;
    state.search = Some(search);
}

/// How many hits fit: what a page is.
pub fn page(search: &Search, state: &State) -> usize {
    let places = Places::of(search, state);
    let mut rows = usize::from(places.list.height);
    let fits = search.hits[search.top.min(search.hits.len())..].iter().take_while(|hit| {
        let height = lines(hit, search, &places).len();
        let is_in = height <= rows + 1;
        rows = rows.saturating_sub(height);
        is_in
    });
    fits.count().max(1)
}

/// Draws the search there is.
pub fn draw(state: &State, buffer: &mut Buffer) {
    let Some(search) = &state.search else { return };
    let places = Places::of(search, state);
    question::panel(places.frame, state, buffer);
    if places.frame.height >= AIRY_ROWS {
        paint::border(buffer, places.frame, state.theme.ink(Ink::Rule));
    }
    let pen = &mut Pen { search, state, places: &places, buffer };
    pen.title();
    pen.list();
    pen.note();
    pen.keys();
}

struct Pen<'a> {
    search: &'a Search,
    state: &'a State,
    places: &'a Places,
    buffer: &'a mut Buffer,
}

impl Pen<'_> {
    fn ink(&self, ink: Ink) -> Style {
        self.state.theme.ink(ink)
    }

    fn write(&mut self, area: Rect, column: u16, y: u16, words: &str, style: Style) -> u16 {
        paint::text(self.buffer, area, (area.x + column, y), words, style) - area.x
    }

    fn title(&mut self) {
        let area = self.places.title;
        let behind = self.write(area, 0, area.y, self.search.heading, self.ink(Ink::Strong)) + 3;
        let typed = wrap::cut(&self.search.title, usize::from(area.width.saturating_sub(behind))).into_owned();
        self.write(area, behind, area.y, &typed, self.ink(Ink::Muted));
    }

    fn note(&mut self) {
        let area = self.places.note;
        let (words, ink) = note(self.search, self.state);
        let rows = wrap::rows(&words, usize::from(area.width));
        for (y, row) in (area.top()..area.bottom()).zip(rows) {
            self.write(area, 0, y, &words[row], self.ink(ink));
        }
    }

    fn keys(&mut self) {
        let area = self.places.keys;
        let keys = &self.state.keys;
        let words = match self.search.hits.is_empty() {
            true => keys.list(Context::Search, KEYS_OF_NOTHING),
            false => keys.longest(Context::Search, &KEYS, usize::from(area.width)),
        };
        self.write(area, 0, area.y, &words, self.ink(Ink::Accent));
    }

    fn list(&mut self) {
        let mut y = self.places.list.top();
        for (index, hit) in self.search.hits.iter().enumerate().skip(self.search.top) {
            for line in lines(hit, self.search, self.places) {
                if y >= self.places.list.bottom() {
                    return;
                }
                if index == self.search.chosen && !matches!(line, Line::Blank) {
                    self.choice(y);
                }
                self.line(y, &line);
                y += 1;
            }
        }
    }

    /// The ground of the chosen hit, with a bar before it.
    fn choice(&mut self, y: u16) {
        let list = self.places.list;
        let row = Rect { x: list.x - 1, y, width: list.width + 2, height: 1 }.intersection(self.buffer.area);
        self.buffer.set_style(row, self.state.theme.ground(Ground::Button));
        paint::text(self.buffer, row, (row.x, y), "▌", self.state.theme.ink(Ink::Accent));
    }

    fn line(&mut self, y: u16, line: &Line) {
        match line {
            Line::Blank => {}
            Line::Head(code, said) => self.head(y, *code, said),
            Line::Beside(said) => self.beside(y, said),
            Line::Text { code, said, row, is_first, cut } => {
                if *is_first && self.places.is_table() {
                    self.columns(y, *code, said);
                }
                self.text(y, said, row);
                if let Some(cut) = cut {
                    self.ellipsis(y, *cut, &said.text[row.clone()]);
                }
            }
        }
    }

    /// The room, if it could be another one. The column behind it.
    fn code(&mut self, y: u16, code: Option<&str>) -> u16 {
        let Some(code) = code else { return 0 };
        self.write(self.places.list, 0, y, code, self.ink(Ink::Accent));
        CODE_COLUMNS
    }

    fn stamp(&self, said: &Said) -> String {
        self.state.zone.stamp(said.time, self.state.now)
    }

    fn head(&mut self, y: u16, code: Option<&str>, said: &Said) {
        let list = self.places.list;
        let from = self.code(y, code);
        let behind = self.write(list, from, y, &self.stamp(said), self.ink(Ink::Muted));
        self.write(list, behind + 2, y, &said.name, self.state.theme.name(&said.name));
    }

    fn columns(&mut self, y: u16, code: Option<&str>, said: &Said) {
        let from = self.code(y, code);
        self.write(self.places.list, from, y, &self.stamp(said), self.ink(Ink::Muted));
        self.name(y, said, self.state.theme.name(&said.name));
    }

    /// A name at the right edge of its column.
    fn name(&mut self, y: u16, said: &Said, style: Style) {
        let name = wrap::cut(&said.name, usize::from(NAME_COLUMNS)).into_owned();
        let column = self.places.text_from() - 2 - wrap::width(&name) as u16;
        self.write(self.places.list, column, y, &name, style);
    }

    fn beside(&mut self, y: u16, said: &Said) {
        let muted = self.ink(Ink::Faint);
        let words = match self.places.is_table() {
            true => {
                self.name(y, said, muted);
                said.text.clone()
            }
            false => format!("{}: {}", said.name, said.text),
        };
        let words = wrap::cut(&words, self.places.text_columns()).into_owned();
        self.write(self.places.list, self.places.text_from(), y, &words, muted);
    }

    /// A row of a message, with the words that were looked for.
    fn text(&mut self, y: u16, said: &Said, row: &Range<usize>) {
        let (mut at, mut column) = (row.start, self.places.text_from());
        for word in self.search.words.within(&said.text) {
            let word = word.start.clamp(at, row.end)..word.end.clamp(at, row.end);
            column = self.write(self.places.list, column, y, &said.text[at..word.start], self.ink(Ink::Text));
            let style = self.ink(Ink::Warning).bold();
            column = self.write(self.places.list, column, y, &said.text[word.clone()], style);
            at = word.end;
        }
        self.write(self.places.list, column, y, &said.text[at..row.end], self.ink(Ink::Text));
    }

    fn ellipsis(&mut self, y: u16, cut: Cut, row: &str) {
        let from = self.places.text_from();
        let column = match cut {
            Cut::Before => from - 1,
            Cut::Behind => from + wrap::width(row).min(self.places.text_columns() - 1) as u16,
        };
        self.write(self.places.list, column, y, "…", self.ink(Ink::Muted));
    }
}
