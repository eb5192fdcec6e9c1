//! Finding in the room on the screen, as it is typed.

use super::{message, reading};
use crate::effect::Effect;
use crate::find::Find;
use crate::link::Command;
use crate::state::State;
use crate::widget::composer::Edit;
use chat_proto::entry::{PersonId, Seq};
use chat_proto::frame::{Beyond, Excerpt, Hit};

/// Ctrl-F: what is typed next is looked for. What was being written waits.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.current else { return Vec::new() };
    message::let_go(state);
    let place = reading::with_timeline(state, |timeline, look| (timeline.anchor(), timeline.bottom(look)));
    state.find = place.map(|(anchor, bottom)| Find::new(room, anchor, bottom));
    state.forget_hint();
    Vec::new()
}

pub(super) fn insert(state: &mut State, text: &str) -> Vec<Effect> {
    change(state, |find| find.insert(text))
}

pub(super) fn edit(state: &mut State, edit: Edit) -> Vec<Effect> {
    change(state, |find| find.edit(edit))
}

/// Another line begins where the reader was.
fn change(state: &mut State, act: impl FnOnce(&mut Find)) -> Vec<Effect> {
    let now = state.now;
    let Some(find) = &mut state.find else { return Vec::new() };
    act(find);
    let origin = find.origin;
    let is_other = state.rooms.get(&find.room).is_some_and(|room| find.begin(&room.timeline, now));
    if is_other {
        reading::with_timeline(state, |timeline, look| timeline.go_back(look, origin));
    }
    Vec::new()
}

pub(super) fn older(state: &mut State) -> Vec<Effect> {
    let older = state.find.as_mut().and_then(Find::older);
    older.map_or_else(Vec::new, |seq| reading::jump(state, seq))
}

pub(super) fn newer(state: &mut State) -> Vec<Effect> {
    let newer = state.find.as_mut().and_then(Find::newer);
    newer.map_or_else(Vec::new, |seq| reading::jump(state, seq))
}

/// Esc: the reader stays where they are by now.
pub(super) fn stay(state: &mut State) -> Vec<Effect> {
    state.find = None;
    reading::with_timeline(state, |timeline, look| timeline.scroll(look, 0));
    Vec::new()
}

/// Ctrl-C: nothing has moved.
pub(super) fn go_back(state: &mut State) -> Vec<Effect> {
    if let Some(find) = state.find.take() {
        state.forget_hint();
        reading::with_timeline(state, |timeline, look| timeline.go_back(look, find.origin));
    }
    Vec::new()
}

/// What is held of the room has changed behind what was looked through.
pub(super) fn look_again(state: &mut State) {
    if let Some(find) = &mut state.find
        && let Some(room) = state.rooms.get(&find.room)
    {
        find.look_again(&room.timeline);
    }
}

/// What the server has found, but for what is not to be shown and what only looks like it.
pub(super) fn take_in(
    find: &mut Find,
    (before, hits, beyond): (Seq, &[Hit], Beyond),
    is_shown: impl Fn(PersonId, Seq) -> bool,
) {
    let Some(needle) = find.needle().cloned() else { return };
    let last = hits.last().map(|last| last.found.seq);
    let has_it = |found: &Excerpt| needle.is_in(&String::from_utf8_lossy(&found.text));
    let found = hits.iter().map(|hit| &hit.found);
    let found = found.filter(|found| has_it(found) && is_shown(found.author.person, found.seq));
    find.take_in(before, last, found.map(|found| found.seq), beyond);
}

/// After every event: looks through some more, goes where the reader wants to be, and asks the server when it is time.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    let (now, is_up) = (state.now, state.is_up());
    if !state.is_finding() {
        state.find = None;
    }
    let Some(find) = &mut state.find else { return Vec::new() };
    let Some(room) = state.rooms.get(&find.room) else { return Vec::new() };
    find.step(&room.timeline);
    if find.is_due(now) && (!is_up || room.is_over) {
        find.give_up_asking();
    }
    let asked = find.ask(now, room.timeline.missing_up_to());
    let asked = asked.map(|(quest, before)| Effect::Link(Command::Search { room: find.room, quest, before }));
    let arrived = find.arrive();
    let moved = arrived.map_or_else(Vec::new, |seq| reading::jump(state, seq));
    asked.into_iter().chain(moved).collect()
}
