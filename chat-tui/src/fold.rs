//! Text as it is compared when something is looked for: as the server compares words, without case and diacritics, and
//! in the plainest form of its characters.

use chat_proto::fold::{caseless, is_dropped};
use std::ops::Range;
use unicode_normalization::char::decompose_compatible;

/// What is looked for, wherever it stands: nothing in it is an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    folded: String,
}

impl Needle {
    /// None of what is nothing but white space.
    pub fn of(typed: &str) -> Option<Self> {
        let folded = folded(typed);
        (!folded.trim().is_empty()).then_some(Self { folded })
    }

    /// Whether it is in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        match text.is_ascii() {
            true => is_in_ascii(text.as_bytes(), self.folded.as_bytes()),
            false => folded(text).contains(&self.folded),
        }
    }

    /// Where it is in `text`, in bytes.
    pub fn within(&self, text: &str) -> Vec<Range<usize>> {
        if !self.is_in(text) {
            return Vec::new();
        }
        let folded = Folded::of(text);
        folded.text.match_indices(&self.folded).map(|(at, found)| folded.range(text, at..at + found.len())).collect()
    }
}

/// Most of what people write: no letter of it becomes two, and none is dropped.
fn is_in_ascii(text: &[u8], needle: &[u8]) -> bool {
    let is_it = |window: &[u8]| window.iter().zip(needle).all(|(byte, sought)| plain(*byte) == *sought);
    text.windows(needle.len()).any(is_it)
}

fn plain(byte: u8) -> u8 {
    if byte.is_ascii_whitespace() { b' ' } else { byte.to_ascii_lowercase() }
}

/// `text` as it is compared.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold(c, |piece| folded.push(piece)));
    folded
}

/// The same, with the way back.
struct Folded {
    text: String,
    /// For each byte of it, where the character begins that it comes from.
    origins: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        for (at, c) in text.char_indices() {
            fold(c, |piece| {
                folded.text.push(piece);
                folded.origins.resize(folded.text.len(), at);
            });
        }
        folded
    }

    /// What of `text` became this: whole characters, with the marks on them.
    fn range(&self, text: &str, folded: Range<usize>) -> Range<usize> {
        let last = self.origins[folded.end - 1];
        let mut behind = text[last..].char_indices().skip(1).skip_while(|(_, c)| is_dropped(*c));
        let end = behind.next().map_or(text.len(), |(at, _)| last + at);
        self.origins[folded.start]..end
    }
}

fn fold(c: char, mut take: impl FnMut(char)) {
    match c {
        c if c.is_whitespace() => take(' '),
        c if c.is_ascii() => take(c.to_ascii_lowercase()),
        c => decompose_compatible(c, |piece| caseless(piece).for_each(&mut take)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(typed: &str, text: &'a str) -> Vec<&'a str> {
        let needle = Needle::of(typed).unwrap();
        let ranges = needle.within(text);
        assert_eq!(needle.is_in(text), !ranges.is_empty());
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn case_diacritics_and_forms_make_no_difference() {
        assert_eq!(found("BUILD", "rebuild, Build"), ["build", "Build"]);
        assert_eq!(found("creme", "Crème, cre\u{300}me!"), ["Crème", "cre\u{300}me"]);
        assert_eq!(found("STRASSE", "Die Straße"), ["Straße"]);
        assert_eq!(found("fi", "ﬁx"), ["ﬁ"]);
        assert_eq!(found("οδος", "ΟΔΟΣ"), ["ΟΔΟΣ"]);
        assert_eq!(found("会う", "東京で会う"), ["会う"]);
    }

    #[test]
    fn the_marks_on_the_last_letter_belong_to_what_is_found() {
        assert_eq!(found("cafe", "cafe\u{301} au lait"), ["cafe\u{301}"]);
    }

    #[test]
    fn a_line_break_is_a_space() {
        assert_eq!(found("ship it", "we ship\nit"), ["ship\nit"]);
    }

    #[test]
    fn nothing_that_is_typed_is_an_operator() {
        let text = "a.*b (x|y) [z] \\d+ 100% $1";
        for typed in [".*", "(x|y)", "[z]", "\\d+", "%", "$1"] {
            assert_eq!(found(typed, text), [typed]);
        }
        assert_eq!(found("a.*b", "aXXb"), Vec::<&str>::new());
    }

    #[test]
    fn white_space_alone_is_nothing_to_look_for() {
        assert_eq!(Needle::of(""), None);
        assert_eq!(Needle::of(" \t"), None);
    }
}
