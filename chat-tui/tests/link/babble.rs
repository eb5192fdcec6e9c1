//! A server that mostly answers and now and then says anything at all, and a holder who asks for anything: in an order
//! that nobody chose.

use crate::chance::{Chance, Tape};
use crate::fake::{Peer, ROOM, Scene, entry, item, joined, welcome};
use crate::holder::Holder;
use bytes::Bytes;
use chat_proto::codec::to_bytes;
use chat_proto::entry::EntryBody;
use chat_proto::frame::{
    Accepted, Batch, Beyond, Challenge, ClientFrame, Done, Door, Durability, EndReason, Excerpt, Found, Gap, GapKind,
    GoAway, HeldName, Hit, Invitation, Joined, Keep, Member, Members, Membership, NameList, Page, Peer as Other, Pong,
    Presence, Role, RoomAdded, RoomEnded, RoomHead, ServerFrame, Signal, SignalKind, TypingState, Voice, Welcome,
};
use chat_proto::wire::Capped;
use chat_proto::{Author, Code, Entry, Nick, PersonId, PostId, Refused, RoomCode, RoomId, Seq, UnixMillis};
use chat_tui::link::{Command, LinkEvent};
use chat_tui::quest::Quest;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const ELSEWHERE: RoomId = RoomId([8; 16]);
/// The kinds that a server's frames have.
const KINDS: std::ops::Range<u8> = 0x80..0x94;
/// Nearly the last place that there can be.
const END: u64 = u64::MAX - 9;
/// Of the first so many ids of posts, any may be named.
const POSTS: u64 = 30;

/// A link, and both who are at its ends.
pub(crate) struct Babble<C> {
    pub(crate) chance: C,
    scene: Scene,
    peer: Option<Peer>,
    holder: Holder,
    /// What has no answer yet.
    asked: Vec<(u32, ClientFrame)>,
    posted: u64,
    has_ended: bool,
}

impl<C: Chance> Babble<C> {
    pub(crate) fn new(chance: C) -> Self {
        let (holder, asked) = (Holder::default(), Vec::new());
        Self { chance, scene: Scene::new(), peer: None, holder, asked, posted: 0, has_ended: false }
    }

    /// Whether the link has ended for good.
    pub(crate) fn is_over(&self) -> bool {
        self.has_ended
    }

    /// One thing more, and whatever comes of it.
    pub(crate) async fn happen(&mut self) {
        match self.chance.below(100) {
            0 => self.peer = None,
            1..6 => {
                let (request, frame) = (self.chance.below(9) as u32, self.frame());
                self.say(request, frame).await;
            }
            6..10 => self.say_bytes().await,
            10..15 => self.wait().await,
            15..35 => {
                let news = self.news();
                self.say(0, news).await;
            }
            35..65 => {
                let command = self.command();
                // A link that does not take it has ended.
                self.has_ended |= self.scene.commands.send(command).await.is_err();
            }
            _ => self.answer().await,
        }
        self.settle().await;
    }

