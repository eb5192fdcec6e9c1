//! What stands on the screen, and the bytes that make something else of it. Knows no terminal: bytes come out.
//!
//! ```text
//! shown, next -> rows that differ -> glyphs, each where it belongs
//! ```
//!
//! Terminals disagree about the width of many glyphs. So the cursor is put in its place behind each whose width is not
//! certain, and a row in which something of that kind changes is painted whole: what a glyph covers beside its own
//! columns is covered again.

use crate::hyperlink::{Link, Uri};
use crate::view::Drawn;
use crate::widths::Widths;
use crate::wrap;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::style::{Attribute, Colors, Print, SetAttribute, SetColors};
use crossterm::terminal::{Clear, ClearType};
use crossterm::{Command, queue};
use ratatui::backend::IntoCrossterm;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

/// Whether the terminal may be given links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hyperlinks {
    Written,
    /// It would show them as garbage.
    Omitted,
}

#[derive(Debug)]
pub struct Canvas {
    shown: Buffer,
    links: Vec<Link>,
    cursor: Option<Position>,
    widths: Widths,
    hyperlinks: Hyperlinks,
}

impl Canvas {
    /// An empty screen. Its size is learned with the first picture.
    pub fn new(widths: Widths, hyperlinks: Hyperlinks) -> Self {
        Self { shown: Buffer::empty(Rect::ZERO), links: Vec::new(), cursor: None, widths, hyperlinks }
    }

    /// The screen may show anything: the next picture is painted from nothing.
    pub fn forget(&mut self) {
        self.shown = Buffer::empty(Rect::ZERO);
    }

    /// The bytes that bring this picture onto the screen; none if it stands there.
    pub fn paint(&mut self, next: Buffer, drawn: Drawn) -> Vec<u8> {
        let mut pen = Pen::default();
        let links = if self.hyperlinks == Hyperlinks::Written { drawn.links } else { Vec::new() };
        if next.area != self.shown.area {
            pen.clear();
            (self.shown, self.links) = (Buffer::empty(next.area), Vec::new());
        }
        for y in 0..next.area.height {
            self.paint_row(y, &next, &links, &mut pen);
        }
        let is_same = pen.bytes.is_empty() && drawn.cursor == self.cursor;
        (self.shown, self.links, self.cursor) = (next, links, drawn.cursor);
        if is_same { Vec::new() } else { pen.put_down(drawn.cursor) }
    }

    fn paint_row(&self, y: u16, next: &Buffer, links: &[Link], pen: &mut Pen) {
        let (before, after) = (row(&self.shown, y), row(next, y));
        let (linked, links) = (on_row(&self.links, y), on_row(links, y));
        if before == after && linked == links {
            return;
        }
        let is_simple = linked.is_empty() && links.is_empty() && self.are_plain(before) && self.are_plain(after);
        let mut x = 0;
        while x < after.len() {
            let columns = wrap::width(after[x].symbol()).max(1);
            if !is_simple || before[x] != after[x] {
                let link = links.iter().find(|link| link.columns.contains(&(x as u16)));
                pen.put((x as u16, y), columns, &after[x], link.copied(), &self.widths);
            }
            x += columns;
        }
        pen.link_to(None);
    }

    fn are_plain(&self, cells: &[Cell]) -> bool {
        cells.iter().all(|cell| self.widths.is_plain(cell.symbol()))
    }
}

fn row(buffer: &Buffer, y: u16) -> &[Cell] {
    let columns = usize::from(buffer.area.width);
    &buffer.content[usize::from(y) * columns..][..columns]
}

fn on_row(links: &[Link], y: u16) -> Vec<&Link> {
    links.iter().filter(|link| link.row == y).collect()
}

/// Writes as few bytes as it can, because it knows where it is and with what it writes.
#[derive(Debug, Default)]
struct Pen {
    bytes: Vec<u8>,
    /// Where the next glyph would stand, if that is certain.
    at: Option<(u16, u16)>,
    face: Option<(Color, Color, Modifier)>,
    link: Option<(u64, Uri)>,
}

impl Pen {
    fn say(&mut self, command: impl Command) {
        queue!(self.bytes, command).expect("memory takes every byte");
    }

    fn clear(&mut self) {
        self.say(Clear(ClearType::All));
    }

