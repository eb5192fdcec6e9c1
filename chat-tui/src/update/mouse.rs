//! The mouse: the wheel scrolls what it is over, a click chooses.

use super::keys::context;
use super::overlays::{scroll_distrust, scroll_help};
use super::{completing, crowd, looks, message, prompt, reacting, reading, search, switching};
use crate::effect::Effect;
use crate::keymap::Context;
use crate::screen;
use crate::screen::room::Places;
use crate::state::State;
use crate::widget::{completions, rooms};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

pub(super) fn on_mouse(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    match (mouse.kind, context(state)) {
        (MouseEventKind::ScrollUp, Context::Room | Context::Selected | Context::Find) => reading::wheel_up(state),
        (MouseEventKind::ScrollDown, Context::Room | Context::Selected | Context::Find) => reading::wheel_down(state),
        (MouseEventKind::ScrollUp, Context::Help) => scroll_help(state, -3),
        (MouseEventKind::ScrollDown, Context::Help) => scroll_help(state, 3),
        (MouseEventKind::ScrollUp, Context::Search) => search::choose(state, -1),
        (MouseEventKind::ScrollDown, Context::Search) => search::choose(state, 1),
        (MouseEventKind::ScrollUp, Context::Themes) => looks::choose(state, -1),
        (MouseEventKind::ScrollDown, Context::Themes) => looks::choose(state, 1),
        (MouseEventKind::ScrollUp, Context::Distrust) => scroll_distrust(state, -3),
        (MouseEventKind::ScrollDown, Context::Distrust) => scroll_distrust(state, 3),
        (MouseEventKind::ScrollUp, Context::Crowd) => crowd::choose(state, -1),
        (MouseEventKind::ScrollDown, Context::Crowd) => crowd::choose(state, 1),
        (MouseEventKind::ScrollUp, Context::Switcher) => switching::choose(state, -1),
        (MouseEventKind::ScrollDown, Context::Switcher) => switching::choose(state, 1),
        (MouseEventKind::Down(MouseButton::Left), Context::Prompt) => on_prompt_click(state, mouse),
        (MouseEventKind::Down(MouseButton::Left), Context::Room | Context::Selected) => on_room_click(state, mouse),
        (MouseEventKind::Down(MouseButton::Left), Context::Picker) => {
            reacting::click(state, Position::new(mouse.column, mouse.row))
        }
        (MouseEventKind::Down(MouseButton::Left), Context::Crowd) => on_crowd_click(state, mouse),
        _ => Vec::new(),
    }
}

fn on_room_click(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    if let Some(choice) = completions::hit(state, at) {
        return completing::take(state, choice);
    }
    match rooms::hit(state, Places::of(state).rooms, at) {
        Some(room) => switching::to(state, room),
        None => crowd::click(state, at).unwrap_or_else(|| message::click(state, mouse)),
    }
}

/// Beside the list, a click leaves it.
fn on_crowd_click(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let done = crowd::click(state, Position::new(mouse.column, mouse.row));
    if done.is_none() {
        state.overlay = None;
    }
    done.unwrap_or_default()
}

fn on_prompt_click(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let area = Rect::new(0, 0, state.columns, state.rows);
    let at = Position::new(mouse.column, mouse.row);
    let Some(focus) = screen::prompt::hit(&state.prompt, state.recent.len(), area, at) else {
        return Vec::new();
    };
    state.prompt.focus = focus;
    match state.prompt.is_typing() {
        true => Vec::new(),
        false => prompt::go(state),
    }
}
