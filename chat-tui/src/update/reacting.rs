//! Reacting to a message: with a picker, or at once.

use super::message::{chosen, chosen_for, newest};
use super::{hint, posting};
use crate::deed::Deed;
use crate::effect::Effect;
use crate::emoji::Named;
use crate::overlay::Overlay;
use crate::overlay::react::{self, Picker};
use crate::state::State;
use chat_proto::entry::{EntryBody, React, ReactionState, RoomId};
use chat_proto::{Emoji, Seq};
use ratatui::layout::Position;

/// Emoji that are remembered as used.
const USED_MAX: usize = 8;

/// `+`: what is to be given or taken back is chosen.
pub(super) fn pick(state: &mut State) -> Vec<Effect> {
    let Some((room, target)) = chosen_for(state, Deed::React) else { return Vec::new() };
    state.picker = Some(Picker::new(room, target, &state.reacted_with));
    state.overlay = Some(Overlay::React);
    Vec::new()
}

/// `/react`: to the chosen message, or the last that somebody else said.
pub(super) fn react_at_once(state: &mut State, emoji: &Emoji) -> Vec<Effect> {
    let target = chosen(state).or_else(|| Some((state.current?, newest(state, |said| !said.is_own)?)));
    match target {
        Some((room, target)) => toggle(state, room, target, emoji.as_str()),
        None => hint(state, "there is no message here to react to"),
    }
}

pub(super) fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    with_picker(state, |picker| picker.go(by))
}

pub(super) fn choose_row(state: &mut State, by: isize) -> Vec<Effect> {
    with_picker(state, |picker| picker.go_rows(by))
}

pub(super) fn insert(state: &mut State, text: &str) -> Vec<Effect> {
    with_picker(state, |picker| picker.insert(text))
}

pub(super) fn delete(state: &mut State) -> Vec<Effect> {
    with_picker(state, Picker::delete)
}

fn with_picker(state: &mut State, act: impl FnOnce(&mut Picker)) -> Vec<Effect> {
    if let Some(picker) = &mut state.picker {
        act(picker);
    }
    Vec::new()
}

/// A click: gives the one that stands there, or takes it back.
pub(super) fn click(state: &mut State, at: Position) -> Vec<Effect> {
    let Some(offer) = react::hit(state, at) else { return Vec::new() };
    with_picker(state, |picker| picker.choose(offer));
    go(state)
}

/// Enter: gives the chosen one, or takes it back.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Some((room, target, Some(named))) = state.picker.as_ref().map(|it| (it.room, it.target, it.chosen())) else {
        return Vec::new();
    };
    close(state);
    remember(state, named);
    toggle(state, room, target, named.emoji)
}

fn remember(state: &mut State, named: Named) {
    state.reacted_with.retain(|used| used.emoji != named.emoji);
    state.reacted_with.insert(0, named);
    state.reacted_with.truncate(USED_MAX);
}

/// Esc: nothing is given.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    (state.overlay, state.picker) = (None, None);
    Vec::new()
}

fn toggle(state: &mut State, room: RoomId, target: Seq, emoji: &str) -> Vec<Effect> {
    let Some(shown) = state.room().filter(|shown| shown.id == room) else {
        return hint(state, "that room is not on the screen any more: nothing is given");
    };
    let reaction = match shown.timeline.has_reacted(target, emoji) {
        true => ReactionState::Off,
        false => ReactionState::On,
    };
    let react = React { target, emoji: emoji.to_owned().into(), state: reaction };
    posting::post(state, EntryBody::React(react))
}
