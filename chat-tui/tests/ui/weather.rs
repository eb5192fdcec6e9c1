//! A storm: whatever can happen to a client, in an order that nobody chose.

use crate::chance::{Chance, Tape};
use crate::scene::ARRIVAL;
use crate::scene::{ALICE, INSTANCE, Scene, bytes, code, entry, joined, limits, member, message, nick};
use crate::scene::{delete, edit, react, reply};
use crate::sound::{is_in_order, is_sound};
use crate::told::Reader;
use bytes::Bytes;
use chat_proto::entry::ReactionState;
use chat_proto::entry::{
    Edit, Entry, EntryBody, LeaveReason, PersonId, PostId, React, Reply, RoomId, Seq, Target, UnixMillis,
};
use chat_proto::frame::{
    Door, Durability, EndReason, GapKind, HeldName, Joined, Member, Membership, Peer, Presence, SignalKind, Voice,
};
use chat_proto::{Act, Arrival, Fingerprint, Secret};
use chat_tui::event::{EventKind, HostEvent};
use chat_tui::link::{Asked, Distrust, LinkEvent, Mark, OutboxItem, Security, Trouble, Trust, Why};
use chat_tui::quest::Quest;
use chat_tui::state::Face;
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyModifiers, MouseButton, MouseEventKind};
use std::time::Duration;

const LINES: [&str; 37] = [
    "/plain",
    "/discard",
    "/resend",
    "y",
    "/reply yes",
    "/edit",
    "/react :tada:",
    "/search x",
    "/search \"a b\" from:bob since:yesterday before:today",
    "/search x before:never",
    "/forget",
    "/kick bob",
    "/op eve",
    "/whois bob",
    "/whoami",
    "/ignore bob",
    "/unignore bob",
    "hi",
    "b",
    "/j",
    "/create",
    "/leave",
    "/nick eve",
    "/topic",
    "/topic -",
    "/me waves",
    "/clear",
    "//x",
    "結果 e\u{301}",
    "/join AB3Z",
    "/invite",
    "/invite qr",
    "/create private",
    "/rooms",
    "/switch ab",
    "/join chat://chat.example.org/AB3Z#CQkJCQkJCQkJCQkJCQkJCQ",
    "👩\u{200d}👩\u{200d}👧",
];
const KEYS: [KeyCode; 26] = [
    KeyCode::Char('r'),
    KeyCode::Char('e'),
    KeyCode::Char('d'),
    KeyCode::Char('+'),
    KeyCode::Char('o'),
    KeyCode::Char('g'),
    KeyCode::Enter,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Esc,
    KeyCode::F(1),
    KeyCode::F(2),
    KeyCode::F(5),
    KeyCode::F(8),
    KeyCode::Char('y'),
    KeyCode::Char('q'),
];

pub(crate) struct Storm<C> {
    pub(crate) scene: Scene,
    pub(crate) chance: C,
    reader: Reader,
}

impl<C: Chance> Storm<C> {
    /// Over the prompt, or over a room in which something was said; on the whole screen, or as lines.
    pub(crate) fn new(mut chance: C) -> Self {
        let mut scene = match chance.below(8) {
            0 => Scene::prompt(),
            1 => Scene::prompt_of_lines(),
            _ => Scene::busy(60, 16, 30),
        };
        match chance.below(8) {
            7 => scene.state.face = Face::Plain,
            6 => scene.state.face = Face::PlainOnly,
            _ => {}
        }
        Self { scene, chance, reader: Reader::default() }
    }

