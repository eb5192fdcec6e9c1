//! Looking for what was said, and going there.

use super::{at, find, problem, reading, rooms};
use crate::effect::Effect;
use crate::overlay::Overlay;
use crate::overlay::search::{self, Search};
use crate::quest::{Quest, Typed};
use crate::room::Room;
use crate::state::State;
use chat_proto::entry::{Entry, EntryBody, PersonId, RoomId, Seq};
use chat_proto::frame::{Beyond, Hit};

/// `/search`.
pub(super) fn ask(state: &mut State, typed: &Typed) -> Vec<Effect> {
    let quest = match typed.meant(state.now, &state.zone) {
        Ok(quest) => quest,
        Err(sentence) => return decline(state, typed, &sentence),
    };
    match state.room() {
        Some(room) if !room.is_over && state.is_up() => {
            let search = Search::new(room.id, &room.code, quest, typed.line());
            open(state, search)
        }
        Some(room) if !room.is_over => decline(state, typed, "not connected: this works when the link is back"),
        room => {
            let end = room.map_or("there is no room here", Room::end);
            let words = format!("{end}: nothing can be looked for here any more");
            decline(state, typed, &words)
        }
    }
}

/// Says why not; the line stays.
fn decline(state: &mut State, typed: &Typed, sentence: &str) -> Vec<Effect> {
    state.composer_mut().set(&format!("/search {}", typed.line()));
    problem(state, sentence)
}

/// `/mentions`: what names the reader, in every room that is open; first what is here.
pub(super) fn mentions(state: &mut State) -> Vec<Effect> {
    let Some(name) = state.name.as_ref().map(ToString::to_string) else { return Vec::new() };
    let rooms = state.rooms.values().map(|room| (room.id, room.code.as_str()));
    let mut search = Search::mentions(&name, state.person, rooms);
    for room in state.rooms.values() {
        search.hold(room.id, room.timeline.mentions());
        if room.is_over {
            search.end_at_hand(room.id);
        }
    }
    open(state, search)
}

fn open(state: &mut State, search: Search) -> Vec<Effect> {
    let effects = search.requests().map(Effect::Link).collect();
    state.search = Some(search);
    state.overlay = Some(Overlay::Search);
    effects
}

pub(super) fn on_found(
    state: &mut State,
    (room, quest): (RoomId, &Quest),
    answer: (Seq, Vec<Hit>, Beyond),
) -> Vec<Effect> {
    let (before, hits, beyond) = answer;
    let moved = at::on_found(state, room, quest, &hits);
    let (people, reader, timeline) = (&state.people, state.person, state.rooms.get(&room).map(|room| &room.timeline));
    // What was erased while the answer was on its way, and whom the reader does not hear.
    let is_shown = |person: PersonId, seq: Seq| {
        (!people.is_ignored(person) || reader == Some(person))
            && !timeline.is_some_and(|timeline| timeline.has_forgotten(person, seq))
    };
    if let Some(find) = state.find.as_mut().filter(|find| find.room == room && find.quest().as_ref() == Some(quest)) {
        find::take_in(find, (before, &hits, beyond), is_shown);
    }
    if let Some(search) = state.search.as_mut().filter(|search| search.is_asked(room, quest)) {
        search.take_in((room, before), hits, beyond, is_shown);
    }
    [moved, follow(state)].concat()
}

/// There will be no answer from this room.
pub(super) fn on_refused(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    if let Some(search) = &mut state.search {
        search.refuse(room, sentence);
    }
    if let Some(find) = state.find.as_mut().filter(|find| find.room == room) {
        find.give_up_asking();
    }
    at::on_refused(state, room, sentence);
    Vec::new()
}

/// What people erase goes from the hits as well, and others follow.
pub(super) fn erase(state: &mut State, room: RoomId, entries: &[Entry]) -> Vec<Effect> {
    let is_any = entries.iter().any(|entry| entry.body == EntryBody::Forget);
    match state.search.as_mut().filter(|_| is_any) {
        Some(search) => {
            search.erase(room, entries);
            follow(state)
        }
        None => Vec::new(),
    }
}

/// The room is left: nothing is looked for in it any more.
pub(super) fn forget(state: &mut State, room: RoomId) {
    if state.search.take_if(|search| !search.forget(room)).is_some() && state.overlay == Some(Overlay::Search) {
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
    let commands = state.search.as_mut().filter(|_| is_up).map(Search::ask_for_more);
    commands.into_iter().flatten().map(Effect::Link).collect()
}

/// Enter: to the chosen message.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Some((room, seq)) = state.search.as_ref().and_then(Search::chosen) else { return Vec::new() };
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
