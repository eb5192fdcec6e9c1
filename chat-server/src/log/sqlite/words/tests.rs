use super::looking::search;
use super::*;
use crate::log::search::{Findings, Query, Whose};
use crate::log::sqlite::fixture::{
    ALICE, BOB, append, file, index_all, nick, open, person, said, say, seconds, sought,
};
use chat_proto::EntryBody;
use chat_proto::entry::{Delete, Edit, Reply};
use chat_proto::frame::{Beyond, Search};
use chat_proto::limits::SEARCH_HITS;
use proptest::prelude::*;
use std::time::Duration;

const LONG: Duration = Duration::from_mins(1);

fn find_all(file: &mut Connection, search: &Search, from: Option<Whose>) -> Findings {
    looking::search(file, 1, &Query::parse(search, from).unwrap(), LONG).unwrap()
}

/// The places of all hits for these words.
fn seqs(file: &mut Connection, words: &str) -> Vec<u64> {
    found(&find_all(file, &sought(words), None))
}

fn found(findings: &Findings) -> Vec<u64> {
    findings.hits.iter().map(|hit| hit.found.seq.0).collect()
}

#[test]
fn the_newest_message_with_all_words_comes_first() {
    let mut file = file();
    said(&file, &[(ALICE, "the plan"), (BOB, "a plan"), (BOB, "nothing"), (ALICE, "Plan, the: übung")]);

    assert_eq!(seqs(&mut file, "plan"), [4, 2, 1]);
    assert_eq!(seqs(&mut file, "PLAN the"), [4, 1]);
    assert_eq!(seqs(&mut file, "\"the plan\""), [1]);
    assert_eq!(seqs(&mut file, "pla"), [] as [u64; 0]);
    assert_eq!(seqs(&mut file, "pla* ubung"), [4]);
}

#[test]
fn a_hit_shows_what_was_said_around_it() {
    let mut file = file();
    said(&file, &[(ALICE, "before")]);
    append(&file, 1, 2, BOB, &EntryBody::Topic("topic".into()));
    append(&file, 1, 3, BOB, &EntryBody::Action("finds it".into()));
    append(&file, 1, 4, BOB, &EntryBody::Opened);
    say(&file, 1, 5, ALICE, "after");
    index_all(&file, 1);

    let Findings { hits, beyond } = find_all(&mut file, &sought("finds"), None);

    let texts = |hit: &chat_proto::frame::Hit| {
        [hit.before.clone(), Some(hit.found.clone()), hit.after.clone()].map(|said| said.unwrap().text)
    };
    assert_eq!(hits.iter().map(texts).collect::<Vec<_>>(), [["before", "finds it", "after"]]);
    assert_eq!((hits[0].found.time, beyond), (seconds(3), Beyond::Nothing));
}

#[test]
fn only_what_people_say_is_found() {
    let mut file = file();
    said(&file, &[]);
    append(&file, 1, 1, ALICE, &EntryBody::Topic("word".into()));
    append(&file, 1, 2, ALICE, &EntryBody::Renamed("word".into()));
    append(&file, 1, 3, ALICE, &EntryBody::Erased);
    index_all(&file, 1);

    assert_eq!(seqs(&mut file, "word alice"), [] as [u64; 0]);
    assert_eq!(indexed(&file, 1).unwrap(), Some(Seq(3)));
}

#[test]
fn names_are_not_words() {
    let mut file = file();
    said(&file, &[(ALICE, "hello")]);

    assert_eq!(seqs(&mut file, "alice"), [] as [u64; 0]);
    assert_eq!(seqs(&mut file, "p1"), [] as [u64; 0]);
}

#[test]
fn a_person_is_found_under_any_name_and_a_name_by_its_look() {
    let mut file = file();
    said(&file, &[(ALICE, "one"), ((1, "renamed"), "two"), ((3, "Alice"), "three"), (BOB, "four")]);
    let from = |person| Some(Whose { name: nick("alice"), person });

    assert_eq!(found(&find_all(&mut file, &sought(""), from(Some(person(1))))), [3, 2, 1]);
    assert_eq!(found(&find_all(&mut file, &sought(""), from(None))), [3, 1]);
    assert_eq!(found(&find_all(&mut file, &sought("two"), from(Some(person(1))))), [2]);
    assert_eq!(found(&find_all(&mut file, &sought("four"), from(Some(person(1))))), [] as [u64; 0]);
}

