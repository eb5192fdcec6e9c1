//! A server in this process, and a peer that speaks the protocol frame by frame.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test file uses its own part of this")]

pub mod disk;
pub mod held;
pub mod line;
pub mod process;
pub mod scratch;
pub mod tls;

use bytes::{Bytes, BytesMut};
use chat_proto::codec::to_bytes;
use chat_proto::frame::Door;
use chat_proto::frame::{
    Accepted, Bye, Create, EndReason, Hello, Invitation, Invite, Join, Joined, Keep, Leave, Login, Member, Post,
    Resume, RoomState, Stay, Welcome,
};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{
    Act, ClientFrame, Code, Entry, EntryBody, Frame, FrameCodec, Payload, PersonId, PostId, Refused, RoomCode, RoomId,
    Secret, Seq, ServerFrame, Target, UnixMillis, login,
};
use chat_server::log::Logs;
use chat_server::{Config, Environment, Server, Tls};
use ed25519_dalek::SigningKey;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;
use tokio_util::codec::Decoder;
use tokio_util::sync::CancellationToken;

/// Where connections come from unless a test says otherwise.
pub const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub const NOON: i64 = 1_795_348_800_000;

/// A clock that is set by hand, dice that always fall the same way, and codes that can be forced.
#[derive(Clone, Default)]
pub struct Fixed(Arc<FixedInner>);

#[derive(Default)]
struct FixedInner {
    now: AtomicI64,
    dice: AtomicU64,
    codes: Mutex<VecDeque<&'static str>>,
}

impl Fixed {
    pub fn set_clock(&self, millis: i64) {
        self.0.now.store(millis, Ordering::Relaxed);
    }

    /// The next codes to be drawn; the last stays.
    pub fn force_codes(&self, codes: &[&'static str]) {
        *self.0.codes.lock().unwrap() = codes.iter().copied().collect();
    }
}

impl Environment for Fixed {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.now.load(Ordering::Relaxed))
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            chunk.copy_from_slice(&n.wrapping_mul(0xbf58_476d_1ce4_e5b9).to_le_bytes()[..chunk.len()]);
        }
    }

    fn room_code(&self) -> RoomCode {
        let mut codes = self.0.codes.lock().unwrap();
        let code = if codes.len() > 1 { codes.pop_front() } else { codes.front().copied() };
        drop(codes);
        code.map_or_else(
            || RoomCode::from_random(u32::from_le_bytes(chat_server::environment::random(self))),
            |code| RoomCode::parse(code.as_bytes()).unwrap(),
        )
    }
}

/// A server under test.
pub struct World {
    pub server: Server,
    pub stop: CancellationToken,
    pub fixed: Fixed,
}

impl World {
    pub fn new() -> Self {
        Self::with(unhurried())
    }

    pub fn with(config: Config) -> Self {
        let (fixed, stop) = (Fixed::default(), CancellationToken::new());
        fixed.set_clock(NOON);
        Self { server: Server::new(config, fixed.clone(), stop.clone()), stop, fixed }
    }

    /// A server that speaks TLS, and wants it from other machines.
    pub fn with_tls(tls: Tls) -> Self {
        let world = Self::with(Config { allow_plain: false, ..unhurried() });
        Self { server: world.server.with_tls(tls), ..world }
    }

    pub fn with_logs(config: Config, logs: Arc<dyn Logs>) -> Self {
        let (fixed, stop) = (Fixed::default(), CancellationToken::new());
        fixed.set_clock(NOON);
        Self { server: Server::with_logs(config, fixed.clone(), logs, stop.clone()).unwrap(), stop, fixed }
    }

    /// A connection in memory that has said nothing yet.
    pub fn connect(&self) -> Peer {
        self.connect_through(1 << 20)
    }

    /// The same, through a pipe that holds so many bytes.
    pub fn connect_through(&self, bytes: usize) -> Peer {
        Peer::new(self.raw(bytes, PEER))
    }

    /// A peer's end of a pipe that holds so many bytes, and comes from there.
    pub fn raw(&self, bytes: usize, from: IpAddr) -> DuplexStream {
        let (near, far) = tokio::io::duplex(bytes);
        self.server.attach(far, from);
        near
    }

    /// A connection from `peer`.
    pub fn connect_from(&self, peer: &str) -> Peer {
        let (near, far) = tokio::io::duplex(1 << 20);
        self.server.attach(far, peer.parse().unwrap());
        Peer::new(near)
    }

    /// Somebody from there who is logged in.
    pub async fn person_from(&self, peer: &str, name: &str) -> Peer {
        self.connect_from(peer).logged_in(name).await
    }

    /// Somebody who is logged in.
    pub async fn person(&self, name: &str) -> Peer {
        self.connect().logged_in(name).await
    }

