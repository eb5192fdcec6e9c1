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

/// Columns from which on the word of somebody who is away is worth showing.
const AWAY_COLUMNS: usize = 7;

/// Draws the list on its panel, with whoever is chosen in it.
pub fn draw(
    members: &Members,
    reader: Reader,
    theme: Theme,
    (area, chosen): (Rect, Option<PersonId>),
    buffer: &mut Buffer,
) {
    buffer.set_style(area.intersection(buffer.area), theme.ground(Ground::Panel));
    let rows = visible(members, reader.person, area.height, chosen);
    let pen = &mut Pen { reader, theme, chosen, inner: Rect { width: area.width.saturating_sub(1), ..area }, buffer };
    for (y, row) in (area.top()..area.bottom()).zip(&rows) {
        pen.line(y, row);
    }
}

/// Everybody in the list, in its order.
pub fn listed(members: &Members, reader: Option<PersonId>) -> Vec<PersonId> {
    all(members, reader).iter().filter_map(Line::whose).collect()
}

/// Who stands at this place of the screen.
pub fn hit(
    members: &Members,
    reader: Option<PersonId>,
    (area, chosen): (Rect, Option<PersonId>),
    at: Position,
) -> Option<PersonId> {
    let row = area.contains(at).then(|| usize::from(at.y - area.y))?;
    visible(members, reader, area.height, chosen).get(row).and_then(Line::whose)
}

fn all(members: &Members, reader: Option<PersonId>) -> Vec<Line<'_>> {
    let mut here = members.here();
    // The reader first: one glance says under which name they are here.
    here.sort_by_key(|(person, _)| Some(*person) != reader);
    let mut rows: Vec<Line> = vec![Line::Blank, Line::Heading("HERE")];
    rows.extend(here.into_iter().map(|(id, person)| Line::Person(id, person)));
    let gone = members.gone();
    if !gone.is_empty() {
        rows.extend([Line::Blank, Line::Heading("LEFT")]);
        rows.extend(gone.into_iter().map(|(id, person)| Line::Person(id, person)));
    }
    rows
}

/// The rows that fit, with whoever is chosen among them.
fn visible(members: &Members, reader: Option<PersonId>, height: u16, chosen: Option<PersonId>) -> Vec<Line<'_>> {
    let (mut rows, fits) = (all(members, reader), usize::from(height));
    if rows.len() <= fits {
        return rows;
    }
    let shown = fits.saturating_sub(1);
    let at = rows.iter().position(|row| chosen.is_some() && row.whose() == chosen).unwrap_or(0);
    rows.drain(..(at + 1).saturating_sub(shown));
    if rows.len() > fits {
        let hidden = rows.len() - shown;
        rows.truncate(shown);
        rows.push(Line::More(hidden));
    }
    rows
}

/// A row of the panel.
enum Line<'a> {
    Blank,
    Heading(&'static str),
    Person(PersonId, &'a Person),
    More(usize),
}

impl Line<'_> {
    fn whose(&self) -> Option<PersonId> {
        if let Self::Person(id, _) = self { Some(*id) } else { None }
    }
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
            Line::Person(id, person) => self.person(y, *id, person),
            Line::More(count) => self.write(y, &[(&format!("and {count} more"), self.theme.ink(Ink::Muted))]),
        }
    }

    fn write(&mut self, y: u16, pieces: &[(&str, Style)]) {
        paint::pieces(self.buffer, self.inner, (self.inner.x + 2, y), pieces);
    }

    /// Presence, name, signs; then as many words as there is room for.
    fn person(&mut self, y: u16, id: PersonId, person: &Person) {
        if self.chosen == Some(id) {
            let row = Rect { y, height: 1, ..self.inner }.intersection(self.buffer.area);
            self.buffer.set_style(row, self.theme.ground(Ground::Button));
            paint::text(self.buffer, self.inner, (self.inner.x, y), "▌", self.theme.ink(Ink::Accent));
        }
        let signs = self.signs(id, person);
        let sign_columns: usize = signs.iter().map(|(sign, _)| wrap::width(sign)).sum();
        let columns = usize::from(self.inner.width.saturating_sub(4));
        let name = wrap::cut(&person.name, columns.saturating_sub(sign_columns));
        let (dot, ink) = self.dot(&person.presence);
        let mut pieces = vec![(dot, ink), (&*name, self.name_style(id, person))];
        pieces.extend(signs);
        let mut taken = wrap::width(&name) + sign_columns;
        for word in self.words(id, person) {
            taken += wrap::width(word);
            if taken > columns {
                break;
            }
            pieces.push((word, self.theme.ink(Ink::Muted)));
        }
        let away = away(&person.presence, columns.saturating_sub(taken));
        pieces.push((&away, self.theme.ink(Ink::Muted)));
        self.write(y, &pieces);
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

    fn signs(&self, id: PersonId, person: &Person) -> Vec<(&'static str, Style)> {
        let changed = self.reader.people.is_changed(id).then_some(("!", self.theme.ink(Ink::Warning).bold()));
        let role = match person.role {
            Role::Owner => Some((" ★", self.theme.ink(Ink::Accent))),
            Role::Operator => Some((" @", self.theme.ink(Ink::Accent))),
            Role::Member => None,
        };
        let voice = (person.voice == Voice::Muted).then_some((" ⊘", self.theme.ink(Ink::Error)));
        [changed, role, voice].into_iter().flatten().collect()
    }

    fn words(&self, id: PersonId, person: &Person) -> impl Iterator<Item = &'static str> {
        let you = (Some(id) == self.reader.person).then_some("  you");
        let ignored = self.reader.people.is_ignored(id).then_some("  ignored");
        let voice = (person.voice == Voice::Muted).then_some("  muted");
        let role = match person.role {
            Role::Owner => Some("  owner"),
            Role::Operator => Some("  operator"),
            Role::Member => None,
        };
        [you, ignored, voice, role].into_iter().flatten()
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
