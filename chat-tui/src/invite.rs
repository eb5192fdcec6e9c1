//! The invite to a room on the server that this client is connected to.

use crate::config::is_same_server;
use crate::screen::room::Room;
use crate::share;
use crate::state::{Hosted, State};
use chat_proto::{Invite, Secret};

/// What lets others into this room: the server as they can reach and know it, and the secret if the room is private.
pub fn invite(state: &State, room: &Room, secret: Option<Secret>) -> Invite {
    Invite { code: room.typed_code(), secret, ..server(state) }
}

/// The server of this client, as others know it.
fn server(state: &State) -> Invite {
    let dialed = state.dialed.as_ref().map_or_else(|| state.prompt.server(), |(server, ..)| server);
    match &state.hosted {
        Some(Hosted { address, invite }) if is_same_server(address, dialed) => invite.clone(),
        _ => share::server(dialed, state.security),
    }
}
