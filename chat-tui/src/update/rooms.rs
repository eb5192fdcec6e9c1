//! Into rooms and out of them, as the link tells.

use super::{direct, drafts, hint, invite, problem, prompt, recent, returning, search, trust};
use crate::effect::Effect;
use crate::keep;
use crate::keymap::Context;
use crate::link::Asked;
use crate::room::Room;
use crate::state::{Goal, Screen, State};
use chat_proto::Seq;
use chat_proto::entry::RoomId;
use chat_proto::frame::Joined;

/// Rooms held; a server that opens more of them than this misbehaves.
const ROOMS_MAX: usize = chat_proto::limits::MEMBERSHIPS;

pub(super) fn on_joined(state: &mut State, asked: Asked, joined: &Joined) -> Vec<Effect> {
    if direct::is_ignored(state, joined.state.direct.as_ref()) {
        return Vec::new();
    }
    if state.rooms.len() >= ROOMS_MAX && !state.rooms.contains_key(&joined.room) {
        return problem(state, "the server misbehaves: it opens more rooms than there can be");
    }
    let is_new = !state.rooms.contains_key(&joined.room);
    let place = recent::known(state, joined.room).and_then(|known| known.place);
    let (read, level) = recent::habits(state, joined.room);
    let entered = place.unwrap_or_else(|| state.next_entered());
    let room = state.rooms.entry(joined.room).or_insert_with(|| Room::new(joined, entered));
    room.summarise(joined);
    // After a resume, what was missed follows on what is here; otherwise what is older can be loaded, and only the
    // server knows what was read.
    match asked {
        Asked::Resume(_) => room.timeline.mark_stop(joined.head),
        _ => room.timeline.begin(joined.oldest, joined.cursor, joined.head),
    }
    if is_new {
        // What a log has lost was not read.
        let read = if read <= joined.head { read } else { Seq::START };
        room.timeline.was_read(room.had_read(joined.state.read.max(read)), joined.cursor, joined.head);
        room.level = level;
        drafts::bring_back(state, joined.room);
    }
    if let (Asked::Create, Some(Goal::Create(_, wanted))) = (asked, state.attempt) {
        state.untold.extend(keep::shortfall(wanted, &joined.state.label));
    }
    if matches!(asked, Asked::Create | Asked::Join(_)) {
        go_on_writing(state, joined.room);
    }
    let shown = match asked {
        Asked::Resume(_) if state.current.is_some() => Vec::new(),
        Asked::Return(room) if returning::is_behind(state, room) => Vec::new(),
        Asked::Return(room) if direct::is_background(state, room) => Vec::new(),
        Asked::Direct(person) => direct::on_opened(state, joined.room, person),
        Asked::Create if joined.state.members <= 1 => {
            [enter(state, joined.room), invite::hint_at_new_room(state)].concat()
        }
        _ => enter(state, joined.room),
    };
    returning::arrived(state, joined.room);
    [shown, recent::remember(state, joined.room)].concat()
}

/// What was being written where nothing can be said any more goes on in the room that follows.
fn go_on_writing(state: &mut State, next: RoomId) {
    let is_in_use = state.rooms.get(&next).is_none_or(|next| !next.composer.is_empty());
    let over = state.room_mut().filter(|room| !is_in_use && room.is_over && room.id != next);
    let Some(written) = over.map(|room| std::mem::take(&mut room.composer)) else { return };
    if let Some(next) = state.rooms.get_mut(&next) {
        next.composer = written;
    }
}

/// Shows this room, and says how to come back to the one before.
pub(super) fn enter(state: &mut State, id: RoomId) -> Vec<Effect> {
    let before = state.room().filter(|room| room.id != id).map(|room| room.id);
    show(state, id);
    let way_back = before.and_then(|before| way_back(state, before));
    match way_back.filter(|_| state.notice.is_none()) {
        Some(words) => hint(state, words),
        None => Vec::new(),
    }
}

/// Shows this room.
pub(super) fn show(state: &mut State, id: RoomId) -> Vec<Effect> {
    forget_over(state, id);
    state.current = Some(id);
    state.screen = Screen::Room;
    state.attempt = None;
    state.prompt.forget_error();
    state.prompt.busy = None;
    state.notice = None;
    if let Some(code) = state.room().and_then(Room::typed_code) {
        state.prompt.set_room(&code.to_string());
    }
    state.untold.extend(state.flaw.take());
    trust::tell_all(state);
    Vec::new()
}

