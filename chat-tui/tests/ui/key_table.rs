//! Every row of the table of keys, pressed: a script for each, and none that could not fail.

mod anywhere;
mod list;
mod overlays;
mod prompt;
mod room;

use crate::scene::Scene;
use chat_tui::document::Document;
use chat_tui::effect::Effect;
use chat_tui::keymap::{Action, BINDINGS, Context, Key, Keymap};
use chat_tui::link::Command;
use chat_tui::state::State;
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use std::path::Path;

/// What is pressed where, and how it is seen that it did what it is there for.
struct Script {
    context: Context,
    action: Action,
    arrange: fn(u16, u16) -> Scene,
    has_done_it: fn(&Pressed) -> bool,
}

const fn script(
    context: Context,
    action: Action,
    arrange: fn(u16, u16) -> Scene,
    has_done_it: fn(&Pressed) -> bool,
) -> Script {
    Script { context, action, arrange, has_done_it }
}

/// A key was pressed.
struct Pressed {
    action: Action,
    before: State,
    after: Scene,
    effects: Vec<Effect>,
}

impl Pressed {
    fn state(&self) -> &State {
        &self.after.state
    }

    fn has_asked_the_link(&self, command: &Command) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Link(asked) if asked == command))
    }

    /// What is being written, with a bar where the cursor is.
    fn line(&self) -> String {
        let (text, cursor) = (self.state().composer().text(), self.state().composer().cursor());
        format!("{}|{}", &text[..cursor], &text[cursor..])
    }
}

fn scripts() -> impl Iterator<Item = &'static Script> {
    [anywhere::SCRIPTS, room::SCRIPTS, prompt::SCRIPTS, overlays::SCRIPTS, list::SCRIPTS].into_iter().flatten()
}

impl Script {
    fn stands_for(&self, context: Context, action: Action) -> bool {
        (self.context, self.action) == (context, action)
    }

    /// Presses this key, as it is bound in these keys.
    fn press(&self, key: Key, keys: Keymap) -> Pressed {
        let mut after = (self.arrange)(80, 24);
        after.state.keys = keys;
        after.effects();
        let before = after.state.clone();
        after.terminal(TerminalEvent::Key(event(key)));
        let effects = after.effects();
        Pressed { action: self.action, before, after, effects }
    }
}

/// The keys without this one in this place.
fn without(key: Key, context: Context) -> Keymap {
    let text = format!("[keys.{}]\n{:?} = 'none'\n", context.name(), key.to_string());
    let document = Document::parse(Path::new("keys.toml"), &text).expect("tests write good files");
    let mut keys = Keymap::default();
    keys.rebind(&document, document.pairs()[0]).expect("a key of the table can be taken away");
    keys
}

/// What a terminal tells of a key.
fn event(key: Key) -> KeyEvent {
    use KeyCode::{BackTab, Backspace, Delete, Down, End, Enter, Esc, Home, Left, PageDown, PageUp, Right, Tab, Up};
    let named = [Enter, Esc, Tab, BackTab, Backspace, Delete, Up, Down, Left, Right, Home, End, PageUp, PageDown];
    let codes = named.into_iter().chain((' '..='~').map(KeyCode::Char)).chain((1..=12).map(KeyCode::F));
    let modified = |code| {
        [KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT].map(|modifiers| KeyEvent::new(code, modifiers))
    };
    codes.flat_map(modified).find(|event| Key::from(*event) == key).expect("a keyboard has this key")
}

#[test]
fn every_row_of_the_table_has_one_script_and_every_script_a_row() {
    for row in BINDINGS {
        let count = scripts().filter(|script| script.stands_for(row.context, row.action)).count();
        assert_eq!(count, 1, "scripts for {:?} in {:?}", row.action, row.context);
    }
    for script in scripts() {
        let has_row = BINDINGS.iter().any(|row| script.stands_for(row.context, row.action));
        assert!(has_row, "no row for {:?} in {:?}", script.action, script.context);
    }
}

#[test]
fn every_key_of_the_table_does_what_it_is_there_for_and_nothing_else_does_it() {
    for row in BINDINGS {
        let script = scripts().find(|script| script.stands_for(row.context, row.action)).expect("tested above");
        for key in row.keys {
            let place = format!("{key} for {:?} in {:?}", row.action, row.context);

            let pressed = script.press(*key, Keymap::default());
            assert!((script.has_done_it)(&pressed), "{place}\n{:?}\n{}", pressed.effects, pressed.after.screen());

            let pressed = script.press(*key, without(*key, row.context));
            assert!(!(script.has_done_it)(&pressed), "{place} is done by another\n{}", pressed.after.screen());
        }
    }
}
