//! Keys and pastes: what they mean where.

use super::{
    ask, commands, completing, crowd, export, find, hint, link, message, overlays, plain, posting, problem, prompt,
    reacting, reading, switching,
};
use crate::effect::Effect;
use crate::find::LINE_BYTES;
use crate::keymap::{self, Action, Context};
use crate::overlay::{Overlay, Question};
use crate::screen::panels::Panel;
use crate::screen::prompt::Focus;
use crate::state::{Screen, State};
use crate::widget::composer::{Edit, harmless};
use crate::widget::timeline::Direction;
use crossterm::event::{KeyEvent, KeyEventKind};

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

pub(super) fn context(state: &State) -> Context {
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
        Context::Help => overlays::on_help(state, action),
        Context::Question => overlays::on_question(state, action),
        Context::Distrust => overlays::on_distrust(state, action),
        Context::Invite => overlays::on_invite(state, action),
        Context::Search => overlays::on_search(state, action),
        Context::Find => overlays::on_find(state, action),
        Context::Switcher => overlays::on_switcher(state, action),
        Context::Crowd => overlays::on_crowd(state, action),
        Context::Themes => overlays::on_themes(state, action),
        Context::Links => overlays::on_links(state, action),
        Context::Picker => overlays::on_picker(state, action),
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
        Action::Send => completing::send(state),
        Action::Complete => completing::complete(state),
        Action::Up => completing::up(state),
        Action::Down => completing::down(state),
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
        Action::Dismiss => completing::dismiss(state),
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
    match state.undelivered() + state.stakes() {
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
        Ok(()) if edit.only_moves() => Vec::new(),
        Ok(()) => completing::offer(state),
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
        Context::Prompt => type_into_prompt(state, text),
        Context::Switcher => {
            state.switcher.insert(text);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn type_into_prompt(state: &mut State, text: &str) -> Vec<Effect> {
    if state.is_plain() {
        state.prompt.ask_for_room();
    }
    state.prompt.insert(text);
    Vec::new()
}

/// Whoever writes has done with the message that was selected.
fn write(state: &mut State, text: &str) -> Vec<Effect> {
    message::let_go(state);
    match state.composer_mut().write(text) {
        Ok(()) => completing::offer(state),
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
            type_into_prompt(state, &harmless(start))
        }
        Context::Switcher => {
            state.switcher.insert(text);
            Vec::new()
        }
        Context::Question => hint(state, "what was pasted answers nothing, and is dropped"),
        _ => Vec::new(),
    }
}

/// What is pasted is seen before it is sent, and is one message however many lines it has.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    match (state.composer_mut().paste(text), state.composer().lines()) {
        (Ok(()), 0..=1) => completing::offer(state),
        (Ok(()), lines) => {
            let words = match state.is_long() {
                true => "{send} asks whether to send them as one message",
                false => "{send} sends them as one message",
            };
            let way = state.keys.say(Context::Room, words);
            hint(state, format!("{lines} lines, not sent yet: {way}"))
        }
        (Err(error), _) => problem(state, &error.to_string()),
    }
}

fn move_focus(state: &mut State, by: isize) -> Vec<Effect> {
    state.prompt.move_focus(by);
    Vec::new()
}
