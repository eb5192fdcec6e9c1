//! The invite to a room on the server that this client is connected to.

use crate::screen::room::Room;
use crate::share;
use crate::state::State;
use chat_proto::{Invite, Secret};

/// What lets others into this room: the server as they can reach and know it, and the secret if the room is private.
pub fn invite(state: &State, room: &Room, secret: Option<Secret>) -> Invite {
    let server = state.dialed.as_ref().map_or_else(|| state.prompt.server(), |(server, ..)| server);
    Invite { code: room.typed_code(), secret, ..share::server(server, state.security) }
}
