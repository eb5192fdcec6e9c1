//! Looking for what was said, and going there.

use super::{problem, reading, rooms};
use crate::effect::Effect;
use crate::overlay::Overlay;
use crate::overlay::search::{self, Search};
use crate::quest::{Quest, Typed};
use crate::state::State;
use chat_proto::entry::{Entry, EntryBody, PersonId, RoomId, Seq};
use chat_proto::frame::{Beyond, Hit};

/// `/search`.
pub(super) fn ask(state: &mut State, typed: &Typed) -> Vec<Effect> {
    let quest = match typed.meant(state.now, &state.zone) {
        Ok(quest) => quest,
        Err(sentence) => return decline(state, typed, &sentence),
    };
    match state.room().map(|room| (room.id, room.is_over)) {
        Some((room, false)) if state.is_up() => open(state, Search::new(room, quest, typed.line())),
        Some((_, false)) => decline(state, typed, "not connected: this works when the link is back"),
        _ => decline(state, typed, "this room is over: nothing can be looked for here any more"),
    }
}

/// Says why not; the line stays.
fn decline(state: &mut State, typed: &Typed, sentence: &str) -> Vec<Effect> {
    state.composer_mut().set(&format!("/search {}", typed.line()));
    problem(state, sentence)
}

fn open(state: &mut State, search: Search) -> Vec<Effect> {
    let effect = search.request();
    state.search = Some(search);
    state.overlay = Some(Overlay::Search);
    effect.map(Effect::Link).into_iter().collect()
}

pub(super) fn on_found(
    state: &mut State,
    (room, quest): (RoomId, &Quest),
    answer: (Seq, Vec<Hit>, Beyond),
) -> Vec<Effect> {
    let (before, hits, beyond) = answer;
    let (people, reader, timeline) = (&state.people, state.person, state.rooms.get(&room).map(|room| &room.timeline));
    // What was erased while the answer was on its way, and whom the reader does not hear.
    let is_shown = |person: PersonId, seq: Seq| {
        (!people.is_ignored(person) || reader == Some(person))
            && !timeline.is_some_and(|timeline| timeline.has_forgotten(person, seq))
    };
    if let Some(search) = state.search.as_mut().filter(|search| search.room == room && search.quest == *quest) {
        search.take_in(before, hits, beyond, is_shown);
    }
    follow(state)
}

/// There will be no answer from this room.
pub(super) fn on_refused(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    if let Some(search) = state.search.as_mut().filter(|search| search.room == room) {
        search.refuse(sentence);
    }
    Vec::new()
}

/// What people erase goes from the hits as well, and others follow.
pub(super) fn erase(state: &mut State, room: RoomId, entries: &[Entry]) -> Vec<Effect> {
    let is_any = entries.iter().any(|entry| entry.body == EntryBody::Forget);
    match state.search.as_mut().filter(|search| is_any && search.room == room) {
        Some(search) => {
            search.erase(entries);
            follow(state)
        }
        None => Vec::new(),
    }
}

/// The room is left: nothing is looked for in it any more.
pub(super) fn forget(state: &mut State, room: RoomId) {
    if state.search.take_if(|search| search.room == room).is_some() && state.overlay == Some(Overlay::Search) {
        state.overlay = None;
    }
}

pub(super) fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(search) = &mut state.search {
        search.choose(by);
    }
    follow(state)
}

pub(super) fn page(state: &State) -> isize {
    state.search.as_ref().map_or(1, |search| search::page(search, state)).cast_signed()
}

/// The chosen hit stays in sight, and what comes after the last one is asked for.
fn follow(state: &mut State) -> Vec<Effect> {
    search::keep_in_bounds(state);
    let is_up = state.is_up();
    let command = state.search.as_mut().filter(|_| is_up).and_then(Search::ask_for_more);
    command.map(Effect::Link).into_iter().collect()
}

/// Enter: to the chosen message.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Some((room, Some(seq))) = state.search.as_ref().map(|search| (search.room, search.chosen())) else {
        return Vec::new();
    };
    close(state);
    let mut effects = Vec::new();
    if !state.rooms.contains_key(&room) {
        return effects;
    }
    if state.current != Some(room) {
        effects = rooms::enter(state, room);
    }
    effects.extend(reading::jump(state, seq));
    effects
}

/// Esc: nothing has moved.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    (state.overlay, state.search) = (None, None);
    Vec::new()
}
