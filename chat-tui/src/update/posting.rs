//! From the composer to the outbox, and what becomes of a post that was not sent.

use super::{ask, commands, hint, message, orders, problem};
use crate::about::About;
use crate::command::{self, Line};
use crate::effect::Effect;
use crate::keymap::Context;
use crate::link::{Command, Mark, OutboxItem};
use crate::overlay::Question;
use crate::room::Room;
use crate::state::State;
use crate::widget::timeline::Pending;
use bytes::Bytes;
use chat_proto::entry::{Edit, EntryBody, PostId, Reply, RoomId};
use chat_proto::{Seq, Text};

/// Enter: a command is carried out, anything else is said; much of it after asking.
pub(super) fn send(state: &mut State) -> Vec<Effect> {
    if state.composer().text().trim().is_empty() {
        return send_nothing(state);
    }
    match state.is_long() {
        true => ask(state, Question::SendLong),
        false => send_now(state),
    }
}

/// Who leaves nothing of a message wants to delete it.
fn send_nothing(state: &mut State) -> Vec<Effect> {
    match state.room().and_then(|room| room.about.clone()) {
        Some(About::Edit { target, .. }) => message::delete_edited(state, target),
        Some(About::Reply { .. }) | None => Vec::new(),
    }
}

pub(super) fn send_now(state: &mut State) -> Vec<Effect> {
    match command::parse(state.composer().text()) {
        Ok(Line::Say(text)) => say(state, &text),
        Ok(Line::Do(action)) => {
            state.composer_mut().has_sent();
            state.forget_hint();
            message::give_up_edit(state);
            commands::carry_out(state, action)
        }
        Err(sentence) => problem(state, &sentence),
    }
}

fn say(state: &mut State, text: &str) -> Vec<Effect> {
    // The newline behind a pasted block is no part of what is said.
    match Text::parse(text.trim_end().as_bytes()) {
        Ok(text) => {
            let effects = match body(state, &text) {
                Some(body) => post(state, body),
                None => return leave_as_it_is(state),
            };
            if !effects.is_empty() {
                state.composer_mut().has_sent();
                message::forget(state);
            }
            effects
        }
        // The line stays: nothing is lost.
        Err(error) => problem(state, &error.to_string()),
    }
}

/// What the line says, by what it is about; nothing if it changes nothing.
fn body(state: &State, text: &Text) -> Option<EntryBody> {
    match state.room().and_then(|room| Some((room, room.about.as_ref()?))) {
        Some((_, About::Reply { to })) => Some(reply(*to, text)),
        Some((room, About::Edit { target, .. })) => {
            let is_other = room.timeline.text_of(*target) != text.as_str();
            is_other.then(|| EntryBody::Edit(Edit { target: *target, text: bytes(text) }))
        }
        None => Some(EntryBody::Message(bytes(text))),
    }
}

pub(super) fn reply(to: Seq, text: &Text) -> EntryBody {
    EntryBody::Reply(Reply { to, text: bytes(text) })
}

fn bytes(text: &Text) -> Bytes {
    Bytes::copy_from_slice(text.as_str().as_bytes())
}

fn leave_as_it_is(state: &mut State) -> Vec<Effect> {
    message::forget(state);
    super::hint(state, "nothing was changed")
}

/// Posts to the room on the screen. No effects: it was refused, with a sentence.
pub(super) fn post(state: &mut State, body: EntryBody) -> Vec<Effect> {
    let open = state.room().filter(|room| !room.is_over).map(|room| room.id);
    let Some(room) = open else {
        let end = state.room().map_or("there is no room here", Room::end);
        let words = format!("not sent: {end}");
        return problem(state, &words);
    };
    if let Some(peer) = state.room().filter(|room| room.is_deserted()).map(Room::called) {
        let name = peer.trim_start_matches('@');
        return problem(state, &format!("{name} has left this conversation: /msg {name} brings them back"));
    }
    if orders::is_one(state.rooms.get(&room), &body) && !state.is_up() {
        return problem(state, "not connected: this works when the link is back");
    }
    post_in(state, room, body)
}

/// Says something in any room.
pub(super) fn say_in(state: &mut State, room: RoomId, text: &Text) -> Vec<Effect> {
    post_in(state, room, EntryBody::Message(Bytes::copy_from_slice(text.as_str().as_bytes())))
}

