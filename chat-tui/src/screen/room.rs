//! The room's screen: where its parts stand, and what is around the talk.

mod alone;
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
use crate::widget::{completions, composer, find, members, paint, rooms, status};
use crate::wrap;
use crate::zone::Zone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From here on, a line divides timeline and composer, and hints stand below.
const FRILLS_FROM_ROWS: u16 = 12;
/// From here on, groups of messages have air between them, whatever comes and goes below them.
const AIR_FROM_ROWS: u16 = 18;

/// Where the parts of the screen stand. Parts without a place are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub status: Rect,
    pub rooms: Rect,
    pub timeline: Rect,
    pub members: Rect,
    pub banner: Rect,
    pub notice: Rect,
    /// What the word that is being typed may become.
    pub choices: Rect,
    pub rule: Rect,
    pub about: Rect,
    pub composer: Rect,
    pub hints: Rect,
}

impl Places {
    pub fn of(state: &State) -> Self {
        let (columns, rows) = (state.columns, state.rows);
        let has_frills = rows >= FRILLS_FROM_ROWS;
        let most = (rows / 3).max(1);
        let composer = if state.is_finding() { 1 } else { state.composer().height(columns, most) };
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
        let choices = take(completions::height(state));
        let notice = take(notice::rows(state));
        let banner = take(notice::banner_rows(state));
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
            choices,
            rule,
            about,
            composer,
            hints,
        }
    }

    pub fn look<'a>(&self, state: &'a State) -> Look<'a> {
        self.look_in(state, &state.zone)
    }

    /// The same, where the zone has been taken out of the state.
    pub fn look_in<'a>(&self, state: &State, zone: &'a Zone) -> Look<'a> {
        let has_air = state.rows >= AIR_FROM_ROWS;
        Look { columns: self.timeline.width, rows: self.timeline.height, has_air, zone, theme: state.theme }
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
    let look = places.look(state);
    let links = timeline::draw(&room.timeline, crowd, needle, &look, &state.keys, places.timeline, cells);
    alone::draw(state, room, &look, places.timeline, cells);
    if !places.rooms.is_empty() {
        rooms::draw(state, places.rooms, cells);
    }
    if !places.members.is_empty() {
        let way = way_to_speak(state, room);
        let panel = members::Panel { area: places.members, chosen: None, way: &way };
        members::draw(&room.members, state.reader(), state.theme, panel, cells);
    }
    notice::draw_banner(state, places.banner, cells);
    notice::draw(state, places.notice, cells);
    completions::draw(state, places.choices, cells);
    paint::rule(cells, places.rule, places.rule.y, 0, places.rule.width, state.theme.ink(Ink::Rule));
    draw_about(state, room, places.about, cells);
    hints::draw(state, places.hints, cells);
    if hints::stand_in_for_composer(state, places.hints) {
        hints::draw(state, places.composer, cells);
        return Drawn { cursor: None, links };
    }
    let cursor = match finding {
        Some(finding) => find::draw(finding, state.theme, places.composer, cells),
        None => composer::draw(state.composer(), state.theme, places.composer, cells),
    };
    Drawn { cursor, links }
}

/// How somebody of the room is spoken with alone; nothing where nobody else is, or nobody but the two.
fn way_to_speak(state: &State, room: &Room) -> String {
    let is_with_others = room.direct.is_none() && room.members.present() > 1;
    if is_with_others { state.keys.list(Context::Room, "{people} speak alone") } else { String::new() }
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
