use super::*;
use crate::log::search::Query;
use crate::log::sqlite::fixture::{
    ALICE, BOB, Directory, append, count, file, index_all, open, person, said, say, sought,
};
use crate::log::sqlite::words::search;
use std::collections::HashSet;
use std::time::Duration;

fn erase_all(file: &Connection) {
    while step(file).unwrap() == Progress::More {}
}

fn kinds(file: &Connection) -> Vec<u16> {
    let mut statement = file.prepare("SELECT kind FROM entries ORDER BY place").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn hits(file: &mut Connection, words: &str) -> Vec<u64> {
    let query = Query::parse(&sought(words), None).unwrap();
    let findings = search(file, 1, &query, Duration::from_mins(1)).unwrap();
    findings.hits.iter().map(|hit| hit.found.seq.0).collect()
}

#[test]
fn what_one_person_said_before_the_mark_is_erased() {
    let mut file = file();
    said(&file, &[(ALICE, "word one"), (BOB, "word two"), (ALICE, "word three"), (ALICE, "word four")]);
    mark(&file, 1, person(1), Seq(4)).unwrap();

    erase_all(&file);

    assert_eq!(kinds(&file), [15, 1, 15, 1]);
    assert_eq!(hits(&mut file, "word"), [4, 2]);
    assert_eq!(count(&file, "forgetting"), 0);
}

#[test]
fn only_messages_and_actions_are_erased_and_places_stay() {
    let file = file();
    open(&file, 1, "ABCD");
    append(&file, 1, 1, ALICE, &EntryBody::Opened);
    append(&file, 1, 2, ALICE, &EntryBody::Topic("topic".into()));
    append(&file, 1, 3, ALICE, &EntryBody::Action("waves".into()));
    mark(&file, 1, person(1), Seq(4)).unwrap();

    erase_all(&file);

    assert_eq!(kinds(&file), [16, 3, 15]);
    let erased: (i64, i64, Vec<u8>, i64, Vec<u8>) = file
        .query_row("SELECT prev, person, name, n, body FROM entries ORDER BY place DESC LIMIT 1", [], |row| {
            row.try_into()
        })
        .unwrap();
    assert_eq!(erased, (2, 1, b"alice".to_vec(), 3 + i64::MIN, Vec::new()));
}

#[test]
fn the_same_person_in_another_room_is_left_alone() {
    let mut file = file();
    said(&file, &[(ALICE, "word")]);
    open(&file, 2, "ABCE");
    say(&file, 2, 1, ALICE, "word");
    index_all(&file, 2);
    mark(&file, 2, person(1), Seq(9)).unwrap();

    erase_all(&file);

    assert_eq!(kinds(&file), [1, 15]);
    assert_eq!(hits(&mut file, "word"), [1]);
}

#[test]
fn what_was_never_indexed_is_erased_too() {
    let file = file();
    open(&file, 1, "ABCD");
    for seq in 1..=600 {
        say(&file, 1, seq, ALICE, "word");
    }
    mark(&file, 1, person(1), Seq(601)).unwrap();

    erase_all(&file);

    assert!(kinds(&file).iter().all(|kind| *kind == 15));
}

#[test]
fn a_message_without_words_is_erased_too() {
    let file = file();
    said(&file, &[(ALICE, "👍"), (BOB, "👍")]);
    mark(&file, 1, person(1), Seq(3)).unwrap();

    erase_all(&file);

    assert_eq!(kinds(&file), [15, 1]);
}

#[test]
fn the_bytes_of_what_is_erased_are_no_longer_counted() {
    let file = file();
    said(&file, &[(ALICE, "12345"), (BOB, "123")]);
    let bytes = || file.query_row("SELECT bytes FROM logs", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = bytes();
    mark(&file, 1, person(1), Seq(3)).unwrap();

    erase_all(&file);

    assert_eq!(before - bytes(), 5);
}

#[test]
fn forgetting_twice_reaches_as_far_as_the_second_time() {
    let file = file();
    said(&file, &[(ALICE, "one"), (ALICE, "two")]);
    mark(&file, 1, person(1), Seq(2)).unwrap();
    mark(&file, 1, person(1), Seq(3)).unwrap();

    erase_all(&file);

    assert_eq!(kinds(&file), [15, 15]);
}

#[test]
fn a_mark_for_a_room_that_is_over_goes() {
    let file = file();
    mark(&file, 7, person(1), Seq(3)).unwrap();

    erase_all(&file);

    assert_eq!(count(&file, "forgetting"), 0);
}

/// Words that nobody else says, enough of them for some to stand on the inner pages of the index.
fn secret(n: u64) -> String {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("q{mixed:016x}")
}

fn bytes_of(directory: &Directory, file: &Connection) -> Vec<u8> {
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    std::fs::read(directory.file()).unwrap()
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Whether the first six letters of a word stand in there.
fn holds_any(bytes: &[u8], words: &[String]) -> bool {
    let beginnings: HashSet<&[u8]> = words.iter().map(|word| &word.as_bytes()[..6]).collect();
    bytes.windows(6).any(|window| beginnings.contains(window))
}

fn secrets_on_inner_pages(file: &Connection) -> i64 {
    let sql = "SELECT count(*) FROM words_idx WHERE CAST(term AS TEXT) LIKE '0q%'";
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn nothing_of_what_was_erased_is_left_in_the_file() {
    let directory = Directory::new();
    let file = directory.connect();
    open(&file, 1, "ABCD");
    file.execute_batch("BEGIN").unwrap();
    for seq in 1..=3_000 {
        let (author, text) = match seq % 2 {
            0 => (ALICE, format!("Secret-{} {} {}", secret(seq), secret(seq + 10_000), secret(seq + 20_000))),
            _ => (BOB, format!("plain words number {seq}")),
        };
        say(&file, 1, seq, author, &text);
        if seq % 100 == 0 {
            index_all(&file, 1);
            file.execute_batch("COMMIT; BEGIN").unwrap();
        }
    }
    file.execute_batch("COMMIT").unwrap();
    let was_there = bytes_of(&directory, &file);
    mark(&file, 1, person(1), Seq(3_001)).unwrap();

    erase_all(&file);

    let bytes = bytes_of(&directory, &file);
    let secrets: Vec<String> = (1..=1_500).map(|n| secret(2 * n)).collect();
    assert!(holds_any(&was_there, &secrets) && holds(&was_there, "Secret-q"));
    assert!(!holds(&bytes, "Secret-q"));
    assert!(!holds_any(&bytes, &secrets));
    assert_eq!(secrets_on_inner_pages(&file), 0);
    file.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 0)", []).unwrap();
}

#[test]
fn an_index_of_one_piece_is_written_anew_as_well() {
    let directory = Directory::new();
    let file = directory.connect();
    let texts: Vec<String> = (1..=2_000).map(|n| if n % 2 == 0 { secret(n) } else { format!("word{n}") }).collect();
    let authors = [BOB, ALICE].into_iter().cycle();
    said(&file, &authors.zip(&texts).map(|(author, text)| (author, text.as_str())).collect::<Vec<_>>());
    file.execute("INSERT INTO words (words) VALUES ('optimize')", []).unwrap();
    assert_ne!(secrets_on_inner_pages(&file), 0);
    mark(&file, 1, person(1), Seq(3_000)).unwrap();

    erase_all(&file);

    assert_eq!(secrets_on_inner_pages(&file), 0);
    assert_eq!(count(&file, "words('\"word1999\"')"), 1);
}

fn edit(target: u64, text: &str) -> EntryBody {
    EntryBody::Edit(chat_proto::entry::Edit { target: Seq(target), text: text.to_owned().into() })
}

fn delete(target: u64) -> EntryBody {
    EntryBody::Delete(chat_proto::entry::Delete { target: Seq(target) })
}

fn counted_bytes(file: &Connection) -> i64 {
    file.query_row("SELECT bytes FROM logs", [], |row| row.get(0)).unwrap()
}

/// What the entries take that are there.
fn bytes_there(file: &Connection) -> i64 {
    file.query_row("SELECT sum(112 + length(name) + length(body)) FROM entries", [], |row| row.get(0)).unwrap()
}

#[test]
fn every_text_that_a_deleted_message_had_is_gone_from_the_file() {
    let directory = Directory::new();
    let file = directory.connect();
    said(&file, &[(ALICE, "first-xyzzy"), (BOB, "stays")]);
    append(&file, 1, 3, ALICE, &edit(1, "second-xyzzy"));
    index_all(&file, 1);
    append(&file, 1, 4, ALICE, &edit(1, "third-xyzzy"));
    assert!(holds(&bytes_of(&directory, &file), "second-xyzzy"));

    append(&file, 1, 5, ALICE, &delete(1));
    erase_all(&file);

    assert!(!holds(&bytes_of(&directory, &file), "xyzzy"));
    assert_eq!((count(&file, "stale"), count(&file, "words('xyzzy')")), (0, 0));
    assert_eq!(counted_bytes(&file), bytes_there(&file));
}

#[test]
fn an_edit_of_a_message_that_is_no_longer_kept_is_erased_with_what_its_author_said() {
    let directory = Directory::new();
    let file = directory.connect();
    said(&file, &[(ALICE, "one"), (ALICE, "two"), (BOB, "three")]);
    append(&file, 1, 4, ALICE, &edit(1, "an-xyzzy"));
    append(&file, 1, 5, ALICE, &edit(1, "another-xyzzy"));
    file.execute("DELETE FROM entries WHERE place = ?1", [place(1, Seq(1))]).unwrap();
    mark(&file, 1, person(1), Seq(6)).unwrap();

    erase_all(&file);

    assert!(!holds(&bytes_of(&directory, &file), "xyzzy"));
    assert_eq!(kinds(&file), [15, 1, 7, 7]);
}

#[test]
fn a_deleted_message_that_is_dropped_before_its_words_are_taken_out_leaves_none() {
    let file = file();
    said(&file, &[(ALICE, "xyzzy"), (BOB, "stays")]);
    append(&file, 1, 3, ALICE, &delete(1));
    file.execute("DELETE FROM entries WHERE place = ?1", [place(1, Seq(1))]).unwrap();

    erase_all(&file);

    assert_eq!(count(&file, "words('xyzzy')"), 0);
    assert_eq!(count(&file, "stale"), 0);
}

#[test]
fn one_step_erases_no_more_than_it_must_of_messages_with_many_edits() {
    let file = file();
    said(&file, &[(ALICE, "one"), (ALICE, "two")]);
    let long = "x".repeat(16_000);
    for seq in 3..103 {
        append(&file, 1, seq, ALICE, &edit(seq % 2 + 1, &long));
    }
    index_all(&file, 1);
    mark(&file, 1, person(1), Seq(103)).unwrap();

    step(&file).unwrap();

    assert_eq!(kinds(&file)[..2], [15, 1]);
    erase_all(&file);
    assert_eq!(kinds(&file)[..2], [15, 15]);
    assert_eq!(counted_bytes(&file), bytes_there(&file));
}
