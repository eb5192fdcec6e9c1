//! Entries that are dropped: the oldest, and what is remembered of them.

use crate::bench::{
    ALICE, BOB, Bench, DISK, MEMORY, Sender, all, append, fill, find, read, record, texts, verdict, within_reason,
};
use chat_proto::frame::{Durability, Keep, Label};
use chat_proto::{RoomId, Seq, UnixMillis};
use chat_server::log::memory::{MemoryLimits, MemoryLogs};
use chat_server::log::record::RoomRecord;
use chat_server::log::sqlite::{DiskLimits, Retention};
use chat_server::log::{End, Log, Logs as _, Range, Slice, Verdict};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
/// An hour and a bit after everything was said.
const LATER: UnixMillis = UnixMillis(3_602_000);

/// The same tests over both kinds of logs, with place for about 100 entries of some 130 bytes.
macro_rules! on_every_little_log {
    ($($claim:ident),* $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $claim() {
                super::$claim(crate::bench::Bench::in_little_memory(100)).await;
            })*
        }
        mod on_disk {
            $(#[tokio::test]
            async fn $claim() {
                super::$claim(super::on_little_disk()).await;
            })*
        }
    };
}

on_every_little_log!(
    the_oldest_go_and_what_is_left_has_no_holes,
    what_is_dropped_is_never_appended_again,
    a_sender_whose_posts_are_all_gone_is_still_known,
    a_log_of_which_all_is_gone_keeps_its_head,
);

fn on_little_disk() -> Bench {
    Bench::within(DiskLimits { retain: Retention { age: None, bytes: Some(100 * 130) }, ..DISK })
}

async fn the_oldest_go_and_what_is_left_has_no_holes(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 200).await;

    let slice = trimmed(&bench, &log).await;

    assert_eq!(slice.head, Seq(200));
    let kept: Vec<_> = all(&log).await.iter().map(|entry| entry.seq.0).collect();
    assert_eq!(kept, (slice.oldest.0..=200).collect::<Vec<_>>());
    assert!(kept.len() <= 100 && kept.len() >= 30, "{}", kept.len());
    let newest = read(&log, Range { from: End::Newest, before: slice.oldest, ..Range::last_page() }).await;
    assert!(newest.entries.is_empty());
    assert!(find(&log, ALICE, 1).await.is_none());
    assert!(find(&log, ALICE, 200).await.is_some());
}

async fn what_is_dropped_is_never_appended_again(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 200).await;

    let oldest = trimmed(&bench, &log).await.oldest.0;

    assert_eq!(verdict(&log, ALICE.says(1, "message 1")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, ALICE.says(1, "another")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, ALICE.says(oldest - 1, "a")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, ALICE.says(200, "message 200")).await, Verdict::Known(Seq(200)));
}

async fn a_sender_whose_posts_are_all_gone_is_still_known(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![BOB.says(5, "early")]).await;
    fill(&log, 200).await;

    trimmed(&bench, &log).await;

    assert_eq!(verdict(&log, BOB.says(5, "early")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, BOB.says(6, "late")).await, Verdict::Appended(Seq(202)));
}

async fn a_log_of_which_all_is_gone_keeps_its_head(bench: Bench) {
    let (log, other) = (bench.room(1), bench.room(2));
    fill(&log, 200).await;

    trimmed(&bench, &log).await;

    assert_eq!(verdict(&log, BOB.says(1, "next")).await, Verdict::Appended(Seq(201)));
    assert_eq!(verdict(&other, BOB.says(1, "first")).await, Verdict::Appended(Seq(1)));
}

#[tokio::test]
async fn what_is_too_old_goes_and_the_head_stays() {
    let bench = Bench::within(DiskLimits { retain: Retention { age: Some(HOUR), bytes: None }, ..DISK });
    let log = bench.room(1);
    fill(&log, 200).await;

    bench.logs.sweep(LATER);
    let slice = slice_when(&log, |slice| slice.oldest == Seq(201)).await;

    assert_eq!(slice.head, Seq(200));
    assert_eq!(verdict(&log, ALICE.says(3, "message 3")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, ALICE.says(201, "next")).await, Verdict::Appended(Seq(201)));
    drop(log);
    let bench = bench.restart().await;
    assert_eq!(bench.logs.restore().rooms[0].head, Seq(201));
}

