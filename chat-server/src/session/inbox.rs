//! What a peer has said and nobody has read yet.
//!
//! Grows with what comes in one read, because a read costs the same for a byte as for all that waits; shrinks to almost
//! nothing for the many who are silent.

use bytes::BytesMut;
use chat_proto::limits::FRAME_BYTES_FROM_CLIENT;
use chat_proto::{FrameCodec, FrameError, Payload};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncRead;
use tokio_util::codec::Decoder;
use tokio_util::io::poll_read_buf;

/// What a silent session holds ready.
const SMALLEST_READ: usize = 256;

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
        self.bytes.reserve(self.read_bytes);
        let read = ready!(poll_read_buf(Pin::new(stream), cx, &mut self.bytes))?;
        self.read_bytes = match read {
            all if all >= self.read_bytes => (self.read_bytes * 8).min(FRAME_BYTES_FROM_CLIENT),
            few if few * 4 < self.read_bytes => (self.read_bytes / 2).max(SMALLEST_READ),
            _ => self.read_bytes,
        };
        Poll::Ready(Ok(read))
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
