//! The list of members on its panel: who is here, with what they may do, then who left.

use super::{Members, Person};
use crate::theme::{Ground, Ink, Theme};
use crate::widget::paint;
use crate::widget::timeline::Reader;
use crate::wrap;
use chat_proto::PersonId;
use chat_proto::frame::{Presence, Role, Voice};
use chat_proto::text::visible_line;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use std::borrow::Cow;

/// Before a name: a bar, a gap, and a dot with another.
const NAME_AT: u16 = 4;
/// Before a word.
const GAP: usize = 2;
/// Columns from which on the word of somebody who is away is worth showing.
const AWAY_COLUMNS: usize = 7;

/// What of the list is drawn, and where.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    pub area: Rect,
    pub chosen: Option<PersonId>,
    /// Below everybody, how one of them is spoken with.
    pub way: &'a str,
}

/// Draws the list on its panel, with whoever is chosen in it.
pub fn draw(members: &Members, reader: Reader, theme: Theme, panel: Panel, buffer: &mut Buffer) {
    let Panel { area, chosen, .. } = panel;
    buffer.set_style(area.intersection(buffer.area), theme.ground(Ground::Panel));
    let rows = visible(members, reader, panel);
    let pen = &mut Pen { reader, theme, chosen, inner: inner(area), buffer };
    for (y, row) in (area.top()..area.bottom()).zip(&rows) {
        pen.line(y, row);
    }
}

fn inner(area: Rect) -> Rect {
    Rect { width: area.width.saturating_sub(1), ..area }
}

/// Everybody in the list, in its order.
pub fn listed(members: &Members, reader: Option<PersonId>) -> Vec<PersonId> {
    all(members, reader).iter().filter_map(Line::whose).collect()
}

/// Who stands at this place of the screen.
pub fn hit(members: &Members, reader: Reader, panel: Panel, at: Position) -> Option<PersonId> {
    let row = panel.area.contains(at).then(|| usize::from(at.y - panel.area.y))?;
    visible(members, reader, panel).get(row).and_then(Line::whose)
}

fn all(members: &Members, reader: Option<PersonId>) -> Vec<Line<'_>> {
    let mut here = members.here();
    // The reader first: one glance says under which name they are here.
    here.sort_by_key(|(person, _)| Some(*person) != reader);
    let mut rows: Vec<Line> = Vec::new();
    if !members.is_closed {
        rows.extend([Line::Blank, Line::Heading("HERE")]);
    }
    rows.extend(here.into_iter().map(|(id, person)| Line::Person(id, person, WordAt::Beside)));
    let gone = members.gone();
    if !gone.is_empty() {
        rows.extend([Line::Blank, Line::Heading(if members.is_closed { "WERE HERE" } else { "LEFT" })]);
        rows.extend(gone.into_iter().map(|(id, person)| Line::Person(id, person, WordAt::Beside)));
    }
    rows
}

/// The rows that fit, with whoever is chosen among them; and what else there is place for.
fn visible<'a>(members: &'a Members, reader: Reader, panel: Panel<'a>) -> Vec<Line<'a>> {
    let (mut rows, fits) = (all(members, reader.person), usize::from(panel.area.height));
    if rows.len() <= fits {
        give_words_a_row(&mut rows, reader, columns(inner(panel.area)), fits);
        if !panel.way.is_empty() && rows.len() + 2 <= fits {
            rows.extend([Line::Blank, Line::Way(panel.way)]);
        }
        return rows;
    }
    let shown = fits.saturating_sub(1);
    let at = rows.iter().position(|row| panel.chosen.is_some() && row.whose() == panel.chosen).unwrap_or(0);
    rows.drain(..(at + 1).saturating_sub(shown));
    if rows.len() > fits {
        let hidden = rows.len() - shown;
        rows.truncate(shown);
        rows.push(Line::More(hidden));
    }
    rows
}

/// Words of those who are away that have no place beside their name stand below it, while there are rows for that.
fn give_words_a_row(rows: &mut Vec<Line>, reader: Reader, columns: usize, fits: usize) {
    let mut spare = fits - rows.len();
    for at in (0..rows.len()).rev() {
        let Line::Person(id, person, _) = rows[at] else { continue };
        if spare > 0 && is_word_cut(reader, id, person, columns) {
            rows[at] = Line::Person(id, person, WordAt::Below);
            rows.insert(at + 1, Line::Word(id, person));
            spare -= 1;
        }
    }
}

/// A row of the panel.
enum Line<'a> {
    Blank,
    Heading(&'static str),
    Person(PersonId, &'a Person, WordAt),
    /// What the one above says about being away.
    Word(PersonId, &'a Person),
    More(usize),
    Way(&'a str),
}

impl Line<'_> {
    fn whose(&self) -> Option<PersonId> {
        if let Self::Person(id, ..) | Self::Word(id, _) = self { Some(*id) } else { None }
    }
}

/// Where the word of somebody who is away stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordAt {
    /// As far as it fits.
    Beside,
    Below,
}

struct Pen<'a> {
    reader: Reader<'a>,
    theme: Theme,
    chosen: Option<PersonId>,
    inner: Rect,
    buffer: &'a mut Buffer,
}

