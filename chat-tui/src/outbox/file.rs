//! What stands in a file of the outbox: JSON, so that a person can read it in an emergency.

use bytes::Bytes;
use chat_proto::entry::{Delete, Edit, React, ReactionState, Reply};
use chat_proto::{Act, EntryBody, PostId, RoomId, Seq, UnixMillis};
use serde::{Deserialize, Serialize};
use std::path::Path;

const VERSION: u32 = 1;
/// A thousand messages of the greatest length, and their wrapping.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A message that was not acknowledged when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    pub room: RoomId,
    pub id: PostId,
    pub body: EntryBody,
    /// When it was written, by this client's clock.
    pub written: UnixMillis,
}

/// A message that is not decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub item: OutboxItem,
    /// Ever given to a connection: it may be in the log.
    pub sent: bool,
    /// Nobody can tell any more whether it is in the log.
    pub is_unknown: bool,
}

#[derive(Debug)]
pub(super) struct Contents {
    pub(super) server: String,
    pub(super) name: String,
    pub(super) items: Vec<Kept>,
}

/// Why a file is no outbox.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("it is larger than {BYTES_MAX} bytes")]
    TooLarge,
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("it is of version {version}, and this program knows {VERSION}")]
    Version { version: u32 },
    #[error("one of its rooms has no valid id")]
    Room,
    #[error("one of its acts is none")]
    Act,
    #[error("one of its messages does not say at which other it points")]
    Target,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    server: String,
    name: String,
    messages: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    room: String,
    instance: u64,
    n: u64,
    kind: Kind,
    /// What an act says stands in `act`.
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
    /// At which message it points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Seq>,
    /// Whether a reaction is given or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<ReactionState>,
    written: i64,
    sent: bool,
    unknown: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Message,
    Action,
    Topic,
    Act,
    Forget,
    Reply,
    Edit,
    Delete,
    React,
}

pub(super) fn to_json(server: &str, name: &str, items: &[Kept]) -> Vec<u8> {
    let messages = items.iter().filter_map(row).collect();
    let document = Document { version: VERSION, server: server.to_owned(), name: name.to_owned(), messages };
    serde_json::to_vec_pretty(&document).expect("strings and numbers always have a JSON form")
}

/// `None` if the file is gone by now.
pub(super) fn read(path: &Path) -> Result<Option<Contents>, Unreadable> {
    let bytes = match std::fs::metadata(path) {
        Ok(file) if file.len() > BYTES_MAX => return Err(Unreadable::TooLarge),
        Ok(_) => std::fs::read(path)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Document { version, server, name, messages } = serde_json::from_slice(&bytes)?;
    if version != VERSION {
        return Err(Unreadable::Version { version });
    }
    let items = messages.into_iter().map(kept).collect::<Result<_, _>>()?;
    Ok(Some(Contents { server, name, items }))
}

/// Only what a person writes is ever posted; everything else has no row.
fn row(kept: &Kept) -> Option<Row> {
    let OutboxItem { room, id, body, written } = &kept.item;
    let (kind, text) = match body {
        EntryBody::Message(text) => (Kind::Message, text),
        EntryBody::Action(text) => (Kind::Action, text),
        EntryBody::Topic(text) => (Kind::Topic, text),
        EntryBody::Forget => (Kind::Forget, &Bytes::new()),
        EntryBody::Reply(reply) => (Kind::Reply, &reply.text),
        EntryBody::Edit(edit) => (Kind::Edit, &edit.text),
        EntryBody::Delete(_) => (Kind::Delete, &Bytes::new()),
        EntryBody::React(react) => (Kind::React, &react.emoji),
        EntryBody::Act(act) => (Kind::Act, &act.target().map(|target| target.name.clone()).unwrap_or_default()),
        _ => return None,
    };
    let act = if let EntryBody::Act(act) = body { Some(act.clone()) } else { None };
    let answered = if let EntryBody::Reply(reply) = body { Some(reply.to) } else { None };
    let state = if let EntryBody::React(react) = body { Some(react.state) } else { None };
    Some(Row {
        room: room.to_string(),
        instance: id.instance,
        n: id.n,
        kind,
        text: String::from_utf8_lossy(text).into_owned(),
        act,
        target: answered.or(body.target()),
        state,
        written: written.0,
        sent: kept.sent,
        unknown: kept.is_unknown,
    })
}

fn kept(row: Row) -> Result<Kept, Unreadable> {
    let target = row.target.ok_or(Unreadable::Target);
    let body = match row.kind {
        Kind::Message => EntryBody::Message(row.text.into()),
        Kind::Action => EntryBody::Action(row.text.into()),
        Kind::Topic => EntryBody::Topic(row.text.into()),
        Kind::Act => EntryBody::Act(row.act.ok_or(Unreadable::Act)?),
        Kind::Forget => EntryBody::Forget,
        Kind::Reply => EntryBody::Reply(Reply { to: target?, text: row.text.into() }),
        Kind::Edit => EntryBody::Edit(Edit { target: target?, text: row.text.into() }),
        Kind::Delete => EntryBody::Delete(Delete { target: target? }),
        Kind::React => {
            let state = row.state.ok_or(Unreadable::Target)?;
            EntryBody::React(React { target: target?, emoji: row.text.into(), state })
        }
    };
    let item = OutboxItem {
        room: RoomId::parse(&row.room).ok_or(Unreadable::Room)?,
        id: PostId { instance: row.instance, n: row.n },
        body,
        written: UnixMillis(row.written),
    };
    Ok(Kept { item, sent: row.sent, is_unknown: row.unknown })
}
