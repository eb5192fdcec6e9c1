//! The real binary with a directory for its data: what survives a restart, who may use it, and what else looks into it.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "support/program.rs"]
mod program;
mod support;

use chat_proto::frame::{Durability, History, Page};
use chat_proto::{Entry, RoomId, Seq, ServerFrame};
use program::{Running, command, output_of};
use rustix::process::Signal;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::scratch::Scratch;
use support::{Peer, gists};
use tokio::net::TcpStream;

/// A place for a server's key, and one for its data.
struct Place {
    state: Scratch,
}

impl Place {
    fn new() -> Self {
        Self { state: Scratch::new() }
    }

    fn data(&self) -> PathBuf {
        self.state.path().join("data")
    }

    fn start(&self) -> Running {
        Running::start(&mut command(self.state.path(), &["--data", self.data().to_str().unwrap()]))
    }

    /// What a command says that works on the data.
    fn run(&self, args: &[&str]) -> Output {
        self.run_on(&self.data(), args)
    }

    fn run_on(&self, data: &Path, args: &[&str]) -> Output {
        output_of(command(self.state.path(), args).arg("--data").arg(data))
    }
}

async fn person(server: &Running, name: &str) -> Peer {
    Peer::new(TcpStream::connect(server.address()).await.unwrap()).logged_in(name).await
}

async fn page(peer: &mut Peer, room: RoomId) -> Vec<Entry> {
    match peer.ask(History { room, after: Seq::START, before: Seq(u64::MAX), limit: 200 }).await {
        ServerFrame::Page(Page { entries, .. }) => entries.into_vec(),
        other => panic!("a page, not {other:?}"),
    }
}

/// A server with a room in which alice and bob have talked.
async fn talked(place: &Place) -> (Running, Peer, Peer, RoomId, [u8; 4]) {
    let server = place.start();
    let mut alice = person(&server, "alice").await;
    let room = alice.create().await;
    let mut bob = person(&server, "bob").await;
    bob.join(room.code).await;
    alice.say(room.room, 1, "did the build pass?").await;
    bob.say(room.room, 1, "all \"green\"\nand shipped").await;
    (server, alice, bob, room.room, room.code)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn reason(output: &Output) -> String {
    let reason = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(reason.lines().count(), 1, "one line: {reason}");
    reason
}

#[tokio::test]
async fn rooms_their_codes_their_members_and_all_that_was_said_survive_a_restart() {
    let place = Place::new();
    let (server, mut alice, bob, room, code) = talked(&place).await;
    assert!(server.printed.contains(&format!("  history     in {}", place.data().display())), "{}", server.printed);
    let before = page(&mut alice, room).await;
    let (instance, last) = (bob.instance, before.last().unwrap().seq);
    assert_eq!(server.stop(Signal::TERM), Some(0));

    let server = place.start();

    let mut bob = person(&server, "bob").await;
    bob.instance = instance;
    let welcome = bob.welcome.clone().unwrap();
    let rooms = welcome.rooms.into_vec();
    assert_eq!(rooms.iter().map(|of| (of.room, of.code, of.head)).collect::<Vec<_>>(), [(room, code, last)]);
    bob.resume(room, last.0).await.expect("a member comes back");
    assert_eq!(page(&mut bob, room).await, before);
    let again = bob.say(room, 1, "all \"green\"\nand shipped").await;
    assert_eq!((again.seq, again.durability), (last, Durability::Disk), "said before the restart");
    let mut carol = person(&server, "carol").await;
    assert_eq!(carol.join(code).await.room, room, "its code still finds it");
    let expected = ["alice: did the build pass?", "bob: all \"green\"\nand shipped"];
    assert_eq!(gists(&carol.entries(5).await)[3..5], expected);
    let mut thief = Peer::new(TcpStream::connect(server.address()).await.unwrap());
    let refused = thief.login("alice", &support::key_of("mallory")).await.unwrap_err();
    assert_eq!(refused.code, chat_proto::Code::NAME_TAKEN, "names are still their owners'");
}

#[tokio::test]
async fn a_directory_serves_one_server_at_a_time() {
    let place = Place::new();
    let first = place.start();

    let second = place.run(&["--port", "0", "--bind", "127.0.0.1"]);

    assert_eq!(second.status.code(), Some(1));
    assert!(reason(&second).contains(place.data().to_str().unwrap()), "{}", reason(&second));
    assert_eq!(said(&second), "", "nothing was announced");
    person(&first, "alice").await.create().await;
}

#[tokio::test]
async fn a_directory_that_is_not_for_data_is_refused_in_one_line_and_left_alone() {
    let place = Place::new();
    let foreign = place.state.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("letters.txt"), "dear bob").unwrap();
    let file = foreign.join("letters.txt");

    for wrong in [&foreign, &file, Path::new("/proc/nowhere")] {
        let output = place.run_on(wrong, &["--port", "0", "--bind", "127.0.0.1"]);

        assert_eq!(output.status.code(), Some(1), "{}", wrong.display());
        assert!(reason(&output).contains(wrong.to_str().unwrap()), "{}", reason(&output));
        assert_eq!(said(&output), "", "nothing was announced");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "dear bob");
}
