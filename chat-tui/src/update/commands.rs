//! What slash commands do.

use super::{
    ask, at, direct, export, hint, invite, looks, message, noticing, people, plain, posting, presence, problem,
    reacting, reading, rooms, search, switching, travel,
};
use crate::command::Action;
use crate::destination::Destination;
use crate::effect::Effect;
use crate::keymap::Context;
use crate::link::Command;
use crate::overlay::{Overlay, Question};
use crate::room::Room;
use crate::state::State;
use bytes::Bytes;
use chat_proto::entry::{EntryBody, RoomId};

pub(super) fn carry_out(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => help(state),
        Action::Me(text) => posting::post(state, EntryBody::Action(bytes(text.as_str()))),
        Action::Reply(text) => message::reply_at_once(state, &text),
        Action::EditLast => message::edit_last(state),
        Action::React(emoji) => reacting::react_at_once(state, &emoji),
        Action::Join(destination) => join(state, &destination),
        Action::Create(door, keep) => ask_link(state, Command::Create(door, keep)),
        Action::Invite(view) => invite::ask(state, view),
        Action::Leave => leave(state),
        Action::Nick(name) => ask_link(state, Command::Rename(name)),
        Action::ShowTopic => show_topic(state),
        Action::Topic(topic) => posting::post(state, EntryBody::Topic(bytes(topic.as_str()))),
        Action::Act(act) => people::act(state, act),
        Action::Whois(name) => people::whois(state, &name),
        Action::WhoAmI => people::whoami(state),
        Action::Ignore(name) => people::ignore(state, &name),
        Action::ShowIgnored => people::show_ignored(state),
        Action::Unignore(name) => people::unignore(state, &name),
        Action::Message(name, text) => direct::message(state, &name, text),
        Action::Away(word) => presence::away(state, word),
        Action::Back => presence::back(state),
        Action::Search(typed) => search::ask(state, &typed),
        Action::Mentions => search::mentions(state),
        Action::At(moment) => at::go(state, moment),
        Action::ShowLevel => noticing::show(state),
        Action::SetLevel(level) => noticing::set(state, level),
        Action::Switch(typed) => switching::find(state, &typed),
        Action::Export(wanted) => export::begin(state, wanted),
        Action::ListThemes => looks::list(state),
        Action::Theme(name) => looks::switch(state, &name),
        Action::Forget => ask(state, Question::Forget),
        Action::Quit => quit(state),
        Action::Clear => clear(state),
        Action::Plain => plain::turn(state),
        Action::Resend => posting::send_unsent(state),
        Action::Discard => posting::discard_unsent(state),
    }
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub(super) fn help(state: &mut State) -> Vec<Effect> {
    state.overlay = Some(Overlay::Help { row: 0 });
    Vec::new()
}

/// Asks the link, if there is one: unlike a post, a request does not wait for it.
pub(super) fn ask_link(state: &mut State, command: Command) -> Vec<Effect> {
    match state.is_up() {
        true => vec![Effect::Link(command)],
        false => problem(state, "not connected: this works when the link is back"),
    }
}

/// Into a room; one that is open here already is shown.
fn join(state: &mut State, destination: &Destination) -> Vec<Effect> {
    if let Some(address) = travel::elsewhere(state, destination) {
        return travel::go(state, destination, address);
    }
    let code = destination.code;
    let known = |is_meant: fn(&Room) -> bool| {
        let mut rooms = state.rooms.iter().filter(|(_, room)| room.typed_code() == Some(code));
        rooms.find(|(_, room)| is_meant(room)).map(|(id, _)| *id)
    };
    let left_behind = || known(Room::holds_unsent).filter(|id| state.current != Some(*id));
    match known(|room| !room.is_over).or_else(left_behind) {
        Some(id) if state.current == Some(id) => hint(state, format!("this is {code}")),
        Some(id) => switching::to(state, id),
        None => ask_link(state, Command::Join(code, destination.secret)),
    }
}

fn leave(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.current else { return Vec::new() };
    match state.is_up() && state.rooms_that_end().iter().any(|ending| ending.id == room) {
        true => ask(state, Question::Leave { room }),
        false => leave_now(state, room),
    }
}

pub(super) fn leave_now(state: &mut State, room: RoomId) -> Vec<Effect> {
    match rooms::is_closed(state, room) {
        true => rooms::on_left(state, room),
        false => ask_link(state, Command::Leave(room)),
    }
}

fn show_topic(state: &mut State) -> Vec<Effect> {
    let topic = state.room().map(|room| room.topic.clone()).unwrap_or_default();
    match topic.is_empty() {
        true => hint(state, "this room has no topic: /topic <text> sets one"),
        false => hint(state, format!("the topic is: {topic}")),
    }
}

/// Ends the program; others who would lose their server, and rooms that end with it, are reasons to ask.
fn quit(state: &mut State) -> Vec<Effect> {
    match state.stakes() {
        0 => vec![Effect::Quit],
        _ => ask(state, Question::Quit),
    }
}

fn clear(state: &mut State) -> Vec<Effect> {
    if let Some(room) = state.room_mut() {
        room.timeline.clear();
    }
    reading::newest(state);
    let words = state.keys.say(Context::Room, "the screen is clear; {page-up} brings everything back");
    hint(state, words)
}
