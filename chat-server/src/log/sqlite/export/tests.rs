use super::*;
use crate::log::sqlite::erasing;
use crate::log::sqlite::fixture::{ALICE, BOB, Directory, append, open, person, said, say};
use chat_proto::entry::{Act, BanScope, LeaveReason, Target};
use serde_json::{Value, json};

fn code(code: &str) -> RoomCode {
    RoomCode::parse(code.as_bytes()).unwrap()
}

fn exported(directory: &Directory, format: Format) -> String {
    let mut out = Vec::new();
    export(directory.path(), code("ABCD"), format, &mut out).unwrap();
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

#[test]
fn a_room_or_a_history_that_is_not_there_is_refused() {
    let (directory, empty) = (Directory::new(), Directory::new());
    directory.connect();

    let no_room = export(directory.path(), code("ABCD"), Format::Text, &mut Vec::new()).unwrap_err();
    let no_history = export(empty.path(), code("ABCD"), Format::Text, &mut Vec::new()).unwrap_err();

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
