//! Questions: what cannot be taken back is asked first.

use crate::keymap::Context;
use crate::room::Room;
use crate::state::{Server, State};
use crate::theme::{Ground, Ink};
use crate::widget::paint;
use crate::widget::timeline::Quote;
use crate::wrap;
use chat_proto::{RoomId, Seq};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Quit,
    /// Whether a room is to be given up that ends with its reader.
    Leave {
        room: RoomId,
    },
    /// Whether so much is to be sent.
    SendLong,
    /// Whether all that the reader said here is to be erased.
    Forget,
    /// Whether a message is to be taken away.
    Delete {
        room: RoomId,
        target: Seq,
    },
}

const COLUMNS: u16 = 50;
const LAST_ONE: &str = "You are the last one here: the room and its history end with you.";
/// Columns of a message that is asked about: two rows of the panel at most.
const DELETED_COLUMNS: usize = 80;

impl Question {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Quit => "Quit?",
            Self::Leave { .. } => "Leave this room?",
            Self::SendLong => "Send all of this?",
            Self::Forget => "Erase everything that you have said here?",
            Self::Delete { .. } => "Delete this message for everybody?",
        }
    }

    fn keys(self) -> &'static str {
        match self {
            Self::Quit => "{yes} quit   {no} stay",
            Self::Leave { .. } => "{yes} leave   {no} stay",
            Self::SendLong => "{yes} send   {no} edit   {discard} discard",
            Self::Forget => "{yes} erase   {no} keep",
            Self::Delete { .. } => "{yes} delete   {no} keep",
        }
    }

    /// What would be lost or done.
    pub(crate) fn consequences(self, state: &State) -> Vec<(String, Ink)> {
        match self {
            Self::Quit => quitting(state),
            Self::Leave { .. } => vec![(LAST_ONE.to_owned(), Ink::Warning)],
            Self::Forget => forgetting(state),
            Self::Delete { room, target } => deleting(state, room, target),
            Self::SendLong => {
                let composer = state.composer();
                vec![(
                    format!("{} lines, {} bytes, as one message", composer.lines(), composer.text().len()),
                    Ink::Text,
                )]
            }
        }
    }
}

fn quitting(state: &State) -> Vec<(String, Ink)> {
    let guests = match state.guests() {
        0 if state.server == Server::Here => {
            Some("You are hosting: every room on this server ends with you.".to_owned())
        }
        0 => None,
        1 => Some("You are hosting: somebody else is here, and the room ends with you.".to_owned()),
        many => Some(format!("You are hosting: {many} others are here, and the room ends with you.")),
    };
    let unsent = match state.undelivered() {
        0 => None,
        1 => Some("A message is not delivered yet; it is kept, and sent if its room is still there.".to_owned()),
        many => Some(format!(
            "{many} messages are not delivered yet; they are kept, and sent if their room is still there."
        )),
    };
    let is_last = state.room().is_some_and(Room::ends_with_reader);
    let last = is_last.then(|| LAST_ONE.to_owned());
    let last = last.into_iter().chain(ending_elsewhere(state));
    let warnings: Vec<_> = guests.into_iter().chain(last).chain(unsent).map(|words| (words, Ink::Warning)).collect();
    match (warnings.is_empty(), state.room()) {
        (true, Some(room)) => vec![(way_back(room), Ink::Muted)],
        _ => warnings,
    }
}

/// The rooms that are not on the screen and end with the reader.
fn ending_elsewhere(state: &State) -> Option<String> {
    let mut ending = state.rooms_that_end();
    ending.retain(|room| state.current != Some(room.id));
    match ending[..] {
        [] => None,
        [room] => Some(format!("You are the last one in {}: it and its history end with you.", room.called())),
        ref many => {
            Some(format!("You are the last one in {} other rooms: they and their history end with you.", many.len()))
        }
    }
}

fn way_back(room: &Room) -> String {
    match room.typed_code() {
        Some(code) => format!("{code} finds the room again while it lasts."),
        None => format!("What {} says meanwhile is here when you come back.", room.called().trim_start_matches('@')),
    }
}

fn forgetting(state: &State) -> Vec<(String, Ink)> {
    let gone = "Your messages go from the server, and from every screen that is connected. That they were there stays to be seen.";
    let kept = "Nobody can take back what others have read, copied or logged.";
    let waiting = state.room().is_some_and(|room| room.timeline.undelivered() > 0);
    let waiting = waiting.then_some("What waits to be sent goes out before, and is erased as well.");
    let rows = [(gone, Ink::Text), (kept, Ink::Warning)].into_iter().chain(waiting.map(|words| (words, Ink::Text)));
    rows.map(|(words, ink)| (words.to_owned(), ink)).collect()
}

fn deleting(state: &State, room: RoomId, target: Seq) -> Vec<(String, Ink)> {
    let Some(room) = state.rooms.get(&room) else { return Vec::new() };
    let Quote { name, text } = room.timeline.quote(target);
    let words = name.map_or_else(|| text.clone(), |name| format!("{name}  {text}"));
    let kept = "Nobody can take back what others have read, copied or logged.";
    vec![(wrap::cut(&words, DELETED_COLUMNS).into_owned(), Ink::Text), (kept.to_owned(), Ink::Muted)]
}

/// Draws the question in the middle.
pub fn draw(question: Question, state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = state.theme;
    let columns = usize::from(COLUMNS.min(area.width).saturating_sub(6).max(1));
    let title = wrap::rows(question.title(), columns);
    let mut rows: Vec<_> =
        title.into_iter().map(|row| (question.title()[row].to_owned(), theme.ink(Ink::Strong))).collect();
    for (words, ink) in question.consequences(state) {
        rows.extend(wrap::rows(&words, columns).into_iter().map(|row| (words[row].to_owned(), theme.ink(ink))));
    }
    let keys = state.keys.list(Context::Question, question.keys());
    let keys: Vec<_> =
        wrap::rows(&keys, columns).into_iter().map(|row| (keys[row].to_owned(), theme.ink(Ink::Accent))).collect();
    // In the smallest window, how to answer counts more.
    rows.truncate(usize::from(area.height).saturating_sub(keys.len()));
    if usize::from(area.height) > rows.len() + keys.len() + 3 {
        rows.push((String::new(), theme.ink(Ink::Text)));
    }
    rows.extend(keys);
    let air = u16::from(area.height >= rows.len() as u16 + 2);
    let place = paint::centred(area, COLUMNS, rows.len() as u16 + 2 * air);
    panel(place, state, buffer);
    if air == 1 {
        paint::border(buffer, place, theme.ink(Ink::Rule));
    }
    for (y, (words, style)) in (place.y + air..place.bottom()).zip(&rows) {
        paint::text(buffer, place, (place.x + 3, y), words, *style);
    }
}

/// An empty panel over whatever was there.
pub(super) fn panel(place: Rect, state: &State, buffer: &mut Buffer) {
    Clear.render(place.intersection(buffer.area), buffer);
    buffer.set_style(place.intersection(buffer.area), state.theme.ground(Ground::Overlay));
}
