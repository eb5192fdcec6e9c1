//! What the link tells.

use super::{
    direct, entries, export, hint, invite, orders, people, presence, problem, prompt, returning, rooms, search, trust,
};
use crate::address::dialed_address;
use crate::effect::Effect;
use crate::keymap::Context;
use crate::link::{Asked, Command, LinkEvent, Security, Trouble};
use crate::room::Room;
use crate::state::{Goal, Link, State};
use chat_proto::Nick;
use chat_proto::entry::{PersonId, RoomId, UnixMillis};
use chat_proto::frame::{Door, EndReason, Keep, Membership};
use chat_proto::text::visible_line;
use std::time::Duration;

pub(super) fn on_link(state: &mut State, event: LinkEvent) -> Vec<Effect> {
    match event {
        LinkEvent::Up { person, name, security, rooms, .. } => on_up(state, (person, name), security, &rooms),
        LinkEvent::Down { trouble, retry_in } => on_down(state, trouble, retry_in),
        LinkEvent::LoginRefused { sentence, free_name } => prompt::on_login_refused(state, &sentence, free_name),
        LinkEvent::Ended(why) => on_ended(state, &why),
        LinkEvent::Latency(latency) => on_latency(state, latency),
        LinkEvent::Joined { asked, joined } => rooms::on_joined(state, asked, &joined),
        LinkEvent::Members { room, members } => entries::on_members(state, room, &members),
        LinkEvent::Entries { room, entries } => entries::on_entries(state, room, &entries),
        LinkEvent::Gap { room, from, to, kind } => entries::on_gap(state, room, (from, to), kind),
        LinkEvent::Page { room, after, before, oldest, entries } => {
            entries::on_page(state, room, (after, before), oldest, &entries)
        }
        LinkEvent::Found { room, quest, before, hits, beyond } => {
            search::on_found(state, (room, &quest), (before, hits, beyond))
        }
        LinkEvent::Marked { room, id, mark } => entries::on_marked(state, room, id, mark),
        LinkEvent::Restored { items } => entries::on_restored(state, &items),
        LinkEvent::RoomEnded { room, reason: EndReason::Over } => rooms::on_room_ended(state, room),
        LinkEvent::RoomEnded { room, reason: EndReason::Removed } => rooms::on_removed(state, room),
        LinkEvent::Signal { room, person, kind } => presence::on_signal(state, room, person, kind),
        LinkEvent::RoomAdded(membership) => direct::on_added(state, &membership),
        LinkEvent::NoReturn { room, sentence } => rooms::on_no_return(state, room, &sentence),
        LinkEvent::Distrusted(distrust) => trust::on_distrusted(state, distrust),
        LinkEvent::Invitation { room, secret, .. } => invite::on_invitation(state, room, secret),
        LinkEvent::Names(names) => people::on_names(state, names),
        LinkEvent::GivenUp => on_ended(state, "the name is given up"),
        LinkEvent::Left { room } if rooms::is_closed(state, room) => Vec::new(),
        LinkEvent::Left { room } => rooms::on_left(state, room),
        LinkEvent::Renamed(name) => on_renamed(state, name),
        LinkEvent::Notice(sentence) => on_notice(state, &sentence),
        LinkEvent::Refused { asked, sentence, free_name } => on_refused(state, asked, &sentence, free_name),
    }
}

fn on_up(state: &mut State, (person, name): (PersonId, Nick), security: Security, rooms: &[Membership]) -> Vec<Effect> {
    state.link = Link::Up { latency: None };
    state.person = Some(person);
    state.name = Some(name);
    if let Some((server, ..)) = &state.dialed {
        state.people.enter(&dialed_address(server));
        state.rooms_server = Some(server.clone());
    }
    trust::on_up(state, security);
    presence::on_up(state);
    let goal = state.attempt.map(|goal| Effect::Link(goal.command()));
    goal.into_iter().chain(returning::ask(state)).chain(direct::on_up(state, rooms)).collect()
}

fn on_down(state: &mut State, trouble: Trouble, retry_in: Duration) -> Vec<Effect> {
    state.rooms.values_mut().for_each(|room| room.timeline.forget_requests());
    let given_up = orders::on_lost(state);
    if state.attempt.is_some() {
        return [given_up, prompt::on_trouble(state, &trouble)].concat();
    }
    let wait = i64::try_from(retry_in.as_millis()).unwrap_or(i64::MAX);
    state.link = Link::Down { trouble, retry_at: UnixMillis(state.now.0.saturating_add(wait)) };
    given_up
}

fn on_ended(state: &mut State, why: &str) -> Vec<Effect> {
    direct::on_end(state);
    let given_up = orders::on_lost(state);
    state.dialed = None;
    state.link = Link::Ended(visible_line(why.as_bytes()));
    match state.attempt {
        Some(_) => [given_up, prompt::fail(state, why, None)].concat(),
        None => given_up,
    }
}

