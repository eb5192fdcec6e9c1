//! What is spoken with whom: plain here, TLS elsewhere; and servers that speak something else (A2, F17).

use crate::server::{Identity, ROOM, Server, answering};
use crate::{Line, Person};
use bytes::Bytes;
use chat_proto::codec::to_bytes;
use chat_proto::{Code, EntryBody, PostId, Refused, RoomCode, ServerFrame, UnixMillis};
use chat_server::{Config, Server as ChatServer, System};
use chat_tui::link::{Command, Encryption, LinkEvent, Mark, OutboxItem, Security, Trouble, Trust};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

async fn lost(line: &mut Line) -> String {
    match line.trouble().await {
        Trouble::Lost(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_told_from_one_that_speaks_tls() {
    let too_large = Box::leak(
        to_bytes(0, &ServerFrame::from(Refused::new(Code::FRAME_TOO_LARGE, "no"))).to_vec().into_boxed_slice(),
    );
    for answer in [b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(), too_large, b"SSH-2.0-OpenSSH_9.9\r\n"] {
        let (address, _task) = answering(answer).await;

        let sentence = lost(&mut Person::new().dial(&address)).await;

        assert!(sentence.starts_with(&format!("the server at {address} does not speak TLS")), "{sentence}");
    }
}

/// Fatal, in records of their own, before any handshake.
const ACCESS_DENIED: &[u8] = &[0x15, 3, 3, 0, 2, 2, 49];
const INTERNAL_ERROR: &[u8] = &[0x15, 3, 3, 0, 2, 2, 80];
const HANDSHAKE_FAILURE: &[u8] = &[0x15, 3, 3, 0, 2, 2, 40];
const PROTOCOL_VERSION: &[u8] = &[0x15, 3, 3, 0, 2, 2, 70];

#[tokio::test]
async fn a_server_without_room_is_tried_again() {
    for alert in [ACCESS_DENIED, INTERNAL_ERROR] {
        let (address, _task) = answering(alert).await;
        let mut line = Person::new().dial(&address);

        for _ in 0..2 {
            assert_eq!(lost(&mut line).await, "the server takes no more connections from here at present");
        }
    }
}

#[tokio::test]
async fn a_server_that_was_started_without_tls_is_told() {
    let (address, _task) = answering(HANDSHAKE_FAILURE).await;

    let sentence = lost(&mut Person::new().dial(&address)).await;

    assert!(sentence.contains("runs without TLS"), "{sentence}");
}

#[tokio::test]
async fn a_server_that_hangs_up_before_the_handshake_is_tried_again() {
    let (address, _task) = answering(b"").await;

    let sentence = lost(&mut Person::new().dial(&address)).await;

    assert!(sentence.contains("hung up"), "{sentence}");
}

#[tokio::test]
async fn a_server_that_refuses_the_version_is_told_as_too_old() {
    let (address, _task) = answering(PROTOCOL_VERSION).await;

    assert!(lost(&mut Person::new().dial(&address)).await.contains("no TLS newer than 1.2"));
}

#[tokio::test]
#[ignore = "needs openssl"]
async fn a_server_of_openssl_that_speaks_tls_1_2_alone_is_told_as_too_old() {
    let person = Person::new();
    let (key, certificate) = (person.home.join("key.pem"), person.home.join("cert.pem"));
    let made = tokio::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-keyout".as_ref(), key.as_os_str(), "-out".as_ref(), certificate.as_os_str()])
        .stderr(Stdio::null())
        .status();
    assert!(made.await.unwrap().success());
    for (version, outcome) in [("-tls1_2", "no TLS newer than 1.2"), ("-tls1_3", "does not greet")] {
        let mut openssl = tokio::process::Command::new("openssl")
            .args(["s_server", version, "-accept", "0", "-key"])
            .args([key.as_os_str(), "-cert".as_ref(), certificate.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(openssl.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("openssl says where it listens");
            if let Some((_, port)) = line.strip_prefix("ACCEPT").and_then(|rest| rest.rsplit_once(':')) {
                break port.to_owned();
            }
        };

        let sentence = lost(&mut person.dial(&format!("localhost:{port}"))).await;

        assert!(sentence.contains(outcome), "{version}: {sentence}");
    }
}

#[tokio::test]
async fn on_this_machine_the_connection_is_plain_unless_tls_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let served = stop.clone();
    tokio::spawn(async move { ChatServer::new(Config::default(), System, served).serve(listener).await });
    let person = Person::new();

    let mut plain = person.dial_with(&address, None, Encryption::ByAddress);

    assert_eq!(plain.security().await, Security::Plain);
    assert_eq!(person.knows(&address), None);
    assert!(lost(&mut person.dial(&address)).await.contains("TLS"), "a server without");
    stop.cancel();
}

#[tokio::test]
async fn an_invite_that_names_a_key_is_held_to_it_on_this_machine_too() {
    let identity = Identity::self_made();
    let (server, person) = (Server::open(identity.clone()).await, Person::new());

    assert_eq!(person.dial_invited(&server.address, identity.fingerprint).trust().await, Trust::Invited);
    assert_eq!(server.handshakes().len(), 1, "nothing was tried before");
}

#[tokio::test]
async fn a_server_on_this_machine_that_knows_tls_alone_gets_it() {
    let server = Server::open(Identity::self_made()).await;

    let mut line = Person::new().dial_with(&server.address, None, Encryption::ByAddress);

    assert_eq!(line.trust().await, Trust::FirstContact);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_the_call_and_says_nothing_is_given_up() {
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = mute.local_addr().unwrap().to_string();
    let begun = tokio::time::Instant::now();

    let trouble = Person::new().dial(&address).trouble().await;

    assert!(matches!(trouble, Trouble::NoServer(_)), "{trouble:?}");
    assert!(begun.elapsed() >= Duration::from_secs(10), "after ten seconds, and not before");
}

/// A tunnel to a server that speaks TLS with whoever is not on its machine: plain, it only says that.
async fn tunnel(server: String) -> String {
    counted_tunnel(server, Arc::default()).await
}

/// The same; how many came without TLS is counted.
async fn counted_tunnel(server: String, plain: Arc<AtomicUsize>) -> String {
    let refusal = to_bytes(1, &ServerFrame::from(Refused::new(Code::TLS_REQUIRED, "this server speaks TLS")));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut first = [0; 1];
            near.peek(&mut first).await.unwrap();
            if first == [0x16] {
                let mut far = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
            } else {
                plain.fetch_add(1, Ordering::Relaxed);
                near.write_all(&refusal).await.unwrap();
                near.shutdown().await.unwrap();
                drop(tokio::io::copy(&mut near, &mut tokio::io::sink()).await);
            }
        }
    });
    address
}

#[tokio::test]
async fn behind_a_tunnel_a_server_that_asks_for_tls_gets_it() {
    let server = Server::open(Identity::self_made()).await;
    let address = tunnel(server.address.clone()).await;

    let mut line = Person::new().dial_with(&address, None, Encryption::ByAddress);

    assert_eq!(line.trust().await, Trust::FirstContact);
}

#[tokio::test]
async fn a_link_that_was_encrypted_says_nothing_plain_when_it_comes_back() {
    let (server, plain) = (Server::open(Identity::self_made()).await, Arc::<AtomicUsize>::default());
    let address = counted_tunnel(server.address.clone(), Arc::clone(&plain)).await;
    let mut line = Person::new().dial_with(&address, None, Encryption::ByAddress);
    line.trust().await;

    server.cut();

    line.event_where(|event| matches!(event, LinkEvent::Down { .. })).await;
    line.event_where(|event| matches!(event, LinkEvent::Up { .. })).await;
    assert_eq!(plain.load(Ordering::Relaxed), 1, "the first call alone");
}

/// Passes everything on, a byte at a time in both directions.
pub(crate) async fn dripping(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&server).await.unwrap();
            for stream in [&near, &far] {
                stream.set_nodelay(true).unwrap();
            }
            let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
            tokio::spawn(drip(from_near, to_far));
            tokio::spawn(drip(from_far, to_near));
        }
    });
    address
}

