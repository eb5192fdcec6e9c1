//! A long talk between many people, as it goes: mostly short, now and then long; every fourth entry answers, changes or
//! reacts to what was said before. The same each time.

use crate::words::{NAMES, REACTIONS, SAID};
use crate::{OTHER, ROOM};
use bytes::Bytes;
use chat_proto::entry::{
    Author, Edit, Entry, EntryBody, PersonId, React, ReactionState, Reply, RoomId, Seq, UnixMillis,
};
use chat_proto::frame::{
    Door, Durability, Joined, Keep, Label, Limits, Lock, Member, Presence, Role, RoomState, Voice,
};
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

/// Entries after which the talk takes the same turns again, with other words.
const CYCLE: u64 = 20;

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
    for event in [EventKind::Link(up), enters(OTHER), enters(ROOM), members()] {
        update(&mut state, Event { at: UnixMillis(NOW), kind: event });
    }
    state
}

/// What is said next.
pub(crate) struct Talk {
    seq: u64,
}

impl Talk {
    pub(crate) fn begins() -> Self {
        Self { seq: 0 }
    }

    /// So many messages at once, and what is done to them.
    pub(crate) fn batch(&mut self, messages: u64) -> EventKind {
        said((0..messages).flat_map(|_| self.next()).collect())
    }

    /// One more message.
    pub(crate) fn news(&mut self) -> EventKind {
        said(self.next())
    }

    /// What is done to messages, up to the next one, and that.
    fn next(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        loop {
            self.seq += 1;
            let body = body(self.seq);
            let is_message = body.target().is_none();
            entries.push(entry(self.seq, body));
            if is_message {
                return entries;
            }
        }
    }
}

fn members() -> EventKind {
    let member = |(person, name): (u64, &'static str)| Member {
        person: PersonId(person),
        name: Bytes::from_static(name.as_bytes()),
        presence: [Presence::Here, Presence::Idle, Presence::Gone][person as usize % 3].clone(),
        role: Role::Member,
        voice: Voice::Free,
        key: [person as u8; 32],
    };
    EventKind::Link(LinkEvent::Members { room: ROOM, members: (1..).zip(NAMES).map(member).collect() })
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
        members: NAMES.len() as u32,
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
    let person = author(seq, &body);
    Entry {
        seq: Seq(seq),
        prev: Seq(seq - 1),
        time: UnixMillis(NOW - 200_000 * PAUSE_MILLIS + seq.cast_signed() * PAUSE_MILLIS),
        author: Author { person: PersonId(person + 1), name: Bytes::from_static(NAMES[person as usize].as_bytes()) },
        post: None,
        body,
    }
}

fn author(seq: u64, body: &EntryBody) -> u64 {
    match body {
        EntryBody::React(_) => seq * 5 % NAMES.len() as u64,
        EntryBody::Edit(edit) => speaker(edit.target.0),
        _ => speaker(seq),
    }
}

/// Somebody says a few things before the next one does.
fn speaker(seq: u64) -> u64 {
    seq / 3 * 7 % NAMES.len() as u64
}

/// What happens at this place of the talk. What is pointed at is a message.
fn body(seq: u64) -> EntryBody {
    match seq % CYCLE {
        4 | 11 => EntryBody::Reply(Reply { to: Seq(seq - 3), text: text(seq) }),
        // From far above.
        15 if seq > 50 * CYCLE => EntryBody::Reply(Reply { to: Seq(seq - 50 * CYCLE), text: text(seq) }),
        6 => react(seq - 1, seq),
        13 | 14 => react(12 + seq / CYCLE * CYCLE, seq / CYCLE),
        17 => EntryBody::Edit(Edit { target: Seq(seq - 1), text: text(seq) }),
        19 => react(seq - 9, seq),
        8 => EntryBody::Action(Bytes::from_static(b"waves")),
        _ => EntryBody::Message(text(seq)),
    }
}

fn react(target: u64, emoji: u64) -> EntryBody {
    let emoji = REACTIONS[emoji as usize % REACTIONS.len()];
    EntryBody::React(React {
        target: Seq(target),
        emoji: Bytes::from_static(emoji.as_bytes()),
        state: ReactionState::On,
    })
}

fn text(seq: u64) -> Bytes {
    let text = SAID[(seq * 7 + seq / CYCLE) as usize % SAID.len()];
    Bytes::from(text.replace("{n}", &seq.to_string()))
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
