//! A server that does what the test says, at the other end of a stream in memory.

use bytes::{Bytes, BytesMut};
use chat_proto::codec::{FrameCodec, Payload, to_bytes};
use chat_proto::frame::Door;
use chat_proto::frame::Lock;
use chat_proto::frame::{
    Challenge, ClientFrame, Durability, Frame, Hello, Joined, Label, Limits, Role, RoomState, ServerFrame, Stay,
    Welcome,
};
use chat_proto::wire::Capped;
use chat_proto::{Author, Entry, EntryBody, Nick, PersonId, PostId, RoomCode, RoomId, Seq, UnixMillis, login};
use chat_tui::link::Call;
use chat_tui::link::{self, Command, DialError, Dialer, Environment, LinkEvent, OutboxItem, Target};
use ed25519_dalek::SigningKey;
use futures_util::FutureExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::codec::Decoder;

pub(crate) const ROOM: RoomId = RoomId([7; 16]);
/// Longer than every wait of a link together: what did not come by then never comes. Costs nothing on a paused clock.
const FOR_EVER: Duration = Duration::from_mins(10);

/// Where links dial: each dial gives the test the server's end.
struct Harbour {
    ends: mpsc::UnboundedSender<DuplexStream>,
    pipe_bytes: usize,
}

impl Dialer for Harbour {
    type Stream = DuplexStream;

    async fn dial(&self) -> Result<Call<DuplexStream>, DialError> {
        let (ours, theirs) = duplex(self.pipe_bytes);
        match self.ends.send(theirs) {
            Ok(()) => Ok(Call::plain(ours)),
            Err(_) => Err(DialError::NoAnswer { address: "localhost:7000".into() }),
        }
    }
}

/// A link, and the place where its dials arrive.
pub(crate) struct Scene {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) events: mpsc::Receiver<LinkEvent>,
    dials: mpsc::UnboundedReceiver<DuplexStream>,
    slept_ms: Arc<AtomicI64>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(64 * 1024, None, Stay::Resident)
    }

    pub(crate) fn with(pipe_bytes: usize, outbox: Option<&Path>, stay: Stay) -> Self {
        Self::of("alice", pipe_bytes, outbox, stay)
    }

    /// Under another name.
    pub(crate) fn named(name: &str, outbox: &Path) -> Self {
        Self::of(name, 64 * 1024, Some(outbox), Stay::Resident)
    }

    fn of(name: &str, pipe_bytes: usize, outbox: Option<&Path>, stay: Stay) -> Self {
        let (ends, dials) = mpsc::unbounded_channel();
        let slept_ms = Arc::new(AtomicI64::new(0));
        let (start, slept) = (Instant::now(), Arc::clone(&slept_ms));
        let wall =
            move || UnixMillis(1_800_000_000_000 + start.elapsed().as_millis() as i64 + slept.load(Ordering::Relaxed));
        let environment =
            Environment { instance: 5, outbox: outbox.map(Path::to_owned), wall: Arc::new(wall), seed: 1 };
        let target =
            Target { server: "localhost:7000".into(), key: None, name: Nick::parse(name.as_bytes()).unwrap(), stay };
        let key = SigningKey::from_bytes(&[3; 32]);
        let (commands, events) = link::spawn_over(Harbour { ends, pipe_bytes }, target, key, environment);
        Self { commands, events, dials, slept_ms }
    }

    /// The machine sleeps: its wall clock goes on, its monotonic clock does not.
    pub(crate) fn sleep(&self, slept: Duration) {
        self.slept_ms.fetch_add(slept.as_millis() as i64, Ordering::Relaxed);
    }

    pub(crate) async fn ask(&self, command: Command) {
        self.commands.send(command).await.expect("the link lives");
    }

    pub(crate) async fn event(&mut self) -> LinkEvent {
        timeout(FOR_EVER, self.events.recv()).await.expect("an event comes").expect("the link lives")
    }

    /// The first event that `is_meant` accepts; earlier ones are passed over.
    pub(crate) async fn event_where(&mut self, is_meant: impl Fn(&LinkEvent) -> bool) -> LinkEvent {
        loop {
            let event = self.event().await;
            if is_meant(&event) {
                return event;
            }
        }
    }

    /// Whether the link ended.
    pub(crate) async fn has_ended(&mut self) -> bool {
        while let Some(event) = timeout(FOR_EVER, self.events.recv()).await.expect("the end comes") {
            drop(event);
        }
        true
    }

    /// The next dial, as the server sees it.
    pub(crate) async fn accept(&mut self) -> Peer {
        self.dialled().await.expect("the link lives")
    }

    /// The same; nothing if the link ends instead.
    pub(crate) async fn dialled(&mut self) -> Option<Peer> {
        timeout(FOR_EVER, self.dials.recv()).await.expect("a dial or the end comes").map(Peer::at)
    }

    /// A dial that is here already.
    pub(crate) fn dialled_now(&mut self) -> Option<Peer> {
        self.dials.try_recv().ok().map(Peer::at)
    }

    /// The next dial, logged in.
    pub(crate) async fn greet(&mut self) -> Peer {
        let mut peer = self.accept().await;
        peer.greet().await;
        peer
    }

    /// The next dial, logged in and in the room.
    pub(crate) async fn enter(&mut self, cursor: u64) -> Peer {
        let mut peer = self.greet().await;
        self.ask(Command::Join(RoomCode::parse(b"AB3Z").unwrap(), None)).await;
        let request = peer.request_where(|frame| matches!(frame, ClientFrame::Join(_))).await.0;
        peer.say(request, joined(cursor)).await;
        self.event_where(|event| matches!(event, LinkEvent::Joined { .. })).await;
        peer
    }

    /// Nobody answers dials any more.
    pub(crate) fn close_harbour(&mut self) {
        self.dials.close();
    }
}