#[test]
fn other_rooms_are_never_found() {
    let mut file = file();
    for (room, code) in [(1, "ABCD"), (2, "ABCE"), (3, "ABCF")] {
        open(&file, room, code);
        say(&file, room, 1, ALICE, "word");
        index_all(&file, room);
    }

    let all = find_all(&mut file, &sought("word"), None);

    assert_eq!(found(&all), [1]);
    assert_eq!((&all.hits[0].before, &all.hits[0].after), (&None, &None));
}

#[test]
fn times_bound_what_is_found() {
    let mut file = file();
    let messages: Vec<_> = (0..50).map(|_| (ALICE, "word")).collect();
    said(&file, &messages);
    let within = |since, until| Search { since, until, ..sought("word") };

    let tail = find_all(&mut file, &within(Some(seconds(48)), None), None);
    let middle = find_all(&mut file, &within(Some(seconds(10)), Some(seconds(13))), None);
    let nothing = find_all(&mut file, &within(Some(seconds(51)), None), None);

    assert_eq!(found(&tail), [50, 49, 48]);
    assert_eq!(found(&middle), [12, 11, 10]);
    assert_eq!(found(&nothing), [] as [u64; 0]);
}

#[test]
fn the_time_of_a_log_with_holes_is_found_by_halving() {
    let mut file = file();
    open(&file, 1, "ABCD");
    for seq in [3, 9, 10, 400, 70_000] {
        say(&file, 1, seq, ALICE, "word");
    }
    index_all(&file, 1);

    for (since, expected) in [(0, 5), (3, 5), (4, 4), (10, 3), (11, 2), (400, 2), (401, 1), (70_001, 0)] {
        let search = Search { since: Some(seconds(since)), ..sought("word") };
        assert_eq!(find_all(&mut file, &search, None).hits.len(), expected, "since {since}");
    }
}

#[test]
fn more_hits_than_a_page_are_found_page_by_page() {
    let mut file = file();
    let messages: Vec<_> = (0..2 * SEARCH_HITS + 5).map(|_| (ALICE, "word")).collect();
    said(&file, &messages);

    let first = find_all(&mut file, &sought("word"), None);
    let last = first.hits.last().unwrap().found.seq;
    let second = find_all(&mut file, &Search { before: last, ..sought("word") }, None);
    let last = second.hits.last().unwrap().found.seq;
    let third = find_all(&mut file, &Search { before: last, ..sought("word") }, None);

    assert_eq!([first.beyond, second.beyond, third.beyond], [Beyond::More, Beyond::More, Beyond::Nothing]);
    assert_eq!(found(&third), [5, 4, 3, 2, 1]);
}

#[test]
fn a_full_page_is_not_more_by_itself() {
    let mut file = file();
    let messages: Vec<_> = (0..SEARCH_HITS).map(|_| (ALICE, "word")).collect();
    said(&file, &messages);

    assert_eq!(find_all(&mut file, &sought("word"), None).beyond, Beyond::Nothing);
}

#[test]
fn what_is_being_forgotten_is_neither_found_nor_shown_around() {
    let mut file = file();
    said(&file, &[(ALICE, "word"), (BOB, "word"), (ALICE, "word"), (ALICE, "later word")]);
    crate::log::sqlite::erasing::mark(&file, 1, person(1), Seq(4)).unwrap();

    let all = find_all(&mut file, &sought("word"), None);

    assert_eq!(found(&all), [4, 2]);
    assert_eq!(all.hits[1].before, None);
    assert_eq!(all.hits[1].after.as_ref().unwrap().seq, Seq(4));
}

