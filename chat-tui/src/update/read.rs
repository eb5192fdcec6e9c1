//! How far the reader has read, told to the server now and then: the next start finds the place again.

use crate::effect::Effect;
use crate::link::Command;
use crate::room::Room;
use crate::state::State;
use chat_proto::UnixMillis;

/// How long what was read waits for more of it.
const WAIT_MS: i64 = 3_000;

/// After every event: notes what was read, and tells what has waited long enough.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    let (now, is_up) = (state.now, state.is_up());
    if state.is_read()
        && let Some(room) = state.room_mut()
    {
        room.is_end_seen = room.is_over;
    }
    for room in state.rooms.values_mut() {
        room.note_read(UnixMillis(now.0.saturating_add(WAIT_MS)));
    }
    tell(state, |room| is_up && room.tell_read_at.is_some_and(|at| at <= now))
}

/// The last chance: everything that waits.
pub(super) fn tell_all(state: &mut State) -> Vec<Effect> {
    tell(state, |_| true)
}

fn tell(state: &mut State, is_due: impl Fn(&Room) -> bool) -> Vec<Effect> {
    let due = state.rooms.values_mut().filter(|room| !room.is_over && room.tell_read_at.is_some() && is_due(room));
    due.map(|room| {
        room.tell_read_at = None;
        Effect::Link(Command::Read { room: room.id, seq: room.read })
    })
    .collect()
}
