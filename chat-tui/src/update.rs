//! The one place where the state changes: an event goes in, effects come out. No clock, no socket, no file.

mod at;
mod commands;
mod completing;
mod crowd;
mod direct;
mod drafts;
mod entries;
mod export;
mod find;
mod glance;
mod invite;
mod keys;
mod link;
mod looks;
mod message;
mod mouse;
mod noticing;
mod orders;
mod overlays;
mod people;
mod plain;
mod posting;
mod presence;
mod prompt;
mod reacting;
mod read;
mod reading;
mod recent;
mod returning;
mod rooms;
mod search;
mod switching;
mod travel;
mod trust;

pub use returning::Returning;

use crate::effect::Effect;
use crate::event::{Event, EventKind};
use crate::overlay::{Overlay, Question};
use crate::state::{Focus, Notice, Start, State, Wish};
use crossterm::event::Event as TerminalEvent;
use glance::{Glance, is_quiet};

/// The state to begin with, and the first steps: with enough flags, straight towards the room.
pub fn begin(start: Start) -> (State, Vec<Effect>) {
    let (wish, is_host) = (start.room.clone(), start.is_host);
    let mut state = State::new(start);
    if state.is_plain() {
        state.prompt.focus = crate::screen::prompt::Focus::Name;
    }
    let effects = match (wish, is_host) {
        (Wish::None, false) => returning::begin(&mut state),
        (wish, is_host) => prompt::begin(&mut state, &wish, is_host),
    };
    (state, effects)
}

/// Takes in one event.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let before = is_quiet(&event.kind).then(|| Glance::of(state));
    let effects = take_in(state, event);
    if before.is_none_or(|before| before != Glance::of(state)) {
        state.picture += 1;
    }
    effects
}

fn take_in(state: &mut State, event: Event) -> Vec<Effect> {
    state.now = event.at;
    let mut effects = match event.kind {
        EventKind::Terminal(event) => on_input(state, event),
        EventKind::Line(line) => plain::on_line(state, &line),
        EventKind::Link(event) => link::on_link(state, event),
        EventKind::Host(event) => prompt::on_host(state, event),
        EventKind::File(event) => export::on_file(state, event),
        EventKind::NotOpened(link) => message::on_not_opened(state, &link),
        EventKind::Tick => Vec::new(),
        EventKind::Hangup => vec![Effect::Quit],
    };
    effects.extend(export::follow(state));
    effects.extend(find::follow(state));
    effects.extend(reading::follow(state));
    effects.extend(read::follow(state));
    effects.extend(presence::follow(state));
    effects.extend(drafts::follow(state));
    match effects.contains(&Effect::Quit) {
        true => {
            // Nothing is done any more behind the quit: what goes with this event goes before it.
            effects.retain(|effect| *effect != Effect::Quit);
            let settled =
                [recent::settle(state), returning::settle(state), read::tell_all(state), drafts::settle(state)];
            [settled.concat(), effects, vec![Effect::Quit]].concat()
        }
        false => effects,
    }
}

/// What comes from the terminal, and what others are told of it: that somebody is at the keys, and writes.
fn on_input(state: &mut State, event: TerminalEvent) -> Vec<Effect> {
    if let TerminalEvent::Key(_) | TerminalEvent::Mouse(_) | TerminalEvent::Paste(_) = event {
        state.attendance.touch(state.now);
    }
    let before = presence::draft(state);
    let mut effects = on_terminal(state, event);
    effects.extend(presence::tell_writing(state, before.as_ref(), &effects));
    effects
}

fn on_terminal(state: &mut State, event: TerminalEvent) -> Vec<Effect> {
    match event {
        TerminalEvent::Key(key) => keys::on_key(state, key),
        TerminalEvent::Mouse(mouse) => mouse::on_mouse(state, mouse),
        TerminalEvent::Paste(text) => keys::on_paste(state, &text),
        TerminalEvent::Resize(columns, rows) => on_resize(state, columns, rows),
        TerminalEvent::FocusGained => on_focus(state, Focus::Here),
        TerminalEvent::FocusLost => on_focus(state, Focus::Away),
    }
}

fn on_resize(state: &mut State, columns: u16, rows: u16) -> Vec<Effect> {
    (state.columns, state.rows) = (columns, rows);
    overlays::keep_help_in_bounds(state);
    trust::keep_in_bounds(state);
    crate::overlay::search::keep_in_bounds(state);
    Vec::new()
}

fn on_focus(state: &mut State, focus: Focus) -> Vec<Effect> {
    state.focus = focus;
    Vec::new()
}

/// Shows a sentence; nothing else happens.
fn hint(state: &mut State, words: impl Into<String>) -> Vec<Effect> {
    state.notice = Some(Notice::Hint(words.into()));
    Vec::new()
}

/// Shows sentences until there is another notice.
fn standing(state: &mut State, words: String) {
    state.notice = Some(Notice::Standing(words));
}

/// Shows what went wrong; nothing else happens.
fn problem(state: &mut State, words: &str) -> Vec<Effect> {
    state.notice = Some(Notice::Problem(chat_proto::text::visible_line(words.as_bytes())));
    Vec::new()
}

fn ask(state: &mut State, question: Question) -> Vec<Effect> {
    state.overlay = Some(Overlay::Question(question));
    Vec::new()
}
