//! A long talk between twelve people: mostly short, now and then long, in several scripts.

use crate::{OTHER, ROOM};
use bytes::Bytes;
use chat_proto::entry::{Author, Entry, EntryBody, PersonId, RoomId, Seq, UnixMillis};
use chat_proto::frame::{Door, Durability, Joined, Keep, Label, Limits, Lock, Role, RoomState};
use chat_proto::{Fingerprint, Nick};
use chat_tui::config::Options;
use chat_tui::event::{Event, EventKind};
use chat_tui::keeper::Kept;
use chat_tui::keymap::Keymap;
use chat_tui::link::{Asked, LinkEvent, Security};
use chat_tui::state::{Face, Start, State, Surroundings, Wish};
use chat_tui::theme::{Background, Depth, Themes};
use chat_tui::update::{begin, update};
use chat_tui::widths::Widths;
use chat_tui::zone::Zone;

/// Sunday, 22 November 2026.
const NOW: i64 = 1_795_352_400_000;
/// Between two messages.
const PAUSE_MILLIS: i64 = 20_000;
const BATCH: u64 = 200;

const NAMES: [&str; 12] =
    ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "zoë"];
const WORDS: [&str; 16] = [
    "the",
    "build",
    "is",
    "green",
    "again",
    "日本語",
    "and",
    "deployed",
    "to",
    "staging",
    "without",
    "größere",
    "trouble",
    "👍",
    "tomorrow",
    "then",
];

/// Alice in two empty rooms, of which she sees the first.
pub(crate) fn begins(columns: u16, rows: u16) -> State {
    let (mut state, _) = begin(Start {
        name: "alice".into(),
        room: Wish::Create,
        keep: Keep::Default,
        server: "localhost:7000".into(),
        is_server_given: false,
        is_host: false,
        instance: 1,
        key: Fingerprint::of(&[1; 32]),
        kept: Kept::default(),
        recent: Vec::new(),
        options: Options::default(),
        keys: Keymap::default(),
        themes: Themes::built_in(),
        around: Surroundings {
            columns,
            rows,
            face: Face::Screen,
            depth: Depth::True,
            background: Background::Unknown,
            widths: Widths::default(),
            zone: Zone::fixed(3600),
            can_open_links: true,
            now: UnixMillis(NOW),
        },
    });
    let name = Nick::parse(b"alice").unwrap();
    let up = LinkEvent::Up {
        person: PersonId(1),
        name,
        limits: limits(),
        durability: Durability::Memory,
        security: Security::Plain,
        rooms: Vec::new(),
    };
    for event in [EventKind::Link(up), enters(OTHER), enters(ROOM)] {
        update(&mut state, Event { at: UnixMillis(NOW), kind: event });
    }
    state
}

/// So much is said.
pub(crate) fn of(messages: u64) -> impl Iterator<Item = EventKind> {
    (0..messages.div_ceil(BATCH)).map(move |batch| {
        let seqs = batch * BATCH + 1..=((batch + 1) * BATCH).min(messages);
        said(seqs.map(|seq| entry(seq, EntryBody::Message(Bytes::from(text(seq))))).collect())
    })
}

/// One more message.
pub(crate) fn news(seq: u64) -> EventKind {
    said(vec![entry(seq, EntryBody::Message(Bytes::from(text(seq))))])
}

/// Alice is in this room, and sees it.
pub(crate) fn enters(room: RoomId) -> EventKind {
    let state = RoomState {
        topic: Bytes::from_static(b"release planning"),
        label: Label {
            durability: Durability::Memory,
            keeps_ms: None,
            keeps_entries: None,
            keeps_bytes: None,
            keeps_bytes_of_all: None,
            waits_ms: 0,
        },
        role: Role::Member,
        door: Door::Open,
        lock: Lock::Unlocked,
        members: 12,
        direct: None,
        read: Seq(0),
    };
    let code = if room == ROOM { *b"AB3Z" } else { *b"CD4Y" };
    let joined = Joined { room, code, head: Seq(0), oldest: Seq(1), cursor: Seq(0), state };
    EventKind::Link(LinkEvent::Joined { asked: Asked::Return(room), joined })
}

fn said(entries: Vec<Entry>) -> EventKind {
    EventKind::Link(LinkEvent::Entries { room: ROOM, entries })
}

fn entry(seq: u64, body: EntryBody) -> Entry {
    // Somebody says a few things before the next one does.
    let person = seq / 3 * 7 % NAMES.len() as u64;
    Entry {
        seq: Seq(seq),
        prev: Seq(seq - 1),
        time: UnixMillis(NOW - 200_000 * PAUSE_MILLIS + seq.cast_signed() * PAUSE_MILLIS),
        author: Author { person: PersonId(person + 1), name: Bytes::from(NAMES[person as usize]) },
        post: None,
        body,
    }
}

/// 60 bytes as a rule, several lines every thirtieth time.
fn text(seq: u64) -> String {
    let words = match seq % 30 {
        7 => 150,
        n => 4 + n % 11,
    };
    let word = |n: u64| WORDS[((seq * 31 + n * 17) % WORDS.len() as u64) as usize];
    (0..words).map(word).collect::<Vec<_>>().join(if words > 100 && seq % 60 == 7 { "\n" } else { " " })
}

fn limits() -> Limits {
    Limits {
        frame_bytes: 65_536,
        text_bytes: 16_384,
        text_lines: 400,
        topic_bytes: 256,
        name_columns: 24,
        posts_unanswered: 32,
        page_entries: 200,
        rooms: 64,
        heartbeat_ms: 30_000,
        silence_ms: 90_000,
    }
}
