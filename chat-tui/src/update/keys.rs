//! Keys, the mouse and pastes: what they mean where.

use super::{
    ask, commands, crowd, export, find, hint, invite, link, looks, message, plain, posting, problem, prompt, reacting,
    reading, search, switching, trust,
};
use crate::effect::Effect;
use crate::find::LINE_BYTES;
use crate::keymap::{self, Action, Context};
use crate::overlay::{Overlay, Question, distrust, help};
use crate::screen::panels::Panel;
use crate::screen::prompt::Focus;
use crate::screen::room::{Places, Room};
use crate::state::{Screen, State};
use crate::widget::composer::{Edit, harmless};
use crate::widget::rooms;
use crate::widget::timeline::Direction;
use crate::{command, screen};
use chat_proto::EntryBody;
use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use std::collections::BTreeSet;

pub(super) fn on_key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let context = context(state);
    match state.keys.action(context, key) {
        Some(action) => on_action(state, context, action),
        None => match keymap::typed(key) {
            Some(c) => on_typed(state, context, c.encode_utf8(&mut [0; 4])),
            None => Vec::new(),
        },
    }
}

fn context(state: &State) -> Context {
    // As lines, what is told is told: only a question waits.
    let over = state.overlay.filter(|overlay| !state.is_plain() || overlay.asks());
    match (over, state.screen) {
        (Some(Overlay::Help { .. } | Overlay::Whois(_) | Overlay::WhoAmI), _) => Context::Help,
        (Some(Overlay::Question(_)), _) => Context::Question,
        (Some(Overlay::Distrust { .. }), _) => Context::Distrust,
        (Some(Overlay::Invite(_)), _) => Context::Invite,
        (Some(Overlay::Search), _) => Context::Search,
        (Some(Overlay::Switcher), _) => Context::Switcher,
        (Some(Overlay::Crowd(_)), _) => Context::Crowd,
        (Some(Overlay::Themes { .. }), _) => Context::Themes,
        (None, Screen::Prompt) => Context::Prompt,
        (None, Screen::Connecting) => Context::Connecting,
        (None, Screen::Room) if state.is_finding() => Context::Find,
        (Some(Overlay::Links), _) => Context::Links,
        (Some(Overlay::React), _) => Context::Picker,
        (None, Screen::Room) if message::is_any_chosen(state) => Context::Selected,
        (None, Screen::Room) => Context::Room,
    }
}

fn on_action(state: &mut State, context: Context, action: Action) -> Vec<Effect> {
    match context {
        Context::Help => on_help_action(state, action),
        Context::Question => on_question_action(state, action),
        Context::Distrust => on_distrust_action(state, action),
        Context::Invite => on_invite_action(state, action),
        Context::Search => on_search_action(state, action),
        Context::Find => on_find_action(state, action),
        Context::Switcher => on_switcher_action(state, action),
        Context::Crowd => on_crowd_action(state, action),
        Context::Themes => on_themes_action(state, action),
        Context::Links => on_links_action(state, action),
        Context::Picker => on_picker_action(state, action),
        _ => on_screen_action(state, context, action),
    }
}

fn on_screen_action(state: &mut State, context: Context, action: Action) -> Vec<Effect> {
    if let Some(effects) = plain::instead(state, action) {
        return effects;
    }
    match action {
        Action::Help => commands::help(state),
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::Interrupt => interrupt(state, context),
        Action::Edit(edit) => on_edit(state, context, edit),
        Action::Newline => on_typed(state, context, "\n"),
        Action::Send => posting::send(state),
        Action::Complete => complete(state),
        Action::Up => composer_up(state),
        Action::Down => composer_down(state),
        Action::PageUp => reading::page_up(state),
        Action::PageDown => reading::page_down(state),
        Action::Oldest => reading::oldest(state),
        Action::Newest => reading::newest(state),
        Action::Unread => reading::unread(state),
        Action::Find => find::open(state),
        Action::ToggleMembers => switching::toggle(state, Panel::Members),
        Action::Crowd => crowd::open(state),
        Action::ToggleRooms => switching::toggle(state, Panel::Rooms),
        Action::Room(at) => switching::to_number(state, at),
        Action::NextRoom => switching::step(state, 1),
        Action::PreviousRoom => switching::step(state, -1),
        Action::News => switching::to_news(state),
        Action::Switch => switching::ask(state),
        Action::EditUnsent => posting::edit_unsent(state),
        Action::SendUnsent => posting::send_unsent(state),
        Action::DiscardUnsent => posting::discard_unsent(state),
        Action::Mend => link::mend(state),
        Action::Dismiss => reading::dismiss(state),
        Action::NextField => move_focus(state, 1),
        Action::PreviousField => move_focus(state, -1),
        Action::Go => prompt::go(state),
        Action::TakeOffer => prompt::take_offer(state),
        Action::Recent(at) => prompt::go_back(state, at),
        Action::Leave => prompt::leave(state),
        Action::SelectEarlier => message::choose(state, Direction::Earlier),
        Action::SelectLater => message::choose(state, Direction::Later),
        Action::Unselect => message::let_go(state),
        Action::Reply => message::reply(state),
        Action::EditMessage => message::edit(state),
        Action::Delete => message::delete(state),
        Action::React => reacting::pick(state),
        Action::Copy => message::copy(state),
        Action::Open => message::open(state),
        Action::Original => message::to_original(state),
        Action::Enter => message::enter(state),
        Action::Yes
        | Action::No
        | Action::Discard
        | Action::Turn
        | Action::Older
        | Action::Newer
        | Action::Link(_)
        | Action::Deal(_) => Vec::new(),
    }
}

