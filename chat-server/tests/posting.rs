//! Nothing lost, nothing twice: posts, their ids, and what every reader sees.

mod support;

use chat_proto::codec::to_bytes;
use chat_proto::frame::Door;
use chat_proto::frame::{Accepted, Create, Gap, GapKind, History, Join, Keep, Post, Resume, Stay};
use chat_proto::limits::RESUME_ENTRIES;
use chat_proto::{ClientFrame, Code, Entry, EntryBody, LeaveReason, PersonId, PostId, RoomId, Seq, ServerFrame};
use chat_server::Config;
use chat_server::log::memory::MemoryLimits;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::{Draft, Log, Logs, Range};
use std::sync::Arc;
use std::time::Duration;
use support::held::{HeldWorld, Slow};
use support::{Peer, World, gists, unhurried};
use tokio::sync::mpsc;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn the_same_id_again_gets_the_same_answer_and_one_entry() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let first = alice.say(room.room, 1, "once").await;

    for _ in 0..1_000 {
        assert_eq!(alice.say(room.room, 1, "once").await, first);
    }
    alice.say(room.room, 2, "then").await;

    assert_eq!(gists(&alice.entries(4).await)[2..], ["alice: once", "alice: then"]);
}

#[tokio::test(start_paused = true)]
async fn many_of_the_same_id_in_one_turn_are_one_entry() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let post = alice.post(room.room, 1, "once");
    let mut requests = Vec::new();
    for _ in 0..20 {
        requests.push(alice.send(post.clone()).await);
    }

    let mut seqs = Vec::new();
    for request in requests {
        match alice.answer_to(request).await {
            ServerFrame::Accepted(Accepted { seq, .. }) => seqs.push(seq),
            other => panic!("accepted, not {other:?}"),
        }
    }

    assert_eq!(seqs, [Seq(3); 20]);
}

/// Who of three hears something first, second and last, when alice says so much at once.
async fn order_of_hearing(posts: u64) -> [Option<&'static str>; 3] {
    let world = World::new();
    let (alice, room) = world.opener("alice").await;
    let (bob, _) = world.guest("bob", room.code).await;
    let (carol, _) = world.guest("carol", room.code).await;
    let (order, mut heard) = mpsc::unbounded_channel();
    for (name, mut peer, posts) in [("alice", alice, posts), ("bob", bob, 0), ("carol", carol, 0)] {
        let order = order.clone();
        tokio::spawn(async move {
            for n in 1..=posts {
                peer.send(peer.post(room.room, n, "something")).await;
            }
            peer.next_said().await;
            order.send(name).expect("somebody listens");
        });
    }
    [heard.recv().await, heard.recv().await, heard.recv().await]
}

#[tokio::test(start_paused = true)]
async fn whoever_says_one_thing_hears_it_last() {
    let [_, _, last] = order_of_hearing(1).await;

    assert_eq!(last, Some("alice"));
}

#[tokio::test(start_paused = true)]
async fn whoever_says_much_at_once_waits_for_nobody() {
    let [first, _, _] = order_of_hearing(2).await;

    assert_eq!(first, Some("alice"));
}

#[tokio::test(start_paused = true)]
async fn an_id_with_another_body_is_refused_and_the_first_body_stands() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 1, "first").await;

    assert_eq!(alice.refusal_of(alice.post(room.room, 1, "second")).await, Code::ID_REUSED);
    assert_eq!(alice.refusal_of(alice.post(room.room, 1, "\u{1b}[2J")).await, Code::ID_REUSED, "known ids come first");

    assert_eq!(gists(&alice.entries(3).await)[2], "alice: first");
}

#[tokio::test(start_paused = true)]
async fn ids_compare_cleaned_bodies() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let first = alice.say(room.room, 1, "a\u{202e}b").await;

    assert_eq!(alice.say(room.room, 1, "ab").await, first);
}

