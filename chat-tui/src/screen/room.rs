//! The room's screen: where its parts stand, and what is around the talk.

mod hints;
mod notice;

pub use notice::fits;

use crate::find::Find;
use crate::keymap::Context;
use crate::room::Room;
use crate::screen::panels::Panels;
use crate::state::State;
use crate::theme::Ink;
use crate::view::Drawn;
use crate::widget::timeline::{self, Crowd, Look};
use crate::widget::{composer, find, members, paint, rooms, status};
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From here on, a line divides timeline and composer, and hints stand below.
const FRILLS_FROM_ROWS: u16 = 12;

/// Where the parts of the screen stand. Parts without a place are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub status: Rect,
    pub rooms: Rect,
    pub timeline: Rect,
    pub members: Rect,
    pub banner: Rect,
    pub notice: Rect,
    pub rule: Rect,
    pub about: Rect,
    pub composer: Rect,
    pub hints: Rect,
}

impl Places {
    pub fn of(state: &State) -> Self {
        let (columns, rows) = (state.columns, state.rows);
        let has_frills = rows >= FRILLS_FROM_ROWS;
        let composer = if state.is_finding() { 1 } else { state.composer().height(columns) };
        let composer = composer.clamp(1, (rows / 3).max(1));
        let mut bottom = rows;
        let mut take = |height: u16| {
            let height = height.min(bottom.saturating_sub(2));
            bottom -= height;
            Rect { x: 0, y: bottom, width: columns, height }
        };
        let hints = take(u16::from(has_frills));
        let composer = take(composer);
        let about = take(u16::from(state.room().is_some_and(|room| room.about.is_some())));
        let rule = take(u16::from(has_frills));
        let notice = take(notice::rows(state));
        let banner = take(u16::from(notice::banner(state).is_some()));
        let panels = Panels::of(state);
        let middle = columns - panels.rooms - panels.members;
        let timeline = Rect { x: panels.rooms, y: 1.min(rows), width: middle, height: bottom.saturating_sub(1) };
        Self {
            status: Rect { x: 0, y: 0, width: columns, height: 1.min(rows) },
            rooms: Rect { x: 0, width: panels.rooms, ..timeline },
            members: Rect { x: timeline.right(), width: panels.members, ..timeline },
            timeline,
            banner,
            notice,
            rule,
            about,
            composer,
            hints,
        }
    }

    pub fn look<'a>(&self, state: &'a State) -> Look<'a> {
        Look { columns: self.timeline.width, rows: self.timeline.height, zone: &state.zone, theme: state.theme }
    }
}

/// Draws the room, and says where the cursor and the links are.
pub fn draw(state: &State, cells: &mut Buffer) -> Drawn {
    let Some(room) = state.room() else { return Drawn::default() };
    let places = Places::of(state);
    status::draw(state, room, places.status, cells);
    let finding = state.find.as_ref().filter(|_| state.is_finding());
    let needle = finding.and_then(Find::needle);
    let crowd = Crowd { reader: state.reader(), members: &room.members };
    let links = timeline::draw(&room.timeline, crowd, needle, &places.look(state), &state.keys, places.timeline, cells);
    if !places.rooms.is_empty() {
        rooms::draw(state, places.rooms, cells);
    }
    if !places.members.is_empty() {
        members::draw(&room.members, state.reader(), state.theme, (places.members, None), cells);
    }
    notice::draw_banner(state, places.banner, cells);
    notice::draw(state, places.notice, cells);
    paint::rule(cells, places.rule, places.rule.y, 0, places.rule.width, state.theme.ink(Ink::Rule));
    draw_about(state, room, places.about, cells);
    hints::draw(state, places.hints, cells);
    let cursor = match finding {
        Some(finding) => find::draw(finding, state.theme, places.composer, cells),
        None => composer::draw(state.composer(), state.theme, places.composer, cells),
    };
    Drawn { cursor, links }
}

/// Which message is answered or edited, and how to leave that.
fn draw_about(state: &State, room: &Room, area: Rect, cells: &mut Buffer) {
    let Some((what, text)) = room.about.as_ref().map(|about| about.line(room)) else { return };
    let keys = state.keys.list(Context::Room, if area.width < 30 { "" } else { "{dismiss} cancels " });
    let end = paint::pieces_right(cells, area, area.y, &[(&keys, state.theme.ink(Ink::Faint))]);
    let left = Rect { width: end.saturating_sub(area.x + 2), ..area };
    let behind = paint::text(cells, left, (left.x + 3, left.y), &what, state.theme.ink(Ink::Accent));
    let text = wrap::cut(&text, usize::from(left.right().saturating_sub(behind + 1)));
    paint::text(cells, left, (behind + 1, left.y), &text, state.theme.ink(Ink::Muted));
}
