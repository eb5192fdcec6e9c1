//! Our own server, over its own protocol.

use super::{Entering, Member};
use crate::inbox::Inbox;
use crate::process::Server;
use crate::support::key_of;
use bytes::{Bytes, BytesMut};
use chat_proto::codec::to_bytes;
use chat_proto::frame::{Batch, Challenge, Create, Door, Hello, Join, Joined, Keep, Login, Post, Stay};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::login::Binding;
use chat_proto::{
    ClientFrame, EntryBody, Frame, FrameCodec, Payload, PostId, RoomId, Seq, ServerFrame, VERSION_MAX, VERSION_MIN,
    login,
};
use ed25519_dalek::SigningKey;
use std::cell::Cell;
use std::process::Command;
use std::rc::Rc;
use tokio_util::codec::Decoder;

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
/// The length of a frame, its request and its kind.
const HEAD_BYTES: usize = 10;
const ROOM_BYTES: usize = 16;
/// The kind of an entry that is a message.
const MESSAGE: u64 = 1;

pub(crate) fn start() -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["--port", "0", "--bind", "127.0.0.1"]).args(OUT_OF_REACH).env_remove("CHAT_LOG");
    Server::announced(&mut command, "chat-tui --server 127.0.0.1:")
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
    inbox: Inbox,
    /// What a client has; only whoever checks uses it.
    reader: Reader,
}

struct Reader {
    codec: FrameCodec,
    inbox: BytesMut,
    last: Option<Seq>,
}

impl Ours {
    pub(crate) fn new(number: u64, meeting: Rc<Meeting>) -> Self {
        let name = format!("member-{number}");
        let key = key_of(&name);
        let hello = Hello {
            version_min: VERSION_MIN,
            version_max: VERSION_MAX,
            name: Bytes::from(name),
            key: key.verifying_key().to_bytes(),
            instance: number,
        };
        let reader = Reader { codec: FrameCodec::new(FRAME_BYTES_FROM_SERVER), inbox: BytesMut::new(), last: None };
        Self { hello, key, meeting, room: None, last_request: 0, inbox: Inbox::default(), reader }
    }

    fn ask(&mut self, frame: impl Into<ClientFrame>) -> Bytes {
        self.last_request += 1;
        to_bytes(self.last_request, &frame.into())
    }

    fn answer(&mut self, frame: &RawFrame, channel: &Binding) -> Entering {
        match ServerFrame::decode(frame.kind, frame.body).unwrap() {
            Some(ServerFrame::Challenge(challenge)) => Entering::Say(self.log_in(&challenge, channel)),
            Some(ServerFrame::Joined(joined)) => self.arrive(&joined),
            Some(ServerFrame::Refused(refused)) => panic!("{} is not let in: {refused:?}", self.last_request),
            _ => Entering::Wait,
        }
    }

    /// Proves the key and asks for the room at once.
    fn log_in(&mut self, challenge: &Challenge, channel: &Binding) -> Vec<u8> {
        let signature = login::sign(&self.key, challenge, &self.hello, channel);
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
            if let Some((entries, mut rest)) = frame.entries() {
                (0..entries).for_each(|_| rest = walk_entry(rest, each));
            }
            Some(frame.whole_bytes)
        });
    }

    /// Looks at the head of each frame alone.
    fn count(&mut self, came: &[u8]) -> u64 {
        let mut entries = 0;
        self.inbox.take(came, |bytes| {
            let frame = RawFrame::first(bytes)?;
            entries += frame.entries().map_or(0, |(count, _)| count);
            Some(frame.whole_bytes)
        });
        entries
    }

    fn check(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        // What came while entering went elsewhere.
        self.inbox.take(&[], |bytes| {
            self.reader.inbox.extend_from_slice(bytes);
            Some(bytes.len())
        });
        self.reader.inbox.extend_from_slice(came);
        while let Some(frame) = self.reader.next() {
            if let ServerFrame::Batch(batch) = frame {
                self.reader.take(&batch, each);
            }
        }
    }
}

impl Reader {
    fn next(&mut self) -> Option<ServerFrame> {
        match self.codec.decode(&mut self.inbox).unwrap()? {
            Payload::Frame(raw) => Some(ServerFrame::decode(raw.kind, &raw.body).unwrap().expect("a known kind")),
            Payload::Empty => panic!("an empty frame"),
        }
    }

    fn take(&mut self, batch: &Batch, each: &mut dyn FnMut(&[u8])) {
        for entry in batch.entries.iter() {
            assert!(self.last.is_none_or(|last| entry.prev == last), "{:?} does not follow on {:?}", entry, self.last);
            self.last = Some(entry.seq);
            if let EntryBody::Message(text) = &entry.body {
                each(text);
            }
        }
    }
}

/// A frame where it lies.
struct RawFrame<'a> {
    kind: u16,
    body: &'a [u8],
    whole_bytes: usize,
}

impl<'a> RawFrame<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
        let whole_bytes = length + 4;
        let frame = bytes.get(..whole_bytes)?;
        let kind = u16::from_be_bytes([frame[8], frame[9]]);
        Some(Self { kind, body: &frame[HEAD_BYTES..], whole_bytes })
    }

    /// How many entries a batch has, and their bytes.
    fn entries(&self) -> Option<(u64, &'a [u8])> {
        (self.kind == Batch::KIND).then(|| varint(&self.body[ROOM_BYTES..]))
    }
}

/// Hands over the text of the entry in front, if it has one; returns what lies behind it.
fn walk_entry<'a>(bytes: &'a [u8], each: &mut dyn FnMut(&[u8])) -> &'a [u8] {
    // Place, place before, time, person.
    let bytes = (0..4).fold(bytes, |bytes, _| varint(bytes).1);
    let (_name, bytes) = counted(bytes);
    let bytes = match bytes[0] {
        0 => &bytes[1..],
        // Instance and number of the post.
        _ => varint(varint(&bytes[1..]).1).1,
    };
    let (kind, bytes) = varint(bytes);
    let (body, bytes) = counted(bytes);
    if kind == MESSAGE {
        each(body);
    }
    bytes
}

fn counted(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, bytes) = varint(bytes);
    bytes.split_at(length as usize)
}

/// A number as bincode writes it, and what lies behind.
fn varint(bytes: &[u8]) -> (u64, &[u8]) {
    let (first, rest) = bytes.split_first().expect("a number");
    let bytes = match first {
        0..=250 => return (u64::from(*first), rest),
        251 => 2,
        252 => 4,
        _ => 8,
    };
    let (number, rest) = rest.split_at(bytes);
    (number.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)), rest)
}