    /// Somebody in a new room.
    pub async fn opener(&self, name: &str) -> (Peer, Joined) {
        let mut peer = self.person(name).await;
        let joined = peer.create().await;
        (peer, joined)
    }

    /// Somebody in the room with this code.
    pub async fn guest(&self, name: &str, code: [u8; 4]) -> (Peer, Joined) {
        let mut peer = self.person(name).await;
        let joined = peer.join(code).await;
        (peer, joined)
    }
}

/// Limits with paces out of the way, and peers anywhere that need no TLS.
pub fn unhurried() -> Config {
    use chat_server::config::Rate;
    let free = Rate::UNLIMITED;
    let limits = Config { posts: free, post_bytes: free, pages: free, requests: free, ..Config::default() };
    Config { room_posts: free, creates: free, allow_plain: true, ..limits }
}

/// The key that belongs to a name in these tests.
pub fn key_of(name: &str) -> SigningKey {
    let mut seed = [7; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    SigningKey::from_bytes(&seed)
}

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One end of a connection, by hand.
pub struct Peer {
    pub stream: Box<dyn Stream>,
    codec: FrameCodec,
    inbox: BytesMut,
    last_request: u32,
    /// Requests that were not answered yet, and answers that were not awaited yet.
    unanswered: HashMap<u32, Option<ServerFrame>>,
    pub instance: u64,
    /// What its signatures are bound to.
    pub binding: login::Binding,
    pub welcome: Option<Welcome>,
    /// What came while something else was awaited.
    pub kept: VecDeque<ServerFrame>,
}

/// The longest that anything in these tests may take; the clock is paused in most of them.
const PATIENCE: Duration = Duration::from_hours(2);

/// The longest that anything may take where the clock is real, also on a machine with much else to do.
const PATIENCE_WITH_PROCESSES: Duration = Duration::from_mins(1);

impl Peer {
    pub fn new(stream: impl Stream + 'static) -> Self {
        static INSTANCES: AtomicU64 = AtomicU64::new(1);
        Self {
            stream: Box::new(stream),
            codec: FrameCodec::new(FRAME_BYTES_FROM_SERVER),
            inbox: BytesMut::new(),
            last_request: 0,
            unanswered: HashMap::new(),
            instance: INSTANCES.fetch_add(1, Ordering::Relaxed),
            binding: login::PLAIN,
            welcome: None,
            kept: VecDeque::new(),
        }
    }

    pub async fn logged_in(mut self, name: &str) -> Self {
        let welcome = self.login(name, &key_of(name)).await.expect("welcome");
        self.welcome = Some(welcome);
        self
    }

    pub async fn login(&mut self, name: &str, key: &SigningKey) -> Result<Welcome, Refused> {
        let hello = self.hello(name, key);
        let challenge = match self.ask(hello.clone()).await {
            ServerFrame::Challenge(challenge) => challenge,
            other => panic!("a challenge, not {other:?}"),
        };
        let signature = login::sign(key, &challenge, &hello, &self.binding);
        match self.ask(Login { signature }).await {
            ServerFrame::Welcome(welcome) => Ok(welcome),
            ServerFrame::Refused(refused) => Err(refused),
            other => panic!("a welcome, not {other:?}"),
        }
    }

    pub fn hello(&self, name: &str, key: &SigningKey) -> Hello {
        Hello {
            version_min: chat_proto::VERSION_MIN,
            version_max: chat_proto::VERSION_MAX,
            name: Bytes::copy_from_slice(name.as_bytes()),
            key: key.verifying_key().to_bytes(),
            instance: self.instance,
        }
    }

    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the server listens");
        self.stream.flush().await.expect("the server listens");
    }

    /// Sends a request and returns its id.
    pub async fn send(&mut self, frame: impl Into<ClientFrame>) -> u32 {
        self.last_request += 1;
        self.unanswered.insert(self.last_request, None);
        let bytes = to_bytes(self.last_request, &frame.into());
        self.send_bytes(&bytes).await;
        self.last_request
    }

    /// Sends a request and returns its answer; everything else that comes is kept.
    pub async fn ask(&mut self, frame: impl Into<ClientFrame>) -> ServerFrame {
        let request = self.send(frame).await;
        self.answer_to(request).await
    }

    pub async fn answer_to(&mut self, request: u32) -> ServerFrame {
        loop {
            if let Some(Some(answer)) = self.unanswered.remove(&request) {
                return answer;
            }
            match self.read().await.expect("an answer before the end") {
                (id, frame) if id == request => return frame,
                (0, frame) => self.kept.push_back(frame),
                (id, frame) => self.keep_answer(id, frame),
            }
        }
    }

    fn keep_answer(&mut self, id: u32, frame: ServerFrame) {
        match self.unanswered.get_mut(&id) {
            Some(answer @ None) => *answer = Some(frame),
            _ => panic!("an answer to {id}, which nobody awaits: {frame:?}"),
        }
    }

    pub async fn refusal_of(&mut self, frame: impl Into<ClientFrame>) -> Code {
        match self.ask(frame).await {
            ServerFrame::Refused(refused) => refused.code,
            other => panic!("a refusal, not {other:?}"),
        }
    }

    /// The next frame from the wire; none at the end of the connection.
    pub async fn read(&mut self) -> Option<(u32, ServerFrame)> {
        timeout(PATIENCE, self.read_patiently()).await.expect("something within two hours")
    }

    async fn read_patiently(&mut self) -> Option<(u32, ServerFrame)> {
        loop {
            match self.codec.decode(&mut self.inbox).expect("good frames") {
                Some(Payload::Frame(raw)) => {
                    let frame = ServerFrame::decode(raw.kind, raw.body).expect("a good body").expect("a known kind");
                    return Some((raw.request, frame));
                }
                Some(Payload::Empty) => panic!("an empty frame"),
                None => {}
            }
            if self.stream.read_buf(&mut self.inbox).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    /// The next frame that answers nothing, kept ones first.
    pub async fn next(&mut self) -> ServerFrame {
        loop {
            if let Some(frame) = self.kept.pop_front() {
                return frame;
            }
            match self.read().await.expect("more before the end") {
                (0, frame) => return frame,
                (id, frame) => self.keep_answer(id, frame),
            }
        }
    }

    /// Everything until the connection ends.
    pub async fn rest(&mut self) -> Vec<ServerFrame> {
        let mut rest: Vec<_> = self.kept.drain(..).collect();
        while let Some((_, frame)) = self.read().await {
            rest.push(frame);
        }
        rest
    }

    /// The code of the refusal that ends the connection.
    pub async fn last_words(&mut self) -> Option<Code> {
        match self.rest().await.pop() {
            Some(ServerFrame::Refused(refused)) => Some(refused.code),
            _ => None,
        }
    }

    pub async fn create(&mut self) -> Joined {
        self.create_as(Stay::Resident).await
    }

    pub async fn create_as(&mut self, stay: Stay) -> Joined {
        let id = self.instance;
        expect_joined(self.ask(Create { id, stay, door: Door::Open, keep: Keep::Default }).await)
    }

    pub async fn join(&mut self, code: [u8; 4]) -> Joined {
        self.join_as(code, Stay::Resident).await
    }

    pub async fn join_as(&mut self, code: [u8; 4], stay: Stay) -> Joined {
        let code = Bytes::copy_from_slice(&code);
        expect_joined(self.ask(Join { code, stay, secret: None }).await)
    }

    pub async fn resume(&mut self, room: RoomId, after: u64) -> Result<Joined, Refused> {
        match self.ask(Resume { room, after: Seq(after), stay: Stay::Resident }).await {
            ServerFrame::Joined(joined) => Ok(joined),
            ServerFrame::Refused(refused) => Err(refused),
            other => panic!("joined or refused, not {other:?}"),
        }
    }

    pub async fn leave(&mut self, room: RoomId) -> ServerFrame {
        self.ask(Leave { room }).await
    }

    pub fn post(&self, room: RoomId, n: u64, text: &str) -> Post {
        let body = EntryBody::Message(Bytes::copy_from_slice(text.as_bytes()));
        Post { room, id: PostId { instance: self.instance, n }, body }
    }

    pub async fn say(&mut self, room: RoomId, n: u64, text: &str) -> Accepted {
        let post = self.post(room, n, text);
        match self.ask(post).await {
            ServerFrame::Accepted(accepted) => accepted,
            other => panic!("accepted, not {other:?}"),
        }
    }

    pub fn act(&self, room: RoomId, n: u64, act: Act) -> Post {
        Post { room, id: PostId { instance: self.instance, n }, body: EntryBody::Act(act) }
    }

    /// Keeps order; the refusal if that is refused.
    pub async fn order(&mut self, room: RoomId, n: u64, act: Act) -> Result<Accepted, Refused> {
        match self.ask(self.act(room, n, act)).await {
            ServerFrame::Accepted(accepted) => Ok(accepted),
            ServerFrame::Refused(refused) => Err(refused),
            other => panic!("accepted or refused, not {other:?}"),
        }
    }

    /// Knocks at the door of a room.
    pub async fn knock(&mut self, code: [u8; 4], secret: Option<Secret>) -> Result<Joined, Refused> {
        let join = Join { code: Bytes::copy_from_slice(&code), stay: Stay::Resident, secret };
        match self.ask(join).await {
            ServerFrame::Joined(joined) => Ok(joined),
            ServerFrame::Refused(refused) => Err(refused),
            other => panic!("joined or refused, not {other:?}"),
        }
    }

    pub async fn create_private(&mut self) -> Joined {
        let id = self.instance;
        expect_joined(self.ask(Create { id, stay: Stay::Resident, door: Door::Private, keep: Keep::Default }).await)
    }

    pub async fn invite(&mut self, room: RoomId) -> Result<Invitation, Refused> {
        match self.ask(Invite { room }).await {
            ServerFrame::Invitation(invitation) => Ok(invitation),
            ServerFrame::Refused(refused) => Err(refused),
            other => panic!("an invitation or a refusal, not {other:?}"),
        }
    }

    /// The members that come next.
    pub async fn members(&mut self) -> Vec<Member> {
        loop {
            if let ServerFrame::Members(members) = self.next().await {
                return members.members.into_vec();
            }
        }
    }

    /// What comes up to the end of a room, and why it ended.
    pub async fn until_ended(&mut self) -> (Vec<Entry>, EndReason) {
        let mut entries = Vec::new();
        loop {
            match self.next().await {
                ServerFrame::Batch(batch) => entries.extend(batch.entries.into_vec()),
                ServerFrame::RoomEnded(ended) => return (entries, ended.reason),
                _ => {}
            }
        }
    }

    pub async fn bye(mut self) {
        self.send(Bye {}).await;
        self.rest().await;
    }

    /// The next entries, in batches as they come, until there are so many.
    pub async fn entries(&mut self, count: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        while entries.len() < count {
            if let ServerFrame::Batch(batch) = self.next().await {
                entries.extend(batch.entries.into_vec());
            }
        }
        entries
    }

    /// The next entry that a person wrote.
    pub async fn next_said(&mut self) -> String {
        loop {
            let entry = self.entries(1).await.remove(0);
            if let EntryBody::Message(text) = entry.body {
                return String::from_utf8(text.to_vec()).unwrap();
            }
        }
    }
}

pub fn expect_joined(frame: ServerFrame) -> Joined {
    match frame {
        ServerFrame::Joined(joined) => joined,
        other => panic!("joined, not {other:?}"),
    }
}

/// What is kept of a new room.
pub fn record() -> chat_server::log::record::RoomRecord {
    let code = RoomCode::parse(b"AB3Z").unwrap();
    chat_server::log::record::RoomRecord { code, keep: Keep::Default, state: "{}".to_owned() }
}

/// Whoever is called this: the server finds them.
pub fn called(name: &str) -> Target {
    Target { person: PersonId(0), name: Bytes::copy_from_slice(name.as_bytes()) }
}

/// What an entry says, in a word.
pub fn gist(entry: &Entry) -> String {
    let text_of = String::from_utf8_lossy;
    let name = text_of(&entry.author.name);
    match &entry.body {
        EntryBody::Message(text) => format!("{name}: {}", text_of(text)),
        EntryBody::Action(text) => format!("* {name} {}", text_of(text)),
        EntryBody::Topic(text) => format!("{name} topic {}", text_of(text)),
        EntryBody::Reply(reply) => format!("reply {} {}", reply.to, text_of(&reply.text)),
        EntryBody::Edit(edit) => format!("edit {} {}", edit.target, text_of(&edit.text)),
        EntryBody::Delete(delete) => format!("delete {}", delete.target),
        EntryBody::React(react) => format!("react {} {} {:?}", react.target, text_of(&react.emoji), react.state),
        EntryBody::Forget => format!("{name} forgets"),
        EntryBody::Erased => format!("{name} erased"),
        EntryBody::Opened => format!("{name} opened"),
        EntryBody::Act(act) => format!("{name} {}", deed(act)),
        EntryBody::Joined(_) => format!("{name} joined"),
        EntryBody::Left(reason) => format!("{name} left {reason:?}"),
        EntryBody::Renamed(to) => format!("{name} is now {}", text_of(to)),
        EntryBody::Unknown { kind, .. } => format!("unknown {kind}"),
    }
}

/// What an act does, and to whom.
pub fn deed(act: &Act) -> String {
    let kind = format!("{act:?}");
    let verb = kind.split('(').next().unwrap().to_lowercase();
    let whom = act.target().map(|target| format!("s {}", String::from_utf8_lossy(&target.name)));
    format!("{verb}{}", whom.unwrap_or_else(|| "s".to_owned()))
}

pub fn gists(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(gist).collect()
}

pub fn topic(state: &RoomState) -> &str {
    std::str::from_utf8(&state.topic).unwrap()
}
