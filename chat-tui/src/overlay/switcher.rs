//! The switcher: a few letters of a code, a topic or a name lead to a room. First the rooms that are open, those with
//! something new before the others; then those of the last days, which are entered again.

use crate::fuzzy::score;
use crate::keymap::Context;
use crate::recent::{Recent, ago};
use crate::room::Room;
use crate::state::State;
use crate::theme::{Ground, Ink};
use crate::widget::composer::Buffer as Typed;
use crate::widget::paint;
use crate::widget::timeline::Count;
use crate::wrap;
use chat_proto::{RoomCode, RoomId};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};
use std::cmp::Reverse;

const COLUMNS: u16 = 62;
const ROWS: u16 = 20;
const CALLED_COLUMNS: u16 = 12;
/// The longest that fits, of what stands where nothing was typed, and of what is said where nothing is found.
const EXAMPLES: [&str; 3] =
    ["a few letters", "a code, a topic or a name", "a few letters of a code, a topic or a name"];
const NOTHING: [&str; 3] =
    ["no such room", "no room here is called so", "no room here is called so: /join goes to one by its code"];
/// Below this, the title says no more than the keys.
const NARROW_COLUMNS: u16 = 36;
/// From here on, there is room for a border and for air.
const AIRY_ROWS: u16 = 12;
/// More than any name; a paste of anything else stops here.
const TYPED_BYTES_MAX: usize = 256;

/// What was typed, and which of the rooms that it may mean is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switcher {
    pub typed: Typed,
    chosen: usize,
}

/// How the room is come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is open: with its number.
    Open(RoomId, usize),
    /// It was: it is entered again.
    Back(RoomId, RoomCode),
}

/// A room that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub way: Way,
    called: String,
    topic: String,
    unread: Count,
    /// Behind it, in words.
    remark: String,
}

impl Switcher {
    pub fn new(typed: &str) -> Self {
        let mut switcher = Self::default();
        switcher.insert(typed);
        switcher
    }

    pub fn insert(&mut self, typed: &str) {
        let room = TYPED_BYTES_MAX.saturating_sub(self.typed.text().len());
        let typed = &typed[..typed.floor_char_boundary(room)];
        self.typed.insert(&chat_proto::text::visible_line(typed.as_bytes()));
        self.chosen = 0;
    }

    /// Something else was typed: the best is chosen again.
    pub fn start_over(&mut self) {
        self.chosen = 0;
    }

    pub fn choose(&mut self, by: isize, choices: usize) {
        self.chosen = self.chosen.saturating_add_signed(by).min(choices.saturating_sub(1));
    }

    /// The room that Enter goes to.
    pub fn chosen(&self, state: &State) -> Option<Choice> {
        choices(self.typed.text(), state).into_iter().nth(self.chosen)
    }
}

/// The rooms that may be meant, the likeliest first.
pub fn choices(typed: &str, state: &State) -> Vec<Choice> {
    let rooms = (1..).zip(state.rooms_in_order()).map(|(number, room)| open(state, number, room));
    let recent = state.recent.iter().filter(|recent| is_closed(state, recent)).map(|recent| back(state, recent));
    let scored = rooms.chain(recent).filter_map(|choice| {
        let score = score(typed, &format!("{} {}", choice.called, choice.topic))?;
        Some((score, choice))
    });
    let mut choices: Vec<(usize, Choice)> = scored.collect();
    choices.sort_by_key(|(score, choice)| Reverse((*score, choice.urgency(state))));
    choices.into_iter().map(|(_, choice)| choice).collect()
}

fn open(state: &State, number: usize, room: &Room) -> Choice {
    let remark = match (state.current == Some(room.id), room.is_over) {
        (true, _) => "here".to_owned(),
        (false, true) => "over".to_owned(),
        (false, false) if number <= 9 => format!("Alt-{number}"),
        (false, false) => String::new(),
    };
    let (called, topic) = (room.called(), room.topic.clone());
    Choice { way: Way::Open(room.id, number), called, topic, unread: room.timeline.unread(), remark }
}

fn back(state: &State, recent: &Recent) -> Choice {
    Choice {
        way: Way::Back(recent.room, recent.code),
        called: recent.code.to_string(),
        topic: recent.topic.clone(),
        unread: Count::default(),
        remark: ago(recent.last, state.now),
    }
}

/// Whether the room can be entered again over the link there is.
fn is_closed(state: &State, recent: &Recent) -> bool {
    let is_here =
        state.rooms_server.as_ref().is_some_and(|server| crate::address::is_same_server(server, &recent.server));
    is_here && state.name.as_ref() == Some(&recent.name) && !state.rooms.contains_key(&recent.room)
}

impl Choice {
    /// Among rooms that are meant alike: what calls the reader, what is new, what is open; the one that is shown last.
    fn urgency(&self, state: &State) -> usize {
        match self.way {
            Way::Open(id, _) if state.current == Some(id) => 1,
            Way::Open(..) if self.unread.mentions > 0 => 4,
            Way::Open(..) if !self.unread.is_none() => 3,
            Way::Open(..) => 2,
            Way::Back(..) => 0,
        }
    }
}

