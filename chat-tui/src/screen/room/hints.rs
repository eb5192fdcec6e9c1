//! The last row: who is writing, and which keys there are.

use crate::deed::{self, Deed};
use crate::keymap::Context;
use crate::overlay::{Overlay, crowd};
use crate::state::State;
use crate::theme::Ink;
use crate::widget::{find, paint};
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What can be done about the selected message; as much of it in words as there is place for.
fn draw_deeds(state: &State, deeds: &[Deed], area: Rect, cells: &mut Buffer) {
    let words: usize = deeds.iter().map(|deed| deed.words().1.len() + 3).sum();
    let columns = usize::from(area.width);
    let has_words = words <= columns;
    let gap = if words + deeds.len() + 9 <= columns { "  " } else { " " };
    let (accent, muted) = (state.theme.ink(Ink::Accent), state.theme.ink(Ink::Muted));
    let key = |name: &str| state.keys.key(Context::Selected, name).map(|key| key.to_string());
    let keyed: Vec<_> = deeds.iter().map(|deed| deed.words()).map(|(name, word)| (key(name), word)).collect();
    let back = key("unselect").unwrap_or_default();
    let mut pieces = Vec::new();
    for (letter, word) in keyed.iter().filter_map(|(letter, word)| Some((letter.as_deref()?, *word))) {
        pieces.push((letter, accent));
        pieces.extend([(" ", muted), (word, muted)].into_iter().filter(|_| has_words));
        pieces.push((gap, muted));
    }
    if !has_words || gap == "  " {
        pieces.extend([(back.as_str(), accent), (" back ", muted)]);
    }
    paint::pieces_right(cells, area, area.y, &pieces);
}

fn keys(state: &State, columns: u16) -> String {
    let has_rooms = state.rooms.len() > 1;
    let words = match columns {
        0..12 => "",
        12..30 => "{help} help ",
        30..38 => "{send} send · {help} help ",
        38..63 if has_rooms => "{select-earlier} select · {switch} rooms · {help} help ",
        38..63 => "{send} send · {select-earlier} select · {help} help ",
        63..77 if has_rooms => "{send} send · {select-earlier} select a message · {switch} rooms · {help} help ",
        77..97 if has_rooms => {
            "{send} send · {select-earlier} select a message · {find} find · {switch} rooms · {help} help "
        }
        63..83 => "{send} send · {select-earlier} select a message · {find} find · {help} help ",
        _ if has_rooms => {
            "{send} send · {newline} new line · {select-earlier} select a message · {find} find · {switch} rooms · {help} help "
        }
        _ => "{send} send · {newline} new line · {select-earlier} select a message · {find} find · {help} help ",
    };
    state.keys.list(Context::Room, words)
}

/// Who is writing, and beside it as many keys as there is place for.
pub(super) fn draw(state: &State, area: Rect, cells: &mut Buffer) {
    let deeds = deed::possible(state);
    if !deeds.is_empty() {
        return draw_deeds(state, &deeds, area, cells);
    }
    let typing = state.room().and_then(|room| room.typing.words(&room.members, state.reader())).unwrap_or_default();
    let typing = wrap::cut(&typing, usize::from(area.width.saturating_sub(2)));
    let taken = paint::text(cells, area, (area.x + 1, area.y), &typing, state.theme.ink(Ink::Muted));
    let beside = Rect { x: taken, width: area.right().saturating_sub(taken), ..area };
    let words = match beside.width {
        columns if matches!(state.overlay, Some(Overlay::Crowd(_))) => crowd::keys(state, columns),
        columns if state.is_finding() => find::keys(&state.keys, columns),
        columns => keys(state, columns),
    };
    paint::pieces_right(cells, beside, area.y, &[(&words, state.theme.ink(Ink::Faint))]);
}
