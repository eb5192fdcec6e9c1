//! `/at`: to what was said at some time.

use super::{hint, problem, reading, standing};
use crate::effect::Effect;
use crate::link::Command;
use crate::quest::{Moment, Quest};
use crate::state::State;
use crate::widget::timeline::{Then, Timeline};
use chat_proto::entry::{RoomId, Seq, UnixMillis};
use chat_proto::frame::Hit;

pub(super) fn go(state: &mut State, moment: Moment) -> Vec<Effect> {
    let time = moment.meant(state.now, &state.zone);
    let Some(room) = state.room() else { return Vec::new() };
    let (id, then) = (room.id, room.timeline.at(time));
    let end = Some(room).filter(|room| room.is_over).map(|room| room.end().to_owned());
    match (then, end) {
        (Then::Here(seq), _) => reading::jump(state, seq),
        (Then::Beginning(seq), _) => to_beginning(state, seq),
        (Then::Over, _) => to_end(state),
        (Then::Unknown, Some(end)) => problem(state, &format!("{end}: what was said then cannot be had any more")),
        (Then::Unknown, None) if !state.is_up() => problem(state, "not connected: what was said then is on the server"),
        (Then::Unknown, None) => ask(state, id, time),
    }
}

/// The last message before that time is asked for: what follows on it is what is wanted.
fn ask(state: &mut State, room: RoomId, time: UnixMillis) -> Vec<Effect> {
    let quest = Quest { words: String::new(), from: None, since: None, until: Some(time) };
    state.sought_time = Some((room, quest.clone()));
    hint(state, "looking for what was said then…");
    vec![Effect::Link(Command::Search { room, quest, before: Seq(u64::MAX) })]
}

/// The answer, if it is the one that is waited for. Whoever is in another room by now stays there.
pub(super) fn on_found(state: &mut State, room: RoomId, quest: &Quest, hits: &[Hit]) -> Vec<Effect> {
    let Some((_, _)) = state.sought_time.take_if(|(at, sought)| *at == room && sought == quest) else {
        return Vec::new();
    };
    if state.current != Some(room) {
        return Vec::new();
    }
    state.forget_hint();
    let beginning = state.room().and_then(|room| room.timeline.beginning());
    match (hits.first().map(|hit| &hit.after), beginning) {
        (Some(Some(after)), _) => reading::jump(state, after.seq),
        (None, Some(first)) => to_beginning(state, first),
        (Some(None), _) | (None, None) => to_end(state),
    }
}

pub(super) fn on_refused(state: &mut State, room: RoomId, sentence: &str) {
    if state.sought_time.take_if(|(at, _)| *at == room).is_some() {
        problem(state, sentence);
    }
}

/// It stays to be told when what is there has come.
fn to_beginning(state: &mut State, seq: Seq) -> Vec<Effect> {
    let effects = reading::jump(state, seq);
    standing(state, "nothing that old is kept: this is the oldest".to_owned());
    effects
}

fn to_end(state: &mut State) -> Vec<Effect> {
    reading::with_timeline(state, |timeline: &mut Timeline, _| timeline.to_end());
    hint(state, "nothing was said since then")
}
