//! The client as lines, one after the other: for screen readers, for terminals that can do no more, and for logs. A
//! second view of the same state.
//!
//! ```text
//! state as it was told last, state -> lines      each thing that happens, once
//! state -> what stands in the last line          what is asked, and what is being typed
//! ```
//!
//! No line can be forged: what people wrote goes on indented, and stands behind a time and a name.

mod answers;
mod asked;
mod layout;
mod paper;
mod people;
mod room;
mod settled;

pub use asked::{Asked, asked};
pub use layout::Layout;
pub use paper::Paper;
pub use settled::{has_failed, settled};

use crate::room::Room;
use crate::state::{Link, Notice, Screen, State};
use chat_proto::entry::RoomId;
use chat_proto::text::visible_line;
use std::collections::BTreeMap;

/// What overlays are laid out on: as long as the longest of them.
pub const COLUMNS: u16 = 80;
pub const ROWS: u16 = 200;

/// What the program says, and what went wrong.
const SAYS: &str = "-- ";
const WARNS: &str = "!! ";
/// Before what lies over a screen: some of it was written by others, and must not begin a line.
const SHOWS: &str = "   ";

/// How far the state was told.
#[derive(Debug, Default)]
pub struct Teller {
    rooms: BTreeMap<RoomId, room::Told>,
    current: Option<RoomId>,
    link: LinkTold,
    notice: Option<Notice>,
    /// What was shown over the screen.
    answer: Vec<String>,
    busy: Option<String>,
    error: Option<String>,
    /// What was asked, where every question is a line of its own.
    asked: Option<String>,
}

/// The connection, as far as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum LinkTold {
    #[default]
    Fine,
    Lost,
    Ended,
}

impl Teller {
    /// Everything that is new since it was told last.
    pub fn tell(&mut self, state: &State, layout: Layout) -> Vec<String> {
        let mut lines = Vec::new();
        self.tell_prompt(state, layout, &mut lines);
        self.tell_link(state, layout, &mut lines);
        if let (Screen::Room, Some(room)) = (state.screen, state.room()) {
            self.tell_room(state, room, layout, &mut lines);
        }
        self.tell_notice(state, layout, &mut lines);
        self.tell_answer(state, layout, &mut lines);
        lines
    }

    /// A line was typed: what it brings is told even if it was told before.
    pub fn has_heard(&mut self) {
        self.notice = None;
        self.error = None;
        self.answer = Vec::new();
        self.asked = None;
    }

    /// What is asked, if it was not: for where no line is written into.
    pub fn ask(&mut self, state: &State) -> Option<String> {
        let asked = asked(state);
        let is_question = state.screen == Screen::Prompt && !asked.question.is_empty();
        let question = match asked.typed.as_str() {
            "" => asked.question.trim_end().to_owned(),
            typed => format!("{}[{typed}]", asked.question),
        };
        replaced(&mut self.asked, Some(question).filter(|_| is_question))
    }

    fn tell_prompt(&mut self, state: &State, layout: Layout, lines: &mut Vec<String>) {
        let busy = state.prompt.busy.clone().filter(|_| state.attempt.is_some());
        if let Some(words) = replaced(&mut self.busy, busy) {
            lines.extend(layout.lines(SAYS, &words));
        }
        if let Some(words) = replaced(&mut self.error, state.prompt.error.clone()) {
            lines.extend(layout.lines(WARNS, &words));
        }
    }

    fn tell_link(&mut self, state: &State, layout: Layout, lines: &mut Vec<String>) {
        let now = match &state.link {
            Link::Down { .. } => LinkTold::Lost,
            Link::Ended(_) => LinkTold::Ended,
            // On its way up again, nothing is better yet.
            Link::Connecting => return,
            Link::Idle | Link::Up { .. } => LinkTold::Fine,
        };
        let before = std::mem::replace(&mut self.link, now);
        if before == self.link || state.screen != Screen::Room {
            return;
        }
        let (beginning, words) = match &state.link {
            Link::Down { trouble, .. } => (WARNS, format!("reconnecting: {}", trouble.sentence())),
            Link::Ended(why) => (WARNS, format!("not connected: {}", visible_line(why.as_bytes()))),
            Link::Up { .. } => (SAYS, "connected again".to_owned()),
            Link::Idle | Link::Connecting => return,
        };
        lines.extend(layout.lines(beginning, &words));
    }

    fn tell_room(&mut self, state: &State, room: &Room, layout: Layout, lines: &mut Vec<String>) {
        let told = self.rooms.entry(room.id).or_default();
        if self.current.replace(room.id) != Some(room.id) {
            told.tell_heading(room, layout, lines);
        }
        told.tell(state, room, layout, lines);
        self.rooms.retain(|id, _| state.rooms.contains_key(id));
    }

    fn tell_notice(&mut self, state: &State, layout: Layout, lines: &mut Vec<String>) {
        match replaced(&mut self.notice, state.notice.clone()) {
            Some(Notice::Hint(words) | Notice::Standing(words)) => lines.extend(layout.lines(SAYS, &words)),
            Some(Notice::Problem(words)) => lines.extend(layout.lines(WARNS, &words)),
            None => {}
        }
    }

    fn tell_answer(&mut self, state: &State, layout: Layout, lines: &mut Vec<String>) {
        let answer = state.overlay.map(|overlay| answers::lines(overlay, state)).unwrap_or_default();
        if answer != self.answer {
            lines.extend(answer.iter().flat_map(|line| layout.lines(SHOWS, line)));
            self.answer = answer;
        }
    }
}

/// What is new, if it is anything and not what was there.
fn replaced<T: Clone + PartialEq>(told: &mut Option<T>, now: Option<T>) -> Option<T> {
    if *told == now {
        return None;
    }
    told.clone_from(&now);
    now
}
