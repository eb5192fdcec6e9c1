//! Frames: the unit of bytes on the wire.
//!
//! ```text
//! | length: u32 BE | request: u32 BE | kind: u16 BE | body |
//!                  `------------- length bytes -----------'
//! ```
//!
//! Taking frames off a buffer ([`FrameCodec`]) and making their bytes ([`to_bytes`], [`batch`], [`page`]). What a body
//! means is for [`crate::frame`].

use crate::entry::{EntryRef, RoomId, Seq};
use crate::frame::{Batch, Body, Frame, Page};
use crate::limits::{PAGE_ENTRIES, PAGE_ENTRIES_WITH_POINTERS};
use crate::wire;
use bytes::{Buf, Bytes, BytesMut};
use serde::Serialize;
use std::ops::Range;
use tokio_util::codec::{Decoder, LengthDelimitedCodec};

/// Bytes of a payload before its body: request and kind.
const ENVELOPE_BYTES: usize = 6;
const PREFIX_BYTES: usize = 4;

/// Why bytes are not a frame. Always fatal to the connection that sent them.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Noticed at the prefix, before anything is reserved for it.
    #[error("a frame of more than {max_bytes} bytes")]
    TooLong {
        /// What is allowed now.
        max_bytes: usize,
    },
    /// Too short to carry request and kind.
    #[error("a frame of {bytes} bytes is too short for its envelope")]
    TooShort {
        /// What came.
        bytes: usize,
    },
    /// The stream failed.
    #[error("reading frames: {0}")]
    Io(#[from] std::io::Error),
}

/// A frame whose body has not been read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFrame {
    /// Which request this is, or answers; 0 for none.
    pub request: u32,
    /// What the body is.
    pub kind: u16,
    /// Shares memory with the buffer it came from.
    pub body: Bytes,
}

/// What one length prefix announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// No bytes at all: nobody's frame, but the framing is intact.
    Empty,
    /// A frame.
    Frame(RawFrame),
}

/// Takes frames off the front of a buffer.
#[derive(Debug)]
pub struct FrameCodec {
    inner: LengthDelimitedCodec,
    /// The prefix of a frame was taken off, and the rest is not all there.
    is_within_frame: bool,
}

impl FrameCodec {
    /// Frames of at most `max_bytes` of payload.
    pub fn new(max_bytes: usize) -> Self {
        Self { inner: LengthDelimitedCodec::builder().max_frame_length(max_bytes).new_codec(), is_within_frame: false }
    }

    /// Whether a frame was begun of which nothing may be left in the buffer: its prefix is taken off at once.
    pub fn is_within_frame(&self) -> bool {
        self.is_within_frame
    }

    /// Changes what is allowed from the next prefix on.
    pub fn set_max_bytes(&mut self, max_bytes: usize) {
        self.inner.set_max_frame_length(max_bytes);
    }
}

impl Decoder for FrameCodec {
    type Item = Payload;
    type Error = FrameError;

    /// Takes the next whole frame, or nothing until enough bytes have arrived.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] as soon as the prefix is there: a hostile prefix must not make us reserve memory.
    fn decode(&mut self, inbox: &mut BytesMut) -> Result<Option<Payload>, FrameError> {
        let max_bytes = self.inner.max_frame_length();
        let waiting_bytes = inbox.len();
        let payload = match self.inner.decode(inbox) {
            Ok(payload) => payload,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(FrameError::TooLong { max_bytes });
            }
            Err(error) => return Err(error.into()),
        };
        self.is_within_frame = payload.is_none() && (self.is_within_frame || inbox.len() < waiting_bytes);
        payload.map(|payload| open(payload.freeze())).transpose()
    }
}

fn open(mut payload: Bytes) -> Result<Payload, FrameError> {
    match payload.len() {
        0 => Ok(Payload::Empty),
        bytes @ 1..ENVELOPE_BYTES => Err(FrameError::TooShort { bytes }),
        _ => Ok(Payload::Frame(RawFrame { request: payload.get_u32(), kind: payload.get_u16(), body: payload })),
    }
}

/// The bytes of `frame`, length prefix included, as an answer to or a request under `request`.
pub fn to_bytes<F: Frame>(request: u32, frame: &F) -> Bytes {
    let mut out = Vec::with_capacity(wire::SMALL_BYTES);
    enclose((request, frame.kind()), &mut out, |out| frame.encode_body(out));
    out.into()
}

/// The same of the frame that carries `body`, behind what is there already.
pub fn append<B: Body>(request: u32, body: &B, out: &mut Vec<u8>) {
    enclose((request, B::KIND), out, |out| wire::encode_into(body, out));
}

/// The bytes of one entry, as they stand in a batch, in a page and in a log: not a byte more than it takes.
pub fn entry_bytes<'a>(entry: impl Into<EntryRef<'a>>) -> Bytes {
    let mut out = Vec::with_capacity(wire::SMALL_BYTES);
    append_entry(entry.into(), None, &mut out);
    out.into_boxed_slice().into()
}

/// The same, behind what is there already. What one client says at one time is from one origin (when, who, by which
/// instance), which is encoded once: it is copied from where it stands in `out`, if `origin` says where. Returns where
/// it stands now.
pub fn append_entry(entry: EntryRef<'_>, origin: Option<Range<usize>>, out: &mut Vec<u8>) -> Range<usize> {
    let (place, from, own) = entry.parts();
    wire::encode_into(&place, out);
    let start = out.len();
    match origin {
        Some(same) => out.extend_from_within(same),
        None => wire::encode_into(&from, out),
    }
    let origin = start..out.len();
    wire::encode_into(&own, out);
    origin
}

/// The bytes of a [`Batch`] of `count` entries that are encoded already, in pieces of one or more of them: once for all
/// who receive it.
pub fn batch<'a>(room: RoomId, count: usize, pieces: impl Iterator<Item = &'a [u8]> + Clone) -> Bytes {
    debug_assert!(count <= PAGE_ENTRIES, "a frame that its receiver would refuse");
    enclosed((0, Batch::KIND), &room, (count, pieces))
}

/// The bytes of a [`Page`] of entries that are encoded already.
pub fn page(request: u32, room: RoomId, oldest: Seq, entries: &[impl AsRef<[u8]>]) -> Bytes {
    debug_assert!(entries.len() <= PAGE_ENTRIES_WITH_POINTERS, "a frame that its receiver would refuse");
    enclosed((request, Page::KIND), &(room, oldest), (entries.len(), entries.iter().map(AsRef::as_ref)))
}

fn enclosed<'a>(
    header: (u32, u16),
    what: &impl Serialize,
    (count, pieces): (usize, impl Iterator<Item = &'a [u8]> + Clone),
) -> Bytes {
    let bytes: usize = pieces.clone().map(<[u8]>::len).sum();
    let mut out = Vec::with_capacity(bytes + wire::SMALL_BYTES);
    enclose(header, &mut out, |out| {
        wire::encode_into(&(what, count), out);
        pieces.for_each(|piece| out.extend_from_slice(piece));
    });
    out.into()
}

/// Appends a frame with this body.
fn enclose((request, kind): (u32, u16), out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    let mut head = [0; PREFIX_BYTES + ENVELOPE_BYTES];
    let (requests, kinds) = head[PREFIX_BYTES..].split_at_mut(size_of::<u32>());
    requests.copy_from_slice(&request.to_be_bytes());
    kinds.copy_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&head);
    body(out);
    let length = u32::try_from(out.len() - start - PREFIX_BYTES).expect("a frame is far below 4 GiB");
    out[start..start + PREFIX_BYTES].copy_from_slice(&length.to_be_bytes());
}
