//! What a message looks like: the readable part of Markdown, as rows of pieces for so many columns.
//!
//! ```text
//! text > lines, each of a kind (block) > pieces with a face (inline, emphasis) > rows (layout)
//! ```
//!
//! Lines stay lines, and a mark opens and closes on one line. Whatever is not formatting is shown as it was written, and
//! of what is, only the marks go. A piece is a range of the message, so that what is found or copied can be told from it.

mod block;
mod emphasis;
mod inline;
mod layout;

pub use layout::rows;

use ratatui::style::Modifier;
use std::ops::Range;

/// One row of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub ground: Ground,
    pub pieces: Vec<Piece>,
}

/// What a row stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Pane,
    /// Code between fences.
    Panel,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Written(Part),
    /// What nobody wrote: indentation, a bullet, the bar of a quote.
    Sign(&'static str),
}

/// A part of the message: these bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub range: Range<usize>,
    pub face: Face,
}

/// How a part of a message looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Face {
    pub kind: Kind,
    pub weight: Modifier,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Quote,
    Code,
    /// What only labels: the language of code, the marks of a heading.
    Label,
}

impl Piece {
    /// What it shows of a message, or beside it.
    pub fn text<'a>(&self, message: &'a str) -> &'a str {
        match self {
            Self::Written(part) => &message[part.range.clone()],
            Self::Sign(sign) => sign,
        }
    }
}

impl Part {
    fn new(range: &Range<usize>, kind: Kind) -> Self {
        Self { range: range.clone(), face: Face { kind, weight: Modifier::empty() } }
    }
}

#[cfg(test)]
mod tests;
