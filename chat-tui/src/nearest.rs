//! Which of the known words somebody may have meant.

/// The one of `known` that takes the fewest changes to get from `typed` to, if it takes few.
pub fn nearest<'w>(typed: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let few = typed.chars().count().div_ceil(2);
    let counted = known.into_iter().map(|word| (changes(typed, word), word));
    counted.min_by_key(|(count, _)| *count).filter(|(count, _)| *count <= few).map(|(_, word)| word)
}

/// A question behind a sentence about an unknown word: `; do you mean theme?`, or nothing.
pub fn suggestion<'w>(typed: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(typed, known).map(|word| format!("; do you mean {word}?")).unwrap_or_default()
}

/// How many characters must be put in, taken out or replaced.
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (taken, typed) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], taken + 1);
        for (place, wanted) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(typed != *wanted);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
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
