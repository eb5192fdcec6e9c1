//! Themes: listed, tried, taken and put back.

use super::{hint, problem};
use crate::effect::Effect;
use crate::keeper::Note;
use crate::overlay::Overlay;
use crate::state::State;
use crate::theme::Choice;

/// Lists them; the one that is shown is chosen.
pub(super) fn list(state: &mut State) -> Vec<Effect> {
    state.overlay = Some(Overlay::Themes { row: state.looks.chosen_row() });
    Vec::new()
}

/// Takes the one of this name.
pub(super) fn switch(state: &mut State, name: &str) -> Vec<Effect> {
    match state.looks.themes.find(name) {
        Ok(choice) => take(state, choice),
        Err(sentence) => problem(state, &sentence),
    }
}

/// Goes so many rows down the list, and shows what is there.
pub(super) fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    let Some(Overlay::Themes { row }) = &mut state.overlay else { return Vec::new() };
    let choices = state.looks.choices();
    *row = row.saturating_add_signed(by).min(choices.len() - 1);
    state.theme = state.looks.preview(choices[*row]);
    Vec::new()
}

/// Keeps what is shown.
pub(super) fn keep(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Themes { row }) = state.overlay else { return Vec::new() };
    let choice = state.looks.choices()[row];
    match state.looks.themes.about(choice) {
        Ok(_) => {
            state.overlay = None;
            take(state, choice)
        }
        // The list says why.
        Err(_) => Vec::new(),
    }
}

/// Goes back to what there was before.
pub(super) fn put_back(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    state.theme = state.looks.theme();
    Vec::new()
}

fn take(state: &mut State, choice: Choice) -> Vec<Effect> {
    state.looks.chosen = choice;
    state.theme = state.looks.theme();
    let name = state.looks.themes.name(choice);
    match state.looks.option.clone().filter(|option| option != name) {
        Some(option) => hint(state, format!("{name} for now: your options say theme = \"{option}\"")),
        None => vec![Effect::Keep(Note::Theme(name.to_owned()))],
    }
}
