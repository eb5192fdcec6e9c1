//! The rooms of the last days: kept up to date here, and on disk.

use crate::address::server_address;
use crate::effect::Effect;
use crate::keeper::Note;
use crate::known_conversations::Conversation;
use crate::level::Level;
use crate::recent::{Change, Recent, apply};
use crate::room::Room;
use crate::state::{Server, State};
use chat_proto::{RoomId, Seq};

/// Somebody is in this room.
pub(super) fn remember(state: &mut State, room: RoomId) -> Vec<Effect> {
    let Some(room) = state.rooms.get(&room).filter(|room| !room.is_over) else { return Vec::new() };
    match room.direct {
        None => seen(state, room).map(|seen| change(state, Change::Seen(seen))).unwrap_or_default(),
        Some(_) => conversation(state, room).map(|it| keep(state, it)).unwrap_or_default(),
    }
}

/// What is to be kept of a conversation, if it is any news.
fn conversation(state: &State, room: &Room) -> Option<Conversation> {
    let (read, level) = (room.timeline.read_to(), room.level);
    let is_news = (read, level) != habits(state, room.id);
    Some(Conversation { server: server(state)?, room: room.id, read, level }).filter(|_| is_news)
}

fn keep(state: &mut State, conversation: Conversation) -> Vec<Effect> {
    state.conversations.remember(&conversation);
    vec![Effect::Keep(Note::Conversation(conversation))]
}

/// How far this room of the server that is dialed was read, and what of it calls, as far as this client knows.
pub(super) fn habits(state: &State, room: RoomId) -> (Seq, Option<Level>) {
    let of_direct = || {
        let known = state.conversations.get(&server(state)?, room)?;
        Some((known.read, known.level))
    };
    let of_recent = known(state, room).map(|recent| (recent.read, recent.level));
    of_recent.or_else(of_direct).unwrap_or_default()
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
    let (server, topic) = (server(state)?, room.topic.clone());
    // One's own server ends with the program.
    let outlives = state.server != Server::Here;
    Some(Recent {
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