fn post_in(state: &mut State, room: RoomId, body: EntryBody) -> Vec<Effect> {
    let item = state.outbox_item(room, body);
    show(state, &item);
    state.forget_hint();
    if state.attendance.away().is_some() {
        hint(state, "you are still away: /back says that you are here again");
    }
    vec![Effect::Link(Command::Post(item))]
}

fn show(state: &mut State, item: &OutboxItem) {
    let name = state.name.as_ref().map_or_else(|| "you".to_owned(), ToString::to_string);
    let widths = state.widths;
    if let Some(room) = state.rooms.get_mut(&item.room) {
        room.timeline.post(item, Mark::Waiting, &name, widths);
        // Whoever changes a message stays where it is.
        if item.body.target().is_none() {
            room.timeline.has_written();
        }
    }
}

/// The post that asks for a decision now.
fn undecided(state: &State) -> Option<(RoomId, PostId)> {
    let room = state.room()?;
    Some((room.id, room.timeline.undecided()?.id))
}

fn nothing_undecided(state: &mut State) -> Vec<Effect> {
    super::hint(state, "no message of yours is waiting for a decision")
}

/// Takes it back into the composer, in front of what is there.
pub(super) fn edit_unsent(state: &mut State) -> Vec<Effect> {
    let Some((room, id)) = undecided(state) else { return nothing_undecided(state) };
    let Some(pending) = state.rooms.get_mut(&room).and_then(|room| room.timeline.take_pending(id)) else {
        return Vec::new();
    };
    if let Some(reaction) = as_deed(state, &pending) {
        return [reaction, vec![Effect::Link(Command::Discard(id))]].concat();
    }
    let line = as_typed(&pending.body);
    let line = match state.composer().is_empty() {
        true => line,
        false => format!("{line}\n{}", state.composer().text()),
    };
    state.composer_mut().set(&line);
    vec![Effect::Link(Command::Discard(id))]
}

/// What was about a message is about it again.
fn as_deed(state: &mut State, pending: &Pending) -> Option<Vec<Effect>> {
    match &pending.body {
        EntryBody::Edit(edit) => message::edit_as(state, edit.target, &String::from_utf8_lossy(&edit.text)),
        EntryBody::Delete(_) | EntryBody::React(_) => {
            return Some(super::hint(state, "it is undone: select the message to try again"));
        }
        EntryBody::Reply(reply) => {
            if let Some(room) = state.room_mut().filter(|room| room.about.is_none()) {
                room.about = Some(About::Reply { to: reply.to });
            }
            return None;
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// The line that says this text.
pub(super) fn as_line(text: &str) -> String {
    if text.starts_with('/') { format!("/{text}") } else { text.to_owned() }
}

/// The line that would say this.
pub(super) fn as_typed(body: &EntryBody) -> String {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    match body {
        EntryBody::Message(bytes) => as_line(&text(bytes)),
        EntryBody::Reply(reply) => as_line(&text(&reply.text)),
        EntryBody::Action(bytes) => format!("/me {}", text(bytes)),
        EntryBody::Topic(bytes) if bytes.is_empty() => "/topic -".to_owned(),
        EntryBody::Topic(bytes) => format!("/topic {}", text(bytes)),
        EntryBody::Act(act) => crate::act::line(act),
        EntryBody::Forget => "/forget".to_owned(),
        _ => String::new(),
    }
}

/// Sends what an earlier run left, under its id. A refused one keeps its answer: it must be edited.
pub(super) fn send_unsent(state: &mut State) -> Vec<Effect> {
    let Some((room, id)) = undecided(state) else { return nothing_undecided(state) };
    let timeline = state.rooms.get(&room).map(|room| &room.timeline);
    let Some(pending) = timeline.and_then(|timeline| timeline.undecided()).cloned() else { return Vec::new() };
    if pending.mark != Mark::Stale {
        let words = "this message has its answer: {edit-unsent} edits it, {discard-unsent} discards it";
        let words = state.keys.say(Context::Room, words);
        return problem(state, &words);
    }
    if let Some(room) = state.rooms.get_mut(&room) {
        room.timeline.mark(id, Mark::Waiting);
    }
    vec![Effect::Link(Command::Post(OutboxItem { room, id, body: pending.body, written: pending.written }))]
}

pub(super) fn discard_unsent(state: &mut State) -> Vec<Effect> {
    let Some((room, id)) = undecided(state) else { return nothing_undecided(state) };
    if let Some(room) = state.rooms.get_mut(&room) {
        room.timeline.take_pending(id);
    }
    vec![Effect::Link(Command::Discard(id))]
}
