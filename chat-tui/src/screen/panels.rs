//! The panels beside the timeline: rooms on its left, people on its right, as far as the window has place for them.

use crate::state::State;

/// From here on, one panel has a place beside the timeline.
const ONE_FROM_COLUMNS: u16 = 78;
/// From here on, both have, and the text is as wide as beside one in a window of 80 columns.
const BOTH_FROM_COLUMNS: u16 = 100;
/// A code, a word of a topic and what is unread need no more.
const ROOMS_COLUMNS: u16 = 20;
const MEMBERS_COLUMNS: u16 = 20;
/// From here on, the list of people is wider: names have company.
const WIDE_FROM_COLUMNS: u16 = 110;
const WIDE_MEMBERS_COLUMNS: u16 = 26;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    Rooms,
    Members,
}

/// The columns of each; none for one that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panels {
    pub rooms: u16,
    pub members: u16,
}

impl Panels {
    pub fn of(state: &State) -> Self {
        let members = if state.columns >= WIDE_FROM_COLUMNS { WIDE_MEMBERS_COLUMNS } else { MEMBERS_COLUMNS };
        let columns = |panel, columns| if is_shown(state, panel) { columns } else { 0 };
        Self { rooms: columns(Panel::Rooms, ROOMS_COLUMNS), members: columns(Panel::Members, members) }
    }
}

/// Whether the window is wide enough for a panel.
pub fn has_place(state: &State) -> bool {
    state.columns >= ONE_FROM_COLUMNS
}

/// Whether this panel is on the screen.
pub fn is_shown(state: &State, panel: Panel) -> bool {
    let is_alone = !is_wanted(state, Panel::Rooms) || !is_wanted(state, Panel::Members);
    is_wanted(state, panel)
        && match state.columns {
            0..ONE_FROM_COLUMNS => false,
            ONE_FROM_COLUMNS..BOTH_FROM_COLUMNS => is_alone || state.preferred_panel == panel,
            BOTH_FROM_COLUMNS.. => true,
        }
}

/// A list of one room tells nothing.
fn is_wanted(state: &State, panel: Panel) -> bool {
    match panel {
        Panel::Rooms => state.are_rooms_wanted && state.rooms.len() > 1,
        Panel::Members => state.are_members_wanted,
    }
}
