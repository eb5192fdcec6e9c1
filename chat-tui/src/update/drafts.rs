//! What is being written, kept on disk: a little later while somebody writes, at once when it was sent.

use crate::address::server_address;
use crate::drafts::{Change, Desk, Draft};
use crate::effect::Effect;
use crate::keeper::Note;
use crate::room::Room;
use crate::state::{Face, State};
use crate::widget::composer::harmless;
use chat_proto::{RoomId, UnixMillis};

/// How long what was typed waits for more of it.
const WAIT_MS: i64 = 2_000;

/// What was being written in this room when it was left, at whatever time, stands there again.
pub(super) fn bring_back(state: &mut State, room: RoomId) {
    let kept = desk(state, room).and_then(|desk| state.drafts.get(&desk));
    let kept = kept.and_then(|kept| Draft::of(&kept.text, kept.about.as_ref()));
    let (Some(draft), Some(room)) = (kept.filter(|_| is_wanted(state)), state.rooms.get_mut(&room)) else { return };
    room.composer.set(&harmless(&draft.text));
    // What a log has lost is not answered.
    room.about = draft.about.filter(|about| about.seq() <= room.head());
}

/// After every event: what was sent or cleared goes, what was written is kept when it has waited long enough.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    let changed = changed(state);
    let is_due = state.keep_drafts_at.is_some_and(|at| at <= state.now);
    let (now, waiting): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, draft)| is_due || draft.is_none());
    state.keep_drafts_at = match (waiting.is_empty(), state.keep_drafts_at) {
        (true, _) => None,
        (false, Some(at)) => Some(at),
        (false, None) => Some(UnixMillis(state.now.0.saturating_add(WAIT_MS))),
    };
    now.into_iter().map(|(desk, draft)| keep(state, desk, draft)).collect()
}

/// The last chance: everything that waits.
pub(super) fn settle(state: &mut State) -> Vec<Effect> {
    state.keep_drafts_at = None;
    changed(state).into_iter().map(|(desk, draft)| keep(state, desk, draft)).collect()
}

/// Where something else is being written than what is kept.
fn changed(state: &State) -> Vec<(Desk, Option<Draft>)> {
    if !is_wanted(state) {
        return Vec::new();
    }
    let rooms = state.rooms.values().filter(|room| is_any(state, room) && !is_stranded(room));
    let desks = rooms.filter_map(|room| Some((desk(state, room.id)?, draft(room))));
    desks.filter(|(desk, draft)| state.drafts.get(desk) != draft.as_ref()).collect()
}

/// Where nothing but whole lines comes, none is ever half written: what was elsewhere stays for there.
fn is_wanted(state: &State) -> bool {
    state.options.drafts && state.face != Face::PlainOnly
}

/// Whether there is anything to compare: in most rooms nothing is being written.
fn is_any(state: &State, room: &Room) -> bool {
    !room.composer.is_empty() || room.about.is_some() || state.drafts.is_any_in(room.id)
}

/// What stands where nothing can be said any more may still be taken elsewhere, and what was kept of it stays.
fn is_stranded(room: &Room) -> bool {
    room.is_over && !room.composer.is_empty()
}

fn draft(room: &Room) -> Option<Draft> {
    Draft::of(room.composer.text(), room.about.as_ref())
}

fn desk(state: &State, room: RoomId) -> Option<Desk> {
    let server = state.rooms_server.as_deref()?;
    Some(Desk { server: server_address(server).ok()?, room, writer: state.key })
}

fn keep(state: &mut State, desk: Desk, draft: Option<Draft>) -> Effect {
    let change = Change { desk, draft, at: state.now };
    state.drafts.apply(&change);
    Effect::Keep(Note::Draft(change))
}
