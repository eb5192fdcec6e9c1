//! Completion: what Tab makes of the word before the cursor.

use super::Buffer;
use std::ops::Range;

/// A completion being stepped through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Completion {
    candidates: Vec<String>,
    next: usize,
    /// Where the word, or the candidate that replaced it, stands.
    range: Range<usize>,
}

impl Completion {
    /// Puts the next candidate in.
    pub(super) fn apply(mut self, buffer: &mut Buffer) -> Self {
        let candidate = &self.candidates[self.next];
        buffer.replace(self.range.clone(), candidate);
        self.range.end = self.range.start + candidate.len();
        self.next = (self.next + 1) % self.candidates.len();
        self
    }
}

/// What the word before the cursor could become; nothing if nothing fits.
pub(super) fn find(buffer: &Buffer, commands: &[&str], names: &[&str]) -> Option<Completion> {
    let before = &buffer.text()[..buffer.cursor()];
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |space| space + before[space..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let candidates = match word.strip_prefix('/') {
        Some(command) if start == 0 => matching(commands, command).map(|name| format!("/{name} ")).collect(),
        _ => names_for(word, start, names),
    };
    let range = start..before.len();
    (!Vec::is_empty(&candidates)).then_some(Completion { candidates, next: 0, range })
}

fn names_for(word: &str, start: usize, names: &[&str]) -> Vec<String> {
    match word.strip_prefix('@') {
        Some(prefix) => matching(names, prefix).map(|name| format!("@{name} ")).collect(),
        None if word.is_empty() => Vec::new(),
        None if start == 0 => matching(names, word).map(|name| format!("{name}: ")).collect(),
        None => matching(names, word).map(|name| format!("{name} ")).collect(),
    }
}

fn matching<'a>(all: &'a [&str], prefix: &str) -> impl Iterator<Item = &'a str> {
    let prefix = prefix.to_lowercase();
    all.iter().copied().filter(move |name| name.to_lowercase().starts_with(&prefix))
}
