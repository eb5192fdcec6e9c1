//! Directories that are taken, and those that are refused: each with a sentence that says what to do.

use crate::bench::{ALICE, Bench, append, fill, open, open_within, texts, within_reason};
use crate::scratch::Scratch;
use chat_server::log::Logs;
use chat_server::log::sqlite::{OpenError, SqliteLogs};
use rusqlite::Connection;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A frozen copy of the first schema, with something in it.
const FIRST: &str = include_str!("../fixtures/first.sql");

/// Something that was done to a directory.
type Deed = fn(&Path);
/// Something that was done to the bytes of a file.
type Damage = fn(&mut Vec<u8>);

#[tokio::test]
async fn what_is_made_is_for_nobody_else_to_read() {
    let scratch = Scratch::new();
    let place = scratch.path().join("new/one");

    let logs = open(&place).unwrap();

    assert_eq!(mode(&place), 0o700);
    let names = names(&place);
    assert_eq!(names, ["chat.db", "chat.db-shm", "chat.db-wal", "chat.lock"]);
    for name in names {
        assert_eq!(mode(&place.join(&name)), 0o600, "{name}");
    }
    drop(logs);
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_closed() {
    let scratch = Scratch::new();
    let first = open(scratch.path()).unwrap();

    let refused = refusal(scratch.path());
    within_reason(first.close()).await;

    assert!(refused.contains("another server") && names_place(&refused, scratch.path()), "{refused}");
    drop(open(scratch.path()).unwrap());
}

#[tokio::test]
async fn whoever_waits_for_the_lock_has_it_as_soon_as_it_is_free() {
    let scratch = Scratch::new();
    let first = open(scratch.path()).unwrap();
    let place = scratch.path().to_owned();
    let second =
        tokio::task::spawn_blocking(move || SqliteLogs::open(&place, crate::bench::DISK, Duration::from_mins(1)));

    within_reason(first.close()).await;

    assert!(within_reason(second).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_file_that_was_removed_is_not_followed_by_a_new_one() {
    let scratch = used().await;
    fs::remove_file(scratch.path().join("chat.db")).unwrap();

    let refused = refusal(scratch.path());

    assert!(refused.contains("was removed") && names_place(&refused, scratch.path()), "{refused}");
    assert_eq!(names(scratch.path()), ["chat.lock"]);
}

#[tokio::test]
async fn a_file_that_was_emptied_is_not_begun_anew() {
    let scratch = used().await;
    fs::write(scratch.path().join("chat.db"), "").unwrap();

    let refused = refusal(scratch.path());

    assert!(refused.contains("is empty"), "{refused}");
    assert_eq!(fs::metadata(scratch.path().join("chat.db")).unwrap().len(), 0);
}

#[tokio::test]
async fn a_directory_with_something_else_in_it_is_left_alone() {
    let scratch = Scratch::new();
    fs::write(scratch.path().join("letters.txt"), "dear all").unwrap();

    let refused = refusal(scratch.path());

    assert!(refused.contains("letters.txt"), "{refused}");
    assert!(!scratch.path().join("chat.db").exists());
}

#[tokio::test]
async fn the_root_of_a_file_system_is_as_good_as_empty() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path().join("lost+found")).unwrap();

    assert!(open(scratch.path()).is_ok());
}

#[tokio::test]
async fn a_first_start_that_was_cut_off_is_begun_again() {
    let cut_off_after: [(&str, Deed); 4] = [
        ("the lock file", |place| fs::write(place.join("chat.lock"), "").unwrap()),
        ("the file", |place| fs::write(place.join("chat.db"), "").unwrap()),
        ("the first setting", |place| execute(place, "PRAGMA journal_mode = wal")),
        ("a history without a mark", |place| {
            execute(place, FIRST);
            fs::write(place.join("chat.lock"), "").unwrap();
        }),
    ];
    for (step, cut_off) in cut_off_after {
        let scratch = Scratch::new();
        cut_off(scratch.path());

        let logs = open(scratch.path()).unwrap_or_else(|error| panic!("{step}: {error}"));

        within_reason(logs.close()).await;
        drop(logs);
        fs::remove_file(scratch.path().join("chat.db")).unwrap();
        assert!(refusal(scratch.path()).contains("was removed"), "{step}");
    }
}

#[tokio::test]
async fn a_backup_that_was_put_into_an_empty_directory_is_used() {
    let scratch = used().await;
    let fresh = Scratch::new();
    fs::copy(scratch.path().join("chat.db"), fresh.path().join("chat.db")).unwrap();

    let logs = open(fresh.path()).unwrap();

    let restored = logs.restore();
    assert_eq!(texts(&restored.rooms[0].log).await.len(), 100);
}

#[tokio::test]
async fn a_file_of_another_program_is_refused_and_not_touched() {
    let another: [(&str, Deed); 3] = [
        ("no database", |place| fs::write(place.join("chat.db"), "just text, more than a header ".repeat(50)).unwrap()),
        ("no application", |place| execute(place, "CREATE TABLE notes (text)")),
        ("another application", |place| execute(place, "CREATE TABLE notes (text); PRAGMA application_id = 1")),
    ];
    for (what, make) in another {
        let scratch = Scratch::new();
        make(scratch.path());
        let before = fs::read(scratch.path().join("chat.db")).unwrap();

        let refused = refusal(scratch.path());

        assert!(refused.contains("is not the history of a chat server"), "{what}: {refused}");
        assert_eq!(fs::read(scratch.path().join("chat.db")).unwrap(), before, "{what}");
    }
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_by_its_name() {
    let scratch = used().await;
    execute(scratch.path(), "PRAGMA user_version = 99; INSERT INTO versions VALUES (99, 'chat-server 7.1.0')");

    let refused = refusal(scratch.path());

    assert!(refused.contains("was written by chat-server 7.1.0 (version 99"), "{refused}");
    assert!(refused.contains("start that one, or a newer one"), "{refused}");
}

#[tokio::test]
async fn a_newer_version_that_does_not_say_its_name_is_refused_too() {
    let scratch = used().await;
    execute(scratch.path(), "PRAGMA user_version = 99; DROP TABLE versions");

    assert!(refusal(scratch.path()).contains("was written by a newer chat-server"));
}

#[tokio::test]
async fn a_read_only_file_or_directory_is_refused() {
    for (name, writable) in [("chat.db", 0o600), ("", 0o700)] {
        let scratch = used().await;
        let path = scratch.path().join(name);
        fs::set_permissions(&path, Permissions::from_mode(writable & 0o500)).unwrap();

        let refused = refusal(scratch.path());

        fs::set_permissions(&path, Permissions::from_mode(writable)).unwrap();
        assert!(refused.contains("is read-only"), "{name}: {refused}");
    }
}

#[tokio::test]
async fn a_place_that_is_no_directory_is_refused() {
    let scratch = Scratch::new();
    let place = scratch.path().join("file");
    fs::write(&place, "").unwrap();

    let refused = refusal(&place);

    assert!(refused.contains("cannot be used for history") && names_place(&refused, &place), "{refused}");
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let damages: [(&str, Damage); 3] = [
        ("cut off", |bytes| bytes.truncate(bytes.len() / 2)),
        ("no header", |bytes| bytes[..16].fill(0)),
        ("pages overwritten", |bytes| {
            let half = bytes.len() / 2;
            bytes[half..].fill(0x5a);
        }),
    ];
    for (what, damage) in damages {
        let scratch = used().await;
        let file = scratch.path().join("chat.db");
        let mut bytes = fs::read(&file).unwrap();
        damage(&mut bytes);
        fs::write(&file, bytes).unwrap();

        let refused = refusal(scratch.path());

        assert!(refused.contains("put it back from a backup"), "{what}: {refused}");
    }
}

#[tokio::test]
async fn damage_is_found_where_the_start_does_not_look() {
    let scratch = used().await;
    let bench = Bench::of(open(scratch.path()).unwrap());
    fill(&bench.room(1), 1_000).await;
    within_reason(bench.logs.close()).await;
    let (page, bytes) = inner_page_of_entries(scratch.path());
    let file = OpenOptions::new().write(true).open(scratch.path().join("chat.db")).unwrap();
    // The kind of the page, and how many rows it has.
    file.write_all_at(&[0x0d, 0, 0, 0xff, 0xff], (page - 1) * bytes).unwrap();

    assert!(refusal(scratch.path()).contains("is damaged"));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_damage_and_not_nothing() {
    for damage in ["UPDATE rooms SET code = '!!!!'", "DELETE FROM logs"] {
        let scratch = used().await;
        execute(scratch.path(), damage);

        assert!(refusal(scratch.path()).contains("is damaged"), "{damage}");
    }
}

#[tokio::test]
async fn a_history_of_the_first_version_is_one_of_today() {
    let scratch = Scratch::new();
    execute(scratch.path(), FIRST);

    let logs = open(scratch.path()).unwrap();
    let restored = logs.restore();

    assert_eq!(restored.rooms[0].record.code.to_string(), "AB3Z");
    assert_eq!(restored.people[0].name.as_str(), "alice");
    let log = Arc::clone(&restored.rooms[0].log);
    assert_eq!(texts(&log).await, ["hello", "from the first version"]);
    append(&log, vec![ALICE.says(9, "and today's")]).await;
    within_reason(logs.close()).await;
    let new = used().await;
    assert_eq!(shape(scratch.path()), shape(new.path()));
}

/// Where a server has kept something, and ended.
async fn used() -> Scratch {
    let scratch = Scratch::new();
    let logs = open(scratch.path()).unwrap();
    let bench = Bench::of(logs);
    fill(&bench.room(1), 100).await;
    within_reason(bench.logs.close()).await;
    scratch
}

fn refusal(place: &Path) -> String {
    let refused: OpenError = open_within(place, crate::bench::DISK).err().expect("it is refused");
    let text = refused.to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

fn names_place(refused: &str, place: &Path) -> bool {
    refused.contains(&*place.to_string_lossy())
}

fn execute(place: &Path, sql: &str) {
    Connection::open(place.join("chat.db")).unwrap().execute_batch(sql).unwrap();
}

/// Its number, and how many bytes a page has.
fn inner_page_of_entries(place: &Path) -> (u64, u64) {
    let file = Connection::open(place.join("chat.db")).unwrap();
    let sql =
        "SELECT pageno, pgsize FROM dbstat WHERE name = 'entries' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 3";
    file.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned())))
        .unwrap()
}

/// Every table and index, as it was made.
fn shape(place: &Path) -> Vec<String> {
    let file = Connection::open(place.join("chat.db")).unwrap();
    let mut statement = file.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(place: &Path) -> Vec<String> {
    let paths: Vec<PathBuf> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}
