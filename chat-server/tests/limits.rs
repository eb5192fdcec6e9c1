//! Who may connect, open rooms and be remembered: slowed down first, refused second, and never at anybody else's cost.

mod support;

use bytes::Bytes;
use chat_proto::codec::to_bytes;
use chat_proto::frame::{Create, Door, Hello, History, Join, Keep, Leave, Login, Ping, Stay};
use chat_proto::{ClientFrame, Code, Detail, Refused, RoomCode, Seq, ServerFrame, UnixMillis};
use chat_server::{Config, Environment, Server};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::{Fixed, Peer, World, key_of, unhurried};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, advance, sleep, timeout};
use tokio_util::sync::CancellationToken;

const SECOND: Duration = Duration::from_secs(1);
/// Time for the server to notice that somebody is gone; the clock is paused.
const MOMENT: Duration = Duration::from_millis(1);

/// The reason why a connection that was just made is closed.
async fn turned_away(mut peer: Peer) -> Refused {
    let rest = peer.rest().await;
    match &rest[..] {
        [ServerFrame::Refused(refused)] => refused.clone(),
        _ => panic!("one refusal, not {rest:?}"),
    }
}

/// Whether somebody from there can log in now.
async fn is_let_in(world: &World, address: &str) -> bool {
    let mut peer = world.connect_from(address);
    let hello = peer.hello("visitor", &key_of("visitor"));
    peer.send(hello).await;
    matches!(peer.read().await, Some((1, ServerFrame::Challenge(_))))
}

