//! The state machine told every fault, without a socket or a clock. Also the fixtures of its neighbours' tests.

mod directs;
mod posts;
mod questions;
mod rooms;
mod searching;
mod signals;
mod stranded;

use super::*;
use crate::link::{Asked, Command, OutboxItem, Trouble};
use bytes::Bytes;
use chat_proto::frame::Door;
use chat_proto::frame::Lock;
use chat_proto::frame::{Batch, ClientFrame, Joined, Label, Pong, Role, RoomHead, RoomState, ServerFrame};
use chat_proto::wire::Capped;
use chat_proto::{Author, Code, Entry, EntryBody, Refused, RoomCode, Seq};
use rand::SeedableRng;

pub(crate) const LIMITS: Limits = Limits {
    frame_bytes: 64 * 1024,
    text_bytes: 16 * 1024,
    text_lines: 400,
    topic_bytes: 256,
    name_columns: 24,
    posts_unanswered: 32,
    page_entries: 200,
    rooms: 64,
    heartbeat_ms: 30_000,
    silence_ms: 90_000,
};
const ME: PersonId = PersonId(1);
const ROOM: RoomId = RoomId([7; 16]);
const WALL: UnixMillis = UnixMillis(1_800_000_000_000);
const MINUTE_MS: i64 = 60_000;

/// An entry of somebody else.
pub(crate) fn message(seq: u64, prev: Seq) -> Entry {
    Entry {
        seq: Seq(seq),
        prev,
        time: WALL,
        author: Author { person: PersonId(2), name: Bytes::from("bob") },
        post: None,
        body: EntryBody::Message(Bytes::from(format!("entry {seq}"))),
    }
}

fn entries(from: u64, to: u64) -> Vec<Entry> {
    (from..=to).map(|seq| message(seq, Seq(seq - 1))).collect()
}

fn code() -> RoomCode {
    RoomCode::parse(b"AB3Z").unwrap()
}

fn id(n: u64) -> PostId {
    PostId { instance: 5, n }
}

fn item(n: u64) -> OutboxItem {
    OutboxItem { room: ROOM, id: id(n), body: EntryBody::Message(Bytes::from(format!("post {n}"))), written: WALL }
}

fn left_over(n: u64, age_ms: i64, sent: bool) -> Kept {
    let written = UnixMillis(WALL.0 - age_ms);
    Kept { item: OutboxItem { written, ..item(n) }, sent, is_unknown: false }
}

fn welcome(person: PersonId) -> Welcome {
    Welcome {
        person,
        name: Bytes::from("alice"),
        limits: LIMITS,
        durability: Durability::Memory,
        server_time: WALL,
        rooms: Capped::new([]),
    }
}

fn joined(cursor: u64, head: u64) -> Joined {
    let label = Label {
        durability: Durability::Memory,
        keeps_ms: None,
        keeps_entries: Some(10_000),
        keeps_bytes: Some(8 << 20),
        keeps_bytes_of_all: Some(512 << 20),
        waits_ms: 24 * 60 * 60 * 1000,
    };
    Joined {
        room: ROOM,
        code: code().bytes(),
        head: Seq(head),
        oldest: Seq(1),
        cursor: Seq(cursor),
        state: RoomState {
            topic: Bytes::new(),
            label,
            role: Role::Member,
            door: Door::Open,
            lock: Lock::Unlocked,
            members: 1,
            read: Seq(0),
            direct: None,
        },
    }
}

fn batch(entries: Vec<Entry>) -> Batch {
    Batch { room: ROOM, entries: Capped::new(entries) }
}

/// The state machine with a hand on both of its ends.
struct Bench {
    core: Core,
    now: Moment,
}

impl Bench {
    /// Not connected.
    fn offline() -> Self {
        let rng = rand::rngs::StdRng::seed_from_u64(1);
        let core = Core::new(Nick::parse(b"alice").unwrap(), Stay::Resident, rng);
        Self { core, now: Moment { at: Instant::now(), wall: WALL } }
    }

    /// Logged in; the first ping is not due yet.
    fn online() -> Self {
        let mut bench = Self::offline();
        bench.login();
        bench.take_events();
        bench
    }

    /// In the room, with everything up to `cursor`.
    fn in_room(cursor: u64) -> Self {
        let mut bench = Self::online();
        bench.command(Command::Join(code(), None));
        bench.answer_last(joined(cursor, cursor)).unwrap();
        bench.take_events();
        bench
    }

    fn login(&mut self) {
        self.try_login(ME).unwrap();
    }

    fn try_login(&mut self, person: PersonId) -> Result<(), End> {
        self.core.on_login(self.now, &welcome(person), crate::link::Security::Plain)
    }

    fn command(&mut self, command: Command) {
        self.core.on_command(command);
    }

    fn hear(&mut self, request: u32, frame: impl Into<ServerFrame>) -> Result<(), End> {
        self.core.on_frame(self.now, request, frame.into())
    }

    /// Sends what may be sent, and answers the last of it.
    fn answer_last(&mut self, frame: impl Into<ServerFrame>) -> Result<(), End> {
        let (request, _) = self.take_frames().pop().expect("something was asked");
        self.hear(request, frame)
    }

