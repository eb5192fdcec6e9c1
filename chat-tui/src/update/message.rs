//! What is done about a message: it is chosen, answered, edited, deleted, copied, and what is in it opened.

use super::reading::{self, with_timeline};
use super::{ask, hint, posting, problem};
use crate::about::About;
use crate::deed::Deed;
use crate::effect::Effect;
use crate::hyperlink::Uri;
use crate::opener;
use crate::overlay::{Overlay, Question};
use crate::screen::room::Places;
use crate::state::State;
use crate::widget::timeline::{Direction, Said, Timeline};
use chat_proto::entry::{Delete, EntryBody, RoomId};
use chat_proto::{Seq, Text};
use crossterm::event::MouseEvent;

/// Bytes that every terminal takes into its clipboard; some take no more.
const COPY_BYTES: usize = 74_000;

pub(super) fn choose(state: &mut State, direction: Direction) -> Vec<Effect> {
    with_timeline(state, |timeline, look| timeline.select_next(look, direction));
    match state.room().is_some_and(|room| room.timeline.selected().is_none()) && direction == Direction::Earlier {
        true => hint(state, "there is no message here to select"),
        false => Vec::new(),
    }
}

/// Back to writing.
pub(super) fn let_go(state: &mut State) -> Vec<Effect> {
    with_timeline(state, Timeline::unselect);
    Vec::new()
}

pub(super) fn is_any_chosen(state: &State) -> bool {
    state.room().is_some_and(|room| room.timeline.selected().is_some())
}

/// A click chooses a message; one on the line of what it answers goes there. Elsewhere it lets go.
pub(super) fn click(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let area = Places::of(state).timeline;
    if !area.contains((mouse.column, mouse.row).into()) {
        return Vec::new();
    }
    let row = mouse.row - area.y;
    match with_timeline(state, |timeline, look| timeline.message_at(look, row)).flatten() {
        Some((seq, true)) if chosen(state).is_some_and(|(_, chosen)| chosen == seq) => to_original(state),
        Some((seq, _)) => {
            with_timeline(state, |timeline, look| timeline.select(look, seq));
            Vec::new()
        }
        None => let_go(state),
    }
}

/// The chosen message, and where it is.
pub(super) fn chosen(state: &State) -> Option<(RoomId, Seq)> {
    let room = state.room()?;
    Some((room.id, room.timeline.selected()?.0))
}

/// The chosen message, if this can be done about it. Otherwise it is said why not.
pub(super) fn chosen_for(state: &mut State, deed: Deed) -> Option<(RoomId, Seq)> {
    let (room, seq) = chosen(state)?;
    let objection = state.room()?.timeline.message(seq).and_then(|said| deed.objection(state, said));
    match objection {
        Some(words) => {
            hint(state, words);
            None
        }
        None => Some((room, seq)),
    }
}

pub(super) fn reply(state: &mut State) -> Vec<Effect> {
    let Some((_, to)) = chosen_for(state, Deed::Reply) else { return Vec::new() };
    let_go(state);
    forget(state);
    if let Some(room) = state.room_mut() {
        room.about = Some(About::Reply { to });
    }
    Vec::new()
}

/// `/reply`: to the chosen message, or the last that somebody else said.
pub(super) fn reply_at_once(state: &mut State, text: &Text) -> Vec<Effect> {
    let to = chosen(state).map(|(_, seq)| seq).or_else(|| newest(state, |said| !said.is_own));
    match to {
        Some(to) => posting::post(state, posting::reply(to, text)),
        None => hint(state, "there is no message here to reply to"),
    }
}

pub(super) fn newest(state: &State, is_meant: impl Fn(&Said) -> bool) -> Option<Seq> {
    state.room()?.timeline.newest(is_meant)
}

pub(super) fn edit(state: &mut State) -> Vec<Effect> {
    let Some((_, target)) = chosen_for(state, Deed::Edit) else { return Vec::new() };
    begin_edit(state, target)
}

/// `/edit`: the last message of one's own.
pub(super) fn edit_last(state: &mut State) -> Vec<Effect> {
    match newest(state, |said| said.is_own) {
        Some(target) => begin_edit(state, target),
        None => hint(state, "there is no message of yours here to edit"),
    }
}

fn begin_edit(state: &mut State, target: Seq) -> Vec<Effect> {
    let_go(state);
    let text = state.room().map(|room| room.timeline.text_of(target).to_owned()).unwrap_or_default();
    edit_as(state, target, &text);
    Vec::new()
}