/// How many rows of choices there are to go through at once.
pub fn page(state: &State) -> isize {
    let area = Rect::new(0, 0, state.columns, state.rows);
    isize::try_from(Places::of(area).list.height.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Where its parts stand.
struct Places {
    frame: Rect,
    title: Rect,
    typed: Rect,
    list: Rect,
    is_airy: bool,
}

impl Places {
    fn of(area: Rect) -> Self {
        let frame = paint::centred(area, COLUMNS, ROWS.min(area.height.saturating_sub(area.height / 6)));
        let is_airy = frame.height >= AIRY_ROWS;
        let (side, edge) = if is_airy { (3, 1) } else { (1, 0) };
        let inner = Rect {
            x: frame.x + side,
            y: frame.y + edge,
            width: frame.width.saturating_sub(2 * side),
            height: frame.height.saturating_sub(2 * edge),
        };
        let row = |at: u16| Rect { y: inner.y + at, height: 1.min(inner.height.saturating_sub(at)), ..inner };
        let above = if is_airy { 4 } else { 2 };
        let list = Rect { y: inner.y + above, height: inner.height.saturating_sub(above), ..inner };
        Self { frame, title: row(0), typed: row(if is_airy { 2 } else { 1 }), list, is_airy }
    }
}

/// Draws the switcher, and says where the cursor is.
pub fn draw(switcher: &Switcher, state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (theme, places) = (state.theme, Places::of(area));
    Clear.render(places.frame, buffer);
    buffer.set_style(places.frame, theme.ground(Ground::Overlay).patch(theme.ink(Ink::Text)));
    if places.is_airy {
        paint::border(buffer, places.frame, theme.ink(Ink::Rule));
    }
    let (what, keys) = match area.width {
        0..NARROW_COLUMNS => ("", "{go} go  {dismiss} stay"),
        NARROW_COLUMNS..50 => ("Go to a room   ", "{go} go   {dismiss} stay"),
        50.. => ("Go to a room   ", "↑↓ choose   {go} go there   {dismiss} stay"),
    };
    let keys = state.keys.list(Context::Switcher, keys);
    let title = [(what, theme.ink(Ink::Strong).bold()), (&keys, theme.ink(Ink::Muted))];
    paint::pieces(buffer, places.title, (places.title.x, places.title.y), &title);
    let cursor = draw_typed(switcher, state, places.typed, buffer);
    draw_choices(switcher, state, places.list, buffer);
    cursor
}

fn draw_typed(switcher: &Switcher, state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (theme, typed) = (state.theme, &switcher.typed);
    let text_at = paint::text(buffer, area, (area.x, area.y), "› ", theme.ink(Ink::Accent).bold());
    // The end of a long line is where something is typed.
    let before = &typed.text()[..typed.cursor()];
    let room = usize::from(area.right().saturating_sub(text_at + 1));
    let from =
        before.char_indices().map(|(at, _)| at).find(|at| wrap::width(&before[*at..]) <= room).unwrap_or(before.len());
    paint::text(buffer, area, (text_at, area.y), &typed.text()[from..], theme.ink(Ink::Text));
    if typed.is_empty() {
        let words = longest(&EXAMPLES, area.right().saturating_sub(text_at));
        paint::text(buffer, area, (text_at, area.y), words, theme.ink(Ink::Muted));
    }
    let position = Position::new(text_at + wrap::width(&before[from..]) as u16, area.y);
    area.contains(position).then_some(position)
}

fn draw_choices(switcher: &Switcher, state: &State, area: Rect, buffer: &mut Buffer) {
    let choices = choices(switcher.typed.text(), state);
    if choices.is_empty() {
        let words = longest(&NOTHING, area.width);
        paint::text(buffer, area, (area.x, area.y), words, state.theme.ink(Ink::Warning));
    }
    let first = (switcher.chosen + 1).saturating_sub(usize::from(area.height));
    for (y, (at, choice)) in (area.top()..area.bottom()).zip(choices.iter().enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..area };
        if at == switcher.chosen {
            let bar = Rect { x: row.x.saturating_sub(1), width: row.width + 2, ..row }.intersection(buffer.area);
            buffer.set_style(bar, state.theme.ground(Ground::Button));
        }
        draw_choice(choice, state, row, buffer);
    }
}

/// The longest of sentences that grow, or the first.
fn longest(sentences: &[&'static str], columns: u16) -> &'static str {
    sentences.iter().rfind(|words| wrap::width(words) <= usize::from(columns)).unwrap_or(&sentences[0])
}

fn draw_choice(choice: &Choice, state: &State, row: Rect, buffer: &mut Buffer) {
    let theme = state.theme;
    let mention = if choice.unread.mentions > 0 { "@ " } else { "" };
    let unread = choice.unread.words();
    let gap = if unread.is_empty() { "" } else { "  " };
    let right = [
        (mention, theme.ink(Ink::Warning).bold()),
        (unread.as_str(), theme.ink(Ink::Accent)),
        (gap, theme.ink(Ink::Muted)),
        (choice.remark.as_str(), theme.ink(Ink::Muted)),
    ];
    let end = paint::pieces_right(buffer, row, row.y, &right);
    let left = Rect { width: end.saturating_sub(row.x + 1), ..row };
    let is_wide = row.width >= 40;
    let columns = usize::from(if is_wide { CALLED_COLUMNS } else { left.width });
    let called = wrap::cut(&choice.called, columns);
    let behind = paint::text(buffer, left, (left.x, left.y), &called, theme.ink(Ink::Strong));
    let topic_at = if is_wide { behind.max(left.x + 6) + 1 } else { behind + 1 };
    let topic = wrap::cut(&choice.topic, usize::from(left.right().saturating_sub(topic_at)));
    paint::text(buffer, left, (topic_at, left.y), &topic, theme.ink(Ink::Text));
}