    fn refuse_last(&mut self, code: Code) -> Result<(), End> {
        self.answer_last(Refused::new(code, "because"))
    }

    fn take_frames(&mut self) -> Vec<(u32, ClientFrame)> {
        std::iter::from_fn(|| self.core.next_frame()).collect()
    }

    /// The ids of the posts among the frames that may be sent.
    fn take_posts(&mut self) -> Vec<u64> {
        let posts = self.take_frames().into_iter();
        posts
            .filter_map(|(_, frame)| if let ClientFrame::Post(post) = frame { Some(post.id.n) } else { None })
            .collect()
    }

    fn take_events(&mut self) -> Vec<LinkEvent> {
        std::iter::from_fn(|| self.core.pop_event()).collect()
    }

    /// The marks among the events.
    fn take_marks(&mut self) -> Vec<(u64, Mark)> {
        let events = self.take_events().into_iter();
        events
            .filter_map(|event| if let LinkEvent::Marked { id, mark, .. } = event { Some((id.n, mark)) } else { None })
            .collect()
    }

    /// Cut and connected again; the room resumed.
    fn reconnect(&mut self) {
        self.core.on_lost();
        self.login();
        let (request, frame) = self.core.next_frame().expect("a resume");
        assert!(matches!(frame, ClientFrame::Resume(_)), "{frame:?}");
        self.hear(request, joined(0, 100)).unwrap();
        self.take_events();
    }
}

fn accepted(n: u64, seq: u64) -> chat_proto::frame::Accepted {
    chat_proto::frame::Accepted { id: id(n), seq: Seq(seq), durability: Durability::Memory }
}

fn mark_accepted(seq: u64) -> Mark {
    Mark::Accepted { seq: Seq(seq), durability: Durability::Memory }
}

#[expect(clippy::needless_pass_by_value, reason = "it is called on what a call just gave")]
fn is_misbehaviour(outcome: Result<(), End>) -> bool {
    matches!(outcome, Err(End::Misbehaves(_)))
}

fn pong(head: u64) -> Pong {
    Pong { server_time: WALL, heads: Capped::new([RoomHead { room: ROOM, head: Seq(head) }]) }
}

#[test]
fn a_lost_connection_is_told_with_a_sentence() {
    let (trouble, _) = Bench::online().core.on_end_of_stream().trouble().unwrap();

    assert_eq!(trouble, Trouble::Lost("the server closed the connection".into()));
}

#[test]
fn answers_still_count_after_the_server_said_that_it_stops() {
    let mut bench = Bench::in_room(3);
    bench.command(Command::Post(item(1)));
    let (request, _) = bench.core.next_frame().unwrap();
    bench.hear(0, chat_proto::frame::GoAway { reconnect_after_ms: 7_000 }).unwrap();
    bench.command(Command::Post(item(2)));
    bench.take_events();

    bench.hear(request, accepted(1, 4)).unwrap();

    assert_eq!(bench.take_marks(), [(1, mark_accepted(4))]);
    assert_eq!(bench.take_frames(), [], "a server that stops is told nothing new");
    assert_eq!(bench.core.on_end_of_stream(), End::GoAway(Duration::from_secs(7)));
}

#[test]
fn a_server_that_says_it_stops_and_does_not_is_left_after_ten_seconds() {
    let mut bench = Bench::online();
    bench.hear(0, chat_proto::frame::GoAway { reconnect_after_ms: 1 }).unwrap();
    bench.now.at += GOODBYE_PATIENCE;

    assert!(bench.core.next_at().unwrap() <= bench.now.at);
    assert!(matches!(bench.core.on_time(bench.now), Err(End::GoAway(_))));
}

#[test]
fn a_pong_from_before_the_sleep_proves_nothing_after_it() {
    let mut bench = Bench::online();
    bench.core.on_time(bench.now).unwrap();
    let (before, _) = bench.core.next_frame().unwrap();
    bench.core.on_wake(bench.now);
    bench.core.on_time(bench.now).unwrap();
    let (after, _) = bench.core.next_frame().unwrap();

    bench.hear(before, pong(0)).unwrap();
    let late = Moment { at: bench.now.at + Duration::from_secs(5), ..bench.now };
    assert!(matches!(bench.core.on_time(late), Err(End::Lost { .. })));

    bench.hear(after, pong(0)).unwrap();
    assert_eq!(bench.core.on_time(late), Ok(()));
}

#[test]
fn after_a_login_the_rooms_are_resumed_first_then_a_ping_tells_the_latency() {
    let mut bench = Bench::in_room(9);
    bench.core.on_lost();
    bench.login();
    bench.core.on_time(bench.now).unwrap();
    bench.take_events();

    let frames = bench.take_frames();
    let resume = chat_proto::frame::Resume { room: ROOM, after: Seq(9), stay: Stay::Resident };
    assert_eq!(frames[0].1, ClientFrame::Resume(resume));
    assert!(matches!(frames[1].1, ClientFrame::Ping(_)));

    bench.hear(frames[0].0, joined(9, 9)).unwrap();
    bench.now.at += Duration::from_millis(12);
    bench.hear(frames[1].0, pong(9)).unwrap();
    assert_eq!(bench.take_events().pop(), Some(LinkEvent::Latency(Duration::from_millis(12))));
}