    /// What holds whatever happened.
    pub(crate) fn is_sound(&mut self) {
        match self.scene.state.face {
            Face::Screen => {
                // Whoever turns to lines reads from the beginning.
                self.reader = Reader::default();
                is_sound(&self.scene);
            }
            Face::Plain | Face::PlainOnly => {
                self.reader.hears(&self.scene.state);
                is_in_order(&self.scene);
            }
        }
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    fn below(&mut self, end: u64) -> u64 {
        self.chance.below(end)
    }

    fn text(&mut self) -> Bytes {
        self.chance.text()
    }

    fn words(&mut self) -> String {
        String::from_utf8_lossy(&self.text()).into_owned()
    }

    fn room(&mut self) -> RoomId {
        RoomId([self.one_of(&[7, 8, 9]); 16])
    }

    fn seq(&mut self) -> Seq {
        Seq(match self.below(12) {
            0 => u64::MAX,
            1 => 0,
            _ => self.below(60),
        })
    }

    fn mark(&mut self) -> Mark {
        let (seq, sentence) = (self.seq(), self.words());
        self.one_of(&[
            Mark::Waiting,
            Mark::OnTheWire,
            Mark::Accepted { seq, durability: Durability::Memory },
            Mark::Refused(sentence),
            Mark::Unknown("who knows".into()),
            Mark::Stale,
        ])
    }

    fn id(&mut self) -> PostId {
        PostId { instance: INSTANCE, n: self.below(8) }
    }

    fn trouble(&mut self) -> Trouble {
        self.one_of(&[
            Trouble::NoServer("no server answers".into()),
            Trouble::Lost("cut".into()),
            Trouble::GoAway,
            Trouble::Misbehaves("how".into()),
        ])
    }

    /// What somebody wrote, as it comes.
    fn said(&mut self) -> EntryBody {
        let (at, text) = (self.seq(), self.text());
        self.one_of(&[
            EntryBody::Message(text.clone()),
            EntryBody::Message(text.clone()),
            EntryBody::Action(text.clone()),
            EntryBody::Topic(text.clone()),
            EntryBody::Renamed(text.clone()),
            EntryBody::Reply(Reply { to: at, text: text.clone() }),
            EntryBody::Edit(Edit { target: at, text: text.clone() }),
            EntryBody::React(React { target: at, emoji: text, state: ReactionState::On }),
        ])
    }

    fn body(&mut self) -> EntryBody {
        match self.below(2) {
            0 => self.said(),
            _ => self.done(),
        }
    }

    fn done(&mut self) -> EntryBody {
        let at = self.seq();
        let target = Target { person: PersonId(self.below(4)), name: bytes("bob") };
        let arrival = Arrival { key: [self.below(3) as u8; 32], ..ARRIVAL };
        self.one_of(&[
            message("hello alice"),
            message("a\n\tb"),
            message("https://a.example https://b.example"),
            reply(at.0, "alice"),
            edit(at.0, "alice"),
            edit(at.0, ""),
            delete(at.0),
            react(at.0, "🎉", ReactionState::On),
            react(at.0, "🎉", ReactionState::Off),
            react(at.0, "\u{1b}", ReactionState::On),
            EntryBody::Erased,
            EntryBody::Forget,
            EntryBody::Action(bytes("waves")),
            EntryBody::Topic(bytes("")),
            EntryBody::Joined(arrival),
            EntryBody::Opened,
            EntryBody::Left(LeaveReason::Lost),
            EntryBody::Left(LeaveReason::Leave),
            EntryBody::Renamed(bytes("eve")),
            EntryBody::Act(Act::Kick(target.clone())),
            EntryBody::Act(Act::Own(target.clone())),
            EntryBody::Act(Act::Mute(target)),
            EntryBody::Unknown { kind: 99, body: bytes("?") },
            EntryBody::Act(Act::Lock),
            EntryBody::Act(Act::Unlock),
            EntryBody::Act(Act::Kick(Target { person: ALICE, name: bytes("alice") })),
        ])
    }

    fn entries(&mut self) -> Vec<chat_proto::entry::Entry> {
        let first = self.seq().0.clamp(1, u64::MAX - 40);
        let count = self.below(30);
        (first..first + count)
            .map(|seq| {
                let author = self.one_of(&[(ALICE.0, "alice"), (2, "bob"), (3, ""), (4, "dave")]);
                let minute = self.one_of(&[0, 1, 20, 2000, -900]);
                let mut entry = entry(seq, minute, author, self.body());
                if author.1 == "dave" {
                    entry.author.name = self.text();
                }
                entry.post = (self.below(3) == 0).then(|| self.id());
                entry
            })
            .collect()
    }

    fn distrust(&mut self) -> Distrust {
        let key = Fingerprint::of(&self.below(9).to_be_bytes());
        let why = match self.below(3) {
            0 => Why::Changed { known: key },
            1 => Why::NotInvited { named: key },
            _ => Why::Certificate("it is\u{1b}[2J for nobody".into()),
        };
        Distrust { server: "localhost:7000".into(), found: key, why }
    }

    fn link_event(&mut self) -> LinkEvent {
        let room = self.room();
        match self.below(32) {
            18 => LinkEvent::Distrusted(self.distrust()),
            19 => crate::scene::up_within_tls(Trust::FirstContact),
            0 => LinkEvent::Up {
                person: ALICE,
                name: nick("alice"),
                limits: limits(),
                durability: Durability::Memory,
                security: Security::Plain,
                rooms: Vec::new(),
            },
            1 => LinkEvent::Down { trouble: self.trouble(), retry_in: Duration::from_millis(self.below(9_000)) },
            2 => LinkEvent::LoginRefused { sentence: "taken".into(), free_name: Some(nick("eve")) },
            3 => LinkEvent::Ended("over".into()),
            4 => LinkEvent::Latency(Duration::from_millis(self.below(9_000))),
            5 | 6 => {
                let mut joined = joined();
                (joined.room, joined.head, joined.oldest, joined.cursor) = (room, self.seq(), self.seq(), self.seq());
                let code = joined.code;
                joined.code = self.one_of(&[code, *b"CD4Y", *b"\x1b[2J"]);
                joined.state.topic = self.text();
                joined.state.door = self.one_of(&[Door::Open, Door::Private]);
                let asked = self.one_of(&[Asked::Create, Asked::Resume(room), Asked::Return(room)]);
                LinkEvent::Joined { asked, joined }
            }
            7 => LinkEvent::Members {
                room,
                members: vec![
                    Member { name: self.text(), ..member(4, "", Presence::Away(self.text())) },
                    Member { key: [self.below(3) as u8; 32], ..member(2, "bob", Presence::Here) },
                    Member { voice: Voice::Muted, ..member(3, "b", Presence::Gone) },
                ],
            },
            8 | 9 => LinkEvent::Entries { room, entries: self.entries() },
            10 => {
                let kind = self.one_of(&[GapKind::Loadable, GapKind::Purged]);
                LinkEvent::Gap { room, from: self.seq(), to: self.seq(), kind }
            }
            11 => self.page(room),
            12 | 13 => LinkEvent::Marked { room, id: self.id(), mark: self.mark() },
            14 => {
                let item = OutboxItem { room, id: self.id(), body: self.body(), written: UnixMillis(0) };
                LinkEvent::Restored { items: vec![(item, self.mark())] }
            }
            15 => LinkEvent::RoomEnded { room, reason: self.one_of(&[EndReason::Over, EndReason::Removed]) },
            16 => LinkEvent::Left { room },
            17 => LinkEvent::Names(vec![HeldName { name: bytes("bob"), rests_ms: Some(self.below(9)) }]),
            23 | 24 => self.found(room),
            27 => LinkEvent::RoomAdded(Membership { room, code: *b"ZZ9Z", head: self.seq(), direct: self.peer() }),
            28 => LinkEvent::Joined { asked: Asked::Direct(PersonId(self.below(4))), joined: self.direct(room) },
            25 | 26 => LinkEvent::Signal { room, person: PersonId(self.below(9)), kind: self.signal() },
            20 => LinkEvent::NoReturn { room, sentence: "over".into() },
            21 | 22 => {
                let secret = self.one_of(&[None, Some(Secret([9; 16]))]);
                LinkEvent::Invitation { room, code: code("AB3Z"), secret }
            }
            _ => {
                let asked = self.one_of(&[
                    Asked::Create,
                    Asked::Return(room),
                    Asked::Invite(room),
                    Asked::Leave(room),
                    Asked::Resume(room),
                    Asked::History(room),
                    Asked::Search(room),
                    Asked::Rename,
                ]);
                LinkEvent::Refused { asked, sentence: "no".into(), free_name: Some(nick("eve")) }
            }
        }
    }

    fn peer(&mut self) -> Option<Peer> {
        let (person, key) = (PersonId(self.below(4)), [self.below(3) as u8; 32]);
        let name = self.text();
        self.one_of(&[None, Some(Peer { person, name, key })])
    }

    fn direct(&mut self, room: RoomId) -> Joined {
        let mut direct = joined();
        (direct.room, direct.state.door, direct.state.direct) = (room, Door::Direct, self.peer());
        direct
    }

    fn signal(&mut self) -> SignalKind {
        match self.below(5) {
            0 | 1 => SignalKind::Typing,
            2 => SignalKind::Stopped,
            3 => SignalKind::Presence(Presence::Idle),
            _ => SignalKind::Presence(Presence::Away(self.text())),
        }
    }

    /// Now and then an answer to what is looked for.
    fn found(&mut self, room: RoomId) -> LinkEvent {
        use chat_proto::frame::{Beyond, Excerpt, Hit};
        let asked = self.scene.state.search.as_ref().and_then(|search| search.requests().next());
        let (room, quest, before) = match asked {
            Some(chat_tui::link::Command::Search { room, quest, before }) => (room, quest, before),
            _ => (room, Quest { words: "x".into(), from: None, since: None, until: None }, self.seq()),
        };
        let (entries, text) = (self.entries().into_iter(), self.text());
        let excerpt =
            |entry: Entry| Excerpt { seq: entry.seq, time: entry.time, author: entry.author, text: text.clone() };
        let hits =
            entries.map(|entry| Hit { before: None, found: excerpt(entry.clone()), after: Some(excerpt(entry)) });
        let beyond = self.one_of(&[Beyond::More, Beyond::Nothing, Beyond::Unsearched]);
        LinkEvent::Found { room, quest, before, hits: hits.collect(), beyond }
    }

    /// Now and then an answer to what is asked.
    fn page(&mut self, room: RoomId) -> LinkEvent {
        use chat_tui::effect::Effect;
        use chat_tui::link::Command;
        let asked = self.scene.effects().into_iter().rev().find_map(|effect| match effect {
            Effect::Link(Command::History { room, after, before }) => Some((room, after, before)),
            _ => None,
        });
        let (room, after, before) = asked.unwrap_or((room, self.seq(), self.seq()));
        LinkEvent::Page { room, after, before, oldest: self.seq(), entries: self.entries() }
    }

    /// One thing more.
    pub(crate) fn happen(&mut self) {
        match (self.below(26), self.scene.state.face) {
            (0..8, _) => {
                let event = self.link_event();
                self.scene.link(event);
            }
            (24 | 25, _) => {
                let millis = self.one_of(&[0, 300, 1_000, 3_000, 9_000, 700_000]);
                self.scene.waits(millis);
            }
            (23, _) => self.hosts(),
            // Where no keys come, whole lines do.
            (_, Face::PlainOnly) => {
                let line = self.line();
                self.reader.types();
                self.scene.event(EventKind::Line(line));
            }
            (other, Face::Screen | Face::Plain) => self.act(other),
        }
    }

    fn line(&mut self) -> String {
        let (line, words) = (self.one_of(&LINES), self.words());
        self.one_of(&[line, line, line, &words]).to_owned()
    }

    /// Something that somebody does at a terminal.
    fn act(&mut self, what: u64) {
        match what {
            8..12 => {
                let line = self.line();
                self.scene.types(&line);
            }
            12..17 => {
                let key = self.one_of(&KEYS);
                self.scene.key(key);
            }
            17 => {
                let letter =
                    self.one_of(&['a', 'b', 'c', 'd', 'e', 'f', 'h', 'j', 'k', 'l', 'n', 'p', 'u', 'w', 'y', 'z']);
                self.scene.ctrl(letter);
            }
            18 => {
                let key = self.one_of(&[
                    KeyCode::Up,
                    KeyCode::Up,
                    KeyCode::Down,
                    KeyCode::Home,
                    KeyCode::End,
                    KeyCode::Char('e'),
                    KeyCode::Char('s'),
                    KeyCode::Char('x'),
                    KeyCode::Char('u'),
                    KeyCode::Char('1'),
                    KeyCode::Char('2'),
                    KeyCode::Char('a'),
                    KeyCode::Char('k'),
                    KeyCode::Backspace,
                ]);
                self.scene.press(key, KeyModifiers::ALT);
            }
            19 => {
                let (columns, rows) = (self.below(130) as u16, self.below(50) as u16);
                self.scene.resize(columns, rows);
            }
            20 => {
                let kind = self.one_of(&[
                    MouseEventKind::ScrollUp,
                    MouseEventKind::ScrollDown,
                    MouseEventKind::Down(MouseButton::Left),
                ]);
                let (column, row) = (self.below(130) as u16, self.below(50) as u16);
                self.scene.mouse(kind, column, row);
            }
            21 => {
                let text = self.words();
                let text = self.one_of(&[text, "chat://h/CD4Y#CQkJCQkJCQkJCQkJCQkJCQ".into()]);
                self.scene.terminal(TerminalEvent::Paste(text));
            }
            _ => {
                let event = self.one_of(&[TerminalEvent::FocusLost, TerminalEvent::FocusGained]);
                self.scene.terminal(event);
            }
        }
    }

    fn hosts(&mut self) {
        let address = "localhost:7000".to_owned();
        let event = self.one_of(&[
            HostEvent::Hosting { address: address.clone(), invite: crate::scene::hosted() },
            HostEvent::Guest { address },
            HostEvent::Failed("no".into()),
        ]);
        self.scene.event(EventKind::Host(event));
    }
}

/// Whatever happens by a tape, at every step of it.
pub(crate) fn is_weathered(tape: &[u8]) {
    let mut storm = Storm::new(Tape(tape));
    while !storm.chance.is_over() {
        storm.happen();
        storm.is_sound();
    }
}
