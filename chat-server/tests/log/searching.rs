//! Looking for words in a log.

use crate::bench::{ALICE, BOB, Bench, Sender, append, fill, within_reason};
use crate::on_every_log;
use chat_proto::frame::{Beyond, Excerpt, Hit, Search};
use chat_proto::limits::{EXCERPT_BYTES, SEARCH_HITS};
use chat_proto::{Author, EntryBody, Nick, PersonId, RoomId, Seq, UnixMillis};
use chat_server::log::search::{Findings, Query, Whose};
use chat_server::log::{Draft, Log};
use futures_util::future::poll_immediate;
use std::sync::Arc;

on_every_log!(
    the_newest_message_with_all_words_comes_first,
    what_means_something_to_a_database_is_looked_for_as_it_is,
    a_hit_shows_what_was_said_around_it,
    the_first_and_the_last_message_have_nothing_around_them,
    more_hits_than_a_page_are_found_page_by_page,
    times_bound_what_is_found,
    a_time_alone_finds_all_that_was_said_then,
    people_are_found_by_their_name_then_and_by_who_they_are,
    a_long_message_is_shown_where_the_word_stands,
    another_room_is_not_searched,
    whoever_serves_goes_on_while_somebody_searches,
);

/// A room in which this was said, a second apart.
async fn room(bench: &Bench, said: &[(Sender, &str)]) -> Arc<dyn Log> {
    let drafts = (1..).zip(said).map(|(n, (sender, text))| at(n, sender.says(n, text)));
    let log = bench.room(1);
    append(&log, drafts.collect()).await;
    log
}

fn at(seconds: u64, draft: Draft) -> Draft {
    Draft { time: UnixMillis(seconds.cast_signed() * 1_000), ..draft }
}

fn sought(words: &str) -> Search {
    Search {
        room: RoomId([1; 16]),
        words: words.to_owned().into(),
        from: String::new().into(),
        since: None,
        until: None,
        before: Seq(u64::MAX),
    }
}

async fn search(log: &Arc<dyn Log>, search: &Search, from: Option<Whose>) -> Findings {
    let query = Query::parse(search, from).unwrap();
    within_reason(log.search(query)).await.unwrap()
}

async fn found(log: &Arc<dyn Log>, words: &str) -> Vec<u64> {
    seqs(&search(log, &sought(words), None).await)
}

fn seqs(findings: &Findings) -> Vec<u64> {
    findings.hits.iter().map(|hit| hit.found.seq.0).collect()
}

async fn the_newest_message_with_all_words_comes_first(bench: Bench) {
    let said = [(ALICE, "the plan"), (BOB, "a plan"), (BOB, "nothing"), (ALICE, "Plan, the: übung")];
    let log = room(&bench, &said).await;

    assert_eq!(found(&log, "plan").await, [4, 2, 1]);
    assert_eq!(found(&log, "PLAN the").await, [4, 1]);
    assert_eq!(found(&log, "\"the plan\"").await, [1]);
    assert_eq!(found(&log, "pla* ubung").await, [4]);
    assert_eq!(found(&log, "pla").await, [] as [u64; 0]);
}

async fn what_means_something_to_a_database_is_looked_for_as_it_is(bench: Bench) {
    let log = room(&bench, &[(ALICE, "100% sure"), (BOB, "100 or so"), (ALICE, "a';DROP TABLE entries;--")]).await;

    assert_eq!(found(&log, "100%").await, [2, 1], "a word ends where its letters do");
    assert_eq!(found(&log, "sure OR so").await, [] as [u64; 0], "a word like any other");
    assert_eq!(found(&log, "author:p7 NOT").await, [] as [u64; 0]);
    assert_eq!(found(&log, "'; drop table").await, [3]);
    assert_eq!(found(&log, "\"sure").await, [1], "a quote that is not closed");
}

async fn a_hit_shows_what_was_said_around_it(bench: Bench) {
    let log = room(&bench, &[(ALICE, "before")]).await;
    let action = BOB.posts(2, EntryBody::Action("finds it".into()));
    append(&log, vec![BOB.posts(1, EntryBody::Topic("finds".into())), action]).await;
    append(&log, vec![BOB.notes(EntryBody::Opened), ALICE.says(2, "after")]).await;

    let Findings { hits, beyond } = search(&log, &sought("finds"), None).await;

    let text = |said: Option<Excerpt>| said.unwrap().text;
    let texts = |Hit { before, found, after }| [text(before), found.text, text(after)];
    assert_eq!(hits.into_iter().map(texts).collect::<Vec<_>>(), [["before", "finds it", "after"]]);
    assert_eq!(beyond, Beyond::Nothing);
}

