//! Lines of a message, and what each of them is.
//!
//! There is no tree: a line knows how many quotes it is in and how far it is set in, and that is all that its rows
//! need.

use crate::wrap;
use std::ops::Range;

/// Quotes within quotes; more marks than these are text.
const QUOTES_MAX: usize = 4;
/// Digits before the dot of a numbered line, as in Markdown.
const DIGITS_MAX: usize = 9;
const HEADING_MARKS_MAX: usize = 6;
const FENCE_MARKS_MIN: usize = 3;

/// One line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// How many quotes it is in.
    pub(super) quotes: usize,
    /// The white space before it.
    pub(super) indent: Range<usize>,
    pub(super) kind: Kind,
    /// What is left without all that.
    pub(super) content: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bullet,
    /// The number, its dot and the space behind.
    Number(Range<usize>),
    /// The marks before it and the space behind.
    Heading(Range<usize>),
    /// The language of the code that follows.
    Label,
    Code,
}

impl Line {
    fn code(quotes: usize, content: Range<usize>) -> Self {
        Self { quotes, indent: content.start..content.start, kind: Kind::Code, content }
    }
}

/// The fence that code stands behind.
struct Fence {
    quotes: usize,
    mark: char,
    marks: usize,
    indent: usize,
    is_empty: bool,
}

/// The lines of `text`; at least one.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut fence: Option<Fence> = None;
    let mut start = 0;
    for line in text.split('\n') {
        let range = start..start + line.len();
        start = range.end + 1;
        let is_last = range.end == text.len();
        fence = match fence.take() {
            Some(open) => within_fence(text, range, open, is_last, &mut lines),
            None => outside(text, range, is_last, &mut lines),
        };
    }
    lines
}

/// A line of code, or the end of it.
fn within_fence(
    text: &str,
    range: Range<usize>,
    mut fence: Fence,
    is_last: bool,
    lines: &mut Vec<Line>,
) -> Option<Fence> {
    let (quotes, inner) = without_quotes(text, range.clone(), fence.quotes);
    let has_left_quote = quotes < fence.quotes;
    let is_end = !has_left_quote && closes(&text[inner.clone()], &fence);
    if fence.is_empty && (has_left_quote || is_end) {
        lines.push(Line::code(fence.quotes, inner.start..inner.start));
    }
    if has_left_quote {
        return outside(text, range, is_last, lines);
    }
    if is_end {
        return None;
    }
    fence.is_empty = false;
    let spaces = text[inner.clone()].bytes().take(fence.indent).take_while(|byte| *byte == b' ').count();
    lines.push(Line::code(quotes, inner.start + spaces..inner.end));
    Some(fence)
}

fn outside(text: &str, range: Range<usize>, is_last: bool, lines: &mut Vec<Line>) -> Option<Fence> {
    let (quotes, inner) = without_quotes(text, range, QUOTES_MAX);
    // A fence with nothing behind it is what somebody wrote.
    if let Some((fence, label)) = opens(text, inner.clone(), quotes).filter(|_| !is_last) {
        if !label.is_empty() {
            lines.push(Line { kind: Kind::Label, ..Line::code(quotes, label) });
        }
        return Some(fence);
    }
    lines.push(line(text, quotes, inner));
    None
}

/// How many quotes a line is in, at most so many, and what is left of it.
fn without_quotes(text: &str, mut range: Range<usize>, at_most: usize) -> (usize, Range<usize>) {
    let mut quotes = 0;
    while quotes < at_most {
        let line = &text[range.clone()];
        match line.strip_prefix("> ") {
            Some(rest) if !wrap::begins_attached(rest) => range.start += 2,
            None if line == ">" => range.start += 1,
            _ => break,
        }
        quotes += 1;
    }
    (quotes, range)
}

fn opens(text: &str, range: Range<usize>, quotes: usize) -> Option<(Fence, Range<usize>)> {
    let line = &text[range.clone()];
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mark = line[indent..].chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line[indent..].trim_start_matches(mark);
    let marks = line.len() - indent - info.len();
    let is_fence = marks >= FENCE_MARKS_MIN && !(mark == '`' && info.contains('`')) && !wrap::begins_attached(info);
    let label = trimmed(text, range.start + indent + marks..range.end);
    is_fence.then_some((Fence { quotes, mark, marks, indent, is_empty: true }, label))
}

fn closes(line: &str, fence: &Fence) -> bool {
    let marks = line.trim();
    marks.chars().count() >= fence.marks && marks.chars().all(|c| c == fence.mark)
}

fn line(text: &str, quotes: usize, range: Range<usize>) -> Line {
    let whole = &text[range.clone()];
    let start = range.end - whole.trim_start_matches([' ', '\t']).len();
    let (kind, content) = kind(text, start..range.end);
    Line { quotes, indent: range.start..start, kind, content }
}

fn kind(text: &str, range: Range<usize>) -> (Kind, Range<usize>) {
    let line = &text[range.clone()];
    let start = range.start;
    if let Some(marks) = heading(line) {
        (Kind::Heading(start..start + marks), start + marks..range.end)
    } else if is_bullet(line) {
        (Kind::Bullet, start + "- ".len()..range.end)
    } else if let Some(marks) = number(line) {
        (Kind::Number(start..start + marks), start + marks..range.end)
    } else {
        (Kind::Text, range)
    }
}

/// The length of the marks of a heading.
fn heading(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('#');
    let marks = line.len() - rest.len();
    ((1..=HEADING_MARKS_MAX).contains(&marks) && is_set_off(rest)).then_some(marks + 1)
}

fn is_bullet(line: &str) -> bool {
    let is_rule = |mark: char| line.chars().all(|c| c == mark || c == ' ');
    ['-', '*'].into_iter().any(|mark| line.strip_prefix(mark).is_some_and(is_set_off) && !is_rule(mark))
}

/// The length of a number and what stands behind it.
fn number(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[digits..].strip_prefix(['.', ')'])?;
    ((1..=DIGITS_MAX).contains(&digits) && is_set_off(rest)).then_some(digits + 2)
}

/// Whether what follows on a mark is a space and then something to see.
fn is_set_off(rest: &str) -> bool {
    rest.strip_prefix(' ').is_some_and(|rest| !wrap::begins_attached(rest) && !rest.trim().is_empty())
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.end - part.trim_start().len();
    start..start + part.trim().len()
}
