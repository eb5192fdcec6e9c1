//! The last row: who is writing, and which keys there are.

use crate::deed::{self, Deed};
use crate::keymap::Context;
use crate::overlay::{Overlay, crowd};
use crate::state::State;
use crate::theme::Ink;
use crate::widget::{completions, find, paint};
use crate::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The longest that fits.
const KEYS: [&str; 8] = [
    "",
    "{help} help ",
    "/ commands · {help} help ",
    "{select-earlier} select · / commands · {help} help ",
    "{send} send · {select-earlier} select · / commands · {help} help ",
    "{send} send · {select-earlier} select a message · / commands · {help} help ",
    "{send} send · {select-earlier} select a message · {find} find · / commands · {help} help ",
    "{send} send · {newline} new line · {select-earlier} select a message · {find} find · / commands · {help} help ",
];
/// The same where there are several rooms.
const KEYS_IN_ROOMS: [&str; 8] = [
    "",
    "{help} help ",
    "/ commands · {help} help ",
    "{select-earlier} select · / commands · {help} help ",
    "{select-earlier} select · {switch} rooms · / more · {help} help ",
    "{send} send · {select-earlier} select · {find} find · {switch} rooms · / commands · {help} help ",
    "{send} send · {select-earlier} select a message · {find} find · {switch} rooms · / commands · {help} help ",
    "{send} send · {newline} new line · {select-earlier} select a message · {find} find · {switch} rooms · / commands · {help} help ",
];
/// `Esc back `.
const BACK_COLUMNS: usize = 9;

/// What can be done about the selected message; as much of it in words as there is place for.
fn draw_deeds(state: &State, deeds: &[Deed], area: Rect, cells: &mut Buffer) {
    let words: usize = deeds.iter().map(|deed| deed.words().1.len() + 3).sum();
    let columns = usize::from(area.width);
    let has_words = words <= columns;
    let has_back = !has_words || words + BACK_COLUMNS <= columns;
    let gap = if words + deeds.len() + BACK_COLUMNS <= columns { "  " } else { " " };
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
    if has_back {
        pieces.extend([(back.as_str(), accent), (" back ", muted)]);
    }
    paint::pieces_right(cells, area, area.y, &pieces);
}

fn keys(state: &State, columns: u16) -> String {
    let lists = if state.rooms.len() > 1 { &KEYS_IN_ROOMS } else { &KEYS };
    state.keys.longest(Context::Room, lists, usize::from(columns))
}

/// What lies over the screen names its own keys; the list of people does so here.
fn is_covered(state: &State) -> bool {
    state.overlay.is_some_and(|overlay| !matches!(overlay, Overlay::Crowd(_)))
}

/// Whether what can be done with what is chosen has no row of its own, and nothing stands where it is written.
pub(super) fn stand_in_for_composer(state: &State, own: Rect) -> bool {
    let is_chosen = matches!(state.overlay, Some(Overlay::Crowd(_))) || !deed::possible(state).is_empty();
    own.is_empty() && state.composer().is_empty() && !state.is_finding() && is_chosen && !is_covered(state)
}

/// Who is writing, and beside it as many keys as there is place for.
pub(super) fn draw(state: &State, area: Rect, cells: &mut Buffer) {
    if is_covered(state) {
        return;
    }
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
        columns if completions::is_open(state) => completions::keys(&state.keys, columns),
        columns => keys(state, columns),
    };
    paint::pieces_right(cells, beside, area.y, &[(&words, state.theme.ink(Ink::Faint))]);
}