async fn drip(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin) {
    let mut byte = [0; 1];
    while from.read_exact(&mut byte).await.is_ok() && to.write_all(&byte).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

fn item(n: u64, text: String) -> OutboxItem {
    let body = EntryBody::Message(Bytes::from(text));
    OutboxItem { room: ROOM, id: PostId { instance: 5, n }, body, written: UnixMillis(0) }
}

async fn enter(line: &mut Line) {
    line.ask(Command::Join(RoomCode::parse(b"AB3Z").unwrap(), None)).await;
    line.event_where(|event| matches!(event, LinkEvent::Joined { .. })).await;
}

async fn accepted(line: &mut Line, n: u64) {
    let is_meant =
        |event: &LinkEvent| matches!(event, LinkEvent::Marked { id, mark: Mark::Accepted { .. }, .. } if id.n == n);
    line.event_where(is_meant).await;
}

#[tokio::test]
async fn one_byte_at_a_time_in_both_directions_works_only_slower() {
    let server = Server::open(Identity::self_made()).await;
    let mut line = Person::new().dial(&dripping(server.address.clone()).await);
    assert!(matches!(line.security().await, Security::Tls { .. }));
    enter(&mut line).await;

    line.ask(Command::Post(item(1, "x".repeat(16 * 1024)))).await;

    accepted(&mut line, 1).await;
}
