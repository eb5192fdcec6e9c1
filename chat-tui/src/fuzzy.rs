//! Whether what somebody types may mean something that has a longer name, and how well it does.

/// How well every word of `typed` is found in `text`: the more, the better; nothing if one of them is not found at all.
pub fn score(typed: &str, text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    typed.to_lowercase().split_whitespace().map(|word| score_of_word(word, &text)).sum()
}

/// Whether `text` begins as it is typed, in any case.
pub fn begins(typed: &str, text: &str) -> bool {
    text.to_lowercase().starts_with(&typed.to_lowercase())
}

/// At the beginning, at the beginning of a word, within one, or its letters in their order.
fn score_of_word(word: &str, text: &str) -> Option<usize> {
    let starts = text.match_indices(word).map(|(at, _)| match text[..at].chars().next_back() {
        None => 8,
        Some(before) if !before.is_alphanumeric() => 4,
        Some(_) => 2,
    });
    starts.max().or_else(|| is_spread(word, text).then_some(1))
}

fn is_spread(word: &str, text: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_counts_more_than_the_middle_and_that_more_than_single_letters() {
        let scores = ["ab3", "plan", "lease", "rlpl"].map(|typed| score(typed, "AB3Z release planning").unwrap());

        assert_eq!(scores, [8, 4, 2, 1]);
    }

    #[test]
    fn every_word_has_to_be_found() {
        assert_eq!(score("plan ab", "AB3Z release planning"), Some(12));
        assert_eq!(score("plan cd", "AB3Z release planning"), None);
        assert_eq!(score("  ", "anything"), Some(0));
        assert_eq!(score("結果", "ビルド結果"), Some(2));
    }
}
