//! Somebody is chosen in the list of people, and something is done with them.

use super::{direct, hint, people, problem};
use crate::effect::Effect;
use crate::keymap::{Context, Dealing};
use crate::overlay::{Overlay, crowd};
use crate::room::Room;
use crate::screen::room::Places;
use crate::state::State;
use crate::widget::members::{self, Person};
use chat_proto::frame::{Role, Voice};
use chat_proto::{Nick, PersonId};
use ratatui::layout::Position;

/// Begins with the first who is not the reader.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let listed = listed(state);
    let first = listed.iter().find(|person| state.person != Some(**person)).or(listed.first());
    state.overlay = first.map(|first| Overlay::Crowd(*first));
    Vec::new()
}

fn listed(state: &State) -> Vec<PersonId> {
    state.room().map(|room| members::listed(&room.members, state.person)).unwrap_or_default()
}

pub(super) fn page(state: &State) -> isize {
    isize::from(i16::try_from(crowd::area(state).height.saturating_sub(2).max(1)).unwrap_or(i16::MAX))
}

pub(super) fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    let (Some(Overlay::Crowd(chosen)), listed) = (state.overlay, listed(state)) else { return Vec::new() };
    let at = listed.iter().position(|person| *person == chosen).unwrap_or(0);
    let next = at.saturating_add_signed(by).min(listed.len().saturating_sub(1));
    state.overlay = listed.get(next).map(|person| Overlay::Crowd(*person));
    Vec::new()
}

/// A click on somebody chooses them; on who is chosen already, it speaks with them.
pub(super) fn click(state: &mut State, at: Position) -> Option<Vec<Effect>> {
    let room = state.room()?;
    let chosen = if let Some(Overlay::Crowd(chosen)) = state.overlay { Some(chosen) } else { None };
    let area = crowd::area(state);
    let is_shown = chosen.is_some() || !Places::of(state).members.is_empty();
    let panel = members::Panel { area, chosen, way: "" };
    let person = members::hit(&room.members, state.reader(), panel, at).filter(|_| is_shown)?;
    if chosen == Some(person) {
        return Some(act(state, Dealing::Message));
    }
    state.overlay = Some(Overlay::Crowd(person));
    Some(Vec::new())
}

pub(super) fn act(state: &mut State, dealing: Dealing) -> Vec<Effect> {
    let Some(Overlay::Crowd(chosen)) = state.overlay.take() else { return Vec::new() };
    let Some(known) = state.room().and_then(|room| room.members.get(chosen)).cloned() else {
        return hint(state, "whoever that was is gone");
    };
    let Ok(name) = Nick::parse(known.name.as_bytes()) else {
        return problem(state, "that name cannot be typed, so nothing can be done with it");
    };
    match dealing {
        Dealing::Message => speak(state, chosen, &name),
        Dealing::Whois => people::whois(state, &name),
        Dealing::Mention => mention(state, &name),
        Dealing::Ignore if state.people.is_ignored(chosen) => people::unignore(state, &name),
        Dealing::Ignore => people::ignore(state, &name),
        Dealing::Kick | Dealing::Ban | Dealing::Mute | Dealing::Operator => {
            offer(state, &command(dealing, &known, &name))
        }
    }
}

fn speak(state: &mut State, person: PersonId, name: &Nick) -> Vec<Effect> {
    direct::approach(state, person, name.as_str(), None).unwrap_or_else(|sentence| problem(state, &sentence))
}

fn mention(state: &mut State, name: &Nick) -> Vec<Effect> {
    match state.composer_mut().insert(&format!("@{name} ")) {
        Ok(()) => Vec::new(),
        Err(error) => problem(state, &error.to_string()),
    }
}

fn command(dealing: Dealing, known: &Person, name: &Nick) -> String {
    let word = match dealing {
        Dealing::Kick => "kick",
        Dealing::Ban => "ban",
        Dealing::Mute if known.voice == Voice::Muted => "unmute",
        Dealing::Mute => "mute",
        Dealing::Operator if known.role == Role::Operator => "deop",
        _ => "op",
    };
    format!("/{word} {name}")
}

/// What everybody will see stands in the line first: a letter is pressed by mistake sooner than Enter.
fn offer(state: &mut State, line: &str) -> Vec<Effect> {
    let may = state.room().is_some_and(|room: &Room| crowd::keeps_order(room, state.person));
    if !may {
        return problem(state, "you do not keep order in this room");
    }
    if !state.composer().is_empty() {
        return problem(state, &format!("send or clear what you are writing first: {line}"));
    }
    state.composer_mut().set(line);
    let words = state.keys.say(Context::Room, "{send} does it, {interrupt} does not");
    hint(state, words)
}
