//! Bad input: every answer as written, and no effect on anybody else. Real sockets and streams in memory.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use bytes::Bytes;
use chat_proto::codec::to_bytes;
use chat_proto::frame::Door;
use chat_proto::frame::{Create, GiveUp, History, Join, Keep, Leave, Login, Names, Ping, Post, Rename, Resume, Stay};
use chat_proto::{ClientFrame, Code, Detail, EntryBody, PostId, RoomId, Seq, ServerFrame, login};
use chat_server::Config;
use std::time::Duration;
use support::{Peer, World, key_of, unhurried};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A frame by hand.
fn frame(request: u32, kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 6).unwrap();
    [&length.to_be_bytes()[..], &request.to_be_bytes(), &kind.to_be_bytes(), body].concat()
}

/// What a peer that logged in gets for these bytes, as its last words.
async fn last_words_after(bytes: &[u8]) -> Option<Code> {
    let world = World::new();
    let (mut bystander, room) = world.opener("bystander").await;
    let mut peer = world.person("mallory").await;
    // The server may hang up before it has all of it.
    let _ = peer.stream.write_all(bytes).await;
    let code = peer.last_words().await;
    bystander.say(room.room, 1, "unharmed").await;
    code
}

#[tokio::test(start_paused = true)]
async fn broken_framing_and_broken_bodies_close_with_their_reason() {
    let huge_text = [&[1; 16][..], &[1, 1, 1, 0xfd, 255, 255, 255, 255, 255, 255, 255, 127]].concat();
    let cases: [(&str, Vec<u8>, Code); 9] = [
        ("4 GiB announced", vec![0xff; 8], Code::FRAME_TOO_LARGE),
        ("limit + 1 announced", 65_537_u32.to_be_bytes().to_vec(), Code::FRAME_TOO_LARGE),
        ("HTTP", b"POST / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), Code::FRAME_TOO_LARGE),
        ("TLS after the login", [22, 3, 1, 2, 0, 1, 0, 1].to_vec(), Code::FRAME_TOO_LARGE),
        ("too short for its envelope", vec![0, 0, 0, 5, 1, 2, 3, 4, 5], Code::BAD_FRAME),
        ("garbage body", frame(1, 4, &[0xfe, 0xfe, 0xfe]), Code::BAD_FRAME),
        ("trailing bytes", frame(1, 10, &[0]), Code::BAD_FRAME),
        ("a text of 2^63 bytes", frame(1, 7, &huge_text), Code::BAD_FRAME),
        ("an unknown variant", frame(1, 3, &[1, 9]), Code::BAD_FRAME),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(last_words_after(&bytes).await, Some(code), "{name}");
    }
}

#[tokio::test]
async fn a_stranger_with_the_wrong_protocol_is_closed_without_an_echo() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = world.server.clone();
    tokio::spawn(async move { server.serve(listener).await });
    let megabyte: Vec<u8> = (0..1_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect();
    let http = b"GET /marker HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec();
    for bytes in [http, megabyte] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The server may hang up before it has all of it.
        let _ = stream.write_all(&bytes).await;
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;

        assert!(reply.len() < 200, "{} bytes", reply.len());
        assert!(!String::from_utf8_lossy(&reply).contains("marker"));
    }
    assert!(Peer::new(TcpStream::connect(address).await.unwrap()).login("alice", &key_of("alice")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_stranger_may_not_announce_more_than_four_kilobytes() {
    let world = World::new();
    let mut stranger = world.connect();
    stranger.send_bytes(&4_097_u32.to_be_bytes()).await;

    let rest = stranger.rest().await;

    let Some(ServerFrame::Refused(refused)) = rest.last() else { panic!("a reason: {rest:?}") };
    assert_eq!((refused.code, &refused.detail), (Code::FRAME_TOO_LARGE, &Detail::Max(4_096)));
}

#[tokio::test(start_paused = true)]
async fn empty_frames_are_refused_and_the_hundredth_closes() {
    let world = World::new();
    let mut peer = world.person("mallory").await;
    for _ in 0..99 {
        peer.send_bytes(&[0; 4]).await;
    }
    peer.ask(Ping {}).await;
    assert_eq!(peer.kept.len(), 99);

    peer.send_bytes(&[0; 4]).await;

    assert_eq!(peer.last_words().await, Some(Code::EMPTY_FRAME));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_kind_is_refused_by_its_id_and_the_connection_lives() {
    let world = World::new();
    let mut peer = world.person("alice").await;
    peer.send_bytes(&frame(77, 999, b"from the future")).await;

    let (id, answer) = peer.read().await.unwrap();

    let ServerFrame::Refused(refused) = answer else { panic!("a refusal") };
    assert_eq!((id, refused.code, refused.detail), (77, Code::UNSUPPORTED, Detail::Kind(999)));
    assert!(matches!(peer.ask(Ping {}).await, ServerFrame::Pong(_)));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_not_spoken_names_the_ranges_and_whom_to_upgrade() {
    for ((min, max), old) in [((5, 9), "upgrade the server"), ((1, 3), "upgrade the client")] {
        let world = World::new();
        let mut peer = world.connect();
        let mut hello = peer.hello("alice", &key_of("alice"));
        (hello.version_min, hello.version_max) = (min, max);

        let ServerFrame::Refused(refused) = peer.ask(hello).await else { panic!("a refusal") };

        assert_eq!((refused.code, refused.detail), (Code::VERSION, Detail::Versions { min: 4, max: 4 }));
        assert!(String::from_utf8_lossy(&refused.text).contains(old));
        assert!(peer.read().await.is_none(), "closed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_newer_client_that_also_speaks_version_four_is_served() {
    let world = World::new();
    let mut peer = world.connect();
    let mut hello = peer.hello("alice", &key_of("alice"));
    hello.version_max = 7;

    let ServerFrame::Challenge(challenge) = peer.ask(hello).await else { panic!("a challenge") };

    assert_eq!(challenge.version, 4);
}

#[tokio::test(start_paused = true)]
async fn requests_before_login_are_refused_and_the_third_closes() {
    let room = RoomId([1; 16]);
    let id = PostId { instance: 1, n: 1 };
    let requests: Vec<ClientFrame> = vec![
        Create { id: 1, stay: Stay::Resident, door: Door::Open, keep: Keep::Default }.into(),
        Join { code: Bytes::from_static(b"AB3Z"), stay: Stay::Resident, secret: None }.into(),
        Resume { room, after: Seq(1), stay: Stay::Resident }.into(),
        Leave { room }.into(),
        Post { room, id, body: EntryBody::Message(Bytes::from_static(b"hi")) }.into(),
        History { room, after: Seq(0), before: Seq(9), limit: 1 }.into(),
        Rename { name: Bytes::from_static(b"bob") }.into(),
        Ping {}.into(),
        Names {}.into(),
        GiveUp {}.into(),
        Login { signature: Bytes::from_static(&[0; 64]) }.into(),
    ];
    for request in requests {
        let world = World::new();
        let mut peer = world.connect();
        for _ in 0..2 {
            assert_eq!(peer.refusal_of(request.clone()).await, Code::NOT_AUTHENTICATED, "{request:?}");
        }
        assert_eq!(peer.refusal_of(request).await, Code::NOT_AUTHENTICATED);
        assert!(peer.read().await.is_none(), "closed at the third");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_login_is_refused_and_the_third_closes() {
    let world = World::new();
    let mut peer = world.person("alice").await;
    let hello = peer.hello("bob", &key_of("bob"));

    for _ in 0..2 {
        assert_eq!(peer.refusal_of(hello.clone()).await, Code::ALREADY_AUTHENTICATED);
    }

    let last = Login { signature: Bytes::from_static(&[0; 64]) };
    assert_eq!(peer.refusal_of(last).await, Code::ALREADY_AUTHENTICATED);
    assert!(peer.read().await.is_none(), "closed");
}

#[tokio::test(start_paused = true)]
async fn a_signature_proves_one_key_for_one_challenge() {
    let world = World::new();
    let (alice, mallory) = (key_of("alice"), key_of("mallory"));
    let mut first = world.connect();
    let hello = first.hello("alice", &alice);
    let ServerFrame::Challenge(old) = first.ask(hello.clone()).await else { panic!("a challenge") };
    let replayed = login::sign(&alice, &old, &hello, &login::PLAIN);
    let cases: [(&str, Bytes); 4] = [
        ("of another challenge", replayed),
        ("of another key", login::sign(&mallory, &old, &hello, &login::PLAIN)),
        ("of no length", Bytes::new()),
        ("of zeros", Bytes::from_static(&[0; 64])),
    ];
    for (name, signature) in cases {
        let mut peer = world.connect();
        peer.instance = first.instance;
        let ServerFrame::Challenge(_) = peer.ask(hello.clone()).await else { panic!("a challenge") };

        assert_eq!(peer.refusal_of(Login { signature }).await, Code::AUTH_FAILED, "{name}");
        assert!(peer.read().await.is_none(), "closed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_weak_key_proves_nothing() {
    let world = World::new();
    let mut peer = world.connect();
    let mut hello = peer.hello("weak", &key_of("weak"));
    // The identity point: with it, a signature of zeros satisfies the lax equation for any message.
    hello.key = [0; 32];
    hello.key[0] = 1;
    let ServerFrame::Challenge(_) = peer.ask(hello).await else { panic!("a challenge") };
    let mut signature = vec![0; 64];
    signature[0] = 1;

    assert_eq!(peer.refusal_of(Login { signature: signature.into() }).await, Code::AUTH_FAILED);
}

#[tokio::test(start_paused = true)]
async fn names_that_imitate_or_break_the_screen_are_refused() {
    let world = World::new();
    let names: [&[u8]; 16] = [
        b"",
        b"server",
        b"System",
        b"*",
        b"you",
        b"/quit",
        b"@alice",
        b"two words",
        b"a\nb",
        b"a\tb",
        b"a\0b",
        b"\xff\xfe",
        "a\u{202e}b".as_bytes(),
        "a\u{200b}b".as_bytes(),
        &[b'x'; 33],
        &[b'x'; 300],
    ];
    for name in names {
        let mut peer = world.connect();
        let key = key_of("alice");
        let mut hello = peer.hello("", &key);
        hello.name = Bytes::copy_from_slice(name);
        let ServerFrame::Challenge(challenge) = peer.ask(hello.clone()).await else { panic!("a challenge") };
        let signature = login::sign(&key, &challenge, &hello, &login::PLAIN);

        assert_eq!(peer.refusal_of(Login { signature }).await, Code::INVALID_NAME, "{name:?}");
        assert!(peer.login("alice2", &key).await.is_ok(), "and the door stays open");
        world_forgets(&mut peer).await;
    }
}

async fn world_forgets(peer: &mut Peer) {
    peer.send(chat_proto::frame::Bye {}).await;
    peer.rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_is_no_place_in_the_log_is_refused_with_the_head() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;

    let above = alice.resume(room.room, 3).await.unwrap_err();
    let far_above = alice.resume(room.room, u64::MAX).await.unwrap_err();
    let unknown = alice.resume(RoomId([9; 16]), 1).await.unwrap_err();
    let zero = alice.resume(room.room, 0).await.unwrap();

    assert_eq!((above.code, above.detail), (Code::BAD_CURSOR, Detail::Head(2)));
    assert_eq!((far_above.code, far_above.detail), (Code::BAD_CURSOR, Detail::Head(2)));
    assert_eq!(unknown.code, Code::ROOM_ENDED);
    assert_eq!(zero.cursor, Seq::START, "nothing yet is answered like a join");
}

#[tokio::test(start_paused = true)]
async fn a_foreign_room_and_no_room_are_answered_alike_on_every_verb() {
    let world = World::new();
    let (_alice, theirs) = world.opener("alice").await;
    let mut mallory = world.person("mallory").await;
    for room in [theirs.room, RoomId([9; 16])] {
        let id = PostId { instance: 1, n: 1 };
        let body = EntryBody::Message(Bytes::from_static(b"psst"));
        let answers = [
            mallory.ask(Post { room, id, body }).await,
            mallory.ask(History { room, after: Seq(0), before: Seq(9), limit: 1 }).await,
            mallory.ask(Leave { room }).await,
            mallory.ask(Resume { room, after: Seq(1), stay: Stay::Resident }).await,
        ];
        let codes = answers.map(|answer| match answer {
            ServerFrame::Refused(refused) => refused.code,
            other => panic!("a refusal, not {other:?}"),
        });

        assert_eq!(codes, [Code::NOT_MEMBER, Code::NOT_MEMBER, Code::NOT_MEMBER, Code::ROOM_ENDED]);
    }
}

#[tokio::test(start_paused = true)]
async fn codes_are_judged_as_typed() {
    let world = World::new();
    world.fixed.force_codes(&["AB3Z"]);
    let _room = world.opener("alice").await;
    let mut bob = world.person("bob").await;
    let join = |code: &'static [u8]| Join { code: Bytes::from_static(code), stay: Stay::Resident, secret: None };
    let cases: [(&[u8], Code); 6] = [
        (b"", Code::INVALID_CODE),
        (b"AB3", Code::INVALID_CODE),
        (b"AB3ZZ", Code::INVALID_CODE),
        (b"AB1O", Code::INVALID_CODE),
        (b"\xff\xff\xff\xff", Code::INVALID_CODE),
        (b"AB3Y", Code::JOIN_DENIED),
    ];
    for (code, refusal) in cases {
        assert_eq!(bob.refusal_of(join(code)).await, refusal, "{code:?}");
    }
    assert!(matches!(bob.ask(join(b" ab3z ")).await, ServerFrame::Joined(_)));
}

#[tokio::test(start_paused = true)]
async fn an_empty_range_of_history_is_refused() {
    let world = World::new();
    let (mut alice, room) = world.opener("alice").await;
    for (after, before) in [(0, 0), (5, 5), (9, 2), (u64::MAX, 1)] {
        let ask = History { room: room.room, after: Seq(after), before: Seq(before), limit: 10 };

        assert_eq!(alice.refusal_of(ask).await, Code::BAD_RANGE, "{after}..{before}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_full_says_so_and_when_to_come_back() {
    let world = World::with(Config { connections: 2, ..unhurried() });
    let (_first, _second) = (world.connect(), world.connect());

    let rest = world.connect().rest().await;

    let [ServerFrame::Refused(refused)] = &rest[..] else { panic!("one refusal: {rest:?}") };
    assert_eq!((refused.code, refused.retry_after_ms), (Code::SERVER_FULL, Some(5_000)));
}

#[tokio::test(start_paused = true)]
async fn whoever_logs_in_makes_place_for_the_next_stranger() {
    let world = World::with(Config { strangers: 1, ..unhurried() });
    let mut people = Vec::new();

    for name in ["a1", "b2", "c3"] {
        people.push(world.person(name).await);
    }

    assert_eq!(people.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_byte_at_a_time_works_in_both_directions() {
    let world = World::new();
    let mut alice = world.connect_through(1).logged_in("alice").await;
    let room = alice.create().await;

    let accepted = alice.say(room.room, 1, "slowly").await;

    assert_eq!(accepted.seq, Seq(3));
}

#[tokio::test(start_paused = true)]
async fn many_frames_in_one_write_are_answered_in_order() {
    let world = World::new();
    let mut alice = world.person("alice").await;
    let bytes: Vec<u8> = (1_000..1_200).flat_map(|id| to_bytes::<ClientFrame>(id, &Ping {}.into()).to_vec()).collect();
    alice.send_bytes(&bytes).await;

    for expected in 1_000..1_200 {
        assert_eq!(alice.read().await.unwrap().0, expected);
    }
}

/// How somebody goes.
#[derive(Clone, Copy)]
enum Going {
    Bye,
    Vanishing,
    MidFrame,
    Garbage,
    /// Reads nothing any more, and stays.
    Silence,
}

impl Going {
    const ALL: [Self; 5] = [Self::Bye, Self::Vanishing, Self::MidFrame, Self::Garbage, Self::Silence];

    /// Returns what is still there of the peer.
    async fn go(self, mut peer: Peer) -> Option<Peer> {
        match self {
            Self::Bye => peer.bye().await,
            Self::Vanishing => drop(peer),
            Self::MidFrame => peer.send_bytes(&[0, 0, 1, 0, 0]).await,
            Self::Garbage => peer.send_bytes(&[0xff; 8]).await,
            Self::Silence => return Some(peer),
        }
        None
    }
}

#[tokio::test(start_paused = true)]
async fn no_task_is_left_of_whoever_came_however_they_went() {
    let world = World::new();
    let tasks = tokio::runtime::Handle::current().metrics();
    let (_alice, room) = world.opener("alice").await;
    let before = tasks.num_alive_tasks();
    let mut silent = Vec::new();

    for number in 0..100 {
        for going in Going::ALL {
            let (peer, _) = world.guest(&format!("guest{number}"), room.code).await;
            silent.extend(going.go(peer).await);
        }
        drop(world.connect());
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(tasks.num_alive_tasks(), before + silent.len(), "those who are silent are still there");
    tokio::time::sleep(Duration::from_mins(5)).await;

    // Also of alice, who was as silent as they were.
    assert!(tasks.num_alive_tasks() < before, "{} tasks, {before} before", tasks.num_alive_tasks());
}
