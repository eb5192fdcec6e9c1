//! The real binary with a directory for its data: what survives a restart, who may use it, and what else looks into it.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "support/program.rs"]
mod program;
mod support;

use bytes::Bytes;
use chat_proto::frame::{Durability, History, OpenDirect, Page, Post, Read, Search, Stay};
use chat_proto::{Code, Entry, EntryBody, PostId, RoomCode, RoomId, Seq, ServerFrame};
use program::{Running, command, output_of};
use rustix::process::Signal;
use std::fs;
use std::io::Read as _;
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

async fn found(peer: &mut Peer, room: RoomId, words: &str) -> Vec<String> {
    let words = Bytes::copy_from_slice(words.as_bytes());
    let search = Search { room, words, from: Bytes::new(), since: None, until: None, before: Seq(u64::MAX) };
    match peer.ask(search).await {
        ServerFrame::Found(found) => found.hits.into_vec().into_iter().map(|hit| text(&hit.found.text)).collect(),
        other => panic!("what was found, not {other:?}"),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
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
    assert_eq!(refused.code, Code::NAME_TAKEN, "names are still their owners'");
}

#[tokio::test]
async fn what_was_read_what_was_forgotten_and_what_can_be_found_survive_a_restart() {
    let place = Place::new();
    let (server, mut alice, mut bob, room, _) = talked(&place).await;
    assert!(matches!(alice.ask(Read { room, seq: Seq(4) }).await, ServerFrame::Done(_)));
    let id = PostId { instance: bob.instance, n: 2 };
    let forgotten = bob.ask(Post { room, id, body: EntryBody::Forget }).await;
    assert!(matches!(forgotten, ServerFrame::Accepted(_)), "{forgotten:?}");
    assert_eq!(found(&mut alice, room, "green").await, [""; 0]);
    assert_eq!(server.stop(Signal::TERM), Some(0));

    let server = place.start();

    let mut alice = person(&server, "alice").await;
    assert_eq!(alice.resume(room, 0).await.unwrap().state.read, Seq(4));
    assert_eq!(found(&mut alice, room, "build").await, ["did the build pass?"]);
    assert_eq!(found(&mut alice, room, "green").await, [""; 0]);
    assert!(gists(&page(&mut alice, room).await).contains(&"bob erased".to_owned()));
    server.stop(Signal::TERM);
    let places = fs::read_dir(place.data()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    assert!(!places.flatten().collect::<Vec<_>>().windows(5).any(|bytes| bytes == b"green"), "not a byte is left");
}

#[tokio::test]
async fn a_history_that_is_taken_away_from_a_running_server_ends_it_with_the_reason() {
    let place = Place::new();
    let (mut server, mut alice, mut bob, room, _) = talked(&place).await;
    let mut log = server.log();
    fs::rename(place.data().join("chat.db"), place.data().join("taken.db")).unwrap();

    alice.send(alice.post(room, 2, "is it kept?")).await;

    assert_eq!(alice.last_words().await, Some(Code::OUTCOME_UNKNOWN));
    assert!(matches!(bob.rest().await.last(), Some(ServerFrame::GoAway(_))));
    drop((alice, bob));
    assert_eq!(server.child.wait().unwrap().code(), Some(1));
    let mut reason = String::new();
    log.read_to_string(&mut reason).unwrap();
    assert!(reason.contains("chat-server: history cannot be written any more"), "{reason}");
    assert!(!reason.contains("is it kept?"), "{reason}");
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

#[tokio::test]
async fn a_backup_of_a_running_server_is_a_directory_that_serves() {
    let place = Place::new();
    let (server, mut alice, _bob, room, code) = talked(&place).await;
    let restored = place.state.path().join("restored");
    fs::create_dir(&restored).unwrap();
    let copy = restored.join("chat.db");

    let backup = place.run(&["backup", copy.to_str().unwrap()]);

    assert_eq!(backup.status.code(), Some(0), "{backup:?}");
    alice.say(room, 2, "after the backup").await;
    let twice = place.run(&["backup", copy.to_str().unwrap()]);
    assert_eq!(twice.status.code(), Some(1), "a backup is never overwritten");
    assert!(reason(&twice).contains("chat.db"), "{}", reason(&twice));
    server.stop(Signal::TERM);
    let data = restored.to_str().unwrap();
    let server = Running::start(&mut command(place.state.path(), &["--data", data]));
    let mut carol = person(&server, "carol").await;
    carol.join(code).await;
    let said = gists(&page(&mut carol, room).await);
    assert!(said.contains(&"alice: did the build pass?".to_owned()), "{said:?}");
    assert!(!said.contains(&"alice: after the backup".to_owned()), "{said:?}");
}

#[tokio::test]
async fn a_room_of_a_running_server_is_exported_for_programs_and_for_people() {
    let place = Place::new();
    let (_server, _alice, _bob, _, code) = talked(&place).await;
    let code = RoomCode::parse(&code).unwrap().to_string();

    let lines = place.run(&["export", "--room", &code.to_lowercase()]);
    let text = place.run(&["export", "--room", &code, "--format", "txt"]);

    assert_eq!((lines.status.code(), text.status.code()), (Some(0), Some(0)), "{lines:?} {text:?}");
    let objects: Vec<serde_json::Value> =
        said(&lines).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let messages: Vec<_> = objects.iter().filter(|object| object["kind"] == "message").collect();
    assert_eq!(messages.len(), 2, "{}", said(&lines));
    assert_eq!(messages[1]["author"], "bob");
    assert_eq!(messages[1]["text"], "all \"green\"\nand shipped");
    assert!(said(&text).contains("alice") && said(&text).contains("did the build pass?"), "{}", said(&text));
    let unknown = place.run(&["export", "--room", "2222"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(reason(&unknown).contains("2222"), "{}", reason(&unknown));
}

#[tokio::test]
async fn a_direct_room_is_exported_by_its_people_and_its_code_is_nobodys() {
    let place = Place::new();
    let (_server, mut alice, bob, ..) = talked(&place).await;
    let person = bob.welcome.as_ref().unwrap().person;
    let ServerFrame::Joined(direct) = alice.ask(OpenDirect { person, stay: Stay::Resident }).await else {
        panic!("not let in");
    };
    alice.say(direct.room, 9, "psst").await;

    let by_people = place.run(&["export", "--room", "bob,alice", "--format", "txt"]);
    let by_id = place.run(&["export", "--room", &direct.room.to_string(), "--format", "txt"]);
    let by_code = place.run(&["export", "--room", &RoomCode::parse(&direct.code).unwrap().to_string()]);

    assert!(said(&by_people).contains("<alice> psst"), "{by_people:?}");
    assert_eq!(by_id.stdout, by_people.stdout);
    assert_eq!((by_code.status.code(), by_code.stdout.as_slice()), (Some(1), &b""[..]));
}

#[tokio::test]
async fn who_reads_only_the_beginning_of_an_export_has_had_enough() {
    let place = Place::new();
    let (_server, _alice, _bob, _, code) = talked(&place).await;
    let code = RoomCode::parse(&code).unwrap().to_string();
    let mut export = command(place.state.path(), &["export", "--room", &code]);
    let mut export = export.arg("--data").arg(place.data()).spawn().unwrap();

    drop(export.stdout.take());

    let output = export.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[tokio::test]
async fn a_check_says_that_all_is_well_or_what_is_damaged() {
    let place = Place::new();
    let (server, ..) = talked(&place).await;

    let running = place.run(&["check"]);
    assert_eq!(running.status.code(), Some(0), "{running:?}");
    server.stop(Signal::TERM);
    let stopped = place.run(&["check"]);
    assert_eq!(stopped.status.code(), Some(0), "{stopped:?}");

    let file = place.data().join("chat.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xff);
    fs::write(&file, bytes).unwrap();
    let damaged = place.run(&["check"]);
    assert_eq!(damaged.status.code(), Some(1), "{damaged:?}");
    let nowhere = place.run_on(&place.state.path().join("nowhere"), &["check"]);
    assert_eq!(nowhere.status.code(), Some(1), "{nowhere:?}");
    assert!(!place.state.path().join("nowhere").exists(), "nothing is made by looking");
}
