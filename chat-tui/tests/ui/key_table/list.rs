//! Keys that go through what is listed: by one, by a screenful, to an end.

use super::room::first_message;
use super::{Pressed, Script, script};
use crate::scene::Scene;
use crate::situations::{overlays, room};
use chat_tui::keymap::Action::{Down, Newest, NextField, Oldest, PageDown, PageUp, PreviousField, Up};
use chat_tui::keymap::Context::{Crowd, Distrust, Find, Help, Picker, Search, Switcher, Themes};
use chat_tui::overlay::{Overlay, switcher};
use chat_tui::state::State;
use chat_tui::widget::members;
use crossterm::event::KeyCode;

pub(super) const SCRIPTS: &[Script] = &[
    script(Help, Up, overlays::help_further_down, |it| steps(it) == -1),
    script(Help, Down, overlays::help, |it| steps(it) == 1),
    script(Help, PageUp, overlays::help_further_down, |it| steps(it) < -5),
    script(Help, PageDown, overlays::help, |it| steps(it) > 5),
    script(Help, Oldest, overlays::help_further_down, |it| at(it.state()) == Some(0)),
    script(Help, Newest, overlays::help, |it| it.after.shows("Shift-drag")),
    script(Distrust, Up, distrusting_further_down, |it| steps(it) == -1),
    script(Distrust, Down, distrusting, |it| steps(it) == 1),
    script(Distrust, PageUp, distrusting_further_down, |it| steps(it) < -1),
    script(Distrust, PageDown, distrusting, |it| steps(it) > 1),
    script(Crowd, Up, overlays::crowd_of_many, |it| steps(it) == -1),
    script(Crowd, Down, overlays::crowd_of_many, |it| steps(it) == 1),
    script(Crowd, PageUp, overlays::crowd_of_many, |it| (-30..-1).contains(&steps(it))),
    script(Crowd, PageDown, overlays::crowd_of_many, |it| (2..30).contains(&steps(it))),
    script(Crowd, Oldest, overlays::crowd_of_many, |it| at(it.state()) == Some(0)),
    script(Crowd, Newest, overlays::crowd_of_many, |it| it.after.shows("▌ ○ dave")),
    script(Switcher, Up, overlays::switcher_of_nine, |it| steps(it) == -1),
    script(Switcher, Down, overlays::switcher_of_nine, |it| steps(it) == 1),
    script(Switcher, PageUp, overlays::switcher_of_nine, |it| steps(it) == -2),
    script(Switcher, PageDown, overlays::switcher_of_nine, |it| steps(it) > 1),
    script(Search, Up, overlays::long_search, |it| steps(it) == -1),
    script(Search, Down, overlays::long_search, |it| steps(it) == 1),
    script(Search, PageUp, overlays::long_search, |it| (-15..-1).contains(&steps(it))),
    script(Search, PageDown, overlays::long_search, |it| (2..15).contains(&steps(it))),
    script(Search, Oldest, overlays::long_search, |it| steps(it) == -20),
    script(Search, Newest, overlays::long_search, |it| steps(it) == 19),
    script(Find, PageUp, room::found, |it| first_message(it.state()) < first_message(&it.before)),
    script(Find, PageDown, found_above, |it| first_message(it.state()) > first_message(&it.before)),
    script(Themes, Up, overlays::trying_a_theme, |it| steps(it) == -1),
    script(Themes, Down, overlays::trying_a_theme, |it| steps(it) == 1),
    script(Themes, Oldest, trying_the_third_theme, |it| at(it.state()) == Some(0)),
    script(Themes, Newest, overlays::themes, |it| {
        at(it.state()).is_some_and(|at| at + 1 == it.state().looks.choices().len())
    }),
    script(Picker, PreviousField, overlays::picker_by_name, |it| steps(it) == -1),
    script(Picker, NextField, overlays::picker_by_name, |it| steps(it) == 1),
    script(Picker, Up, overlays::picker_by_name, |it| steps(it) == -8),
    script(Picker, Down, picker_in_its_first_row, |it| steps(it) == 8),
];

/// The row of the list that is chosen, or the first that is shown.
fn at(state: &State) -> Option<usize> {
    match state.overlay? {
        Overlay::Help { row } | Overlay::Distrust { row } | Overlay::Themes { row } => Some(row),
        Overlay::Crowd(chosen) => {
            let listed = members::listed(&state.room()?.members, state.person);
            listed.iter().position(|person| *person == chosen)
        }
        Overlay::Switcher => {
            let chosen = state.switcher.chosen(state)?;
            switcher::choices(state.switcher.typed.text(), state).iter().position(|choice| *choice == chosen)
        }
        // The hits stand three places apart, the newest first.
        Overlay::Search => Some((200 - state.search.as_ref()?.chosen()?.1.0 as usize) / 3),
        Overlay::React => {
            let picker = state.picker.as_ref()?;
            picker.offers().iter().position(|offer| Some(*offer) == picker.chosen())
        }
        _ => None,
    }
}

/// How far down it went.
fn steps(it: &Pressed) -> isize {
    let [before, after] = [&it.before, it.state()].map(|state| at(state).unwrap_or_default().cast_signed());
    after - before
}

/// A window in which it does not fit.
fn distrusting(_: u16, _: u16) -> Scene {
    overlays::distrusting(40, 12)
}

fn distrusting_further_down(_: u16, _: u16) -> Scene {
    overlays::distrusting_further_down(40, 12)
}

fn found_above(columns: u16, rows: u16) -> Scene {
    let mut scene = room::found(columns, rows);
    (0..10).for_each(|_| scene.key(KeyCode::Enter));
    scene
}

fn trying_the_third_theme(columns: u16, rows: u16) -> Scene {
    let mut scene = overlays::trying_a_theme(columns, rows);
    scene.key(KeyCode::Down);
    scene
}

fn picker_in_its_first_row(columns: u16, rows: u16) -> Scene {
    let mut scene = overlays::picker_by_name(columns, rows);
    scene.key(KeyCode::Up);
    scene
}
