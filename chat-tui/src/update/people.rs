//! Who is who: what arrivals tell about keys, and what the reader asks and decides about people.

use super::{direct, hint, posting, problem};
use crate::effect::Effect;
use crate::keeper::Note;
use crate::link::Command;
use crate::overlay::Overlay;
use crate::people::{Age, Met, People};
use crate::state::State;
use chat_proto::entry::{Entry, EntryBody, RoomId};
use chat_proto::frame::{HeldName, Member};
use chat_proto::{Act, Nick, PersonId, UnixMillis};

/// Names in one remark; the rest is a number.
const NAMES_MAX: usize = 3;

/// What one event tells about keys.
#[derive(Default)]
struct News {
    notes: Vec<Note>,
    /// Names whose key is not the one of last time.
    changed: Vec<String>,
    /// Somebody who is ignored is known by their key now.
    is_heard_anew: bool,
}

impl News {
    fn learn(&mut self, people: &mut People, (person, name): (PersonId, &Nick), key: &[u8; 32], age: Age) {
        let was_ignored = people.is_ignored(person);
        self.notes.extend(people.learn(person, name, key, age).map(Note::Ignored));
        self.is_heard_anew |= people.is_ignored(person) != was_ignored;
    }

    fn meet(&mut self, people: &mut People, person: PersonId, name: &Nick, at: UnixMillis) {
        match people.meet(person, name, at) {
            Met::Again => {}
            Met::ForTheFirstTime(meeting) => match self.notes.last_mut() {
                Some(Note::Met(meetings)) => meetings.push(meeting),
                _ => self.notes.push(Note::Met(vec![meeting])),
            },
            Met::WithAnotherKey => self.changed.push(name.to_string()),
        }
    }

    fn effects(self, state: &mut State, room: RoomId) -> Vec<Effect> {
        let now = state.now;
        if self.is_heard_anew {
            hear(state);
            direct::leave_ignored(state);
        }
        if let Some(room) = state.rooms.get_mut(&room).filter(|_| !self.changed.is_empty()) {
            room.remark(now, remark(&self.changed));
        }
        self.notes.into_iter().map(Effect::Keep).collect()
    }
}

fn remark(changed: &[String]) -> String {
    match changed {
        [name] => format!("{name}'s key is not the one of last time: /whois {name}"),
        some if some.len() <= NAMES_MAX => {
            format!("the keys of {} are not those of last time: /whois shows them", some.join(", "))
        }
        many => format!(
            "the keys of {} and {} others are not those of last time: /whois shows them",
            many[..NAMES_MAX].join(", "),
            many.len() - NAMES_MAX
        ),
    }
}

/// A part of a member list: who they are, and whether they are who they were.
pub(super) fn on_members(state: &mut State, room: RoomId, members: &[Member]) -> Vec<Effect> {
    let mut news = News::default();
    let listed = state.rooms.get(&room);
    let is_listed = |member: &&Member| listed.is_some_and(|room| room.members.get(member.person).is_some());
    // More than the list takes are a misbehaving server's.
    for member in members.iter().filter(is_listed) {
        // A name that can be none is nobody's: there is nothing to compare it with.
        let Ok(name) = Nick::parse(&member.name) else { continue };
        news.learn(&mut state.people, (member.person, &name), &member.key, Age::Now);
        if Some(member.person) != state.person {
            news.meet(&mut state.people, member.person, &name, state.now);
        }
    }
    news.effects(state, room)
}

/// Entries, before they are shown: who came in them may be one who is ignored.
pub(super) fn before_entries(state: &mut State, room: RoomId, entries: &[Entry]) -> Vec<Effect> {
    let mut news = News::default();
    for entry in entries {
        learn_from(&mut news, state, entry, Age::Then);
    }
    news.effects(state, room)
}

/// Entries that are news, after they are shown: somebody is here now, under this name.
pub(super) fn on_arrivals(state: &mut State, room: RoomId, entries: &[Entry]) -> Vec<Effect> {
    let mut news = News::default();
    for entry in entries {
        learn_from(&mut news, state, entry, Age::Now);
    }
    for entry in entries.iter().filter(|entry| Some(entry.author.person) != state.person) {
        let name = match &entry.body {
            EntryBody::Joined(_) => &entry.author.name,
            EntryBody::Renamed(name) => name,
            _ => continue,
        };
        if let Ok(name) = Nick::parse(name) {
            news.meet(&mut state.people, entry.author.person, &name, state.now);
        }
    }
    news.effects(state, room)
}

