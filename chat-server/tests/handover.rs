//! A socket that outlives its server: who is connected comes back to the next one, and who connects in between waits.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "support/program.rs"]
mod program;
mod support;

use chat_proto::codec::to_bytes;
use chat_proto::frame::{Create, Door, History, Keep, Login, Page, Resume, Stay};
use chat_proto::{ClientFrame, EntryBody, PostId, RoomId, Seq, ServerFrame, login};
use program::Running;
use rustix::process::Signal;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use support::scratch::Scratch;
use support::{Peer, key_of};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// All of it takes a second or two.
const PATIENCE: Duration = Duration::from_secs(45);
/// What is said before, during and after.
const MESSAGES: u64 = 400;

/// Hands standard input over as the third descriptor, as a service manager does.
const HAND_OVER: &str = r#"exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@""#;

/// A server on a socket that it is handed, with its data in `place`.
fn command(listener: &TcpListener, place: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", HAND_OVER, env!("CARGO_BIN_EXE_chat-server"), "--data"]).arg(place.join("data"));
    // They count for nothing: the socket is there.
    command.args(["--port", "1", "--bind", "192.0.2.1"]);
    command.args(["--posts", "unlimited", "--room-posts", "unlimited"]);
    command.env("STATE_DIRECTORY", place).env_remove("CHAT_LOG");
    command.stdin(OwnedFd::from(listener.try_clone().unwrap())).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// A client that says one thing after the other, through as many connections as it takes.
struct Client {
    address: SocketAddr,
    peer: Peer,
    room: Option<RoomId>,
    connections: u32,
}

impl Client {
    async fn new(address: SocketAddr) -> Self {
        let mut client = Self { address, peer: connected(address).await, room: None, connections: 0 };
        client.come_back().await;
        client
    }

    /// The answer to a request; none if the connection ends first.
    async fn ask(&mut self, frame: impl Into<ClientFrame>) -> Option<ServerFrame> {
        const REQUEST: u32 = 1_000;
        // If nobody reads it any more, the end comes next.
        let _ = self.peer.stream.write_all(&to_bytes(REQUEST, &frame.into())).await;
        loop {
            if let (REQUEST, answer) = self.peer.read().await? {
                return Some(answer);
            }
        }
    }

    /// Connects until it is back in its room.
    async fn come_back(&mut self) {
        loop {
            let instance = self.peer.instance;
            self.peer = connected(self.address).await;
            self.peer.instance = instance;
            self.connections += 1;
            if self.enter().await.is_some() {
                return;
            }
        }
    }

    async fn enter(&mut self) -> Option<()> {
        let (hello, key) = (self.peer.hello("alice", &key_of("alice")), key_of("alice"));
        let Some(ServerFrame::Challenge(challenge)) = self.ask(hello.clone()).await else { return None };
        let signature = login::sign(&key, &challenge, &hello, &self.peer.binding);
        let Some(ServerFrame::Welcome(_)) = self.ask(Login { signature }).await else { return None };
        let stay = Stay::Resident;
        let entered = match self.room {
            Some(room) => self.ask(Resume { room, after: Seq::START, stay }).await?,
            None => self.ask(Create { id: 1, stay, door: Door::Open, keep: Keep::Default }).await?,
        };
        let ServerFrame::Joined(joined) = entered else { panic!("back in the room, not {entered:?}") };
        self.room = Some(joined.room);
        Some(())
    }

    /// Says it until it is acknowledged.
    async fn say(&mut self, n: u64) {
        let id = PostId { instance: self.peer.instance, n };
        let body = EntryBody::Message(message(n).into());
        loop {
            let post = chat_proto::frame::Post { room: self.room.unwrap(), id, body: body.clone() };
            match self.ask(post).await {
                Some(ServerFrame::Accepted(_)) => return,
                Some(other) => panic!("accepted, not {other:?}"),
                None => self.come_back().await,
            }
        }
    }

    async fn all_that_was_said(&mut self) -> Vec<String> {
        let (mut said, mut before) = (Vec::new(), Seq(u64::MAX));
        loop {
            let history = History { room: self.room.unwrap(), after: Seq::START, before, limit: 200 };
            let Some(ServerFrame::Page(Page { entries, .. })) = self.ask(history).await else { panic!("a page") };
            let entries = entries.into_vec();
            let Some(first) = entries.first() else { return said };
            before = first.seq;
            let messages = entries.into_iter().filter_map(|entry| match entry.body {
                EntryBody::Message(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
                _ => None,
            });
            said.splice(0..0, messages.collect::<Vec<_>>());
        }
    }
}

fn message(n: u64) -> String {
    format!("message {n}")
}

/// Nobody is ever turned away: whoever comes between two servers waits for the next.
async fn connected(address: SocketAddr) -> Peer {
    Peer::new(TcpStream::connect(address).await.expect("a socket that is always there"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_loses_nothing_says_nothing_twice_and_refuses_nobody() {
    timeout(PATIENCE, restarted()).await.expect("in time");
}

async fn restarted() {
    let place = Scratch::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let first = Running::announced(&mut command(&listener, place.path()));
    assert!(first.printed.contains("(this machine only), on a socket that was handed over"), "{}", first.printed);
    let mut client = Client::new(address).await;
    let count = Arc::new(AtomicU32::new(0));
    let saying = tokio::spawn({
        let count = Arc::clone(&count);
        async move {
            for n in 1..=MESSAGES {
                client.say(n).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
            client
        }
    });
    while count.load(Ordering::Relaxed) < 20 {
        sleep(Duration::from_millis(1)).await;
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let knocking = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        async move {
            while !is_over.load(Ordering::Relaxed) {
                drop(connected(address).await);
                sleep(Duration::from_millis(2)).await;
            }
        }
    });

    first.send(Signal::TERM);
    let second = tokio::task::spawn_blocking({
        let mut command = command(&listener, place.path());
        move || Running::announced(&mut command)
    });

    let second = second.await.unwrap();
    assert_eq!(first.stop(Signal::TERM), Some(0));
    let mut client = saying.await.unwrap();
    is_over.store(true, Ordering::Relaxed);
    knocking.await.unwrap();
    assert!(client.connections >= 2, "it was cut off, and came back");
    assert_eq!(client.all_that_was_said().await, (1..=MESSAGES).map(message).collect::<Vec<_>>());
    assert_eq!(second.stop(Signal::TERM), Some(0));
}
