//! The timeline on the screen. Column 0 belongs to the program.

use super::block::{EDITED, Place};
use super::layout::View;
use super::mention::{self, Word};
use super::{Chip, Count, Gap, Look, Quote, Reader, Row, Timeline};
use crate::fold::Needle;
use crate::hyperlink::{Link, Uri};
use crate::keymap::{Context, Keymap};
use crate::link::Mark;
use crate::markup::{self, Face, Kind, Piece};
use crate::theme::{Ground, Ink};
use crate::widget::members::Members;
use crate::widget::paint;
use crate::wrap;
use chat_proto::{EntryBody, UnixMillis};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

/// Before what the program tells, in columns that no message reaches.
const SIGN: &str = "•";
/// The keys behind what is not on the screen.
const WAY_UP: &str = " · {unread} ";
const WAY_DOWN: &str = " {newest} ";
const WAY_TO_NEWS: &str = " · {newest} ";

/// Draws the rows that are on the screen, with what is looked for in them, and says where links are.
pub fn draw(
    timeline: &Timeline,
    crowd: Crowd,
    sought: Option<&Needle>,
    look: &Look,
    keys: &Keymap,
    area: Rect,
    buffer: &mut Buffer,
) -> Vec<Link> {
    let Some(view) = timeline.view(look) else { return Vec::new() };
    let names = OnceCell::new();
    let found = (usize::MAX, Vec::new());
    let mut pen = Pen { timeline, crowd, names, sought, found, look, keys, area, buffer, links: Vec::new() };
    for (y, row) in (area.top()..area.bottom()).zip(view.rows(look)) {
        pen.row(y, row);
    }
    pen.ways(&view);
    pen.links
}

/// Who reads, and who is in the room.
#[derive(Debug, Clone, Copy)]
pub struct Crowd<'a> {
    pub reader: Reader<'a>,
    pub members: &'a Members,
}

struct Pen<'a> {
    timeline: &'a Timeline,
    crowd: Crowd<'a>,
    /// The names of those who are in the room, once somebody is called.
    names: OnceCell<BTreeSet<String>>,
    sought: Option<&'a Needle>,
    /// Where it is in the block that was drawn last.
    found: (usize, Vec<Range<usize>>),
    look: &'a Look<'a>,
    keys: &'a Keymap,
    area: Rect,
    buffer: &'a mut Buffer,
    links: Vec<Link>,
}

