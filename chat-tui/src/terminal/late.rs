//! Answers of the terminal that come when keys are read already. crossterm takes reports of the cursor and of the
//! device out by itself, but it takes a string for keys: Alt-], then letters, then Alt-\. They are taken out here.

use super::probe::Rest;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// What an answer about the background begins with, behind Alt-].
const BEGINNING: &str = "11;rgb";
/// Its rest has no more: `a:ffff/ffff/ffff/ffff`.
const REST_MAX: usize = 24;

#[derive(Debug)]
pub struct Late {
    at: At,
    /// What may be the beginning of an answer.
    held: Vec<Event>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nothing is to come.
    Nowhere,
    Outside,
    /// So many letters of the beginning were there.
    Beginning(usize),
    /// So many letters of the rest were there.
    Rest(usize),
    /// Within numbers, up to the letter that ends them.
    Numbers(usize),
}

/// What a key turns out to be.
enum Next {
    /// It may belong to an answer.
    Held(At),
    /// It does, and so does what was held.
    TakenOut(At),
    Typed,
}

impl Late {
    pub(super) fn new(rest: Rest) -> Self {
        let at = match rest {
            Rest::Nothing => At::Nowhere,
            Rest::Whole => At::Outside,
            Rest::OfString => At::Rest(0),
            Rest::OfSequence => At::Numbers(0),
        };
        Self { at, held: Vec::new() }
    }

    /// What a person did: this event, none while it may belong to an answer, or all that turned out not to.
    pub fn pass(&mut self, event: Event) -> Vec<Event> {
        let Some(key) = event.as_key_press_event().filter(|_| self.at != At::Nowhere) else { return vec![event] };
        match self.next(key) {
            Next::Held(at) => {
                self.at = at;
                self.held.push(event);
                Vec::new()
            }
            Next::TakenOut(at) => {
                self.at = at;
                self.held.clear();
                Vec::new()
            }
            Next::Typed => {
                self.at = At::Outside;
                self.held.push(event);
                std::mem::take(&mut self.held)
            }
        }
    }

    fn next(&self, key: KeyEvent) -> Next {
        match (self.at, letter(key)) {
            (At::Outside, _) if is_alt(key, ']') => Next::Held(At::Beginning(0)),
            (At::Beginning(count), Some(c)) if BEGINNING[count..].starts_with(c) => match count + 1 < BEGINNING.len() {
                true => Next::Held(At::Beginning(count + 1)),
                false => Next::TakenOut(At::Rest(0)),
            },
            (At::Rest(_), _) if is_alt(key, '\\') || is_bell(key) => Next::TakenOut(At::Nowhere),
            (At::Rest(count), Some(_)) if count < REST_MAX => Next::TakenOut(At::Rest(count + 1)),
            (At::Numbers(count), Some(c)) if count < REST_MAX && is_number(c) => Next::TakenOut(At::Numbers(count + 1)),
            (At::Numbers(_), Some(_)) => Next::TakenOut(At::Outside),
            _ => Next::Typed,
        }
    }
}

fn is_alt(key: KeyEvent, c: char) -> bool {
    key.modifiers.contains(KeyModifiers::ALT) && key.code == KeyCode::Char(c)
}

fn is_bell(key: KeyEvent) -> bool {
    key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char('g')
}

fn letter(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

fn is_number(c: char) -> bool {
    matches!(c, '0'..='9' | ';' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::typed::keys;

    /// What is left of these bytes, as crossterm makes keys of them.
    fn left(rest: Rest, bytes: &str) -> Vec<Event> {
        let mut late = Late::new(rest);
        keys(bytes.as_bytes()).into_iter().flat_map(|event| late.pass(event)).collect()
    }

    #[test]
    fn a_late_answer_is_never_typed() {
        for end in ["\x1b\\", "\x07"] {
            let bytes = format!("a\x1b]11;rgb:0f0F/1111/1717{end}b");
            assert_eq!(left(Rest::Whole, &bytes), keys(b"ab"), "{bytes:?}");
        }
        assert_eq!(left(Rest::OfString, "1/1717\x1b\\b"), keys(b"b"));
        assert_eq!(left(Rest::OfSequence, "2;3Rb"), keys(b"b"));
    }

    #[test]
    fn what_only_looks_like_one_is_typed() {
        for bytes in ["\x1b]hello", "\x1b]11;no", "\x1b]\x1b[A", "11;rgb:"] {
            assert_eq!(left(Rest::Whole, bytes), keys(bytes.as_bytes()), "{bytes:?}");
        }
    }

    #[test]
    fn an_answer_without_an_end_takes_little_with_it() {
        let bytes = format!("\x1b]11;rgb:{}", "f".repeat(100));

        assert!(left(Rest::Whole, &bytes).len() >= 70);
    }

    #[test]
    fn when_all_was_answered_nothing_is_looked_at() {
        let bytes = "\x1b]11;rgb:0/0/0\x1b\\";

        assert_eq!(left(Rest::Nothing, bytes), keys(bytes.as_bytes()));
    }
}
