//! What the tables say of each other.

use super::Findings;
use crate::log::sqlite::visiting::VisitError;
use chat_proto::{Nick, RoomCode};
use rusqlite::Connection;
use std::collections::HashSet;

/// What must not be, and the query that counts it.
const RULES: &[(&str, &str)] = &[
    ("rooms have no log", "SELECT count(*) FROM rooms WHERE room NOT IN (SELECT room FROM logs)"),
    ("entries belong to no log", "SELECT count(*) FROM entries WHERE place >> 40 NOT IN (SELECT room FROM logs)"),
    ("members belong to no room", "SELECT count(*) FROM members WHERE room NOT IN (SELECT room FROM rooms)"),
    (
        "entries point out of their room",
        "SELECT count(*) FROM entries WHERE target IS NOT NULL AND abs(target) >> 40 <> place >> 40",
    ),
    (
        "messages have more than one last edit",
        "SELECT count(*) FROM (SELECT 1 FROM entries WHERE target > 0 AND kind = 7 GROUP BY target HAVING count(*) > 1)",
    ),
    (
        "posts are kept that are marked as gone",
        "SELECT count(*) FROM gone JOIN entries ON entries.place >> 40 = gone.room AND entries.person = gone.person \
         AND entries.instance = gone.instance AND entries.instance IS NOT NULL AND entries.n <= gone.n",
    ),
    (
        "marks of what is gone are of entries that are kept",
        "SELECT count(*) FROM gone JOIN logs USING (room) WHERE seq > dropped",
    ),
];

pub(super) fn check(file: &Connection, findings: &mut Findings<'_>) -> Result<(), VisitError> {
    for (rule, sql) in RULES {
        let count: i64 = file.query_row(sql, [], |row| row.get(0))?;
        if count > 0 {
            findings.add(format_args!("{count} {rule}"))?;
        }
    }
    check_rooms(file, findings)?;
    check_people(file, findings)
}

fn check_rooms(file: &Connection, findings: &mut Findings<'_>) -> Result<(), VisitError> {
    let mut statement = file.prepare("SELECT code, state FROM rooms")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (code, state): (String, String) = row.try_into()?;
        if RoomCode::parse(code.as_bytes()).is_err() {
            findings.add(format_args!("a room has the code {code:?}, which is none"))?;
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&state).is_err() {
            findings.add(format_args!("room {code}: its state cannot be read"))?;
        }
    }
    Ok(())
}

fn check_people(file: &Connection, findings: &mut Findings<'_>) -> Result<(), VisitError> {
    let mut looks = HashSet::new();
    let mut statement = file.prepare("SELECT person, name FROM people")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (person, name): (i64, String) = row.try_into()?;
        match Nick::parse(name.as_bytes()) {
            Err(_) => findings.add(format_args!("person {person} is called {name:?}, which is no name"))?,
            Ok(nick) if !looks.insert(nick.key()) => {
                findings.add(format_args!("person {person} is called {name}, and so is another"))?;
            }
            Ok(_) => {}
        }
    }
    Ok(())
}
