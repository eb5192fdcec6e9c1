//! Messages that their author erases.

use crate::bench::{ALICE, BOB, Bench, all, append, find, outcome, read, record, texts, verdict, within_reason};
use crate::on_every_log;
use chat_proto::entry::{Delete, Edit};
use chat_proto::frame::Beyond;
use chat_proto::{EntryBody, RoomId, Seq};
use chat_server::Config;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::search::{Findings, Query, Term};
use chat_server::log::{Log, Logs, Outcome, Range, Verdict};
use std::fs;
use std::path::Path;
use std::sync::Arc;

on_every_log!(
    what_somebody_said_before_is_erased_with_the_entry_that_says_so,
    what_was_said_before_in_the_same_batch_is_erased_too,
    a_post_that_was_erased_is_known_whatever_it_says_now,
    what_was_said_is_found_at_once_and_what_was_erased_is_not,
);

async fn what_somebody_said_before_is_erased_with_the_entry_that_says_so(bench: Bench) {
    let log = bench.room(1);
    let action = ALICE.posts(2, EntryBody::Action("waves".into()));
    let topic = ALICE.posts(3, EntryBody::Topic("plans".into()));
    append(&log, vec![ALICE.says(1, "a"), action, topic, BOB.says(1, "b")]).await;

    append(&log, vec![ALICE.posts(4, EntryBody::Forget)]).await;
    append(&log, vec![ALICE.says(5, "later")]).await;

    let bodies: Vec<_> = all(&log).await.into_iter().map(|entry| entry.body).collect();
    let expected = [
        EntryBody::Erased,
        EntryBody::Erased,
        EntryBody::Topic("plans".into()),
        EntryBody::Message("b".into()),
        EntryBody::Forget,
        EntryBody::Message("later".into()),
    ];
    assert_eq!(bodies, expected);
    assert_eq!(find(&log, ALICE, 1).await.unwrap().body, EntryBody::Erased);
}

async fn what_was_said_before_in_the_same_batch_is_erased_too(bench: Bench) {
    let log = bench.room(1);

    append(&log, vec![ALICE.says(1, "a"), ALICE.posts(2, EntryBody::Forget), ALICE.says(3, "b")]).await;

    let bodies: Vec<_> = all(&log).await.into_iter().map(|entry| entry.body).collect();
    assert_eq!(bodies, [EntryBody::Erased, EntryBody::Forget, EntryBody::Message("b".into())]);
}

async fn a_post_that_was_erased_is_known_whatever_it_says_now(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.posts(2, EntryBody::Forget)]).await;

    assert_eq!(verdict(&log, ALICE.says(1, "a")).await, Verdict::Known(Seq(1)));
    assert_eq!(verdict(&log, ALICE.says(1, "b")).await, Verdict::Known(Seq(1)));
}

async fn what_was_said_is_found_at_once_and_what_was_erased_is_not(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a secret"), BOB.says(1, "no Secret")]).await;
    assert_eq!(places(&search(&log, "secret").await), [2, 1]);

    append(&log, vec![ALICE.posts(2, EntryBody::Forget)]).await;

    assert_eq!(places(&search(&log, "secret").await), [2]);
}

#[tokio::test]
async fn what_was_erased_is_soon_in_no_file() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    let said = (1..=100).map(|n| ALICE.says(n, &format!("xyzzy {n}"))).collect();
    append(&log, said).await;
    search(&log, "xyzzy").await;
    assert!(holds(bench.path(), b"xyzzy"));

    append(&log, vec![ALICE.posts(101, EntryBody::Forget), BOB.says(1, "still here")]).await;
    within_reason(async {
        while holds(bench.path(), b"xyzzy") {
            tokio::task::yield_now().await;
        }
    })
    .await;

    assert!(holds(bench.path(), b"still here"));
}

#[tokio::test]
async fn what_was_deleted_is_soon_in_no_file_whatever_it_said_before() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    let edit = |text: &'static str| EntryBody::Edit(Edit { target: Seq(1), text: text.into() });
    append(&log, vec![ALICE.says(1, "xyzzy one"), BOB.says(1, "still here")]).await;
    search(&log, "xyzzy").await;
    append(&log, vec![ALICE.posts(2, edit("xyzzy two"))]).await;
    search(&log, "xyzzy").await;
    append(&log, vec![ALICE.posts(3, edit("xyzzy three"))]).await;
    assert!(holds(bench.path(), b"xyzzy three"));

    append(&log, vec![ALICE.posts(4, EntryBody::Delete(Delete { target: Seq(1) }))]).await;
    within_reason(async {
        while holds(bench.path(), b"xyzzy") {
            tokio::task::yield_now().await;
        }
    })
    .await;

    assert!(holds(bench.path(), b"still here"));
}

