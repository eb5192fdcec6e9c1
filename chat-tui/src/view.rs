//! What the terminal shows: a function of the state that only reads it.

use crate::hyperlink::Link;
use crate::overlay::{
    Overlay, crowd, distrust, help, invite, links, person, question, react, search, switcher, themes,
};
use crate::screen::{connecting, prompt, room};
use crate::state::{Screen, State};
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Below this, nothing useful can be drawn.
pub const COLUMNS_MIN: u16 = 20;
pub const ROWS_MIN: u16 = 5;

/// What a picture has beside its cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    pub cursor: Option<Position>,
    pub links: Vec<Link>,
}

/// Draws everything.
pub fn draw(state: &State, buffer: &mut Buffer) -> Drawn {
    let area = buffer.area;
    buffer.set_style(area, state.theme.ground(Ground::Base).patch(state.theme.ink(Ink::Text)));
    if area.width < COLUMNS_MIN || area.height < ROWS_MIN {
        paint::text(buffer, area, (area.x, area.y), "too small", state.theme.ink(Ink::Text));
        return Drawn::default();
    }
    // Between a resize and the event that tells of it, the state describes another size.
    if (area.width, area.height) != (state.columns, state.rows) {
        return Drawn::default();
    }
    let drawn = draw_screen(state, area, buffer);
    match state.overlay {
        None => drawn,
        Some(overlay) => Drawn { cursor: draw_overlay(overlay, state, area, buffer), ..Drawn::default() },
    }
}

fn draw_screen(state: &State, area: Rect, buffer: &mut Buffer) -> Drawn {
    match state.screen {
        Screen::Prompt => Drawn { cursor: prompt::draw(state, area, buffer), links: Vec::new() },
        Screen::Connecting => {
            connecting::draw(state, area, buffer);
            Drawn::default()
        }
        Screen::Room => room::draw(state, buffer),
    }
}

pub(crate) fn draw_overlay(overlay: Overlay, state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    match overlay {
        Overlay::Crowd(chosen) => crowd::draw(chosen, state, buffer),
        Overlay::Switcher => return switcher::draw(&state.switcher, state, area, buffer),
        Overlay::Help { row } => help::draw(row, state, area, buffer),
        Overlay::Distrust { row } => distrust::draw(row, state, area, buffer),
        Overlay::Question(asked) => question::draw(asked, state, area, buffer),
        Overlay::Whois(whois) => person::draw_whois(whois, state, area, buffer),
        Overlay::WhoAmI => person::draw_whoami(state, area, buffer),
        Overlay::Search => search::draw(state, buffer),
        Overlay::Themes { row } => themes::draw(row, state, area, buffer),
        Overlay::React => react::draw(state, area, buffer),
        Overlay::Links => links::draw(state, area, buffer),
        Overlay::Invite(view) => invite::draw(view, state, area, buffer),
    }
    None
}

/// What the terminal's window is called.
pub fn title(state: &State) -> String {
    match state.room() {
        Some(room) if state.screen == Screen::Room => {
            let unread = match state.news().words() {
                none if none.is_empty() => none,
                some => format!("({some}) "),
            };
            format!("{unread}{} · chat", room.called())
        }
        _ => "chat".to_owned(),
    }
}
