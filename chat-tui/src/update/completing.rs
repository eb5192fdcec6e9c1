//! What is offered while a word is typed, and what keys do with it.

use super::{posting, reading};
use crate::effect::Effect;
use crate::room::Room;
use crate::state::State;
use crate::widget::completions::{self, is_open};
use crate::widget::composer::What;
use std::collections::BTreeSet;

/// Something was typed: what it may become is offered, where there is place for it.
pub(super) fn offer(state: &mut State) -> Vec<Effect> {
    if completions::has_place(state) {
        let offered = state.composer().offered(|part| names(state, part));
        state.composer_mut().offer(offered);
    }
    Vec::new()
}

/// Tab: the word becomes what is chosen, the first of what is offered, or whatever it may.
pub(super) fn complete(state: &mut State) -> Vec<Effect> {
    if state.composer().completion().is_none() {
        let found = state.composer().completions(|part| names(state, part));
        state.composer_mut().offer(found);
    }
    state.composer_mut().complete();
    Vec::new()
}

/// The names that begin so: of people of this room, and for a command of those of the others; the reader is not meant.
fn names(state: &State, part: &str) -> Vec<String> {
    let is_command = state.composer().text().starts_with('/');
    let others = state.rooms.values().filter(|room| is_command && state.current != Some(room.id));
    let all = state.room().into_iter().chain(others).flat_map(|room| Room::names(room, part));
    let mut seen: BTreeSet<&str> = state.name.iter().map(chat_proto::Nick::as_str).collect();
    all.filter(|name| seen.insert(name)).map(str::to_owned).collect()
}

/// Enter: what was chosen is written; a command that takes nothing is carried out at once, like whatever was typed.
pub(super) fn send(state: &mut State) -> Vec<Effect> {
    match is_open(state).then(|| state.composer_mut().take_chosen()).flatten() {
        Some(What::Command { args: "", .. }) | None => posting::send(state),
        Some(_) => Vec::new(),
    }
}

/// A click: what is offered there is written.
pub(super) fn take(state: &mut State, at: usize) -> Vec<Effect> {
    state.composer_mut().take(at);
    Vec::new()
}

pub(super) fn up(state: &mut State) -> Vec<Effect> {
    let columns = state.columns;
    match is_open(state) {
        true => state.composer_mut().choose(-1),
        false => state.composer_mut().up(columns),
    }
    Vec::new()
}

pub(super) fn down(state: &mut State) -> Vec<Effect> {
    let columns = state.columns;
    match is_open(state) {
        true => state.composer_mut().choose(1),
        false => state.composer_mut().down(columns),
    }
    Vec::new()
}

/// Esc: what is offered goes; without that, what keeps the reader from the newest message.
pub(super) fn dismiss(state: &mut State) -> Vec<Effect> {
    match is_open(state) {
        true => {
            state.composer_mut().offer(None);
            Vec::new()
        }
        false => reading::dismiss(state),
    }
}
