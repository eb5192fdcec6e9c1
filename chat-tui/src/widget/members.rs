//! Who is in the room: as the server said, plus what the log has told since.

use crate::theme::{Ground, Ink, Theme};
use crate::widget::paint;
use crate::widget::timeline::Reader;
use crate::wrap;
use chat_proto::entry::{Entry, EntryBody, LeaveReason, PersonId};
use chat_proto::frame::{Member, Presence};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeMap;

/// People held in memory; a server allows 2,000 in a room.
pub const MEMBERS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub presence: Presence,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Members {
    people: BTreeMap<PersonId, Person>,
    /// The next list replaces what is known.
    is_outdated: bool,
}

impl Members {
    /// A new list is about to come.
    pub fn expect_list(&mut self) {
        self.is_outdated = true;
    }

    /// A part of the list.
    pub fn list(&mut self, members: &[Member]) {
        self.forget_outdated();
        for member in members {
            let name = super::timeline::name(&member.name);
            self.set(member.person, Person { name, presence: member.presence });
        }
    }

    /// Something that happened after the list was made.
    pub fn fold(&mut self, entry: &Entry) {
        self.forget_outdated();
        let person = entry.author.person;
        let name = super::timeline::name(&entry.author.name);
        match &entry.body {
            EntryBody::Opened | EntryBody::Joined(_) => self.set(person, Person { name, presence: Presence::Here }),
            EntryBody::Left(LeaveReason::Quit | LeaveReason::Lost) => {
                self.set(person, Person { name, presence: Presence::Gone });
            }
            EntryBody::Left(_) => drop(self.people.remove(&person)),
            EntryBody::Renamed(new) => self.rename(person, super::timeline::name(new)),
            _ => {}
        }
    }

    fn forget_outdated(&mut self) {
        if std::mem::take(&mut self.is_outdated) {
            self.people.clear();
        }
    }

    fn set(&mut self, person: PersonId, as_is: Person) {
        if self.people.len() < MEMBERS_MAX || self.people.contains_key(&person) {
            self.people.insert(person, as_is);
        }
    }

    fn rename(&mut self, person: PersonId, name: String) {
        if let Some(known) = self.people.get_mut(&person) {
            known.name = name;
        }
    }

    /// How many are here.
    pub fn present(&self) -> usize {
        self.people.values().filter(|person| person.presence == Presence::Here).count()
    }

    /// The people of one presence, by name.
    pub fn sorted(&self, presence: Presence) -> Vec<(PersonId, &str)> {
        let with = self.people.iter().filter(|(_, person)| person.presence == presence);
        let mut names: Vec<(PersonId, &str)> = with.map(|(id, person)| (*id, person.name.as_str())).collect();
        names.sort_by_cached_key(|(_, name)| name.to_lowercase());
        names
    }

    /// Every name, present ones first.
    pub fn names(&self) -> Vec<&str> {
        let mut all = self.sorted(Presence::Here);
        all.extend(self.sorted(Presence::Gone));
        all.into_iter().map(|(_, name)| name).collect()
    }
}

/// Draws the list on its panel.
pub fn draw(members: &Members, reader: Reader, theme: Theme, area: Rect, buffer: &mut Buffer) {
    buffer.set_style(area.intersection(buffer.area), theme.ground(Ground::Panel));
    let mut here = members.sorted(Presence::Here);
    // The reader first: one glance says under which name they are here.
    here.sort_by_key(|(person, _)| Some(*person) != reader.person);
    let mut rows: Vec<Line> = vec![Line::Blank, Line::Heading("HERE")];
    rows.extend(here.iter().map(|(person, name)| Line::Here(name, Some(*person) == reader.person)));
    let gone = members.sorted(Presence::Gone);
    if !gone.is_empty() {
        rows.extend([Line::Blank, Line::Heading("LEFT")]);
        rows.extend(gone.iter().map(|(_, name)| Line::Gone(name)));
    }
    let fits = usize::from(area.height);
    let hidden = rows.len().saturating_sub(fits);
    if hidden > 0 {
        rows.truncate(fits.saturating_sub(1));
        rows.push(Line::More(hidden + 1));
    }
    for (y, row) in (area.top()..area.bottom()).zip(&rows) {
        row.draw(theme, area, y, buffer);
    }
}

/// A row of the panel.
enum Line<'a> {
    Blank,
    Heading(&'static str),
    Here(&'a str, bool),
    Gone(&'a str),
    More(usize),
}

impl Line<'_> {
    fn draw(&self, theme: Theme, area: Rect, y: u16, buffer: &mut Buffer) {
        let inner = Rect { width: area.width.saturating_sub(1), ..area };
        let at = (area.x + 2, y);
        let ink = |ink| theme.ink(ink);
        let name_columns = usize::from(inner.width.saturating_sub(4));
        match self {
            Self::Blank => area.x,
            Self::Heading(words) => paint::text(buffer, inner, at, words, ink(Ink::Muted).bold()),
            Self::Here(name, is_reader) => {
                let shown = wrap::cut(name, name_columns);
                let you = if *is_reader { "  you" } else { "" };
                paint::pieces(
                    buffer,
                    inner,
                    at,
                    &[("● ", ink(Ink::Good)), (&shown, theme.name(name)), (you, ink(Ink::Muted))],
                )
            }
            Self::Gone(name) => {
                let shown = wrap::cut(name, name_columns);
                paint::pieces(buffer, inner, at, &[("○ ", ink(Ink::Muted)), (&shown, ink(Ink::Muted))])
            }
            Self::More(count) => paint::text(buffer, inner, at, &format!("and {count} more"), ink(Ink::Muted)),
        };
    }
}
