//! What holds of the client as lines, whatever happened.

use crate::sound::is_raw;
use chat_tui::plain::{self, Layout, Paper, Teller, asked, has_failed, settled};
use chat_tui::state::{Face, State};

/// How a line may begin: with what the program says, a time, or the indent of what goes on.
const BEGINNINGS: [&str; 3] = ["-- ", "!! ", "   "];

/// Somebody to whom everything is told.
#[derive(Default)]
pub(crate) struct Reader {
    teller: Teller,
    paper: Paper,
}

impl Reader {
    /// A line was typed.
    pub(crate) fn types(&mut self) {
        self.teller.has_heard();
    }

    /// Every line is one, nobody forges its beginning, nothing raw is in it, and nothing is told twice.
    pub(crate) fn hears(&mut self, state: &State) {
        let layout = if state.face == Face::PlainOnly { Layout::ENDLESS } else { Layout::of(plain::COLUMNS) };
        let lines = self.teller.tell(state, layout);
        for line in &lines {
            is_sound(line);
        }
        assert_eq!(self.teller.tell(state, layout), Vec::<String>::new());
        match state.face {
            Face::PlainOnly => is_not_raw(&self.teller.ask(state).unwrap_or_default()),
            Face::Plain | Face::Screen => is_written(&self.paper.print(&lines, &asked(state), plain::COLUMNS)),
        }
        for why in settled(state).and_then(Result::err).into_iter().chain(has_failed(state)) {
            is_not_raw(&why);
        }
    }
}

fn is_sound(line: &str) {
    is_not_raw(line);
    let is_begun = line.is_empty() || BEGINNINGS.iter().any(|beginning| line.starts_with(beginning));
    assert!(is_begun || begins_with_time(line), "{line:?}");
}

fn begins_with_time(line: &str) -> bool {
    let digit = |at: usize| line.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let is = |at: usize, sign: u8| line.as_bytes().get(at) == Some(&sign);
    digit(0) && digit(1) && is(2, b':') && digit(3) && digit(4) && is(5, b' ')
}

fn is_not_raw(line: &str) {
    assert_eq!(line.chars().find(|c| is_raw(*c)), None, "{line:?}");
}

/// What a terminal gets erases a line, ends it, or moves back in it.
fn is_written(bytes: &str) {
    let bytes = bytes.replace("\r\x1b[K", "").replace("\r\n", "").replace('\x08', "");
    let mut pieces = bytes.split("\x1b[");
    is_not_raw(pieces.next().unwrap_or_default());
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        is_not_raw(rest.strip_prefix('D').unwrap_or("\x1b"));
    }
}
