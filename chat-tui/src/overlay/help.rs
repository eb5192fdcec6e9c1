//! The help: read from the tables of keys and commands, so that it cannot be wrong about them.

use crate::command::COMMANDS;
use crate::keep;
use crate::keymap::{Bound, Context, Keymap};
use crate::room::Room;
use crate::state::{Screen, State};
use crate::theme::{Ink, Theme};
use crate::widget::paint;
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

const COLUMNS: u16 = 78;
/// Columns for a key or a command, before what it does.
const KEY_COLUMNS: usize = 24;

/// From here on, there is room for a border and for air.
const AIRY_ROWS: u16 = 12;
/// Below this, the title says no more than how to leave and how far it is.
const NARROW_COLUMNS: u16 = 30;

/// Worth what the room is: in memory, or on disk.
const ACCEPTED: &str = "✓";
/// What stands beside a message of one's own.
const MARKS: [(&str, &str); 5] = [
    ("◌", "waiting: the link is down, or it was left over"),
    ("…", "on its way"),
    (ACCEPTED, "accepted by the server"),
    ("✗", "refused, and not in the room"),
    ("?", "may have been delivered; nobody can tell"),
];
/// What stands beside a name.
const SIGNS: [(&str, &str); 4] = [
    ("★", "owns the room"),
    ("@", "operator: keeps order too"),
    ("⊘", "muted: may only read"),
    ("!", "comes with another key than last time; /whois shows both"),
];
const MOUSE: [(&str, &str); 3] = [
    ("wheel", "scroll"),
    ("click", "select a message, go to a room, or choose what a list offers"),
    ("Shift-drag", "select text, as the terminal does; Option-drag on a Mac"),
];

