//! Rooms between two people: opened by one, entered by both without a word, and left alone with who is ignored.

use super::{hint, posting, problem, rooms};
use crate::effect::Effect;
use crate::keeper::Note;
use crate::keymap::Context;
use crate::level::Level;
use crate::link::Command;
use crate::people::Age;
use crate::room::Room;
use crate::state::{Approach, State};
use chat_proto::entry::{Entry, EntryBody, PersonId, RoomId};
use chat_proto::frame::{Membership, Peer};
use chat_proto::limits::MEMBERSHIPS;
use chat_proto::{Fingerprint, Nick, Text};

/// People who are approached at once, before the server has answered.
const APPROACHES_MAX: usize = 16;

/// `/msg`: to the conversation with somebody, with something to say there or without. A line that cannot be carried out
/// stays.
pub(super) fn message(state: &mut State, typed: &Nick, text: Option<Text>) -> Vec<Effect> {
    let line = line(typed.as_str(), text.as_ref());
    let outcome = match find(state, typed) {
        Some(person) => approach(state, person, typed.as_str(), text),
        None => Err(nobody_to_write_to(typed)),
    };
    outcome.unwrap_or_else(|sentence| {
        state.composer_mut().set(&line);
        problem(state, &sentence)
    })
}

fn line(name: &str, text: Option<&Text>) -> String {
    text.map_or_else(|| format!("/msg {name}"), |text| format!("/msg {name} {}", text.as_str()))
}

fn nobody_to_write_to(typed: &Nick) -> String {
    format!("nobody called {typed} is in a room with you")
}

/// Whoever is called so in the room on the screen, or in another one.
fn find(state: &State, typed: &Nick) -> Option<PersonId> {
    let here = state.room().into_iter();
    here.chain(state.rooms.values()).find_map(|room| room.find(typed)).map(|(person, _)| person)
}

/// To the conversation with this person: at once, or when the server has opened it.
///
/// # Errors
/// A sentence that says why not.
pub(super) fn approach(
    state: &mut State,
    person: PersonId,
    name: &str,
    text: Option<Text>,
) -> Result<Vec<Effect>, String> {
    if state.person == Some(person) {
        return Err("that is you".to_owned());
    }
    if state.people.is_ignored(person) {
        return Err(format!("you ignore {name}: /unignore {name} first"));
    }
    if let Some(room) = open_with(state, person) {
        rooms::enter(state, room);
        return Ok(text.map_or_else(Vec::new, |text| posting::say_in(state, room, &text)));
    }
    if !state.is_up() {
        return Err("not connected: a conversation opens when the link is back".to_owned());
    }
    if state.approaches.len() >= APPROACHES_MAX {
        return Err("too many conversations are being opened: try again in a moment".to_owned());
    }
    state.approaches.push(Approach { person, name: name.to_owned(), text, from: state.current });
    hint(state, format!("opening your conversation with {name}…"));
    Ok(vec![Effect::Link(Command::OpenDirect(person))])
}

/// The conversation with this person, if both are in it.
fn open_with(state: &State, person: PersonId) -> Option<RoomId> {
    let is_meant = |room: &&Room| room.peer() == Some(person) && !room.is_over && !room.is_deserted();
    state.rooms.values().find(is_meant).map(|room| room.id)
}

/// F5 where a conversation has ended.
pub(super) fn open_again(state: &mut State, peer: &Peer) -> Vec<Effect> {
    let name = crate::widget::timeline::name(&peer.name);
    approach(state, peer.person, &name, None).unwrap_or_else(|sentence| problem(state, &sentence))
}

/// The server has opened it. Who has gone elsewhere meanwhile is not called back.
pub(super) fn on_opened(state: &mut State, room: RoomId, person: PersonId) -> Vec<Effect> {
    let (of_person, others) = std::mem::take(&mut state.approaches).into_iter().partition(|it| it.person == person);
    state.approaches = others;
    let approaches: Vec<Approach> = of_person;
    state.forget_hint();
    if approaches.iter().any(|approach| approach.from == state.current) {
        rooms::enter(state, room);
    }
    let texts = approaches.into_iter().filter_map(|approach| approach.text);
    texts.flat_map(|text| posting::say_in(state, room, &text)).collect()
}

/// The server has not: what was to be said there comes back.
pub(super) fn on_refused(state: &mut State, person: PersonId, sentence: &str) -> Vec<Effect> {
    give_back(state, |approach| approach.person == person);
    problem(state, sentence)
}