    fn put(&mut self, (x, y): (u16, u16), columns: usize, cell: &Cell, link: Option<&Link>, widths: &Widths) {
        self.wear(cell);
        self.link_to(link);
        let glyph = widths.glyph(cell.symbol());
        if !glyph.is_certain && columns > 1 {
            // It may cover less than its columns.
            self.go((x, y));
            self.say(Print("  "));
            self.at = None;
        }
        self.go((x, y));
        self.say(Print(&glyph.text));
        self.at = glyph.is_certain.then_some((x + columns as u16, y));
    }

    fn go(&mut self, to: (u16, u16)) {
        if self.at != Some(to) {
            self.say(MoveTo(to.0, to.1));
            self.at = Some(to);
        }
    }

    fn wear(&mut self, cell: &Cell) {
        let face = (cell.fg, cell.bg, cell.modifier);
        if self.face == Some(face) {
            return;
        }
        self.say(SetAttribute(Attribute::Reset));
        for attribute in attributes(cell.modifier) {
            self.say(SetAttribute(attribute));
        }
        // The terminal's own are there already; where colours are not wanted, crossterm says nothing in their place,
        // which takes the attributes back.
        if (cell.fg, cell.bg) != (Color::Reset, Color::Reset) {
            self.say(SetColors(Colors::new(cell.fg.into_crossterm(), cell.bg.into_crossterm())));
        }
        self.face = Some(face);
    }

    fn link_to(&mut self, link: Option<&Link>) {
        let link = link.map(|link| (link.id, link.uri.clone()));
        if self.link == link {
            return;
        }
        match &link {
            Some((id, uri)) => self.say(Print(format_args!("\x1b]8;id={id:x};{}\x1b\\", uri.as_str()))),
            None => self.say(Print("\x1b]8;;\x1b\\")),
        }
        self.link = link;
    }

    /// Leaves nothing behind that others would write with, and the cursor where it belongs.
    fn put_down(mut self, cursor: Option<Position>) -> Vec<u8> {
        self.link_to(None);
        if self.face.is_some() {
            self.say(SetAttribute(Attribute::Reset));
        }
        match cursor {
            Some(Position { x, y }) => {
                self.say(MoveTo(x, y));
                self.say(Show);
            }
            None => self.say(Hide),
        }
        self.bytes
    }
}

