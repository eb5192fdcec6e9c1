//! The client as lines: turning to it and back, and whole lines as they are typed.

use super::{hint, overlays, posting, problem, prompt, trust};
use crate::about::About;
use crate::effect::Effect;
use crate::keymap::{Action, Context};
use crate::overlay::Overlay;
use crate::plain::{COLUMNS, ROWS};
use crate::screen::prompt::Focus;
use crate::state::{Face, Notice, Screen, State};
use crate::wrap;
use chat_proto::text::visible_line;

/// Of a line that was refused.
const QUOTE_COLUMNS: usize = 60;

/// `/plain`.
pub(super) fn turn(state: &mut State) -> Vec<Effect> {
    match state.face {
        Face::Screen => {
            (state.columns, state.rows) = (COLUMNS, ROWS);
            become_face(state, Face::Plain)
        }
        Face::Plain => become_face(state, Face::Screen),
        Face::PlainOnly => problem(state, "there is no terminal here that could show the whole screen"),
    }
}

fn become_face(state: &mut State, face: Face) -> Vec<Effect> {
    state.face = face;
    (state.overlay, state.find) = (None, None);
    if let Some(room) = state.room_mut() {
        room.timeline.to_end();
    }
    if face == Face::Plain {
        hint(state, "this is plain text now; /plain goes back to the whole screen");
    }
    vec![Effect::Turn(face)]
}

/// A whole line, from where no keys come.
pub(super) fn on_line(state: &mut State, line: &str) -> Vec<Effect> {
    state.attendance.touch(state.now);
    state.forget_hint();
    match (state.overlay, state.screen) {
        (Some(Overlay::Question(_)), _) => on_answer(state, line),
        (Some(Overlay::Distrust { .. }), _) if line.is_empty() => trust::try_again(state),
        (_, Screen::Connecting) => Vec::new(),
        (_, Screen::Prompt) => on_prompt_line(state, line),
        (_, Screen::Room) => {
            state.composer_mut().set(line);
            say(state)
        }
    }
}

/// What a key does where there is no screen, if it is something else.
pub(super) fn instead(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    if !state.is_plain() {
        return None;
    }
    let told = match action {
        Action::Send => return Some(say(state)),
        Action::Go => return Some(answered(state)),
        Action::Find => "/search finds what was said",
        Action::Switch => "{room-1} to {room-9}, {next-room}, {previous-room} and /join with a code go to other rooms",
        Action::PageUp | Action::PageDown | Action::Oldest | Action::Newest | Action::Unread => {
            "what was said stands above; /plain goes back to a screen that scrolls"
        }
        Action::ToggleMembers | Action::ToggleRooms => "/plain goes back to a screen that has lists beside it",
        _ => return None,
    };
    let told = state.keys.say(Context::Room, told);
    Some(hint(state, told))
}

/// Whatever lay over the screen was told, and is over with the next thing that is said.
pub(super) fn say(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    let line = state.composer().text().to_owned();
    let effects = posting::send(state);
    take_back_refused(state, &line);
    effects
}

/// A line that stayed was refused. On a screen it is seen and mended; here, what is typed next would stand behind it
/// unheard: it goes, and is said with what is wrong with it. Up brings it back, as ever.
fn take_back_refused(state: &mut State, line: &str) {
    let has_stayed = !line.trim().is_empty() && state.composer().text() == line;
    let (Some(Notice::Problem(why)), None, true) = (&state.notice, state.overlay, has_stayed) else { return };
    let line = visible_line(line.as_bytes());
    let typed = wrap::cut(&line, QUOTE_COLUMNS);
    let words = match (state.composer().is_confidential(), state.room().and_then(|room| room.about.as_ref())) {
        (true, _) => why.clone(),
        (false, None) => format!("{why} (you typed: {typed})"),
        (false, Some(About::Reply { .. })) => format!("{why} (you typed: {typed}; what you type is still an answer)"),
        (false, Some(About::Edit { .. })) => format!("{why} (you typed: {typed}; what you type is still an edit)"),
    };
    state.composer_mut().clear();
    problem(state, &words);
}

fn on_answer(state: &mut State, line: &str) -> Vec<Effect> {
    match yes_or_no(line) {
        Some(action) => overlays::on_question(state, action),
        None => Vec::new(),
    }
}

fn yes_or_no(line: &str) -> Option<Action> {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Some(Action::Yes),
        "n" | "no" => Some(Action::No),
        _ => None,
    }
}

fn on_prompt_line(state: &mut State, line: &str) -> Vec<Effect> {
    state.overlay = None;
    if state.prompt.focus == Focus::Offer {
        return yes_or_no(line).map_or_else(Vec::new, |action| on_offer(state, action));
    }
    if !line.trim().is_empty() {
        state.prompt.ask_for_room();
        state.prompt.set_typed(line.trim());
    }
    answered(state)
}

/// Whether what an error offered is taken.
pub(super) fn on_offer(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Yes {
        return prompt::take_offer(state);
    }
    state.prompt.forget_error();
    Vec::new()
}

/// What the prompt asked for is answered: the next question, or off to the room.
pub(super) fn answered(state: &mut State) -> Vec<Effect> {
    match state.prompt.focus {
        Focus::Name => match state.prompt.judged_name() {
            Ok(_) => ask_for(state, Focus::Room),
            Err(sentence) => prompt::fail(state, &sentence, None),
        },
        Focus::Room => match place_in_list(state) {
            Some(at) => prompt::go_back(state, at),
            None => ask_for(state, Focus::Server),
        },
        Focus::Server if state.prompt.room().is_empty() => {
            state.prompt.focus = Focus::Create;
            prompt::go(state)
        }
        Focus::Server | Focus::Join | Focus::Create | Focus::CreatePrivate | Focus::Offer => prompt::go(state),
    }
}

fn ask_for(state: &mut State, focus: Focus) -> Vec<Effect> {
    state.prompt.forget_error();
    state.prompt.focus = focus;
    Vec::new()
}

/// A digit in place of a code: a room of the last days.
fn place_in_list(state: &State) -> Option<usize> {
    let digit: usize = state.prompt.room().parse().ok()?;
    digit.checked_sub(1).filter(|at| *at < state.recent.len() && state.prompt.room().len() == 1)
}
