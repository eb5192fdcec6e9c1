//! Time: what must happen by when, and how the server stops. The clock is paused.

mod support;

use chat_proto::codec::to_bytes;
use chat_proto::frame::{Ping, Pong};
use chat_proto::{ClientFrame, Code, ServerFrame};
use chat_server::Config;
use chat_server::config::Rate;
use std::time::Duration;
use support::{World, unhurried};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep, timeout};

/// Sleepers wake on whole milliseconds.
const SLACK: Duration = Duration::from_millis(10);

fn assert_about(elapsed: Duration, seconds: u64) {
    let expected = Duration::from_secs(seconds);
    assert!(elapsed >= expected && elapsed < expected + SLACK, "{elapsed:?} instead of {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_log_in_within_ten_seconds_is_sent_away() {
    let world = World::new();
    let mut stranger = world.connect();
    let start = Instant::now();

    assert_eq!(stranger.last_words().await, Some(Code::TIMED_OUT));

    assert_about(start.elapsed(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_drips_in_is_sent_away_as_well() {
    let world = World::new();
    let mut stranger = world.connect();
    let start = Instant::now();
    let hello = chat_proto::codec::to_bytes::<chat_proto::ClientFrame>(
        1,
        &stranger.hello("alice", &support::key_of("alice")).into(),
    );
    for byte in hello.chunks(1) {
        if stranger.stream.write_all(byte).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }

    assert_eq!(stranger.last_words().await, Some(Code::TIMED_OUT));
    assert!(start.elapsed() < Duration::from_mins(2));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_begun_and_not_finished_ends_the_session_after_fifteen_seconds() {
    for part in [&[0, 0, 0][..], &[0, 0, 1, 0][..], &[0, 0, 1, 0, 9][..]] {
        let world = World::new();
        let mut alice = world.person("alice").await;
        let start = Instant::now();
        alice.send_bytes(part).await;

        assert_eq!(alice.last_words().await, Some(Code::TIMED_OUT));

        assert_about(start.elapsed(), 15);
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_half_frames_are_closed_in_time_and_hold_little() {
    let world = World::with(Config { strangers: 2_000, drop_from: 2_000, ..unhurried() });
    let mut peers = Vec::new();
    for _ in 0..1_000 {
        let mut peer = world.connect_through(8_192);
        peer.send_bytes(&4_096_u32.to_be_bytes()).await;
        peers.push(peer);
    }

    for peer in &mut peers {
        assert_eq!(peer.last_words().await, Some(Code::TIMED_OUT));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_session_after_ninety_seconds_and_a_ping_prevents_it() {
    let world = World::new();
    let mut quiet = world.person("quiet").await;
    let mut alive = world.person("alive").await;
    let start = Instant::now();
    let living = tokio::spawn(async move {
        for _ in 0..10 {
            sleep(Duration::from_secs(30)).await;
            assert!(matches!(alive.ask(Ping {}).await, ServerFrame::Pong(_)));
        }
    });

    assert_eq!(quiet.last_words().await, Some(Code::TIMED_OUT));
    assert_about(start.elapsed(), 90);
    living.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pong_names_what_was_written_so_far() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 1, "one").await;
    alice.entries(3).await;

    let ServerFrame::Pong(Pong { heads, server_time }) = alice.ask(Ping {}).await else { panic!("a pong") };

    assert_eq!(heads.iter().map(|head| (head.room, head.head.0)).collect::<Vec<_>>(), [(room.room, 3)]);
    assert_eq!(server_time.0, support::NOON);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_closed_after_twenty_seconds_and_hurts_nobody() {
    let world = World::with(Config { outbound_bytes: 4_096, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let mut stuck = world.connect_through(512).logged_in("stuck").await;
    stuck
        .send(chat_proto::frame::Join {
            code: room.code.to_vec().into(),
            stay: chat_proto::frame::Stay::Resident,
            secret: None,
        })
        .await;

    for n in 1..=200 {
        alice.say(room.room, n, "does anybody read this?").await;
    }
    alice.entries(203).await;
    let start = Instant::now();
    let told = alice.entries(1).await;

    assert_eq!(support::gists(&told), ["stuck left Lost"]);
    let waited = start.elapsed();
    assert!(
        waited > Duration::from_mins(1) && waited < Duration::from_secs(85),
        "20 s and the minute's grace: {waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn posts_that_come_too_fast_are_read_later_and_none_is_refused() {
    let world = World::with(Config { posts: Rate { burst: 10.0, per_second: 3.0 }, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let start = Instant::now();
    let mut requests = Vec::new();
    for n in 1..=40 {
        requests.push(alice.send(alice.post(room.room, n, "quick")).await);
    }

    for request in requests {
        assert!(matches!(alice.answer_to(request).await, ServerFrame::Accepted(_)));
    }

    assert_about(start.elapsed(), 10);
}

#[tokio::test(start_paused = true)]
async fn names_cannot_be_changed_faster_than_one_may_speak() {
    let world = World::with(Config { posts: Rate { burst: 10.0, per_second: 3.0 }, ..unhurried() });
    let (mut alice, _) = world.opener("alice").await;
    let start = Instant::now();

    for n in 0..40 {
        let name = ["alicia", "alice"][n % 2].into();
        assert!(matches!(alice.ask(chat_proto::frame::Rename { name }).await, ServerFrame::Done(_)));
    }

    assert_about(start.elapsed(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_stop_spreads_the_return_of_a_crowd() {
    let world = World::new();
    let mut crowd = Vec::new();
    for n in 0..200 {
        crowd.push(world.person(&format!("p{n}x")).await);
    }

    world.stop.cancel();

    let mut waits = Vec::new();
    for peer in &mut crowd {
        match peer.rest().await.pop() {
            Some(ServerFrame::GoAway(go_away)) => waits.push(go_away.reconnect_after_ms),
            other => panic!("go away, not {other:?}"),
        }
    }
    assert!(waits.iter().all(|wait| *wait < 1_000), "five seconds per thousand: {waits:?}");
    assert!(waits.iter().any(|wait| *wait > 500), "spread: {waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_room_keeps_its_pace_whoever_speaks() {
    let world = World::with(Config { room_posts: Rate { burst: 5.0, per_second: 1.0 }, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let (mut bob, _) = world.guest("bob", room.code).await;
    let start = Instant::now();

    for n in 1..=5 {
        alice.say(room.room, n, "a").await;
        bob.say(room.room, n, "b").await;
    }

    assert!(start.elapsed() >= Duration::from_secs(4), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_room_keeps_its_pace_however_much_is_said_at_once() {
    let world = World::with(Config { room_posts: Rate { burst: 5.0, per_second: 1.0 }, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let posts: Vec<_> = (1..=15).map(|n| ClientFrame::from(alice.post(room.room, n, "a"))).collect();
    let start = Instant::now();
    let at_once: Vec<u8> = (100..).zip(&posts).flat_map(|(request, post)| to_bytes(request, post)).collect();
    alice.send_bytes(&at_once).await;

    for request in 100..115 {
        assert!(matches!(alice.answer_to(request).await, ServerFrame::Accepted(_)));
        let passed = start.elapsed();
        let taken = request - 99;
        assert!(passed >= Duration::from_secs(taken.saturating_sub(5).into()), "{taken} within {passed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn history_is_paced_and_never_refused() {
    let world = World::with(Config { pages: Config::default().pages, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    let start = Instant::now();
    let ask = chat_proto::frame::History {
        room: room.room,
        after: chat_proto::Seq(0),
        before: chat_proto::Seq(9),
        limit: u32::MAX,
    };
    let mut requests = Vec::new();
    for _ in 0..96 {
        requests.push(alice.send(ask.clone()).await);
    }

    for request in requests {
        assert!(matches!(alice.answer_to(request).await, ServerFrame::Page(_)));
    }

    assert_about(start.elapsed(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_stop_tells_everybody_and_a_stuck_peer_does_not_hold_it_up() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    let mut stuck = world.connect_through(64).logged_in("stuck").await;
    stuck
        .send(chat_proto::frame::Join {
            code: room.code.to_vec().into(),
            stay: chat_proto::frame::Stay::Resident,
            secret: None,
        })
        .await;
    let _stranger = world.connect();
    alice.ask(Ping {}).await;
    let start = Instant::now();

    world.stop.cancel();
    timeout(Duration::from_secs(10), world.server.drained()).await.expect("within ten seconds");

    let rest = alice.rest().await;
    assert!(matches!(rest.last(), Some(ServerFrame::GoAway(_))), "{rest:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_stop_closes_real_sockets_and_the_port() {
    let world = World::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = world.server.clone();
    let serving = tokio::spawn(async move { server.serve(listener).await });
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut alice = support::Peer::new(stream).logged_in("alice").await;
    let room = alice.create().await;
    alice.say(room.room, 1, "over a real socket").await;

    world.stop.cancel();

    assert!(matches!(alice.rest().await.last(), Some(ServerFrame::GoAway(_))));
    serving.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_silent_to_whom_the_server_does_not_listen() {
    let world = World::with(Config { room_posts: Rate { burst: 1.0, per_second: 0.01 }, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    alice.say(room.room, 1, "then wait a hundred seconds").await;
    let mut pings = Vec::new();
    for _ in 0..12 {
        sleep(Duration::from_secs(10)).await;
        pings.push(alice.send(Ping {}).await);
    }

    for ping in pings {
        assert!(matches!(alice.answer_to(ping).await, ServerFrame::Pong(_)));
    }

    let heard = Instant::now();
    assert_eq!(alice.last_words().await, Some(Code::TIMED_OUT));
    assert!(heard.elapsed() < Duration::from_secs(181), "who is silent afterwards is gone");
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_floods_a_room_keeps_nobody_waiting_for_long() {
    let world = World::with(Config { room_posts: Rate { burst: 10.0, per_second: 5.0 }, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    for n in 1..=200 {
        // A new session for each post has no debt of its own.
        let mut mallory = world.person(&format!("mallory{n}")).await;
        mallory.join_as(room.code, chat_proto::frame::Stay::Visitor).await;
        mallory.say(room.room, n, "flood").await;
    }
    let start = Instant::now();

    alice.say(room.room, 1, "may I?").await;
    alice.ask(Ping {}).await;

    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn unknown_kinds_are_paced_like_every_request() {
    let world = World::with(Config { requests: Rate { burst: 10.0, per_second: 10.0 }, ..unhurried() });
    let mut alice = world.person("alice").await;
    let start = Instant::now();
    let unknown = [0, 0, 0, 6, 0, 0, 0, 9, 0x03, 0x84];
    alice.send_bytes(&unknown.repeat(100)).await;

    for _ in 0..100 {
        assert!(matches!(alice.answer_to(9).await, ServerFrame::Refused(_)));
    }

    assert!(start.elapsed() > Duration::from_secs(8), "{:?}", start.elapsed());
}
