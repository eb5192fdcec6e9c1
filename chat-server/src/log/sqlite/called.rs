//! How a room is called by whoever looks at the file from outside: by its code, by its id, or by the two people whose
//! it is. The code of a direct room finds nothing, as everywhere.

use chat_proto::{Nick, RoomCode, RoomId};
use data_encoding::HEXLOWER_PERMISSIVE;
use rusqlite::{Connection, Row};
use std::fmt::{self, Display};
use std::str::FromStr;

/// A room, as somebody calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomName {
    /// By what finds it.
    Code(RoomCode),
    /// By what names it.
    Id(RoomId),
    /// By the two people of a direct room.
    Between([Nick; 2]),
}

/// It calls no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a room is called by its four characters (AB3Z), a direct room by its two people (alice,bob), and either by the 32 \
     characters of its id"
)]
pub struct RoomNameError;

/// The two sides of a direct room, as its state has them; NULL of others.
const PAIR: &str = "CASE WHEN json_valid(state) THEN state -> '$.door.direct.pair' END";

/// A room in the file.
pub(super) struct Found {
    pub(super) room: i64,
    pub(super) id: RoomId,
}

/// What a room of the table `rooms` is called when something is said of it.
pub(super) fn name_of_room() -> String {
    format!("CASE WHEN {PAIR} IS NULL THEN code ELSE lower(hex(id)) END")
}

/// The rooms that are called so: one, unless people have borne names one after the other.
pub(super) fn find(file: &Connection, name: &RoomName) -> rusqlite::Result<Vec<Found>> {
    match name {
        RoomName::Code(code) => {
            let sql = format!("SELECT room, id FROM rooms WHERE code = ?1 AND {PAIR} IS NULL");
            file.prepare(&sql)?.query_map([code.to_string()], Found::read)?.collect()
        }
        RoomName::Id(id) => {
            file.prepare("SELECT room, id FROM rooms WHERE id = ?1")?.query_map([id.0], Found::read)?.collect()
        }
        RoomName::Between(names) => between(file, names),
    }
}

/// Each of the two is called as they are now, or as they were when the room was opened if nobody knows them any more.
fn between(file: &Connection, names: &[Nick; 2]) -> rusqlite::Result<Vec<Found>> {
    let sql = format!(
        "SELECT room, id, coalesce(one.name, pair ->> '$[0].name'), coalesce(other.name, pair ->> '$[1].name') \
         FROM (SELECT room, id, {PAIR} AS pair FROM rooms) \
         LEFT JOIN people AS one ON one.person = pair ->> '$[0].person' \
         LEFT JOIN people AS other ON other.person = pair ->> '$[1].person' \
         WHERE pair IS NOT NULL ORDER BY room"
    );
    let mut statement = file.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((Found::read(row)?, [row.get(2)?, row.get(3)?])))?;
    let rooms: Vec<(Found, [String; 2])> = rows.collect::<rusqlite::Result<_>>()?;
    let sought = looks(names.each_ref().map(Nick::as_str));
    let meant = rooms.into_iter().filter(|(_, [one, other])| looks([one, other]) == sought);
    Ok(meant.map(|(found, _)| found).collect())
}

/// What two names look like, in no order.
fn looks(names: [&str; 2]) -> [Option<String>; 2] {
    let mut looks = names.map(|name| Nick::parse(name.as_bytes()).ok().map(|name| name.key()));
    looks.sort();
    looks
}

impl Found {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { room: row.get(0)?, id: RoomId(row.get(1)?) })
    }
}

impl FromStr for RoomName {
    type Err = RoomNameError;

    fn from_str(text: &str) -> Result<Self, RoomNameError> {
        let name = match text.split_once(',') {
            Some(names) => both(names).map(Self::Between),
            None => id(text).map(Self::Id).or_else(|| RoomCode::parse(text.as_bytes()).ok().map(Self::Code)),
        };
        name.ok_or(RoomNameError)
    }
}

fn both((one, other): (&str, &str)) -> Option<[Nick; 2]> {
    let name = |text: &str| {
        let text = text.trim();
        Nick::parse(text.strip_prefix('@').unwrap_or(text).as_bytes()).ok()
    };
    Some([name(one)?, name(other)?])
}

fn id(text: &str) -> Option<RoomId> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok().map(RoomId)
}

impl Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Id(id) => write!(f, "{id}"),
            Self::Between([one, other]) => write!(f, "between {one} and {other}"),
        }
    }
}
