//! What the link tells.

use super::{hint, invite, people, problem, prompt, recent, search, trust};
use crate::act;
use crate::address::dialed_address;
use crate::effect::Effect;
use crate::link::{Asked, Command, LinkEvent, Mark, OutboxItem, Security, Trouble};
use crate::screen::room::Room;
use crate::state::{Goal, Link, Screen, State};
use crate::widget::timeline::{ENTRIES_MAX, Reader};
use chat_proto::entry::{Entry, EntryBody, PersonId, PostId, RoomId, UnixMillis};
use chat_proto::frame::{Door, EndReason, GapKind, Joined, Keep, Member};
use chat_proto::text::visible_line;
use chat_proto::{Nick, Seq};
use std::time::Duration;

/// Rooms held; a server that opens more of them than this misbehaves.
const ROOMS_MAX: usize = chat_proto::limits::ROOMS_PER_SESSION;

pub(super) fn on_link(state: &mut State, event: LinkEvent) -> Vec<Effect> {
    match event {
        LinkEvent::Up { person, name, security, .. } => on_up(state, person, name, security),
        LinkEvent::Down { trouble, retry_in } => on_down(state, trouble, retry_in),
        LinkEvent::LoginRefused { sentence, free_name } => prompt::on_login_refused(state, &sentence, free_name),
        LinkEvent::Ended(why) => on_ended(state, &why),
        LinkEvent::Latency(latency) => on_latency(state, latency),
        LinkEvent::Joined { asked, joined } => on_joined(state, asked, &joined),
        LinkEvent::Members { room, members } => on_members(state, room, &members),
        LinkEvent::Entries { room, entries } => on_entries(state, room, &entries),
        LinkEvent::Gap { room, from, to, kind } => on_gap(state, room, (from, to), kind),
        LinkEvent::Page { room, after, before, oldest, entries } => {
            on_page(state, room, (after, before), oldest, &entries)
        }
        LinkEvent::Found { room, quest, before, hits, beyond } => {
            search::on_found(state, (room, &quest), (before, hits, beyond))
        }
        LinkEvent::Marked { room, id, mark } => on_marked(state, room, id, mark),
        LinkEvent::Restored { items } => on_restored(state, &items),
        LinkEvent::RoomEnded { room, reason: EndReason::Over } => on_room_ended(state, room),
        LinkEvent::RoomEnded { room, reason: EndReason::Removed } => on_removed(state, room),
        LinkEvent::NoReturn { room, sentence } => on_no_return(state, room, &sentence),
        LinkEvent::Distrusted(distrust) => trust::on_distrusted(state, distrust),
        LinkEvent::Invitation { room, secret, .. } => invite::on_invitation(state, room, secret),
        LinkEvent::Names(names) => people::on_names(state, names),
        LinkEvent::GivenUp => on_ended(state, "the name is given up"),
        LinkEvent::Left { room } if is_closed(state, room) => Vec::new(),
        LinkEvent::Left { room } => on_left(state, room),
        LinkEvent::Renamed(name) => on_renamed(state, name),
        LinkEvent::Notice(sentence) => on_notice(state, &sentence),
        LinkEvent::Refused { asked, sentence, free_name } => on_refused(state, asked, &sentence, free_name),
    }
}

fn on_up(state: &mut State, person: PersonId, name: Nick, security: Security) -> Vec<Effect> {
    state.link = Link::Up { latency: None };
    state.person = Some(person);
    state.name = Some(name);
    if let Some((server, ..)) = &state.dialed {
        state.people.enter(&dialed_address(server));
        state.rooms_server = Some(server.clone());
    }
    trust::on_up(state, security);
    state.attempt.map(|goal| Effect::Link(goal.command())).into_iter().collect()
}

fn on_down(state: &mut State, trouble: Trouble, retry_in: Duration) -> Vec<Effect> {
    state.rooms.values_mut().for_each(|room| room.timeline.forget_requests());
    if state.attempt.is_some() {
        return prompt::on_trouble(state, &trouble);
    }
    let wait = i64::try_from(retry_in.as_millis()).unwrap_or(i64::MAX);
    state.link = Link::Down { trouble, retry_at: UnixMillis(state.now.0.saturating_add(wait)) };
    Vec::new()
}

