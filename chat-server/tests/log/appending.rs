//! Drafts become entries.

use crate::bench::{ALICE, BOB, Bench, all, append, entry, outcome, texts, verdict};
use crate::on_every_log;
use chat_proto::entry::BanScope;
use chat_proto::frame::{Role, Voice};
use chat_proto::{Act, Arrival, Entry, EntryBody, LeaveReason, PersonId, RoomId, Seq, Target, codec};
use chat_server::log::{Outcome, Verdict};

on_every_log!(
    entries_follow_one_another_from_the_first,
    what_is_told_of_an_append_is_what_stands_in_the_log,
    every_kind_of_entry_comes_back_as_it_was,
    rooms_do_not_see_each_other,
    an_empty_batch_appends_nothing,
    a_room_that_was_erased_keeps_nothing_and_its_head_does_not_fall,
);

async fn entries_follow_one_another_from_the_first(bench: Bench) {
    let log = bench.room(1);

    let first = append(&log, vec![ALICE.says(1, "a"), BOB.says(1, "b")]).await.0;
    let second = append(&log, vec![ALICE.says(2, "c")]).await.0;

    assert_eq!(first, [Verdict::Appended(Seq(1)), Verdict::Appended(Seq(2))]);
    assert_eq!(second, [Verdict::Appended(Seq(3))]);
    let places: Vec<_> = all(&log).await.iter().map(|entry| (entry.prev.0, entry.seq.0)).collect();
    assert_eq!(places, [(0, 1), (1, 2), (2, 3)]);
}

async fn what_is_told_of_an_append_is_what_stands_in_the_log(bench: Bench) {
    let log = bench.room(1);

    let (_, told) = append(&log, vec![ALICE.says(1, "hello"), ALICE.notes(EntryBody::Left(LeaveReason::Lost))]).await;

    let told: Vec<Entry> = told.iter().map(entry).collect();
    assert_eq!(told, all(&log).await);
    assert_eq!(told[0].post, Some(ALICE.id(1)));
    assert_eq!(told[1].post, None);
}

async fn every_kind_of_entry_comes_back_as_it_was(bench: Bench) {
    let log = bench.room(1);
    let target = Target { person: PersonId(u64::MAX), name: "bob".into() };
    let arrival = Arrival { key: [9; 32], role: Role::Owner, voice: Voice::Muted };
    let bodies = [
        EntryBody::Message("wörds\nand more".into()),
        EntryBody::Action("waves".into()),
        EntryBody::Topic("".into()),
        EntryBody::Act(Act::Ban(target, BanScope::Address)),
        EntryBody::Opened,
        EntryBody::Joined(arrival),
        EntryBody::Left(LeaveReason::Leave),
        EntryBody::Renamed("alicia".into()),
        EntryBody::Unknown { kind: 60_000, body: vec![0, 255].into() },
    ];

    let drafts = bodies.iter().map(|body| ALICE.notes(body.clone())).collect();
    let (_, told) = append(&log, drafts).await;

    let kept = all(&log).await;
    assert_eq!(kept.iter().map(|entry| entry.body.clone()).collect::<Vec<_>>(), bodies);
    for (stored, entry) in told.iter().zip(&kept) {
        assert_eq!(stored.bytes, codec::entry_bytes(entry));
    }
}

async fn rooms_do_not_see_each_other(bench: Bench) {
    let (one, two) = (bench.room(1), bench.room(2));

    append(&one, vec![ALICE.says(1, "in one")]).await;
    append(&two, vec![ALICE.says(1, "in two")]).await;

    assert_eq!(texts(&one).await, ["in one"]);
    assert_eq!(texts(&two).await, ["in two"]);
}

async fn an_empty_batch_appends_nothing(bench: Bench) {
    let log = bench.room(1);

    let (verdicts, entries) = append(&log, Vec::new()).await;

    assert!(verdicts.is_empty() && entries.is_empty());
    assert_eq!(verdict(&log, ALICE.says(1, "a")).await, Verdict::Appended(Seq(1)));
}

async fn a_room_that_was_erased_keeps_nothing_and_its_head_does_not_fall(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.says(2, "b")]).await;

    bench.logs.erase(RoomId([1; 16]));

    assert!(all(&log).await.is_empty());
    let Outcome::Committed { verdicts, .. } = outcome(&log, vec![ALICE.says(3, "c")]).await else {
        panic!("whoever still holds the log is told nothing")
    };
    assert_eq!(verdicts, [Verdict::Appended(Seq(3))]);
    assert!(all(&log).await.is_empty());
}
