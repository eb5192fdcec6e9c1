//! What a key does in each of the overlays: one function each.

use super::{
    commands, crowd, find, hint, invite, looks, message, posting, reacting, reading, search, switching, trust,
};
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::overlay::{Overlay, Question, distrust, help};
use crate::state::State;
use chat_proto::EntryBody;

pub(super) fn on_question(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(Overlay::Question(question)) = state.overlay else { return Vec::new() };
    match (action, question) {
        (Action::Yes, Question::SendLong) => {
            state.overlay = None;
            posting::send_now(state)
        }
        (Action::Discard, Question::SendLong) => {
            state.overlay = None;
            state.composer_mut().clear();
            let words = state.keys.say(Context::Room, "discarded: {paste} brings it back");
            hint(state, words)
        }
        (Action::Yes, Question::Forget) => {
            state.overlay = None;
            posting::post(state, EntryBody::Forget)
        }
        (Action::Yes, Question::Leave { room }) => {
            state.overlay = None;
            commands::leave_now(state, room)
        }
        (Action::Yes, Question::Delete { room, target }) => message::delete_now(state, room, target),
        (Action::Yes | Action::Interrupt, Question::Quit) => vec![Effect::Quit],
        (Action::No | Action::Interrupt, _) => {
            state.overlay = None;
            Vec::new()
        }
        (action, _) => on_any_overlay(action),
    }
}

pub(super) fn on_help(state: &mut State, action: Action) -> Vec<Effect> {
    let page = help::extent(state).1.saturating_sub(1).max(1).cast_signed();
    match action {
        Action::Up => scroll_help(state, -1),
        Action::Down => scroll_help(state, 1),
        Action::PageUp => scroll_help(state, -page),
        Action::PageDown => scroll_help(state, page),
        Action::Oldest => scroll_help(state, isize::MIN),
        Action::Newest => scroll_help(state, isize::MAX),
        Action::Dismiss | Action::Help | Action::Interrupt => {
            state.overlay = None;
            Vec::new()
        }
        action => on_any_overlay(action),
    }
}

pub(super) fn on_distrust(state: &mut State, action: Action) -> Vec<Effect> {
    let page = distrust::extent(state).1.saturating_sub(1).max(1).cast_signed();
    match action {
        Action::Up => scroll_distrust(state, -1),
        Action::Down => scroll_distrust(state, 1),
        Action::PageUp => scroll_distrust(state, -page),
        Action::PageDown => scroll_distrust(state, page),
        Action::Mend => trust::try_again(state),
        Action::Dismiss | Action::Interrupt => {
            state.overlay = None;
            Vec::new()
        }
        action => on_any_overlay(action),
    }
}

pub(super) fn on_invite(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Turn => invite::turn(state),
        Action::Dismiss | Action::Interrupt => invite::close(state),
        action => on_any_overlay(action),
    }
}

pub(super) fn on_links(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Link(at) => message::open_chosen(state, at),
        Action::Dismiss | Action::Interrupt => message::close_links(state),
        action => on_any_overlay(action),
    }
}

pub(super) fn on_picker(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Go => reacting::go(state),
        Action::PreviousField => reacting::choose(state, -1),
        Action::NextField => reacting::choose(state, 1),
        Action::Up => reacting::choose_row(state, -1),
        Action::Down => reacting::choose_row(state, 1),
        Action::Edit(_) => reacting::delete(state),
        Action::Dismiss | Action::Interrupt => reacting::close(state),
        action => on_any_overlay(action),
    }
}

pub(super) fn on_search(state: &mut State, action: Action) -> Vec<Effect> {
    let page = search::page(state);
    match action {
        Action::Up => search::choose(state, -1),
        Action::Down => search::choose(state, 1),
        Action::PageUp => search::choose(state, -page),
        Action::PageDown => search::choose(state, page),
        Action::Oldest => search::choose(state, isize::MIN),
        Action::Newest => search::choose(state, isize::MAX),
        Action::Go => search::go(state),
        Action::Dismiss | Action::Interrupt => search::close(state),
        action => on_any_overlay(action),
    }
}

pub(super) fn on_find(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Older => find::older(state),
        Action::Newer => find::newer(state),
        Action::Edit(edit) => find::edit(state, edit),
        Action::PageUp => reading::page_up(state),
        Action::PageDown => reading::page_down(state),
        Action::Dismiss => find::stay(state),
        Action::Interrupt => find::go_back(state),
        Action::Help => commands::help(state),
        action => on_any_overlay(action),
    }
}

pub(super) fn on_crowd(state: &mut State, action: Action) -> Vec<Effect> {
    let page = crowd::page(state);
    match action {
        Action::Up => crowd::choose(state, -1),
        Action::Down => crowd::choose(state, 1),
        Action::PageUp => crowd::choose(state, -page),
        Action::PageDown => crowd::choose(state, page),
        Action::Oldest => crowd::choose(state, isize::MIN),
        Action::Newest => crowd::choose(state, isize::MAX),
        Action::Deal(dealing) => crowd::act(state, dealing),
        Action::Dismiss | Action::Interrupt => {
            state.overlay = None;
            Vec::new()
        }
        action => on_any_overlay(action),
    }
}

pub(super) fn on_switcher(state: &mut State, action: Action) -> Vec<Effect> {
    let page = switching::page(state);
    match action {
        Action::Edit(edit) => {
            state.switcher.typed.edit(edit);
            state.switcher.start_over();
            Vec::new()
        }
        Action::Up => switching::choose(state, -1),
        Action::Down => switching::choose(state, 1),
        Action::PageUp => switching::choose(state, -page),
        Action::PageDown => switching::choose(state, page),
        Action::Go => switching::go(state),
        Action::Dismiss | Action::Interrupt => {
            state.overlay = None;
            Vec::new()
        }
        action => on_any_overlay(action),
    }
}

pub(super) fn on_themes(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Up => looks::choose(state, -1),
        Action::Down => looks::choose(state, 1),
        Action::Oldest => looks::choose(state, isize::MIN),
        Action::Newest => looks::choose(state, isize::MAX),
        Action::Go => looks::keep(state),
        Action::Dismiss | Action::Interrupt => looks::put_back(state),
        action => on_any_overlay(action),
    }
}

pub(super) fn scroll_distrust(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(Overlay::Distrust { row }) = &mut state.overlay {
        *row = row.saturating_add_signed(by);
    }
    trust::keep_in_bounds(state);
    Vec::new()
}
fn on_any_overlay(action: Action) -> Vec<Effect> {
    match action {
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        _ => Vec::new(),
    }
}

pub(super) fn scroll_help(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(Overlay::Help { row }) = &mut state.overlay {
        *row = row.saturating_add_signed(by);
    }
    keep_help_in_bounds(state);
    Vec::new()
}

/// The last row of the help is never above the bottom of its box.
pub(super) fn keep_help_in_bounds(state: &mut State) {
    let (rows, fit) = help::extent(state);
    if let Some(Overlay::Help { row }) = &mut state.overlay {
        *row = (*row).min(rows.saturating_sub(fit));
    }
}
