//! What a search takes for a word, in every log alike.
//!
//! A word is a run of letters and digits, lower case, without diacritics, and in the plainest form of its characters:
//! `Crème` is `creme`, `ﬁx` is `fix`, `ẞ` is `ss`. Where words are written without spaces (Chinese, Japanese, Thai,
//! Lao, Khmer, Burmese) every character is one, so that a part of a sentence is found as the phrase that it is.
//!
//! An index holds what [`text`] makes, so a change of these rules, of [`chat_proto::fold`], or of the Unicode tables
//! behind them, is a migration that fills it anew.

use chat_proto::fold::{caseless, is_dropped};
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Folded; never empty, and only letters, digits and marks.
    pub(super) folded: String,
    /// Where it begins, in bytes of the text.
    pub(super) at: usize,
}

/// What a character is to the words around it.
enum Role {
    /// Part of the word.
    Letter,
    /// A word by itself.
    Ideograph,
    /// Part of the word that it stands in; none by itself.
    Mark,
    /// Not there.
    Dropped,
    /// The word is over.
    Gap,
}

/// The words of `text`, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut folding = Folding::default();
    for (at, c) in text.char_indices() {
        match c.is_ascii() {
            true => folding.take(at, c),
            false => decompose_compatible(c, |piece| folding.take(at, piece)),
        }
    }
    folding.end_word();
    folding.words
}

/// The same with single spaces between the words: folding it again changes nothing.
pub(super) fn text(text: &str) -> String {
    let words: Vec<String> = words(text).into_iter().map(|word| word.folded).collect();
    words.join(" ")
}

#[derive(Default)]
struct Folding {
    words: Vec<Word>,
    folded: String,
    at: usize,
    is_ideograph: bool,
}

impl Folding {
    fn take(&mut self, at: usize, c: char) {
        match role(c) {
            Role::Letter => self.letter(at, c),
            Role::Ideograph => self.ideograph(at, c),
            Role::Mark if self.folded.is_empty() => {}
            Role::Mark => self.folded.push(c),
            Role::Dropped => {}
            Role::Gap => self.end_word(),
        }
    }

    fn letter(&mut self, at: usize, c: char) {
        if self.is_ideograph {
            self.end_word();
        }
        if self.folded.is_empty() {
            self.at = at;
        }
        match c.is_ascii() {
            true => self.folded.push(c.to_ascii_lowercase()),
            false => self.folded.extend(caseless(c)),
        }
    }

    fn ideograph(&mut self, at: usize, c: char) {
        self.end_word();
        self.at = at;
        self.folded.push(c);
        self.is_ideograph = true;
    }

    fn end_word(&mut self) {
        self.is_ideograph = false;
        if !self.folded.is_empty() {
            self.words.push(Word { folded: std::mem::take(&mut self.folded), at: self.at });
        }
    }
}

fn role(c: char) -> Role {
    match c {
        _ if c.is_ascii_alphanumeric() => Role::Letter,
        _ if c.is_ascii() => Role::Gap,
        _ if is_dropped(c) => Role::Dropped,
        _ if is_combining_mark(c) => Role::Mark,
        _ if stands_alone(c) => Role::Ideograph,
        _ if c.is_alphanumeric() => Role::Letter,
        _ => Role::Gap,
    }
}

fn stands_alone(c: char) -> bool {
    let script = matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3fffd}');
    script && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_and_diacritics_and_forms_make_no_difference() {
        let same = [
            ("Crème BRÛLÉE", "creme brulee"),
            ("cre\u{300}me", "creme"),
            ("ﬁx ＡＢＣ Ⅳ", "fix abc iv"),
            ("Straße STRASSE STRAẞE", "strasse strasse strasse"),
            ("ΟΔΟΣ οδός ὀδούς", "οδοσ οδοσ οδουσ"),
            ("Ёлка ёлка", "елка елка"),
            ("İstanbul ısı", "istanbul isi"),
            ("Việt", "viet"),
        ];
        for (written, folded) in same {
            assert_eq!(text(written), folded);
        }
    }

    #[test]
    fn whatever_is_no_letter_or_digit_ends_a_word() {
        assert_eq!(text("re-use don't a_b 1.2 x²👍y"), "re use don t a b 1 2 x2 y");
        assert_eq!(text("  !? \n\t 👍 "), "");
    }

    #[test]
    fn scripts_without_spaces_have_a_word_per_character() {
        assert_eq!(text("東京で会うabc"), "東 京 て\u{3099} 会 う abc");
    }

    #[test]
    fn vowel_signs_stay_with_their_letters() {
        assert_eq!(words("हिन्दी की").len(), 2);
        assert_eq!(text("שָׁלוֹם"), "שלום");
        assert_eq!(text("می\u{200c}خواهم"), "میخواهم");
    }

    #[test]
    fn a_word_knows_where_it_begins() {
        let at: Vec<usize> = words("«Ça» va, 東京?").into_iter().map(|word| word.at).collect();

        assert_eq!(at, [2, 8, 12, 15]);
    }

    #[test]
    fn folding_twice_changes_nothing_for_any_character() {
        for c in '\0'..=char::MAX {
            let once = text(&format!("a {c} {c}b"));
            assert_eq!(text(&once), once, "{c:?}");
            assert!(once.chars().all(|c| !c.is_ascii() || c.is_ascii_lowercase() || c.is_ascii_digit() || c == ' '));
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(written in "\\PC{0,40}") {
            let once = text(&written);

            prop_assert_eq!(text(&once), once);
        }
    }
}
