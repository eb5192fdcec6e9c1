//! From room to room: by number, in order, to what is new, and by name.

use super::{commands, crowd, hint, rooms};
use crate::effect::Effect;
use crate::keymap::Context;
use crate::link::Command;
use crate::overlay::Overlay;
use crate::overlay::switcher::{self, Switcher, Way, choices};
use crate::room::Room;
use crate::screen::panels::{Panel, has_place, is_shown};
use crate::state::State;
use chat_proto::RoomId;

/// Alt and a digit.
pub(super) fn to_number(state: &mut State, at: usize) -> Vec<Effect> {
    match state.rooms_in_order().get(at).map(|room| room.id) {
        Some(id) => to(state, id),
        None => hint(state, format!("there is no room {}: /join and /create lead to others", at + 1)),
    }
}

/// The room behind or before this one, around the ends.
pub(super) fn step(state: &mut State, by: isize) -> Vec<Effect> {
    let rooms: Vec<RoomId> = state.rooms_in_order().iter().map(|room| room.id).collect();
    let Some(at) = rooms.iter().position(|id| state.current == Some(*id)) else { return Vec::new() };
    match rooms[(at.cast_signed() + by).rem_euclid(rooms.len().cast_signed()).cast_unsigned()] {
        id if state.current == Some(id) => only_room(state),
        id => to(state, id),
    }
}

fn only_room(state: &mut State) -> Vec<Effect> {
    hint(state, "this is the only room: /join and /create lead to others")
}

/// Wherever somebody goes by themselves, no key leads back from there.
pub(super) fn to(state: &mut State, id: RoomId) -> Vec<Effect> {
    state.went_from = None;
    match state.current == Some(id) {
        true => hint(state, "this is the room"),
        false => rooms::show(state, id),
    }
}

/// Alt-A: to the next room with something for the reader; when there is none left, back to where they came from.
pub(super) fn to_news(state: &mut State) -> Vec<Effect> {
    let next = next_news(state);
    let back = state.went_from.filter(|id| state.rooms.contains_key(id) && state.current != Some(*id));
    match (next, back) {
        (Some(id), _) => {
            state.went_from = state.went_from.or(state.current);
            rooms::show(state, id)
        }
        (None, Some(id)) => to(state, id),
        (None, None) => {
            state.went_from = None;
            hint(state, "nothing is new in other rooms")
        }
    }
}

/// What calls the reader goes before what is only new; among those, the next one in order.
fn next_news(state: &State) -> Option<RoomId> {
    let rooms = state.rooms_in_order();
    let here = rooms.iter().position(|room| state.current == Some(room.id)).unwrap_or(0);
    let others = (1..rooms.len()).map(|by| rooms[(here + by) % rooms.len()]);
    let news: Vec<&Room> = others.filter(|room| !room.news().is_none()).collect();
    news.iter().find(|room| room.calls()).or(news.first()).map(|room| room.id)
}

/// F7 and F8. Where only one panel has a place, it is the one that was asked for last.
pub(super) fn toggle(state: &mut State, panel: Panel) -> Vec<Effect> {
    match panel {
        Panel::Rooms if state.rooms.len() < 2 => return only_room(state),
        Panel::Rooms if !has_place(state) => {
            let what = "the list of rooms needs a wider window: {switch} goes to any of them";
            let what = state.keys.say(Context::Room, what);
            return hint(state, what);
        }
        // People have no switcher: they come over the timeline.
        Panel::Members if !has_place(state) => return crowd::open(state),
        Panel::Rooms | Panel::Members => {}
    }
    let is_wanted = !is_shown(state, panel);
    match panel {
        Panel::Rooms => state.are_rooms_wanted = is_wanted,
        Panel::Members => state.are_members_wanted = is_wanted,
    }
    state.preferred_panel = panel;
    Vec::new()
}

/// Opens the switcher.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    state.switcher = Switcher::default();
    state.overlay = Some(Overlay::Switcher);
    Vec::new()
}

/// To the room that is meant; where several may be, the switcher tells them apart.
pub(super) fn find(state: &mut State, typed: &str) -> Vec<Effect> {
    match choices(typed, state).as_slice() {
        [only] if !typed.is_empty() => go_to(state, only.way),
        _ => {
            ask(state);
            state.switcher = Switcher::new(typed);
            Vec::new()
        }
    }
}

pub(super) fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    let choices = choices(state.switcher.typed.text(), state).len();
    state.switcher.choose(by, choices);
    Vec::new()
}

pub(super) fn page(state: &State) -> isize {
    switcher::page(state)
}

/// Enter: to the chosen room.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    match state.switcher.chosen(state) {
        Some(choice) => {
            state.overlay = None;
            go_to(state, choice.way)
        }
        None => Vec::new(),
    }
}

fn go_to(state: &mut State, way: Way) -> Vec<Effect> {
    match way {
        Way::Open(id, _) => to(state, id),
        Way::Back(id, _) => commands::ask_link(state, Command::Return(id)),
    }
}