fn attributes(modifier: Modifier) -> impl Iterator<Item = Attribute> {
    let table = [
        (Modifier::BOLD, Attribute::Bold),
        (Modifier::DIM, Attribute::Dim),
        (Modifier::ITALIC, Attribute::Italic),
        (Modifier::UNDERLINED, Attribute::Underlined),
        (Modifier::SLOW_BLINK, Attribute::SlowBlink),
        (Modifier::RAPID_BLINK, Attribute::RapidBlink),
        (Modifier::REVERSED, Attribute::Reverse),
        (Modifier::HIDDEN, Attribute::Hidden),
        (Modifier::CROSSED_OUT, Attribute::CrossedOut),
    ];
    table.into_iter().filter(move |(one, _)| modifier.contains(*one)).map(|(_, attribute)| attribute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widget::paint;
    use crate::widths::SAMPLES;
    use ratatui::style::Style;
    use std::num::NonZeroU16;

    fn picture(rows: &[&str]) -> Buffer {
        let area = Rect::new(0, 0, 24, rows.len() as u16);
        let mut buffer = Buffer::empty(area);
        for (y, row) in (0..).zip(rows) {
            paint::text(&mut buffer, area, (0, y), row, Style::new());
            paint::text(&mut buffer, area, (23, y), "|", Style::new());
        }
        buffer
    }

    fn canvas() -> Canvas {
        Canvas::new(Widths::default(), Hyperlinks::Written)
    }

    fn link(row: u16, columns: std::ops::Range<u16>, uri: &str) -> Link {
        Link { row, columns, uri: Uri::parse(uri).unwrap(), id: 7 }
    }

    fn linked(links: Vec<Link>) -> Drawn {
        Drawn { cursor: None, links }
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    /// A terminal with its own idea of widths, and what it shows of these bytes.
    fn shown(bytes: &[u8]) -> Vec<String> {
        let cells = |count| NonZeroU16::new(count).unwrap();
        let mut parser = vt100::Parser::new(cells(9), cells(24), 0);
        parser.process(bytes);
        parser.screen().rows(0, 24).collect()
    }

    #[test]
    fn what_stands_there_is_not_painted_again() {
        let mut canvas = canvas();
        canvas.paint(picture(&["one"]), Drawn::default());

        assert_eq!(canvas.paint(picture(&["one"]), Drawn::default()), Vec::<u8>::new());
        let bytes = text(canvas.paint(picture(&["one more"]), Drawn::default()));
        assert!(bytes.contains("more") && !bytes.contains("one"), "{bytes:?}");
    }

    #[test]
    fn what_has_no_colours_keeps_its_weight() {
        let mut next = picture(&["bold"]);
        next.set_style(next.area, Style::new().bold().reversed());

        let bytes = text(canvas().paint(next, Drawn::default()));

        assert!(bytes.contains("\u{1b}[0m\u{1b}[1m\u{1b}[7m\u{1b}[1;1Hbold"), "{bytes:?}");
    }

    #[test]
    fn the_cursor_is_put_in_its_place_behind_every_glyph_that_is_not_certain() {
        for (kind, sample, columns) in SAMPLES {
            let mut canvas = canvas();

            let bytes = text(canvas.paint(picture(&[&format!("{sample}x")]), Drawn::default()));

            let is_certain = Widths::default().glyph(sample).is_certain;
            let put = format!("\u{1b}[1;{}Hx", columns + 1);
            assert!(is_certain || bytes.contains(&put), "{kind:?}: {bytes:?}");
        }
    }

    #[test]
    fn no_glyph_moves_the_edge_of_the_picture() {
        let rows: Vec<&str> = SAMPLES.iter().map(|(_, sample, _)| *sample).chain(["नि ஸ்ரீ กำ"]).collect();

        let shown = shown(&canvas().paint(picture(&rows), Drawn::default()));

        for row in shown {
            let edge = row.chars().next_back();
            assert_eq!(edge, Some('|'), "{row}");
        }
    }

    #[test]
    fn a_row_with_such_a_glyph_is_painted_whole() {
        let mut canvas = canvas();
        canvas.paint(picture(&["a 👍 b", "plain"]), Drawn::default());

        let bytes = text(canvas.paint(picture(&["a 👎 b", "plain"]), Drawn::default()));

        assert!(bytes.contains('b') && bytes.contains('|') && !bytes.contains("plain"), "{bytes:?}");
    }

    #[test]
    fn each_row_of_a_link_bears_its_address_and_its_id() {
        let links = vec![link(0, 2..24, "https://example.org/ab"), link(1, 0..2, "https://example.org/ab")];

        let bytes = text(canvas().paint(picture(&["o https://example.org/", "ab"]), linked(links)));

        let opened = "\u{1b}]8;id=7;https://example.org/ab\u{1b}\\";
        assert_eq!(bytes.matches(opened).count(), 2, "{bytes:?}");
        assert!(bytes.contains("\u{1b}]8;;\u{1b}\\"), "{bytes:?}");
    }

    #[test]
    fn text_that_becomes_a_link_or_another_one_is_painted_again() {
        let mut canvas = canvas();
        canvas.paint(picture(&["example"]), Drawn::default());

        for uri in ["https://example.org", "https://example.com"] {
            let bytes = text(canvas.paint(picture(&["example"]), linked(vec![link(0, 0..7, uri)])));
            assert!(bytes.contains(uri), "{bytes:?}");
        }
        let bytes = text(canvas.paint(picture(&["example"]), Drawn::default()));
        assert!(bytes.contains("example") && !bytes.contains("]8;id"), "{bytes:?}");
    }

    #[test]
    fn a_terminal_that_would_show_garbage_gets_no_link() {
        let mut canvas = Canvas::new(Widths::default(), Hyperlinks::Omitted);

        let bytes = text(canvas.paint(picture(&["x"]), linked(vec![link(0, 0..1, "https://example.org")])));

        assert!(!bytes.contains("]8;"), "{bytes:?}");
    }

    #[test]
    fn another_size_begins_with_an_empty_screen() {
        let mut canvas = canvas();
        canvas.paint(picture(&["one"]), Drawn::default());

        let bytes = text(canvas.paint(picture(&["one", "two"]), Drawn::default()));

        assert!(bytes.starts_with("\u{1b}[2J") && bytes.contains("one"), "{bytes:?}");
    }
}
