//! Bold, italic and struck-out text: which marks belong together.
//!
//! As in `CommonMark` (its delimiter stack, linear in the marks), but for text that people write to each other:
//!
//! - A `*` within a word is none, as for `_`: `2*3*4`. Between wide characters, which have no spaces, it may be.
//! - Marks before a dot or a slash open nothing: `*.rs`, `src/**/*.rs`, `*/`.
//! - `__init__` is a name.

use ratatui::style::Modifier;
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// A part between two marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) opening: Range<usize>,
    pub(super) closing: Range<usize>,
    pub(super) weight: Modifier,
}

/// Marks of one kind in a row.
#[derive(Debug)]
pub(super) struct Run {
    mark: u8,
    /// What is left of it.
    range: Range<usize>,
    length: usize,
    can_open: bool,
    can_close: bool,
}

/// What stands beside a mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Space,
    Sign,
    Letter,
    /// A letter of a script without spaces, or an emoji.
    Wide,
}

impl Side {
    fn of(c: Option<char>) -> Self {
        match c {
            None => Self::Space,
            Some(c) if c.is_whitespace() => Self::Space,
            Some(c) if c.width() == Some(2) => Self::Wide,
            Some(c) if c.is_alphanumeric() || c.width() == Some(0) => Self::Letter,
            Some(_) => Self::Sign,
        }
    }

    fn is_open(self) -> bool {
        self != Self::Letter
    }
}

impl Run {
    /// The marks at `range` of `line`, whatever they do.
    pub(super) fn new(line: &str, range: Range<usize>) -> Self {
        let mark = line.as_bytes()[range.start];
        let (before, behind) = (line[..range.start].chars().next_back(), line[range.end..].chars().next());
        let (left, right) = (Side::of(before), Side::of(behind));
        let is_within_word = |outer: Side| match mark {
            b'_' => matches!(outer, Side::Letter | Side::Wide),
            _ => outer == Side::Letter,
        };
        let length = range.len();
        let is_mark = mark != b'~' || length == 2;
        let leads = right != Side::Space && (right != Side::Sign || left.is_open());
        let trails = left != Side::Space && (left != Side::Sign || right.is_open());
        Self {
            mark,
            range,
            length,
            can_open: is_mark && leads && !is_within_word(left) && !behind.is_some_and(begins_no_text),
            can_close: is_mark && trails && !is_within_word(right),
        }
    }

    fn matches(&self, closer: &Self) -> bool {
        // The rule of three of `CommonMark`: `*foo**bar*` is one span, not two.
        let is_ambiguous = (self.can_close || closer.can_open)
            && (self.length + closer.length).is_multiple_of(3)
            && !(self.length.is_multiple_of(3) && closer.length.is_multiple_of(3));
        self.mark == closer.mark && !is_ambiguous
    }
}

/// What follows on a mark in a path, a pattern or a sum, and begins no text.
fn begins_no_text(c: char) -> bool {
    matches!(c, '.' | '/' | ',' | ';' | ')' | ']' | '}' | '>' | '=' | '|' | '\\' | '%' | '^')
}

/// The end of a name like `__init__` that `line` has at `start`.
pub(super) fn dunder(line: &str, start: usize) -> Option<usize> {
    let name = line[start..].strip_prefix("__").filter(|name| !name.starts_with('_'))?.as_bytes();
    let is_letter = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    let letters = (0..name.len()).take_while(|at| is_letter(name[*at]));
    let end = letters.take_while(|at| !name[..*at].ends_with(b"__")).last()? + 1;
    name[..end].ends_with(b"__").then_some(start + 2 + end)
}

/// The spans of a line, from the marks in it.
pub(super) fn spans(mut runs: Vec<Run>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut searched = [0; 18];
    for closer in 0..runs.len() {
        while runs[closer].can_close && !runs[closer].range.is_empty() {
            let kind = kind(&runs[closer]);
            let found = (searched[kind]..open.len()).rev().find(|at| runs[open[*at]].matches(&runs[closer]));
            let Some(at) = found else {
                // None of these will ever match: nobody looks at them again.
                searched[kind] = open.len();
                break;
            };
            spans.push(close(&mut runs, open[at], closer));
            open.truncate(if runs[open[at]].range.is_empty() { at } else { at + 1 });
            searched = searched.map(|searched: usize| searched.min(open.len()));
        }
        if runs[closer].can_open && !runs[closer].range.is_empty() {
            open.push(closer);
        }
    }
    spans
}

/// Closers for which the same openers do not match.
fn kind(run: &Run) -> usize {
    let mark = match run.mark {
        b'*' => 0,
        b'_' => 1,
        _ => 2,
    };
    (mark * 2 + usize::from(run.can_open)) * 3 + run.length % 3
}

/// Takes one mark or two off both, from within.
fn close(runs: &mut [Run], opener: usize, closer: usize) -> Span {
    let marks = runs[opener].range.len().min(runs[closer].range.len()).min(2);
    let weight = match (runs[closer].mark, marks) {
        (b'~', _) => Modifier::CROSSED_OUT,
        (_, 2) => Modifier::BOLD,
        _ => Modifier::ITALIC,
    };
    runs[opener].range.end -= marks;
    runs[closer].range.start += marks;
    let (opening, closing) = (runs[opener].range.end, runs[closer].range.start);
    Span { opening: opening..opening + marks, closing: closing - marks..closing, weight }
}
