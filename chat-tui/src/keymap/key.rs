//! A key: as it is pressed, as it is shown (`Ctrl-N`), and as it is written (`ctrl-n`).

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// A key as it is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

pub(super) const CTRL: KeyModifiers = KeyModifiers::CONTROL;
pub(super) const ALT: KeyModifiers = KeyModifiers::ALT;
/// What a key is called that has no letter. `F1` to `F24` besides.
const NAMES: [(&str, KeyCode); 14] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
];
const SPACE: &str = "Space";
const FUNCTION_KEYS: std::ops::RangeInclusive<u8> = 1..=24;

pub(super) const fn key(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}
pub(super) const fn ch(letter: char) -> Key {
    key(KeyCode::Char(letter))
}
pub(super) const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), modifiers: CTRL }
}
pub(super) const fn alt(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), modifiers: ALT }
}
pub(super) const fn with(modifiers: KeyModifiers, code: KeyCode) -> Key {
    Key { code, modifiers }
}

/// The character that a key types, if it types one.
pub fn typed(event: KeyEvent) -> Option<char> {
    match event.code {
        KeyCode::Char(c) if (event.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        // AltGr is Ctrl+Alt on some terminals.
        KeyCode::Char(c) if event.modifiers == CTRL | ALT && !c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    }
}

impl Key {
    /// Reads a key as it is shown, in any case.
    pub fn parse(written: &str) -> Option<Self> {
        let mut rest = written;
        let mut modifiers = KeyModifiers::NONE;
        for (name, modifier) in [("ctrl-", CTRL), ("alt-", ALT)] {
            if let Some((head, behind)) = rest.split_at_checked(name.len()).filter(|(_, behind)| !behind.is_empty())
                && head.eq_ignore_ascii_case(name)
            {
                modifiers |= modifier;
                rest = behind;
            }
        }
        let code = code(rest)?;
        let code = match code {
            KeyCode::Char(c) if !modifiers.is_empty() => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        Some(Self { code, modifiers })
    }

    /// Whether it types something where something can be typed.
    pub(super) fn types(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }
}

fn code(written: &str) -> Option<KeyCode> {
    if written.eq_ignore_ascii_case(SPACE) {
        return Some(KeyCode::Char(' '));
    }
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(written)) {
        return Some(*code);
    }
    let mut characters = written.chars();
    match (characters.next()?, characters.as_str()) {
        (c, "") if !c.is_control() && !c.is_whitespace() => Some(KeyCode::Char(c)),
        ('f' | 'F', number) => number.parse().ok().filter(|number| FUNCTION_KEYS.contains(number)).map(KeyCode::F),
        _ => None,
    }
}

impl From<KeyEvent> for Key {
    /// Shift is in the character already, and in `BackTab`; elsewhere it makes no difference here.
    fn from(event: KeyEvent) -> Self {
        let modifiers = event.modifiers & (CTRL | ALT);
        let code = match event.code {
            KeyCode::Char(c) if !modifiers.is_empty() => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Self { code, modifiers }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(CTRL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str(SPACE),
            KeyCode::Char(c) if self.modifiers.is_empty() => write!(f, "{c}"),
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => match NAMES.iter().find(|(_, known)| *known == code) {
                Some((name, _)) => f.write_str(name),
                None => write!(f, "{code}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::BINDINGS;
    use super::*;

    #[test]
    fn a_key_is_named_as_it_is_pressed() {
        let names = [
            (ctrl('a'), "Ctrl-A"),
            (with(ALT, KeyCode::Enter), "Alt-Enter"),
            (key(KeyCode::PageUp), "PgUp"),
            (key(KeyCode::BackTab), "Shift-Tab"),
            (key(KeyCode::F(8)), "F8"),
            (with(CTRL, KeyCode::Left), "Ctrl-Left"),
        ];
        for (key, name) in names {
            assert_eq!(key.to_string(), name);
        }
    }

    #[test]
    fn every_key_of_the_table_is_read_as_it_is_shown_in_any_case() {
        for key in BINDINGS.iter().flat_map(|row| row.keys) {
            assert_eq!(Key::parse(&key.to_string()), Some(*key), "{key}");
            if !key.types() {
                assert_eq!(Key::parse(&key.to_string().to_lowercase()), Some(*key), "{key}");
            }
        }
        assert_eq!(Key::parse("Ctrl-Alt-X"), Some(with(CTRL | ALT, KeyCode::Char('x'))));
        assert_eq!(Key::parse("alt--"), Some(alt('-')));
    }

    #[test]
    fn what_is_no_key_is_none() {
        for written in ["", "ctrl-", "hyper-x", "f0", "f25", "ctrl-xx", "enter-ctrl", "two words"] {
            assert_eq!(Key::parse(written), None, "{written}");
        }
    }
}
