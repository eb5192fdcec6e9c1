//! Whether the server is who it should be, as the person sees it.

use super::{invite, link, prompt, standing};
use crate::effect::Effect;
use crate::link::{Distrust, Security};
use crate::overlay::{Overlay, distrust};
use crate::state::{Distrusted, Link, State};
use crate::trust;
use chat_proto::text::visible_line;

/// Logged in. A first contact is told in the room, once there is one.
pub(super) fn on_up(state: &mut State, security: Security) {
    state.security = Some(security);
    state.distrusted = None;
    let server = state.dialed.as_ref().map(|(server, ..)| server.clone()).unwrap_or_default();
    if let Some(words) = trust::first_contact(&server, security) {
        tell(state, &words);
    }
}

/// Something to know that is no answer to what was done; kept until there is a room to tell it in.
pub(super) fn tell(state: &mut State, words: &str) {
    state.untold.push(visible_line(words.as_bytes()));
    if state.attempt.is_none() {
        tell_all(state);
    }
}

/// What was not told yet, below what is told already.
pub(super) fn tell_all(state: &mut State) {
    let words = std::mem::take(&mut state.untold);
    if !words.is_empty() {
        standing(state, words.join("\n"));
    }
}

/// The link has ended before anything was said. Only the person goes on from here.
pub(super) fn on_distrusted(state: &mut State, distrust: Distrust) -> Vec<Effect> {
    let goal = state.attempt;
    let words = visible_line(trust::in_short(&distrust).as_bytes());
    state.dialed = None;
    state.link = Link::Ended(words.clone());
    if goal.is_some() {
        prompt::fail(state, &words, None);
    }
    state.distrusted = Some(Distrusted { distrust, goal });
    invite::close(state);
    state.overlay = Some(Overlay::Distrust { row: 0 });
    Vec::new()
}

/// Goes on to where it was headed for; whether the server is trusted now, the link finds out.
pub(super) fn try_again(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    match state.distrusted.take().and_then(|distrusted| distrusted.goal) {
        Some(goal) => prompt::attempt(state, goal),
        None => link::mend(state),
    }
}

/// The last row of the explanation is never above the bottom of its box.
pub(super) fn keep_in_bounds(state: &mut State) {
    let Some(Overlay::Distrust { row }) = state.overlay else { return };
    let (rows, fit) = distrust::extent(state);
    state.overlay = Some(Overlay::Distrust { row: row.min(rows.saturating_sub(fit)) });
}