#[test]
fn a_search_that_takes_too_long_is_given_up_with_what_it_found() {
    let mut file = file();
    let messages: Vec<_> = (0..2_000).map(|_| (ALICE, "word")).collect();
    said(&file, &messages);
    let query = Query::parse(&sought("word"), None).unwrap();

    let findings = search(&mut file, 1, &query, Duration::ZERO).unwrap();
    let again = search(&mut file, 1, &query, LONG).unwrap();

    assert_eq!(findings.beyond, Beyond::Unsearched);
    assert_eq!((again.hits.len(), again.beyond), (SEARCH_HITS, Beyond::More));
}

#[test]
fn beginnings_are_found_in_what_is_read_and_in_the_index_alike() {
    let mut file = file();
    let messages: Vec<_> = (0..3_000).map(|n| (ALICE, if n % 200 == 0 { "Rarely" } else { "often" })).collect();
    said(&file, &messages);

    let rare = find_all(&mut file, &sought("rare*"), None);
    let often = find_all(&mut file, &sought("oft*"), None);
    let nobody = Whose { name: nick("bob"), person: Some(person(2)) };
    let not_theirs = find_all(&mut file, &sought("oft*"), Some(nobody));

    assert_eq!(found(&rare), (0..15).rev().map(|n| n * 200 + 1).collect::<Vec<_>>());
    assert_eq!((found(&often)[..2].to_vec(), often.beyond), (vec![3_000, 2_999], Beyond::More));
    assert_eq!((not_theirs.hits.len(), not_theirs.beyond), (0, Beyond::Nothing));
    assert_eq!(found(&find_all(&mut file, &sought("rare* rarely"), None)).len(), 15);
    assert_eq!(found(&find_all(&mut file, &sought("rare* often"), None)), [] as [u64; 0]);
}

#[test]
fn whatever_means_something_to_a_database_is_looked_for_as_it_is() {
    let mut file = file();
    let texts = [
        "alice and bob or not near",
        "100% sure",
        "a_b",
        "'; DROP TABLE entries; --",
        "say \"hi\" (now)",
        "text:word author:p1 {x} ^y +z -w",
        "nul\0byte",
        "axb",
        "sure",
    ];
    said(&file, &texts.map(|text| (ALICE, text)));

    let literal = [
        ("bob AND alice", [1].as_slice()),
        ("alice OR missing", &[]),
        ("alice NOT bob", &[1]),
        ("NEAR(alice bob)", &[]),
        ("NEAR", &[1]),
        ("100%", &[2]),
        ("%", &[]),
        ("a_b", &[3]),
        ("a%b", &[3]),
        ("'; DROP TABLE entries; --", &[4]),
        ("\"say hi\" (now)", &[5]),
        ("text:word", &[6]),
        ("author:p1", &[6]),
        ("author : p1", &[6]),
        ("{x} ^y +z -w", &[6]),
        ("^author", &[6]),
        ("nul\0byte", &[7]),
        ("nul\0", &[7]),
        ("sure) OR (alice", &[]),
        ("sure\" OR \"alice", &[]),
        ("s*e", &[]),
    ];
    for (typed, expected) in literal {
        match Query::parse(&sought(typed), None) {
            Ok(_) => assert_eq!(seqs(&mut file, typed), expected, "{typed:?}"),
            Err(error) => assert_eq!((error, expected.len()), (crate::log::search::SearchError::Nothing, 0)),
        }
    }
    assert_eq!(file.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, i64>(0)).unwrap(), 9);
}

