//! A client without a terminal, a clock or a network: what tests talk to.

use bytes::Bytes;
use chat_proto::Arrival;
use chat_proto::entry::{
    Author, Delete, Edit, Entry, EntryBody, PersonId, PostId, React, ReactionState, Reply, RoomId, Seq, UnixMillis,
};
use chat_proto::frame::{Door, Keep, Lock, Voice};
use chat_proto::frame::{Durability, Joined, Label, Limits, Member, Presence, Role, RoomState};
use chat_proto::{Fingerprint, Invite, Nick, RoomCode};
use chat_tui::config::Options;
use chat_tui::drafts;
use chat_tui::effect::Effect;
use chat_tui::event::{Event, EventKind, HostEvent};
use chat_tui::keeper::{Kept, Note};
use chat_tui::keymap::Keymap;
use chat_tui::known_conversations::Conversation;
use chat_tui::link::{Asked, Command, LinkEvent, Mark, OutboxItem};
use chat_tui::link::{Security, Trust};
use chat_tui::recent::Change;
use chat_tui::state::{Face, Start, State, Surroundings, Wish};
use chat_tui::theme::{Background, Depth, Themes};
use chat_tui::update::{begin, update};
use chat_tui::view::{self, Drawn};
use chat_tui::widths::Widths;
use chat_tui::zone::Zone;
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;

pub(crate) const ROOM: RoomId = RoomId([7; 16]);
/// Sunday, 22 November 2026, 14:00 in a zone one hour east of Greenwich.
pub(crate) const TWO_O_CLOCK: i64 = 1_795_352_400_000;
const MINUTE: i64 = 60_000;
pub(crate) const ALICE: PersonId = PersonId(1);
pub(crate) const INSTANCE: u64 = 42;

pub(crate) struct Scene {
    pub(crate) state: State,
    /// What was asked of the world since this was last looked at.
    effects: Vec<Effect>,
    seq: u64,
}

pub(crate) fn start() -> Start {
    Start {
        name: "alice".into(),
        room: Wish::None,
        keep: Keep::Default,
        server: "localhost:7000".into(),
        is_server_given: false,
        is_host: false,
        instance: INSTANCE,
        key: Fingerprint::of(&[ALICE.0 as u8; 32]),
        kept: Kept::default(),
        recent: Vec::new(),
        options: Options::default(),
        keys: Keymap::default(),
        themes: Themes::built_in(),
        around: Surroundings {
            columns: 80,
            rows: 24,
            face: Face::Screen,
            depth: Depth::True,
            background: Background::Unknown,
            widths: Widths::default(),
            zone: Zone::fixed(3600),
            can_open_links: true,
            now: UnixMillis(TWO_O_CLOCK),
        },
    }
}

pub(crate) fn nick(name: &str) -> Nick {
    Nick::parse(name.as_bytes()).expect("tests use good names")
}

pub(crate) fn code(code: &str) -> RoomCode {
    RoomCode::parse(code.as_bytes()).expect("tests use good codes")
}

pub(crate) fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub(crate) fn message(text: &str) -> EntryBody {
    EntryBody::Message(bytes(text))
}

