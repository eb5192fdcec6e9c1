//! Posts that come again.

use crate::bench::{ALICE, BOB, Bench, all, append, find, verdict};
use crate::on_every_log;
use chat_proto::{Act, EntryBody, PersonId, Seq, Target};
use chat_server::log::Verdict;

on_every_log!(
    a_post_that_comes_again_is_known_and_appended_once,
    a_post_that_comes_twice_in_one_batch_is_appended_once,
    an_id_with_another_body_is_reused_and_the_first_stands,
    an_older_id_that_was_never_accepted_is_out_of_order,
    ids_count_per_person_instance_and_room,
    ids_keep_their_order_up_to_the_last,
    an_act_is_the_same_however_it_calls_its_target,
    a_post_is_found_by_its_id,
);

async fn a_post_that_comes_again_is_known_and_appended_once(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a"), ALICE.says(2, "b")]).await;

    assert_eq!(verdict(&log, ALICE.says(1, "a")).await, Verdict::Known(Seq(1)));
    assert_eq!(verdict(&log, ALICE.says(2, "b")).await, Verdict::Known(Seq(2)));
    assert_eq!(all(&log).await.len(), 2);
}

async fn a_post_that_comes_twice_in_one_batch_is_appended_once(bench: Bench) {
    let log = bench.room(1);

    let (verdicts, entries) = append(&log, vec![ALICE.says(1, "a"), ALICE.says(1, "a"), ALICE.says(1, "b")]).await;

    assert_eq!(verdicts, [Verdict::Appended(Seq(1)), Verdict::Known(Seq(1)), Verdict::Reused]);
    assert_eq!(entries.len(), 1);
}

async fn an_id_with_another_body_is_reused_and_the_first_stands(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(1, "a")]).await;

    let other_kind = ALICE.posts(1, EntryBody::Action("a".into()));

    assert_eq!(verdict(&log, ALICE.says(1, "b")).await, Verdict::Reused);
    assert_eq!(verdict(&log, other_kind).await, Verdict::Reused);
    assert_eq!(all(&log).await[0].body, EntryBody::Message("a".into()));
}

async fn an_older_id_that_was_never_accepted_is_out_of_order(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![ALICE.says(5, "a")]).await;

    assert_eq!(verdict(&log, ALICE.says(4, "b")).await, Verdict::OutOfOrder);
    assert_eq!(verdict(&log, ALICE.says(6, "c")).await, Verdict::Appended(Seq(2)));
}

async fn ids_count_per_person_instance_and_room(bench: Bench) {
    let (one, two) = (bench.room(1), bench.room(2));
    let bob_as_alice = crate::bench::Sender { instance: ALICE.instance, ..BOB };
    append(&one, vec![ALICE.says(9, "a")]).await;

    assert_eq!(verdict(&one, ALICE.elsewhere().says(1, "b")).await, Verdict::Appended(Seq(2)));
    assert_eq!(verdict(&one, bob_as_alice.says(1, "c")).await, Verdict::Appended(Seq(3)));
    assert_eq!(verdict(&two, ALICE.says(1, "d")).await, Verdict::Appended(Seq(1)));
}

async fn ids_keep_their_order_up_to_the_last(bench: Bench) {
    let log = bench.room(1);
    let half = 1 << 63;
    append(&log, vec![ALICE.says(half - 1, "a"), ALICE.says(half, "b")]).await;

    assert_eq!(verdict(&log, ALICE.says(2, "c")).await, Verdict::OutOfOrder);
    assert_eq!(verdict(&log, ALICE.says(u64::MAX, "d")).await, Verdict::Appended(Seq(3)));
    assert_eq!(verdict(&log, ALICE.says(half, "b")).await, Verdict::Known(Seq(2)));
}

async fn an_act_is_the_same_however_it_calls_its_target(bench: Bench) {
    let log = bench.room(1);
    let kick = |person, name: &str| {
        let target = Target { person: PersonId(person), name: name.to_owned().into() };
        ALICE.posts(1, EntryBody::Act(Act::Kick(target)))
    };
    append(&log, vec![kick(8, "bob")]).await;

    assert_eq!(verdict(&log, kick(0, "robert")).await, Verdict::Known(Seq(1)));
    assert_eq!(verdict(&log, kick(9, "bob")).await, Verdict::Reused);
}

async fn a_post_is_found_by_its_id(bench: Bench) {
    let log = bench.room(1);
    append(&log, vec![BOB.says(1, "b"), ALICE.says(1, "a")]).await;

    assert_eq!(find(&log, ALICE, 1).await.unwrap().body, EntryBody::Message("a".into()));
    assert!(find(&log, ALICE, 2).await.is_none());
    assert!(find(&log, ALICE.elsewhere(), 1).await.is_none());
}
