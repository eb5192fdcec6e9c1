//! Keys of the prompt, and of the way into a room.

use super::{Pressed, Script, script};
use crate::scene::Scene;
use crate::situations::prompt;
use chat_tui::effect::Effect;
use chat_tui::keymap::Action;
use chat_tui::keymap::Action::{Go, Leave, NextField, PreviousField, Recent, TakeOffer};
use chat_tui::keymap::Context::{Connecting, Prompt};
use chat_tui::screen::prompt::Focus;
use chat_tui::state::{Goal, Screen, Wish};
use chat_tui::widget::composer::Edit;

pub(super) const SCRIPTS: &[Script] = &[
    script(Prompt, NextField, prompt::prompt, |it| it.state().prompt.focus == Focus::Server),
    script(Prompt, PreviousField, prompt::prompt, |it| it.state().prompt.focus == Focus::Name),
    script(Prompt, Go, prompt::filled, |it| matches!(it.effects[..], [Effect::Dial { .. }])),
    script(Prompt, TakeOffer, prompt::may_host, |it| matches!(it.effects[..], [Effect::Host { .. }])),
    script(Prompt, Action::Edit(Edit::Right), prompt::filled, |it| it.state().prompt.typed() == ("AB3Z", 1)),
    script(Prompt, Recent(0), prompt::returning, goes_back),
    script(Prompt, Recent(1), prompt::returning, goes_back),
    script(Prompt, Recent(2), prompt::returning, goes_back),
    script(Prompt, Recent(3), prompt::returning, goes_back),
    script(Prompt, Recent(4), prompt::returning, goes_back),
    script(Prompt, Leave, prompt::prompt, |it| it.effects == [Effect::Quit]),
    script(Connecting, Leave, connecting, |it| it.state().screen == Screen::Prompt),
];

fn connecting(columns: u16, rows: u16) -> Scene {
    prompt::headed_for(Wish::Join("AB3Z".into()), columns, rows)
}

/// Into the room of the list that the key stands beside.
fn goes_back(it: &Pressed) -> bool {
    let Action::Recent(at) = it.action else { return false };
    let recent = &it.before.recent[at];
    it.state().attempt == Some(Goal::Return(recent.room, recent.code))
}
