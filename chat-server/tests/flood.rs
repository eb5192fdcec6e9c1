//! A13 over real sockets: thousands that say nothing, or drip, or come back as soon as they are sent away; and somebody
//! who only wants to log in.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod support;

use chat_server::server::listen;
use chat_server::{Config, Tls};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::scratch::Scratch;
use support::tls::{client_config, encrypted};
use support::{Peer, World, unhurried};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const ATTACKERS: u32 = 2_000;
/// Both ends of each are in this process.
const DESCRIPTORS: u64 = 3 * ATTACKERS as u64;
/// Three times what is promised.
const LOGIN_MAX: Duration = Duration::from_secs(3);
/// How often somebody logs in while the flood is on.
const LOGINS: u32 = 20;

/// What an attacker says of a greeting that it never finishes.
#[derive(Clone)]
struct Greeting {
    bytes: Arc<[u8]>,
    /// How much of it at a time, once a second; nothing at all if there is none.
    drip: usize,
}

impl Greeting {
    fn silence() -> Self {
        Self { bytes: Arc::new([]), drip: 1 }
    }

    /// A frame with a hello, byte by byte.
    fn dripping_frame() -> Self {
        Self { bytes: Arc::new([0, 0, 0, 100, 0, 0, 0, 1, 0, 1, 2, 2, 5, b'm', b'a', b'l']), drip: 1 }
    }

    /// A TLS handshake, byte by byte.
    fn dripping_handshake() -> Self {
        Self { drip: 1, ..Self::handshake() }
    }

    /// A TLS handshake that costs the server its share of the work, and is never finished.
    fn handshake() -> Self {
        let name = ServerName::try_from("chat.example.org").unwrap();
        let mut client = ClientConnection::new(Arc::new(client_config()), name).unwrap();
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        Self { drip: bytes.len(), bytes: bytes.into() }
    }
}

/// Allows this process as many descriptors as the test holds.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(DESCRIPTORS, |maximum| maximum.min(DESCRIPTORS));
    if limit.current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).unwrap();
    }
    assert!(wanted == DESCRIPTORS, "the machine allows only {wanted} descriptors");
}

/// 32 attackers share an address, as many as may.
fn address_of(attacker: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + attacker / 32)
}

async fn dial(from: Ipv4Addr, server: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    socket.connect(server).await
}

/// Holds a place for as long as it is let, and comes back for another.
async fn attack(from: Ipv4Addr, server: SocketAddr, greeting: Greeting, dialled: Arc<AtomicU32>) {
    loop {
        if let Ok(stream) = dial(from, server).await {
            dialled.fetch_add(1, Ordering::Relaxed);
            hold(stream, &greeting).await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn hold(mut stream: TcpStream, greeting: &Greeting) {
    let mut answer = [0; 256];
    for part in greeting.bytes.chunks(greeting.drip) {
        if stream.write_all(part).await.is_err() {
            return;
        }
        // Until the server says something or a second is over.
        if timeout(Duration::from_secs(1), stream.read(&mut answer)).await.is_ok() {
            return;
        }
    }
    while stream.read(&mut answer).await.is_ok_and(|bytes| bytes > 0) {}
}

/// Somebody who means well, by turns inside TLS and without.
async fn visitor(number: u32, server: SocketAddr) -> Peer {
    let stream = dial(Ipv4Addr::new(127, 0, 0, 100), server).await.unwrap();
    let peer = match number % 2 {
        0 => encrypted(stream).await.0,
        _ => Peer::new(stream),
    };
    peer.logged_in(&format!("visitor{number}")).await
}

/// While the flood is on, everybody who wants to logs in and talks at once.
async fn logins_stay_quick(greeting: &Greeting) {
    raise_descriptors();
    let scratch = Scratch::new();
    let world = World::with(Config { loopback_exemption: false, ..unhurried() });
    let tls = Tls::load_or_make(scratch.path()).unwrap();
    let world = World { server: world.server.with_tls(tls), ..world };
    let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let server = listener.local_addr().unwrap();
    let serving = tokio::spawn({
        let server = world.server.clone();
        async move { server.serve(listener).await }
    });
    let mut flood = JoinSet::new();
    let dialled = Arc::new(AtomicU32::new(0));
    for attacker in 0..ATTACKERS {
        flood.spawn(attack(address_of(attacker), server, greeting.clone(), Arc::clone(&dialled)));
    }
    while dialled.load(Ordering::Relaxed) < ATTACKERS {
        sleep(Duration::from_millis(10)).await;
    }

    for number in 0..LOGINS {
        let start = Instant::now();
        let mut visitor = visitor(number, server).await;
        let elapsed = start.elapsed();
        assert!(elapsed < LOGIN_MAX, "login {number} took {elapsed:?}");
        let room = visitor.create().await;
        visitor.say(room.room, 1, "hello").await;
        visitor.bye().await;
    }

    flood.shutdown().await;
    world.stop.cancel();
    timeout(Duration::from_secs(30), serving).await.expect("a stop in time").unwrap().unwrap();
}

/// The longest that one of these may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// They share the machine's descriptors.
static TURN: Mutex<()> = Mutex::const_new(());

async fn logins_stay_quick_under(greeting: Greeting) {
    let _alone = TURN.lock().await;
    timeout(PATIENCE, logins_stay_quick(&greeting)).await.expect("in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_silent_sockets_keep_nobody_from_logging_in() {
    logins_stay_quick_under(Greeting::silence()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_greetings_that_drip_in_keep_nobody_from_logging_in() {
    logins_stay_quick_under(Greeting::dripping_frame()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_handshakes_that_drip_in_keep_nobody_from_logging_in() {
    logins_stay_quick_under(Greeting::dripping_handshake()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_handshakes_that_are_never_finished_keep_nobody_from_logging_in() {
    logins_stay_quick_under(Greeting::handshake()).await;
}