/// There is no link any more that could be answered.
pub(super) fn on_end(state: &mut State) {
    give_back(state, |_| true);
}

/// Into the line from which it was sent, in front of what is there by now.
fn give_back(state: &mut State, is_meant: impl Fn(&Approach) -> bool) {
    let (back, others): (Vec<_>, Vec<_>) = std::mem::take(&mut state.approaches).into_iter().partition(is_meant);
    state.approaches = others;
    for approach in back.into_iter().rev() {
        let line = line(&approach.name, approach.text.as_ref());
        let from = approach.from.and_then(|from| state.rooms.get_mut(&from));
        let composer = match from {
            Some(room) => &mut room.composer,
            None => state.composer_mut(),
        };
        let line = if composer.is_empty() { line } else { format!("{line}\n{}", composer.text()) };
        composer.set(&line);
    }
}

/// Logged in: these are the conversations there are. Somebody may have written in any of them.
pub(super) fn on_up(state: &mut State, memberships: &[Membership]) -> Vec<Effect> {
    state.directs.clear();
    let learned: Vec<Effect> = memberships.iter().flat_map(|membership| learn(state, membership)).collect();
    [learned, enter_heard(state)].concat()
}

/// Somebody has opened one.
pub(super) fn on_added(state: &mut State, membership: &Membership) -> Vec<Effect> {
    [learn(state, membership), enter_heard(state)].concat()
}

fn learn(state: &mut State, membership: &Membership) -> Vec<Effect> {
    let Some(peer) = &membership.direct else { return Vec::new() };
    if state.directs.len() < MEMBERSHIPS || state.directs.contains_key(&membership.room) {
        state.directs.insert(membership.room, Fingerprint::of(&peer.key));
    }
    let name = Nick::parse(&peer.name).ok();
    let change = name.and_then(|name| state.people.learn(peer.person, &name, &peer.key, Age::Now));
    change.map(|change| Effect::Keep(Note::Ignored(change))).into_iter().collect()
}

/// Enters every conversation with somebody who is heard, behind the room on the screen.
pub(super) fn enter_heard(state: &State) -> Vec<Effect> {
    if !state.is_up() {
        return Vec::new();
    }
    let heard = state.directs.iter().filter(|(_, key)| !state.people.ignored().contains(key));
    let missing = heard.filter(|(room, _)| !state.rooms.contains_key(room));
    missing.map(|(room, _)| Effect::Link(Command::Return(*room))).collect()
}

/// Somebody is ignored now: their conversation is not shown, however it came here.
pub(super) fn leave_ignored(state: &mut State) {
    let State { rooms, people, .. } = state;
    let is_ignored =
        |room: &Room| room.direct.as_ref().is_some_and(|peer| people.ignored().contains(&Fingerprint::of(&peer.key)));
    rooms.retain(|_, room| !is_ignored(room));
    if state.current.is_some() && state.room().is_none() {
        rooms::show_next(state);
    }
}

/// Whether this is a conversation that was entered without anybody asking for it.
pub(super) fn is_background(state: &State, room: RoomId) -> bool {
    let is_wanted = state.attempt.is_some_and(|goal| goal.room() == Some(room));
    state.directs.contains_key(&room) && !is_wanted
}

/// Whether it is with somebody who is ignored.
pub(super) fn is_ignored(state: &State, peer: Option<&Peer>) -> bool {
    peer.is_some_and(|peer| state.people.ignored().contains(&Fingerprint::of(&peer.key)))
}

/// Something was said in a conversation that is not on the screen.
pub(super) fn tell_of(state: &mut State, room: RoomId, entries: &[Entry]) {
    let is_elsewhere = |known: &&Room| state.current != Some(room) && known.level() != Level::Nothing;
    let Some(known) = state.rooms.get(&room).filter(is_elsewhere) else { return };
    let is_for_reader = |entry: &Entry| entry.seq > known.read && known.is_addressed(entry, state.person);
    if let Some(peer) = known.direct.as_ref().filter(|_| entries.iter().any(is_for_reader)) {
        let name = crate::widget::timeline::name(&peer.name);
        let key = state.keys.say(Context::Room, "{news}");
        hint(state, format!("{name} writes to you: {key}"));
    }
}

/// Whoever takes another name has it in their conversation, too, whether they are there or not.
pub(super) fn follow_names(state: &mut State, entries: &[Entry]) {
    for entry in entries {
        if let EntryBody::Renamed(new) = &entry.body {
            state.rooms.values_mut().for_each(|room| room.follow_peer(entry.author.person, new));
        }
    }
}
