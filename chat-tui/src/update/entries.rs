//! What is said in rooms, and what became of what was said here, as the link tells.

use super::noticing::{self, Call};
use super::{direct, export, find, hint, orders, people, problem, recent, search};
use crate::act;
use crate::afterthought::Afterthought;
use crate::effect::Effect;
use crate::link::{Mark, OutboxItem};
use crate::room::Room;
use crate::state::State;
use crate::widget::timeline::{ENTRIES_MAX, Reader, Said};
use chat_proto::Seq;
use chat_proto::entry::{Entry, EntryBody, PostId, RoomId};
use chat_proto::frame::{GapKind, Member};

pub(super) fn on_members(state: &mut State, room: RoomId, members: &[Member]) -> Vec<Effect> {
    let Some(known) = state.rooms.get_mut(&room) else { return Vec::new() };
    known.members.list(members);
    for member in members {
        state.rooms.values_mut().for_each(|room| room.follow_peer(member.person, &member.name));
    }
    people::on_members(state, room, members)
}

pub(super) fn on_entries(state: &mut State, room: RoomId, entries: &[Entry]) -> Vec<Effect> {
    let Some(topic) = state.rooms.get(&room).map(|room| room.topic.clone()) else { return Vec::new() };
    let mut effects = people::before_entries(state, room, entries);
    let (news, call) = append(state, room, entries);
    effects.extend(people::on_arrivals(state, room, &news));
    direct::follow_names(state, &news);
    direct::tell_of(state, room, entries);
    tell_consequence(state, &news);
    if state.rooms.get(&room).is_some_and(|room| room.topic != topic) {
        effects.extend(recent::remember(state, room));
    }
    effects.extend(search::erase(state, room, entries));
    make_place(state);
    effects.extend(call.map(|call| noticing::on_call(state, room, &call)).unwrap_or_default());
    effects
}

/// Shows entries. Those that the summary did not know, and what of them calls the reader.
pub(super) fn append(state: &mut State, room: RoomId, entries: &[Entry]) -> (Vec<Entry>, Option<Call>) {
    let reader =
        Reader { person: state.person, name: state.name.as_ref(), people: &state.people, widths: state.widths };
    let Some(room) = state.rooms.get_mut(&room) else { return (Vec::new(), None) };
    let (mut news, mut call) = (Vec::new(), None);
    let is_erased = room.timeline.forgets(entries);
    for entry in entries {
        let before = entry.body.target().and_then(|target| room.timeline.message(target)).cloned();
        if !room.timeline.append(entry, reader) {
            continue;
        }
        if let Some(before) = before {
            note_afterthought(room, entry, &before);
        }
        if let Some(latest) = room.timeline.newest_unread().and_then(|said| Call::of(room, said)) {
            call = Some(latest.or(call));
        }
        if room.fold(entry, state.person) {
            news.push(entry.clone());
        }
    }
    if is_erased {
        room.timeline.hear(&state.people);
    }
    room.tell_remarks();
    if is_erased {
        find::look_again(state);
    }
    (news, call)
}

fn note_afterthought(room: &mut Room, entry: &Entry, before: &Said) {
    let now = entry.body.target().and_then(|target| room.timeline.message(target));
    if let Some(afterthought) = Afterthought::of(entry, before, now) {
        room.afterthoughts.add(afterthought);
    }
}

/// Whoever removed somebody is told what that means.
pub(super) fn tell_consequence(state: &mut State, news: &[Entry]) {
    let own = news.iter().rev().filter(|entry| Some(entry.author.person) == state.person);
    let mut acts = own.filter_map(|entry| if let EntryBody::Act(act) = &entry.body { Some(act) } else { None });
    if let Some(words) = acts.find_map(act::consequence) {
        hint(state, words);
    }
}

pub(super) fn on_gap(state: &mut State, room: RoomId, (from, to): (Seq, Seq), kind: GapKind) -> Vec<Effect> {
    if let Some(room) = state.rooms.get_mut(&room) {
        room.timeline.gap(from, to, kind);
    }
    Vec::new()
}

pub(super) fn on_page(
    state: &mut State,
    room: RoomId,
    range: (Seq, Seq),
    oldest: Seq,
    entries: &[Entry],
) -> Vec<Effect> {
    let written = export::on_page(state, room, range, oldest, entries);
    let is_asked = state.rooms.get(&room).is_some_and(|room| room.timeline.has_asked(range));
    if !written.is_empty() && !is_asked {
        return written;
    }
    let mut effects = [written, people::before_entries(state, room, entries)].concat();
    let reader =
        Reader { person: state.person, name: state.name.as_ref(), people: &state.people, widths: state.widths };
    if let Some(room) = state.rooms.get_mut(&room) {
        let is_erased = room.timeline.forgets(entries);
        room.timeline.page(range, oldest, entries, reader);
        if is_erased {
            room.timeline.hear(&state.people);
        }
    }
    find::look_again(state);
    effects.extend(search::erase(state, room, entries));
    make_place(state);
    effects
}

/// All rooms together hold no more than one may: the longest that nobody looks at gives way.
pub(super) fn make_place(state: &mut State) {
    let held: usize = state.rooms.values().map(|room| room.timeline.held()).sum();
    let behind = state.rooms.values_mut().filter(|room| state.current != Some(room.id));
    if let Some(longest) = behind.max_by_key(|room| room.timeline.held()).filter(|_| held > ENTRIES_MAX) {
        let timeline = &mut longest.timeline;
        timeline.hold_at_most(timeline.held().saturating_sub(held - ENTRIES_MAX));
    }
}

pub(super) fn on_marked(state: &mut State, room: RoomId, id: PostId, mark: Mark) -> Vec<Effect> {
    if let Mark::Refused(reason) = &mark
        && let Some(told) = orders::on_refused(state, room, id, reason)
    {
        return told;
    }
    let refusal = if let Mark::Refused(reason) = &mark { Some(format!("not sent: {reason}")) } else { None };
    let is_known = state.rooms.get_mut(&room).is_some_and(|room| room.timeline.mark(id, mark));
    match refusal {
        Some(sentence) if !is_known => problem(state, &sentence),
        _ => Vec::new(),
    }
}

pub(super) fn on_restored(state: &mut State, items: &[(OutboxItem, Mark)]) -> Vec<Effect> {
    let name = state.name.as_ref().map_or_else(|| "you".to_owned(), ToString::to_string);
    for (item, mark) in items {
        if let Some(room) = state.rooms.get_mut(&item.room) {
            room.timeline.post(item, mark.clone(), &name, state.widths);
        }
        // An earlier run may have had the same instance: its numbers are used up.
        if item.id.instance == state.instance {
            state.posted = state.posted.max(item.id.n);
        }
    }
    Vec::new()
}
