//! From a room to another server, where an invite leads.

use super::{problem, prompt};
use crate::address::{Address, is_same_server};
use crate::destination::Destination;
use crate::effect::Effect;
use crate::invite::hosted;
use crate::link::Security;
use crate::state::{Goal, Screen, State};

/// The server of an invite, if this client is not connected to it already.
pub(super) fn elsewhere(state: &State, destination: &Destination) -> Option<Address> {
    destination.server.clone().filter(|address| !is_here(state, address))
}

/// Leaves this server for that one. What was not sent here stays in the outbox of this server.
pub(super) fn go(state: &mut State, destination: &Destination, address: Address) -> Vec<Effect> {
    if is_impostor(state, &address) {
        let words = format!("this invite names another key than {} has; ask for a new one", address.server);
        return problem(state, &words);
    }
    let Some(name) = state.name.clone() else { return Vec::new() };
    state.prompt.set_destination(destination);
    state.screen = Screen::Connecting;
    prompt::reach(state, Goal::Join(destination.code, destination.secret), address, name)
}

/// Whether the link there is leads to this server, and to the key that is asked for.
fn is_here(state: &State, address: &Address) -> bool {
    let is_found = |key| matches!(state.security, Some(Security::Tls { key: found, .. }) if found == key);
    is_of_host(state, address) || is_dialed(state, address) && address.key.is_none_or(is_found)
}

/// Whether this is how others reach the server of this process, which the link there is leads to.
fn is_of_host(state: &State, address: &Address) -> bool {
    let Some(invite) = hosted(state) else { return false };
    is_same_server(&invite.server, &address.server) && address.key.is_none_or(|key| invite.key == Some(key))
}

/// Whether the link there is leads to this server, but to another key: for that, no room here is given up.
fn is_impostor(state: &State, address: &Address) -> bool {
    matches!(state.security, Some(Security::Tls { .. })) && is_dialed(state, address)
}

fn is_dialed(state: &State, address: &Address) -> bool {
    state.dialed.as_ref().is_some_and(|(server, ..)| is_same_server(server, &address.server))
}
