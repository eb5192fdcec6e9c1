//! A line or several being written: text, cursor, and what was cut last. Moves and deletes by grapheme.

use std::ops::Range;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// What a key does to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    LineStart,
    LineEnd,
    Left,
    Right,
    WordLeft,
    WordRight,
    DeleteLeft,
    DeleteRight,
    CutToLineStart,
    CutToLineEnd,
    /// Back to white space.
    CutWord,
    /// Back to the start of a word: `-` and `/` stop it.
    CutWordLeft,
    CutWordRight,
    /// Puts back what was cut.
    Paste,
}

impl Edit {
    /// Whether it leaves the text as it is.
    pub fn only_moves(self) -> bool {
        matches!(self, Self::LineStart | Self::LineEnd | Self::Left | Self::Right | Self::WordLeft | Self::WordRight)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buffer {
    text: String,
    /// A byte offset between two graphemes.
    cursor: usize,
    cut: String,
}

impl Buffer {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.len(), cut: String::new() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// What [`Edit::Paste`] puts back.
    pub fn cut_text(&self) -> &str {
        &self.cut
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Replaces the text; the cursor goes behind it.
    pub fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.cursor = text.len();
    }

    /// Empties the text, so that [`Edit::Paste`] brings it back.
    pub fn clear(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.cursor = 0;
        self.cut.clone_from(&text);
        text
    }

    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.move_to(self.cursor + text.len());
    }

    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        self.text.replace_range(range.clone(), with);
        self.move_to(range.start + with.len());
    }

    /// To this byte offset, or, within a grapheme, behind it.
    pub fn move_to(&mut self, offset: usize) {
        let offset = offset.min(self.text.len());
        let mut cursor = GraphemeCursor::new(offset, self.text.len(), true);
        let is_between = self.text.is_char_boundary(offset) && cursor.is_boundary(&self.text, 0).unwrap_or(true);
        self.cursor = if is_between { offset } else { self.after(offset) };
    }

    pub fn edit(&mut self, edit: Edit) {
        let at = self.cursor;
        match edit {
            Edit::LineStart => self.cursor = self.line_start(),
            Edit::LineEnd => self.cursor = self.line_end(),
            Edit::Left => self.cursor = self.left(),
            Edit::Right => self.cursor = self.right(),
            Edit::WordLeft => self.cursor = self.word_left(is_word),
            Edit::WordRight => self.cursor = self.word_right(),
            Edit::DeleteLeft => drop(self.remove(self.left()..at)),
            Edit::DeleteRight => drop(self.remove(at..self.right())),
            Edit::CutToLineStart => self.cut(self.line_start()..at),
            Edit::CutToLineEnd => self.cut(at..self.cut_end()),
            Edit::CutWord => self.cut(self.word_left(is_ink)..at),
            Edit::CutWordLeft => self.cut(self.word_left(is_word)..at),
            Edit::CutWordRight => self.cut(at..self.word_right()),
            Edit::Paste => self.insert(&self.cut.clone()),
        }
    }

    fn cut(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.cut = self.remove(range);
        }
    }

    fn remove(&mut self, range: Range<usize>) -> String {
        let removed = self.text.drain(range.clone()).collect();
        // What stood on both sides may have become one grapheme.
        self.move_to(range.start);
        removed
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..].find('\n').map_or(self.text.len(), |newline| self.cursor + newline)
    }

    /// At the end of a line, the line break itself is cut.
    fn cut_end(&self) -> usize {
        if self.line_end() == self.cursor { self.right() } else { self.line_end() }
    }

    fn left(&self) -> usize {
        let before = self.text[..self.cursor].graphemes(true).next_back();
        self.cursor - before.map_or(0, str::len)
    }

    fn right(&self) -> usize {
        self.cursor + self.text[self.cursor..].graphemes(true).next().map_or(0, str::len)
    }

    fn after(&self, offset: usize) -> usize {
        let ends = self.text.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len());
        ends.into_iter().find(|end| *end >= offset).unwrap_or(self.text.len())
    }

    fn word_left(&self, belongs: fn(char) -> bool) -> usize {
        let before = self.text[..self.cursor].trim_end_matches(|c| !belongs(c));
        before.trim_end_matches(belongs).len()
    }

    fn word_right(&self) -> usize {
        let behind = self.text[self.cursor..].trim_start_matches(|c| !is_word(c));
        self.text.len() - behind.trim_start_matches(is_word).len()
    }
}

/// Marks and joiners belong to the letters they stand on.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

fn is_ink(c: char) -> bool {
    !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The buffer drawn as text, with `|` for the cursor.
    fn drawn(buffer: &Buffer) -> String {
        let (before, behind) = buffer.text.split_at(buffer.cursor);
        format!("{before}|{behind}")
    }

    fn buffer(drawn: &str) -> Buffer {
        let cursor = drawn.find('|').unwrap();
        let mut buffer = Buffer::new(&drawn.replace('|', ""));
        buffer.move_to(cursor);
        buffer
    }

    #[test]
    fn every_edit_does_what_fingers_expect() {
        let table = [
            ("one two|", Edit::LineStart, "|one two"),
            ("one\ntw|o", Edit::LineStart, "one\n|two"),
            ("o|ne\ntwo", Edit::LineEnd, "one|\ntwo"),
            ("e\u{301}|", Edit::Left, "|e\u{301}"),
            ("|👩‍👩‍👧x", Edit::Right, "👩‍👩‍👧|x"),
            ("|", Edit::Left, "|"),
            ("|", Edit::Right, "|"),
            ("one two|", Edit::WordLeft, "one |two"),
            ("one  |two", Edit::WordLeft, "|one  two"),
            ("|one two", Edit::WordRight, "one| two"),
            ("one| two", Edit::WordRight, "one two|"),
            ("結果|", Edit::DeleteLeft, "結|"),
            ("|結果", Edit::DeleteRight, "|果"),
            ("one two|!", Edit::CutToLineStart, "|!"),
            ("one| two\nx", Edit::CutToLineEnd, "one|\nx"),
            ("one|\nx", Edit::CutToLineEnd, "one|x"),
            ("cd /usr/bin|", Edit::CutWord, "cd |"),
            ("cd /usr/bin |", Edit::CutWord, "cd |"),
            ("cd /usr/bin|", Edit::CutWordLeft, "cd /usr/|"),
            ("|one two", Edit::CutWordRight, "| two"),
            ("a|b", Edit::Paste, "a|b"),
        ];
        for (before, edit, after) in table {
            let mut buffer = buffer(before);
            buffer.edit(edit);
            assert_eq!(drawn(&buffer), after, "{edit:?} on {before:?}");
        }
    }

    #[test]
    fn what_was_cut_or_cleared_can_be_put_back() {
        let mut buffer = buffer("one two|");

        buffer.edit(Edit::CutWord);
        buffer.edit(Edit::Paste);
        assert_eq!(drawn(&buffer), "one two|");

        buffer.clear();
        assert_eq!(drawn(&buffer), "|");
        buffer.edit(Edit::Paste);
        assert_eq!(drawn(&buffer), "one two|");
    }

    #[test]
    fn the_cursor_never_stands_within_a_grapheme() {
        let mut buffer = buffer("e|\u{301}x");
        assert_eq!(buffer.cursor(), 3);

        buffer.edit(Edit::LineStart);
        buffer.insert("👩\u{200d}");
        buffer.edit(Edit::Right);
        buffer.edit(Edit::DeleteLeft);
        assert!(buffer.text().is_char_boundary(buffer.cursor()));
    }
}
