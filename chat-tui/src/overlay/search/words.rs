//! The words that were looked for, found again in what the server says it found.

use crate::fold::folded;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// Words as they are compared: without case and diacritics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(Vec<Word>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    folded: String,
    /// Stands for all that begin so.
    is_beginning: bool,
}

impl Words {
    /// The words of a search, also those of its phrases.
    pub(super) fn of(typed: &str) -> Self {
        let words = runs(typed)
            .map(|run| Word { is_beginning: typed[run.end..].starts_with('*'), folded: folded(&typed[run]) });
        Self(words.collect())
    }

    /// Where they are in a text.
    pub(super) fn within(&self, text: &str) -> Vec<Range<usize>> {
        runs(text).filter(|run| self.has(&folded(&text[run.clone()]))).collect()
    }

    fn has(&self, folded: &str) -> bool {
        self.0.iter().any(|word| match word.is_beginning {
            true => folded.starts_with(&word.folded),
            false => folded == word.folded,
        })
    }
}

/// Runs of letters and digits, with the marks on them.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_in_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_in_word)?;
        at = start + text[start..].find(|c| !is_in_word(c)).unwrap_or(text.len() - start);
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(typed: &str, text: &'a str) -> Vec<&'a str> {
        Words::of(typed).within(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_are_found_without_case_and_diacritics() {
        assert_eq!(found("build CAFÉ", "The Build: café, cafe\u{301} and builds"), ["Build", "café", "cafe\u{301}"]);
    }

    #[test]
    fn the_words_of_a_phrase_and_of_a_beginning_are_found() {
        assert_eq!(
            found(r#""next week" bui*"#, "builds next Week, next built"),
            ["builds", "next", "Week", "next", "built"]
        );
    }

    #[test]
    fn nothing_is_found_where_no_word_is() {
        assert_eq!(found("", "a b"), Vec::<&str>::new());
        assert_eq!(found("* \"\"", "a * b"), Vec::<&str>::new());
        assert_eq!(found("結果", "ビルド結果 ok"), Vec::<&str>::new());
    }
}