pub(crate) fn limits() -> Limits {
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

pub(crate) fn joined() -> Joined {
    Joined {
        room: ROOM,
        code: *b"AB3Z",
        head: Seq(0),
        oldest: Seq(1),
        cursor: Seq(0),
        state: RoomState {
            topic: bytes("release planning"),
            label: Label {
                durability: Durability::Memory,
                keeps_ms: None,
                keeps_entries: Some(10_000),
                keeps_bytes: Some(8 << 20),
                keeps_bytes_of_all: Some(512 << 20),
                waits_ms: 24 * 60 * 60 * 1000,
            },
            role: Role::Owner,
            door: Door::Open,
            lock: Lock::Unlocked,
            members: 3,
            read: Seq(0),
            direct: None,
        },
    }
}

/// As whom somebody comes who has nothing special.
pub(crate) const ARRIVAL: Arrival = Arrival { key: [0; 32], role: Role::Member, voice: Voice::Free };

pub(crate) fn member(person: u64, name: &str, presence: Presence) -> Member {
    Member {
        person: PersonId(person),
        name: bytes(name),
        presence,
        role: Role::Member,
        voice: Voice::Free,
        key: [0; 32],
    }
}

pub(crate) fn up() -> LinkEvent {
    LinkEvent::Up {
        person: ALICE,
        name: nick("alice"),
        limits: limits(),
        durability: Durability::Memory,
        security: Security::Plain,
        rooms: Vec::new(),
    }
}

/// Logged in within TLS, with a server that has the key [`server_key`].
pub(crate) fn up_within_tls(trust: Trust) -> LinkEvent {
    let LinkEvent::Up { person, name, limits, durability, .. } = up() else { unreachable!() };
    let security = Security::Tls { key: server_key(), trust };
    LinkEvent::Up { person, name, limits, durability, security, rooms: Vec::new() }
}

pub(crate) fn server_key() -> Fingerprint {
    Fingerprint::of(b"the server")
}

pub(crate) fn reply(to: u64, text: &str) -> EntryBody {
    EntryBody::Reply(Reply { to: Seq(to), text: bytes(text) })
}

pub(crate) fn edit(target: u64, text: &str) -> EntryBody {
    EntryBody::Edit(Edit { target: Seq(target), text: bytes(text) })
}

pub(crate) fn delete(target: u64) -> EntryBody {
    EntryBody::Delete(Delete { target: Seq(target) })
}

pub(crate) fn react(target: u64, emoji: &str, state: ReactionState) -> EntryBody {
    EntryBody::React(React { target: Seq(target), emoji: bytes(emoji), state })
}

/// A server of this process, as others reach it.
pub(crate) fn hosted() -> Invite {
    Invite { server: "192.168.1.7:7000".into(), code: None, key: Some(server_key()), secret: None }
}

/// An entry at this place, so many minutes after two o'clock.
pub(crate) fn entry(seq: u64, minute: i64, (person, name): (u64, &str), body: EntryBody) -> Entry {
    Entry {
        seq: Seq(seq),
        prev: Seq(seq - 1),
        time: UnixMillis(TWO_O_CLOCK + minute * MINUTE),
        author: Author { person: PersonId(person), name: bytes(name) },
        post: None,
        body,
    }
}

impl Scene {
    pub(crate) fn new(start: Start) -> Self {
        let (state, effects) = begin(start);
        Self { state, effects, seq: 0 }
    }

    /// The prompt, with nothing done yet.
    pub(crate) fn prompt() -> Self {
        Self::new(start())
    }

    /// The same, where nothing but whole lines comes.
    pub(crate) fn prompt_of_lines() -> Self {
        let mut start = start();
        start.around.face = Face::PlainOnly;
        Self::new(start)
    }

    /// Alice in an empty room with bob and carol.
    pub(crate) fn room(columns: u16, rows: u16) -> Self {
        let mut scene = Self::entering(joined(), columns, rows);
        let members = vec![
            member(1, "alice", Presence::Here),
            member(2, "bob", Presence::Here),
            member(3, "carol", Presence::Here),
            member(4, "dave", Presence::Gone),
        ];
        scene.link(LinkEvent::Members { room: ROOM, members });
        scene.effects();
        scene
    }

    /// The same in a window of this size.
    pub(crate) fn sized(mut start: Start, columns: u16, rows: u16) -> Self {
        (start.around.columns, start.around.rows) = (columns, rows);
        Self::new(start)
    }

    pub(crate) fn entering(joined: Joined, columns: u16, rows: u16) -> Self {
        let mut scene = Self::sized(Start { room: Wish::Create, ..start() }, columns, rows);
        scene.seq = joined.cursor.0;
        scene.link(up());
        scene.link(LinkEvent::Joined { asked: Asked::Create, joined });
        scene.link(LinkEvent::Latency(Duration::from_millis(2)));
        scene.effects();
        scene
    }

    /// A room in which so many messages of bob's were said and read, each its number.
    pub(crate) fn busy(columns: u16, rows: u16, messages: u64) -> Self {
        let mut scene = Self::room(columns, rows);
        scene.bob_says((1..=messages).map(|n| format!("message {n}")));
        scene.has_read();
        scene
    }

    /// Alice says that she has read everything.
    pub(crate) fn has_read(&mut self) {
        self.key(KeyCode::Esc);
        self.key(KeyCode::Esc);
        self.state.notice = None;
    }

    pub(crate) fn bob_says(&mut self, texts: impl IntoIterator<Item = String>) {
        let first = self.seq;
        let entries: Vec<Entry> = (first + 1..)
            .zip(texts)
            .map(|(seq, text)| entry(seq, (seq / 10).cast_signed(), (2, "bob"), message(&text)))
            .collect();
        self.seq += entries.len() as u64;
        self.link(LinkEvent::Entries { room: ROOM, entries });
    }

    /// The next entry of the log, so many minutes after two o'clock.
    pub(crate) fn happens(&mut self, minute: i64, author: (u64, &str), body: EntryBody) {
        self.seq += 1;
        let entries = vec![entry(self.seq, minute, author, body)];
        self.link(LinkEvent::Entries { room: ROOM, entries });
    }

    /// So much time passes, and whatever was to happen by then does.
    pub(crate) fn waits(&mut self, millis: i64) {
        self.event_at(UnixMillis(self.state.now.0 + millis), EventKind::Tick);
    }

    pub(crate) fn event(&mut self, kind: EventKind) {
        self.event_at(self.state.now, kind);
    }

    fn event_at(&mut self, at: UnixMillis, kind: EventKind) {
        self.effects.extend(update(&mut self.state, Event { at, kind }));
    }

    pub(crate) fn link(&mut self, event: LinkEvent) {
        self.event(EventKind::Link(event));
    }

    pub(crate) fn host(&mut self, event: HostEvent) {
        self.event(EventKind::Host(event));
    }

    pub(crate) fn terminal(&mut self, event: TerminalEvent) {
        self.event(EventKind::Terminal(event));
    }

    /// Types text, or presses keys.
    pub(crate) fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    pub(crate) fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.terminal(TerminalEvent::Key(KeyEvent::new(code, modifiers)));
    }

    pub(crate) fn key(&mut self, code: KeyCode) {
        self.press(code, KeyModifiers::NONE);
    }

    pub(crate) fn ctrl(&mut self, letter: char) {
        self.press(KeyCode::Char(letter), KeyModifiers::CONTROL);
    }

    pub(crate) fn alt(&mut self, code: KeyCode) {
        self.press(code, KeyModifiers::ALT);
    }

    /// Types a line and sends it.
    pub(crate) fn says(&mut self, line: &str) {
        self.types(line);
        self.key(KeyCode::Enter);
    }

    pub(crate) fn wheel(&mut self, kind: MouseEventKind) {
        self.mouse(kind, 5, 5);
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.terminal(TerminalEvent::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal(TerminalEvent::Resize(columns, rows));
    }

    /// What the link says about a post of this client.
    pub(crate) fn marked(&mut self, n: u64, mark: Mark) {
        self.link(LinkEvent::Marked { room: ROOM, id: PostId { instance: INSTANCE, n }, mark });
    }

    /// What was asked of the world but to remember rooms, what was read, what is being written, and what is signalled.
    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        let all = std::mem::take(&mut self.effects).into_iter();
        let is_beside = |effect: &Effect| {
            matches!(
                effect,
                Effect::Keep(Note::Recent(_) | Note::Conversation(_) | Note::Draft(_))
                    | Effect::Link(Command::Read { .. } | Command::Typing { .. } | Command::SetPresence(_))
            )
        };
        all.filter(|effect| !is_beside(effect)).collect()
    }

    /// How far the server was told that rooms were read.
    pub(crate) fn reads(&mut self) -> Vec<Seq> {
        let all = std::mem::take(&mut self.effects).into_iter();
        all.filter_map(|effect| if let Effect::Link(Command::Read { seq, .. }) = effect { Some(seq) } else { None })
            .collect()
    }

    /// What others are told of the reader without an entry.
    pub(crate) fn signals(&mut self) -> Vec<Command> {
        let all = std::mem::take(&mut self.effects).into_iter();
        let signal = |effect| match effect {
            Effect::Link(command @ (Command::Typing { .. } | Command::SetPresence(_))) => Some(command),
            _ => None,
        };
        all.filter_map(signal).collect()
    }

    /// The rooms that were to be remembered or forgotten.
    pub(crate) fn recalls(&mut self) -> Vec<Change> {
        let all = std::mem::take(&mut self.effects).into_iter();
        all.filter_map(|effect| if let Effect::Keep(Note::Recent(change)) = effect { Some(change) } else { None })
            .collect()
    }

    /// What was kept of conversations of two.
    pub(crate) fn conversations(&mut self) -> Vec<Conversation> {
        let all = std::mem::take(&mut self.effects).into_iter();
        all.filter_map(|effect| if let Effect::Keep(Note::Conversation(it)) = effect { Some(it) } else { None })
            .collect()
    }

    /// What was kept of what is being written; behind a quit, nothing is.
    pub(crate) fn drafts(&mut self) -> Vec<drafts::Change> {
        let all = std::mem::take(&mut self.effects).into_iter().take_while(|effect| *effect != Effect::Quit);
        all.filter_map(|effect| if let Effect::Keep(Note::Draft(change)) = effect { Some(change) } else { None })
            .collect()
    }

    /// The only post among the effects.
    pub(crate) fn posted(&mut self) -> OutboxItem {
        match self.effects().as_slice() {
            [Effect::Link(Command::Post(item))] => item.clone(),
            other => panic!("not one post: {other:?}"),
        }
    }

    pub(crate) fn buffer(&self) -> Buffer {
        self.drawn().0
    }

    /// The screen, with what it has beside its cells.
    pub(crate) fn drawn(&self) -> (Buffer, Drawn) {
        drawn(&self.state)
    }

    /// The screen as text, without the space at the ends of its rows.
    pub(crate) fn screen(&self) -> String {
        screen_of(&self.state)
    }

    /// The rows of the screen that contain this.
    pub(crate) fn row(&self, text: &str) -> Option<usize> {
        rows_of(&self.buffer()).iter().position(|row| row.contains(text))
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.row(text).is_some()
    }
}

pub(crate) fn drawn(state: &State) -> (Buffer, Drawn) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.columns, state.rows));
    let drawn = view::draw(state, &mut buffer);
    (buffer, drawn)
}

/// The screen of a state, as [`Scene::screen`].
pub(crate) fn screen_of(state: &State) -> String {
    rows_of(&drawn(state).0).join("\n")
}

pub(crate) fn rows_of(buffer: &Buffer) -> Vec<String> {
    let row = |y| {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
        }
        row.trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect()
}
