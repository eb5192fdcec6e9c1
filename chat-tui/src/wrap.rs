//! Text in columns: by grapheme and display width, never by byte or `char`.

use std::borrow::Cow;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const TAB_COLUMNS: usize = 4;

/// The clusters of `text` and where they stand. What begins in two characters of ASCII begins in a cluster of one: most
/// of what is written is not looked up.
pub fn graphemes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let grapheme = match rest.as_bytes() {
            [b'\r', b'\n', ..] => &rest[..2],
            [0..0x80] | [0..0x80, 0..0x80, ..] => &rest[..1],
            _ => rest.graphemes(true).next()?,
        };
        at += grapheme.len();
        Some((at - grapheme.len(), grapheme))
    })
}

/// Columns that `text` takes on one line; a tab counts as its widest.
pub fn width(text: &str) -> usize {
    graphemes(text).map(|(_, grapheme)| advance(grapheme, 0)).sum()
}

/// Columns of one grapheme that starts at `column`.
pub fn advance(grapheme: &str, column: usize) -> usize {
    match grapheme.as_bytes() {
        b"\t" => TAB_COLUMNS - column % TAB_COLUMNS,
        [b' '..=b'~'] => 1,
        // A cell or two is all that a terminal gives a grapheme, whatever the sum of its parts.
        _ => grapheme.width().min(2),
    }
}

/// `text` with the emoji that a joiner makes one set apart, each as wide as it is everywhere.
///
/// A family is one glyph of two columns on some terminals and four glyphs of eight on others; on those, what is drawn
/// as two columns tears the row, and leaves glyphs behind. Joiners between letters stay.
pub fn apart(text: &str) -> String {
    let mut previous = ' ';
    let joins_emoji =
        |c: char, previous: char| c == '\u{200d}' && (previous == '\u{fe0f}' || previous.width() == Some(2));
    let kept = text.chars().filter(|c| {
        let is_dropped = joins_emoji(*c, previous);
        previous = *c;
        !is_dropped
    });
    kept.collect()
}

/// The pieces on as few rows as they fit on, three columns apart; a row ends inside a piece only if it is wider.
pub fn flowing(pieces: &[String], columns: usize) -> String {
    const APART: &str = "   ";
    let mut text = String::new();
    let mut used = 0;
    for piece in pieces {
        let needed = width(piece);
        if !text.is_empty() {
            let fits = used + APART.len() + needed <= columns;
            text.push_str(if fits { APART } else { "\n" });
            used = if fits { used + APART.len() } else { 0 };
        }
        text.push_str(piece);
        used += needed;
    }
    text
}

/// `text`, or as much of its beginning as fits with an ellipsis behind it.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 1;
    for (_, grapheme) in graphemes(text) {
        used += advance(grapheme, 0);
        if used > columns {
            break;
        }
        kept.push_str(grapheme);
    }
    if columns > 0 {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// The byte ranges of the rows that `text` takes in `columns`: broken after white space, between wide characters, or,
/// where a word is wider than the row, anywhere. Never empty; newlines and the white space at a break are in no row.
pub fn rows(text: &str, columns: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let graphemes = graphemes(line).map(|(at, grapheme)| (start + at, grapheme));
        rows.extend(line_rows(graphemes, start..start + line.len(), columns));
        start += line.len() + 1;
    }
    rows
}

/// The same for one line of graphemes and where they stand in the text; what lies between them is not shown.
pub fn line_rows<'a>(
    graphemes: impl Iterator<Item = (usize, &'a str)>,
    line: Range<usize>,
    columns: usize,
) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut breaker = Breaker { row_start: line.start, column: 0, opportunity: None };
    let mut ink_end = line.start;
    let mut after_space = false;
    for (at, grapheme) in graphemes {
        let is_space = grapheme.chars().all(char::is_whitespace);
        let wide = advance(grapheme, 0) == 2;
        if at > breaker.row_start && ink_end > breaker.row_start && !is_space && (after_space || wide) {
            breaker.opportunity = Some((ink_end, at, breaker.column));
        }
        let columns_needed = advance(grapheme, breaker.column);
        if breaker.column + columns_needed > columns.max(1) && !is_space && at > breaker.row_start {
            rows.push(breaker.break_row(at));
        }
        breaker.column += advance(grapheme, breaker.column);
        // Between two wide characters a row may break; after a wide one, before a narrow one, as well.
        if wide {
            breaker.opportunity = Some((at + grapheme.len(), at + grapheme.len(), breaker.column));
        }
        if !is_space {
            ink_end = at + grapheme.len();
        }
        after_space = is_space;
    }
    rows.push(breaker.row_start..line.end);
    rows
}

