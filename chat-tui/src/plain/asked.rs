//! The last line: what is asked, and what is being typed.

use crate::overlay::Overlay;
use crate::screen::prompt::{Focus, Offer};
use crate::state::{Screen, State};
use crate::wrap;
use chat_proto::text::visible_line;
use unicode_segmentation::UnicodeSegmentation;

/// What stands for a line break that is being typed.
const BREAK: &str = "⏎";
/// Below this, nothing useful can be shown.
const COLUMNS_MIN: usize = 12;

/// What is asked, and the answer so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    pub question: String,
    pub typed: String,
    /// How much of it stands before the cursor, in bytes.
    pub cursor: usize,
}

pub fn asked(state: &State) -> Asked {
    match (state.overlay, state.screen) {
        (Some(Overlay::Question(_)), _) => question("y or n? "),
        (Some(Overlay::Distrust { .. }), _) => question("Enter tries again, Esc leaves it: "),
        (_, Screen::Connecting) => Asked::default(),
        (_, Screen::Prompt) if state.attempt.is_some() => Asked::default(),
        (_, Screen::Prompt) => of_prompt(state),
        (_, Screen::Room) => {
            let composer = state.composer();
            Asked { question: "> ".to_owned(), typed: composer.text().to_owned(), cursor: composer.cursor() }
        }
    }
}

fn question(words: &str) -> Asked {
    Asked { question: words.to_owned(), ..Asked::default() }
}

fn of_prompt(state: &State) -> Asked {
    let words = match (state.prompt.focus, &state.prompt.offer) {
        (Focus::Offer, Some(Offer::Name { name, .. })) => return question(&format!("Go on as {name}? y or n? ")),
        (Focus::Offer, _) => return question("Run a server here, and open a room? y or n? "),
        (Focus::Name, _) => "Your name: ",
        (Focus::Server, _) => "Server: ",
        (Focus::Room | Focus::Join | Focus::Create | Focus::CreatePrivate, _) => {
            "Room (a code, an invite, or nothing for a new one): "
        }
    };
    let (typed, cursor) = state.prompt.typed();
    Asked { question: words.to_owned(), typed: typed.to_owned(), cursor }
}

impl Asked {
    /// As one row of so many columns, and the column of the cursor: of what is too long, the part around the cursor.
    pub fn row(&self, columns: usize) -> (String, usize) {
        let columns = columns.max(COLUMNS_MIN);
        let (before, behind) = self.typed.split_at(self.cursor);
        let (before, behind) = (in_a_row(before), in_a_row(behind));
        let question = wrap::cut(&self.question, columns / 2).into_owned();
        let room = columns - wrap::width(&question) - 1;
        let before = end_of(&before, room);
        let at = wrap::width(&question) + wrap::width(before);
        let behind = beginning_of(&behind, columns - 1 - at);
        (format!("{question}{before}{behind}"), at)
    }
}

/// Nothing in it moves the cursor: not all of it was typed, as a message that is edited comes from the server.
fn in_a_row(typed: &str) -> String {
    visible_line(typed.replace('\n', BREAK).as_bytes())
}

/// As much of the end as fits.
fn end_of(text: &str, columns: usize) -> &str {
    let mut start = text.len();
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += wrap::advance(grapheme, 0);
        if used > columns {
            break;
        }
        start = at;
    }
    &text[start..]
}

fn beginning_of(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let beyond = text.grapheme_indices(true).find(|(_, grapheme)| {
        used += wrap::advance(grapheme, 0);
        used > columns
    });
    &text[..beyond.map_or(text.len(), |(at, _)| at)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(typed: &str, cursor: usize) -> Asked {
        Asked { question: "> ".to_owned(), typed: typed.to_owned(), cursor }
    }

    #[test]
    fn what_is_typed_stands_behind_what_is_asked() {
        assert_eq!(typed("hi", 2).row(20), ("> hi".to_owned(), 4));
        assert_eq!(typed("one\ntwo", 4).row(20), ("> one⏎two".to_owned(), 6));
    }

    #[test]
    fn nothing_that_stands_in_it_moves_the_cursor() {
        assert_eq!(typed("a\tb\u{1b}[2J", 7).row(20), ("> a b␛[2J".to_owned(), 9));
    }

    #[test]
    fn of_a_long_line_the_part_around_the_cursor_is_shown() {
        let line = "abcdefghijklmnopqrstuvwxyz";

        assert_eq!(typed(line, 26).row(12), ("> rstuvwxyz".to_owned(), 11));
        assert_eq!(typed(line, 0).row(12), ("> abcdefghi".to_owned(), 2));
        assert_eq!(typed("結果結果結果", 18).row(12), ("> 結果結果".to_owned(), 10));
    }
}