#[tokio::test]
async fn nothing_goes_because_the_clock_leapt_between_two_servers_but_what_is_too_much_does() {
    let limits = DiskLimits { retain: Retention { age: Some(HOUR), bytes: Some(100 * 130) }, ..DISK };
    let bench = Bench::within(limits);
    let log = bench.room(1);
    fill(&log, 200).await;
    drop(log);

    let bench = bench.restart_within(limits).await;
    let log = bench.logs.restore().rooms.remove(0).log;
    bench.logs.sweep(UnixMillis(10 * 365 * 86_400_000));
    let slice = slice_when(&log, |slice| slice.head.0 - slice.oldest.0 < 100).await;
    // More than enough commits for everything to be dropped that may be.
    for n in 201..=300 {
        append(&log, vec![ALICE.says(n, "still here?")]).await;
    }

    let rest = all(&log).await;
    assert!(slice.head == Seq(200) && rest.len() >= 60, "{}", rest.len());
}

#[tokio::test]
async fn a_room_keeps_what_is_said_as_long_as_it_was_asked_to() {
    let bench = Bench::within(DiskLimits { retain: Retention { age: Some(HOUR), bytes: None }, ..DISK });
    let room = |id, keep| bench.logs.open(RoomId([id; 16]), &RoomRecord { keep, ..record(id) });
    let logs =
        [room(1, Keep::Forever), room(2, Keep::Millis(7_200_000)), room(3, Keep::Millis(1)), room(4, Keep::Default)];
    for log in &logs {
        fill(log, 2).await;
    }

    bench.logs.sweep(LATER);
    for log in &logs[2..] {
        slice_when(log, |slice| slice.oldest == Seq(3)).await;
    }

    assert_eq!(all(&logs[0]).await.len(), 2);
    assert_eq!(all(&logs[1]).await.len(), 2);
}

#[tokio::test]
async fn what_is_too_much_goes_although_nobody_ever_falls_silent() {
    let bench = on_little_disk();
    let logs = [bench.room(1), bench.room(2)];
    for log in &logs {
        fill(log, 200).await;
    }

    for (minute, posts) in (0..).zip([201..=300, 301..=400, 401..=500]) {
        bench.logs.sweep(UnixMillis(LATER.0 + minute * 60_000));
        for n in posts {
            for log in &logs {
                append(log, vec![ALICE.says(n, "and another thing")]).await;
            }
        }
    }

    for log in &logs {
        let oldest = read(log, Range::last_page()).await.oldest;
        assert!(oldest > Seq(200), "{oldest:?}");
    }
}

#[tokio::test]
async fn a_dropped_sender_is_known_after_a_restart() {
    let bench = on_little_disk();
    let log = bench.room(1);
    let other = Sender { instance: u64::MAX, ..BOB };
    append(&log, vec![other.says(u64::MAX - 1, "early")]).await;
    fill(&log, 200).await;
    trimmed(&bench, &log).await;
    drop(log);

    let bench = bench.restart().await;

    let log = bench.logs.restore().rooms.remove(0).log;
    assert_eq!(verdict(&log, other.says(u64::MAX - 1, "early")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, other.says(u64::MAX, "late")).await, Verdict::Appended(Seq(202)));
}

