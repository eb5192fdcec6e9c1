//! The invite to a room on the server that this client is connected to.

use crate::share;
use crate::state::State;
use chat_proto::{Invite, RoomCode, Secret};

/// What lets others into the room with this code: the server as they can reach and know it, and the secret if it has one.
pub fn invite(state: &State, room: RoomCode, secret: Option<Secret>) -> Invite {
    let server = state.dialed.as_ref().map_or_else(|| state.prompt.server(), |(server, ..)| server);
    share::invite(server, state.security, room, secret)
}
