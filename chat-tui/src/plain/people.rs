//! Who is in a room, as lines: how many are here, and who is away. Who comes and goes, the timeline tells.

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
    /// Who is away, with the word they left; none before the list of people was here.
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
        if let Some(told) = &self.away {
            let words = newly_away(told, &now).into_iter().chain(returned(told, &now, room));
            lines.extend(words.flat_map(|words| layout.lines(SAYS, &words)));
        }
        self.away = Some(now.into_iter().map(|(person, (_, word))| (person, word)).collect());
    }
}

fn count(present: usize) -> String {
    match present {
        1 => "nobody else is here".to_owned(),
        _ => format!("{present} people are here"),
    }
}

/// Others who are away, with their names and the words they left. Whom the reader ignores has nothing to tell.
fn away(state: &State, room: &Room) -> BTreeMap<PersonId, (String, String)> {
    let here = room.members.here().into_iter();
    let others = here.filter(|(person, _)| state.person != Some(*person) && !state.people.is_ignored(*person));
    let away = others.filter_map(|(person, known)| match &known.presence {
        Presence::Away(word) => Some((person, (known.name.clone(), visible_line(word)))),
        Presence::Here | Presence::Idle | Presence::Gone => None,
    });
    away.collect()
}

fn newly_away(told: &BTreeMap<PersonId, String>, now: &BTreeMap<PersonId, (String, String)>) -> Vec<String> {
    let news = now.iter().filter(|(person, (_, word))| told.get(person) != Some(word));
    let words = news.map(|(_, (name, word))| match word.as_str() {
        "" => format!("{name} is away"),
        word => format!("{name} is away: {word}"),
    });
    words.collect()
}

/// Those who have left are told by the timeline.
fn returned(told: &BTreeMap<PersonId, String>, now: &BTreeMap<PersonId, (String, String)>, room: &Room) -> Vec<String> {
    let not_away = told.keys().filter(|person| !now.contains_key(person));
    let present = not_away.filter_map(|person| room.members.get(*person).filter(|known| known.is_present()));
    present.map(|known| format!("{} is back", known.name)).collect()
}
