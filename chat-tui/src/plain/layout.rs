//! A thing that is told, as lines.

use crate::wrap;

/// A beginning that is longer does not push what follows to the right.
const INDENT_MAX: usize = 24;
const INDENT: usize = 6;
/// Below this, lines are as long as they are.
const COLUMNS_MIN: usize = 20;

/// Whether lines have an end of their own, or are as long as what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    columns: Option<usize>,
}

impl Layout {
    /// For a file or another program.
    pub const ENDLESS: Self = Self { columns: None };

    /// For a terminal of so many columns: it breaks no line by itself, so that none of its rows begins where somebody
    /// else chose.
    pub fn of(columns: u16) -> Self {
        Self { columns: Some(usize::from(columns)).filter(|columns| *columns >= COLUMNS_MIN) }
    }

    /// `beginning` and `text`; every further line is indented, and nothing in them moves a cursor.
    pub fn lines(self, beginning: &str, text: &str) -> Vec<String> {
        let indent = Some(wrap::width(beginning)).filter(|columns| *columns <= INDENT_MAX).unwrap_or(INDENT);
        let text = plain(text);
        let first = plain(beginning);
        let rows = match self.columns {
            Some(columns) => wrap::rows(&text, columns.saturating_sub(indent.max(wrap::width(&first)) + 1)),
            None => wrap::rows(&text, usize::MAX),
        };
        let rows = rows.into_iter().enumerate();
        rows.map(|(at, row)| match at {
            0 => format!("{first}{}", &text[row]).trim_end().to_owned(),
            _ => format!("{:indent$}{}", "", text[row].trim_end()).trim_end().to_owned(),
        })
        .collect()
    }
}

/// Whatever else it is, it is text.
fn plain(text: &str) -> String {
    let is_raw = |c: char| c.is_control() && c != '\n';
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !is_raw(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_indented() {
        assert_eq!(
            Layout::ENDLESS.lines("14:03 bob: ", "one\n14:04 alice: two"),
            ["14:03 bob: one", "           14:04 alice: two"]
        );
    }

    #[test]
    fn no_row_of_a_terminal_begins_where_the_writer_chose() {
        let forged = format!("{}14:04 alice: I quit", " x".repeat(20));

        let lines = Layout::of(30).lines("14:03 bob: ", &forged);

        assert!(lines[1..].iter().all(|line| line.starts_with("           ")), "{lines:?}");
        assert!(lines.iter().all(|line| wrap::width(line) < 30), "{lines:?}");
    }

    #[test]
    fn nothing_moves_a_cursor() {
        let lines = Layout::ENDLESS.lines("a\u{1b}[2J", "b\u{8}\r\tc\u{9b}");

        assert_eq!(lines, ["a[2Jb c"]);
    }

    #[test]
    fn an_empty_line_stays_one() {
        assert_eq!(Layout::of(80).lines("", ""), [""]);
        assert_eq!(Layout::of(80).lines("-- ", "a\n\nb"), ["-- a", "", "   b"]);
    }
}
