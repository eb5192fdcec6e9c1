//! What the next server finds.

use crate::bench::{ALICE, BOB, Bench, all, append, fill, outcome, record, texts, verdict, with, within_reason};
use chat_proto::frame::Keep;
use chat_proto::{Nick, PersonId, RoomCode, RoomId, Seq, UnixMillis};
use chat_server::log::record::{
    Fact, MemberRecord, PersonRecord, Record, RestingCode, RestingName, RoomRecord, Whereabouts,
};
use chat_server::log::sqlite::DiskLimits;
use chat_server::log::{Log, Outcome, Verdict};
use std::sync::Arc;

#[tokio::test]
async fn a_restart_keeps_rooms_with_their_entries_and_goes_on_from_their_heads() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    bench.room(2);
    fill(&log, 3).await;
    let before = all(&log).await;
    drop(log);

    let bench = bench.restart().await;
    let restored = bench.logs.restore();

    let [one, two] = restored.rooms.as_slice() else { panic!("two rooms: {restored:?}") };
    assert_eq!((one.id, &one.record, one.head), (RoomId([1; 16]), &record(1), Seq(3)));
    assert_eq!((one.last_time, two.last_time), (Some(UnixMillis(1_000)), None));
    assert_eq!((two.id, two.head), (RoomId([2; 16]), Seq(0)));
    assert_eq!(all(&one.log).await, before);
    assert_eq!(verdict(&one.log, ALICE.says(4, "d")).await, Verdict::Appended(Seq(4)));
}

#[tokio::test]
async fn posts_are_known_after_a_restart() {
    let bench = Bench::on_disk();
    append(&bench.room(1), vec![ALICE.says(1, "a"), ALICE.says(3, "c")]).await;

    let bench = bench.restart().await;
    let log = only_room(&bench);

    assert_eq!(verdict(&log, ALICE.says(1, "a")).await, Verdict::Known(Seq(1)));
    assert_eq!(verdict(&log, ALICE.says(3, "d")).await, Verdict::Reused);
    assert_eq!(verdict(&log, ALICE.says(2, "b")).await, Verdict::OutOfOrder);
    assert_eq!(verdict(&log, ALICE.says(4, "e")).await, Verdict::Appended(Seq(3)));
}

#[tokio::test]
async fn what_is_so_of_a_room_is_kept_and_the_last_word_counts() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    let changed = RoomRecord { keep: Keep::Millis(5), state: "{}".to_owned(), ..record(1) };
    let gone = Whereabouts::Gone { since: UnixMillis(5) };
    log.keep(vec![Record::Member(member(7, Whereabouts::Here)), Record::Member(member(8, Whereabouts::Here))]);
    log.keep(vec![Record::Room(changed.clone()), Record::Member(member(7, gone)), Record::NoMember(PersonId(8))]);

    let bench = bench.restart().await;
    let restored = bench.logs.restore();

    assert_eq!(restored.rooms[0].record, changed);
    assert_eq!(restored.rooms[0].members, [member(7, gone)]);
}

#[tokio::test]
async fn every_choice_of_keeping_comes_back() {
    let choices = [Keep::Default, Keep::Millis(0), Keep::Millis(86_400_000), Keep::Forever];
    let bench = Bench::on_disk();
    for (keep, id) in choices.iter().zip(1..) {
        bench.logs.open(RoomId([id; 16]), &RoomRecord { keep: *keep, ..record(id) });
    }

    let bench = bench.restart().await;

    let kept: Vec<_> = bench.logs.restore().rooms.iter().map(|room| room.record.keep).collect();
    assert_eq!(kept, choices);
}

#[tokio::test]
async fn records_of_a_draft_are_kept_if_and_only_if_it_is_appended() {
    let bench = Bench::on_disk();
    let log = bench.room(1);
    let joins = |person| Record::Member(member(person, Whereabouts::Here));

    append(&log, vec![with(ALICE.says(1, "a"), joins(1))]).await;
    append(&log, vec![with(ALICE.says(1, "a"), joins(2)), with(ALICE.says(1, "b"), joins(3))]).await;
    append(&log, vec![with(ALICE.says(0, "a"), joins(4)), with(BOB.says(1, "c"), joins(5))]).await;

    drop(log);
    let bench = bench.restart().await;
    let people: Vec<_> = bench.logs.restore().rooms[0].members.iter().map(|member| member.person.0).collect();
    assert_eq!(people, [1, 5]);
}

