//! Which of the known words somebody may have meant.

use strsim::levenshtein;

/// The one of `known` that takes the fewest changes to get from `typed` to, if it takes few.
pub fn nearest<'w>(typed: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let few = typed.chars().count().div_ceil(2);
    let counted = known.into_iter().map(|word| (levenshtein(typed, word), word));
    counted.min_by_key(|(count, _)| *count).filter(|(count, _)| *count <= few).map(|(_, word)| word)
}

/// A question behind a sentence about an unknown word: `; do you mean theme?`, or nothing.
pub fn suggestion<'w>(typed: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(typed, known).map(|word| format!("; do you mean {word}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_word_that_was_meant_and_anything_else_none() {
        let known = ["theme", "people", "clock"];
        for (typed, meant) in [("themes", Some("theme")), ("poeple", Some("people")), ("xyz", None)] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}
