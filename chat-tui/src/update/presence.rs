//! Who is at the keys, and who is writing: what others signal, and what they are told of the reader.

use super::hint;
use crate::attendance::Attendance;
use crate::effect::Effect;
use crate::link::Command;
use crate::room::Room;
use crate::state::State;
use chat_proto::entry::{PersonId, RoomId};
use chat_proto::frame::{Presence, SignalKind, TypingState};
use chat_proto::limits::TYPING_AGAIN;
use chat_proto::{Topic, UnixMillis};

/// What is being written, and where.
#[derive(PartialEq)]
pub(super) struct Draft {
    room: RoomId,
    text: String,
}

pub(super) fn on_signal(state: &mut State, room: RoomId, person: PersonId, kind: SignalKind) -> Vec<Effect> {
    let (now, is_own) = (state.now, state.person == Some(person));
    let is_ignored = state.people.is_ignored(person);
    let known = state.rooms.get_mut(&room).filter(|room| room.members.get(person).is_some());
    let Some(room) = known else { return Vec::new() };
    match kind {
        SignalKind::Typing if is_own || is_ignored => {}
        SignalKind::Typing => room.typing.begins(person, now),
        SignalKind::Stopped => room.typing.stops(person),
        SignalKind::Presence(presence) => room.members.attend(person, presence),
    }
    Vec::new()
}

pub(super) fn away(state: &mut State, word: Topic) -> Vec<Effect> {
    state.attendance.leave(word);
    hint(state, "you are away: /back says that you are here again")
}

pub(super) fn back(state: &mut State) -> Vec<Effect> {
    match state.attendance.come_back() {
        true => hint(state, "you are here again"),
        false => hint(state, "you are not away: /away <word> says that you are"),
    }
}

/// After every event: whoever has stopped writing has, and the server learns how present the reader is.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    state.rooms.values_mut().for_each(|room| room.typing.pass(now));
    let news = if state.is_up() { state.attendance.news(now) } else { None };
    news.map(|presence| tell(state, presence)).into_iter().collect()
}

/// Every list shows it at once, also where the server tells only others.
fn tell(state: &mut State, presence: Presence) -> Effect {
    if let Some(person) = state.person {
        state.rooms.values_mut().for_each(|room| room.members.attend(person, presence.clone()));
    }
    Effect::Link(Command::SetPresence(presence))
}

/// Logged in anew, where the reader counts as here.
pub(super) fn on_up(state: &mut State) {
    Attendance::is_known_as_here(&mut state.attendance);
    state.rooms.values_mut().for_each(|room| room.writing_told_at = None);
}

pub(super) fn draft(state: &State) -> Option<Draft> {
    Some(Draft { room: state.current?, text: state.composer().text().to_owned() })
}

/// Tells the room that something is being written, now and then; and that nothing is any more. What was sent tells it
/// by itself.
pub(super) fn tell_writing(state: &mut State, before: Option<&Draft>, effects: &[Effect]) -> Option<Effect> {
    let now = draft(state).filter(|_| state.options.typing)?;
    if before.is_none_or(|before| before.room != now.room || before.text == now.text) || !state.is_up() {
        return None;
    }
    let at = state.now;
    let room = state.room_mut().filter(|room| !room.is_over)?;
    if is_posted(effects, room.id) {
        room.writing_told_at = None;
        return None;
    }
    let told = match is_message(&now.text) {
        true => begin(room, at),
        false => room.writing_told_at.take().map(|_| TypingState::Stopped),
    };
    told.map(|state| Effect::Link(Command::Typing { room: now.room, state }))
}

fn begin(room: &mut Room, now: UnixMillis) -> Option<TypingState> {
    let again = TYPING_AGAIN.as_millis() as i64;
    let is_known = room.writing_told_at.is_some_and(|told| (0..again).contains(&(now.0 - told.0)));
    (!is_known).then(|| {
        room.writing_told_at = Some(now);
        TypingState::Writing
    })
}

/// Nobody need know which command is being typed, or that one is.
fn is_message(text: &str) -> bool {
    !text.trim().is_empty() && (!text.starts_with('/') || text.starts_with("//"))
}

fn is_posted(effects: &[Effect], room: RoomId) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Link(Command::Post(item)) if item.room == room))
}
