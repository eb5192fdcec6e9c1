//! What a peer has said and nobody has read yet.
//!
//! A read brings more when the one before was full, because it costs the same for a byte as for all that waits. For the
//! many who are silent, nothing is held ready: what comes first is read onto the stack.

use bytes::BytesMut;
use chat_proto::limits::FRAME_BYTES_FROM_CLIENT;
use chat_proto::{FrameCodec, FrameError, Payload};
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::codec::Decoder;
use tokio_util::io::poll_read_buf;

/// What is read onto the stack: a little of which somebody says now and then.
const SMALLEST_READ: usize = 512;

/// Bytes of which frames are taken off the front.
pub(super) struct Inbox {
    bytes: BytesMut,
    codec: FrameCodec,
    /// How much the next read may bring.
    read_bytes: usize,
}

impl Inbox {
    /// Nothing, for frames of at most `max_frame_bytes`.
    pub(super) fn new(max_frame_bytes: usize) -> Self {
        Self { bytes: BytesMut::new(), codec: FrameCodec::new(max_frame_bytes), read_bytes: SMALLEST_READ }
    }

    /// Changes how long a frame may be, from the next prefix on.
    pub(super) fn set_max_frame_bytes(&mut self, max_frame_bytes: usize) {
        self.codec.set_max_bytes(max_frame_bytes);
    }

    /// Reads what there is; nothing means that there will be no more.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Poll<io::Result<usize>> {
        let read = match self.read_bytes {
            SMALLEST_READ => ready!(self.poll_read_little(cx, stream))?,
            _ => ready!(self.poll_read_much(cx, stream))?,
        };
        self.read_bytes = match read {
            all if all >= self.read_bytes => (self.read_bytes * 8).min(FRAME_BYTES_FROM_CLIENT),
            few if few * 4 < self.read_bytes => (self.read_bytes / 2).max(SMALLEST_READ),
            _ => self.read_bytes,
        };
        Poll::Ready(Ok(read))
    }

    fn poll_read_little(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Poll<io::Result<usize>> {
        let mut little = [MaybeUninit::uninit(); SMALLEST_READ];
        let mut little = ReadBuf::uninit(&mut little);
        ready!(Pin::new(stream).poll_read(cx, &mut little))?;
        self.bytes.extend_from_slice(little.filled());
        Poll::Ready(Ok(little.filled().len()))
    }

    fn poll_read_much(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Poll<io::Result<usize>> {
        self.bytes.reserve(self.read_bytes);
        let read = poll_read_buf(Pin::new(stream), cx, &mut self.bytes);
        if read.is_pending() && self.bytes.is_empty() {
            self.bytes = BytesMut::new();
        }
        read
    }

    /// Takes the next whole frame.
    ///
    /// # Errors
    /// [`FrameError`].
    pub(super) fn next_frame(&mut self) -> Result<Option<Payload>, FrameError> {
        let frame = self.codec.decode(&mut self.bytes)?;
        if self.bytes.is_empty() {
            // The rest of the memory goes with the frames that share it.
            self.bytes = BytesMut::new();
        }
        Ok(frame)
    }

    /// Whether part of a frame is here, if only its length.
    pub(super) fn is_within_frame(&self) -> bool {
        !self.bytes.is_empty() || self.codec.is_within_frame()
    }

    /// Forgets what is here.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}
