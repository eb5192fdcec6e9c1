//! `:tada:` and what becomes of it.

use super::Buffer;
use crate::emoji;
use std::ops::Range;

/// An emoji that took the place of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replaced {
    emoji: Range<usize>,
    name: String,
}

impl Replaced {
    /// Puts the emoji where its name, colons and all, stands before the cursor.
    pub(super) fn behind(buffer: &mut Buffer) -> Option<Self> {
        let end = buffer.cursor();
        let before = buffer.text()[..end].strip_suffix(':')?;
        let start = start_of_name(before)?;
        let emoji = emoji::named(&before[start + 1..])?;
        let name = buffer.text()[start..end].to_owned();
        buffer.replace(start..end, emoji);
        Some(Self { emoji: start..start + emoji.len(), name })
    }

    /// Puts the name back.
    pub(super) fn undo(self, buffer: &mut Buffer) {
        buffer.replace(self.emoji, &self.name);
    }
}

/// Where the colon of a short name stands that reaches to the end of `text`; none in a time, a word or code.
pub(super) fn start_of_name(text: &str) -> Option<usize> {
    let before = text.trim_end_matches(is_of_name).strip_suffix(':')?;
    let is_within_word = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ':' | '_' | '/' | '\\'));
    (!is_within_word && !is_in_code(before)).then_some(before.len())
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+')
}

/// Whether what is written behind `before` would be code: behind a fence or a tick that nothing closes.
fn is_in_code(before: &str) -> bool {
    let (lines, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let fences = lines.lines().filter(|line| line.trim_start().starts_with("```")).count();
    let ticks = line.matches('`').count();
    fences % 2 == 1 || ticks % 2 == 1
}
