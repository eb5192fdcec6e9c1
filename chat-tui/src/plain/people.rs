//! Who is in a room, as lines: how many are here, and who is away. Who comes and goes, the timeline tells; who is
//! writing is not told, nor who is idle but in a conversation of two: it would be more to hear than what is said.

use super::{Layout, SAYS};
use crate::room::Room;
use crate::state::State;
use chat_proto::PersonId;
use chat_proto::frame::Presence;
use chat_proto::text::visible_line;
use std::collections::BTreeMap;

/// The people of a room, as far as they were told.
#[derive(Debug, Default)]
pub(super) struct PeopleTold {
    /// Who is away, and how; none before the list of people was here.
    away: Option<BTreeMap<PersonId, String>>,
    is_counted: bool,
}

/// Before the list of people is here, nobody knows how many they are.
pub(super) fn heading(room: &Room) -> String {
    let called = room.called();
    let place = match room.members.is_known() {
        true => format!("{called} ({} here)", room.members.present()),
        false => called,
    };
    match room.topic.as_str() {
        "" => place,
        topic => format!("{place}: {topic}"),
    }
}

impl PeopleTold {
    /// The room was told with how many are here.
    pub(super) fn are_counted_in_heading(&mut self, room: &Room) {
        self.is_counted |= room.members.is_known();
    }

    pub(super) fn tell(&mut self, state: &State, room: &Room, layout: Layout, lines: &mut Vec<String>) {
        if !room.members.is_known() {
            return;
        }
        if !std::mem::replace(&mut self.is_counted, true) {
            lines.extend(layout.lines(SAYS, &count(room.members.present())));
        }
        let now = away(state, room);
        // Of many people, how they were found is no news; of one, it is whether they will answer.
        let found = || if room.direct.is_some() { BTreeMap::new() } else { hows(&now) };
        let told = self.away.take().unwrap_or_else(found);
        let words = newly_away(&told, &now).into_iter().chain(returned(&told, &now, room));
        lines.extend(words.flat_map(|words| layout.lines(SAYS, &words)));
        self.away = Some(hows(&now));
    }
}

fn count(present: usize) -> String {
    match present {
        1 => "nobody else is here".to_owned(),
        _ => format!("{present} people are here"),
    }
}

/// Others who are away, with their names and how. Whom the reader ignores has nothing to tell.
fn away(state: &State, room: &Room) -> BTreeMap<PersonId, (String, String)> {
    let here = room.members.here().into_iter();
    let others = here.filter(|(person, _)| state.person != Some(*person) && !state.people.is_ignored(*person));
    let away = others.filter_map(|(person, known)| Some((person, (known.name.clone(), how(room, &known.presence)?))));
    away.collect()
}

fn how(room: &Room, presence: &Presence) -> Option<String> {
    match presence {
        Presence::Away(word) if word.is_empty() => Some("is away".to_owned()),
        Presence::Away(word) => Some(format!("is away: {}", visible_line(word))),
        Presence::Idle => room.direct.as_ref().map(|_| "is idle".to_owned()),
        Presence::Here | Presence::Gone => None,
    }
}

fn hows(away: &BTreeMap<PersonId, (String, String)>) -> BTreeMap<PersonId, String> {
    away.iter().map(|(person, (_, how))| (*person, how.clone())).collect()
}

fn newly_away(told: &BTreeMap<PersonId, String>, now: &BTreeMap<PersonId, (String, String)>) -> Vec<String> {
    let news = now.iter().filter(|(person, (_, how))| told.get(person) != Some(how));
    news.map(|(_, (name, how))| format!("{name} {how}")).collect()
}

/// Those who have left are told by the timeline.
fn returned(told: &BTreeMap<PersonId, String>, now: &BTreeMap<PersonId, (String, String)>, room: &Room) -> Vec<String> {
    let not_away = told.keys().filter(|person| !now.contains_key(person));
    let present = not_away.filter_map(|person| room.members.get(*person).filter(|known| known.is_present()));
    present.map(|known| format!("{} is back", known.name)).collect()
}
