//! Keys that do the same everywhere, and those that change a line that is being typed.

use super::{Pressed, Script, script};
use crate::scene::Scene;
use crate::situations::room::writing;
use chat_tui::effect::Effect;
use chat_tui::keymap::Action::{Edit as Do, Help, Interrupt, Redraw, Suspend};
use chat_tui::keymap::Context::{Anywhere, Typing};
use chat_tui::overlay::Overlay;
use chat_tui::widget::composer::Edit;

pub(super) const SCRIPTS: &[Script] = &[
    script(Anywhere, Interrupt, writing, |it| it.line() == "|"),
    script(Anywhere, Suspend, writing, |it| it.effects == [Effect::Suspend]),
    script(Anywhere, Redraw, writing, |it| it.effects == [Effect::Redraw]),
    script(Anywhere, Help, writing, |it| matches!(it.state().overlay, Some(Overlay::Help { row: 0 }))),
    edits(Edit::LineStart),
    edits(Edit::LineEnd),
    edits(Edit::Left),
    edits(Edit::Right),
    edits(Edit::WordLeft),
    edits(Edit::WordRight),
    edits(Edit::DeleteLeft),
    edits(Edit::DeleteRight),
    edits(Edit::CutToLineStart),
    edits(Edit::CutToLineEnd),
    edits(Edit::CutWord),
    edits(Edit::CutWordLeft),
    edits(Edit::CutWordRight),
    script(Typing, Do(Edit::Paste), cut, is_edited),
];

const fn edits(edit: Edit) -> Script {
    script(Typing, Do(edit), writing, is_edited)
}

/// The end of the line was cut off.
fn cut(columns: u16, rows: u16) -> Scene {
    let mut scene = writing(columns, rows);
    scene.ctrl('k');
    scene
}

/// What becomes of `one ab-two| three four`.
fn is_edited(it: &Pressed) -> bool {
    let Do(edit) = it.action else { return false };
    let expected = match edit {
        Edit::LineStart => "|one ab-two three four",
        Edit::LineEnd | Edit::Paste => "one ab-two three four|",
        Edit::Left => "one ab-tw|o three four",
        Edit::Right => "one ab-two |three four",
        Edit::WordLeft => "one ab-|two three four",
        Edit::WordRight => "one ab-two three| four",
        Edit::DeleteLeft => "one ab-tw| three four",
        Edit::DeleteRight => "one ab-two|three four",
        Edit::CutToLineStart => "| three four",
        Edit::CutToLineEnd => "one ab-two|",
        Edit::CutWord => "one | three four",
        Edit::CutWordLeft => "one ab-| three four",
        Edit::CutWordRight => "one ab-two| four",
    };
    it.line() == expected
}