#[tokio::test]
async fn people_and_what_rests_are_kept_once_they_are_said_to_be() {
    let bench = Bench::on_disk();
    let (alice, bob) = (person(7, "alice"), person(9, "bob"));
    let resting = RestingName { name: nick("carol"), key: [3; 32], since: UnixMillis(3) };
    let free = RestingName { name: nick("dave"), ..resting.clone() };
    let codes = [1, 2].map(|n| RestingCode { code: RoomCode::from_random(n), since: UnixMillis(4) });
    let facts = vec![
        Fact::Person(person(7, "alicia")),
        Fact::Person(alice.clone()),
        Fact::Person(bob.clone()),
        Fact::Forgotten(bob.id),
        Fact::NameRests(resting.clone()),
        Fact::NameRests(free),
        Fact::NameFree(nick("Dave")),
        Fact::CodeRests(codes[0]),
        Fact::CodeRests(codes[1]),
        Fact::CodeFree(codes[1].code),
    ];

    within_reason(bench.logs.keep(facts).wait()).await;

    let bench = bench.restart().await;
    let restored = bench.logs.restore();
    assert_eq!(restored.people, [alice]);
    assert_eq!(restored.last_person, 9);
    assert_eq!(restored.names, [resting]);
    assert_eq!(restored.codes, [codes[0]]);
}

#[tokio::test]
async fn what_was_kept_is_given_once() {
    let bench = Bench::on_disk();
    bench.room(1);
    let bench = bench.restart().await;

    assert_eq!(bench.logs.restore().rooms.len(), 1);
    assert_eq!(bench.logs.restore().rooms.len(), 0);
}

#[tokio::test]
async fn a_room_that_was_erased_does_not_come_back_and_its_number_is_nobodys() {
    let bench = Bench::on_disk();
    append(&bench.room(1), vec![with(ALICE.says(1, "old"), Record::Member(member(1, Whereabouts::Here)))]).await;
    bench.logs.erase(RoomId([1; 16]));

    let bench = bench.restart().await;
    assert!(bench.logs.restore().rooms.is_empty());
    // Under the code of the old room.
    let log = bench.logs.open(RoomId([9; 16]), &record(1));
    append(&log, vec![ALICE.says(1, "new")]).await;

    let bench = bench.restart().await;
    let restored = bench.logs.restore();
    assert_eq!(restored.rooms[0].id, RoomId([9; 16]));
    assert!(restored.rooms[0].members.is_empty());
    assert_eq!(texts(&restored.rooms[0].log).await, ["new"]);
}

#[tokio::test]
async fn a_post_that_found_no_place_is_in_the_log_at_no_time() {
    let bench = Bench::within(DiskLimits { reserve_bytes: Some(u64::MAX), ..crate::bench::DISK });
    let log = bench.room(1);
    let Outcome::Committed { verdicts, .. } = outcome(&log, vec![ALICE.says(1, "a")]).await else { panic!() };
    assert_eq!(verdicts, [Verdict::NoPlace]);

    drop(log);
    let bench = bench.restart().await;

    let log = only_room(&bench);
    assert!(all(&log).await.is_empty());
    assert_eq!(verdict(&log, ALICE.says(1, "a")).await, Verdict::Appended(Seq(1)));
}

fn only_room(bench: &Bench) -> Arc<dyn Log> {
    let mut rooms = bench.logs.restore().rooms;
    assert_eq!(rooms.len(), 1);
    rooms.remove(0).log
}

fn member(person: u64, whereabouts: Whereabouts) -> MemberRecord {
    MemberRecord { person: PersonId(person), standing: u64::MAX, whereabouts, read: Seq(3) }
}

fn person(id: u64, name: &str) -> PersonRecord {
    let last_seen = UnixMillis(2);
    PersonRecord { id: PersonId(id), key: [1; 32], name: nick(name), last_seen, has_been_seen: true }
}

fn nick(name: &str) -> Nick {
    Nick::parse(name.as_bytes()).unwrap()
}
