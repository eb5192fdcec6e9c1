use super::*;
use crate::log::sqlite::erasing;
use crate::log::sqlite::fixture::{ALICE, BOB, Directory, append, open, person, said, say};
use chat_proto::entry::{Act, BanScope, LeaveReason, Target};
use serde_json::{Value, json};

fn name(name: &str) -> RoomName {
    name.parse().unwrap()
}

fn exported(directory: &Directory, format: Format) -> String {
    let mut out = Vec::new();
    export(directory.path(), &name("ABCD"), format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lines(directory: &Directory) -> Vec<Value> {
    exported(directory, Format::JsonLines).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_message_has_the_documented_keys() {
    let directory = Directory::new();
    let server = directory.connect();
    said(&server, &[(ALICE, "say \"hi\"\n\u{1b}[2J")]);

    let expected = json!({
        "seq": 1, "time": "1970-01-01T00:00:01.000Z", "time_ms": 1_000, "person": 1, "author": "alice",
        "kind": "message", "text": "say \"hi\"\n\u{1b}[2J",
    });
    assert_eq!(lines(&directory), [expected]);
    assert!(!exported(&directory, Format::JsonLines).contains('\u{1b}'));
}

#[test]
fn every_kind_says_what_it_is_about() {
    let directory = Directory::new();
    let server = directory.connect();
    open(&server, 1, "ABCD");
    let target = Target { person: person(2), name: "bob".into() };
    let bodies = [
        (EntryBody::Opened, json!({"kind": "opened"})),
        (EntryBody::Action("waves".into()), json!({"kind": "action", "text": "waves"})),
        (EntryBody::Topic("plans".into()), json!({"kind": "topic", "text": "plans"})),
        (
            EntryBody::Act(Act::Ban(target, BanScope::Address)),
            json!({"kind": "act", "act": "ban", "target": "bob", "target_person": 2, "scope": "address"}),
        ),
        (EntryBody::Act(Act::Lock), json!({"kind": "act", "act": "lock"})),
        (EntryBody::Left(LeaveReason::Lost), json!({"kind": "left", "reason": "lost"})),
        (EntryBody::Renamed("al".into()), json!({"kind": "renamed", "name": "al"})),
        (EntryBody::Forget, json!({"kind": "forget"})),
        (EntryBody::Erased, json!({"kind": "erased"})),
        (
            EntryBody::Unknown { kind: 99, body: [1_u8, 2].as_slice().into() },
            json!({"kind": "unknown", "number": 99, "bytes": "0102"}),
        ),
    ];
    for (seq, (body, _)) in (1..).zip(&bodies) {
        append(&server, 1, seq, ALICE, body);
    }

    for (mut line, (_, expected)) in lines(&directory).into_iter().zip(bodies) {
        let line = line.as_object_mut().unwrap();
        for key in ["seq", "time", "time_ms", "person", "author"] {
            assert!(line.remove(key).is_some());
        }
        assert_eq!(Value::Object(line.clone()), expected);
    }
}

#[test]
fn text_reads_like_a_chat_and_no_line_pretends_to_be_another() {
    let directory = Directory::new();
    let server = directory.connect();
    said(&server, &[(ALICE, "one\n1970-01-01 00:00:09  <bob> forged"), (BOB, "\u{1b}]0;title\u{7}")]);
    append(&server, 1, 3, BOB, &EntryBody::Action("waves".into()));
    append(&server, 1, 4, (3, "e\nvil"), &EntryBody::Topic("a\nb".into()));

    let expected = "1970-01-01 00:00:01  <alice> one\n                       \
                    1970-01-01 00:00:09  <bob> forged\n\
                    1970-01-01 00:00:02  <bob> ␛]0;title␇\n\
                    1970-01-01 00:00:03  * bob waves\n\
                    1970-01-01 00:00:04  -- e vil set the topic: a b\n";
    assert_eq!(exported(&directory, Format::Text), expected);
}

#[test]
fn a_long_room_is_exported_whole_and_another_not_at_all() {
    let directory = Directory::new();
    let server = directory.connect();
    open(&server, 1, "ABCD");
    open(&server, 2, "ABCE");
    say(&server, 2, 1, BOB, "elsewhere");
    let entries = 2 * PAGE_ENTRIES as u64 + 1;
    for seq in 1..=entries {
        say(&server, 1, seq, ALICE, "word");
    }

    let seqs: Vec<u64> = lines(&directory).iter().map(|line| line["seq"].as_u64().unwrap()).collect();

    assert_eq!(seqs, (1..=entries).collect::<Vec<_>>());
}

#[test]
fn what_is_being_forgotten_is_not_exported() {
    let directory = Directory::new();
    let server = directory.connect();
    said(&server, &[(ALICE, "secret"), (BOB, "plain"), (ALICE, "later")]);
    erasing::mark(&server, 1, person(1), Seq(3)).unwrap();

    let kinds: Vec<_> = lines(&directory).iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect();

    assert_eq!(kinds, ["erased", "message", "message"]);
}

#[test]
fn a_time_that_is_no_date_is_still_written() {
    let directory = Directory::new();
    let server = directory.connect();
    said(&server, &[(ALICE, "word")]);
    for time in [i64::MIN, i64::MAX] {
        server.execute("UPDATE entries SET time = ?1", [time]).unwrap();
        assert_eq!(lines(&directory)[0]["time_ms"], time);
    }
}

/// Opens room number `room` as one between these, by number and name; says something in it.
fn open_direct(server: &Connection, room: i64, code: &str, pair: [(u64, &str); 2]) {
    open(server, room, code);
    let pair = pair.map(|(person, name)| json!({"person": person, "name": name, "key": "00"}));
    let state = json!({"door": {"direct": {"pair": pair}}}).to_string();
    server.execute("UPDATE rooms SET state = ?2 WHERE room = ?1", (room, state)).unwrap();
    say(server, room, 1, ALICE, &format!("in room {room}"));
}

fn know(server: &Connection, person: u64, name: &str) {
    let sql = "INSERT INTO people (person, key, name, last_seen, seen) VALUES (?1, zeroblob(32), ?2, 0, 1)";
    server.execute(sql, (person.cast_signed(), name)).unwrap();
}

/// What was said in the room of this name, or why there is none.
fn told(directory: &Directory, room: &str) -> Result<String, String> {
    let mut out = Vec::new();
    let exported = export(directory.path(), &name(room), Format::JsonLines, &mut out);
    exported.map_err(|error| error.to_string())?;
    Ok(serde_json::from_slice::<Value>(&out).unwrap()["text"].as_str().unwrap().to_owned())
}

#[test]
fn a_direct_room_is_found_by_its_two_people_and_by_its_id_but_not_by_its_code() {
    let directory = Directory::new();
    let server = directory.connect();
    open(&server, 1, "ABCD");
    say(&server, 1, 1, ALICE, "in room 1");
    open_direct(&server, 2, "ABCE", [(1, "alice"), (2, "bob")]);
    know(&server, 1, "alice");
    know(&server, 2, "Robert");

    for called in ["alice,robert", "@robert, @Alice", "02020202020202020202020202020202"] {
        assert_eq!(told(&directory, called), Ok("in room 2".to_owned()), "{called}");
    }
    assert_eq!(told(&directory, "01010101010101010101010101010101"), Ok("in room 1".to_owned()));
    assert_eq!(told(&directory, "ABCE"), Err("there is no room ABCE in this history".to_owned()));
    let as_they_were = told(&directory, "alice,bob").unwrap_err();
    assert_eq!(as_they_were, "there is no room between alice and bob in this history");
}

#[test]
fn of_several_rooms_between_people_of_the_same_names_the_ids_are_told() {
    let directory = Directory::new();
    let server = directory.connect();
    open_direct(&server, 1, "ABCD", [(1, "alice"), (2, "bob")]);
    open_direct(&server, 2, "ABCE", [(1, "alice"), (3, "bob")]);
    know(&server, 1, "alice");
    know(&server, 3, "bob");

    let reason = told(&directory, "alice,bob").unwrap_err();

    assert!(reason.contains("several rooms between alice and bob") && !reason.contains("ABC"), "{reason}");
    for id in [[1; 16], [2; 16]].map(|id| chat_proto::RoomId(id).to_string()) {
        assert!(reason.contains(&id) && told(&directory, &id).is_ok(), "{reason}");
    }
}

#[test]
fn a_damaged_state_of_another_room_keeps_none_from_being_exported() {
    let directory = Directory::new();
    let server = directory.connect();
    open(&server, 1, "ABCD");
    open_direct(&server, 2, "ABCE", [(1, "alice"), (2, "bob")]);
    server.execute("UPDATE rooms SET state = '{' WHERE room = 1", []).unwrap();

    assert_eq!(told(&directory, "alice,bob"), Ok("in room 2".to_owned()));
}

#[test]
fn what_calls_no_room_is_refused() {
    for text in ["", "alice", "alice,", ",", "alice,bob,carol", "OOOO", "0202", "a b,c"] {
        assert_eq!(text.parse::<RoomName>(), Err(crate::log::sqlite::RoomNameError), "{text}");
    }
}

#[test]
fn a_room_or_a_history_that_is_not_there_is_refused() {
    let (directory, empty) = (Directory::new(), Directory::new());
    directory.connect();

    let no_room = export(directory.path(), &name("ABCD"), Format::Text, &mut Vec::new()).unwrap_err();
    let no_history = export(empty.path(), &name("ABCD"), Format::Text, &mut Vec::new()).unwrap_err();

    assert!(matches!(no_room, ExportError::NoRoom(_)));
    assert!(matches!(no_history, ExportError::History(VisitError::NoHistory(_))));
    assert_eq!(empty.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_file_that_is_not_ours_is_refused() {
    let directory = Directory::new();
    let other = directory.connect();
    other.pragma_update(None, "user_version", 99).unwrap();
    let newer = visiting::open(directory.path()).unwrap_err();
    other.pragma_update(None, "application_id", 1).unwrap();
    let foreign = visiting::open(directory.path()).unwrap_err();
    drop(other);
    std::fs::write(directory.file(), "no database at all, but long enough to be looked at as one".repeat(20)).unwrap();
    let junk = visiting::open(directory.path()).unwrap_err();

    assert!(matches!(newer, VisitError::OtherVersion { version: 99, .. }));
    assert!(matches!((foreign, junk), (VisitError::Foreign(_), VisitError::Foreign(_))));
}
