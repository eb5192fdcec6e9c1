//! What others paste to come here: the address that they can reach the server under, its key, the room.

use crate::config::server_address;
use crate::link::{Security, Trust};
use crate::state::State;
use chat_proto::{Fingerprint, Invite, RoomCode, Secret};

/// An invite to the room with this code; with its secret, if it is private.
pub fn invite(state: &State, room: RoomCode, secret: Option<Secret>) -> Invite {
    Invite { code: Some(room), secret, ..server(state) }
}

/// The server of this client, as others know it.
fn server(state: &State) -> Invite {
    match (&state.hosted, &state.dialed) {
        (Some(hosted), _) => hosted.clone(),
        (None, Some((server, ..))) => at(server, key(state)),
        (None, None) => at(state.prompt.server(), key(state)),
    }
}

fn at(server: &str, key: Option<Fingerprint>) -> Invite {
    Invite { server: server_address(server).unwrap_or_else(|_| server.to_owned()), code: None, key, secret: None }
}

/// Where everybody's roots vouch for the server, a key would only be something to grow old.
fn key(state: &State) -> Option<Fingerprint> {
    match state.security {
        Some(Security::Tls { trust: Trust::Roots, .. } | Security::Plain) | None => None,
        Some(Security::Tls { key, .. }) => Some(key),
    }
}
