use super::*;
use crate::log::search::Query;
use crate::log::sqlite::fixture::{ALICE, BOB, append, count, file, index_all, open, said, say, seconds, sought};
use crate::log::sqlite::words::search;
use chat_proto::EntryBody;

const NEVER: Bounds<'static> = Bounds { keeps: &|_| None, bytes: None };

fn for_seconds(keep: Keep) -> Option<Duration> {
    match keep {
        Keep::Default => Some(Duration::from_secs(10)),
        Keep::Millis(millis) => Some(Duration::from_millis(millis)),
        Keep::Forever => None,
    }
}

const BY_AGE: Bounds<'static> = Bounds { keeps: &for_seconds, bytes: None };

fn by_size(bytes: usize) -> Bounds<'static> {
    Bounds { bytes: Some(bytes), ..NEVER }
}

fn drop_all(file: &Connection, now: i64, bounds: &Bounds<'_>) {
    let mut sweep = Sweep::at(seconds(now));
    while sweep.step(file, bounds).unwrap() == Progress::More {}
}

fn seqs(file: &Connection, room: i64) -> Vec<u64> {
    let sql = "SELECT place FROM entries WHERE place >> 40 = ?1 ORDER BY place";
    let mut statement = file.prepare(sql).unwrap();
    statement.query_map([room], |row| row.get(0).map(seq).map(|seq| seq.0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// dropped, indexed and bytes.
fn log(file: &Connection, room: i64) -> (i64, i64, i64) {
    let sql = "SELECT dropped, indexed, bytes FROM logs WHERE room = ?1";
    file.query_row(sql, [room], |row| row.try_into()).unwrap()
}

fn fill(file: &Connection, room: i64, code: &str, messages: u64) {
    open(file, room, code);
    for seq in 1..=messages {
        say(file, room, seq, ALICE, "word");
    }
    index_all(file, room);
}

const MESSAGE_BYTES: usize = 112 + 5 + 4;

#[test]
fn what_is_too_old_goes_and_nothing_else() {
    let file = file();
    fill(&file, 1, "ABCD", 30);

    drop_all(&file, 30, &BY_AGE);

    assert_eq!(seqs(&file, 1), (20..=30).collect::<Vec<_>>());
    assert_eq!(log(&file, 1), (19, 30, 11 * signed(MESSAGE_BYTES)));
}

#[test]
fn what_is_dropped_is_not_found_any_more() {
    let mut file = file();
    said(&file, &[(ALICE, "rare"), (ALICE, "rare")]);

    drop_all(&file, 12, &BY_AGE);

    let query = Query::parse(&sought("rare"), None).unwrap();
    let hits = search(&mut file, 1, &query, Duration::from_mins(1)).unwrap().hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].before, None);
    file.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 0)", []).unwrap();
}

#[test]
fn every_room_is_kept_as_it_was_asked_to_be() {
    let file = file();
    for (room, code, keep_ms) in [(1, "ABCD", None), (2, "ABCE", Some(5_000)), (3, "ABCF", Some(-1))] {
        fill(&file, room, code, 20);
        file.execute("UPDATE rooms SET keep_ms = ?2 WHERE room = ?1", (room, keep_ms)).unwrap();
    }

    drop_all(&file, 20, &BY_AGE);

    assert_eq!([1, 2, 3].map(|room| seqs(&file, room).len()), [11, 6, 20]);
}

#[test]
fn a_room_whose_entries_are_all_too_old_keeps_its_head() {
    let file = file();
    fill(&file, 1, "ABCD", 200);

    drop_all(&file, 1_000_000, &BY_AGE);

    assert_eq!(seqs(&file, 1), [] as [u64; 0]);
    assert_eq!(log(&file, 1), (200, 200, 0));
    assert_eq!(count(&file, "words('\"word\"')"), 0);
}

#[test]
fn what_was_not_indexed_yet_goes_without_a_trace() {
    let file = file();
    fill(&file, 1, "ABCD", 3);
    for seq in 4..=6 {
        say(&file, 1, seq, ALICE, "word");
    }

    drop_all(&file, 15, &BY_AGE);
    index_all(&file, 1);

    assert_eq!((seqs(&file, 1), log(&file, 1).1), (vec![5, 6], 6));
    file.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 0)", []).unwrap();
}

#[test]
fn the_largest_room_gives_first() {
    let file = file();
    fill(&file, 1, "ABCD", 100);
    fill(&file, 2, "ABCE", 300);

    drop_all(&file, 0, &by_size(300 * MESSAGE_BYTES));

    assert_eq!(seqs(&file, 1).len(), 100);
    assert!(seqs(&file, 2).len() <= 200 && seqs(&file, 2).len() > 100);
    assert_eq!(seqs(&file, 2).last(), Some(&300));
}

