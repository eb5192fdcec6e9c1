//! The keys as they are bound now: the table, and what a person has changed of it.

use super::{Action, BINDINGS, Context, Key};
use crate::wrap;
use crossterm::event::KeyEvent;

/// What stands between what keys do, where they are listed.
const GAPS: [&str; 3] = [" · ", "   ", "  "];
const NO_KEY: &str = "(no key)";

/// A row of the table, with the keys that it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// All do the same; the first is the one that help shows. None: it is out of reach.
    pub keys: Vec<Key>,
    pub context: Context,
    pub action: Action,
    /// Empty: not worth a line in the help overlay.
    pub help: &'static str,
}

/// Every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Bound>,
    /// What was changed, as it was written.
    pub(super) changes: Vec<Change>,
}

/// A key that was bound to something else, or to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub key: Key,
    /// Everywhere, unless it says where.
    pub context: Option<Context>,
    pub to: Option<Action>,
}

impl Default for Keymap {
    fn default() -> Self {
        let row = |row: &super::Binding| Bound {
            keys: row.keys.to_vec(),
            context: row.context,
            action: row.action,
            help: row.help,
        };
        Self { rows: BINDINGS.iter().map(row).collect(), changes: Vec::new() }
    }
}

impl Keymap {
    pub fn rows(&self) -> &[Bound] {
        &self.rows
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What a key means here.
    pub fn action(&self, context: Context, event: KeyEvent) -> Option<Action> {
        let pressed = Key::from(event);
        let in_context = |at: &Context| self.rows.iter().find(|row| row.context == *at && row.keys.contains(&pressed));
        context.chain().iter().find_map(in_context).map(|row| row.action)
    }

    /// The key that does this here, if one does.
    pub fn key(&self, context: Context, action: &str) -> Option<Key> {
        let here = |at: &Context| {
            let mut rows = self.rows.iter().filter(|row| row.context == *at && row.action.name() == action);
            rows.find_map(|row| row.keys.first().copied())
        };
        context.chain().iter().find_map(here)
    }

    /// A list of what keys do, each named by that, with the keys that do it here: `{send} send · {help} help`. What no
    /// key does is left out.
    pub fn list(&self, context: Context, words: &str) -> String {
        let gap = GAPS.into_iter().find(|gap| words.contains(gap)).unwrap_or(GAPS[0]);
        let parts: Vec<String> = words.split(gap).filter_map(|part| self.filled(context, part, None)).collect();
        parts.join(gap)
    }

    /// The longest of such lists that fits, or the first; they grow.
    pub fn longest(&self, context: Context, lists: &[&str], columns: usize) -> String {
        let all: Vec<String> = lists.iter().map(|words| self.list(context, words)).collect();
        let fits = all.iter().rposition(|words| wrap::width(words) <= columns);
        all.into_iter().nth(fits.unwrap_or(0)).unwrap_or_default()
    }

    /// The same in a sentence, which stays whole.
    pub fn say(&self, context: Context, words: &str) -> String {
        self.filled(context, words, Some(NO_KEY)).unwrap_or_default()
    }

    fn filled(&self, context: Context, words: &str, missing: Option<&str>) -> Option<String> {
        let mut said = String::new();
        let mut rest = words;
        while let Some((before, (action, behind))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            debug_assert!(BINDINGS.iter().any(|row| row.action.name() == action), "{action} is nothing to do");
            said.push_str(before);
            match self.key(context, action) {
                Some(key) => said.push_str(&key.to_string()),
                None => said.push_str(missing?),
            }
            rest = behind;
        }
        said.push_str(rest);
        Some(said)
    }

    /// Takes the key from whatever it meant in places like this one.
    pub(super) fn unbind(&mut self, key: Key, context: Context) {
        for row in self.rows.iter_mut().filter(|row| row.context.meets(context)) {
            row.keys.retain(|bound| *bound != key);
        }
    }

    /// Gives the key to this row, as its first.
    pub(super) fn bind(&mut self, key: Key, context: Context, action: Action) {
        let row = self.rows.iter_mut().find(|row| row.context == context && row.action == action);
        if let Some(row) = row {
            row.keys.insert(0, key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_the_keys_that_there_are_and_leave_out_what_has_none() {
        let mut keymap = Keymap::default();
        let words = "{send} send · {newline} new line · {help} help";
        assert_eq!(keymap.list(Context::Room, words), "Enter send · Alt-Enter new line · F1 help");

        keymap.unbind(Key::parse("alt-enter").unwrap(), Context::Room);
        keymap.unbind(Key::parse("f1").unwrap(), Context::Anywhere);

        assert_eq!(keymap.list(Context::Room, words), "Enter send · Ctrl-J new line");
        assert_eq!(keymap.say(Context::Room, "{help} tells"), "(no key) tells");
    }
}
