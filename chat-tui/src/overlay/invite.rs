//! The invite: the line that others paste, and a QR code of it.
//!
//! It takes the whole width and has no border at its sides, so that a terminal's own selection takes the line and
//! nothing else; the client reads it with the breaks in it.

use crate::keymap::Context;
use crate::qr::Qr;
use crate::share::{self, View};
use crate::state::State;
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use crate::wrap;
use chat_proto::Invite;
use chat_proto::frame::{Door, Lock};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns at either side.
fn margin(area: Rect) -> u16 {
    if area.width < 30 { 1 } else { 3 }
}

fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2 * margin(area)).max(1))
}

const LINE_KEYS: &str = "{turn} shows a QR code   {dismiss} closes";
const COPIED: &str = "It is copied. If pasting brings something else, select it.";
const COPIED_UNSEEN: &str = "The line is copied; a larger window shows it.";
const CLOSES: &str = "{dismiss} closes";
const QR_KEYS: &str = "{turn} shows the line   {dismiss} closes";

/// What an invite that was asked for is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be said below a room that was just opened.
    Hint,
    Show(View),
}

/// An invite as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    title: String,
    line: String,
    /// What the QR code says.
    link: String,
    who: &'static str,
    warning: Option<&'static str>,
}

impl Invitation {
    pub fn new(invite: &Invite, door: Door, lock: Lock) -> Self {
        let title = invite.code.map_or_else(|| "Invite".to_owned(), |code| format!("Invite to {code}"));
        let warning = share::is_local(invite).then_some(share::LOCAL);
        Self { title, line: share::line(invite), link: invite.to_string(), who: share::who(door, lock), warning }
    }
}

/// Draws one side of the invite that there is.
pub fn draw(view: View, state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(invitation) = &state.invitation else { return };
    match view {
        View::Line => draw_line(invitation, state, area, buffer),
        View::Qr => draw_qr(invitation, state, area, buffer),
    }
}

type Row = (String, Style);

fn draw_line(invitation: &Invitation, state: &State, area: Rect, buffer: &mut Buffer) {
    let ink = |ink| state.theme.ink(ink);
    let rows = |words: &str, style: Style| -> Vec<Row> {
        wrap::rows(words, columns(area)).into_iter().map(|row| (words[row].to_owned(), style)).collect()
    };
    let mut parts = vec![
        vec![(invitation.title.clone(), ink(Ink::Strong))],
        rows(&invitation.line, ink(Ink::Accent)),
        rows(invitation.who, ink(Ink::Text)),
        rows(COPIED, ink(Ink::Muted)),
        rows(&state.keys.list(Context::Invite, LINE_KEYS), ink(Ink::Accent)),
    ];
    if let Some(warning) = invitation.warning {
        parts.insert(3, rows(warning, ink(Ink::Warning)));
    }
    match parts.iter().map(Vec::len).sum::<usize>() <= usize::from(area.height) {
        true => draw_parts(&parts, state, area, buffer),
        // Half a line is none.
        false => draw_note(&invitation.title, COPIED_UNSEEN, CLOSES, state, area, buffer),
    }
}

/// The parts from top to bottom, with air between them if there is any.
fn draw_parts(parts: &[Vec<Row>], state: &State, area: Rect, buffer: &mut Buffer) {
    let height: usize = parts.iter().map(Vec::len).sum();
    let is_airy = usize::from(area.height) >= height + parts.len() + 3;
    let mut rows: Vec<Row> = Vec::new();
    for part in parts {
        if is_airy && !rows.is_empty() {
            rows.push((String::new(), Style::new()));
        }
        rows.extend(part.iter().cloned());
    }
    let air = u16::from(is_airy);
    let place = paint::centred(area, area.width, rows.len() as u16 + 4 * air);
    panel(place, air, state, buffer);
    for (y, (words, style)) in (place.y + 2 * air..place.bottom()).zip(&rows) {
        paint::text(buffer, place, (place.x + margin(area), y), words, *style);
    }
}

/// Between two lines; none at the sides.
fn panel(place: Rect, air: u16, state: &State, buffer: &mut Buffer) {
    super::question::panel(place, state, buffer);
    if air == 1 {
        for y in [place.y, place.bottom().saturating_sub(1)] {
            paint::rule(buffer, place, y, place.x, place.right(), state.theme.ink(Ink::Rule));
        }
    }
}

fn draw_qr(invitation: &Invitation, state: &State, area: Rect, buffer: &mut Buffer) {
    let qr = Qr::of(&invitation.link);
    match qr.map(|qr| (qr.columns(), qr.rows())) {
        Some((columns, rows)) if columns <= usize::from(area.width) && rows.len() <= usize::from(area.height) => {
            draw_code(&invitation.title, &rows, columns as u16, state, area, buffer);
        }
        Some((columns, rows)) => {
            let words = format!("The QR code needs {columns} columns and {} rows.", rows.len());
            draw_note(&invitation.title, &words, QR_KEYS, state, area, buffer);
        }
        None => draw_note(&invitation.title, "No QR code holds a line as long as this.", QR_KEYS, state, area, buffer),
    }
}

/// A sentence instead of what cannot be drawn.
fn draw_note(title: &str, words: &str, keys: &str, state: &State, area: Rect, buffer: &mut Buffer) {
    let keys = state.keys.list(Context::Invite, keys);
    let rows = |words: &str, ink: Ink| -> Vec<Row> {
        let rows = wrap::rows(words, columns(area)).into_iter();
        rows.map(|row| (words[row].to_owned(), state.theme.ink(ink))).collect()
    };
    let mut parts = vec![rows(title, Ink::Strong), rows(words, Ink::Text), rows(&keys, Ink::Accent)];
    // In the smallest window, how to leave counts more than what it is about.
    if parts.iter().map(Vec::len).sum::<usize>() > usize::from(area.height) {
        parts.remove(0);
    }
    draw_parts(&parts, state, area, buffer);
}

/// The code in the middle, with what is said about it where it leaves a row for that.
fn draw_code(title: &str, rows: &[String], columns: u16, state: &State, area: Rect, buffer: &mut Buffer) {
    super::question::panel(area, state, buffer);
    let place = Rect { height: rows.len() as u16, ..area };
    let spare = area.height - place.height;
    let place = paint::centred(
        Rect { y: area.y + spare.min(1), height: area.height - spare.min(1), ..area },
        columns,
        place.height,
    );
    if spare > 0 {
        draw_caption(title, place.x, state, area, buffer);
    }
    let paper = state.theme.ground(Ground::Paper).patch(state.theme.ink(Ink::OnPaper));
    for (y, row) in (place.top()..place.bottom()).zip(rows) {
        paint::text(buffer, place, (place.x, y), row, paper);
    }
}

/// What it is and which keys it knows, above the code; where both do not fit, the keys.
fn draw_caption(title: &str, from: u16, state: &State, area: Rect, buffer: &mut Buffer) {
    let both = format!("{title}   ");
    let keys = state.keys.list(Context::Invite, QR_KEYS);
    let fits = |words: &str| wrap::width(words) + wrap::width(&keys) <= usize::from(area.width);
    let title = if fits(&both) { both.as_str() } else { "" };
    let columns = (wrap::width(title) + wrap::width(&keys)) as u16;
    let x = from.min(area.right().saturating_sub(columns)).max(area.x);
    let words = [(title, state.theme.ink(Ink::Strong)), (&keys, state.theme.ink(Ink::Muted))];
    paint::pieces(buffer, area, (x, area.y), &words);
}
