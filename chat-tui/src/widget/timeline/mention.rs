//! Names in what somebody wrote: whom it is for.

use crate::markup;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Everybody who is in the room.
const HERE: &str = "@here";

/// A name, or what stands for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// Without the `@`, in small letters.
    name: String,
    has_sign: bool,
}

impl Word {
    /// Whether it calls whoever has this name, in small letters: as everybody does, or by the name.
    pub(super) fn calls(&self, name: &str) -> bool {
        self.is_everybody() || self.name.graphemes(true).eq(name.graphemes(true))
    }

    pub(super) fn is_everybody(&self) -> bool {
        self.has_sign && self.name == HERE[1..]
    }

    /// The name behind the `@`.
    pub(super) fn addressed(&self) -> Option<&str> {
        self.has_sign.then_some(&self.name)
    }
}

/// Whether a message calls whoever has this name. What stands in code or in an address calls nobody.
pub(super) fn calls(text: &str, name: &str) -> bool {
    // Most messages call nobody; only those that contain the name at all are cut into words.
    let (small, name) = (text.to_lowercase(), name.to_lowercase());
    (small.contains(&name) || small.contains(HERE))
        && markup::prose(text).into_iter().any(|part| words(part).any(|word| word.calls(&name)))
}

/// The words of a text that may be names.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let start = end + text[end..].find(is_of_name)?;
        end = text[start..].find(|c| !is_of_name(c)).map_or(text.len(), |length| start + length);
        let before = text[..start].strip_suffix('@').filter(|before| !before.ends_with(is_of_name));
        let range = before.map_or(start, str::len)..end;
        Some(Word { range, name: text[start..end].to_lowercase(), has_sign: before.is_some() })
    })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_everybody_is_called_in_words_and_not_in_code_or_addresses() {
        let table = [
            ("alice: look", true),
            ("well, @ALICE!", true),
            ("**alice**, > alice", true),
            ("@here lunch", true),
            ("(@Here)", true),
            ("malice, alice-2 and alice_x", false),
            ("come here, bob@here.org", false),
            ("@hereafter", false),
            ("run `alice` or `@here`", false),
            ("```\nalice @here\n```", false),
            ("https://example.org/alice", false),
            ("[alice](https://example.org)", false),
        ];
        for (text, expected) in table {
            assert_eq!(calls(text, "Alice"), expected, "{text}");
        }
    }
}
