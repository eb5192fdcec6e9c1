//! One commit for whatever waits, and the end of it all.

use crate::bench::{ALICE, Bench, all, append, fill, outcome, within_reason};
use chat_server::log::{Log, Outcome, Range};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_waits_goes_into_one_commit() {
    let bench = Bench::on_disk();
    let logs: Vec<Arc<dyn Log>> = (1..=50).map(|id| bench.room(id)).collect();
    fill(&logs[49], 1).await;

    // While the writer tells of one commit, the next ones gather.
    let (begun, let_go) = hold_up(&logs[0]);
    within_reason(begun).await.unwrap();
    let place = bench.path().to_owned();
    let seen: Vec<_> = logs[1..49].iter().map(|log| count_when_told(log, &place)).collect();
    drop(let_go);

    for seen in seen {
        assert_eq!(within_reason(seen).await.unwrap(), 50);
    }
}

#[tokio::test]
async fn nobody_is_told_before_it_is_in_the_file() {
    let bench = Bench::on_disk();
    let log = bench.room(1);

    let seen = count_when_told(&log, bench.path());

    assert_eq!(within_reason(seen).await.unwrap(), 1);
}

#[tokio::test]
async fn what_waits_when_the_logs_are_closed_is_still_kept() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    let (told, outcomes) = mpsc::channel();

    for n in 1..=100 {
        let told = told.clone();
        log.append([ALICE.says(n, "a")].into(), Box::new(move |outcome| told.send(outcome).unwrap()));
    }
    within_reason(bench.logs.close()).await;

    drop(told);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Committed { .. })).count(), 100);
    drop(log);
    let bench = bench.restart().await;
    assert_eq!(all(&bench.logs.restore().rooms[0].log).await.len(), 100);
}

#[tokio::test]
async fn nothing_is_kept_or_read_after_the_end() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    within_reason(bench.logs.close()).await;

    assert!(matches!(outcome(&log, vec![ALICE.says(1, "a")]).await, Outcome::Unknown));
    assert!(within_reason(log.read(Range::last_page())).await.is_err());
    within_reason(bench.logs.keep(Vec::new()).wait()).await;
    within_reason(bench.logs.close()).await;
}

#[tokio::test]
async fn a_history_that_is_closed_is_one_file() {
    let bench = Bench::on_disk();
    fill(&bench.room(1), 1_000).await;

    within_reason(bench.logs.close()).await;

    let log = bench.path().join("chat.db-wal");
    assert!(!log.exists() || log.metadata().unwrap().len() == 0);
    assert_eq!(count(bench.path()), 1_000);
}

#[tokio::test]
async fn logs_that_are_dropped_let_go_of_their_directory() {
    let bench = Bench::on_disk();
    append(&bench.room(1), vec![ALICE.says(1, "a")]).await;

    let logs = bench.drop_and_open();

    assert_eq!(all(&logs.logs.restore().rooms[0].log).await.len(), 1);
}

/// Makes the writer wait when it tells of the next commit: resolves when it does, until the other half is dropped.
fn hold_up(log: &Arc<dyn Log>) -> (oneshot::Receiver<()>, mpsc::Sender<()>) {
    let (tell, begun) = oneshot::channel();
    let (let_go, held) = mpsc::channel();
    let done = move |_| {
        tell.send(()).unwrap();
        let _ = held.recv();
    };
    log.append([ALICE.says(1, "a")].into(), Box::new(done));
    (begun, let_go)
}

/// How many entries the file holds when the append of one more is told.
fn count_when_told(log: &Arc<dyn Log>, place: &Path) -> oneshot::Receiver<i64> {
    let (tell, told) = oneshot::channel();
    let place = place.to_owned();
    log.append([ALICE.says(1, "a")].into(), Box::new(move |_| tell.send(count(&place)).unwrap()));
    told
}

fn count(place: &Path) -> i64 {
    let file = Connection::open_with_flags(place.join("chat.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    file.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).unwrap()
}
