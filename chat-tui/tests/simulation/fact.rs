//! What happens in a run, as whoever sees all of it would tell: the trace, and what the checkers judge.

use chat_proto::frame::{ClientFrame, ServerFrame};
use chat_proto::{Entry, PostId, RoomId, Seq};
use chat_tui::link::{Command, LinkEvent};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

use crate::check::{Checker, all};
use crate::runs;

/// More than any run takes that comes to an end: the longest has twenty thousand.
const FACTS_MAX: u64 = 1_000_000;

/// A running client of somebody: its number is the instance in the ids of its posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Client {
    pub(crate) person: usize,
    pub(crate) instance: u64,
}

/// One connection, from the dial to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Wire {
    pub(crate) number: u64,
    pub(crate) client: Client,
}

/// How much may wait to be taken from a server, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// By one reader.
    pub(crate) each: usize,
    /// By all of them together.
    pub(crate) all: usize,
}

/// One thing that happens.
#[derive(Debug)]
pub(crate) enum Fact<'a> {
    /// Every server is to keep to this.
    Promised(Bounds),
    /// The how many-th server has begun.
    Started(u64),
    /// It is gone, as it stood.
    Crashed,
    /// It is asked to end in order.
    Stopped,
    /// A room of this server hands a post to the log.
    Submitted { server: u64, room: RoomId, id: PostId },
    /// Entries are on the disk, and will be after every crash.
    Written { room: RoomId, entries: &'a [Entry] },
    /// The disk says so of a write: nobody can tell what became of it.
    InDoubt,
    /// The wall clock jumps: to a client, it is as if its machine had slept.
    Jumped,
    /// It is gone, as it stood, or ends in order.
    Over(Client),
    /// A connection is made.
    Connected(Wire),
    /// A frame reached the server, under this request.
    Reached(Wire, u32, &'a ClientFrame),
    /// The server has said a frame, in answer to this request.
    Said(Wire, u32, &'a ServerFrame),
    /// The weather harms a connection, or its end is due.
    Harmed(Wire),
    /// So much waited for a reader that had stopped when this server was stopped.
    Held { server: u64, bytes: usize },
    /// A client is asked to do something.
    Asked(Client, &'a Command),
    /// A client has told its holder something.
    Told(Client, &'a LinkEvent),
    /// From here on, nothing is harmed.
    Calm,
    /// The end: what is kept of every room that is not over, and who is still running.
    Judged { kept: &'a BTreeMap<RoomId, Vec<Entry>>, running: &'a [Client] },
}

/// What is true whatever anybody knows of it.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// Every entry that was ever on the disk, by its place.
    pub(crate) logs: BTreeMap<RoomId, BTreeMap<Seq, Entry>>,
    /// Where each post is.
    pub(crate) posts: BTreeMap<(RoomId, PostId), Vec<Seq>>,
}

impl Truth {
    /// The newest entry of a room.
    pub(crate) fn head(&self, room: RoomId) -> Seq {
        self.logs.get(&room).and_then(|log| log.keys().next_back().copied()).unwrap_or(Seq::START)
    }

    /// The entry at a place, if it was ever written.
    pub(crate) fn entry(&self, room: RoomId, seq: Seq) -> Option<&Entry> {
        self.logs.get(&room)?.get(&seq)
    }

    fn take(&mut self, fact: &Fact<'_>) {
        let Fact::Written { room, entries } = fact else { return };
        for entry in *entries {
            if let Some(id) = entry.post {
                self.posts.entry((*room, id)).or_default().push(entry.seq);
            }
            self.logs.entry(*room).or_default().insert(entry.seq, entry.clone());
        }
    }
}

/// What was true before something happens.
pub(crate) struct Moment<'a> {
    pub(crate) truth: &'a Truth,
}

/// All that happened, judged as it happens.
#[derive(Clone)]
pub(crate) struct Chronicle(Arc<Mutex<Inner>>);

struct Inner {
    began: Instant,
    truth: Truth,
    checkers: Vec<(&'static str, Box<dyn Checker>)>,
    hasher: DefaultHasher,
    facts: u64,
    trace: Trace,
    violations: Vec<String>,
}

/// What became of a run.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) facts: u64,
    pub(crate) hash: u64,
    pub(crate) violations: Vec<String>,
    pub(crate) entries: usize,
}

/// Whether the trace is told whole, as it comes, or only its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trace {
    Hashed,
    Whole,
}

impl Chronicle {
    pub(crate) fn new(trace: Trace) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            began: Instant::now(),
            truth: Truth::default(),
            checkers: all(),
            hasher: DefaultHasher::new(),
            facts: 0,
            trace,
            violations: Vec::new(),
        })))
    }

    /// Something happens.
    pub(crate) fn note(&self, fact: &Fact<'_>) {
        self.0.lock().unwrap().take(fact);
    }

    /// The newest entry of a room that is on the disk.
    pub(crate) fn head(&self, room: RoomId) -> Seq {
        self.0.lock().unwrap().truth.head(room)
    }

    /// What became of it all.
    pub(crate) fn verdict(&self) -> Verdict {
        let mut inner = self.0.lock().unwrap();
        Verdict {
            facts: inner.facts,
            hash: inner.hasher.finish(),
            violations: std::mem::take(&mut inner.violations),
            entries: inner.truth.logs.values().map(BTreeMap::len).sum(),
        }
    }
}

impl Inner {
    fn take(&mut self, fact: &Fact<'_>) {
        let at = self.began.elapsed().as_millis() as u64;
        let line = format!("{at} {fact:?}");
        line.hash(&mut self.hasher);
        self.facts += 1;
        assert!(self.facts < FACTS_MAX, "this run does not come to an end");
        if self.trace == Trace::Whole {
            runs::tell(&line);
        }
        let moment = Moment { truth: &self.truth };
        for (name, checker) in &mut self.checkers {
            if let Err(complaint) = checker.judge(&moment, fact) {
                self.violations.push(format!("{name} at {at} ms: {complaint}"));
            }
        }
        self.truth.take(fact);
    }
}