#[tokio::test]
async fn nothing_is_left_of_a_room_that_was_erased_after_the_next_sweep() {
    let bench = Bench::on_disk();
    fill(&bench.room(1), 500).await;
    fill(&bench.room(2), 5).await;
    bench.logs.erase(RoomId([1; 16]));

    bench.logs.sweep(LATER);
    let file = rusqlite::Connection::open(bench.path().join("chat.db")).unwrap();
    let count = |sql| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    within_reason(async {
        while count("SELECT count(*) FROM logs") > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;

    assert_eq!(count("SELECT count(*) FROM entries"), 5);
    assert_eq!(count("SELECT count(*) FROM gone"), 0);
}

#[test]
fn the_label_says_what_is_kept_and_the_operator_has_the_last_word() {
    let retain = Retention { age: Some(HOUR), bytes: Some(1 << 30) };
    let bounded = Bench::within(DiskLimits { retain, keep_most: Some(HOUR * 2), ..DISK });
    let free = Bench::within(DiskLimits { retain, ..DISK });
    let keeps_ms = |bench: &Bench, keep| bench.logs.label(keep).keeps_ms;

    for (keep, most, free_most) in [
        (Keep::Default, Some(3_600_000), Some(3_600_000)),
        (Keep::Millis(60_000), Some(60_000), Some(60_000)),
        (Keep::Millis(86_400_000), Some(7_200_000), Some(86_400_000)),
        (Keep::Millis(u64::MAX), Some(7_200_000), Some(u64::MAX)),
        (Keep::Forever, Some(7_200_000), None),
    ] {
        assert_eq!((keeps_ms(&bounded, keep), keeps_ms(&free, keep)), (most, free_most), "{keep:?}");
    }
    let label = Label {
        durability: Durability::Disk,
        keeps_ms: Some(3_600_000),
        keeps_entries: None,
        keeps_bytes: None,
        keeps_bytes_of_all: Some(1 << 30),
        waits_ms: 60_000,
    };
    assert_eq!(bounded.logs.label(Keep::Default), label);
}

/// What was said at once is not kept as a whole or not at all.
#[tokio::test]
async fn of_much_that_was_said_at_once_in_memory_the_newest_stays() {
    let limits = MemoryLimits { room_bytes: 64 * 1024, ..MEMORY };
    let logs = MemoryLogs::new(limits);
    let log = logs.open(RoomId([1; 16]), &record(1));

    append(&log, (1..=100).map(|n| ALICE.says(n, &"x".repeat(1_000))).collect()).await;

    let total = logs.total_bytes();
    assert!(total <= limits.room_bytes && total >= limits.room_bytes / 2, "{total}");
    let slice = read(&log, Range::last_page()).await;
    assert_eq!(slice.entries.last().map(|last| last.seq), Some(Seq(100)));
    assert_eq!(verdict(&log, ALICE.says(slice.oldest.0 - 1, "a")).await, Verdict::TooOld);
    assert_eq!(verdict(&log, ALICE.says(slice.oldest.0, &"x".repeat(1_000))).await, Verdict::Known(slice.oldest));
}

#[tokio::test]
async fn the_last_message_is_kept_in_memory_whatever_it_takes() {
    let logs = MemoryLogs::new(MemoryLimits { room_bytes: 1, ..MEMORY });
    let log = logs.open(RoomId([1; 16]), &record(1));
    fill(&log, 3).await;

    append(&log, vec![BOB.says(1, "last"), BOB.says(2, "words")]).await;

    assert_eq!(texts(&log).await, ["words"]);
}

/// Half of the oldest run goes at a time, not all that stands with it; and first what is gone already.
#[tokio::test]
async fn a_room_in_memory_keeps_about_as_much_as_it_may() {
    for (room_entries, room_bytes, least) in [(10_000, 30 * 1024, 60), (10, 8 * 1024, 10), (1, 1, 1)] {
        let logs = MemoryLogs::new(MemoryLimits { room_entries, room_bytes, ..MEMORY });
        let log = logs.open(RoomId([1; 16]), &record(1));

        for n in 1..=1_000 {
            append(&log, vec![ALICE.says(n, &"x".repeat(100))]).await;

            let kept = all(&log).await.len();
            assert!(kept >= least.min(usize::try_from(n).unwrap()), "{kept} of {n}");
            assert!(logs.total_bytes() <= room_bytes.max(512), "{} bytes", logs.total_bytes());
        }
    }
}

#[tokio::test]
async fn all_rooms_in_memory_take_no_more_than_they_may_together() {
    let limits = MemoryLimits { total_bytes: 128 * 1024, ..MEMORY };
    let logs = MemoryLogs::new(limits);
    let rooms = [1, 2, 3].map(|id| logs.open(RoomId([id; 16]), &record(id)));

    for (n, log) in (1..).zip(rooms.iter().cycle().take(12)) {
        append(log, (1..=50).map(|i| ALICE.says(n * 50 + i, &"x".repeat(1_000))).collect()).await;

        assert!(logs.total_bytes() <= limits.total_bytes, "{}", logs.total_bytes());
    }

    for log in &rooms {
        assert!(!all(log).await.is_empty());
    }
}

/// Lets time pass until there is place again; returns how the log is then.
async fn trimmed(bench: &Bench, log: &Arc<dyn Log>) -> Slice {
    bench.logs.sweep(LATER);
    slice_when(log, |slice| slice.head.0 - slice.oldest.0 < 100).await
}

async fn slice_when(log: &Arc<dyn Log>, is_so: impl Fn(&Slice) -> bool) -> Slice {
    within_reason(async {
        loop {
            let slice = read(log, Range::last_page()).await;
            if is_so(&slice) {
                return slice;
            }
        }
    })
    .await
}
