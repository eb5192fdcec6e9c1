//! F4: the disk is full. A small one of its own, in a name space of its own, which a process holds until the test ends.

use crate::join;
use crate::speaker::{Cut, Fate, Speaker};
use crate::support::expect_joined;
use crate::support::line::Line;
use crate::support::process::{Process, command, data, words};
use crate::support::scratch::Scratch;
use chat_proto::Code;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const DISK: &str = "size=24m";
const MIB: usize = 1024 * 1024;
/// Long enough for any of these tests; whatever goes wrong, nothing is left behind after it.
const LIFE_S: &str = "120";

/// A small disk at the place where a server in `home` keeps its history.
struct SmallDisk {
    home: Scratch,
    holder: Child,
}

impl SmallDisk {
    fn new() -> Self {
        let home = Scratch::new();
        let place = data(home.path());
        fs::create_dir(&place).unwrap();
        let script = format!("mount -t tmpfs -o {DISK} tmpfs \"$0\" && echo mounted && exec sleep {LIFE_S}");
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).arg(&place);
        let mut holder = unshare.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "mounted\n");
        Self { home, holder }
    }

    async fn serve(&self, reserve: &str) -> Process {
        let holder = self.holder.id().to_string();
        let enter = ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", &holder].map(OsString::from);
        let words = words(self.home.path(), &["--disk-reserve", reserve]);
        Process::start(command(&enter, &words)).await.expect("a server that starts")
    }

    /// The same disk, as seen from here.
    fn place(&self) -> PathBuf {
        let place = data(self.home.path());
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(place.strip_prefix("/").unwrap())
    }

    /// Leaves about so many bytes free.
    fn fill_up_to(&self, free_bytes: usize) {
        let mut filler = File::create(self.filler()).unwrap();
        let zeros = vec![0; 64 * 1024];
        let mut written = 0_u64;
        loop {
            match filler.write(&zeros) {
                Ok(bytes) => written += bytes as u64,
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
        filler.set_len(written - free_bytes as u64).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.place().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

#[tokio::test]
#[ignore = "needs unshare and nsenter"]
async fn below_the_reserve_messages_are_refused_for_good_and_everything_else_goes_on() {
    let disk = SmallDisk::new();
    let server = disk.serve("4 MiB").await;
    let mut alice = Speaker::new(server.port, "alice", 77).await;
    assert!(matches!(alice.say("there is space").await, Ok(Fate::Accepted(_))));

    disk.fill_up_to(2 * MIB);

    for _ in 0..3 {
        assert_eq!(alice.say("there is none").await, Ok(Fate::Refused(Code::STORAGE_FULL)));
    }
    let (mut bob, _) = Line::open(server.port, "bob", 78).await.expect("a server that lets in");
    let joined = expect_joined(bob.ask(join(alice.code)).await.expect("a server"));
    let head = bob.history(joined.room).await.expect("pages").last().expect("entries").seq;
    assert!(head >= joined.head, "it was written down that bob came");

    disk.free();

    assert!(matches!(alice.say("there is space again").await, Ok(Fate::Accepted(_))));
    assert_eq!(alice.compare().await, 2);
    assert!(server.stop().await.status.success());
    let server = disk.serve("4 MiB").await;
    alice.return_to(server.port).await;
    assert_eq!(alice.compare().await, 2, "what was refused is not there, for ever");
    assert!(server.stop().await.status.success());
}

#[tokio::test]
#[ignore = "needs unshare and nsenter"]
async fn when_not_a_byte_is_left_nothing_is_lost_and_freed_space_is_enough_to_go_on() {
    let disk = SmallDisk::new();
    let server = disk.serve("1").await;
    let mut alice = Speaker::new(server.port, "alice", 77).await;
    assert!(matches!(alice.say("there is space").await, Ok(Fate::Accepted(_))));

    disk.fill_up_to(0);
    talk_until_there_is_no_space(&mut alice, server.port).await;

    let (mut bob, _) = Line::open(server.port, "bob", 78).await.expect("a server that lets in");
    let joined = expect_joined(bob.ask(join(alice.code)).await.expect("a server"));
    assert!(!bob.history(joined.room).await.expect("pages").is_empty());

    disk.free();

    alice.return_to(server.port).await;
    alice.repeat().await.expect("answers");
    assert!(matches!(alice.say("there is space again").await, Ok(Fate::Accepted(_))));
    assert_eq!(alice.compare().await, alice.accepted());
    assert!(server.stop().await.status.success());
    let server = disk.serve("1").await;
    alice.return_to(server.port).await;
    assert_eq!(alice.compare().await, alice.accepted(), "every post was decided, and is there or not");
    assert!(server.stop().await.status.success());
}

/// What was given to the write-ahead log before is used up first.
async fn talk_until_there_is_no_space(alice: &mut Speaker, port: u16) {
    for _ in 0..2_000 {
        match alice.say("a long story ".repeat(1_000)).await {
            Ok(Fate::Accepted(_)) => {}
            Ok(Fate::Refused(code)) => return assert_eq!(code, Code::STORAGE_FULL),
            Err(Cut(code)) => {
                assert_eq!(code, Some(Code::OUTCOME_UNKNOWN));
                return alice.return_to(port).await;
            }
        }
    }
    panic!("there is always space");
}
