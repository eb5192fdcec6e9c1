//! The invite to a room on the server that this client is connected to.

use crate::address::is_same_server;
use crate::room::Room;
use crate::share;
use crate::state::{Hosted, State};
use chat_proto::{Invite, Secret};

/// What lets others into this room: the server as they can reach and know it, and the secret if the room is private.
pub fn invite(state: &State, room: &Room, secret: Option<Secret>) -> Invite {
    Invite { code: room.typed_code(), secret, ..server(state) }
}

/// The server of this client, as others know it.
fn server(state: &State) -> Invite {
    match (hosted(state), &state.dialed) {
        (Some(hosted), _) => hosted.clone(),
        (None, Some((server, ..))) => share::server(server, state.security),
        (None, None) => share::server(state.prompt.server(), state.security),
    }
}

/// The server of this process, as others reach it, if this client is connected to that one.
pub fn hosted(state: &State) -> Option<&Invite> {
    let (dialed, ..) = state.dialed.as_ref()?;
    let Hosted { address, invite } = state.hosted.as_ref()?;
    is_same_server(address, dialed).then_some(invite)
}