#[test]
fn a_match_walks_the_places_of_a_room_only_and_sorts_nothing() {
    let file = file();
    let mut statement = file.prepare(&format!("EXPLAIN QUERY PLAN {}", looking::MATCH)).unwrap();

    let plan: Vec<String> =
        statement.query_map(("\"a\"", 1, 2), |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();

    // M: match; < and >: bounds of the rowid.
    assert!(plan.len() == 1 && plan[0].contains("VIRTUAL TABLE INDEX") && plan[0].ends_with("M2><"), "{plan:?}");
}

#[test]
fn indexing_goes_on_where_it_stopped() {
    let mut file = file();
    open(&file, 1, "ABCD");
    for seq in 1..=300 {
        say(&file, 1, seq, ALICE, "word");
    }

    assert_eq!(unindexed(&file).unwrap(), BTreeSet::from([1]));
    assert_eq!(index(&file, 1).unwrap(), Progress::More);
    assert_eq!(indexed(&file, 1).unwrap(), Some(Seq(256)));
    assert_eq!(index(&file, 1).unwrap(), Progress::Done);
    assert_eq!(index(&file, 1).unwrap(), Progress::Done);
    assert_eq!(unindexed(&file).unwrap(), BTreeSet::new());
    assert_eq!(index(&file, 9).unwrap(), Progress::Done);
    assert_eq!(seqs(&mut file, "word")[..2], [300, 299]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Both logs must find the same: the index splits folded text at its spaces, and nothing else.
    #[test]
    fn the_index_finds_what_reading_every_message_finds(
        texts in proptest::collection::vec("(\\PC{0,12}|[aábß ]{0,8}|[東京でabて ]{0,6}|[a-c '\"*%_()-]{0,10})", 1..8),
        sought_words in "(\\PC{1,4}|[aábß]{1,3}\\*?|\"[aáb ß]{1,6}\"|[東京でab*]{1,3}|[a-c '\"*]{1,6})",
    ) {
        let Ok(query) = Query::parse(&sought(&sought_words), None) else { return Ok(()) };
        let mut file = file();
        said(&file, &texts.iter().map(|text| (ALICE, text.as_str())).collect::<Vec<_>>());

        let places = (1..=texts.len() as u64).rev();
        let expected: Vec<u64> = places.filter(|seq| query.matches(&texts[*seq as usize - 1])).collect();

        prop_assert_eq!(seqs(&mut file, &sought_words), expected);
    }

    /// Whenever the index is filled in between, and whatever was dropped of it.
    #[test]
    fn the_index_finds_what_messages_say_now(
        steps in proptest::collection::vec((0..10_u8, 1..12_u64, "[ab ]{0,6}c", 0..3_u8), 1..40),
    ) {
        let mut file = file();
        open(&file, 1, "ABCD");
        let mut texts: Vec<Option<String>> = Vec::new();
        for (what, target, text, indexing) in steps {
            let seq = texts.len() as u64 + 1;
            let is_there = texts.get(target as usize - 1).is_some_and(Option::is_some);
            let (target, text_bytes) = (Seq(target), text.clone().into());
            match what {
                0..=3 if is_there => {
                    append(&file, 1, seq, ALICE, &EntryBody::Edit(Edit { target, text: text_bytes }));
                    texts[target.0 as usize - 1] = Some(text);
                    texts.push(None);
                }
                4 if is_there => {
                    append(&file, 1, seq, ALICE, &EntryBody::Delete(Delete { target }));
                    texts[target.0 as usize - 1] = None;
                    texts.push(None);
                }
                5 if seq > 1 => {
                    append(&file, 1, seq, ALICE, &EntryBody::Reply(Reply { to: Seq(1), text: text_bytes }));
                    texts.push(Some(text));
                }
                _ => {
                    say(&file, 1, seq, ALICE, &text);
                    texts.push(Some(text));
                }
            }
            match indexing {
                0 => drop(index(&file, 1).unwrap()),
                1 => index_all(&file, 1),
                _ => {}
            }
        }
        index_all(&file, 1);

        for words in ["a", "b", "c", "ab", "\"a b\"", "a*", "bc"] {
            let query = Query::parse(&sought(words), None).unwrap();
            let says = |seq: &u64| texts[*seq as usize - 1].as_ref().is_some_and(|text| query.matches(text));
            let expected: Vec<u64> = (1..=texts.len() as u64).rev().filter(says).take(SEARCH_HITS).collect();
            prop_assert_eq!(seqs(&mut file, words), expected, "{}", words);
        }
        prop_assert_eq!(unindexed(&file).unwrap(), BTreeSet::new());
    }
}