impl Pen<'_> {
    fn row(&mut self, y: u16, row: &Row) {
        match row {
            Row::Blank => {}
            Row::Day(time) => self.day(y, *time),
            Row::Divider => self.divider(y),
            Row::Name { block } => self.name_row(y, *block),
            Row::Text { block, line, place } => self.text_row(y, *block, line, *place),
            Row::Quote { block, quote } => self.quote_row(y, *block, quote),
            Row::Edited => self.write(self.look.text_from(), y, EDITED, self.ink(Ink::Faint)),
            Row::Reactions { block, chips, is_first } => self.reactions_row(y, *block, chips, *is_first),
            Row::System { block, text, is_first } => self.system_row(y, *block, text, *is_first),
            Row::Advice { text, mark } => self.write(self.look.text_from(), y, text, self.mark_style(mark)),
            Row::Keys(words) => {
                let words = self.keys.list(Context::Room, words);
                self.write(self.look.text_from(), y, &words, self.ink(Ink::Muted));
            }
            Row::Gap(gap) => self.gap(y, gap),
            Row::Full => self.centred(y, "older messages stay on the server: this window is full", Ink::Muted),
        }
    }

    fn ink(&self, ink: Ink) -> Style {
        self.look.theme.ink(ink)
    }

    fn write(&mut self, column: u16, y: u16, text: &str, style: Style) {
        paint::text(self.buffer, self.area, (self.area.x + column, y), text, style);
    }

    /// Where lines across the pane end: with the text.
    fn line_end(&self) -> u16 {
        self.area.x + (self.look.mark_at() + 1).min(self.area.width.saturating_sub(1))
    }

    fn day(&mut self, y: u16, time: UnixMillis) {
        self.centred(y, &self.look.zone.day(time), Ink::Muted);
    }

    /// Words in the middle of a line across the pane.
    fn centred(&mut self, y: u16, words: &str, ink: Ink) {
        let (start, end) = (self.area.x + 1, self.line_end());
        let room = usize::from(end.saturating_sub(start));
        let words = wrap::cut(words, room).into_owned();
        let words = if room >= wrap::width(&words) + 8 { format!("  {words}  ") } else { words };
        let columns = wrap::width(&words) as u16;
        let from = start + (end.saturating_sub(start + columns)) / 2;
        paint::rule(self.buffer, self.area, y, start, from, self.ink(Ink::Rule));
        let behind = paint::text(self.buffer, self.area, (from, y), &words, self.ink(ink));
        paint::rule(self.buffer, self.area, y, behind, end, self.ink(Ink::Rule));
    }

    fn divider(&mut self, y: u16) {
        let (start, end) = (self.area.x + 1, self.line_end());
        let style = self.ink(Ink::Error);
        paint::rule(self.buffer, self.area, y, start, end.saturating_sub(5), self.ink(Ink::UnreadRule));
        paint::text(self.buffer, self.area, (end.saturating_sub(4).max(start), y), "new", style);
    }

    fn gap(&mut self, y: u16, gap: &Gap) {
        match gap {
            Gap::Loadable => self.centred(y, "more messages", Ink::Muted),
            Gap::Loading => self.centred(y, "loading…", Ink::Muted),
            Gap::Failed(reason) => self.centred(y, &format!("not loaded: {reason}"), Ink::Warning),
            Gap::Purged => self.centred(y, "older messages are gone", Ink::Muted),
        }
    }

    fn name_row(&mut self, y: u16, block: usize) {
        let Some(said) = self.timeline.said(block) else { return };
        let is_mention = said.is_mention;
        let name = said.name.clone();
        let time = self.look.zone.clock(said.time);
        if is_mention {
            self.mention(y);
        }
        self.write(1, y, &time, self.ink(Ink::Muted));
        let column = if self.look.has_time_column() { self.look.text_from() } else { self.look.name_from() - 1 };
        self.write(column, y, &name, self.look.theme.name(&name));
        self.doubt(block, column + wrap::width(&name) as u16, y);
    }

    /// Behind a name whose key is not the one of last time.
    fn doubt(&mut self, block: usize, column: u16, y: u16) {
        let person = self.timeline.said(block).and_then(|said| said.person);
        if person.is_some_and(|person| self.crowd.reader.people.is_changed(person)) {
            self.write(column, y, "!", self.ink(Ink::Warning).bold());
        }
    }

    fn text_row(&mut self, y: u16, block: usize, line: &markup::Row, place: Place) {
        let Some(said) = self.timeline.said(block) else { return };
        self.ground_of(y, block);
        if place.is_first {
            self.first_row(y, block, place);
        }
        let style = match (said.is_action, self.mark_of(block)) {
            (true, _) => {
                self.look.theme.name(&said.name).remove_modifier(Modifier::BOLD).add_modifier(Modifier::ITALIC)
            }
            (_, Some(Mark::Waiting | Mark::OnTheWire | Mark::Stale)) => self.ink(Ink::Muted),
            _ => self.ink(Ink::Text),
        };
        let style =
            if self.is_leaving(block) { self.ink(Ink::Faint).add_modifier(Modifier::CROSSED_OUT) } else { style };
        let text = self.timeline.text(block);
        self.find(block, text);
        let behind = self.pieces(y, block, text, line, style);
        let end = self.area.x + self.look.text_from() + self.look.text_columns();
        // Where there is no place for it, it has a row of its own.
        if place.is_last && said.is_edited() && usize::from(end.saturating_sub(behind)) > EDITED.len() {
            paint::text(self.buffer, self.area, (behind + 1, y), EDITED, self.ink(Ink::Faint));
        }
        if place.is_last && (said.is_own || self.timeline.change_of(block).is_some()) {
            self.mark(y, block);
        }
    }

    /// A row of what somebody wrote; `style` is for what has no face of its own. The column behind it.
    fn pieces(&mut self, y: u16, block: usize, text: &str, line: &markup::Row, style: Style) -> u16 {
        if line.ground == markup::Ground::Panel {
            self.panel(y);
        }
        let mut x = self.area.x + self.look.text_from();
        for piece in &line.pieces {
            let style = match piece {
                Piece::Sign(_) => self.ink(Ink::Faint),
                Piece::Written(part) => self.face(part.face, style),
            };
            let from = x;
            x = paint::text(self.buffer, self.area, (x, y), piece.text(text), style);
            if let Piece::Written(part) = piece {
                self.names((from, y), block, part.text(text), part.face.kind);
                self.highlight((from, y), text, &part.range);
                part.link.iter().for_each(|address| self.link(y, from..x, block, text, address));
            }
        }
        x
    }

    /// Whoever is called in this text, which is drawn here, stands out.
    fn names(&mut self, (x, y): (u16, u16), block: usize, text: &str, kind: Kind) {
        if !matches!(kind, Kind::Text | Kind::Quote) {
            return;
        }
        let own = self.crowd.reader.name.map(|name| name.as_str().to_lowercase());
        let own = own.filter(|_| self.timeline.said(block).is_some_and(|said| said.is_mention));
        for word in mention::words(text) {
            if let Some(style) = self.name_style(&word, own.as_deref()) {
                let before = wrap::width(&text[..word.range.start]) as u16;
                self.over((x.saturating_add(before), y), &text[word.range], style);
            }
        }
    }

    fn name_style(&self, word: &Word, own: Option<&str>) -> Option<Style> {
        if word.is_everybody() || own.is_some_and(|own| word.calls(own)) {
            return Some(self.ink(Ink::Warning).bold());
        }
        let name = word.addressed()?;
        let small = |name: &str| name.to_lowercase();
        let names = self.names.get_or_init(|| self.crowd.members.names().map(small).collect());
        names.contains(name).then(|| self.look.theme.name(name))
    }

    /// Gives the cells of this text, which is drawn here, another style.
    fn over(&mut self, (x, y): (u16, u16), text: &str, style: Style) {
        let cells = Rect { x, y, width: wrap::width(text) as u16, height: 1 }.intersection(self.area);
        self.buffer.set_style(cells.intersection(self.buffer.area), style);
    }

    /// What is looked for in what block `block` says, once for all its rows.
    fn find(&mut self, block: usize, text: &str) {
        if let Some(sought) = self.sought.filter(|_| self.found.0 != block) {
            self.found = (block, sought.within(text));
        }
    }

    /// What is looked for stands out of this part of a text, which is drawn here.
    fn highlight(&mut self, (x, y): (u16, u16), text: &str, part: &Range<usize>) {
        let style = self.ink(Ink::Warning).bold().underlined();
        for found in self.found.1.clone() {
            let found = found.start.clamp(part.start, part.end)..found.end.clamp(part.start, part.end);
            let before = wrap::width(&text[part.start..found.start]) as u16;
            self.over((x.saturating_add(before), y), &text[found], style);
        }
    }

    /// The ground of code, as wide as text may be.
    fn panel(&mut self, y: u16) {
        let x = self.area.x + self.look.text_from();
        let row = Rect { x, y, width: self.look.text_columns(), height: 1 }.intersection(self.area);
        self.buffer.set_style(row.intersection(self.buffer.area), self.look.theme.ground(Ground::Overlay));
    }

    fn face(&self, face: Face, style: Style) -> Style {
        let style = match face.kind {
            Kind::Text | Kind::Gap => style,
            Kind::Quote => style.patch(self.ink(Ink::Muted)),
            Kind::Code => style.patch(self.look.theme.ground(Ground::Overlay)),
            Kind::Label => self.ink(Ink::Faint),
            Kind::Link => style.patch(self.ink(Ink::Accent)).underlined(),
            Kind::Address => style.patch(self.ink(Ink::Muted)).underlined(),
        };
        style.add_modifier(face.weight)
    }

    /// The cells from one column to another are a part of this link.
    fn link(&mut self, y: u16, columns: Range<u16>, block: usize, text: &str, address: &Range<usize>) {
        // A message is named by its place here: the id needs to last no longer than the picture.
        let id = (block as u64) << 16 | address.start as u64;
        let uri = Uri::parse(&text[address.clone()]);
        let columns = columns.start..columns.end.min(self.area.right());
        self.links.extend(uri.map(|uri| Link { row: y, columns, uri, id }));
    }

    /// Whether the reader has deleted what block `block` says, and waits for the answer.
    fn is_leaving(&self, block: usize) -> bool {
        self.timeline.change_of(block).is_some_and(|pending| matches!(pending.body, EntryBody::Delete(_)))
    }

    /// What makes rows of block `block` stand out.
    fn ground_of(&mut self, y: u16, block: usize) {
        let is_mention = self.timeline.said(block).is_some_and(|said| said.is_mention);
        if self.timeline.is_selected(block) || self.timeline.is_marked(block) {
            self.line(y, Ground::Button, Ink::Accent);
        } else if is_mention {
            self.mention(y);
        }
    }

    fn quote_row(&mut self, y: u16, block: usize, quote: &Quote) {
        self.ground_of(y, block);
        let faint = self.ink(Ink::Faint);
        let end = self.area.x + self.look.text_from() + self.look.text_columns();
        let text = Rect { width: end.saturating_sub(self.area.x), ..self.area };
        let mut column = paint::text(self.buffer, text, (self.area.x + self.look.text_from(), y), "╭ ", faint);
        if let Some(name) = &quote.name {
            let style = self.look.theme.name(name).remove_modifier(Modifier::BOLD);
            column = paint::text(self.buffer, text, (column, y), name, style) + 2;
        }
        let words = wrap::cut(&quote.text, usize::from(end.saturating_sub(column)));
        paint::text(self.buffer, text, (column, y), &words, faint);
    }

    fn reactions_row(&mut self, y: u16, block: usize, chips: &[Chip], is_first: bool) {
        self.ground_of(y, block);
        let mut column = self.area.x + self.look.text_from();
        if is_first {
            self.write(self.look.text_from(), y, "╰", self.ink(Ink::Faint));
        }
        for chip in chips {
            let ink = match (chip.is_waiting, chip.is_own) {
                (true, _) => Ink::Faint,
                (false, true) => Ink::Accent,
                (false, false) => Ink::Muted,
            };
            column = paint::text(self.buffer, self.area, (column + 2, y), &chip.text, self.ink(ink));
        }
    }

    /// The time and, where there is a column for it, the name.
    fn first_row(&mut self, y: u16, block: usize, place: Place) {
        let Some(said) = self.timeline.said(block) else { return };
        let has_own_name_row = place.opens_group && !self.look.has_name_column();
        if self.look.has_time_column() && !has_own_name_row {
            let ink = if place.opens_group { Ink::Muted } else { Ink::Faint };
            self.write(1, y, &self.look.zone.clock(said.time), self.ink(ink));
        }
        if self.look.has_name_column() && place.opens_group {
            let name = wrap::cut(&said.name, usize::from(self.look.name_columns())).into_owned();
            let column = self.look.text_from() - 2 - wrap::width(&name) as u16;
            self.write(column, y, &name, self.look.theme.name(&said.name));
            self.doubt(block, self.look.text_from() - 2, y);
        }
    }

    fn system_row(&mut self, y: u16, block: usize, text: &str, is_first: bool) {
        if is_first && let (true, Some(time)) = (self.look.has_time_column(), self.timeline.time(block)) {
            self.write(1, y, &self.look.zone.clock(time), self.ink(Ink::Faint));
        }
        let ink = if self.timeline.is_hidden(block) { Ink::Faint } else { Ink::Muted };
        let column = self.look.text_from();
        if !self.timeline.is_system(block) {
            return self.write(column, y, text, self.ink(ink));
        }
        // Between a time and the text there is no room for a sign with air around it.
        let shift = u16::from(!self.look.has_name_column());
        self.write(column + shift, y, text, self.ink(ink));
        if is_first {
            self.write(column + shift - 2, y, SIGN, self.ink(Ink::Accent));
        }
    }

    fn mention(&mut self, y: u16) {
        self.line(y, Ground::Mention, Ink::Warning);
    }

    /// A row that stands out, with a bar before it.
    fn line(&mut self, y: u16, ground: Ground, bar: Ink) {
        let row =
            Rect { y, height: 1, width: self.line_end() + 1 - self.area.x, ..self.area }.intersection(self.buffer.area);
        self.buffer.set_style(row, self.look.theme.ground(ground));
        self.write(0, y, "▌", self.ink(bar));
    }

    fn mark_of(&self, block: usize) -> Option<&Mark> {
        let pending = self.timeline.pending_at(block).or_else(|| self.timeline.change_of(block));
        pending.map(|pending| &pending.mark)
    }

    fn mark(&mut self, y: u16, block: usize) {
        let (sign, style) = match self.mark_of(block) {
            // What the log shows was accepted.
            None | Some(Mark::Accepted { .. }) => ("✓", self.ink(Ink::Good)),
            Some(mark) => (sign(mark), self.mark_style(mark)),
        };
        self.write(self.look.mark_at(), y, sign, style);
    }

    fn mark_style(&self, mark: &Mark) -> Style {
        match mark {
            Mark::Waiting | Mark::OnTheWire => self.ink(Ink::Muted),
            Mark::Accepted { .. } => self.ink(Ink::Good),
            Mark::Refused(_) => self.ink(Ink::Error),
            Mark::Unknown(_) | Mark::Stale => self.ink(Ink::Warning),
        }
    }

    /// What brings the reader to what they have not read, over the first row and the last.
    fn ways(&mut self, view: &View) {
        let (above, below) = self.timeline.unread_around(view.seen(self.look));
        if above > 0 {
            let words = format!(" ↑ {} unread{}", counted(above), self.keys.list(Context::Room, WAY_UP));
            self.way(self.area.y, &words, Ground::Focus, Ink::OnFocus);
        }
        let Some(y) = self.area.bottom().checked_sub(1) else { return };
        match below {
            0 if view.is_end => {}
            0 => self.way(y, &format!(" ↓{}", self.keys.list(Context::Room, WAY_DOWN)), Ground::Button, Ink::Muted),
            new => {
                let words = format!(" ↓ {} new{}", counted(new), self.keys.list(Context::Room, WAY_TO_NEWS));
                self.way(y, &words, Ground::Focus, Ink::OnFocus);
            }
        }
    }

    fn way(&mut self, y: u16, words: &str, ground: Ground, ink: Ink) {
        let style = self.look.theme.ground(ground).patch(self.ink(ink));
        let columns = wrap::width(words) as u16;
        let x = self.line_end().saturating_sub(columns).max(self.area.x);
        paint::text(self.buffer, self.area, (x, y), words, style);
        for link in self.links.iter_mut().filter(|link| link.row == y) {
            link.columns.end = link.columns.end.min(x);
        }
    }
}

fn counted(messages: usize) -> String {
    Count { messages, ..Count::default() }.words()
}

fn sign(mark: &Mark) -> &'static str {
    match mark {
        Mark::Waiting | Mark::Stale => "◌",
        Mark::OnTheWire => "…",
        Mark::Accepted { .. } => "✓",
        Mark::Refused(_) => "✗",
        Mark::Unknown(_) => "?",
    }
}