#[tokio::test(start_paused = true)]
async fn a_known_id_is_answered_even_to_one_who_has_left() {
    let world = World::new();
    let (_alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let said = bob.say(room.room, 1, "bye all").await;
    bob.leave(room.room).await;

    assert_eq!(bob.say(room.room, 1, "bye all").await, said);
    assert_eq!(bob.refusal_of(bob.post(room.room, 1, "other")).await, Code::ID_REUSED);
    assert_eq!(bob.refusal_of(bob.post(room.room, 2, "new")).await, Code::NOT_MEMBER);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_left_is_told_that_nobody_knows_any_more_what_became_of_a_dropped_post() {
    let world = World::with(Config { history_entries: 10, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    bob.say(room.room, 1, "tick").await;
    for n in 1..=20 {
        alice.say(room.room, n, "tock").await;
    }
    bob.leave(room.room).await;

    assert_eq!(bob.refusal_of(bob.post(room.room, 1, "tick")).await, Code::ID_TOO_OLD);
    assert_eq!(bob.refusal_of(bob.post(room.room, 2, "new")).await, Code::NOT_MEMBER);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_below_the_highest_is_out_of_order_unless_of_another_instance() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 5, "five").await;

    assert_eq!(alice.refusal_of(alice.post(room.room, 4, "four")).await, Code::OUT_OF_ORDER);

    alice.instance += 1_000;
    alice.say(room.room, 4, "four of an earlier run").await;
}

#[tokio::test(start_paused = true)]
async fn an_id_whose_entry_was_dropped_is_too_old_and_never_appended_again() {
    let world = World::with(Config { history_entries: 10, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    for n in 1..=20 {
        alice.say(room.room, n, "tick").await;
    }

    assert_eq!(alice.refusal_of(alice.post(room.room, 1, "tick")).await, Code::ID_TOO_OLD);
    assert_eq!(alice.refusal_of(alice.post(room.room, 1, "tock")).await, Code::ID_TOO_OLD);

    assert_eq!(alice.say(room.room, 20, "tick").await.seq, Seq(22), "what is kept is still known");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_lags_is_refilled_from_the_log_in_order() {
    let world = World::with(Config { ring_batches: 2, outbound_bytes: 4_096, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut bob = world.connect_through(1_024).logged_in("bob").await;
    bob.join(room.code).await;

    for n in 1..=1_000 {
        alice.say(room.room, n, &format!("message {n}")).await;
    }

    let entries = bob.entries(1_003).await;
    let said: Vec<_> = gists(&entries).split_off(3);
    assert_eq!(said, (1..=1_000).map(|n| format!("alice: message {n}")).collect::<Vec<_>>());
    assert!(entries.windows(2).all(|pair| pair[1].prev == pair[0].seq));
}

#[tokio::test(start_paused = true)]
async fn a_reader_whose_queue_was_full_and_is_empty_at_once_is_told_the_rest() {
    let world = World::with(Config { outbound_bytes: 1, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut bob = world.person("bob").await;
    bob.join(room.code).await;
    let began = Instant::now();
    let posts = (1..=100).map(|n| ClientFrame::from(alice.post(room.room, n, &format!("message {n}"))));
    let at_once: Vec<u8> = posts.flat_map(|post| to_bytes(0, &post)).collect();
    alice.send_bytes(&at_once).await;

    while gists(&bob.entries(1).await).last().unwrap() != "alice: message 100" {}
    assert_eq!(began.elapsed(), Duration::ZERO, "something else had to wake it");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_is_behind_in_several_rooms_is_refilled_in_turn() {
    let world = World::with(Config { ring_batches: 2, outbound_bytes: 32 * 1024, ..unhurried() });
    let mut alice = world.person("alice").await;
    let mut bob = world.connect_through(1_024).logged_in("bob").await;
    let mut rooms = Vec::new();
    for id in 0..3 {
        let room = support::expect_joined(
            alice.ask(Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await,
        );
        bob.join(room.code).await;
        rooms.push(room.room);
    }
    let text = "x".repeat(4_000);

    for n in 1..=200 {
        for room in &rooms {
            alice.say(*room, n, &text).await;
        }
        alice.kept.clear();
    }

    let mut counts = [0_usize; 3];
    while counts.iter().sum::<usize>() < 300 {
        if let ServerFrame::Batch(batch) = bob.next().await {
            counts[rooms.iter().position(|room| *room == batch.room).unwrap()] += batch.entries.len();
        }
    }
    assert!(counts.iter().all(|count| (70..=130).contains(count)), "about as many of each: {counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_resume_continues_after_the_cursor() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let (bob, _) = world.guest("bob", room.code).await;
    let instance = bob.instance;
    drop(bob);
    for n in 1..=300 {
        alice.say(room.room, n, "meanwhile").await;
    }

    let mut bob = world.connect();
    bob.instance = instance;
    let mut bob = bob.logged_in("bob").await;
    let joined = bob.resume(room.room, 3).await.unwrap();

    assert_eq!((joined.cursor, joined.head), (Seq(3), Seq(303)));
    let entries = bob.entries(300).await;
    assert_eq!((entries[0].prev, entries[299].seq, entries.len()), (Seq(3), Seq(303), 300));
}

#[tokio::test(start_paused = true)]
async fn after_too_much_was_missed_comes_one_loadable_gap_and_the_last_page() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let missed = RESUME_ENTRIES + 500;
    for n in 1..=missed {
        alice.say(room.room, n, "much").await;
    }

    alice.resume(room.room, 2).await.unwrap();

    let head = missed + 2;
    alice.kept.retain(|frame| !matches!(frame, ServerFrame::Members(_)));
    let gap = loop {
        if let ServerFrame::Gap(gap) = alice.next().await {
            break gap;
        }
    };
    assert_eq!(gap, Gap { room: room.room, from: Seq(3), to: Seq(head - 200), kind: GapKind::Loadable });
    assert_eq!(alice.entries(200).await[0].prev, gap.to);
    let ask = History { room: room.room, after: Seq(2), before: gap.to.next(), limit: 9_999 };
    let ServerFrame::Page(page) = alice.ask(ask).await else { panic!("a page") };
    assert_eq!((page.entries.len(), page.entries[199].seq), (200, gap.to), "the gap can be loaded from its end");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_kept_is_announced_as_purged() {
    let world = World::with(Config { history_entries: 10, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    for n in 1..=50 {
        alice.say(room.room, n, "tick").await;
    }
    bob.entries(53).await;

    bob.resume(room.room, 3).await.unwrap();

    let gap = loop {
        if let ServerFrame::Gap(gap) = bob.next().await {
            break gap;
        }
    };
    assert_eq!(gap, Gap { room: room.room, from: Seq(4), to: Seq(43), kind: GapKind::Purged });
    assert_eq!(bob.entries(10).await[0].prev, Seq(43));
}

#[tokio::test(start_paused = true)]
async fn history_comes_in_pages_clamped_to_the_limit() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    for n in 1..=500 {
        alice.say(room.room, n, "tick").await;
    }
    let mut seqs = Vec::new();
    let mut before = Seq(u64::MAX);
    loop {
        let ask = History { room: room.room, after: Seq::START, before, limit: u32::MAX };
        let ServerFrame::Page(page) = alice.ask(ask).await else { panic!("a page") };
        assert!(page.entries.len() <= 200);
        let Some(first) = page.entries.first() else { break };
        before = first.seq;
        seqs.splice(0..0, page.entries.iter().map(|entry| entry.seq.0));
    }

    assert_eq!(seqs, (1..=502).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_page_of_the_largest_messages_still_fits_a_frame() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let large = "x".repeat(16 * 1024);
    for n in 1..=20 {
        alice.say(room.room, n, &large).await;
    }

    let (mut bob, joined) = world.guest("bob", room.code).await;

    assert!(joined.cursor > Seq::START, "not everything fits");
    assert_eq!(bob.entries(7).await.last().unwrap().seq, Seq(23));
}

#[tokio::test(start_paused = true)]
async fn a_post_must_be_something_that_a_person_may_say() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let post = |n, body| Post { room: room.room, id: PostId { instance: 9, n }, body };
    let text = |text: &str| EntryBody::Message(text.to_owned().into());
    let cases = [
        (EntryBody::Opened, Code::UNSUPPORTED),
        (EntryBody::Left(LeaveReason::Leave), Code::UNSUPPORTED),
        (EntryBody::Unknown { kind: 99, body: vec![1].into() }, Code::UNSUPPORTED),
        (EntryBody::Message(vec![0xff, 0xfe].into()), Code::INVALID_TEXT),
        (text("\u{1b}]52;c;ZXZpbA==\u{7}"), Code::INVALID_TEXT),
        (text(" \n\t "), Code::EMPTY_MESSAGE),
        (text("\u{200b}\u{feff}"), Code::EMPTY_MESSAGE),
        (text(&"x".repeat(16 * 1024 + 1)), Code::TOO_LONG),
        (text(&"x\n".repeat(401)), Code::TOO_LONG),
        (EntryBody::Topic(vec![b'x'; 257].into()), Code::TOO_LONG),
        (EntryBody::Topic(b"two\nlines".to_vec().into()), Code::INVALID_TEXT),
    ];

    for (n, (body, code)) in (1..).zip(cases) {
        assert_eq!(alice.refusal_of(post(n, body.clone())).await, code, "{body:?}");
    }

    alice.say(room.room, 1, "and the session lives").await;
    assert_eq!(gists(&alice.entries(3).await)[2], "alice: and the session lives");
}

#[tokio::test(start_paused = true)]
async fn nobody_sees_an_entry_or_its_acceptance_before_its_commit() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    alice.entries(2).await;
    let request = alice.send(alice.post(room, 1, "in flight")).await;
    let commit = held.next_commit().await;
    let ask = History { room, after: Seq::START, before: Seq(u64::MAX), limit: 10 };

    let ServerFrame::Page(page) = alice.ask(ask).await else { panic!("a page") };
    assert_eq!((page.entries.len(), alice.kept.len()), (2, 0), "neither in history nor live");
    commit.commit();

    assert!(matches!(alice.answer_to(request).await, ServerFrame::Accepted(_)));
    assert_eq!(gists(&alice.entries(1).await), ["alice: in flight"]);
}

#[tokio::test(start_paused = true)]
async fn while_one_batch_commits_the_next_gathers() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    alice.entries(2).await;
    alice.send(alice.post(room, 1, "first")).await;
    let first = held.next_commit().await;
    for n in 2..=10 {
        alice.send(alice.post(room, n, "more")).await;
    }
    // A question behind the posts: once it is answered, they were all read.
    alice.ask(chat_proto::frame::Ping {}).await;
    assert!(held.try_commit().is_none(), "one commit at a time");

    first.commit();

    assert_eq!(held.next_commit().await.commit(), 9, "all the others together");
    alice.kept.clear();
}

#[tokio::test(start_paused = true)]
async fn a_commit_in_doubt_ends_the_connection_and_the_same_id_finds_the_truth() {
    for stored in [true, false] {
        let held = HeldWorld::new();
        let (mut alice, room) = held.opener("alice").await;
        alice.send(alice.post(room, 1, "perhaps")).await;
        let commit = held.next_commit().await;

        if stored {
            commit.commit_in_doubt();
        } else {
            commit.lose_in_doubt();
        }

        assert_eq!(alice.last_words().await, Some(Code::OUTCOME_UNKNOWN));
        let instance = alice.instance;
        let mut alice = held.world.connect();
        alice.instance = instance;
        let mut alice = alice.logged_in("alice").await;
        alice.send(Resume { room, after: Seq(2), stay: Stay::Resident }).await;
        let request = alice.send(alice.post(room, 1, "perhaps")).await;
        loop {
            match alice.read().await.expect("an answer") {
                (id, ServerFrame::Accepted(accepted)) if id == request => break assert_eq!(accepted.seq, Seq(3)),
                _ => {
                    if let Some(commit) = held.try_commit() {
                        commit.commit();
                    }
                }
            }
        }
        let ask = History { room, after: Seq(2), before: Seq(u64::MAX), limit: 10 };
        let ServerFrame::Page(page) = alice.ask(ask).await else { panic!("a page") };
        assert_eq!(gists(&page.entries), ["alice: perhaps"], "stored: {stored}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_read_a_commit_before_it_was_published_may_resume_after_it() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    alice.send(alice.post(room, 1, "just now")).await;
    let publish = held.next_commit().await.append();
    let mut tablet = held.world.person("alice").await;

    assert_eq!(tablet.resume(room, 4).await.unwrap_err().code, Code::BAD_CURSOR);
    let joined = tablet.resume(room, 3).await.expect("a place in the log");
    assert_eq!(joined.cursor, Seq(3));
    publish();
    alice.send(alice.post(room, 2, "next")).await;
    held.commit_all().await;

    assert_eq!(tablet.next_said().await, "next", "what it had comes no second time");
}

#[tokio::test(start_paused = true)]
async fn two_who_find_out_what_became_of_a_commit_do_not_start_two() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    let code = alice.resume(room, 2).await.unwrap().code.to_vec();
    let mut guests = [held.world.person("bob").await, held.world.person("carol").await];
    alice.send(alice.post(room, 1, "perhaps")).await;
    held.next_commit().await.lose_in_doubt();
    held.slow_reads.lock().unwrap().extend([Slow::Telling(5), Slow::Telling(100)]);

    for guest in &mut guests {
        guest.send(Join { code: code.clone().into(), stay: Stay::Resident, secret: None }).await;
    }
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }

    assert_eq!(held.waiting.lock().unwrap().len(), 1, "one commit at a time");
}

#[tokio::test(start_paused = true)]
async fn a_commit_in_doubt_takes_no_arrival_with_it() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    let code = alice.resume(room, 2).await.unwrap().code;
    alice.send(alice.post(room, 1, "perhaps")).await;
    let commit = held.next_commit().await;
    let (mut bob, _) = held.world.guest("bob", code).await;

    commit.lose_in_doubt();
    let (mut carol, _) = held.world.guest("carol", code).await;
    held.commit_all().await;

    assert_eq!(gists(&bob.entries(4).await)[2..], ["bob joined", "carol joined"]);
    assert_eq!(gists(&carol.entries(4).await)[2..], ["bob joined", "carol joined"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_let_in_again_before_their_leave_is_visible_hears_what_follows() {
    let held = HeldWorld::new();
    let (mut alice, room) = held.opener("alice").await;
    let code = alice.resume(room, 2).await.unwrap().code;
    let mut bob = held.world.person("bob").await;
    bob.join(code).await;
    held.commit_all().await;

    bob.leave(room).await;
    bob.join(code).await;
    held.commit_all().await;
    alice.send(alice.post(room, 1, "welcome back")).await;
    held.commit_all().await;

    assert_eq!(bob.next_said().await, "welcome back");
}

#[tokio::test(start_paused = true)]
async fn a_join_amid_traffic_misses_nothing_and_doubles_nothing() {
    let world = World::with(Config { ring_batches: 2, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let talk = tokio::spawn(async move {
        for n in 1..=400 {
            alice.say(room.room, n, "go on").await;
            if n % 3 == 0 {
                tokio::task::yield_now().await;
            }
        }
        alice
    });
    let mut views = Vec::new();
    for guest in 0..20 {
        let (mut peer, joined) = world.guest(&format!("guest{guest}"), room.code).await;
        tokio::task::yield_now().await;
        views.push(tokio::spawn(async move {
            let mut entries: Vec<Entry> = Vec::new();
            while entries.last().is_none_or(|entry| entry.seq < Seq(422)) {
                entries.extend(peer.entries(1).await);
            }
            (joined.cursor, entries)
        }));
    }

    let _alice = talk.await.unwrap();

    for view in views {
        let (cursor, entries) = view.await.unwrap();
        assert_eq!(entries[0].prev, cursor);
        assert!(entries.windows(2).all(|pair| pair[1].prev == pair[0].seq), "each follows on the one before");
    }
}

#[tokio::test]
async fn logs_in_memory_stay_within_their_bounds_and_trim_the_largest_room_first() {
    let logs = MemoryLogs::new(MemoryLimits {
        room_entries: 100,
        room_bytes: 64 * 1024,
        total_bytes: 96 * 1024,
        waits: Duration::ZERO,
    });
    let rooms: Vec<_> = (0..3).map(|n| (RoomId([n; 16]), logs.open(RoomId([n; 16]), &support::record()))).collect();
    let append = |log: &Arc<dyn Log>, bytes: usize| {
        let author = Arc::new(chat_proto::Author { person: PersonId(1), name: "a".into() });
        let body = EntryBody::Message(vec![b'x'; bytes].into());
        log.append(
            [Draft {
                time: chat_proto::UnixMillis(0),
                author,
                post: None,
                body,
                reach: chat_server::log::Reach::Own,
                records: Vec::new(),
            }]
            .into(),
            Box::new(|_| {}),
        );
    };
    let count = async |log: &Arc<dyn Log>| log.read(Range::last_page()).await.unwrap().entries.len();

    for _ in 0..150 {
        append(&rooms[0].1, 10);
    }
    for _ in 0..50 {
        append(&rooms[1].1, 2_000);
    }
    let before = count(&rooms[0].1).await;
    for _ in 0..30 {
        append(&rooms[2].1, 2_000);
    }

    assert_eq!(before, 100, "by entries");
    assert_eq!(count(&rooms[0].1).await, 100, "the small room is left alone");
    assert!(count(&rooms[1].1).await < 31, "the largest gave way");
    assert!(logs.total_bytes() <= 96 * 1024);
    for (id, _) in rooms {
        logs.erase(id);
    }
    assert_eq!(logs.total_bytes(), 0);
}

/// Or every message would look at every room once memory is full.
#[test]
fn logs_that_are_full_make_place_for_many_entries_at_once() {
    let limit = 64 * 1024;
    let logs = MemoryLogs::new(MemoryLimits {
        room_entries: 10_000,
        room_bytes: 1 << 20,
        total_bytes: limit,
        waits: Duration::ZERO,
    });
    let log = logs.open(RoomId([1; 16]), &support::record());
    let mut trims = 0;
    let mut before = 0;

    for _ in 0..1_000 {
        let author = Arc::new(chat_proto::Author { person: PersonId(1), name: "a".into() });
        let body = EntryBody::Message(vec![b'x'; 100].into());
        log.append(
            [Draft {
                time: chat_proto::UnixMillis(0),
                author,
                post: None,
                body,
                reach: chat_server::log::Reach::Own,
                records: Vec::new(),
            }]
            .into(),
            Box::new(|_| {}),
        );
        trims += usize::from(logs.total_bytes() <= before);
        before = logs.total_bytes();
        assert!(before <= limit);
    }

    assert!((1..30).contains(&trims), "{trims} of 1000 entries looked for the largest room");
}

#[tokio::test]
async fn a_log_that_was_erased_while_in_use_holds_nothing_and_its_head_never_falls() {
    let logs = MemoryLogs::new(Config::default().memory());
    let log = logs.open(RoomId([1; 16]), &support::record());
    let append = || {
        let author = Arc::new(chat_proto::Author { person: PersonId(1), name: "a".into() });
        let body = EntryBody::Message("a post in flight".into());
        log.append(
            [Draft {
                time: chat_proto::UnixMillis(0),
                author,
                post: None,
                body,
                reach: chat_server::log::Reach::Own,
                records: Vec::new(),
            }]
            .into(),
            Box::new(|_| {}),
        );
    };
    append();

    logs.erase(RoomId([1; 16]));
    assert_eq!(log.read(Range::last_page()).await.unwrap().head, Seq(1));
    append();

    let slice = log.read(Range::last_page()).await.unwrap();
    assert_eq!((slice.head, slice.entries.len(), logs.total_bytes()), (Seq(2), 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_room_that_ends_while_watchers_resume_ends_for_each_of_them() {
    let world = World::new();
    for round in 0..100 {
        let (mut alice, room) = world.opener("alice").await;
        alice.say(room.room, 1, "hi").await;
        let mut watchers = Vec::new();
        for name in ["bob", "carol", "dave"] {
            let mut watcher = world.person(name).await;
            watcher.join_as(room.code, Stay::Watcher).await;
            watchers.push(tokio::spawn(resume_until_refused(watcher, room.room)));
        }

        // Ends at another moment of the watchers' coming and going each time.
        for _ in 0..round % 20 {
            alice.ask(chat_proto::frame::Ping {}).await;
        }
        alice.bye().await;

        for watcher in watchers {
            assert_eq!(watcher.await.unwrap(), Code::ROOM_ENDED);
        }
    }
}

async fn resume_until_refused(mut peer: Peer, room: RoomId) -> Code {
    loop {
        match peer.ask(Resume { room, after: Seq(3), stay: Stay::Watcher }).await {
            ServerFrame::Joined(_) => peer.kept.clear(),
            ServerFrame::Refused(refused) => return refused.code,
            other => panic!("joined or refused, not {other:?}"),
        }
    }
}