/// A line of the help.
enum Line {
    Heading(&'static str),
    Pair(String, String),
    Blank,
}

fn lines(state: &State) -> Vec<Line> {
    let commands = COMMANDS.iter().map(|command| {
        let names: Vec<String> = command.names.iter().map(|name| format!("/{name}")).collect();
        Line::Pair(format!("{} {}", names.join(" "), command.args).trim_end().to_owned(), command.help.to_owned())
    });
    let say = [Line::Pair("//text".to_owned(), "say “/text”".to_owned())];
    let pairs = |table: &[(&str, &str)]| -> Vec<Line> {
        table.iter().map(|(key, help)| Line::Pair((*key).to_owned(), (*help).to_owned())).collect()
    };
    let room = state.room().filter(|_| state.screen == Screen::Room);
    let mut marks = pairs(&MARKS);
    if let Some(room) = room {
        marks[2] = Line::Pair(ACCEPTED.to_owned(), keep::accepted(room.label.durability).to_owned());
    }
    let sections: [(&'static str, Vec<Line>); 11] = [
        ("This room", room.map(about).unwrap_or_default()),
        ("In the room", keys(&state.keys, Context::Room)),
        ("While finding", keys(&state.keys, Context::Find)),
        ("On a selected message", keys(&state.keys, Context::Selected)),
        ("Everywhere", keys(&state.keys, Context::Anywhere)),
        ("Commands", commands.chain(say).collect()),
        ("While writing", keys(&state.keys, Context::Typing)),
        ("Beside your messages", marks),
        ("Beside names", pairs(&SIGNS)),
        ("In the prompt", keys(&state.keys, Context::Prompt)),
        ("Mouse", pairs(&MOUSE)),
    ];
    let mut all = Vec::new();
    for (heading, rows) in sections.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        all.extend([Line::Heading(heading)].into_iter().chain(rows).chain([Line::Blank]));
    }
    all.pop();
    all
}

/// What is kept of a room, who reads it, and when it ends.
fn about(room: &Room) -> Vec<Line> {
    let level = ("calls you", format!("{}; /notify changes it", room.level().word()));
    let rows = keep::table(&room.label).into_iter().chain([level]);
    rows.map(|(what, words)| Line::Pair(what.to_owned(), words)).collect()
}

fn keys(keys: &Keymap, context: Context) -> Vec<Line> {
    let has_line = |row: &&Bound| row.context == context && !row.help.is_empty() && !row.keys.is_empty();
    keys.rows()
        .iter()
        .filter(has_line)
        .map(|row| {
            let shown: Vec<String> = row.keys.iter().take(2).map(ToString::to_string).collect();
            Line::Pair(shown.join("  "), keys.say(context, row.help))
        })
        .collect()
}

/// How many rows there are, and how many of them fit: what scrolling is bounded by.
pub fn extent(state: &State) -> (usize, usize) {
    let place = place(Rect::new(0, 0, state.columns, state.rows));
    (laid_out(state, place).len(), usize::from(body(place).height))
}

/// Draws the help, from row `first` on.
pub fn draw(first: usize, state: &State, area: Rect, buffer: &mut Buffer) {
    let place = place(area);
    super::question::panel(place, state, buffer);
    let theme = state.theme;
    if place.height >= AIRY_ROWS {
        paint::border(buffer, place, theme.ink(Ink::Rule));
    }
    let closes = state.keys.list(Context::Help, "{dismiss} closes");
    let what = if place.width < NARROW_COLUMNS { "" } else { "Help   " };
    let title = [(what, theme.ink(Ink::Strong)), (closes.as_str(), theme.ink(Ink::Muted))];
    let inner = body(place);
    let title_row = if inner.y > place.y + 1 { inner.y - 2 } else { place.y };
    paint::pieces(buffer, place, (inner.x, title_row), &title);
    let rows = laid_out(state, place);
    if rows.len() > usize::from(inner.height) {
        let last = (first + usize::from(inner.height)).min(rows.len());
        let words = match place.width {
            0..NARROW_COLUMNS => format!("{last}/{}", rows.len()),
            NARROW_COLUMNS..50 => format!("↑↓ {last}/{} ", rows.len()),
            50.. => format!("↑↓ PgUp PgDn   {last}/{} ", rows.len()),
        };
        let right = Rect { width: inner.width, ..Rect { x: inner.x, ..place } };
        paint::pieces_right(buffer, right, title_row, &[(&words, theme.ink(Ink::Muted))]);
    }
    for (y, row) in (inner.top()..inner.bottom()).zip(rows.iter().skip(first)) {
        for (column, words, style) in row {
            paint::text(buffer, inner, (inner.x + column, y), words, *style);
        }
    }
}

fn place(area: Rect) -> Rect {
    let height = if area.height >= 20 { area.height - 4 } else { area.height };
    paint::centred(area, COLUMNS, height)
}

/// Where the lines are: below the title.
fn body(place: Rect) -> Rect {
    let is_airy = place.height >= AIRY_ROWS;
    let top = if is_airy { 3 } else { 1 };
    let (air, side) = (u16::from(is_airy), if place.width >= 50 { 3 } else { 2 });
    Rect {
        x: place.x + side,
        y: place.y + top,
        width: place.width.saturating_sub(2 * side),
        height: place.height.saturating_sub(top + air),
    }
}

/// A row: pieces with their columns.
type Row = Vec<(u16, String, Style)>;

fn laid_out(state: &State, place: Rect) -> Vec<Row> {
    let columns = usize::from(body(place).width);
    lines(state).into_iter().flat_map(|line| rows_of(line, state.theme, columns)).collect()
}

fn rows_of(line: Line, theme: Theme, columns: usize) -> Vec<Row> {
    let (key, help) = match line {
        Line::Blank => return vec![Vec::new()],
        Line::Heading(words) => return vec![vec![(0, words.to_owned(), theme.ink(Ink::Muted).bold())]],
        Line::Pair(key, help) => (key, help),
    };
    // Narrow, what a key does stands below it; so it does where the key, or what is typed, leaves no place beside it.
    let is_narrow = columns < KEY_COLUMNS + 24;
    let is_below = is_narrow || wrap::width(&key) + 2 > KEY_COLUMNS;
    let indent = if is_narrow { 2 } else { KEY_COLUMNS };
    let wrapped = wrap::rows(&help, columns.saturating_sub(indent));
    let mut rows: Vec<Row> =
        wrapped.into_iter().map(|row| vec![(indent as u16, help[row].to_owned(), theme.ink(Ink::Text))]).collect();
    let key = (0, key, theme.ink(Ink::Accent));
    match is_below {
        true => rows.insert(0, vec![key]),
        false => rows[0].insert(0, key),
    }
    rows
}