async fn refusal(peer: &mut Peer, ask: impl Into<ClientFrame>) -> Refused {
    match peer.ask(ask).await {
        ServerFrame::Refused(refused) => refused,
        other => panic!("a refusal, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_has_32_connections_and_the_next_is_told_so() {
    let world = World::new();
    let mut household: Vec<_> = (0..32).map(|_| world.connect_from("192.0.2.1")).collect();

    let refused = turned_away(world.connect_from("192.0.2.1")).await;

    assert_eq!((refused.code, &refused.detail), (Code::RATE_LIMITED, &Detail::Max(32)));
    assert_eq!(refused.retry_after_ms, Some(5_000));
    assert!(is_let_in(&world, "192.0.2.2").await, "another address");
    household.pop();
    sleep(MOMENT).await;
    assert!(is_let_in(&world, "192.0.2.1").await, "the place of one who went");
}

#[tokio::test(start_paused = true)]
async fn addresses_are_counted_as_one_household_each() {
    let cases =
        [("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1"), ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2")];
    for (first, same, other) in cases {
        let world = World::with(Config { connections_per_address: 1, ..unhurried() });
        let _first = world.connect_from(first);

        assert!(!is_let_in(&world, same).await, "{same} is {first}");
        assert!(is_let_in(&world, other).await, "{other} is not {first}");
    }
}

#[tokio::test(start_paused = true)]
async fn sixty_new_connections_of_an_address_pass_at_once_and_then_one_a_second() {
    let world = World::new();
    let start = Instant::now();
    let connect = async || {
        drop(world.connect_from("192.0.2.1"));
        sleep(MOMENT).await;
    };
    for _ in 0..60 {
        connect().await;
    }

    let refused = turned_away(world.connect_from("192.0.2.1")).await;

    assert_eq!(refused.code, Code::RATE_LIMITED);
    let retry = Duration::from_millis(refused.retry_after_ms.unwrap().into());
    assert!(retry > SECOND * 9 / 10 && retry <= SECOND, "{retry:?}");
    advance(retry).await;
    assert!(is_let_in(&world, "192.0.2.1").await);
    assert!(start.elapsed() < 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn this_machine_is_exempt_unless_it_is_not_to_be() {
    let exempt = World::new();
    let mut many: Vec<_> = (0..100).map(|_| exempt.connect_from("127.0.0.1")).collect();
    many.extend((0..20).map(|_| exempt.connect_from("::1")));
    assert!(is_let_in(&exempt, "127.0.0.1").await);

    let counted = World::with(Config { loopback_exemption: false, ..unhurried() });
    let _many: Vec<_> = (0..32).map(|_| counted.connect_from("127.0.0.1")).collect();
    assert!(!is_let_in(&counted, "127.0.0.1").await);
    assert!(is_let_in(&counted, "127.0.0.2").await);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_turned_away_is_told_in_the_language_they_speak() {
    let world = World::with(Config { connections: 1, ..unhurried() });
    let _only = world.connect();
    let hello = to_bytes::<ClientFrame>(1, &Ping {}.into()).to_vec();
    let client_hello = [22, 3, 1, 2, 0, 1, 0, 1].to_vec();
    for (said, is_plain) in [(hello, true), (Vec::new(), true), (client_hello, false)] {
        let mut peer = world.connect();
        peer.send_bytes(&said).await;
        let start = Instant::now();

        if is_plain {
            assert_eq!(turned_away(peer).await.code, Code::SERVER_FULL);
        } else {
            let mut heard = Vec::new();
            peer.stream.read_to_end(&mut heard).await.unwrap();
            assert_eq!(heard, [0x15, 3, 3, 0, 2, 2, 0x31], "access denied");
        }

        assert!(start.elapsed() <= 3 * SECOND, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn turning_away_is_bounded_in_number_and_time() {
    let world = World::with(Config { connections: 1, ..unhurried() });
    let mut only = world.person("only").await;
    let mut crowd: Vec<_> = (0..256).map(|_| world.connect()).collect();
    let start = Instant::now();

    assert!(world.connect().rest().await.is_empty(), "one more is closed without a word");
    assert!(start.elapsed() < MOMENT);

    for peer in &mut crowd {
        // Takes its reason and stays, which costs the server nothing after three seconds.
        assert!(matches!(peer.read().await, Some((0, ServerFrame::Refused(_)))));
    }
    sleep(3 * SECOND).await;
    assert_eq!(turned_away(world.connect()).await.code, Code::SERVER_FULL);
    assert!(matches!(only.ask(Ping {}).await, ServerFrame::Pong(_)));
}

/// A5.
#[tokio::test(start_paused = true)]
async fn a_thousand_announced_frames_hold_no_more_than_256_places_and_are_closed_in_time() {
    let world = World::new();
    let start = Instant::now();
    let mut peers = Vec::new();
    for number in 0..1_000 {
        let mut peer = world.connect_from(&format!("192.0.2.{}", number % 100));
        peer.send_bytes(&4_096_u32.to_be_bytes()).await;
        peers.push(peer);
    }

    let mut held = 0;
    for peer in &mut peers {
        match peer.last_words().await {
            Some(Code::TIMED_OUT) => held += 1,
            Some(Code::SERVER_FULL) => {}
            other => panic!("{other:?}"),
        }
    }

    assert!((128..=256).contains(&held), "{held}");
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

/// A13, on a paused clock; `flood.rs` does it over sockets.
#[tokio::test(start_paused = true)]
async fn a_login_passes_while_thousands_of_strangers_are_poured_in() {
    let world = World::new();
    let mut flood = Vec::new();
    for number in 0_u32..4_000 {
        let address = IpAddr::from(std::net::Ipv4Addr::from_bits(0xc612_0000 + number / 8));
        flood.push(world.connect_from(&address.to_string()));
        if number % 100 == 99 {
            let name = format!("visitor{number}");
            world.person_from(&format!("192.0.2.{}", number / 100), &name).await.bye().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_loses_their_place_is_told_to_come_back() {
    let world = World::with(Config { strangers: 3, drop_from: 3, ..unhurried() });
    let (mut first, mut second) = (world.connect_from("192.0.2.1"), world.connect_from("192.0.2.1"));
    let mut other = world.connect_from("192.0.2.2");
    let newcomer = world.connect_from("192.0.2.3");

    let evicted = tokio::select! {
        rest = first.rest() => rest,
        rest = second.rest() => rest,
        rest = other.rest() => panic!("an address with fewer strangers: {rest:?}"),
    };

    let [ServerFrame::Refused(refused)] = &evicted[..] else { panic!("one refusal: {evicted:?}") };
    assert_eq!((refused.code, refused.retry_after_ms), (Code::SERVER_FULL, Some(5_000)));
    newcomer.logged_in("newcomer").await;
}

#[tokio::test(start_paused = true)]
async fn nobody_loses_a_place_while_there_are_few() {
    let world = World::new();
    let few: Vec<_> = (0..128).map(|number| world.connect_from(&format!("192.0.2.{number}"))).collect();
    sleep(SECOND).await;

    for (number, peer) in few.into_iter().enumerate() {
        peer.logged_in(&format!("person{number}")).await;
    }
}

/// A signature that proves nothing, on a connection that is there already.
async fn fail_to_prove(peer: &mut Peer) {
    let hello: Hello = peer.hello("alice", &key_of("alice"));
    assert!(matches!(peer.ask(hello).await, ServerFrame::Challenge(_)));
    assert_eq!(peer.refusal_of(Login { signature: Bytes::from_static(&[0; 64]) }).await, Code::AUTH_FAILED);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_signature_closes_the_door_to_its_address_for_five_seconds() {
    let world = World::new();
    fail_to_prove(&mut world.connect_from("192.0.2.1")).await;

    let refused = turned_away(world.connect_from("192.0.2.1")).await;

    assert_eq!((refused.code, refused.retry_after_ms), (Code::RATE_LIMITED, Some(5_000)));
    assert!(is_let_in(&world, "192.0.2.2").await);
    advance(Duration::from_secs(5)).await;
    assert!(is_let_in(&world, "192.0.2.1").await);
}

#[tokio::test(start_paused = true)]
async fn penalties_add_up_to_ten_minutes() {
    let world = World::with(Config { penalty_signature: Duration::from_secs(30), ..unhurried() });
    for (address, failures, retry_ms) in [("192.0.2.1", 3, 90_000), ("192.0.2.2", 25, 600_000)] {
        let mut peers: Vec<_> = (0..failures).map(|_| world.connect_from(address)).collect();
        for peer in &mut peers {
            fail_to_prove(peer).await;
        }

        assert_eq!(turned_away(world.connect_from(address)).await.retry_after_ms, Some(retry_ms));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_on_this_machine_pays_for_another() {
    let world = World::new();
    fail_to_prove(&mut world.connect()).await;

    assert!(is_let_in(&world, "127.0.0.1").await);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_log_in_in_time_waits_five_seconds_for_the_next_try() {
    let world = World::new();
    let mut idle = world.connect_from("192.0.2.1");
    assert_eq!(idle.last_words().await, Some(Code::TIMED_OUT));

    let refused = turned_away(world.connect_from("192.0.2.1")).await;

    assert_eq!((refused.code, refused.retry_after_ms), (Code::RATE_LIMITED, Some(5_000)));
}

/// A clock that breaks once, when it is told to: a defect under the feet of whoever asks next.
#[derive(Clone, Default)]
struct Fragile {
    fixed: Fixed,
    is_broken: Arc<AtomicBool>,
}

impl Environment for Fragile {
    fn now(&self) -> UnixMillis {
        assert!(!self.is_broken.swap(false, Ordering::Relaxed), "the clock is broken");
        self.fixed.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.fixed.fill_random(bytes);
    }

    fn room_code(&self) -> RoomCode {
        self.fixed.room_code()
    }
}

/// F25.
#[tokio::test(start_paused = true)]
async fn a_defect_ends_the_session_that_met_it_and_nobody_else_notices() {
    let (fragile, stop) = (Fragile::default(), CancellationToken::new());
    let world =
        World { server: Server::new(unhurried(), fragile.clone(), stop.clone()), stop, fixed: fragile.fixed.clone() };
    let (mut alice, room) = world.opener("alice").await;
    let mut mallory = world.person_from("192.0.2.1", "mallory").await;
    mallory.join(room.code).await;
    alice.entries(3).await;

    fragile.is_broken.store(true, Ordering::Relaxed);
    mallory.send(Ping {}).await;

    assert_eq!(mallory.last_words().await, Some(Code::INTERNAL));
    alice.say(room.room, 1, "did anything happen?").await;
    assert_eq!(alice.next_said().await, "did anything happen?");
    let refused = turned_away(world.connect_from("192.0.2.1")).await;
    assert_eq!((refused.code, refused.retry_after_ms), (Code::RATE_LIMITED, Some(90_000)));
    let mut elsewhere = world.person_from("192.0.2.2", "mallory").await;
    elsewhere.join(room.code).await;
    world.stop.cancel();
    world.server.drained().await;
}

/// A34.
#[tokio::test(start_paused = true)]
async fn a_key_opens_ten_rooms_at_once_and_then_ten_an_hour_under_whatever_name() {
    let world = World::with(Config { creates: Config::default().creates, ..unhurried() });
    let mut mallory = world.person("mallory").await;
    let create = |id| Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
    for id in 0..10 {
        assert!(matches!(mallory.ask(create(id)).await, ServerFrame::Joined(_)));
    }

    let refused = refusal(&mut mallory, create(10)).await;
    let mut other_name = world.connect();
    other_name.login("mallory2", &key_of("mallory")).await.unwrap();
    let by_another_name = refusal(&mut other_name, create(10)).await;

    assert_eq!((refused.code, refused.retry_after_ms), (Code::RATE_LIMITED, Some(360_000)));
    assert_eq!(by_another_name.code, Code::RATE_LIMITED);
    assert!(matches!(mallory.ask(create(9)).await, ServerFrame::Joined(_)), "one that is open is found again");
    assert!(matches!(world.person("bob").await.ask(create(1)).await, ServerFrame::Joined(_)), "another key");
    advance(Duration::from_mins(6)).await;
    let mut mallory = world.person("mallory").await;
    assert!(matches!(mallory.ask(create(11)).await, ServerFrame::Joined(_)));
    assert_eq!(refusal(&mut mallory, create(12)).await.code, Code::RATE_LIMITED);
}

#[tokio::test(start_paused = true)]
async fn a_key_has_fifty_rooms_open_and_another_when_one_ends() {
    let world = World::new();
    let mut mallory = world.person("mallory").await;
    let create = |id| Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
    let mut rooms = Vec::new();
    for id in 0..50 {
        rooms.push(support::expect_joined(mallory.ask(create(id)).await).room);
    }

    let refused = refusal(&mut mallory, create(50)).await;

    assert_eq!((refused.code, refused.detail), (Code::TOO_MANY_ROOMS, Detail::Max(50)));
    mallory.ask(Leave { room: rooms[0] }).await;
    assert!(matches!(mallory.ask(create(50)).await, ServerFrame::Joined(_)));
}

/// A34. Keys are free, and a room in which something was said outlives its opener's connection by a day.
#[tokio::test(start_paused = true)]
async fn one_address_does_not_use_up_the_rooms_of_all_whatever_keys_it_has() {
    let world = World::with(Config { rooms_per_address: 3, ..unhurried() });
    let create = |id| Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
    let mut rooms = Vec::new();
    for key in ["k1", "k2", "k3"] {
        let mut peer = world.person_from("192.0.2.1", key).await;
        rooms.push(support::expect_joined(peer.ask(create(1)).await).room);
        peer.say(rooms[rooms.len() - 1], 1, "mine").await;
    }
    let mut next = world.person_from("192.0.2.1", "k4").await;

    let refused = refusal(&mut next, create(1)).await;

    assert_eq!((refused.code, refused.detail), (Code::TOO_MANY_ROOMS, Detail::Max(3)));
    assert!(matches!(world.person_from("192.0.2.2", "bob").await.ask(create(1)).await, ServerFrame::Joined(_)));
    for key in ["l1", "l2", "l3", "l4"] {
        assert!(matches!(world.person(key).await.ask(create(1)).await, ServerFrame::Joined(_)), "this machine");
    }
    let mut first = world.person_from("192.0.2.1", "k1").await;
    assert!(matches!(first.ask(Leave { room: rooms[0] }).await, ServerFrame::Refused(_)), "not in it yet");
    first.resume(rooms[0], 1).await.unwrap();
    first.ask(Leave { room: rooms[0] }).await;
    assert!(matches!(next.ask(create(1)).await, ServerFrame::Joined(_)), "when one ends there is place");
}

#[tokio::test(start_paused = true)]
async fn when_all_rooms_or_names_are_taken_the_server_says_so_and_when_to_come_back() {
    let world = World::with(Config { rooms: 2, people: 3, ..unhurried() });
    let (_alice, _) = world.opener("alice").await;
    let (_bob, _) = world.opener("bob").await;
    let mut carol = world.person("carol").await;

    let no_room =
        refusal(&mut carol, Create { id: 1, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }).await;
    let no_name = world.connect().login("dave", &key_of("dave")).await.unwrap_err();

    for (refused, max) in [(no_room, 2), (no_name, 3)] {
        assert_eq!((refused.code, refused.detail), (Code::SERVER_FULL, Detail::Max(max)));
        assert_eq!(refused.retry_after_ms, Some(5_000));
    }
    carol.bye().await;
    sleep(2 * SECOND).await;
    assert!(world.connect().login("dave", &key_of("dave")).await.is_ok(), "carol was in no room");
}

/// A room in which a reader of small means is left far behind.
async fn reader_far_behind(world: &World) -> (Peer, Peer) {
    let (mut alice, room) = world.opener("alice").await;
    let mut reader = world.connect_through(64).logged_in("reader").await;
    let code = Bytes::copy_from_slice(&room.code);
    reader.send(Join { code, stay: Stay::Resident, secret: None }).await;
    for n in 1..=300 {
        alice.say(room.room, n, "does anybody read this?").await;
    }
    (alice, reader)
}

#[tokio::test(start_paused = true)]
async fn what_one_is_given_counts_for_all_before_more_is_done_for_them() {
    let world = World::with(Config { outbound_total_bytes: 1, ..unhurried() });
    let (mut alice, room) = world.opener("alice").await;
    for n in 1..=9 {
        alice.say(room.room, n, &"x".repeat(15_000)).await;
        alice.next_said().await;
    }
    let mut reader = world.connect_through(4_096).logged_in("reader").await;
    reader.join(room.code).await;
    reader.entries(8).await;
    let page = ClientFrame::from(History { room: room.room, after: Seq(0), before: Seq(u64::MAX), limit: 200 });
    let post = ClientFrame::from(reader.post(room.room, 1, "and now I read"));
    let at_once = [to_bytes(101, &page), to_bytes(102, &page), to_bytes(103, &post)].concat();

    // More than is left to each when all together have too much; the rest of what was asked waits.
    reader.send_bytes(&at_once).await;

    assert!(timeout(5 * SECOND, alice.next_said()).await.is_err(), "it was done before anything was taken");
    let read = async { while !matches!(reader.read().await, Some((103, _))) {} };
    let (said, ()) = tokio::join!(alice.next_said(), read);
    assert_eq!(said, "and now I read");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_a_byte_now_and_then_does_not_hold_its_place() {
    let world = World::with(Config { outbound_bytes: 8_192, silence: Duration::from_hours(1), ..unhurried() });
    let (_alice, mut reader) = reader_far_behind(&world).await;
    let start = Instant::now();

    while reader.stream.read_u8().await.is_ok() {
        sleep(SECOND).await;
        assert!(start.elapsed() < Duration::from_mins(3), "it is still there");
    }

    assert!(start.elapsed() >= Duration::from_secs(20), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_slowly_keeps_its_place() {
    let world = World::with(Config { outbound_bytes: 8_192, silence: Duration::from_hours(1), ..unhurried() });
    let (_alice, mut reader) = reader_far_behind(&world).await;
    let mut part = [0; 100];

    for _ in 0..100 {
        reader.stream.read_exact(&mut part).await.unwrap();
        sleep(SECOND).await;
    }
}
