//! What changes a room for others: acts, topics, what somebody else said taken away. An order strikes when it is given,
//! or not at all; what is said waits for the connection instead.

use super::{posting, problem};
use crate::effect::Effect;
use crate::link::Command;
use crate::room::Room;
use crate::state::{Face, State};
use chat_proto::RoomId;
use chat_proto::entry::{EntryBody, PostId};

/// Whether this is one. What the reader takes back of their own is none.
pub(super) fn is_one(room: Option<&Room>, body: &EntryBody) -> bool {
    let is_own = |target| room.and_then(|room| room.timeline.message(target)).is_some_and(|said| said.is_own);
    match body {
        EntryBody::Act(_) | EntryBody::Topic(_) => true,
        EntryBody::Delete(delete) => !is_own(delete.target),
        _ => false,
    }
}

/// It was refused: that is told once, and nothing is left to decide. Between programs it stays, for how that ends.
pub(super) fn on_refused(state: &mut State, room: RoomId, id: PostId, reason: &str) -> Option<Vec<Effect>> {
    let line = take(state, room, id).filter(|_| state.face != Face::PlainOnly)?;
    Some(problem(state, &format!("{line} was refused: {reason}")))
}

/// The connection is lost: an order that was not answered is not given again when it is back.
pub(super) fn on_lost(state: &mut State) -> Vec<Effect> {
    let given = state.rooms.values().flat_map(|room| {
        let pending = room.timeline.pending().iter().filter(|post| post.is_undelivered());
        pending.filter(|post| is_one(Some(room), &post.body)).map(|post| (room.id, post.id))
    });
    let given: Vec<(RoomId, PostId)> = given.collect();
    let lines: Vec<String> = given.iter().filter_map(|(room, id)| take(state, *room, *id)).collect();
    if let Some(line) = lines.last() {
        problem(
            state,
            &format!("the connection was lost: nobody knows whether {line} was done; it is not tried again"),
        );
    }
    given.into_iter().map(|(_, id)| Effect::Link(Command::Discard(id))).collect()
}

/// Takes it off the screen, if it is one. The line that gave it, with the room if another is on the screen.
fn take(state: &mut State, id: RoomId, post: PostId) -> Option<String> {
    let is_elsewhere = state.current != Some(id);
    let room = state.rooms.get_mut(&id)?;
    let pending = room.timeline.pending().iter().find(|pending| pending.id == post)?;
    if !is_one(Some(room), &pending.body) {
        return None;
    }
    let line = line(&pending.body);
    room.timeline.take_pending(post);
    Some(if is_elsewhere { format!("{line} in {}", room.called()) } else { line })
}

fn line(body: &EntryBody) -> String {
    match body {
        EntryBody::Delete(_) => "the deletion".to_owned(),
        body => posting::as_typed(body),
    }
}
