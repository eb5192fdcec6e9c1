//! What a message looks like: the readable part of Markdown, as rows of pieces for so many columns.
//!
//! ```text
//! text > lines, each of a kind (block) > pieces with a face (inline, emphasis) > rows (layout)
//! ```
//!
//! Lines stay lines, and a mark opens and closes on one line. Whatever is not formatting is shown as it was written,
//! and of what is, only the marks go. A piece is a range of the message, so that what is found or copied can be told
//! from it.

mod block;
mod emphasis;
mod inline;
mod layout;
mod link;

pub use layout::rows;

use crate::hyperlink::Uri;
use crate::wrap;
use ratatui::style::Modifier;
use std::ops::Range;

/// Where the links of a message lead, from the first.
pub fn links(text: &str) -> Vec<(Range<usize>, Uri)> {
    let links = rows(text, usize::MAX).into_iter().flat_map(|row| row.pieces).filter_map(|piece| match piece {
        Piece::Written(part) => part.link,
        Piece::Sign(_) => None,
    });
    let mut found: Vec<(Range<usize>, Uri)> = Vec::new();
    for link in links {
        let is_new = found.last().is_none_or(|(last, _)| *last != link);
        found.extend(Uri::parse(&text[link.clone()]).filter(|_| is_new).map(|uri| (link, uri)));
    }
    found
}

/// What of a message is neither code nor a link.
pub fn prose(text: &str) -> Vec<&str> {
    let pieces = rows(text, usize::MAX).into_iter().flat_map(|row| row.pieces);
    let prose = pieces.filter_map(|piece| match piece {
        Piece::Written(part) if matches!(part.face.kind, Kind::Text | Kind::Quote) => Some(&text[part.range]),
        _ => None,
    });
    prose.collect()
}

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
    /// The address in the message that it leads to.
    pub link: Option<Range<usize>>,
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
    Link,
    /// Where a link leads that is called something else.
    Address,
    /// A mark that a space stands for.
    Gap,
}

impl Row {
    /// Columns that it takes of a message.
    pub fn width(&self, message: &str) -> usize {
        self.pieces.iter().map(|piece| wrap::width(piece.text(message))).sum()
    }
}

impl Piece {
    /// What it shows of a message, or beside it.
    pub fn text<'a>(&self, message: &'a str) -> &'a str {
        match self {
            Self::Written(part) => part.text(message),
            Self::Sign(sign) => sign,
        }
    }
}

impl Part {
    fn new(range: &Range<usize>, kind: Kind) -> Self {
        Self { range: range.clone(), face: Face { kind, weight: Modifier::empty() }, link: None }
    }

    /// What it shows.
    pub fn text<'a>(&self, message: &'a str) -> &'a str {
        if self.face.kind == Kind::Gap { " " } else { &message[self.range.clone()] }
    }
}

#[cfg(test)]
mod tests;