fn on_ended(state: &mut State, why: &str) -> Vec<Effect> {
    state.dialed = None;
    state.link = Link::Ended(visible_line(why.as_bytes()));
    match state.attempt {
        Some(_) => prompt::fail(state, why, None),
        None => Vec::new(),
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

fn on_joined(state: &mut State, asked: Asked, joined: &Joined) -> Vec<Effect> {
    if state.rooms.len() >= ROOMS_MAX && !state.rooms.contains_key(&joined.room) {
        return problem(state, "the server misbehaves: it opens more rooms than there can be");
    }
    let is_watched = state.has_focus && state.current == Some(joined.room);
    let is_new = !state.rooms.contains_key(&joined.room);
    let room = state.rooms.entry(joined.room).or_insert_with(|| Room::new(joined));
    room.summarise(joined);
    room.timeline.watch(is_watched);
    // After a resume, what was missed follows on what is here; otherwise what is older can be loaded, and only the server
    // knows what was read.
    match asked {
        Asked::Resume(_) => room.timeline.mark_stop(joined.head),
        _ => room.timeline.begin(joined.oldest, joined.cursor, joined.head),
    }
    if is_new {
        room.timeline.was_away(joined.state.read, joined.cursor, joined.head);
    }
    let shown = match asked {
        Asked::Resume(_) if state.current.is_some() => Vec::new(),
        Asked::Create if joined.state.members <= 1 => {
            [enter(state, joined.room), invite::hint_at_new_room(state)].concat()
        }
        _ => enter(state, joined.room),
    };
    [shown, recent::remember(state, joined.room)].concat()
}

/// Shows this room.
pub(super) fn enter(state: &mut State, id: RoomId) -> Vec<Effect> {
    let before = state.room().filter(|room| room.id != id);
    let way_back = before.and_then(way_back);
    forget_over(state, id);
    look_at(state, id);
    state.screen = Screen::Room;
    state.attempt = None;
    state.prompt.forget_error();
    state.prompt.busy = None;
    state.notice = None;
    if let Some(code) = state.room().map(|room| room.code.clone()) {
        state.prompt.set_room(&code);
    }
    trust::tell_all(state);
    match way_back.filter(|_| state.notice.is_none()) {
        Some(words) => hint(state, words),
        None => Vec::new(),
    }
}

/// Why somebody might want to go back to the room they came from.
fn way_back(room: &Room) -> Option<String> {
    let code = &room.code;
    match room.is_over {
        false => Some(format!("{code} is still open: /join {code} goes back")),
        true if room.holds_unsent() => Some(format!("{code} holds what was not sent: /join {code} goes back")),
        true => None,
    }
}

/// The reader looks at this room, and at no other.
fn look_at(state: &mut State, id: RoomId) {
    let before = state.current.replace(id).filter(|before| *before != id);
    if let Some(room) = before.and_then(|before| state.rooms.get_mut(&before)) {
        room.timeline.watch(false);
    }
    let has_focus = state.has_focus;
    if let Some(room) = state.rooms.get_mut(&id) {
        room.timeline.watch(has_focus);
    }
}

/// Rooms that are over go with the next one, unless something in them still needs a decision.
fn forget_over(state: &mut State, next: RoomId) {
    state.rooms.retain(|id, room| *id == next || !room.is_over || !room.timeline.pending().is_empty());
}

fn on_members(state: &mut State, room: RoomId, members: &[Member]) -> Vec<Effect> {
    let Some(known) = state.rooms.get_mut(&room) else { return Vec::new() };
    known.members.list(members);
    people::on_members(state, room, members)
}

fn on_entries(state: &mut State, room: RoomId, entries: &[Entry]) -> Vec<Effect> {
    let Some(topic) = state.rooms.get(&room).map(|room| room.topic.clone()) else { return Vec::new() };
    let mut effects = people::before_entries(state, room, entries);
    let (news, calls) = append(state, room, entries);
    effects.extend(people::on_arrivals(state, room, &news));
    tell_consequence(state, &news);
    if state.rooms.get(&room).is_some_and(|room| room.topic != topic) {
        effects.extend(recent::remember(state, room));
    }
    effects.extend(search::erase(state, room, entries));
    make_place(state);
    if calls && !state.has_focus {
        effects.push(Effect::Bell);
    }
    effects
}

/// Shows entries. Those that the summary did not know, and whether one of them calls the reader.
fn append(state: &mut State, room: RoomId, entries: &[Entry]) -> (Vec<Entry>, bool) {
    let reader = Reader { person: state.person, name: state.name.as_ref(), people: &state.people };
    let Some(room) = state.rooms.get_mut(&room) else { return (Vec::new(), false) };
    let (mut news, mut calls) = (Vec::new(), false);
    let is_erased = room.timeline.forgets(entries);
    for entry in entries {
        if room.timeline.append(entry, reader) && room.fold(entry, state.person) {
            calls |= room.timeline.ends_in_mention();
            news.push(entry.clone());
        }
    }
    if is_erased {
        room.timeline.hear(&state.people);
    }
    room.tell_remarks();
    (news, calls)
}

/// Whoever removed somebody is told what that means.
fn tell_consequence(state: &mut State, news: &[Entry]) {
    let own = news.iter().rev().filter(|entry| Some(entry.author.person) == state.person);
    let mut acts = own.filter_map(|entry| if let EntryBody::Act(act) = &entry.body { Some(act) } else { None });
    if let Some(words) = acts.find_map(act::consequence) {
        hint(state, words);
    }
}

fn on_gap(state: &mut State, room: RoomId, (from, to): (Seq, Seq), kind: GapKind) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.timeline.gap(from, to, kind);
    }
    Vec::new()
}

