//! What the terminal shows: a function of the state that only reads it.

use crate::overlay::{Overlay, distrust, help, invite, person, question, search};
use crate::screen::{connecting, prompt, room};
use crate::state::{Screen, State};
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Below this, nothing useful can be drawn.
pub const COLUMNS_MIN: u16 = 20;
pub const ROWS_MIN: u16 = 5;

/// Draws everything.
pub fn draw(state: &State, frame: &mut Frame) {
    let area = frame.area();
    if let Some(cursor) = draw_on(state, area, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

fn draw_on(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    buffer.set_style(area, state.theme.ground(Ground::Base).patch(state.theme.ink(Ink::Text)));
    if area.width < COLUMNS_MIN || area.height < ROWS_MIN {
        paint::text(buffer, area, (area.x, area.y), "too small", state.theme.ink(Ink::Text));
        return None;
    }
    // Between a resize and the event that tells of it, the state describes another size.
    if (area.width, area.height) != (state.columns, state.rows) {
        return None;
    }
    let cursor = draw_screen(state, area, buffer);
    match state.overlay {
        None => cursor,
        Some(overlay) => {
            draw_overlay(overlay, state, area, buffer);
            None
        }
    }
}

fn draw_screen(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    match state.screen {
        Screen::Prompt => prompt::draw(state, area, buffer),
        Screen::Connecting => {
            connecting::draw(state, area, buffer);
            None
        }
        Screen::Room => room::draw(state, buffer),
    }
}

fn draw_overlay(overlay: Overlay, state: &State, area: Rect, buffer: &mut Buffer) {
    match overlay {
        Overlay::Help { row } => help::draw(row, state, area, buffer),
        Overlay::Distrust { row } => distrust::draw(row, state, area, buffer),
        Overlay::Question(asked) => question::draw(asked, state, area, buffer),
        Overlay::Whois(whois) => person::draw_whois(whois, state, area, buffer),
        Overlay::WhoAmI => person::draw_whoami(state, area, buffer),
        Overlay::Search => search::draw(state, buffer),
        Overlay::Invite(view) => invite::draw(view, state, area, buffer),
    }
}

/// What the terminal's window is called.
pub fn title(state: &State) -> String {
    match state.room() {
        Some(room) if state.screen == Screen::Room => {
            let unread = match room.timeline.unread().words() {
                none if none.is_empty() => none,
                some => format!("({some}) "),
            };
            format!("{unread}{} {}", room.code, room.topic).trim_end().to_owned()
        }
        _ => "chat".to_owned(),
    }
}
