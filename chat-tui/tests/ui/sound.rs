//! What holds whatever happened.

use crate::scene::{Scene, rows_of};
use chat_proto::Seq;
use chat_tui::room::Room;
use chat_tui::widget::timeline::What;

/// Characters of one cell: a base with its marks, or a family.
const CELL_CHARS_MAX: usize = 24;

/// Nothing raw is on the screen, no cell holds a pile, links are plain addresses, and everything is in order.
pub(crate) fn is_sound(scene: &Scene) {
    let (buffer, drawn) = scene.drawn();
    let shown = rows_of(&buffer).concat() + &chat_tui::view::title(&scene.state);
    assert_eq!(shown.chars().find(|c| is_raw(*c)), None, "{shown:?}");
    let pile = buffer.content().iter().find(|cell| cell.symbol().chars().count() > CELL_CHARS_MAX);
    assert_eq!(pile, None);
    for link in drawn.links {
        assert!(link.uri.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{link:?}");
    }
    is_in_order(scene);
}

/// No place of a log is shown twice.
pub(crate) fn is_in_order(scene: &Scene) {
    scene.state.rooms.values().for_each(shows_each_place_once);
}

pub(crate) fn is_raw(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

fn shows_each_place_once(room: &Room) {
    let mut end = Seq::START;
    for item in room.timeline.items() {
        // A line of the program's own begins at the place of what it stands behind; entries without a row may follow
        // it.
        let is_remark = matches!(item.what, What::System { .. }) && item.first == end && end <= item.last;
        let follows = end < item.first && item.first <= item.last;
        assert!(is_remark || follows, "{} to {} behind {end}", item.first, item.last);
        end = item.last;
    }
}
