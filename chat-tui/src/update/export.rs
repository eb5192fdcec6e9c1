//! `/export`: what the room keeps, into a file, for as long as that takes.

use super::{hint, problem};
use crate::effect::Effect;
use crate::export::{Export, FileEvent, FileStep, Stage, Wanted};
use crate::keymap::Context;
use crate::state::State;
use chat_proto::entry::{Entry, RoomId, Seq};

pub(super) fn begin(state: &mut State, wanted: Wanted) -> Vec<Effect> {
    let Some(room) = state.room() else { return Vec::new() };
    let span = room.timeline.beginning().map(|first| (first, room.timeline.end()));
    match span {
        _ if state.export.is_some() => {
            let words = "something is being written into a file already: {interrupt} stops that";
            let words = state.keys.say(Context::Room, words);
            problem(state, &words)
        }
        _ if room.is_over => {
            let words = format!("{}: nothing of it can be had any more", room.end());
            problem(state, &words)
        }
        _ if !state.is_up() => problem(state, "not connected: what is to be written is on the server"),
        None => problem(state, "nothing was said here yet: there is nothing to write"),
        Some((first, last)) => {
            let step = FileStep::Create(wanted.file.clone());
            state.export = Some(Export::new(room.id, &room.code, wanted, first, last));
            vec![Effect::File(step)]
        }
    }
}

/// The file has taken what it was given: what is next for it is asked for.
pub(super) fn on_file(state: &mut State, event: FileEvent) -> Vec<Effect> {
    let Some(export) = &mut state.export else { return Vec::new() };
    match (event, export.stage) {
        (FileEvent::Failed(sentence), _) => {
            state.export = None;
            problem(state, &sentence)
        }
        (FileEvent::Ready, Stage::Finishing) => {
            let outcome = export.outcome();
            state.export = None;
            hint(state, outcome)
        }
        (FileEvent::Ready, Stage::Going) => vec![go_on(export)],
    }
}

fn go_on(export: &mut Export) -> Effect {
    if let Some(question) = export.next_window() {
        return Effect::Link(question);
    }
    export.stage = Stage::Finishing;
    Effect::File(FileStep::Finish)
}

pub(super) fn on_page(
    state: &mut State,
    room: RoomId,
    range: (Seq, Seq),
    oldest: Seq,
    entries: &[Entry],
) -> Vec<Effect> {
    let Some(export) = state.export.as_mut().filter(|export| export.has_asked(room, range)) else { return Vec::new() };
    match export.take_in(oldest, entries) {
        Ok(question) => vec![Effect::Link(question)],
        Err(whole) => vec![Effect::File(FileStep::Write(export.written(&whole, &state.zone)))],
    }
}

/// No page comes any more.
pub(super) fn on_refused(state: &mut State, room: RoomId, sentence: &str) -> Vec<Effect> {
    match state.export.take_if(|export| export.room == room) {
        Some(_) => discard(state, &format!("nothing was written: {sentence}")),
        None => Vec::new(),
    }
}

/// Ctrl-C: it is not wanted any more.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    match state.export.take() {
        Some(_) => discard(state, "stopped: nothing is left of the file"),
        None => Vec::new(),
    }
}

fn discard(state: &mut State, sentence: &str) -> Vec<Effect> {
    problem(state, sentence);
    vec![Effect::File(FileStep::Discard)]
}

/// After every event: a room that is gone or over is written no further.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    let Some(room) = state.export.as_ref().map(|export| export.room) else { return Vec::new() };
    match state.rooms.get(&room).is_some_and(|room| !room.is_over) {
        true => Vec::new(),
        false => on_refused(state, room, "the room is over, or you have left it"),
    }
}