/// Ctrl-C: clears what is being written; if nothing is, asks before quitting.
fn interrupt(state: &mut State, context: Context) -> Vec<Effect> {
    match context {
        Context::Room | Context::Selected if !state.composer().is_empty() => {
            state.composer_mut().clear();
            let words = state.keys.say(context, "cleared: {paste} brings it back, {interrupt} again asks to quit");
            hint(state, words)
        }
        Context::Room | Context::Selected if message::forget(state) => Vec::new(),
        Context::Room | Context::Selected if state.export.is_some() => export::stop(state),
        Context::Room | Context::Selected => ask(state, Question::Quit),
        _ => prompt_interrupt(state),
    }
}

fn prompt_interrupt(state: &mut State) -> Vec<Effect> {
    match state.undelivered() + state.guests() {
        0 => vec![Effect::Quit],
        _ => ask(state, Question::Quit),
    }
}

fn on_edit(state: &mut State, context: Context, edit: Edit) -> Vec<Effect> {
    if !matches!(context, Context::Room | Context::Selected) {
        state.prompt.edit(edit);
        return Vec::new();
    }
    message::let_go(state);
    match state.composer_mut().edit(edit) {
        Ok(()) => Vec::new(),
        Err(error) => problem(state, &error.to_string()),
    }
}

fn on_typed(state: &mut State, context: Context, text: &str) -> Vec<Effect> {
    state.forget_hint();
    match context {
        Context::Find => find::insert(state, text),
        Context::Prompt if state.is_plain() && state.prompt.focus == Focus::Offer => match text {
            "y" => plain::on_offer(state, Action::Yes),
            "n" => plain::on_offer(state, Action::No),
            _ => Vec::new(),
        },
        Context::Room | Context::Selected => write(state, text),
        Context::Picker => reacting::insert(state, text),
        Context::Prompt => {
            state.prompt.insert(text);
            Vec::new()
        }
        Context::Switcher => {
            state.switcher.insert(text);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Whoever writes has done with the message that was selected.
fn write(state: &mut State, text: &str) -> Vec<Effect> {
    message::let_go(state);
    match state.composer_mut().write(text) {
        Ok(()) => Vec::new(),
        Err(error) => problem(state, &error.to_string()),
    }
}

pub(super) fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    state.forget_hint();
    match context(state) {
        Context::Room | Context::Selected => paste(state, text),
        Context::Find => find::insert(state, &harmless(&text[..text.floor_char_boundary(LINE_BYTES)])),
        Context::Prompt => {
            let start = &text[..text.floor_char_boundary(1024)];
            state.prompt.insert(&harmless(start));
            Vec::new()
        }
        Context::Switcher => {
            state.switcher.insert(text);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// What is pasted is seen before it is sent, and is one message however many lines it has.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    match (state.composer_mut().paste(text), state.composer().lines()) {
        (Ok(()), 0..=1) => Vec::new(),
        (Ok(()), lines) => {
            let words = match state.composer().is_long() {
                true => "{send} asks whether to send them as one message",
                false => "{send} sends them as one message",
            };
            let way = state.keys.say(Context::Room, words);
            hint(state, format!("{lines} lines, not sent yet: {way}"))
        }
        (Err(error), _) => problem(state, &error.to_string()),
    }
}

fn complete(state: &mut State) -> Vec<Effect> {
    let own = state.name.as_ref().map(ToString::to_string);
    let mut names: Vec<String> = nameable(state).map(str::to_owned).filter(|name| own.as_ref() != Some(name)).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    state.composer_mut().complete(&command::names(), &names);
    Vec::new()
}

/// Whoever may be meant: people of this room, and for a command those of the others.
fn nameable(state: &State) -> impl Iterator<Item = &str> {
    let is_command = state.composer().text().starts_with('/');
    let others = state.rooms.values().filter(move |room| is_command && state.current != Some(room.id));
    state.room().into_iter().chain(others).flat_map(Room::names)
}

fn composer_up(state: &mut State) -> Vec<Effect> {
    let columns = state.columns;
    state.composer_mut().up(columns);
    Vec::new()
}

fn composer_down(state: &mut State) -> Vec<Effect> {
    let columns = state.columns;
    state.composer_mut().down(columns);
    Vec::new()
}

fn move_focus(state: &mut State, by: isize) -> Vec<Effect> {
    state.prompt.move_focus(by);
    Vec::new()
}

pub(super) fn on_question_action(state: &mut State, action: Action) -> Vec<Effect> {
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
        (Action::Yes, Question::Delete { room, target }) => message::delete_now(state, room, target),
        (Action::Yes | Action::Interrupt, Question::Quit) => vec![Effect::Quit],
        (Action::No | Action::Interrupt, _) => {
            state.overlay = None;
            Vec::new()
        }
        (action, _) => on_any_overlay(action),
    }
}

fn on_help_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_distrust_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_invite_action(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Turn => invite::turn(state),
        Action::Dismiss | Action::Interrupt => invite::close(state),
        action => on_any_overlay(action),
    }
}

fn on_links_action(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Link(at) => message::open_chosen(state, at),
        Action::Dismiss | Action::Interrupt => message::close_links(state),
        action => on_any_overlay(action),
    }
}

fn on_picker_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_search_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_find_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_crowd_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_switcher_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn on_themes_action(state: &mut State, action: Action) -> Vec<Effect> {
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

fn scroll_distrust(state: &mut State, by: isize) -> Vec<Effect> {
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

fn scroll_help(state: &mut State, by: isize) -> Vec<Effect> {
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
        (MouseEventKind::Down(MouseButton::Left), Context::Crowd) => on_crowd_click(state, mouse),
        _ => Vec::new(),
    }
}

fn on_room_click(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
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