    /// Some seconds. Whoever dials meanwhile is greeted.
    async fn wait(&mut self) {
        for _ in 0..self.chance.below(12) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if let Some(peer) = self.scene.dialled_now() {
                self.greet(peer).await;
            }
            self.settle().await;
        }
    }

    /// Until nothing more comes of it. Costs no time: the clock waits until everybody does.
    async fn settle(&mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let mut is_quiet = true;
            while let Ok(event) = self.scene.events.try_recv() {
                is_quiet = false;
                self.has_ended |= is_last(&event);
                self.holder.take(event);
            }
            if is_quiet {
                return;
            }
        }
    }

    /// The connection there is, or the next one.
    async fn peer(&mut self) -> Option<&mut Peer> {
        if self.peer.is_none() {
            let peer = self.scene.dialled().await?;
            self.greet(peer).await;
        }
        self.peer.as_mut()
    }

    async fn greet(&mut self, mut peer: Peer) {
        let welcome = self.welcome();
        peer.greet_with(welcome).await;
        self.asked.clear();
        self.peer = Some(peer);
    }

    async fn say(&mut self, request: u32, frame: ServerFrame) {
        self.write(&to_bytes(request, &frame)).await;
    }

    /// A kind with a body that a tape has.
    async fn say_bytes(&mut self) {
        let request = self.chance.below(9) as u32;
        let kind = u64::from(KINDS.start) + self.chance.below(KINDS.len() as u64);
        let body = self.chance.text();
        let head = [(body.len() as u32 + 6).to_be_bytes(), request.to_be_bytes()].concat();
        self.write(&[&head[..], &(kind as u16).to_be_bytes(), &body].concat()).await;
    }

    async fn write(&mut self, bytes: &[u8]) {
        let written = match self.peer().await {
            Some(peer) => peer.stream.write_all(bytes).await.is_ok(),
            None => false,
        };
        if !written {
            self.peer = None;
        }
    }

    /// Answers the last thing that was asked.
    async fn answer(&mut self) {
        let Some(peer) = self.peer().await else { return };
        let frames = peer.frames_now();
        self.asked.extend(frames);
        let Some((request, question)) = self.asked.pop() else { return };
        let answer = self.answer_to(&question);
        self.say(request, answer).await;
    }

    fn answer_to(&mut self, asked: &ClientFrame) -> ServerFrame {
        if self.chance.below(13) == 12 {
            return self.refused().into();
        }
        let cursor = self.cursor();
        match asked {
            ClientFrame::Post(post) => accepted(post.id, cursor + 1).into(),
            ClientFrame::History(history) => self.page(history.room, history.after.0).into(),
            ClientFrame::Search(search) => self.found(search.room, search.before.0.saturating_sub(1)).into(),
            ClientFrame::Leave(_) | ClientFrame::Rename(_) | ClientFrame::Read(_) | ClientFrame::GiveUp(_) => {
                Done {}.into()
            }
            ClientFrame::SetPresence(_) => Done {}.into(),
            ClientFrame::Invite(invite) => invitation(invite.room).into(),
            ClientFrame::Names(_) => self.names().into(),
            ClientFrame::Ping(_) => {
                let beyond = self.chance.below(20) / 19;
                pong(cursor + beyond).into()
            }
            ClientFrame::OpenDirect(direct) => self.direct(direct.person).into(),
            ClientFrame::Resume(resume) => Joined { room: resume.room, ..self.joined(cursor) }.into(),
            _ => self.joined(cursor).into(),
        }
    }

    /// What follows, or nearly.
    fn news(&mut self) -> ServerFrame {
        let cursor = self.cursor();
        let from = if self.chance.below(5) < 4 { cursor } else { self.number() };
        match self.chance.below(10) {
            9 => Gap { room: ROOM, from: Seq(from + 1), to: Seq(from + 3), kind: GapKind::Loadable }.into(),
            _ => self.batch(ROOM, from).into(),
        }
    }

    /// Anything.
    fn frame(&mut self) -> ServerFrame {
        let (room, low, high) = (self.room(), self.number(), self.number());
        match self.chance.below(22) {
            0..=3 => self.batch(room, low).into(),
            4 | 5 => Joined { room, head: Seq(high), ..self.joined(low) }.into(),
            6 | 7 => accepted(self.id(), low).into(),
            8 => Gap { room, from: Seq(low), to: Seq(high), kind: GapKind::Purged }.into(),
            9 => self.page(room, low).into(),
            10 => Done {}.into(),
            11 => pong(low).into(),
            12 => RoomEnded { room, reason: EndReason::Removed }.into(),
            13 => GoAway { reconnect_after_ms: low as u32 }.into(),
            14 => invitation(room).into(),
            15 => self.found(room, high).into(),
            16 => Members { room, members: Capped::new([self.member()]) }.into(),
            17 => Signal { room, person: PersonId(low), kind: self.signal() }.into(),
            18 => RoomAdded { membership: self.membership() }.into(),
            19 => self.names().into(),
            20 => self.greeting(),
            _ => self.refused().into(),
        }
    }

    fn command(&mut self) -> Command {
        let room = self.room();
        match self.chance.below(24) {
            0 => Command::Create(Door::Open, Keep::Default),
            1 | 2 => Command::Join(RoomCode::parse(b"AB3Z").unwrap(), None),
            3 => Command::Leave(room),
            4 => Command::History { room, after: Seq(self.number()), before: Seq(self.number()) },
            5 => Command::Rename(Nick::parse(b"bob").unwrap()),
            6 => Command::Discard(self.id()),
            7 => Command::Return(room),
            8 => Command::Invite(room),
            9 => {
                let quest = Quest { words: "x".into(), from: None, since: None, until: None };
                Command::Search { room, quest, before: Seq(self.number()) }
            }
            10 => Command::Read { room, seq: Seq(self.number()) },
            11 => Command::Typing { room, state: TypingState::Writing },
            12 => Command::SetPresence(Presence::Idle),
            13 => Command::OpenDirect(PersonId(self.chance.below(4))),
            14 => Command::Names,
            15 => Command::Retry,
            _ => {
                self.posted += 1;
                Command::Post(item(self.posted))
            }
        }
    }

    fn cursor(&self) -> u64 {
        self.holder.cursors.get(&ROOM).map_or(0, |cursor| cursor.0.min(END))
    }

    /// A place that may be meant, or the end of the world.
    fn number(&mut self) -> u64 {
        match self.chance.below(64) {
            63 => END,
            near => near.min(40),
        }
    }

    fn room(&mut self) -> RoomId {
        if self.chance.below(6) == 5 { ELSEWHERE } else { ROOM }
    }

    fn id(&mut self) -> PostId {
        PostId { instance: 5, n: self.chance.below(POSTS) }
    }

    fn entry(&mut self, seq: u64, prev: u64) -> Entry {
        let post = (self.chance.below(3) == 2).then(|| self.id());
        let author = Author { person: PersonId(1 + self.chance.below(2)), name: self.chance.text() };
        let body = EntryBody::Message(self.chance.text());
        Entry { seq: Seq(seq), prev: Seq(prev), post, author, body, ..entry(1) }
    }

    /// Entries after `from`, or nearly.
    fn entries(&mut self, from: u64) -> Vec<Entry> {
        (0..=self.chance.below(5))
            .map(|n| {
                let seq = if self.chance.below(20) == 19 { self.number() } else { from + n + 1 };
                self.entry(seq, from + n)
            })
            .collect()
    }

    fn batch(&mut self, room: RoomId, from: u64) -> Batch {
        Batch { room, entries: Capped::new(self.entries(from)) }
    }

    fn page(&mut self, room: RoomId, after: u64) -> Page {
        Page { room, oldest: Seq(1), entries: Capped::new(self.entries(after.min(END))) }
    }

    fn found(&mut self, room: RoomId, seq: u64) -> Found {
        let Entry { time, author, .. } = entry(1);
        let found = Excerpt { seq: Seq(seq), time, author, text: self.chance.text() };
        Found { room, hits: Capped::new([Hit { before: None, found, after: None }]), beyond: Beyond::More }
    }

    fn joined(&mut self, cursor: u64) -> Joined {
        let mut joined = joined(cursor);
        joined.state.topic = self.chance.text();
        joined
    }

    fn direct(&mut self, person: PersonId) -> Joined {
        let mut joined = joined(self.cursor());
        joined.room = ELSEWHERE;
        (joined.state.door, joined.state.direct) = (Door::Direct, Some(self.other(person)));
        joined
    }

    fn other(&mut self, person: PersonId) -> Other {
        Other { person, name: self.chance.text(), key: [3; 32] }
    }

    fn member(&mut self) -> Member {
        let (person, name) = (PersonId(self.chance.below(4)), self.chance.text());
        let presence = Presence::Away(self.chance.text());
        Member { person, name, presence, role: Role::Member, voice: Voice::Free, key: [4; 32] }
    }

    fn membership(&mut self) -> Membership {
        let other = self.other(PersonId(2));
        let direct = (self.chance.below(2) == 1).then_some(other);
        Membership { room: self.room(), code: *b"CD4Y", head: Seq(self.number()), direct }
    }

    fn signal(&mut self) -> SignalKind {
        match self.chance.below(3) {
            0 => SignalKind::Typing,
            1 => SignalKind::Stopped,
            _ => SignalKind::Presence(Presence::Away(self.chance.text())),
        }
    }

    fn names(&mut self) -> NameList {
        NameList { names: Capped::new([HeldName { name: self.chance.text(), rests_ms: Some(1) }]) }
    }

    /// Mostly the same person: another one is the answer to a rename.
    fn welcome(&mut self) -> Welcome {
        let person = PersonId(1 + self.chance.below(4) / 3);
        let rooms = (0..self.chance.below(3)).map(|_| self.membership()).collect::<Vec<_>>();
        Welcome { person, rooms: Capped::new(rooms), ..welcome(Bytes::new()) }
    }

    fn greeting(&mut self) -> ServerFrame {
        match self.chance.below(2) {
            0 => Challenge { version: chat_proto::VERSION_MAX, nonce: [0; 32] }.into(),
            _ => self.welcome().into(),
        }
    }

    fn refused(&mut self) -> Refused {
        let code = Code::ALL[self.chance.below(Code::ALL.len() as u64) as usize].0;
        let retry_after_ms = (self.chance.below(4) == 3).then_some(1_000);
        Refused { retry_after_ms, ..Refused::new(code, "because") }
    }
}

fn accepted(id: PostId, seq: u64) -> Accepted {
    Accepted { id, seq: Seq(seq), durability: Durability::Memory }
}

fn invitation(room: RoomId) -> Invitation {
    Invitation { room, code: *b"AB3Z", secret: None }
}

fn pong(head: u64) -> Pong {
    Pong { server_time: UnixMillis(0), heads: Capped::new([RoomHead { room: ROOM, head: Seq(head) }]) }
}

fn is_last(event: &LinkEvent) -> bool {
    matches!(event, LinkEvent::LoginRefused { .. } | LinkEvent::Ended(_) | LinkEvent::GivenUp)
}

/// Whatever is said by a tape, to its end or to the link's.
pub(crate) fn is_endured(tape: &[u8]) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mut babble = Babble::new(Tape(tape));
        while !babble.chance.is_over() && !babble.is_over() {
            babble.happen().await;
        }
    });
}