#[tokio::test]
async fn what_was_erased_stays_erased_after_a_restart() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    let Outcome::Committed { .. } = outcome(&log, vec![ALICE.says(1, "a"), ALICE.posts(2, EntryBody::Forget)]).await
    else {
        panic!()
    };
    drop(log);

    let bench = bench.restart().await;

    let log = bench.logs.restore().rooms.remove(0).log;
    assert_eq!(all(&log).await[0].body, EntryBody::Erased);
    assert_eq!(read(&log, Range::last_page()).await.head, Seq(2));
}

async fn search(log: &Arc<dyn Log>, word: &str) -> Findings {
    let terms = vec![Term::Phrase(vec![word.to_owned()])];
    let query = Query { terms, from: None, since: None, until: None, before: Seq(u64::MAX) };
    let findings = within_reason(log.search(query)).await.unwrap();
    assert_ne!(findings.beyond, Beyond::Unsearched);
    findings
}

fn places(findings: &Findings) -> Vec<u64> {
    findings.hits.iter().map(|hit| hit.found.seq.0).collect()
}

fn holds(place: &Path, text: &[u8]) -> bool {
    let files = fs::read_dir(place).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text))
}

#[tokio::test]
async fn what_is_erased_in_memory_is_gone_message_by_message() {
    let logs = Arc::new(MemoryLogs::new(Config::default().memory()));
    let log = logs.open(RoomId([1; 16]), &record(1));
    let text = "word ".repeat(85);
    for n in 1..=100 {
        append(&log, vec![ALICE.says(n, &text)]).await;
    }
    let before = logs.total_bytes();

    for n in 101..=200 {
        append(&log, vec![ALICE.posts(n, EntryBody::Delete(Delete { target: Seq(n - 100) }))]).await;
    }

    // Each of them left an entry that says nothing, and one that says so.
    assert!(logs.total_bytes() < before - 100 * text.len() + 100 * 256, "{}", logs.total_bytes());
    logs.erase(RoomId([1; 16]));
    assert_eq!(logs.total_bytes(), 0);
}

#[tokio::test]
async fn what_is_erased_in_memory_counts_as_erased_once() {
    let logs = Arc::new(MemoryLogs::new(Config::default().memory()));
    let log = logs.open(RoomId([1; 16]), &record(1));
    let edit = EntryBody::Edit(Edit { target: Seq(1), text: "b".into() });
    append(&log, vec![ALICE.says(1, "a"), ALICE.posts(2, edit), ALICE.posts(3, EntryBody::Forget)]).await;
    let before = logs.total_bytes();
    append(&log, vec![BOB.posts(1, EntryBody::Forget)]).await;
    let of_one = logs.total_bytes() - before;

    append(&log, vec![ALICE.posts(4, EntryBody::Forget)]).await;

    // Her numbers are longer than his, and the edit was counted before.
    assert!(logs.total_bytes() < before + 2 * of_one + 16);
}

#[tokio::test]
async fn what_is_erased_in_memory_gives_its_bytes_back() {
    let logs = Arc::new(MemoryLogs::new(Config::default().memory()));
    let log = logs.open(RoomId([1; 16]), &record(1));
    let text = "word ".repeat(1_000);
    append(&log, vec![BOB.says(1, "first"), ALICE.says(1, &text)]).await;
    let before = logs.total_bytes();

    append(&log, vec![ALICE.posts(2, EntryBody::Forget)]).await;

    assert!(logs.total_bytes() < before - text.len() + 300);
    logs.erase(RoomId([1; 16]));
    assert_eq!(logs.total_bytes(), 0);
}

/// What was said at once stands together, and is written anew without what is erased.
#[tokio::test]
async fn what_is_erased_in_memory_of_much_that_was_said_at_once_gives_its_bytes_back() {
    let logs = Arc::new(MemoryLogs::new(Config::default().memory()));
    let log = logs.open(RoomId([1; 16]), &record(1));
    let text = "word ".repeat(85);
    append(&log, (1..=100).map(|n| ALICE.says(n, &text)).collect()).await;
    let before = logs.total_bytes();

    append(&log, vec![ALICE.posts(101, EntryBody::Delete(Delete { target: Seq(50) }))]).await;

    assert!(logs.total_bytes() < before - text.len() + 300);
    let said = texts(&log).await;
    assert_eq!((said[48].as_str(), said[49].as_str(), said[50].as_str()), (text.as_str(), "Erased", text.as_str()));
    logs.erase(RoomId([1; 16]));
    assert_eq!(logs.total_bytes(), 0);
}
