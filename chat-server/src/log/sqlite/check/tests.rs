use super::*;
use crate::log::sqlite::fixture::{ALICE, BOB, Directory, append, index_all, person, said, say};
use crate::log::sqlite::words::Progress;
use crate::log::sqlite::{erasing, retention};
use chat_proto::entry::{Delete, Edit, React, ReactionState, Reply};
use chat_proto::{EntryBody, Seq, UnixMillis};

fn checked(directory: &Directory) -> (Health, String) {
    let mut out = Vec::new();
    let health = check(directory.path(), &mut out).unwrap();
    (health, String::from_utf8(out).unwrap())
}

/// A history with a bit of everything, after it has been lived with.
fn history() -> (Directory, Connection) {
    let directory = Directory::new();
    let server = directory.connect();
    said(&server, &[(ALICE, "one word"), (BOB, "two Wörter"), (ALICE, "👍"), (BOB, "東京で")]);
    append(&server, 1, 5, ALICE, &EntryBody::Opened);
    append(&server, 1, 6, ALICE, &EntryBody::Forget);
    say(&server, 1, 7, ALICE, "three");
    server
        .execute("INSERT INTO people (person, key, name, last_seen, seen) VALUES (1, zeroblob(32), 'alice', 0, 1)", [])
        .unwrap();
    (directory, server)
}

fn damaged_by(sql: &str) -> String {
    let (directory, server) = history();
    server.execute_batch(sql).unwrap();
    let (health, out) = checked(&directory);
    assert_eq!(health, Health::Damaged, "{sql}");
    out
}

#[test]
fn a_history_that_was_lived_with_is_whole() {
    let (directory, server) = history();

    assert_eq!(checked(&directory), (Health::Whole, "whole: rooms 1, entries 7, people 1\n".to_owned()));
    erasing::mark(&server, 1, person(1), Seq(6)).unwrap();
    while {
        assert_eq!(checked(&directory).0, Health::Whole);
        erasing::step(&server).unwrap() == Progress::More
    } {}
    index_all(&server, 1);
    assert_eq!(checked(&directory).0, Health::Whole);
    let bounds = retention::Bounds { keeps: &|_| Some(std::time::Duration::from_secs(3)), bytes: None };
    retention::Sweep::at(UnixMillis(6_000)).step(&server, &bounds).unwrap();
    assert_eq!(checked(&directory), (Health::Whole, "whole: rooms 1, entries 5, people 1\n".to_owned()));
}

#[test]
fn a_history_in_which_messages_were_changed_is_whole_at_every_step() {
    let (directory, server) = history();
    let edit = |target, text: &'static str| EntryBody::Edit(Edit { target: Seq(target), text: text.into() });
    let given = React { target: Seq(2), emoji: "👍".into(), state: ReactionState::On };
    let changes = [
        edit(2, "three words now"),
        edit(2, "four words by now"),
        EntryBody::React(given),
        EntryBody::Delete(Delete { target: Seq(4) }),
        EntryBody::Reply(Reply { to: Seq(1), text: "a reply".into() }),
        EntryBody::Delete(Delete { target: Seq(2) }),
    ];

    for (seq, change) in (8..).zip(&changes) {
        append(&server, 1, seq, BOB, change);
        assert_eq!(checked(&directory).0, Health::Whole, "{change:?}");
    }
    while {
        assert_eq!(checked(&directory).0, Health::Whole);
        erasing::step(&server).unwrap() == Progress::More
    } {}
    index_all(&server, 1);

    assert_eq!(checked(&directory).0, Health::Whole);
}

#[test]
fn every_disagreement_is_found() {
    let damages = [
        ("UPDATE entries SET prev = 9 WHERE place & 255 = 2", "room ABCD: entry 2 comes after 1, not 9"),
        ("DELETE FROM entries WHERE place & 255 = 3", "room ABCD: entry 4 comes after 2, not 3"),
        ("UPDATE entries SET time = 1 WHERE place & 255 = 4", "room ABCD: entry 4 is older than the one before it"),
        ("UPDATE entries SET body = x'ff' WHERE place & 255 = 1", "room ABCD: entry 1 cannot be read"),
        ("UPDATE entries SET kind = 17 WHERE place & 255 = 5", "room ABCD: entry 5 cannot be read"),
        ("UPDATE entries SET body = x'6368616e67656421' WHERE place & 255 = 1", "does not agree with its messages"),
        ("UPDATE entries SET person = 2 WHERE place & 255 = 1", "does not agree with its messages"),
        ("INSERT INTO words (rowid, author, text) VALUES (9, 'p1', '')", "room number 0: the index"),
        ("UPDATE logs SET indexed = 3", "does not agree with its messages"),
        ("UPDATE logs SET indexed = 8", "room ABCD: words are known up to 8, but entries only to 7"),
        ("UPDATE logs SET bytes = 1", "room ABCD: 1 bytes are counted"),
        ("DELETE FROM logs", "1 rooms have no log\n7 entries belong to no log"),
        ("INSERT INTO members VALUES (9, 1, 1, NULL, 0)", "1 members belong to no room"),
        (
            "INSERT INTO gone SELECT 1, person, instance, n, 1 FROM entries WHERE place & 255 = 3",
            "2 posts are kept that are marked as gone\n1 marks of what is gone are of entries that are kept",
        ),
        ("UPDATE rooms SET state = '{'", "room ABCD: its state cannot be read"),
        ("UPDATE rooms SET code = 'abc!'", "a room has the code \"abc!\", which is none"),
        ("UPDATE people SET name = 'a b'", "person 1 is called \"a b\", which is no name"),
        ("INSERT INTO people VALUES (2, zeroblob(32), 'Alice', 0, 1)", "person 2 is called Alice, and so is another"),
    ];
    for (sql, finding) in damages {
        let out = damaged_by(sql);
        assert!(out.contains(finding) && out.ends_with("damaged: put it back from a backup\n"), "{sql}: {out}");
    }
}

#[test]
fn a_direct_room_is_called_by_its_id_because_its_code_finds_nothing() {
    let out = damaged_by(
        "UPDATE rooms SET state = '{\"door\":{\"direct\":{\"pair\":[{\"person\":1},{\"person\":2}]}}}'; \
         UPDATE logs SET bytes = 1",
    );

    assert!(out.contains("room 01010101010101010101010101010101: 1 bytes are counted"), "{out}");
    assert!(!out.contains("ABCD"), "{out}");
}

#[test]
fn a_file_with_flipped_bytes_is_not_whole() {
    let (directory, server) = history();
    server.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(server);
    let mut bytes = std::fs::read(directory.file()).unwrap();
    let at = bytes.windows(8).position(|window| window == b"one word").unwrap();
    bytes[at - 40..at].fill(0xff);
    std::fs::write(directory.file(), bytes).unwrap();

    let mut out = Vec::new();
    let verdict = check(directory.path(), &mut out);

    assert!(!matches!(verdict, Ok(Health::Whole)), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn of_many_findings_the_first_are_written() {
    let (directory, server) = history();
    for seq in 8..=200 {
        say(&server, 1, seq, ALICE, "word");
    }
    server.execute("UPDATE entries SET prev = 500", []).unwrap();

    let (_, out) = checked(&directory);

    assert_eq!(out.lines().count(), WRITTEN_MAX + 2);
    assert!(out.contains("and 100 more"));
}

#[test]
fn without_a_history_nothing_is_made() {
    let directory = Directory::new();

    let refused = check(directory.path(), &mut Vec::new()).unwrap_err();

    assert!(matches!(refused, VisitError::NoHistory(_)));
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}
