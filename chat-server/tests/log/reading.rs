//! Parts of a log.

use crate::bench::{ALICE, Bench, append, entry, fill, read, seqs};
use crate::on_every_log;
use chat_proto::Seq;
use chat_server::log::{End, Range};

on_every_log!(
    an_empty_log_says_so,
    a_range_leaves_out_both_its_ends,
    a_long_range_is_read_from_the_end_that_was_asked_for,
    a_range_is_cut_at_so_many_bytes_but_never_to_nothing,
    nothing_is_read_of_a_range_without_room,
    a_range_may_begin_and_end_beyond_the_log,
);

const ALL: Range =
    Range { after: Seq::START, before: Seq(u64::MAX), from: End::Oldest, entries: usize::MAX, bytes: usize::MAX };

async fn an_empty_log_says_so(bench: Bench) {
    let slice = read(&bench.room(1), ALL).await;

    assert_eq!((slice.oldest, slice.head, slice.entries.len()), (Seq(1), Seq(0), 0));
}

async fn a_range_leaves_out_both_its_ends(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 9).await;

    let slice = read(&log, Range { after: Seq(3), before: Seq(7), ..ALL }).await;

    assert_eq!(seqs(&slice), [4, 5, 6]);
    assert_eq!((slice.oldest, slice.head), (Seq(1), Seq(9)));
}

async fn a_long_range_is_read_from_the_end_that_was_asked_for(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 9).await;

    let oldest = read(&log, Range { entries: 2, ..ALL }).await;
    let newest = read(&log, Range { entries: 2, from: End::Newest, before: Seq(9), ..ALL }).await;

    assert_eq!(seqs(&oldest), [1, 2]);
    assert_eq!(seqs(&newest), [7, 8]);
}

async fn a_range_is_cut_at_so_many_bytes_but_never_to_nothing(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 3).await;
    let bytes = read(&log, ALL).await.entries[0].bytes.len();

    let two = Range { bytes: bytes * 2, ..ALL };
    let almost_two = Range { bytes: bytes * 2 - 1, from: End::Newest, ..ALL };
    let none = Range { bytes: 0, ..ALL };

    assert_eq!(seqs(&read(&log, two).await), [1, 2]);
    assert_eq!(seqs(&read(&log, almost_two).await), [3]);
    assert_eq!(seqs(&read(&log, none).await), [1]);
}

async fn nothing_is_read_of_a_range_without_room(bench: Bench) {
    let log = bench.room(1);
    fill(&log, 3).await;

    for range in [
        Range { after: Seq(2), before: Seq(3), ..ALL },
        Range { after: Seq(3), before: Seq(1), ..ALL },
        Range { before: Seq(0), ..ALL },
        Range { entries: 0, ..ALL },
    ] {
        assert!(read(&log, range).await.entries.is_empty(), "{range:?}");
    }
}

async fn a_range_may_begin_and_end_beyond_the_log(bench: Bench) {
    let (log, next) = (bench.room(1), bench.room(2));
    fill(&log, 2).await;
    append(&next, vec![ALICE.says(1, "of another room")]).await;

    let beyond = read(&log, Range { after: Seq(u64::MAX), ..ALL }).await;
    let newest = read(&log, Range { from: End::Newest, entries: 1, ..ALL }).await;

    assert!(beyond.entries.is_empty());
    assert_eq!(beyond.head, Seq(2));
    assert_eq!(entry(&newest.entries[0]).seq, Seq(2));
}
