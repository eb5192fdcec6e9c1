//! Our own server, over its own protocol.

mod reading;

use super::{Entering, Member};
use crate::channel::Security;
use crate::inbox::Inbox;
use crate::process::Server;
use crate::support::key_of;
use crate::support::scratch::Scratch;
use bytes::Bytes;
use chat_proto::codec::to_bytes;
use chat_proto::frame::{Challenge, Create, Door, Hello, Join, Joined, Keep, Login, Post, Stay};
use chat_proto::login::{Binding, PLAIN};
use chat_proto::{ClientFrame, EntryBody, Frame, PostId, RoomId, ServerFrame, VERSION_MAX, VERSION_MIN, login};
use ed25519_dalek::SigningKey;
use reading::{RawFrame, Reader};
use rustix::time::{ClockId, clock_gettime};
use std::cell::Cell;
use std::hint::black_box;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Paces and numbers that stand in nobody's way; everything else is as it is by default.
const OUT_OF_REACH: [&str; 7] = [
    "--posts=unlimited",
    "--post-bytes=unlimited",
    "--room-posts=unlimited",
    "--requests=unlimited",
    "--creates=unlimited",
    "--new-connections=unlimited",
    "--rooms-per-address=10000",
];

const CHECKS: u32 = 1_000;

/// Where it keeps rooms and what is said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum History {
    Memory,
    Disk,
}

pub(crate) fn start(history: History, security: Security) -> Server {
    let home = Scratch::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["--port", "0", "--bind", "127.0.0.1"]).args(OUT_OF_REACH).env_remove("CHAT_LOG");
    command.arg("--state").arg(home.path().join("state"));
    match history {
        History::Memory => {}
        History::Disk => drop(command.arg("--data").arg(home.path().join("data"))),
    }
    Server::announced(&mut command, "chat-tui --server 127.0.0.1:").living_in(home, security)
}

/// What it takes of the processor to check a signature, on average.
pub(crate) fn check_takes() -> Duration {
    let Ours { hello, key, .. } = Ours::new(0, Rc::default());
    let challenge = Challenge { version: VERSION_MAX, nonce: [7; 32] };
    let signature = login::sign(&key, &challenge, &hello, &PLAIN);
    let used = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a time since the beginning");
    let before = used();
    for _ in 0..CHECKS {
        assert!(login::proves(black_box(&signature), &challenge, &hello, &PLAIN), "our own signature is good");
    }
    used().saturating_sub(before) / CHECKS
}

/// How the members of a room find it, once the first of them has opened it.
#[derive(Default)]
pub(crate) struct Meeting(Cell<Option<[u8; 4]>>);

pub(crate) struct Ours {
    hello: Hello,
    key: SigningKey,
    meeting: Rc<Meeting>,
    room: Option<RoomId>,
    last_request: u32,
    signed_for: Duration,
    inbox: Inbox,
    /// Used by whoever checks.
    reader: Reader,
}

impl Ours {
    pub(crate) fn new(number: u64, meeting: Rc<Meeting>) -> Self {
        let name = format!("member-{number}");
        let key = key_of(&name);
        let hello = Hello {
            version_min: VERSION_MIN,
            version_max: VERSION_MAX,
            name: name.into(),
            key: key.verifying_key().to_bytes(),
            instance: number,
        };
        Self::stranger(hello, key, meeting)
    }

    fn stranger(hello: Hello, key: SigningKey, meeting: Rc<Meeting>) -> Self {
        let (inbox, reader) = (Inbox::default(), Reader::default());
        Self { hello, key, meeting, room: None, last_request: 0, signed_for: Duration::ZERO, inbox, reader }
    }

    fn ask(&mut self, frame: impl Into<ClientFrame>) -> Bytes {
        self.last_request += 1;
        to_bytes(self.last_request, &frame.into())
    }

    fn answer(&mut self, frame: &RawFrame, channel: &Binding) -> Entering {
        match ServerFrame::decode(frame.kind, Bytes::copy_from_slice(frame.body)).unwrap() {
            Some(ServerFrame::Challenge(challenge)) => Entering::Say(self.log_in(&challenge, channel)),
            Some(ServerFrame::Joined(joined)) => self.arrive(&joined),
            Some(ServerFrame::Refused(refused)) => panic!("{:?} is not let in: {refused:?}", self.hello.name),
            _ => Entering::Wait,
        }
    }

    /// Proves the key and asks for the room at once.
    fn log_in(&mut self, challenge: &Challenge, channel: &Binding) -> Vec<u8> {
        let began = Instant::now();
        let signature = login::sign(&self.key, challenge, &self.hello, channel);
        self.signed_for = began.elapsed();
        let login = self.ask(Login { signature });
        let stay = Stay::Resident;
        let enter = match self.meeting.0.get() {
            None => self.ask(Create { id: self.hello.instance, stay, door: Door::Open, keep: Keep::Default }),
            Some(code) => self.ask(Join { code: Bytes::copy_from_slice(&code), stay, secret: None }),
        };
        [login, enter].concat()
    }

    fn arrive(&mut self, joined: &Joined) -> Entering {
        self.meeting.0.set(Some(joined.code));
        self.room = Some(joined.room);
        Entering::Inside
    }
}

impl Member for Ours {
    fn enter(&mut self, came: &[u8], channel: &Binding) -> Entering {
        if self.last_request == 0 {
            return Entering::Say(self.ask(self.hello.clone()).into());
        }
        let mut inbox = std::mem::take(&mut self.inbox);
        let mut entering = Entering::Wait;
        inbox.take(came, |bytes| match entering {
            Entering::Wait => {
                let frame = RawFrame::first(bytes)?;
                entering = self.answer(&frame, channel);
                Some(frame.whole_bytes)
            }
            // What follows belongs to the room, or to the next answer.
            _ => None,
        });
        self.inbox = inbox;
        entering
    }

    fn post(&mut self, text: &str, out: &mut Vec<u8>) {
        let id = PostId { instance: self.hello.instance, n: u64::from(self.last_request) };
        let body = EntryBody::Message(Bytes::copy_from_slice(text.as_bytes()));
        let room = self.room.expect("only members post");
        let post = self.ask(Post { room, id, body });
        out.extend_from_slice(&post);
    }

    fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.inbox.take(came, |bytes| {
            let frame = RawFrame::first(bytes)?;
            frame.messages(each);
            Some(frame.whole_bytes)
        });
    }

    /// Looks at the head of each frame alone.
    fn count(&mut self, came: &[u8]) -> u64 {
        let mut entries = 0;
        self.inbox.take(came, |bytes| {
            let frame = RawFrame::first(bytes)?;
            entries += frame.entries();
            Some(frame.whole_bytes)
        });
        entries
    }

    fn check(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        // What is left from before it began to check.
        self.inbox.take(&[], |bytes| {
            self.reader.read(bytes, each);
            Some(bytes.len())
        });
        self.reader.read(came, each);
    }

    fn again(&self) -> Box<dyn Member> {
        Box::new(Self::stranger(self.hello.clone(), self.key.clone(), Rc::clone(&self.meeting)))
    }

    fn signed_for(&self) -> Duration {
        self.signed_for
    }
}
