//! F2: the power goes. Whatever the server did not ask the disk to keep is gone, or some of it is.
//!
//! No machine is harmed: strace writes down what the server does to its files and over the network. From that the files
//! are made as a disk would show them that lost its power at some moment; they are opened, and whoever was told that
//! something is there finds it.

use crate::healthy;
use crate::speaker::{Fate, Speaker};
use crate::support::process::{Process, command, data, words};
use crate::support::scratch::Scratch;
use crate::trace::{self, Event};
use bytes::BytesMut;
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{Entry, Frame, FrameCodec, Payload, Seq, ServerFrame, wire};
use chat_server::Config;
use chat_server::log::sqlite::SqliteLogs;
use chat_server::log::{End, Logs, Range};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tokio_util::codec::Decoder;

const FILES: [&str; 2] = ["chat.db", "chat.db-wal"];
/// Enough for the write-ahead log to be taken into the file more than once.
const COMMITS: usize = 20;
const POSTS_EACH: usize = 24;
const INSTANCE: u64 = 77;

/// What is on the disk for sure, and what may be.
struct Disk {
    kept: BTreeMap<String, Vec<u8>>,
    pending: Vec<Event>,
}

/// What becomes of that which was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Gone,
    /// Every other write is there, in whatever order a disk likes.
    HalfThere,
}

#[tokio::test]
#[ignore = "needs strace"]
async fn what_was_accepted_outlives_the_power_at_every_moment() {
    let home = Scratch::new();
    let server = healthy(home.path()).await;
    let mut alice = Speaker::new(server.port, "alice", INSTANCE).await;
    assert!(server.stop().await.status.success());
    let mut disk = Disk::of(&data(home.path()));
    let mark = fs::read(data(home.path()).join("chat.lock")).unwrap();

    let mut told = Told::default();
    let mut moments = 0;
    for event in talk_and_be_killed(&home, &mut alice).await {
        let has_news = match event {
            Event::Told { bytes } => told.is_news(&bytes),
            event => disk.take(event),
        };
        if has_news {
            moments += 1;
            for rest in [Rest::Gone, Rest::HalfThere] {
                let found = opened(&disk.after_the_power(rest), &mark).await;
                let due: Vec<u64> = (1..=told.accepted).collect();
                assert!(found.starts_with(&due), "{due:?} were accepted, {found:?} are there, the rest is {rest:?}");
                assert!(found.is_sorted_by(|one, next| one + 1 == *next), "{found:?}");
            }
        }
    }

    assert_eq!(told.accepted, (COMMITS * POSTS_EACH) as u64);
    assert!(moments > 2 * COMMITS, "{moments}");
}

/// What a server did that was killed when everything had been accepted.
async fn talk_and_be_killed(home: &Scratch, alice: &mut Speaker) -> Vec<Event> {
    let log = home.path().join("strace");
    let strace = [vec!["strace".to_owned()], trace::options(&log)].concat();
    let before: Vec<OsString> = strace.into_iter().map(OsString::from).collect();
    let server = Process::start(command(&before, &words(home.path(), &[]))).await.expect("a server that starts");
    alice.return_to(server.port).await;
    for _ in 0..COMMITS {
        let mut last = 0;
        for _ in 0..POSTS_EACH {
            last = alice.begin("a long story ".repeat(900)).await.unwrap();
        }
        assert!(matches!(alice.fate(last).await, Ok(Fate::Accepted(_))));
    }
    server.kill().await;
    trace::read(&fs::read_to_string(log).unwrap())
}

impl Disk {
    fn of(place: &Path) -> Self {
        let kept = FILES.map(|name| (name.to_owned(), fs::read(place.join(name)).unwrap_or_default()));
        Self { kept: kept.into(), pending: Vec::new() }
    }

    /// Returns whether there is more for sure than before.
    fn take(&mut self, event: Event) -> bool {
        match &event {
            Event::Written { file, .. } | Event::Cut { file, .. } if self.kept.contains_key(file) => {
                self.pending.push(event);
            }
            Event::Kept { file } => return self.keep(file),
            _ => {}
        }
        false
    }

    fn keep(&mut self, file: &str) -> bool {
        let of_file = |event: &mut Event| matches!(event, Event::Written { file: of, .. } | Event::Cut { file: of, .. } if of == file);
        let now: Vec<Event> = self.pending.extract_if(.., of_file).collect();
        for event in &now {
            apply(&mut self.kept, event);
        }
        !now.is_empty()
    }

    fn after_the_power(&self, rest: Rest) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.kept.clone();
        if rest == Rest::HalfThere {
            for event in self.pending.iter().step_by(2) {
                apply(&mut files, event);
            }
        }
        files
    }
}

fn apply(files: &mut BTreeMap<String, Vec<u8>>, event: &Event) {
    match event {
        Event::Written { file, at, bytes } => {
            let content = files.get_mut(file).expect("one of the files");
            let end = at + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at..end].copy_from_slice(bytes);
        }
        Event::Cut { file, len } => files.get_mut(file).expect("one of the files").resize(*len, 0),
        Event::Kept { .. } | Event::Told { .. } => {}
    }
}

/// The numbers of the posts that a server finds there.
async fn opened(files: &BTreeMap<String, Vec<u8>>, mark: &[u8]) -> Vec<u64> {
    let scratch = Scratch::new();
    fs::write(scratch.path().join("chat.lock"), mark).unwrap();
    for (name, content) in files.iter().filter(|(_, content)| !content.is_empty()) {
        fs::write(scratch.path().join(name), content).unwrap();
    }
    let logs = SqliteLogs::open(scratch.path(), Config::default().disk(), Duration::ZERO).expect("a sound file");
    let restored = logs.restore();
    let everything =
        Range { after: Seq::START, before: Seq(u64::MAX), from: End::Oldest, entries: 10_000, bytes: usize::MAX };
    let slice = restored.rooms[0].log.read(everything).await.expect("a log to read");
    logs.close().await;
    let entries = slice.entries.iter().map(|stored| wire::decode::<Entry>(&stored.bytes).expect("an entry"));
    entries.filter_map(|entry| entry.post).filter(|id| id.instance == INSTANCE).map(|id| id.n).collect()
}

/// What alice was told.
#[derive(Default)]
struct Told {
    accepted: u64,
}

impl Told {
    /// Returns whether something was accepted. What goes over the network begins with a whole frame, as alice is told
    /// little at once.
    fn is_news(&mut self, bytes: &[u8]) -> bool {
        let before = self.accepted;
        let mut inbox = BytesMut::from(bytes);
        let mut codec = FrameCodec::new(FRAME_BYTES_FROM_SERVER);
        while let Ok(Some(Payload::Frame(raw))) = codec.decode(&mut inbox) {
            if let Ok(Some(ServerFrame::Accepted(accepted))) = ServerFrame::decode(raw.kind, raw.body) {
                self.accepted = self.accepted.max(accepted.id.n);
            }
        }
        self.accepted > before
    }
}
