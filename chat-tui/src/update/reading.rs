//! Moving through what was said.

use super::{hint, message, problem};
use crate::effect::Effect;
use crate::link::Command;
use crate::screen::room::Places;
use crate::state::{Screen, State};
use crate::widget::timeline::{Look, Sought, Timeline};
use chat_proto::Seq;

/// Rows that one notch of the wheel moves.
const WHEEL_ROWS: isize = 3;

pub(super) fn page_up(state: &mut State) -> Vec<Effect> {
    scroll(state, |rows| -page(rows))
}

pub(super) fn page_down(state: &mut State) -> Vec<Effect> {
    scroll(state, page)
}

pub(super) fn wheel_up(state: &mut State) -> Vec<Effect> {
    scroll(state, |_| -WHEEL_ROWS)
}

pub(super) fn wheel_down(state: &mut State) -> Vec<Effect> {
    scroll(state, |_| WHEEL_ROWS)
}

/// A screenful, less what keeps the eye where it was.
fn page(rows: u16) -> isize {
    isize::try_from(rows.saturating_sub(2).max(1)).unwrap_or(1)
}

fn scroll(state: &mut State, by: impl Fn(u16) -> isize) -> Vec<Effect> {
    with_timeline(state, |timeline, look| {
        timeline.retry_gaps();
        timeline.scroll(look, by(look.rows));
    });
    Vec::new()
}

pub(super) fn oldest(state: &mut State) -> Vec<Effect> {
    with_timeline(state, |timeline, look| {
        timeline.retry_gaps();
        timeline.to_start(look);
    });
    Vec::new()
}

pub(super) fn newest(state: &mut State) -> Vec<Effect> {
    with_timeline(state, |timeline, _| timeline.to_end());
    Vec::new()
}

/// To the first unread message, or to where reading stopped.
pub(super) fn unread(state: &mut State) -> Vec<Effect> {
    match with_timeline(state, Timeline::to_divider).flatten() {
        Some(sought) => go(state, sought),
        None => hint(state, "nothing here is unread"),
    }
}

/// Esc: what is written is about no other message any more; hints away, to the end. Where there is nothing to dismiss,
/// what is unread is.
pub(super) fn dismiss(state: &mut State) -> Vec<Effect> {
    if message::forget(state) {
        return Vec::new();
    }
    let is_at_end = state.room().is_some_and(|room| room.timeline.is_at_end());
    if state.notice.take().is_some() || !is_at_end {
        return newest(state);
    }
    match with_timeline(state, |timeline, _| timeline.read_all()) {
        Some(true) => hint(state, "everything here is read"),
        _ => Vec::new(),
    }
}

/// To a message that may not be here yet; until it is, the view stays.
pub(super) fn jump(state: &mut State, seq: Seq) -> Vec<Effect> {
    let sought = with_timeline(state, |timeline, look| timeline.seek(look, seq));
    sought.map_or_else(Vec::new, |sought| go(state, sought))
}

/// What is not here is fetched, if that can be; otherwise nothing is to move later.
fn go(state: &mut State, sought: Sought) -> Vec<Effect> {
    let end = state.room().filter(|room| room.is_over).map(|room| room.end().to_owned());
    match (sought, end) {
        (Sought::Away, Some(end)) => stay(state, &format!("{end}: that message cannot be had any more")),
        (Sought::Away, None) if !state.is_up() => stay(state, "not connected: that message is on the server"),
        (Sought::Away, None) => hint(state, "fetching that message…"),
        (Sought::Here | Sought::Gone, _) => arrived(state, sought),
    }
}

fn stay(state: &mut State, sentence: &str) -> Vec<Effect> {
    with_timeline(state, |timeline, _| timeline.forget_requests());
    problem(state, sentence)
}

fn arrived(state: &mut State, sought: Sought) -> Vec<Effect> {
    state.forget_hint();
    match sought {
        Sought::Gone => hint(state, "that message is no longer kept"),
        Sought::Here | Sought::Away => Vec::new(),
    }
}

/// What the reader wanted to see may have come, and a gap that came into sight is loaded.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    if let Some(sought) = with_timeline(state, Timeline::arrive).flatten() {
        arrived(state, sought);
    }
    if state.is_read() {
        with_timeline(state, Timeline::see);
    }
    load_reached_gap(state)
}

/// A gap that came into sight is loaded.
fn load_reached_gap(state: &mut State) -> Vec<Effect> {
    if !state.is_up() || state.screen != Screen::Room || state.room().is_none_or(|room| room.is_over) {
        return Vec::new();
    }
    let Some(room) = state.current else { return Vec::new() };
    match with_timeline(state, Timeline::ask_for_gap).flatten() {
        Some((after, before)) => vec![Effect::Link(Command::History { room, after, before })],
        None => Vec::new(),
    }
}

/// The timeline of the room on the screen, with how it is laid out there.
pub(super) fn with_timeline<T>(state: &mut State, act: impl FnOnce(&mut Timeline, &Look) -> T) -> Option<T> {
    let places = Places::of(state);
    let zone = std::mem::take(&mut state.zone);
    let look = places.look_in(state, &zone);
    let result = state.room_mut().map(|room| act(&mut room.timeline, &look));
    state.zone = zone;
    result
}
