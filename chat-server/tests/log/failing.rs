//! What a file that was removed, replaced or damaged does to a server that uses it.

use crate::bench::{ALICE, BOB, Bench, all, append, outcome, read, within_reason};
use chat_proto::{EntryBody, LeaveReason, RoomId, Seq};
use chat_server::log::record::RoomRecord;
use chat_server::log::sqlite::DiskLimits;
use chat_server::log::{NotWritten, Outcome, Range, Verdict};
use std::fs;

#[tokio::test]
async fn a_file_that_is_removed_or_replaced_ends_it_for_good() {
    for (name, replaced) in [("chat.db", false), ("chat.db", true), ("chat.db-wal", false)] {
        let bench = Bench::on_disk();
        let log = bench.room(1);
        append(&log, vec![ALICE.says(1, "a")]).await;
        let file = bench.path().join(name);

        fs::rename(&file, bench.path().join("elsewhere")).unwrap();
        if replaced {
            fs::copy(bench.path().join("elsewhere"), &file).unwrap();
        }

        assert!(matches!(outcome(&log, vec![ALICE.says(2, "b")]).await, Outcome::Unknown), "{name}");
        let failure = within_reason(bench.logs.failed()).await;
        assert!(failure.to_string().contains(name), "{failure}");
        assert!(matches!(outcome(&log, vec![ALICE.says(3, "c")]).await, Outcome::Unknown), "{name}");
        within_reason(bench.logs.keep(Vec::new()).wait()).await;
        within_reason(bench.logs.close()).await;
    }
}

#[tokio::test]
async fn a_file_that_is_damaged_while_it_is_used_ends_it_for_good() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a")]).await;
    // What is not in memory is read from here: the index of a room that nobody has asked for.
    let file = bench.path().join("chat.db-shm");
    fs::write(&file, vec![0x5a; 32 * 1024]).unwrap();
    fs::write(bench.path().join("chat.db-wal"), vec![0x5a; 64 * 1024]).unwrap();
    fs::write(bench.path().join("chat.db"), vec![0x5a; 64 * 1024]).unwrap();

    let outcome = outcome(&bench.room(2), vec![ALICE.says(1, "b")]).await;

    assert!(matches!(outcome, Outcome::Unknown), "{outcome:?}");
    within_reason(bench.logs.failed()).await;
}

#[tokio::test]
async fn a_panic_on_its_thread_ends_it_for_good_and_leaves_nobody_waiting() {
    let bench = Bench::on_disk();
    let log = bench.room(1);

    log.append([ALICE.says(1, "a")].into(), Box::new(|_| panic!("on purpose")));

    assert!(matches!(outcome(&bench.room(2), vec![ALICE.says(1, "b")]).await, Outcome::Unknown));
    assert!(within_reason(bench.logs.failed()).await.to_string().contains("panicked"));
}

#[tokio::test]
async fn below_the_reserve_nothing_new_is_said_and_all_else_goes_on() {
    let bench = Bench::on_disk();
    append(&bench.room(1), vec![ALICE.says(1, "before")]).await;
    let bench = bench.restart_within(DiskLimits { reserve_bytes: Some(u64::MAX), ..crate::bench::DISK }).await;
    let log = bench.logs.restore().rooms.remove(0).log;

    let drafts = vec![
        ALICE.says(1, "before"),
        ALICE.says(2, "more"),
        ALICE.posts(3, EntryBody::Action("waves".into())),
        ALICE.posts(4, EntryBody::Topic("full".into())),
        ALICE.posts(5, EntryBody::Forget),
        BOB.posts(1, EntryBody::Act(chat_proto::Act::Lock)),
        BOB.notes(EntryBody::Left(LeaveReason::Quit)),
    ];
    let (verdicts, entries) = append(&log, drafts).await;

    let place = Verdict::NoPlace;
    let appended = [2, 3, 4].map(|seq| Verdict::Appended(Seq(seq)));
    assert_eq!(verdicts[..4], [Verdict::Known(Seq(1)), place, place, place]);
    assert_eq!(verdicts[4..], appended);
    assert_eq!(entries.len(), 3);
    assert_eq!(read(&log, Range::last_page()).await.entries.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_done_takes_no_other_with_it() {
    let bench = Bench::on_disk();
    let (good, bad) = (RoomId([1; 16]), RoomId([2; 16]));
    let record = crate::bench::record(1);

    // Two rooms under one code: the second cannot be.
    let first = bench.logs.open(good, &record);
    let second = bench.logs.open(bad, &RoomRecord { state: "{}".to_owned(), ..record });
    let outcomes = tokio::join!(outcome(&first, vec![ALICE.says(1, "a")]), outcome(&second, vec![ALICE.says(1, "b")]));

    assert!(matches!(outcomes.0, Outcome::Committed { .. }));
    assert!(matches!(&outcomes.1, Outcome::NotWritten(NotWritten::Unkeepable)), "{outcomes:?}");
    assert_eq!(all(&first).await.len(), 1);
    assert_eq!(all(&second).await.len(), 0);
}
