//! The two directions of a connection, each with its buffer, so that reading never waits for writing.
//!
//! Both operations are cancel-safe: a future that is dropped in a `select!` has either moved bytes and kept count, or
//! moved none.

use super::end::End;
use bytes::{Buf, BytesMut};
use chat_proto::codec::{self, FrameCodec, Payload};
use chat_proto::frame::{ClientFrame, Frame, ServerFrame};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio_util::codec::Decoder;

/// How a TLS alert begins: what somebody says who expected a handshake. No frame is so long.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];
/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;
/// Unsent bytes above which no more frames are made.
const UNSENT_BYTES_MAX: usize = 64 * 1024;

/// A connection, cut in two.
pub(crate) fn split<S: AsyncRead + AsyncWrite>(stream: S) -> (Inbound<S>, Outbound<S>) {
    let (read, write) = tokio::io::split(stream);
    let inbound = Inbound { half: read, bytes: BytesMut::new(), codec: FrameCodec::new(FRAME_BYTES_FROM_SERVER) };
    (inbound, Outbound { half: write, bytes: BytesMut::new(), is_flushed: true })
}

/// What comes from the server.
pub(crate) struct Inbound<S> {
    half: ReadHalf<S>,
    bytes: BytesMut,
    codec: FrameCodec,
}

impl<S: AsyncRead> Inbound<S> {
    /// Reads what is there; `false` at the end of the stream.
    pub(crate) async fn read(&mut self) -> std::io::Result<bool> {
        self.bytes.reserve(READ_BYTES);
        Ok(self.half.read_buf(&mut self.bytes).await? > 0)
    }

    /// The next whole frame with the request it answers. Kinds that we do not know are passed over if nobody asked.
    pub(crate) fn next_frame(&mut self) -> Result<Option<(u32, ServerFrame)>, End> {
        if self.bytes.starts_with(&TLS_ALERT) {
            return Err(End::NeedsTls("what answers expects TLS: chat-tui --tls speaks it".to_owned()));
        }
        loop {
            let payload = self.codec.decode(&mut self.bytes).map_err(|error| no_protocol(&error))?;
            let raw = match payload {
                None => return Ok(None),
                Some(Payload::Empty) => return Err(End::misbehaves("a frame of nothing")),
                Some(Payload::Frame(raw)) => raw,
            };
            match ServerFrame::decode(raw.kind, raw.body).map_err(|error| no_protocol(&error))? {
                Some(frame) => return Ok(Some((raw.request, frame))),
                None if raw.request == 0 => {}
                None => return Err(End::misbehaves(format!("an answer of an unknown kind ({})", raw.kind))),
            }
        }
    }
}

fn no_protocol(error: &dyn std::error::Error) -> End {
    End::misbehaves(format!("what answers does not speak the chat protocol ({error})"))
}

/// What goes to the server.
pub(crate) struct Outbound<S> {
    half: WriteHalf<S>,
    bytes: BytesMut,
    /// Whether nothing that was written waits inside the stream: TLS takes bytes that its socket does not take yet.
    is_flushed: bool,
}

impl<S: AsyncWrite> Outbound<S> {
    pub(crate) fn push(&mut self, request: u32, frame: &ClientFrame) {
        self.bytes.extend_from_slice(&codec::to_bytes(request, frame));
    }

    pub(crate) fn has_unsent(&self) -> bool {
        self.bytes.has_remaining() || !self.is_flushed
    }

    /// Whether more frames should be made.
    pub(crate) fn has_space(&self) -> bool {
        self.bytes.remaining() < UNSENT_BYTES_MAX
    }

    /// Writes what the connection takes now.
    pub(crate) async fn write_some(&mut self) -> std::io::Result<()> {
        if self.bytes.has_remaining() {
            let written = self.half.write_buf(&mut self.bytes).await?;
            self.is_flushed = false;
            return if written == 0 { Err(std::io::ErrorKind::WriteZero.into()) } else { Ok(()) };
        }
        self.half.flush().await?;
        self.is_flushed = true;
        Ok(())
    }

    /// Says that nothing more comes.
    pub(crate) async fn finish(&mut self) {
        // The peer may be gone already, which is an end as well.
        drop(self.half.shutdown().await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::frame::Bye;
    use tokio::io::{BufStream, duplex};

    #[tokio::test(start_paused = true)]
    async fn what_a_stream_holds_back_is_not_sent_yet() {
        let (near, mut far) = duplex(1024);
        // As TLS does when its socket is full, this takes bytes and keeps them.
        let (_inbound, mut outbound) = split(BufStream::new(near));
        outbound.push(1, &Bye {}.into());

        while outbound.has_unsent() {
            outbound.write_some().await.unwrap();
        }

        let mut arrived = BytesMut::new();
        let read = tokio::time::timeout(std::time::Duration::from_secs(1), far.read_buf(&mut arrived)).await;
        assert!(matches!(read, Ok(Ok(1..))), "{read:?}");
        assert_eq!(arrived, codec::to_bytes(1, &ClientFrame::from(Bye {})));
    }
}
