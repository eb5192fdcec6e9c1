//! Rows of a message for so many columns.

use super::block::{self, Line};
use super::{Face, Ground, Kind, Part, Piece, Row, inline};
use crate::wrap;
use ratatui::style::Modifier;
use std::ops::Range;

const QUOTE: &str = "▎ ";
const BULLET: &str = "• ";
/// Before a row of code, and before one that goes on with the line above.
const CODE: &str = " ";
const CODE_GOES_ON: &str = "↳";
/// Behind a row of code.
const CODE_MARGIN: usize = 1;
const BLANK: &str = "                                                                ";

/// The rows of `text` in so many columns; never none.
pub fn rows(text: &str, columns: usize) -> Vec<Row> {
    block::lines(text).iter().flat_map(|line| Setter::new(text, line, columns.max(1)).rows()).collect()
}

/// Sets one line.
struct Setter<'a> {
    text: &'a str,
    line: &'a Line,
    quotes: usize,
    /// What the quotes leave.
    columns: usize,
}

impl<'a> Setter<'a> {
    fn new(text: &'a str, line: &'a Line, columns: usize) -> Self {
        let quotes = line.quotes.min(columns / 4);
        Self { text, line, quotes, columns: columns - quotes * wrap::width(QUOTE) }
    }

    fn rows(&self) -> Vec<Row> {
        match &self.line.kind {
            block::Kind::Text => self.flowing(&[], Modifier::empty()),
            block::Kind::Bullet => self.flowing(&[Piece::Sign(BULLET)], Modifier::empty()),
            block::Kind::Number(number) => self.flowing(&[written(number, self.kind())], Modifier::empty()),
            block::Kind::Heading(marks) => self.flowing(&[written(marks, Kind::Label)], Modifier::BOLD),
            block::Kind::Label => self.panel(Kind::Label),
            block::Kind::Code => self.panel(Kind::Code),
        }
    }

    fn kind(&self) -> Kind {
        if self.quotes > 0 { Kind::Quote } else { Kind::Text }
    }

    /// Text that breaks between words. Its rows begin below each other, unless that would leave them too little.
    fn flowing(&self, marks: &[Piece], weight: Modifier) -> Vec<Row> {
        let line = self.line;
        let mut parts = inline::parts(self.text, &line.content, Face { kind: self.kind(), weight });
        let indent = wrap::width(&self.text[line.indent.clone()]);
        let hang = indent + marks.iter().map(|piece| wrap::width(piece.text(self.text))).sum::<usize>();
        if hang > (self.columns / 2).min(BLANK.len()) {
            parts.insert(0, Part::new(&(line.indent.start..line.content.start), self.kind()));
            return self.hanging(&parts, &[], 0);
        }
        let lead: Vec<Piece> = std::iter::once(Piece::Sign(&BLANK[..indent])).chain(marks.iter().cloned()).collect();
        self.hanging(&parts, &lead, hang)
    }

    fn hanging(&self, parts: &[Part], lead: &[Piece], hang: usize) -> Vec<Row> {
        let (start, end) = (self.line.content.start, self.line.content.end);
        let start = parts.first().map_or(start, |part| part.range.start);
        let rows = wrap::line_rows(graphemes(self.text, parts), start..end, self.columns - hang).into_iter();
        let row = |(i, range)| {
            let before = if i == 0 { lead } else { &[Piece::Sign(&BLANK[..hang])] };
            self.row(Ground::Pane, before, within(parts, &range))
        };
        rows.enumerate().map(row).collect()
    }

    /// What is shown as it stands, and cut where the panel ends.
    fn panel(&self, kind: Kind) -> Vec<Row> {
        let columns = self.columns.saturating_sub(wrap::width(CODE) + CODE_MARGIN);
        let rows = wrap::cut_rows(self.text[self.line.content.clone()].trim_end(), columns).into_iter();
        let start = self.line.content.start;
        let row = |(i, range): (usize, Range<usize>)| {
            let before = Piece::Sign(if i == 0 { CODE } else { CODE_GOES_ON });
            let part = Part::new(&(start + range.start..start + range.end), kind);
            self.row(Ground::Panel, &[before], vec![part])
        };
        rows.enumerate().map(row).collect()
    }

    fn row(&self, ground: Ground, lead: &[Piece], parts: Vec<Part>) -> Row {
        let quotes = std::iter::repeat_n(Piece::Sign(QUOTE), self.quotes);
        let pieces = quotes.chain(lead.iter().cloned()).chain(without_tabs(self.text, parts)).collect();
        Row { ground, pieces }
    }
}

fn written(range: &Range<usize>, kind: Kind) -> Piece {
    Piece::Written(Part::new(range, kind))
}

fn graphemes<'a>(text: &'a str, parts: &[Part]) -> impl Iterator<Item = (usize, &'a str)> {
    parts.iter().flat_map(|part| {
        let start = part.range.start;
        wrap::graphemes(part.text(text)).map(move |(at, grapheme)| (start + at, grapheme))
    })
}

/// The parts, as far as they are in the row.
fn within(parts: &[Part], row: &Range<usize>) -> Vec<Part> {
    let first = parts.partition_point(|part| part.range.end <= row.start);
    let parts = parts[first..].iter().take_while(|part| part.range.start < row.end);
    let cut = |part: &Part| part.range.start.max(row.start)..part.range.end.min(row.end);
    parts.map(|part| Part { range: cut(part), ..part.clone() }).collect()
}

/// The parts of a row with blanks for tabs.
fn without_tabs(text: &str, parts: Vec<Part>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(parts.len());
    let mut column = 0;
    for part in parts {
        let mut start = part.range.start;
        for (i, piece) in part.text(text).split('\t').enumerate() {
            if i > 0 {
                let blank = wrap::advance("\t", column);
                pieces.push(Piece::Sign(&BLANK[..blank]));
                column += blank;
                start += 1;
            }
            if !piece.is_empty() {
                pieces.push(Piece::Written(Part { range: start..start + piece.len(), ..part.clone() }));
            }
            column += wrap::width(piece);
            start += piece.len();
        }
    }
    pieces
}
