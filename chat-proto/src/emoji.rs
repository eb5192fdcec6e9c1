//! One emoji, as people react with it.

use crate::limits::EMOJI_BYTES;
use crate::text::visible;
use std::fmt;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Why bytes are not a reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reaction is one emoji")]
pub struct EmojiError;

/// One character as a reader sees it, and no letter: an emoji with whatever belongs to it, or a sign like `✓`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emoji(String);

impl Emoji {
    /// Judges a reaction.
    ///
    /// # Errors
    /// [`EmojiError`].
    pub fn parse(written: &[u8]) -> Result<Self, EmojiError> {
        let text = std::str::from_utf8(written).map_err(|_| EmojiError)?;
        let is_one = text.len() <= EMOJI_BYTES && text.graphemes(true).count() == 1;
        match is_one && is_sign(text) && visible(written) == text {
            true => Ok(Self(text.to_owned())),
            false => Err(EmojiError),
        }
    }

    /// The emoji.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Letters of any script are none, and of ASCII only what carries the frame of a key (`1️⃣`).
fn is_sign(character: &str) -> bool {
    let is_key = character.ends_with('\u{20e3}');
    let is_other = |c: char| !(c.is_ascii() || c.is_alphanumeric() || c.is_whitespace() || is_combining_mark(c));
    character.chars().next().is_some_and(|c| is_key && c.is_ascii() || is_other(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_with_all_that_belongs_to_it_is_one() {
        for emoji in ["👍", "👍🏽", "❤\u{fe0f}", "🇩🇪", "👨‍👩‍👧‍👦", "🏴\u{200d}☠\u{fe0f}", "1\u{fe0f}\u{20e3}", "✓", "™"]
        {
            assert_eq!(Emoji::parse(emoji.as_bytes()).map(|emoji| emoji.to_string()), Ok(emoji.to_owned()));
        }
    }

    #[test]
    fn what_is_no_single_sign_is_refused() {
        let long = format!("👨{}", "\u{200d}👨".repeat(20));
        for text in
            ["", " ", "a", "ß", "1", "+", "👍👍", "👍 ", "字", "\u{1b}", "\u{200d}", "\u{301}", "\u{202e}", &long]
        {
            assert_eq!(Emoji::parse(text.as_bytes()), Err(EmojiError), "{text:?}");
        }
        assert_eq!(Emoji::parse(b"\xff"), Err(EmojiError));
    }
}
