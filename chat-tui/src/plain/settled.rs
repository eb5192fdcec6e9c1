//! Whether everything that was typed has become something: when whoever writes the lines has no more, the program ends.

use crate::overlay::{Overlay, Question};
use crate::state::{Link, Screen, State};

/// How it ended, once it has: well, or a sentence about what did not become.
pub fn settled(state: &State) -> Option<Result<(), String>> {
    match (state.overlay, state.screen) {
        _ if state.attempt.is_some() => None,
        // The end of all lines is a yes to quitting.
        (Some(Overlay::Question(question)), _) if question != Question::Quit => {
            Some(Err("there was no answer to the question".to_owned()))
        }
        (_, Screen::Connecting) => None,
        (_, Screen::Prompt) => Some(Err(without_room(state))),
        (_, Screen::Room) => in_room(state),
    }
}

/// Whether it is no use to read on: nobody is there who could mend what is wrong.
pub fn has_failed(state: &State) -> Option<String> {
    (state.screen == Screen::Prompt).then(|| state.prompt.error.clone()).flatten()
}

fn without_room(state: &State) -> String {
    let nothing = || "there was no answer to what was asked".to_owned();
    state.prompt.error.clone().unwrap_or_else(nothing)
}

fn in_room(state: &State) -> Option<Result<(), String>> {
    let room = state.room()?;
    let timeline = &room.timeline;
    match &state.link {
        _ if timeline.undecided().is_some() => Some(Err("not everything was sent".to_owned())),
        Link::Ended(why) => Some(Err(format!("the connection ended: {why}"))),
        _ if timeline.pending().is_empty() && (room.is_caught_up() || room.is_over) => Some(Ok(())),
        _ => None,
    }
}
