//! What is wrong with the room or the link, and what is told about what was done.

use crate::keymap::Context;
use crate::state::{Link, Notice, State};
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use crate::wrap;
use chat_proto::text::visible_line;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What is said where the room has ended, for whatever reason: nothing of it is kept.
const OVER_AND_GONE: &str = "this room is over, and its history is gone from the server";
const OVER: &str = "this room is over";
/// From here on, there is place for all of it.
const OVER_COLUMNS: u16 = 82;
const BANNER_ROWS_MAX: u16 = 3;

pub(super) fn rows(state: &State) -> u16 {
    state.told().map_or(0, |notice| rows_of(&notice, state.columns).min(most_rows(&notice, state.rows)))
}

/// Whether a notice can be shown whole.
pub fn fits(notice: &Notice, state: &State) -> bool {
    rows_of(notice, state.columns) <= most_rows(notice, state.rows)
}

fn rows_of(notice: &Notice, columns: u16) -> u16 {
    let (Notice::Hint(words) | Notice::Standing(words) | Notice::Problem(words)) = notice;
    wrap::rows(words, notice_columns(columns)).len() as u16
}

/// Keys and invites are long, and of no use in part; but a notice must not push away what it is about.
fn most_rows(notice: &Notice, rows: u16) -> u16 {
    match notice {
        Notice::Hint(_) | Notice::Problem(_) => (rows / 3).max(3),
        Notice::Standing(_) => (rows / 2).max(3),
    }
}

fn notice_columns(columns: u16) -> usize {
    usize::from(columns.saturating_sub(5).max(1))
}

/// Rows that the banner has: what is wrong is told with the way out of it.
pub(super) fn banner_rows(state: &State) -> u16 {
    let needed = banner(state).map_or(0, |words| wrap::rows(&words, banner_columns(state.columns)).len() as u16);
    needed.min((state.rows / 4).clamp(1, BANNER_ROWS_MAX))
}

fn banner_columns(columns: u16) -> usize {
    usize::from(columns.saturating_sub(2).max(1))
}

/// What is wrong with the room or the link, and what happens next.
fn banner(state: &State) -> Option<String> {
    let (room, columns) = (state.room()?, state.columns);
    if room.is_over {
        let over = || if columns < OVER_COLUMNS { OVER } else { OVER_AND_GONE }.to_owned();
        let words = room.farewell.clone().unwrap_or_else(over);
        let way = state.keys.say(Context::Room, "{mend} opens a new one");
        return Some(format!("{}.  {way}", capitalised(&words)));
    }
    match &state.link {
        Link::Up { .. } | Link::Idle => None,
        Link::Connecting => Some("Connecting…".to_owned()),
        Link::Down { trouble, .. } => {
            let seconds = state.link.retry_seconds(state.now).unwrap_or(0);
            let trouble = capitalised(&trouble.sentence());
            let way = state.keys.say(Context::Room, "{mend} tries now");
            Some(match seconds {
                0 => format!("Reconnecting…  {trouble}"),
                _ => format!("Reconnecting in {seconds} s…  {trouble}.  {way}"),
            })
        }
        Link::Ended(why) => {
            let way = state.keys.say(Context::Room, "{mend} connects again");
            Some(format!("Not connected: {}.  {way}", visible_line(why.as_bytes())))
        }
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn draw_banner(state: &State, area: Rect, cells: &mut Buffer) {
    let Some(words) = banner(state) else { return };
    cells.set_style(area.intersection(cells.area), state.theme.ground(Ground::Mention));
    let ink = state.theme.ink(Ink::Warning);
    for y in area.top()..area.bottom() {
        paint::text(cells, area, (area.x, y), "▌", ink);
    }
    draw_rows(&words, (2, banner_columns(area.width)), area, ink, cells);
}

pub(super) fn draw(state: &State, area: Rect, cells: &mut Buffer) {
    let notice = state.told();
    let (sign, words, ink) = match &notice {
        Some(Notice::Hint(words) | Notice::Standing(words)) => ("·", words, Ink::Muted),
        Some(Notice::Problem(words)) => ("✗", words, Ink::Error),
        None => return,
    };
    paint::text(cells, area, (area.x + 1, area.y), sign, state.theme.ink(ink));
    draw_rows(words, (3, notice_columns(area.width)), area, state.theme.ink(ink), cells);
}

/// As many rows of so many columns as there are, from this column on.
fn draw_rows(words: &str, (from, columns): (u16, usize), area: Rect, style: Style, cells: &mut Buffer) {
    let rows = wrap::rows(words, columns);
    let are_all_shown = rows.len() <= usize::from(area.height);
    for (y, row) in (area.top()..area.bottom()).zip(rows) {
        // What does not fit ends in an ellipsis instead of in the middle.
        let is_cut = y + 1 == area.bottom() && !are_all_shown;
        let row = if is_cut { wrap::cut(&words[row.start..], columns) } else { words[row].into() };
        paint::text(cells, area, (area.x + from, y), &row, style);
    }
}