/// Opens the composer with other words for a message. What was being written comes back afterwards.
pub(super) fn edit_as(state: &mut State, target: Seq, text: &str) {
    forget(state);
    let draft = state.composer().text().to_owned();
    state.composer_mut().set(&posting::as_line(text));
    if let Some(room) = state.room_mut() {
        room.about = Some(About::Edit { target, draft });
    }
}

/// What is being written is about no other message any more. Whether it was.
pub(super) fn forget(state: &mut State) -> bool {
    let about = state.room_mut().and_then(|room| room.about.take());
    if let Some(About::Edit { draft, .. }) = &about {
        state.composer_mut().set(draft);
    }
    about.is_some()
}

/// A command is no other text for a message.
pub(super) fn give_up_edit(state: &mut State) {
    if state.room().is_some_and(|room| matches!(room.about, Some(About::Edit { .. }))) {
        forget(state);
    }
}

pub(super) fn delete(state: &mut State) -> Vec<Effect> {
    match chosen_for(state, Deed::Delete) {
        Some((room, target)) => ask(state, Question::Delete { room, target }),
        None => Vec::new(),
    }
}

/// An edit that leaves nothing.
pub(super) fn delete_edited(state: &mut State, target: Seq) -> Vec<Effect> {
    match state.room().map(|room| room.id) {
        Some(room) => ask(state, Question::Delete { room, target }),
        None => Vec::new(),
    }
}

pub(super) fn delete_now(state: &mut State, room: RoomId, target: Seq) -> Vec<Effect> {
    state.overlay = None;
    if state.current != Some(room) {
        return hint(state, "that room is not on the screen any more: nothing is deleted");
    }
    forget(state);
    let_go(state);
    posting::post(state, EntryBody::Delete(Delete { target }))
}

pub(super) fn copy(state: &mut State) -> Vec<Effect> {
    let Some((_, seq)) = chosen_for(state, Deed::Copy) else { return Vec::new() };
    let text = state.room().map(|room| room.timeline.text_of(seq).to_owned()).unwrap_or_default();
    let words = match text.len() {
        0..=COPY_BYTES => "copied; if pasting brings something else, select it with Shift-drag",
        _ => "copied, but it is long: some terminals take only the beginning, or nothing",
    };
    hint(state, words);
    vec![Effect::Copy(text)]
}

/// To the message that the chosen one answers.
pub(super) fn to_original(state: &mut State) -> Vec<Effect> {
    let Some((_, seq)) = chosen_for(state, Deed::Original) else { return Vec::new() };
    let to = state.room().and_then(|room| room.timeline.message(seq)).and_then(Said::answers);
    match to {
        Some(to) => {
            let_go(state);
            reading::jump(state, to)
        }
        None => Vec::new(),
    }
}

/// Enter: what was written is sent; without that, to the message that the chosen one answers.
pub(super) fn enter(state: &mut State) -> Vec<Effect> {
    match state.composer().is_empty() {
        true => to_original(state),
        false => posting::send(state),
    }
}

/// No link is wanted.
pub(super) fn close_links(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    state.links.clear();
    Vec::new()
}

/// Opens the only link, or lets the reader choose.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some((_, seq)) = chosen_for(state, Deed::Open) else { return Vec::new() };
    let Some(room) = state.room() else { return Vec::new() };
    let links = opener::links(room.timeline.text_of(seq));
    match links.as_slice() {
        [] => problem(state, "there is no link in this message"),
        [link] => open_link(state, link.clone()),
        _ => {
            state.links = links;
            state.overlay = Some(Overlay::Links);
            Vec::new()
        }
    }
}

/// Opens the link at this place of the choice, from 0.
pub(super) fn open_chosen(state: &mut State, at: usize) -> Vec<Effect> {
    let Some(link) = state.links.get(at).cloned() else { return Vec::new() };
    close_links(state);
    open_link(state, link)
}

fn open_link(state: &mut State, link: Uri) -> Vec<Effect> {
    match state.can_open_links {
        true => {
            hint(state, format!("opening {}", link.as_str()));
            vec![Effect::Open(link)]
        }
        false => on_not_opened(state, &link),
    }
}

/// Whatever was to open it did not.
pub(super) fn on_not_opened(state: &mut State, link: &Uri) -> Vec<Effect> {
    hint(state, "nothing here opens links: it is copied, for you to paste into a browser");
    vec![Effect::Copy(link.as_str().to_owned())]
}
