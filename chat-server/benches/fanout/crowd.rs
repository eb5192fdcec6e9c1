//! Everybody who is connected to one server, in one thread: what comes is read in large pieces, and looked into no
//! further than somebody wants to know.

use crate::letter::Letter;
use crate::line::{Ledger, Line, Place};
use crate::process::Server;
use crate::subject::Member;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

const READ_BYTES: usize = 256 * 1024;
/// Read from between two chances to post.
const EVENTS: usize = 64;
/// On the way into their rooms at once: a server takes only so many strangers.
const ENTERING_MAX: usize = 64;
/// In which something is to happen as long as anything is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// In which all that follows on entering is to be said.
const CHATTER_MAX: Duration = Duration::from_mins(1);
/// After which nothing more is on its way.
const SILENCE: Duration = Duration::from_millis(200);

pub(crate) struct Crowd {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
    buffer: Vec<u8>,
    pub(crate) lines: Vec<Line>,
    inside: usize,
    began: Instant,
}

/// A message that somebody received and read.
pub(crate) struct Arrival {
    pub(crate) line: usize,
    pub(crate) letter: Letter,
    /// After it was posted.
    pub(crate) after: Duration,
}

impl Crowd {
    pub(crate) fn new() -> Self {
        Self {
            epoll: epoll::create(CreateFlags::CLOEXEC).unwrap(),
            events: Vec::with_capacity(EVENTS),
            buffer: vec![0; READ_BYTES],
            lines: Vec::new(),
            inside: 0,
            began: Instant::now(),
        }
    }

    /// They connect and enter, so many at once: whoever is inside makes place for the next.
    pub(crate) fn enter(&mut self, server: &Server, members: impl IntoIterator<Item = Box<dyn Member>>) {
        let mut members = members.into_iter().fuse();
        loop {
            let places = self.inside + ENTERING_MAX - self.lines.len();
            members.by_ref().take(places).for_each(|member| self.connect(server, member));
            if self.inside == self.lines.len() {
                return;
            }
            assert!(self.turn(PATIENCE, |_| {}) > 0, "{} are inside, and nobody else comes in", self.inside);
        }
    }

    fn connect(&mut self, server: &Server, member: Box<dyn Member>) {
        let line = Line::dial(server, member, self.lines.len());
        epoll::add(&self.epoll, &line, EventData::new_u64(self.lines.len() as u64), EventFlags::IN).unwrap();
        self.lines.push(line);
    }

    /// How long all together needed to sign.
    pub(crate) fn signed_for(&self) -> Duration {
        self.lines.iter().map(|line| line.member.signed_for()).sum()
    }

    /// All connections are cut; says who was there, as they come back.
    pub(crate) fn disperse(&mut self) -> Vec<Box<dyn Member>> {
        self.inside = 0;
        self.lines.drain(..).map(|line| line.member.again()).collect()
    }

    /// The share of those who went on with what they had before.
    pub(crate) fn resumed(&self) -> f64 {
        let resumed = self.lines.iter().filter(|line| line.is_resumed()).count();
        resumed as f64 / self.lines.len() as f64
    }

    /// Somebody stops reading.
    pub(crate) fn pause(&self, line: usize) {
        self.await_events(line, EventFlags::empty());
    }

    /// Somebody reads on.
    pub(crate) fn resume(&self, line: usize) {
        self.await_events(line, EventFlags::IN);
    }

    /// Waits until nothing more comes, and begins to count from there.
    pub(crate) fn settle(&mut self) {
        let ends = self.now() + CHATTER_MAX;
        while self.turn(SILENCE, |_| {}) > 0 {
            assert!(self.now() < ends, "somebody goes on talking");
        }
        self.lines.iter_mut().for_each(|line| line.ledger = Ledger::default());
    }

    /// The time on the clock of this crowd.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Reads until everybody has as many messages as they should, or nothing more comes; says how many are missing or
    /// came out of order.
    pub(crate) fn lost(&mut self, expected: impl Fn(usize) -> u64, mut told: impl FnMut(Arrival)) -> u64 {
        while self.is_waiting(&expected) && self.turn(PATIENCE, &mut told) > 0 {}
        let lines = self.lines.iter().enumerate();
        lines.map(|(index, line)| expected(index).abs_diff(line.ledger.messages) + line.ledger.disorderly).sum()
    }

    /// Whether anybody who is still connected misses something.
    fn is_waiting(&self, expected: impl Fn(usize) -> u64) -> bool {
        let mut lines = self.lines.iter().enumerate().filter(|(_, line)| line.place == Place::Inside);
        lines.any(|(index, line)| line.ledger.messages < expected(index))
    }

    /// Has a message ready in somebody's name, as the next of this sender in the room, which was due then.
    pub(crate) fn post(&mut self, line: usize, sender: u32, bytes: usize, posted: Duration) {
        let line = &mut self.lines[line];
        line.post(Letter { sender, n: line.posted, posted }, bytes);
    }

    /// Sends what somebody has ready; what the socket does not take follows when it does.
    pub(crate) fn flush(&mut self, line: usize) {
        if !self.lines[line].flush() {
            self.await_events(line, EventFlags::IN | EventFlags::OUT);
        }
    }

    /// Waits for at most so long until anything comes, and reads it; says from how many.
    pub(crate) fn turn(&mut self, at_most: Duration, mut told: impl FnMut(Arrival)) -> usize {
        self.wait(at_most);
        for index in 0..self.events.len() {
            let (flags, line) = (self.events[index].flags, self.events[index].data.u64() as usize);
            if flags.contains(EventFlags::OUT) && self.lines[line].flush() {
                self.await_events(line, EventFlags::IN);
            }
            self.hear(line, &mut told);
        }
        self.events.len()
    }

    fn hear(&mut self, line: usize, told: &mut impl FnMut(Arrival)) {
        let now = self.now();
        let heard = &mut self.lines[line];
        let before = heard.place;
        heard.hear(&mut self.buffer, &mut |letter| {
            told(Arrival { line, letter, after: now.saturating_sub(letter.posted) });
        });
        match (before, heard.place) {
            (Place::Outside, Place::Inside) => self.inside += 1,
            (Place::Outside, Place::Gone) => panic!("somebody was turned away"),
            (_, Place::Gone) => epoll::delete(&self.epoll, heard).unwrap(),
            _ => {}
        }
    }

    /// The system's wait for many counts in milliseconds, the one for a single descriptor does not.
    fn wait(&mut self, at_most: Duration) {
        self.look();
        if self.events.is_empty() && !at_most.is_zero() {
            let at_most = Timespec::try_from(at_most).expect("a short time");
            poll(&mut [PollFd::new(&self.epoll, PollFlags::IN)], Some(&at_most)).unwrap();
            self.look();
        }
    }

    fn await_events(&self, line: usize, events: EventFlags) {
        epoll::modify(&self.epoll, &self.lines[line], EventData::new_u64(line as u64), events).unwrap();
    }

    fn look(&mut self) {
        self.events.clear();
        epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&Timespec::default())).unwrap();
    }
}