async fn the_first_and_the_last_message_have_nothing_around_them(bench: Bench) {
    let log = room(&bench, &[(ALICE, "word")]).await;

    let hits = search(&log, &sought("word"), None).await.hits;

    assert_eq!((&hits[0].before, &hits[0].after), (&None, &None));
}

async fn more_hits_than_a_page_are_found_page_by_page(bench: Bench) {
    let log = room(&bench, &vec![(ALICE, "word"); 2 * SEARCH_HITS + 5]).await;

    let first = search(&log, &sought("word"), None).await;
    let last = first.hits.last().unwrap().found.seq;
    let second = search(&log, &Search { before: last, ..sought("word") }, None).await;
    let next = second.hits.first().unwrap();
    assert_eq!(next.after.as_ref().unwrap().seq, last);
    let last = second.hits.last().unwrap().found.seq;
    let third = search(&log, &Search { before: last, ..sought("word") }, None).await;

    assert_eq!([first.beyond, second.beyond, third.beyond], [Beyond::More, Beyond::More, Beyond::Nothing]);
    assert_eq!(seqs(&third), [5, 4, 3, 2, 1]);
}

async fn times_bound_what_is_found(bench: Bench) {
    let log = room(&bench, &[(ALICE, "a"); 5]).await;
    let times = |since, until| Search { since, until, ..sought("a") };

    let within = search(&log, &times(Some(UnixMillis(2_000)), Some(UnixMillis(5_000))), None).await;
    let never = search(&log, &times(Some(UnixMillis(5_001)), None), None).await;

    assert_eq!(seqs(&within), [4, 3, 2]);
    assert_eq!(seqs(&never), [] as [u64; 0]);
}

async fn a_time_alone_finds_all_that_was_said_then(bench: Bench) {
    let log = room(&bench, &[(ALICE, "a"), (BOB, "👍"), (ALICE, "c"), (BOB, "d")]).await;

    let until = search(&log, &Search { until: Some(UnixMillis(3_000)), ..sought("") }, None).await;
    let since = search(&log, &Search { since: Some(UnixMillis(3_000)), ..sought("") }, None).await;
    let never = search(&log, &Search { until: Some(UnixMillis(1_000)), ..sought("") }, None).await;

    assert_eq!(seqs(&until), [2, 1]);
    assert_eq!(until.hits[0].after.as_ref().map(|after| after.seq), Some(Seq(3)), "the first one from then on");
    assert_eq!((seqs(&since), seqs(&never)), (vec![4, 3], vec![]));
}

async fn people_are_found_by_their_name_then_and_by_who_they_are(bench: Bench) {
    let log = bench.room(1);
    let named = |n, person, name: &'static str| {
        let mut draft = Sender { person, ..ALICE }.says(n, "word");
        draft.author = Arc::new(Author { name: name.into(), ..Author::clone(&draft.author) });
        draft
    };
    let said = vec![named(1, 7, "alice"), named(1, 8, "bob"), named(2, 7, "renamed"), named(1, 9, "Alice")];
    append(&log, said).await;
    let alice = |person| Some(Whose { name: Nick::parse(b"alice").unwrap(), person });

    let with_number = search(&log, &sought(""), alice(Some(PersonId(7)))).await;
    let by_name = search(&log, &sought("word"), alice(None)).await;

    assert_eq!(seqs(&with_number), [4, 3, 1]);
    assert_eq!(seqs(&by_name), [4, 1]);
}

async fn a_long_message_is_shown_where_the_word_stands(bench: Bench) {
    let log = room(&bench, &[(ALICE, &format!("{} needle", "hay ".repeat(1_000)))]).await;

    let hits = search(&log, &sought("needle"), None).await.hits;

    assert!(hits[0].found.text.ends_with(b"needle") && hits[0].found.text.len() <= EXCERPT_BYTES);
}

async fn another_room_is_not_searched(bench: Bench) {
    let log = room(&bench, &[(ALICE, "here")]).await;
    let other = bench.room(2);
    append(&other, vec![ALICE.says(1, "here and there")]).await;

    assert_eq!(found(&log, "there").await, [] as [u64; 0]);
    assert_eq!(found(&other, "here there").await, [1]);
}

/// A search reads all there is; one thread may serve everybody.
async fn whoever_serves_goes_on_while_somebody_searches(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 2_000).await;
    let mut searches = [1, 2].map(|_| log.search(Query::parse(&sought("message nothing"), None).unwrap()));

    for search in &mut searches {
        assert!(poll_immediate(search).await.is_none(), "it would have been done in this thread");
    }

    for search in searches {
        assert_eq!(within_reason(search).await.unwrap().hits, []);
    }
}
