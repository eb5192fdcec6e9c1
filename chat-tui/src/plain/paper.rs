//! Lines and the last line as bytes for a terminal. Knows no terminal: bytes come out.
//!
//! What is typed is echoed letter by letter, as a terminal does it by itself: that is what screen readers read out.

use super::Asked;
use crate::wrap;
use unicode_segmentation::UnicodeSegmentation;

const TO_START: &str = "\r\x1b[K";

/// What stands in the last line of the terminal.
#[derive(Debug, Default)]
pub struct Paper {
    row: String,
    cursor: usize,
}

impl Paper {
    /// The bytes that put these lines above the last one, and this into it.
    pub fn print(&mut self, lines: &[String], asked: &Asked, columns: u16) -> String {
        let (row, cursor) = asked.row(usize::from(columns));
        let bytes = match lines {
            [] => self.change(&row, cursor),
            lines => {
                format!("{}{}\r\n{row}{}", self.erase(), lines.join("\r\n"), back(&row, cursor))
            }
        };
        (self.row, self.cursor) = (row, cursor);
        bytes
    }

    /// The bytes after which the cursor stands in an empty line.
    pub fn erase(&mut self) -> String {
        let is_empty = std::mem::take(&mut self.row).is_empty();
        self.cursor = 0;
        if is_empty { String::new() } else { TO_START.to_owned() }
    }

    fn change(&self, row: &str, cursor: usize) -> String {
        let was_at_end = self.cursor == wrap::width(&self.row);
        let is_at_end = cursor == wrap::width(row);
        if (self.row.as_str(), self.cursor) == (row, cursor) {
            return String::new();
        }
        match (row.strip_prefix(&*self.row), self.row.strip_prefix(row)) {
            (Some(typed), _) if was_at_end && is_at_end => typed.to_owned(),
            (_, Some(taken)) if was_at_end && is_at_end && taken.graphemes(true).count() == 1 => rubbed(taken),
            _ => format!("{TO_START}{row}{}", back(row, cursor)),
        }
    }
}

/// One letter less.
fn rubbed(letter: &str) -> String {
    let columns = wrap::width(letter);
    format!("{}{}{}", "\x08".repeat(columns), " ".repeat(columns), "\x08".repeat(columns))
}

fn back(row: &str, cursor: usize) -> String {
    match wrap::width(row).saturating_sub(cursor) {
        0 => String::new(),
        columns => format!("\x1b[{columns}D"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typing(typed: &str) -> Asked {
        Asked { question: "> ".to_owned(), typed: typed.to_owned(), cursor: typed.len() }
    }

    #[test]
    fn what_is_typed_is_echoed_letter_by_letter() {
        let mut paper = Paper::default();
        paper.print(&[], &typing("h"), 80);

        assert_eq!(paper.print(&[], &typing("hi"), 80), "i");
        assert_eq!(paper.print(&[], &typing("hi"), 80), "");
        assert_eq!(paper.print(&[], &typing("h"), 80), "\x08 \x08");
        assert_eq!(paper.print(&[], &typing("h界"), 80), "界");
        assert_eq!(paper.print(&[], &typing("h"), 80), "\x08\x08  \x08\x08");
    }

    #[test]
    fn lines_go_above_what_is_being_typed() {
        let mut paper = Paper::default();
        paper.print(&[], &typing("half a sen"), 80);

        let bytes = paper.print(&["14:03 bob: hi".to_owned()], &typing("half a sen"), 80);

        assert_eq!(bytes, "\r\x1b[K14:03 bob: hi\r\n> half a sen");
    }

    #[test]
    fn a_cursor_that_moves_back_is_seen() {
        let mut paper = Paper::default();
        paper.print(&[], &typing("hi"), 80);

        let bytes = paper.print(&[], &Asked { cursor: 1, ..typing("hi") }, 80);

        assert_eq!(bytes, "\r\x1b[K> hi\x1b[1D");
    }
}
