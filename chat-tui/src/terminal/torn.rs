//! Keys whose bytes crossterm tears apart. After an Esc it takes what follows for letters: Alt-Up that comes right
//! behind it, or in two pieces over a slow line, would be typed as `[1;3A`. Here they become the key that they are.
//!
//! Nobody types a bracket so soon after Esc; so letters are only held back where they cannot be typed.

use super::typed::sequence;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::time::{Duration, Instant};

/// A terminal sends the bytes of a key at once; a slow line lets them wait for so long.
const TORN_WITHIN: Duration = Duration::from_millis(30);
/// The longest that a key has, without its end: `1;3`, and what some terminals add.
const BODY_MAX: usize = 16;

/// What may be the rest of a key.
#[derive(Debug, Default)]
pub struct Torn {
    /// When Esc was pressed, if nothing was since.
    escaped: Option<Instant>,
    held: Vec<Event>,
    body: String,
}

impl Torn {
    /// What a person did: this event, none while it may belong to a key, or all that turned out not to.
    pub fn pass(&mut self, event: Event, now: Instant) -> Vec<Event> {
        let letter = event.as_key_press_event().and_then(letter);
        let is_soon = self.escaped.take().is_some_and(|at| now.duration_since(at) < TORN_WITHIN);
        match letter {
            Some('[' | 'O') if is_soon => self.hold(event),
            Some(c) if !self.held.is_empty() => self.go_on(event, c),
            _ => {
                self.escaped = Some(now).filter(|_| is_escape(&event));
                self.let_go(event)
            }
        }
    }

    fn hold(&mut self, event: Event) -> Vec<Event> {
        self.held.push(event);
        Vec::new()
    }

    fn go_on(&mut self, event: Event, c: char) -> Vec<Event> {
        self.body.push(c);
        match c {
            '0'..='9' | ';' if self.body.len() <= BODY_MAX => self.hold(event),
            '@'..='~' => self.whole(),
            _ => self.let_go(event),
        }
    }

    /// The key, if it is one that is known. It was never typed either way.
    fn whole(&mut self) -> Vec<Event> {
        self.held.clear();
        sequence(&std::mem::take(&mut self.body)).map(Event::Key).into_iter().collect()
    }

    fn let_go(&mut self, event: Event) -> Vec<Event> {
        self.body.clear();
        let mut all = std::mem::take(&mut self.held);
        all.push(event);
        all
    }
}

fn is_escape(event: &Event) -> bool {
    event.as_key_press_event() == Some(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE))
}

fn letter(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    /// As crossterm reads these after an Esc: capitals with Shift.
    fn letters(text: &str) -> Vec<Event> {
        let shift = |c: char| if c.is_uppercase() { KeyModifiers::SHIFT } else { NONE };
        text.chars().map(|c| key(KeyCode::Char(c), shift(c))).collect()
    }

    /// What becomes of Esc and these letters, so long after it.
    fn after_escape(text: &str, wait: Duration) -> Vec<Event> {
        let start = Instant::now();
        let mut torn = Torn::default();
        let mut passed = torn.pass(key(KeyCode::Esc, NONE), start);
        assert_eq!(passed, [key(KeyCode::Esc, NONE)], "Esc waits for nothing");
        passed.clear();
        passed.extend(letters(text).into_iter().flat_map(|event| torn.pass(event, start + wait)));
        passed
    }

    #[test]
    fn a_key_that_follows_on_esc_at_once_is_that_key() {
        for (rest, code, modifiers) in [
            ("[1;3A", KeyCode::Up, KeyModifiers::ALT),
            ("[B", KeyCode::Down, NONE),
            ("OA", KeyCode::Up, NONE),
            ("[15~", KeyCode::F(5), NONE),
        ] {
            assert_eq!(after_escape(rest, Duration::from_millis(5)), [key(code, modifiers)], "{rest}");
        }
        let up_and_letter = [key(KeyCode::Up, NONE), key(KeyCode::Char('y'), NONE)];
        assert_eq!(after_escape("[Ay", Duration::ZERO), up_and_letter);
    }

    #[test]
    fn a_key_that_nobody_knows_is_not_typed_either() {
        assert_eq!(after_escape("[99~", Duration::ZERO), []);
    }

    #[test]
    fn what_a_person_types_after_esc_is_typed() {
        for text in ["hello", "[link](x)", "OK"] {
            assert_eq!(after_escape(text, TORN_WITHIN), letters(text), "{text}");
        }
        assert_eq!(after_escape("hello [1;3A", Duration::ZERO), letters("hello [1;3A"), "not right behind it");
    }

    #[test]
    fn what_turns_out_to_be_no_key_is_typed_whole() {
        let long = format!("[{}", "1".repeat(BODY_MAX + 1));

        assert_eq!(after_escape("[1 x", Duration::ZERO), letters("[1 x"));
        assert_eq!(after_escape(&long, Duration::ZERO), letters(&long));
    }
}