fn on_page(state: &mut State, room: RoomId, range: (Seq, Seq), oldest: Seq, entries: &[Entry]) -> Vec<Effect> {
    let mut effects = people::before_entries(state, room, entries);
    let reader = Reader { person: state.person, name: state.name.as_ref(), people: &state.people };
    if let Some(room) = state.rooms.get_mut(&room) {
        let is_erased = room.timeline.forgets(entries);
        room.timeline.page(range, oldest, entries, reader);
        if is_erased {
            room.timeline.hear(&state.people);
        }
    }
    effects.extend(search::erase(state, room, entries));
    make_place(state);
    effects
}

/// All rooms together hold no more than one may: the longest that nobody looks at gives way.
fn make_place(state: &mut State) {
    let held: usize = state.rooms.values().map(|room| room.timeline.held()).sum();
    let behind = state.rooms.values_mut().filter(|room| state.current != Some(room.id));
    if let Some(longest) = behind.max_by_key(|room| room.timeline.held()).filter(|_| held > ENTRIES_MAX) {
        let timeline = &mut longest.timeline;
        timeline.hold_at_most(timeline.held().saturating_sub(held - ENTRIES_MAX));
    }
}

fn on_marked(state: &mut State, room: RoomId, id: PostId, mark: Mark) -> Vec<Effect> {
    let refusal = if let Mark::Refused(reason) = &mark { Some(format!("not sent: {reason}")) } else { None };
    let is_known = state.rooms.get_mut(&room).is_some_and(|room| room.timeline.mark(id, mark));
    match refusal {
        Some(sentence) if !is_known => problem(state, &sentence),
        _ => Vec::new(),
    }
}

fn on_restored(state: &mut State, items: &[(OutboxItem, Mark)]) -> Vec<Effect> {
    let name = state.name.as_ref().map_or_else(|| "you".to_owned(), ToString::to_string);
    for (item, mark) in items {
        if let Some(room) = state.rooms.get_mut(&item.room) {
            room.timeline.post(item, mark.clone(), &name);
        }
        // An earlier run may have had the same instance: its numbers are used up.
        if item.id.instance == state.instance {
            state.posted = state.posted.max(item.id.n);
        }
    }
    Vec::new()
}