fn learn_from(news: &mut News, state: &mut State, entry: &Entry, age: Age) {
    if let (EntryBody::Joined(arrival), Ok(name)) = (&entry.body, Nick::parse(&entry.author.name)) {
        news.learn(&mut state.people, (entry.author.person, &name), &arrival.key, age);
    }
}

/// Everything said is hidden or shown anew.
fn hear(state: &mut State) {
    state.rooms.values_mut().for_each(|room| room.timeline.hear(&state.people));
}

/// Posts an act about whoever is called so here; the server looks for others.
pub(super) fn act(state: &mut State, mut act: Act) -> Vec<Effect> {
    if let Some(target) = act.target_mut()
        && let Ok(typed) = Nick::parse(&target.name)
        && let Some((person, name)) = state.room().and_then(|room| room.find(&typed))
    {
        (target.person, target.name) = (person, name.into());
    }
    posting::post(state, EntryBody::Act(act))
}

pub(super) fn whois(state: &mut State, typed: &Nick) -> Vec<Effect> {
    let Some((person, name)) = state.room().and_then(|room| room.find(typed)) else {
        return nobody(state, typed);
    };
    let seen = Nick::parse(name.as_bytes()).ok().and_then(|name| state.people.look_at(person, &name, state.now));
    let Some((whois, meeting)) = seen else {
        return hint(state, format!("{name} is not here, and came before you did: their key is not known"));
    };
    state.overlay = Some(Overlay::Whois(whois));
    meeting.map(|meeting| Effect::Keep(Note::Met(vec![meeting]))).into_iter().collect()
}

fn nobody(state: &mut State, typed: &Nick) -> Vec<Effect> {
    problem(state, &format!("nobody called {typed} is in this room, or wrote here"))
}

/// Shows the reader's own fingerprint at once, and the names of their key when the server has told them.
pub(super) fn whoami(state: &mut State) -> Vec<Effect> {
    state.overlay = Some(Overlay::WhoAmI);
    state.names = None;
    if state.is_up() { vec![Effect::Link(Command::Names)] } else { Vec::new() }
}

pub(super) fn on_names(state: &mut State, names: Vec<HeldName>) -> Vec<Effect> {
    state.names = Some(names);
    Vec::new()
}

pub(super) fn ignore(state: &mut State, typed: &Nick) -> Vec<Effect> {
    let Some((person, name)) = state.room().and_then(|room| room.find(typed)) else {
        return nobody(state, typed);
    };
    match Nick::parse(name.as_bytes()) {
        _ if Some(person) == state.person => problem(state, "that is you"),
        _ if state.people.is_ignored(person) => hint(state, format!("{name} is ignored already")),
        _ if state.people.ignored().is_full() => problem(state, "you ignore as many people as can be: /unignore some"),
        Ok(name) => ignore_person(state, person, &name),
        Err(_) => nobody(state, typed),
    }
}

fn ignore_person(state: &mut State, person: PersonId, name: &Nick) -> Vec<Effect> {
    let change = state.people.ignore(person, name);
    hear(state);
    direct::leave_ignored(state);
    let words = match change {
        Some(_) => format!("{name} is ignored, under any name: /unignore {name} takes it back"),
        None => format!("{name} is ignored until you quit: their key is not known yet"),
    };
    hint(state, words);
    change.map(|change| Effect::Keep(Note::Ignored(change))).into_iter().collect()
}

pub(super) fn unignore(state: &mut State, typed: &Nick) -> Vec<Effect> {
    let person = state.room().and_then(|room| room.find(typed)).map(|(person, _)| person);
    let Ok(change) = state.people.unignore(person, typed) else {
        return problem(state, &format!("you do not ignore anybody called {typed}: /ignore lists whom"));
    };
    hear(state);
    hint(state, format!("{typed} is heard again"));
    change.map(|change| Effect::Keep(Note::Ignored(change))).into_iter().chain(direct::enter_heard(state)).collect()
}

pub(super) fn show_ignored(state: &mut State) -> Vec<Effect> {
    let mut names: Vec<String> = state.people.ignored().names().map(ToString::to_string).collect();
    names.sort_unstable();
    match names.is_empty() {
        true => hint(state, "you ignore nobody: /ignore <name> hides what somebody says"),
        false => hint(state, format!("you ignore {}: /unignore <name> takes it back", names.join(", "))),
    }
}
