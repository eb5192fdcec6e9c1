//! The rooms of the last days: kept up to date here, and on disk.

use crate::address::server_address;
use crate::effect::Effect;
use crate::keeper::Note;
use crate::recent::{Change, Recent, apply};
use crate::room::Room;
use crate::state::{Server, State};
use chat_proto::RoomId;

/// Somebody is in this room.
pub(super) fn remember(state: &mut State, room: RoomId) -> Vec<Effect> {
    let seen = state.rooms.get(&room).and_then(|room| seen(state, room));
    seen.map(|seen| change(state, Change::Seen(seen))).unwrap_or_default()
}

/// The end: somebody was in all the rooms that are open until now, and some are over with that.
pub(super) fn settle(state: &mut State) -> Vec<Effect> {
    let rooms: Vec<(RoomId, bool)> = state.rooms.values().map(|room| (room.id, room.ends_with_reader())).collect();
    let settled = rooms.into_iter().map(|(room, ends)| match ends {
        true => forget(state, room),
        false => remember(state, room),
    });
    settled.flatten().collect()
}

/// This room was open at the end before, and is not now.
pub(super) fn close(state: &mut State, recent: Recent) -> Vec<Effect> {
    change(state, Change::Seen(Recent { place: None, is_shown: false, ..recent }))
}

/// What is known of a room of the server that is dialed.
pub(super) fn known(state: &State, room: RoomId) -> Option<Recent> {
    let server = server(state)?;
    state.recent.iter().find(|recent| recent.room == room && recent.server == server).cloned()
}

/// Nobody can go back to this room of the server that is dialed.
pub(super) fn forget(state: &mut State, room: RoomId) -> Vec<Effect> {
    let known = server(state).filter(|server| state.recent.iter().any(|it| it.room == room && it.server == *server));
    known.map(|server| change(state, Change::Gone { server, room })).unwrap_or_default()
}

fn seen(state: &State, room: &Room) -> Option<Recent> {
    let (_, key, _) = state.dialed.as_ref()?;
    let (name, code) = (state.name.clone()?, room.typed_code()?);
    let is_open = !room.is_over;
    let (server, topic) = (server(state)?, room.topic.clone());
    // Those between two people, the server tells of; one's own server ends with the program.
    let outlives = state.server != Server::Here;
    (is_open && room.direct.is_none()).then_some(Recent {
        server,
        key: *key,
        name,
        room: room.id,
        code,
        topic,
        last: state.now,
        place: outlives.then_some(room.entered),
        is_shown: state.current == Some(room.id),
        read: room.timeline.read_to(),
        level: room.level,
    })
}

fn server(state: &State) -> Option<String> {
    let (server, ..) = state.dialed.as_ref()?;
    server_address(server).ok()
}

fn change(state: &mut State, change: Change) -> Vec<Effect> {
    apply(&mut state.recent, change.clone(), state.now);
    vec![Effect::Keep(Note::Recent(change))]
}