/// The rows of `line` where each is filled before the next begins, and nothing is swallowed. Never empty.
pub fn cut_rows(line: &str, columns: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut column) = (0, 0);
    for (at, grapheme) in graphemes(line) {
        if column + advance(grapheme, column) > columns && at > start {
            rows.push(start..at);
            (start, column) = (at, 0);
        }
        column += advance(grapheme, column);
    }
    rows.push(start..line.len());
    rows
}

/// Whether the first character belongs to whatever stands before it: an accent, a variation selector.
pub fn begins_attached(text: &str) -> bool {
    let first = text.chars().next().filter(|c| !c.is_ascii());
    first.is_some_and(|first| format!("x{first}").graphemes(true).count() == 1)
}

/// One line being broken: where its row began, and where it could break.
struct Breaker {
    row_start: usize,
    column: usize,
    /// End of the row and start of the next, if it breaks at the last opportunity; and the column of the latter.
    opportunity: Option<(usize, usize, usize)>,
}

impl Breaker {
    /// Ends the row before the grapheme at `at`, at the latest.
    fn break_row(&mut self, at: usize) -> Range<usize> {
        let (end, next, column) = self.opportunity.take().unwrap_or((at, at, self.column));
        let row = self.row_start..end;
        self.row_start = next;
        self.column = self.column.saturating_sub(column);
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn joined_emoji_are_set_apart_and_joined_letters_are_not() {
        let table = [
            ("👨\u{200d}👩\u{200d}👧 family", "👨👩👧 family"),
            ("👩\u{200d}⚕\u{fe0f}", "👩⚕\u{fe0f}"),
            ("🏳\u{fe0f}\u{200d}🌈", "🏳\u{fe0f}🌈"),
            ("ක්\u{200d}ෂ", "ක්\u{200d}ෂ"),
            ("plain", "plain"),
        ];
        for (text, expected) in table {
            assert_eq!(apart(text), expected);
        }
        assert_eq!(width(&apart("👨\u{200d}👩\u{200d}👧")), 6);
    }

    #[test]
    fn pieces_flow_and_break_between_each_other() {
        let pieces = ["→ alice opened the room".to_owned(), "→ bob joined".to_owned()];

        assert_eq!(flowing(&pieces, 38), "→ alice opened the room   → bob joined");
        assert_eq!(flowing(&pieces, 37), "→ alice opened the room\n→ bob joined");
    }

    proptest! {
        /// Letters, line breaks, marks, joiners, flags, Hangul, Indic letters, one that belongs to what follows.
        #[test]
        fn clusters_are_those_of_unicode(text in "[a \r\n\t\u{301}\u{200d}\u{fe0f}👩👧🏽🇪🇺각ᄀ가क्षि\u{600}結]{0,12}") {
            prop_assert_eq!(graphemes(&text).collect::<Vec<_>>(), text.grapheme_indices(true).collect::<Vec<_>>());
        }
    }

    fn wrapped(text: &str, columns: usize) -> Vec<&str> {
        rows(text, columns).into_iter().map(|row| &text[row]).collect()
    }

    #[test]
    fn rows_break_after_white_space_and_swallow_it() {
        assert_eq!(wrapped("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrapped("one   two", 4), ["one", "two"]);
    }

    #[test]
    fn a_word_wider_than_the_row_breaks_anywhere() {
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("ab cdefgh", 4), ["ab", "cdef", "gh"]);
    }

    #[test]
    fn wide_characters_break_between_each_other_and_never_in_half() {
        assert_eq!(wrapped("ビルド結果", 5), ["ビル", "ド結", "果"]);
        assert_eq!(wrapped("a結果", 1), ["a", "結", "果"]);
    }

    #[test]
    fn a_cluster_stays_together() {
        assert_eq!(wrapped("👩‍👩‍👧e\u{301}e\u{301}", 2), ["👩‍👩‍👧", "e\u{301}e\u{301}"]);
    }

    #[test]
    fn newlines_and_leading_spaces_are_kept() {
        assert_eq!(wrapped("if a {\n    b\n}\n", 20), ["if a {", "    b", "}", ""]);
        assert_eq!(wrapped("", 20), [""]);
    }

    #[test]
    fn no_row_is_wider_than_its_columns() {
        let text = "a mixed ビルド line\twith 🎉🎉 and averyveryverylongword at the end of 結果 it all";
        for columns in 2..40 {
            for row in wrapped(text, columns) {
                assert!(width(row.trim_end()) <= columns + TAB_COLUMNS, "{row:?} in {columns}");
            }
            assert_eq!(wrapped(text, columns).concat().replace([' ', '\t'], ""), text.replace([' ', '\t'], ""));
        }
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(cut("release planning", 8), "release…");
        assert_eq!(cut("結果結果", 4), "結…");
        assert_eq!(cut("abc", 0), "");
    }
}
