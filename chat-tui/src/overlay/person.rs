//! A person's key, in a form to compare aloud; and the reader's own.

use crate::keymap::Context;
use crate::people::Whois;
use crate::room::Room;
use crate::state::State;
use crate::theme::Ink;
use crate::widget::members::Person;
use crate::widget::paint;
use crate::widget::timeline::name;
use crate::wrap;
use chat_proto::frame::{HeldName, Presence, Role, Voice};
use chat_proto::text::visible_line;
use chat_proto::{Fingerprint, PersonId, UnixMillis};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: u16 = 62;
/// Columns for a label, before what it is about.
const LABEL_COLUMNS: usize = 8;
/// Below this, there is no room for labels, air and a border.
const ROOMY_COLUMNS: u16 = 58;
const AIRY_ROWS: u16 = 16;
/// From here on, how to leave stands beside the name.
const BESIDE_COLUMNS: u16 = 40;
/// Names of one's own that are listed; a key has eight, and as many may rest.
const NAMES_MAX: usize = 24;

/// A line of the box.
enum Line {
    Blank,
    Words(String, Ink),
    Fact(&'static str, String, Ink),
}

/// What is known of somebody.
pub fn draw_whois(whois: Whois, state: &State, area: Rect, buffer: &mut Buffer) {
    let known = state.room().and_then(|room| room.members.get(whois.person));
    let shown = known.map_or_else(|| written_as(state, whois.person), |known| known.name.clone());
    let mut lines = vec![Line::Words(shown.clone(), Ink::Strong)];
    lines.extend(fingerprints(whois.key, area));
    lines.push(Line::Blank);
    if let Some((was, since)) = whois.was {
        lines.extend(change(&shown, was, since, state));
    }
    lines.push(Line::Fact("role", standing(state.room(), whois.person), Ink::Text));
    lines.push(Line::Fact("now", presence(known), Ink::Text));
    lines.push(Line::Fact("known", format!("since {}", day(state, whois.since)), Ink::Text));
    lines.push(Line::Blank);
    let advice = format!("Ask {shown} over another channel what /whoami shows there: it must be the same.");
    lines.push(Line::Words(advice, Ink::Muted));
    draw(&lines, state, area, buffer);
}

/// The reader's own fingerprint and names.
pub fn draw_whoami(state: &State, area: Rect, buffer: &mut Buffer) {
    let own = state.name.as_ref().map_or_else(|| "you".to_owned(), ToString::to_string);
    let mut lines = vec![Line::Words(format!("{own}, you"), Ink::Strong)];
    lines.extend(fingerprints(state.key, area));
    lines.push(Line::Blank);
    if let (Some(person), Some(room)) = (state.person, state.room()) {
        lines.push(Line::Fact("role", standing(Some(room), person), Ink::Text));
    }
    match &state.names {
        Some(names) => lines.extend(names.iter().take(NAMES_MAX).enumerate().map(held)),
        None if state.is_up() => lines.push(Line::Fact("names", "asking the server…".to_owned(), Ink::Muted)),
        None => lines.push(Line::Fact("names", "not connected".to_owned(), Ink::Muted)),
    }
    lines.push(Line::Blank);
    let advice = "Whoever asks /whois about you must see the same.".to_owned();
    lines.push(Line::Words(advice, Ink::Muted));
    draw(&lines, state, area, buffer);
}

/// The short one to read aloud, and the whole one, in two halves where it does not fit.
fn fingerprints(key: Fingerprint, area: Rect) -> [Line; 2] {
    let mut whole = key.to_string();
    if usize::from(area.width) < whole.len() + 2 {
        whole.insert(whole.len() / 2, '\n');
    }
    [Line::Words(key.short(), Ink::Accent), Line::Words(whole, Ink::Muted)]
}

fn change(shown: &str, was: Fingerprint, since: UnixMillis, state: &State) -> [Line; 5] {
    let reason = format!(
        "Either {shown} has a new key, or the name was free and somebody else took it. From now on this key counts as known."
    );
    [
        Line::Fact("!", "not the key of last time".to_owned(), Ink::Warning),
        Line::Fact("was", was.short(), Ink::Warning),
        Line::Fact("", format!("since {}", day(state, since)), Ink::Warning),
        Line::Words(reason, Ink::Text),
        Line::Blank,
    ]
}

fn written_as(state: &State, person: PersonId) -> String {
    state.room().and_then(|room| room.timeline.name_of(person)).unwrap_or("?").to_owned()
}

fn standing(room: Option<&Room>, person: PersonId) -> String {
    let Some(known) = room.and_then(|room| room.members.get(person)) else { return "no member".to_owned() };
    let role = match known.role {
        Role::Owner => "owner",
        Role::Operator => "operator",
        Role::Member => "member",
    };
    match known.voice {
        Voice::Free => role.to_owned(),
        Voice::Muted => format!("{role}, muted"),
    }
}

fn presence(known: Option<&Person>) -> String {
    match known.map(|known| &known.presence) {
        None => "not here".to_owned(),
        Some(Presence::Here) => "here".to_owned(),
        Some(Presence::Idle) => "idle".to_owned(),
        Some(Presence::Away(word)) if word.is_empty() => "away".to_owned(),
        Some(Presence::Away(word)) => format!("away: {}", visible_line(word)),
        Some(Presence::Gone) => "gone; may come back".to_owned(),
    }
}

fn day(state: &State, time: UnixMillis) -> String {
    state.zone.day(time)
}

fn held((n, held): (usize, &HeldName)) -> Line {
    const HOUR_MS: u64 = 3_600_000;
    let (label, name) = (if n == 0 { "names" } else { "" }, name(&held.name));
    match held.rests_ms {
        None => Line::Fact(label, name, Ink::Text),
        Some(ms) => Line::Fact(label, format!("{name}, given up; yours for {} h", ms.div_ceil(HOUR_MS)), Ink::Muted),
    }
}

fn draw(lines: &[Line], state: &State, area: Rect, buffer: &mut Buffer) {
    let is_roomy = area.width >= ROOMY_COLUMNS;
    let side = if is_roomy { 3 } else { u16::from(area.width > 24) };
    let columns = usize::from(COLUMNS.min(area.width).saturating_sub(2 * side).max(1));
    let is_airy = area.height >= AIRY_ROWS;
    let mut rows: Vec<Vec<(usize, String, Ink)>> = Vec::new();
    for line in lines.iter().filter(|line| is_airy || !matches!(line, Line::Blank)) {
        rows.extend(rows_of(line, columns, is_roomy));
    }
    let air = u16::from(is_airy && is_roomy);
    let fits = usize::from(area.height.saturating_sub(2 * air));
    let closes = state.keys.list(Context::Help, "{dismiss} closes ");
    let is_beside = area.width >= BESIDE_COLUMNS;
    rows.truncate(fits.saturating_sub(usize::from(!is_beside)));
    if !is_beside {
        rows.push(vec![(0, closes.clone(), Ink::Muted)]);
    }
    let place = paint::centred(area, COLUMNS, rows.len() as u16 + 2 * air);
    super::question::panel(place, state, buffer);
    if air == 1 {
        paint::border(buffer, place, state.theme.ink(Ink::Rule));
    }
    if is_beside {
        let closes = [(closes.as_str(), state.theme.ink(Ink::Muted))];
        let inner = Rect { width: place.width - side, ..place };
        paint::pieces_right(buffer, inner, place.y + air, &closes);
    }
    for (y, row) in (place.y + air..place.bottom()).zip(&rows) {
        for (column, words, ink) in row {
            paint::text(buffer, place, (place.x + side + *column as u16, y), words, state.theme.ink(*ink));
        }
    }
}

fn rows_of(line: &Line, columns: usize, is_roomy: bool) -> Vec<Vec<(usize, String, Ink)>> {
    let (label, words, ink) = match line {
        Line::Blank => return vec![Vec::new()],
        Line::Words(words, ink) | Line::Fact("", words, ink) => ("", words.clone(), *ink),
        Line::Fact(label, words, ink) if is_roomy => (*label, words.clone(), *ink),
        Line::Fact(label, words, ink) => ("", format!("{label} {words}"), *ink),
    };
    let indent = if is_roomy && matches!(line, Line::Fact(..)) { LABEL_COLUMNS } else { 0 };
    let wrapped = wrap::rows(&words, columns.saturating_sub(indent));
    let mut rows: Vec<Vec<_>> = wrapped.into_iter().map(|row| vec![(indent, words[row].to_owned(), ink)]).collect();
    let label_ink = if label == "!" { Ink::Warning } else { Ink::Muted };
    rows[0].insert(0, (0, label.to_owned(), label_ink));
    rows
}