impl Pen<'_> {
    fn line(&mut self, y: u16, line: &Line) {
        match line {
            Line::Blank => {}
            Line::Heading(words) => self.write(y, &[(words, self.theme.ink(Ink::Muted).bold())]),
            Line::Person(id, person, word) => self.person(y, *id, person, *word),
            Line::Word(id, person) => self.word(y, *id, person),
            Line::Way(words) => self.write(y, &[(words, self.theme.ink(Ink::Faint))]),
            Line::More(count) => self.write(y, &[(&format!("and {count} more"), self.theme.ink(Ink::Muted))]),
        }
    }

    fn write(&mut self, y: u16, pieces: &[(&str, Style)]) {
        paint::pieces(self.buffer, self.inner, (self.inner.x + 2, y), pieces);
    }

    /// Presence, name, signs; then as many words as there is room for.
    fn person(&mut self, y: u16, id: PersonId, person: &Person, word: WordAt) {
        self.mark(y, id);
        let Beside { name, signs, words, spare } = Beside::of(self.reader, id, person, columns(self.inner));
        let (dot, ink) = self.dot(&person.presence);
        let mut pieces = vec![(dot, ink), (&*name, self.name_style(id, person))];
        pieces.extend(signs.iter().map(|(sign, ink)| (*sign, self.sign_style(*ink))));
        pieces.extend(words.iter().map(|word| (*word, self.theme.ink(Ink::Muted))));
        let away = if word == WordAt::Beside { away(&person.presence, spare) } else { String::new() };
        pieces.push((&away, self.theme.ink(Ink::Muted)));
        self.write(y, &pieces);
    }

    fn word(&mut self, y: u16, id: PersonId, person: &Person) {
        self.mark(y, id);
        let away = away(&person.presence, columns(self.inner) + GAP);
        self.write(y, &[(&away, self.theme.ink(Ink::Muted))]);
    }

    fn mark(&mut self, y: u16, id: PersonId) {
        if self.chosen == Some(id) {
            let row = Rect { y, height: 1, ..self.inner }.intersection(self.buffer.area);
            self.buffer.set_style(row, self.theme.ground(Ground::Button));
            paint::text(self.buffer, self.inner, (self.inner.x, y), "▌", self.theme.ink(Ink::Accent));
        }
    }

    fn dot(&self, presence: &Presence) -> (&'static str, Style) {
        match presence {
            Presence::Here => ("● ", self.theme.ink(Ink::Good)),
            Presence::Idle | Presence::Away(_) => ("◐ ", self.theme.ink(Ink::Warning)),
            Presence::Gone => ("○ ", self.theme.ink(Ink::Muted)),
        }
    }

    /// Who is not here, or not heard, is not in colour.
    fn name_style(&self, id: PersonId, person: &Person) -> Style {
        match person.presence {
            Presence::Here | Presence::Idle if !self.reader.people.is_ignored(id) => self.theme.name(&person.name),
            _ => self.theme.ink(Ink::Muted),
        }
    }

    /// What warns of somebody stands out.
    fn sign_style(&self, ink: Ink) -> Style {
        if ink == Ink::Warning { self.theme.ink(ink).bold() } else { self.theme.ink(ink) }
    }
}

/// What stands in the row of somebody, behind the dot.
struct Beside<'a> {
    name: Cow<'a, str>,
    signs: Vec<(&'static str, Ink)>,
    /// As many as there is room for.
    words: Vec<&'static str>,
    /// Columns behind them.
    spare: usize,
}

impl<'a> Beside<'a> {
    fn of(reader: Reader, id: PersonId, person: &'a Person, columns: usize) -> Self {
        let signs = signs(reader, id, person);
        let sign_columns: usize = signs.iter().map(|(sign, _)| wrap::width(sign)).sum();
        let name = wrap::cut(&person.name, columns.saturating_sub(sign_columns));
        let mut taken = wrap::width(&name) + sign_columns;
        let fits = |word: &&str| {
            taken += wrap::width(word);
            taken <= columns
        };
        let words = words(reader, id, person).take_while(fits).collect();
        Self { name, signs, words, spare: columns.saturating_sub(taken) }
    }
}

fn columns(inner: Rect) -> usize {
    usize::from(inner.width.saturating_sub(NAME_AT))
}

fn signs(reader: Reader, id: PersonId, person: &Person) -> Vec<(&'static str, Ink)> {
    let changed = reader.people.is_changed(id).then_some(("!", Ink::Warning));
    let role = match person.role {
        Role::Owner => Some((" ★", Ink::Accent)),
        Role::Operator => Some((" @", Ink::Accent)),
        Role::Member => None,
    };
    let voice = (person.voice == Voice::Muted).then_some((" ⊘", Ink::Error));
    [changed, role, voice].into_iter().flatten().collect()
}

fn words(reader: Reader, id: PersonId, person: &Person) -> impl Iterator<Item = &'static str> {
    let you = (Some(id) == reader.person).then_some("  you");
    let ignored = reader.people.is_ignored(id).then_some("  ignored");
    let voice = (person.voice == Voice::Muted).then_some("  muted");
    let role = match person.role {
        Role::Owner => Some("  owner"),
        Role::Operator => Some("  operator"),
        Role::Member => None,
    };
    [you, ignored, voice, role].into_iter().flatten()
}

/// Whether somebody is away with a word that has no place beside their name.
fn is_word_cut(reader: Reader, id: PersonId, person: &Person, columns: usize) -> bool {
    match &person.presence {
        Presence::Away(word) if !word.is_empty() => {
            wrap::width(&visible_line(word)) + GAP > Beside::of(reader, id, person, columns).spare
        }
        _ => false,
    }
}

/// The word of somebody who is away, as far as it fits; half a letter of it tells nothing.
fn away(presence: &Presence, columns: usize) -> String {
    match presence {
        Presence::Away(word) if columns >= AWAY_COLUMNS => {
            wrap::cut(&format!("  {}", visible_line(word)), columns).into_owned()
        }
        _ => String::new(),
    }
}
