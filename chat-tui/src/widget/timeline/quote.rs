//! The line above a reply: who is answered, and what they had said.

use super::{Item, Key, Said, Timeline, What};
use chat_proto::Seq;

/// Bytes of a message that are looked at for its line.
const EXCERPT_BYTES: usize = 400;

/// A message in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Nobody where there are no words of theirs.
    pub name: Option<String>,
    pub text: String,
}

impl Quote {
    /// The line of what somebody says.
    pub(super) fn of(said: &Said, text: &str) -> Self {
        Self { name: Some(said.name.clone()), text: excerpt(text) }
    }

    fn without_words(text: &str) -> Self {
        Self { name: None, text: text.to_owned() }
    }
}

impl Timeline {
    /// The line of the message at this place.
    pub fn quote(&self, seq: Seq) -> Quote {
        let index = self.index_of(Key::Entry(seq));
        match self.items.get(index).filter(|item| item.first <= seq) {
            Some(Item { first, what: What::Said(said), .. }) if *first == seq => Quote::of(said, self.text(index)),
            Some(Item { what: What::Erased(_), .. }) => Quote::without_words("message deleted"),
            Some(Item { what: What::Hidden(_), .. }) => Quote::without_words("a hidden message"),
            _ => Quote::without_words("an older message"),
        }
    }
}

/// The first line that says something.
fn excerpt(text: &str) -> String {
    let start = &text[..text.floor_char_boundary(EXCERPT_BYTES)];
    start.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().replace('\t', " ")
}
