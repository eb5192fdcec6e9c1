//! The bytes of a server, read as a client reads them, or only as far as has to be.

use bytes::BytesMut;
use chat_proto::frame::{Batch, Body};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{Entry, EntryBody, Frame, FrameCodec, Payload, Seq, ServerFrame};
use tokio_util::codec::Decoder;

/// The length of a frame, its request and its kind.
const HEAD_BYTES: usize = 10;
const ROOM_BYTES: usize = 16;
/// The kind of an entry that is a message.
const MESSAGE: u64 = 1;

/// Reads as a client does.
pub(super) struct Reader {
    codec: FrameCodec,
    inbox: BytesMut,
    last: Option<Seq>,
}

impl Default for Reader {
    fn default() -> Self {
        Self { codec: FrameCodec::new(FRAME_BYTES_FROM_SERVER), inbox: BytesMut::new(), last: None }
    }
}

impl Reader {
    /// Takes what came, and hands over the text of each message; ends the measurement if an entry is missing or in the
    /// wrong place without a word.
    pub(super) fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.inbox.extend_from_slice(came);
        while let Some(frame) = self.next() {
            match frame {
                ServerFrame::Batch(batch) => batch.entries.iter().for_each(|entry| self.take(entry, each)),
                ServerFrame::Gap(gap) => self.last = Some(gap.to),
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Option<ServerFrame> {
        match self.codec.decode(&mut self.inbox).unwrap()? {
            Payload::Frame(raw) => Some(ServerFrame::decode(raw.kind, raw.body).unwrap().expect("a known kind")),
            Payload::Empty => panic!("an empty frame"),
        }
    }

    fn take(&mut self, entry: &Entry, each: &mut dyn FnMut(&[u8])) {
        assert!(self.last.is_none_or(|last| entry.prev == last), "{entry:?} does not follow on {:?}", self.last);
        self.last = Some(entry.seq);
        if let EntryBody::Message(text) = &entry.body {
            each(text);
        }
    }
}

/// A frame where it lies.
pub(super) struct RawFrame<'a> {
    pub(super) kind: u16,
    pub(super) body: &'a [u8],
    pub(super) whole_bytes: usize,
}

impl<'a> RawFrame<'a> {
    /// The one in front, if it is there as a whole.
    pub(super) fn first(bytes: &'a [u8]) -> Option<Self> {
        let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
        let whole_bytes = length + 4;
        let frame = bytes.get(..whole_bytes)?;
        let kind = u16::from_be_bytes([frame[8], frame[9]]);
        Some(Self { kind, body: &frame[HEAD_BYTES..], whole_bytes })
    }

    /// How many entries it brings.
    pub(super) fn entries(&self) -> u64 {
        self.batch().map_or(0, |(entries, _)| entries)
    }

    /// Hands over the text of each message that it brings.
    pub(super) fn messages(&self, each: &mut dyn FnMut(&[u8])) {
        if let Some((entries, bytes)) = self.batch() {
            (0..entries).fold(bytes, |bytes, _| walk_entry(bytes, each));
        }
    }

    /// How many entries a batch has, and their bytes.
    fn batch(&self) -> Option<(u64, &'a [u8])> {
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
