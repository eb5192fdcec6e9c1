//! Completion: what Tab makes of the word before the cursor.

use super::{Buffer, shortcode};
use crate::emoji;
use std::ops::Range;

/// Who everybody in the room is, behind an `@`.
const HERE: &str = "here";
/// Emoji that Tab goes through.
const EMOJI_MAX: usize = 20;

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
    if let Some(emoji) = emoji_for(before) {
        return Some(emoji);
    }
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

/// The emoji whose name has begun.
fn emoji_for(before: &str) -> Option<Completion> {
    let start = shortcode::start_of_name(before).filter(|start| start + 1 < before.len())?;
    let found = emoji::search(&before[start + 1..]).into_iter().take(EMOJI_MAX);
    let candidates: Vec<String> = found.map(|named| named.emoji.to_owned()).collect();
    (!candidates.is_empty()).then_some(Completion { candidates, next: 0, range: start..before.len() })
}

fn names_for(word: &str, start: usize, names: &[&str]) -> Vec<String> {
    match word.strip_prefix('@') {
        Some(prefix) => {
            let names = matching(names, prefix).chain(matching(&[HERE], prefix));
            names.map(|name| format!("@{name} ")).collect()
        }
        None if word.is_empty() => Vec::new(),
        None if start == 0 => matching(names, word).map(|name| format!("{name}: ")).collect(),
        None => matching(names, word).map(|name| format!("{name} ")).collect(),
    }
}

fn matching<'a>(all: &'a [&str], prefix: &str) -> impl Iterator<Item = &'a str> {
    let prefix = prefix.to_lowercase();
    all.iter().copied().filter(move |name| name.to_lowercase().starts_with(&prefix))
}
