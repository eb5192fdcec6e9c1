//! Which of the known words somebody may have meant.

/// The one of `known` that takes the fewest changes to get from `typed` to.
pub(super) fn nearest(typed: &str, known: impl Iterator<Item = &'static str>) -> &'static str {
    known.min_by_key(|word| changes(typed, word)).expect("something is known")
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
    fn a_slip_finds_the_word_that_was_meant() {
        let known = ["strangers", "connections", "posts", "post-bytes"];
        for (typed, meant) in [("stranger", "strangers"), ("conections", "connections"), ("post_bytes", "post-bytes")] {
            assert_eq!(nearest(typed, known.into_iter()), meant);
        }
    }
}