fn on_room_ended(state: &mut State, room: RoomId) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.is_over = true;
        room.timeline.forget_requests();
    }
    search::on_refused(state, room, "this room is over");
    recent::forget(state, room)
}

fn on_removed(state: &mut State, room: RoomId) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.has_removed_reader();
    }
    on_room_ended(state, room)
}

/// Tried from the prompt, the prompt says it.
fn on_no_return(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    match state.attempt {
        Some(_) => prompt::on_no_return(state, room, sentence),
        None => [recent::forget(state, room), problem(state, sentence)].concat(),
    }
}

/// Not let in again: the room stays on the screen, with what was not sent there.
fn on_shut_out(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.has_shut_out_reader();
    }
    let effects = on_room_ended(state, room);
    problem(state, sentence);
    effects
}

fn is_closed(state: &State, room: RoomId) -> bool {
    state.rooms.get(&room).is_some_and(|room| room.is_over)
}

pub(super) fn on_left(state: &mut State, room: RoomId) -> Vec<Effect> {
    state.rooms.remove(&room);
    search::forget(state, room);
    let effects = recent::forget(state, room);
    if state.current == Some(room) {
        show_next(state);
    }
    effects
}

/// Another room that is open, or the prompt.
fn show_next(state: &mut State) {
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
        Asked::Create | Asked::Join(_) | Asked::Return(_) if state.attempt.is_some() => {
            prompt::on_refused(state, sentence)
        }
        Asked::Create
        | Asked::Join(_)
        | Asked::Return(_)
        | Asked::Leave(_)
        | Asked::Invite(_)
        | Asked::Names
        | Asked::GiveUp => problem(state, sentence),
        Asked::Resume(room) => on_shut_out(state, room, sentence),
        Asked::History(room) => on_history_refused(state, room, sentence),
        Asked::Search(room) => search::on_refused(state, room, sentence),
        Asked::Rename => on_rename_refused(state, sentence, free_name),
    }
}

fn on_history_refused(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    let Some(room) = state.rooms.get_mut(&room) else { return Vec::new() };
    let was_seeking = room.timeline.is_seeking();
    room.timeline.page_refused(&visible_line(sentence.as_bytes()));
    match was_seeking {
        true => problem(state, sentence),
        false => Vec::new(),
    }
}

/// A free name stands in the line already: Enter takes it.
fn on_rename_refused(state: &mut State, sentence: &str, free_name: Option<Nick>) -> Vec<Effect> {
    match free_name {
        Some(name) if state.composer.is_empty() => {
            state.composer.set(&format!("/nick {name}"));
            problem(state, &format!("{sentence}; Enter takes {name}"))
        }
        Some(name) => problem(state, &format!("{sentence}; {name} is free")),
        None => problem(state, sentence),
    }
}

/// F5: whatever ended goes on, and whatever waits is tried now. A room that is over is followed by a new one, a link by another.
pub(super) fn mend(state: &mut State) -> Vec<Effect> {
    let is_over = state.room().is_some_and(|room| room.is_over);
    let goal = match state.room().and_then(Room::typed_code) {
        Some(code) if !is_over => Goal::Join(code, None),
        // What was said among few does not go on before everybody.
        _ => state.room().map_or(Goal::Create(Door::Open, Keep::Default), |room| Goal::Create(room.door, room.keep())),
    };
    match &state.link {
        Link::Up { .. } if is_over => vec![Effect::Link(goal.command())],
        Link::Ended(_) | Link::Idle => dial_again(state, goal),
        Link::Up { .. } => hint(state, "nothing has ended: this is for when it has"),
        Link::Down { .. } => vec![Effect::Link(Command::Retry)],
        Link::Connecting => hint(state, "not connected yet: it is being tried"),
    }
}

fn dial_again(state: &mut State, goal: Goal) -> Vec<Effect> {
    let address = state.prompt.address();
    match state.name.clone() {
        Some(name) => prompt::reach(state, goal, address, name),
        None => Vec::new(),
    }
}