/// Why somebody might want to go back to the room they came from, and how.
pub(super) fn way_back(state: &State, before: RoomId) -> Option<String> {
    let number = 1 + state.rooms_in_order().iter().position(|room| room.id == before)?;
    let room_key = state.keys.key(Context::Room, &format!("room-{number}"));
    let key = room_key.or_else(|| state.keys.key(Context::Room, "switch"));
    let keys = key.map_or_else(|| "/switch".to_owned(), |key| key.to_string());
    let room = state.rooms.get(&before)?;
    let called = room.called();
    match room.is_over {
        false => Some(format!("{called} is still open: {keys} goes back")),
        true if room.holds_unsent() => Some(format!("{called} holds what was not sent: {keys} goes back")),
        true => None,
    }
}

/// Rooms that are over go with the next one, unless nobody has seen that they are, something in them still needs a
/// decision, or was being written.
pub(super) fn forget_over(state: &mut State, next: RoomId) {
    let is_held = |room: &Room| !room.timeline.pending().is_empty() || !room.composer.is_empty();
    state.rooms.retain(|id, room| *id == next || !room.is_over || !room.is_end_seen || is_held(room));
}

pub(super) fn on_room_ended(state: &mut State, room: RoomId) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.is_over = true;
        room.members.close();
        room.timeline.forget_requests();
    }
    state.directs.remove(&room);
    let end = state.rooms.get(&room).map(|room| room.end().to_owned()).unwrap_or_default();
    search::on_refused(state, room, &end);
    recent::forget(state, room)
}

/// The room on the screen says it by itself.
pub(super) fn on_removed(state: &mut State, room: RoomId) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.has_removed_reader();
    }
    let effects = on_room_ended(state, room);
    let is_seen = state.current == Some(room) && state.screen == Screen::Room;
    if let Some(unseen) = state.rooms.get(&room).filter(|_| !is_seen) {
        let sentence = unseen.end().to_owned();
        problem(state, &sentence);
    }
    effects
}

/// A room that was on the screen stays there. Tried from the prompt, the prompt says it.
pub(super) fn on_no_return(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    let is_wanted = state.attempt.and_then(Goal::room) == Some(room);
    match state.rooms.get_mut(&room).filter(|room| !room.is_over) {
        Some(known) => {
            known.has_no_return();
            let ended = on_room_ended(state, room);
            let told = if is_wanted { prompt::on_no_return(state, room, sentence) } else { Vec::new() };
            [ended, told].concat()
        }
        None => on_no_entry(state, room, sentence),
    }
}

fn on_no_entry(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    match state.attempt {
        _ if direct::is_background(state, room) => {
            state.directs.remove(&room);
            Vec::new()
        }
        _ if returning::is_behind(state, room) => {
            returning::failed(state, room);
            recent::forget(state, room)
        }
        Some(_) => prompt::on_no_return(state, room, sentence),
        None => [recent::forget(state, room), problem(state, sentence)].concat(),
    }
}

/// Not let in again: the room stays on the screen, with what was not sent there.
pub(super) fn on_shut_out(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.has_shut_out_reader();
    }
    let effects = on_room_ended(state, room);
    problem(state, sentence);
    effects
}

pub(super) fn is_closed(state: &State, room: RoomId) -> bool {
    state.rooms.get(&room).is_some_and(|room| room.is_over)
}

pub(super) fn on_left(state: &mut State, room: RoomId) -> Vec<Effect> {
    state.rooms.remove(&room);
    state.directs.remove(&room);
    search::forget(state, room);
    let effects = recent::forget(state, room);
    if state.current == Some(room) {
        show_next(state);
    }
    effects
}

/// Another room that is open, or the prompt.
pub(super) fn show_next(state: &mut State) {
    let next = state.rooms.iter().find(|(_, room)| !room.is_over).map(|(id, _)| *id);
    state.current = None;
    if let Some(next) = next {
        enter(state, next);
        return;
    }
    state.screen = Screen::Prompt;
    state.prompt.set_room("");
    state.notice = None;
}
