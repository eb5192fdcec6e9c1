//! The status line: which room, how many are in it, what is kept, how the link is.

use crate::keep;
use crate::link::Security;
use crate::room::Room;
use crate::screen::panels::{Panel, is_shown};
use crate::state::{Link, Server, State};
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use crate::widget::timeline::COUNTED_MAX;
use crate::wrap;
use chat_proto::frame::{Door, Lock};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

/// From here on, who may come in is said in a sentence.
const SENTENCE_COLUMNS: u16 = 76;
/// From here on, everything is.
const WIDE_COLUMNS: u16 = 98;

pub fn draw(state: &State, room: &Room, area: Rect, buffer: &mut Buffer) {
    let theme = state.theme;
    buffer.set_style(area.intersection(buffer.area), theme.ground(Ground::Panel));
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let gap = gap(inner.width);
    let facts = facts(state, room, inner.width);
    let pieces: Vec<(&str, Style)> = facts
        .iter()
        .flat_map(|(words, ink)| [(gap, theme.ink(Ink::Muted)), (words.as_str(), theme.ink(*ink))])
        .collect();
    let right = paint::pieces_right(buffer, inner, inner.y, &pieces);
    let left = Rect { width: right.saturating_sub(inner.x), ..inner };
    let behind = paint::text(buffer, left, (left.x, left.y), &room.called(), theme.ink(Ink::Accent).bold());
    let behind = paint::text(buffer, left, (behind, left.y), doubt(state, room), theme.ink(Ink::Warning).bold());
    let topic = wrap::cut(&room.topic, usize::from(left.right().saturating_sub(behind + 2)));
    paint::text(buffer, left, (behind + 2, left.y), &topic, theme.ink(Ink::Text));
}

fn gap(columns: u16) -> &'static str {
    if columns < WIDE_COLUMNS { "  " } else { "   " }
}

/// What stands on the right: the more of it, the wider the screen.
fn facts(state: &State, room: &Room, columns: u16) -> Vec<(String, Ink)> {
    let name = format!("{}{}", room.called(), doubt(state, room));
    let (sign, words, ink) = link(&state.link);
    if columns < 30 {
        return elsewhere(state).into_iter().chain([(sign.to_owned(), ink)]).collect();
    }
    let mut facts = match room.is_over {
        true => vec![(over(room).to_owned(), Ink::Warning)],
        false => vec![(format!("{} here", room.members.present()), Ink::Muted), entrance(room, columns)],
    };
    if columns >= 60 {
        facts.push((keep::told(&room.label, columns), Ink::Muted));
    }
    if let Some(word) = state.attendance.away() {
        facts.push((away(word, columns), Ink::Warning));
    }
    if state.server == Server::Here {
        facts.push(("hosting".to_owned(), Ink::Accent));
    }
    if is_encrypted(state) {
        facts.push(("TLS".to_owned(), Ink::Muted));
    }
    facts.extend(elsewhere(state));
    facts.push((format!("{sign} {words}"), ink));
    let is_short = columns < 50 && words.len() > 9;
    if is_short || !leave_the_name(&facts, &name, columns) {
        facts.pop();
        facts.push((sign.to_owned(), ink));
    }
    while facts.len() > 1 && !leave_the_name(&facts, &name, columns) {
        facts.remove(0);
    }
    facts
}

/// A room that the reader is out of may well go on for others.
fn over(room: &Room) -> &'static str {
    if room.farewell.is_none() { "ended" } else { "over for you" }
}

/// That the reader is away, with their word where there is place for it.
fn away(word: &str, columns: u16) -> String {
    match columns < WIDE_COLUMNS || word.is_empty() {
        true => "away".to_owned(),
        false => format!("away: {}", wrap::cut(word, 24)),
    }
}

/// That the other one of a conversation came with another key than last time.
fn doubt(state: &State, room: &Room) -> &'static str {
    if room.peer().is_some_and(|peer| state.people.is_changed(peer)) { "!" } else { "" }
}

/// Half a code looks like a code, half a name like a name: nothing may push it out.
fn leave_the_name(facts: &[(String, Ink)], name: &str, columns: u16) -> bool {
    let taken: usize = facts.iter().map(|(words, _)| wrap::width(gap(columns)) + wrap::width(words)).sum();
    wrap::width(name) + taken <= usize::from(columns)
}

/// What is unread in other rooms, and whether it is for the reader, unless the list of rooms tells.
fn elsewhere(state: &State) -> Option<(String, Ink)> {
    let unread = state.news_elsewhere();
    if unread.is_none() || is_shown(state, Panel::Rooms) {
        return None;
    }
    match unread.mentions {
        0 => Some((format!("+{}", unread.words()), Ink::Accent)),
        mentions => Some((format!("+{} @{}", unread.words(), mentions.min(COUNTED_MAX)), Ink::Warning)),
    }
}

/// Whether nobody in between can read along. Without a connection there is nothing to say about it.
fn is_encrypted(state: &State) -> bool {
    state.is_up() && matches!(state.security, Some(Security::Tls { .. }))
}

/// Who may come in.
fn entrance(room: &Room, columns: u16) -> (String, Ink) {
    let is_wide = columns >= SENTENCE_COLUMNS;
    let (words, ink) = match (room.lock, room.door) {
        (_, Door::Direct) => ("between you two", Ink::Muted),
        (Lock::Locked, _) => ("locked", Ink::Accent),
        (Lock::Unlocked, Door::Private) if is_wide => ("invite only", Ink::Accent),
        (Lock::Unlocked, Door::Private) => ("private", Ink::Accent),
        (Lock::Unlocked, Door::Open) if is_wide => ("anyone with the code", Ink::Muted),
        (Lock::Unlocked, Door::Open) => ("open", Ink::Muted),
    };
    (words.to_owned(), ink)
}

/// How the link is: a sign, and words for it.
pub fn link(link: &Link) -> (&'static str, String, Ink) {
    match link {
        Link::Up { latency: Some(latency) } => ("●", millis(*latency), Ink::Good),
        Link::Up { latency: None } => ("●", "connected".to_owned(), Ink::Good),
        Link::Idle | Link::Connecting => ("◌", "connecting".to_owned(), Ink::Warning),
        Link::Down { .. } => ("○", "reconnecting".to_owned(), Ink::Warning),
        Link::Ended(_) => ("○", "not connected".to_owned(), Ink::Error),
    }
}

fn millis(latency: Duration) -> String {
    match latency.as_millis() {
        0 => "<1 ms".to_owned(),
        millis @ 1..10_000 => format!("{millis} ms"),
        millis => format!("{} s", millis / 1000),
    }
}