#[test]
fn within_its_bounds_nothing_goes() {
    let file = file();
    fill(&file, 1, "ABCD", 10);

    assert_eq!(Sweep::at(seconds(1_000)).step(&file, &NEVER).unwrap(), Progress::Done);
    assert_eq!(Sweep::at(seconds(20)).step(&file, &BY_AGE).unwrap(), Progress::More);
    assert_eq!(Sweep::at(seconds(0)).step(&file, &by_size(10 * MESSAGE_BYTES)).unwrap(), Progress::Done);
    assert_eq!(seqs(&file, 1).len(), 1);
}

#[test]
fn a_wrong_count_does_not_go_on_for_ever() {
    let file = file();
    fill(&file, 1, "ABCD", 2);
    file.execute("UPDATE logs SET bytes = 1000000", []).unwrap();

    drop_all(&file, 0, &by_size(10));

    assert_eq!(log(&file, 1).2, 0);
}

#[test]
fn of_posts_that_are_dropped_a_mark_stays() {
    let file = file();
    open(&file, 1, "ABCD");
    for (seq, author) in [(1, ALICE), (2, BOB), (3, ALICE), (4, ALICE)] {
        say(&file, 1, seq, author, "word");
    }
    file.execute("UPDATE entries SET instance = NULL, n = NULL WHERE place & 7 = 4", []).unwrap();

    drop_all(&file, 100, &BY_AGE);

    let mut statement = file.prepare("SELECT person, instance, n, seq FROM gone ORDER BY person").unwrap();
    let marks: Vec<(i64, i64, i64, i64)> =
        statement.query_map([], |row| row.try_into()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(marks, [(1, 1, 3 + i64::MIN, 3), (2, 1, 2 + i64::MIN, 2)]);
}

#[test]
fn the_longest_silent_senders_are_forgotten_first() {
    let file = file();
    open(&file, 1, "ABCD");
    file.execute_batch(&format!(
        "WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < {})
         INSERT INTO gone (room, person, instance, n, seq) SELECT 1, 1, i + 1, 1, i FROM i",
        SENDERS_MAX + 10
    ))
    .unwrap();
    say(&file, 1, 20_000, BOB, "word");

    drop_all(&file, 1_000_000, &BY_AGE);

    assert_eq!(count(&file, "gone"), SENDERS_MAX);
    let oldest: i64 = file.query_row("SELECT min(seq) FROM gone", [], |row| row.get(0)).unwrap();
    assert_eq!(oldest, 12);
}

#[test]
fn erased_entries_and_those_nobody_said_go_as_well() {
    let file = file();
    said(&file, &[(ALICE, "word")]);
    append(&file, 1, 2, ALICE, &EntryBody::Erased);
    append(&file, 1, 3, ALICE, &EntryBody::Opened);

    drop_all(&file, 100, &BY_AGE);

    assert_eq!((seqs(&file, 1).len(), log(&file, 1)), (0, (3, 3, 0)));
}

#[test]
fn of_a_room_that_is_over_nothing_stays() {
    let file = file();
    fill(&file, 1, "ABCD", 200);
    fill(&file, 2, "ABCE", 3);
    file.execute("DELETE FROM rooms WHERE room = 1", []).unwrap();

    drop_all(&file, 0, &NEVER);

    assert_eq!((count(&file, "entries"), count(&file, "logs"), count(&file, "gone")), (3, 1, 0));
    assert_eq!(count(&file, "words('\"word\"')"), 3);
}

#[test]
fn a_sweep_looks_at_each_room_once_and_the_next_one_again() {
    let file = file();
    for (room, code) in [(1, "ABCD"), (2, "ABCE")] {
        fill(&file, room, code, 40);
    }
    let mut sweep = Sweep::at(seconds(40));
    while seqs(&file, 2).len() == 40 {
        assert_eq!(sweep.step(&file, &BY_AGE).unwrap(), Progress::More);
    }
    file.execute("UPDATE entries SET time = 0 WHERE place >> 40 = 1", []).unwrap();

    while sweep.step(&file, &BY_AGE).unwrap() == Progress::More {}

    assert_eq!((seqs(&file, 1).len(), seqs(&file, 2).len()), (11, 11));
    drop_all(&file, 40, &BY_AGE);
    assert_eq!((seqs(&file, 1).len(), seqs(&file, 2).len()), (0, 11));
}

#[test]
fn an_edited_message_that_is_dropped_leaves_no_words() {
    for is_indexed in [false, true] {
        let file = file();
        said(&file, &[(ALICE, "old"), (BOB, "stays")]);
        let edit = chat_proto::entry::Edit { target: Seq(1), text: "new".into() };
        append(&file, 1, 3, ALICE, &EntryBody::Edit(edit));
        if is_indexed {
            index_all(&file, 1);
        }

        drop_all(&file, 12, &BY_AGE);
        index_all(&file, 1);

        assert_eq!(seqs(&file, 1), [2, 3]);
        assert_eq!((count(&file, "words('old')"), count(&file, "words('new')")), (0, 0));
        assert_eq!((count(&file, "words('stays')"), count(&file, "stale")), (1, 0));
    }
}
