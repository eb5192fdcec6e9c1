//! The rooms of the last time come back: with every link to their server, those that were open under the same name when
//! the program ended, or when the link before did. One of them is shown, the others wait behind it.

use super::{hint, prompt, recent, rooms};
use crate::address::is_same_server;
use crate::effect::Effect;
use crate::link::Command;
use crate::recent::Recent;
use crate::removal;
use crate::state::{Goal, Screen, Server, State};
use chat_proto::{Nick, RoomId};

/// Rooms on their way back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Returning {
    /// As soon as the link is up.
    planned: Vec<Recent>,
    /// Asked for.
    awaited: Vec<Recent>,
    /// Those that nobody can come back to, as they were called.
    gone: Vec<String>,
}

impl Returning {
    /// The place of the last one, if there is any.
    pub fn last_place(&self) -> Option<usize> {
        self.planned.iter().chain(&self.awaited).filter_map(|recent| recent.place).max()
    }

    fn is_any(&self, room: RoomId) -> bool {
        self.planned.iter().chain(&self.awaited).any(|recent| recent.room == room)
    }
}

/// A start that asks for no room: back to the one that was shown last, if there is any.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    match last_shown(state) {
        Some(recent) if state.options.come_back => {
            let effects = prompt::go_back_to(state, recent);
            state.screen = Screen::Connecting;
            effects
        }
        _ => Vec::new(),
    }
}

/// Of those that were open last, on the server and under the name that somebody named, if they did.
fn last_shown(state: &State) -> Option<Recent> {
    let is_meant = |recent: &&Recent| {
        recent.place.is_some()
            && (state.server != Server::Chosen || is_same_server(&recent.server, state.prompt.server()))
            && state.options.name.as_ref().is_none_or(|name| *name == recent.name.to_string())
    };
    let newest = state.recent.iter().find(is_meant)?;
    let mut together = state.recent.iter().filter(is_meant).filter(|it| is_of(it, &newest.server, &newest.name));
    Some(together.find(|recent| recent.is_shown).unwrap_or(newest).clone())
}

fn is_of(recent: &Recent, server: &str, name: &Nick) -> bool {
    is_same_server(&recent.server, server) && recent.name == *name
}

/// Another link is about to be made: what comes back with it.
pub(super) fn plan(state: &mut State, goal: Goal, server: &str, name: &Nick) {
    let is_goal = |recent: &Recent| match goal {
        Goal::Create(..) => false,
        Goal::Join(code, _) => recent.code == code,
        Goal::Return(room, _) => recent.room == room,
    };
    let open = state.recent.iter().filter(|recent| recent.place.is_some() && is_of(recent, server, name));
    let mut planned: Vec<Recent> = open.filter(|recent| !is_goal(recent)).cloned().collect();
    planned.sort_by_key(|recent| recent.place);
    if !state.options.come_back {
        planned.clear();
    }
    state.returning = Returning { planned, ..Returning::default() };
}

/// The link is up.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let planned = std::mem::take(&mut state.returning.planned);
    let asked = planned.iter().map(|recent| Effect::Link(Command::Return(recent.room))).collect();
    state.returning.awaited.extend(planned);
    asked
}

/// Whether somebody waits for this room to be shown, and not behind another one.
pub(super) fn is_behind(state: &State, room: RoomId) -> bool {
    let is_wanted = matches!(state.attempt, Some(Goal::Return(wanted, _)) if wanted == room);
    state.returning.is_any(room) && !is_wanted
}

/// It is back.
pub(super) fn arrived(state: &mut State, room: RoomId) {
    state.returning.awaited.retain(|recent| recent.room != room);
    tell(state);
}

/// It is over, or this person is no member of it any more. Whether it was one of those.
pub(super) fn failed(state: &mut State, room: RoomId) -> bool {
    let Some(at) = state.returning.awaited.iter().position(|recent| recent.room == room) else { return false };
    let recent = state.returning.awaited.remove(at);
    state.returning.gone.push(recent.code.to_string());
    tell(state);
    true
}

/// The room that was to be shown is gone: another one is, if there is any.
pub(super) fn instead(state: &mut State, room: RoomId, code: &str) -> Option<Vec<Effect>> {
    state.returning.awaited.retain(|recent| recent.room != room);
    let open = state.rooms_in_order().iter().find(|room| !room.is_over).map(|room| room.id);
    let awaited = state.returning.awaited.first().map(|recent| Goal::Return(recent.room, recent.code));
    if open.is_none() && awaited.is_none() {
        return None;
    }
    state.returning.gone.push(code.to_owned());
    state.attempt = awaited;
    let effects = open.map(|open| rooms::show(state, open)).unwrap_or_default();
    tell(state);
    Some(effects)
}

/// One sentence for all that are gone, when none is waited for any more and there is a room to tell it in.
fn tell(state: &mut State) {
    if state.room().is_none() || !state.returning.awaited.is_empty() || state.returning.gone.is_empty() {
        return;
    }
    let words = sentence(&std::mem::take(&mut state.returning.gone));
    hint(state, words);
}

/// For the prompt: none came back.
pub(super) fn none_left(state: &mut State, code: &str) -> String {
    let mut gone = std::mem::take(&mut state.returning.gone);
    gone.push(code.to_owned());
    sentence(&gone)
}

/// Whether others were gone before.
pub(super) fn is_any_gone(state: &State) -> bool {
    !state.returning.gone.is_empty()
}

fn sentence(gone: &[String]) -> String {
    match gone {
        [one] => removal::ended_or_shut(one),
        [first, second] => format!("{first} and {second} have ended, or you are no longer let in"),
        many => format!("{} rooms of the last time have ended, or you are no longer let in", many.len()),
    }
}

/// The end: what was open before and is not now does not come back. What is still on its way does.
pub(super) fn settle(state: &mut State) -> Vec<Effect> {
    let (Some(server), Some(name)) = (state.rooms_server.clone(), state.name.clone()) else { return Vec::new() };
    let is_closed = |recent: &&Recent| {
        recent.place.is_some()
            && is_of(recent, &server, &name)
            && !state.rooms.contains_key(&recent.room)
            && !state.returning.is_any(recent.room)
    };
    let closed: Vec<Recent> = state.recent.iter().filter(is_closed).cloned().collect();
    closed.into_iter().flat_map(|recent| recent::close(state, recent)).collect()
}