/// The server's end of one connection.
pub(crate) struct Peer {
    pub(crate) stream: DuplexStream,
    inbox: BytesMut,
    codec: FrameCodec,
}

impl Peer {
    fn at(stream: DuplexStream) -> Self {
        Self { stream, inbox: BytesMut::new(), codec: FrameCodec::new(64 * 1024) }
    }

    /// The next frame, or nothing if the link hung up.
    pub(crate) async fn next(&mut self) -> Option<(u32, ClientFrame)> {
        loop {
            if let Some(Payload::Frame(raw)) = self.codec.decode(&mut self.inbox).unwrap() {
                return Some((raw.request, ClientFrame::decode(raw.kind, raw.body).unwrap().expect("a known kind")));
            }
            let read = timeout(FOR_EVER, self.stream.read_buf(&mut self.inbox)).await.expect("a frame comes");
            if !matches!(read, Ok(1..)) {
                return None;
            }
        }
    }

    /// The frames that are here already.
    pub(crate) fn frames_now(&mut self) -> Vec<(u32, ClientFrame)> {
        std::iter::from_fn(|| self.next().now_or_never().flatten()).collect()
    }

    /// The next frame that `is_meant` accepts; earlier ones are passed over.
    pub(crate) async fn request_where(&mut self, is_meant: impl Fn(&ClientFrame) -> bool) -> (u32, ClientFrame) {
        loop {
            let (request, frame) = self.next().await.expect("the link is there");
            if is_meant(&frame) {
                return (request, frame);
            }
        }
    }

    pub(crate) async fn ping(&mut self) -> u32 {
        self.request_where(|frame| matches!(frame, ClientFrame::Ping(_))).await.0
    }

    pub(crate) async fn post(&mut self) -> (u32, PostId) {
        match self.request_where(|frame| matches!(frame, ClientFrame::Post(_))).await {
            (request, ClientFrame::Post(post)) => (request, post.id),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn say(&mut self, request: u32, frame: impl Into<ServerFrame>) {
        self.write(&to_bytes(request, &frame.into())).await;
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the link is there");
    }

    pub(crate) async fn hello(&mut self) -> Hello {
        match self.next().await {
            Some((_, ClientFrame::Hello(hello))) => hello,
            other => panic!("{other:?}"),
        }
    }

    /// Checks the proof as a server does, and welcomes.
    pub(crate) async fn greet(&mut self) {
        self.greet_with(welcome(Bytes::new())).await;
    }

    /// The same, in these words, under the name that the link says.
    pub(crate) async fn greet_with(&mut self, welcome: Welcome) {
        let hello = self.hello().await;
        let challenge = Challenge { version: chat_proto::VERSION_MAX, nonce: [9; 32] };
        self.say(1, challenge.clone()).await;
        let Some((request, ClientFrame::Login(proof))) = self.next().await else { panic!("no login") };
        assert!(login::proves(&proof.signature, &challenge, &hello, &login::PLAIN));
        self.say(request, Welcome { name: hello.name, ..welcome }).await;
    }
}

pub(crate) fn welcome(name: Bytes) -> Welcome {
    let limits = Limits {
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
    Welcome {
        person: PersonId(1),
        name,
        limits,
        durability: Durability::Memory,
        server_time: UnixMillis(0),
        rooms: Capped::new([]),
    }
}

pub(crate) fn joined(cursor: u64) -> Joined {
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
        code: *b"AB3Z",
        head: Seq(cursor),
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

pub(crate) fn entry(seq: u64) -> Entry {
    Entry {
        seq: Seq(seq),
        prev: Seq(seq - 1),
        time: UnixMillis(0),
        author: Author { person: PersonId(2), name: Bytes::from("bob") },
        post: None,
        body: EntryBody::Message(Bytes::from("hi")),
    }
}

pub(crate) fn item(n: u64) -> OutboxItem {
    let body = EntryBody::Message(Bytes::from(format!("post {n}")));
    OutboxItem { room: ROOM, id: PostId { instance: 5, n }, body, written: UnixMillis(1_800_000_000_000) }
}
