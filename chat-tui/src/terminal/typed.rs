//! Keys out of bytes that were typed before anybody read keys: letters, and the sequences that most terminals send.
//!
//! crossterm reads keys from the terminal alone, so it cannot be given these.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

const ESCAPE: char = '\u{1b}';

/// The keys, in their order. What is no key is left out.
pub(super) fn keys(bytes: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.as_ref();
    let mut keys = Vec::new();
    while let Some((key, length)) = next(rest) {
        keys.extend(key.map(Event::Key));
        rest = &rest[length..];
    }
    keys
}

/// The first key, if it is one, and how many bytes it takes.
fn next(text: &str) -> Option<(Option<KeyEvent>, usize)> {
    let first = text.chars().next()?;
    let behind = &text[first.len_utf8()..];
    match (first, behind.chars().next()) {
        (ESCAPE, Some('[' | 'O')) => {
            let body = &behind[1..];
            let length = body.find(|c: char| matches!(c, '@'..='~')).map_or(body.len(), |end| end + 1);
            Some((sequence(&body[..length]), 2 + length))
        }
        (ESCAPE, Some(letter)) if letter != ESCAPE => {
            let pressed =
                key(letter).map(|pressed| KeyEvent { modifiers: pressed.modifiers | KeyModifiers::ALT, ..pressed });
            Some((pressed, 1 + letter.len_utf8()))
        }
        _ => Some((key(first), first.len_utf8())),
    }
}

fn key(c: char) -> Option<KeyEvent> {
    let plain = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
    match c {
        ESCAPE => plain(KeyCode::Esc),
        '\r' => plain(KeyCode::Enter),
        '\t' => plain(KeyCode::Tab),
        '\u{7f}' => plain(KeyCode::Backspace),
        '\u{1}'..='\u{1a}' => {
            let letter = char::from(b'a' + c as u8 - 1);
            Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
        }
        c if c.is_control() || c == char::REPLACEMENT_CHARACTER => None,
        c => plain(KeyCode::Char(c)),
    }
}

/// What stands behind `CSI` or `SS3`.
pub(super) fn sequence(body: &str) -> Option<KeyEvent> {
    let mut chars = body.chars();
    let end = chars.next_back()?;
    let mut numbers = chars.as_str().split(';').map(|number| number.parse::<u8>().unwrap_or(1));
    let (first, modifiers) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let code = match (end, first) {
        ('A', _) => KeyCode::Up,
        ('B', _) => KeyCode::Down,
        ('C', _) => KeyCode::Right,
        ('D', _) => KeyCode::Left,
        ('H', _) | ('~', 1 | 7) => KeyCode::Home,
        ('F', _) | ('~', 4 | 8) => KeyCode::End,
        ('Z', _) => KeyCode::BackTab,
        ('P'..='S', _) => KeyCode::F(end as u8 - b'P' + 1),
        ('~', 3) => KeyCode::Delete,
        ('~', 5) => KeyCode::PageUp,
        ('~', 6) => KeyCode::PageDown,
        ('~', number @ 11..=15) => KeyCode::F(number - 10),
        ('~', number @ 17..=21) => KeyCode::F(number - 11),
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers_of(modifiers)))
}

fn modifiers_of(number: u8) -> KeyModifiers {
    let table = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
    let held = number.saturating_sub(1);
    table.into_iter().filter(|(bit, _)| held & bit != 0).map(|(_, modifier)| modifier).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &str) -> Vec<(KeyCode, KeyModifiers)> {
        let pressed = keys(bytes.as_bytes()).into_iter();
        pressed.filter_map(|event| event.as_key_press_event()).map(|key| (key.code, key.modifiers)).collect()
    }

    #[test]
    fn letters_and_keys_are_told_apart() {
        let none = KeyModifiers::NONE;
        let table = [
            ("hé", vec![(KeyCode::Char('h'), none), (KeyCode::Char('é'), none)]),
            ("\r\t\u{7f}", vec![(KeyCode::Enter, none), (KeyCode::Tab, none), (KeyCode::Backspace, none)]),
            ("\u{3}", vec![(KeyCode::Char('c'), KeyModifiers::CONTROL)]),
            ("\x1b[A\x1bOB", vec![(KeyCode::Up, none), (KeyCode::Down, none)]),
            ("\x1b[1;5D", vec![(KeyCode::Left, KeyModifiers::CONTROL)]),
            ("\x1b[15~\x1b[19~", vec![(KeyCode::F(5), none), (KeyCode::F(8), none)]),
            ("\x1ba", vec![(KeyCode::Char('a'), KeyModifiers::ALT)]),
            ("\x1b", vec![(KeyCode::Esc, none)]),
            ("\x1b\x1b[A", vec![(KeyCode::Esc, none), (KeyCode::Up, none)]),
        ];
        for (bytes, expected) in table {
            assert_eq!(told(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_left_out() {
        assert_eq!(told("\x1b[99~\x1b[?1;2c\u{0}\u{9b}"), []);
        assert_eq!(keys(b"\xff\xfe\x1b["), []);
    }
}
