//! An entry as one line of JSON.

use super::kind;
use crate::log::sqlite::place::seq;
use crate::log::sqlite::visiting::Visited;
use chat_proto::entry::{Act, Arrival, BanScope, React};
use chat_proto::frame::{Role, Voice};
use chat_proto::{EntryBody, UnixMillis};
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

/// The last millisecond that has a date of four digits.
const LAST_MILLIS: i64 = 253_402_300_799_999;

pub(super) fn write(entry: &Visited, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Map::new();
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("seq", seq(entry.place).0.into());
    put("time", rfc_3339(entry.time).into());
    put("time_ms", entry.time.0.into());
    put("person", entry.author.person.0.into());
    put("author", utf8(&entry.author.name));
    put("kind", kind(&entry.body).into());
    for (key, value) in details(&entry.body) {
        put(key, value);
    }
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// A time by the clock of Greenwich.
pub(super) fn rfc_3339(time: UnixMillis) -> String {
    let since_1970 = Duration::from_millis(time.0.clamp(0, LAST_MILLIS).cast_unsigned());
    humantime::format_rfc3339_millis(UNIX_EPOCH + since_1970).to_string()
}

fn utf8(bytes: &[u8]) -> Value {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn details(body: &EntryBody) -> Vec<(&'static str, Value)> {
    match body {
        EntryBody::Message(text) | EntryBody::Action(text) | EntryBody::Topic(text) => vec![("text", utf8(text))],
        EntryBody::Act(act) => act_details(act),
        EntryBody::Reply(reply) => vec![("to", reply.to.0.into()), ("text", utf8(&reply.text))],
        EntryBody::Edit(edit) => vec![("of", edit.target.0.into()), ("text", utf8(&edit.text))],
        EntryBody::Delete(delete) => vec![("of", delete.target.0.into())],
        EntryBody::React(react) => reaction_details(react),
        EntryBody::Renamed(name) => vec![("name", utf8(name))],
        EntryBody::Joined(arrival) => arrival_details(arrival),
        EntryBody::Left(reason) => vec![("reason", reason.word().into())],
        EntryBody::Unknown { kind, body } => vec![("number", json!(kind)), ("bytes", HEXLOWER.encode(body).into())],
        EntryBody::Forget | EntryBody::Erased | EntryBody::Opened => Vec::new(),
    }
}

fn reaction_details(react: &React) -> Vec<(&'static str, Value)> {
    vec![("of", react.target.0.into()), ("emoji", utf8(&react.emoji)), ("state", react.state.word().into())]
}

fn act_details(act: &Act) -> Vec<(&'static str, Value)> {
    let mut details = vec![("act", act.word().into())];
    if let Some(target) = act.target() {
        details.extend([("target", utf8(&target.name)), ("target_person", target.person.0.into())]);
    }
    match act {
        Act::Ban(_, BanScope::Key) => details.push(("scope", "key".into())),
        Act::Ban(_, BanScope::Address) => details.push(("scope", "address".into())),
        _ => {}
    }
    details
}

fn arrival_details(arrival: &Arrival) -> Vec<(&'static str, Value)> {
    let role = match arrival.role {
        Role::Member => "member",
        Role::Operator => "operator",
        Role::Owner => "owner",
    };
    let voice = match arrival.voice {
        Voice::Free => "free",
        Voice::Muted => "muted",
    };
    vec![("role", role.into()), ("voice", voice.into())]
}