/// In a room it is told at once; on the way to one, it would go by unseen.
fn on_notice(state: &mut State, sentence: &str) -> Vec<Effect> {
    match state.attempt {
        Some(_) => trust::tell(state, sentence),
        None => return problem(state, sentence),
    }
    Vec::new()
}

fn on_latency(state: &mut State, latency: Duration) -> Vec<Effect> {
    if state.is_up() {
        state.link = Link::Up { latency: Some(latency) };
    }
    Vec::new()
}

fn on_renamed(state: &mut State, name: Nick) -> Vec<Effect> {
    if let Some((_, _, dialed)) = &mut state.dialed {
        dialed.clone_from(&name);
    }
    state.prompt.set_name(&name);
    let words = format!("you are {name} now");
    state.name = Some(name);
    hint(state, words)
}

fn on_refused(state: &mut State, asked: Asked, sentence: &str, free_name: Option<Nick>) -> Vec<Effect> {
    match asked {
        Asked::Direct(person) => direct::on_refused(state, person, sentence),
        Asked::Return(room) if direct::is_background(state, room) => Vec::new(),
        Asked::Return(room) if returning::is_behind(state, room) => {
            returning::failed(state, room);
            Vec::new()
        }
        Asked::Create | Asked::Join(_) | Asked::Return(_) if state.attempt.is_some() => {
            prompt::on_refused(state, sentence)
        }
        Asked::Create
        | Asked::Join(_)
        | Asked::Return(_)
        | Asked::Leave(_)
        | Asked::Invite(_)
        | Asked::Names
        | Asked::GiveUp
        | Asked::Presence => problem(state, sentence),
        Asked::Resume(room) => rooms::on_shut_out(state, room, sentence),
        Asked::History(room) => on_history_refused(state, room, sentence),
        Asked::Search(room) => search::on_refused(state, room, sentence),
        Asked::Rename => on_rename_refused(state, sentence, free_name),
    }
}

fn on_history_refused(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    let stopped = export::on_refused(state, room, sentence);
    let Some(room) = state.rooms.get_mut(&room) else { return stopped };
    let was_seeking = room.timeline.is_seeking();
    room.timeline.page_refused(&visible_line(sentence.as_bytes()));
    if was_seeking {
        problem(state, sentence);
    }
    stopped
}

/// A free name stands in the line already: Enter takes it.
fn on_rename_refused(state: &mut State, sentence: &str, free_name: Option<Nick>) -> Vec<Effect> {
    match free_name {
        Some(name) if state.composer().is_empty() => {
            state.composer_mut().set(&format!("/nick {name}"));
            let way = state.keys.say(Context::Room, "{send} takes");
            problem(state, &format!("{sentence}; {way} {name}"))
        }
        Some(name) => problem(state, &format!("{sentence}; {name} is free")),
        None => problem(state, sentence),
    }
}

/// F5: whatever ended goes on, and whatever waits is tried now. A room that is over is followed by a new one, a link by
/// another.
pub(super) fn mend(state: &mut State) -> Vec<Effect> {
    let is_over = state.room().is_some_and(|room| room.is_over);
    let goal = state.room().map_or(Goal::Create(Door::Open, Keep::Default), goal_again);
    let peer = state.room().and_then(|room| room.direct.clone());
    match (&state.link, peer) {
        (Link::Up { .. }, Some(peer)) if is_over => return direct::open_again(state, &peer),
        _ => {}
    }
    match &state.link {
        Link::Up { .. } if is_over => vec![Effect::Link(goal.command())],
        Link::Ended(_) | Link::Idle => dial_again(state, goal),
        Link::Up { .. } => hint(state, "nothing has ended: this is for when it has"),
        Link::Down { .. } => vec![Effect::Link(Command::Retry)],
        Link::Connecting => hint(state, "not connected yet: it is being tried"),
    }
}

/// What follows on this room, or is it once more.
fn goal_again(room: &Room) -> Goal {
    match (room.typed_code(), room.own_code(), room.door) {
        (Some(code), ..) if !room.is_over => Goal::Join(code, None),
        (None, Some(code), _) if !room.is_over => Goal::Return(room.id, code),
        // What was said among few does not go on before everybody.
        (_, _, Door::Direct | Door::Private) => Goal::Create(Door::Private, room.keep()),
        (_, _, Door::Open) => Goal::Create(Door::Open, room.keep()),
    }
}

fn dial_again(state: &mut State, goal: Goal) -> Vec<Effect> {
    let address = state.prompt.address();
    match state.name.clone() {
        Some(name) => prompt::reach(state, goal, address, name),
        None => Vec::new(),
    }
}
