//! The list of people with one of them chosen: in its panel, or over the timeline where that has no place.

use crate::keymap::Context;
use crate::room::Room;
use crate::screen::room::Places;
use crate::state::State;
use crate::widget::members;
use chat_proto::PersonId;
use chat_proto::frame::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

/// Columns of the list where no panel is.
const COLUMNS: u16 = 26;

/// The longest that fits; the last two for who keeps order.
const KEYS: [&str; 6] = [
    "{dismiss} back ",
    "{message} message · {dismiss} back ",
    "{message} message · {whois} whois · {dismiss} back ",
    "{message} message · {whois} whois · {mention} mention · {ignore} ignore · {dismiss} back ",
    "{message} message · {whois} whois · {ignore} ignore · {kick} kick · {ban} ban · {mute} mute · {dismiss} back ",
    "{message} message · {whois} whois · {mention} mention · {ignore} ignore · {kick} kick · {ban} ban · {mute} mute · {operator} operator · {dismiss} back ",
];

/// Where the list stands.
pub fn area(state: &State) -> Rect {
    let Places { members, timeline, .. } = Places::of(state);
    if !members.is_empty() {
        return members;
    }
    let width = COLUMNS.min(timeline.width);
    Rect { x: timeline.right() - width, width, ..timeline }
}

pub fn draw(chosen: PersonId, state: &State, cells: &mut Buffer) {
    let Some(room) = state.room() else { return };
    let area = area(state);
    Clear.render(area.intersection(cells.area), cells);
    let panel = members::Panel { area, chosen: Some(chosen), way: "" };
    members::draw(&room.members, state.reader(), state.theme, panel, cells);
}

/// What can be done with whoever is chosen, as far as there is place to say it.
pub fn keys(state: &State, columns: u16) -> String {
    let keeps_order = state.room().is_some_and(|room| keeps_order(room, state.person));
    let lists = if keeps_order { &KEYS[..] } else { &KEYS[..KEYS.len() - 2] };
    state.keys.longest(Context::Crowd, lists, usize::from(columns))
}

/// Whether the reader may act on others here.
pub fn keeps_order(room: &Room, reader: Option<PersonId>) -> bool {
    let own = reader.and_then(|reader| room.members.get(reader));
    own.is_some_and(|own| own.role != Role::Member)
}
