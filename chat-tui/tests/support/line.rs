//! A connection without a link: whoever has it decides what is said, and whether anything is read.

use bytes::BytesMut;
use chat_proto::codec::to_bytes;
use chat_proto::frame::{ClientFrame, Create, Door, Hello, Keep, Login, ServerFrame, Stay};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{Frame, FrameCodec, Payload, RoomId, VERSION_MAX, VERSION_MIN, login};
use ed25519_dalek::SigningKey;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_util::codec::Decoder;

/// The client's end.
pub struct Line<S> {
    stream: S,
    inbox: BytesMut,
    codec: FrameCodec,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, inbox: BytesMut::new(), codec: FrameCodec::new(FRAME_BYTES_FROM_SERVER) }
    }

    /// Nothing if the server has hung up.
    pub async fn say(&mut self, request: u32, frame: impl Into<ClientFrame>) -> Option<()> {
        self.stream.write_all(&to_bytes(request, &frame.into())).await.ok()
    }

    /// What is meant of the first frame of which something is; nothing if the server refuses or hangs up.
    pub async fn answer<T>(&mut self, meant: impl Fn(ServerFrame) -> Option<T>) -> Option<T> {
        loop {
            match self.next().await? {
                ServerFrame::Refused(_) => return None,
                frame => {
                    if let Some(answer) = meant(frame) {
                        return Some(answer);
                    }
                }
            }
        }
    }

    /// Logs in as the holder of `key`.
    pub async fn log_in(&mut self, name: &str, key: &SigningKey, instance: u64) -> Option<()> {
        let hello = Hello {
            version_min: VERSION_MIN,
            version_max: VERSION_MAX,
            name: name.to_owned().into(),
            key: key.verifying_key().to_bytes(),
            instance,
        };
        self.say(1, hello.clone()).await?;
        let challenge = self.answer(|frame| match frame {
            ServerFrame::Challenge(challenge) => Some(challenge),
            _ => None,
        });
        let signature = login::sign(key, &challenge.await?, &hello, &login::PLAIN);
        self.say(2, Login { signature }).await?;
        self.answer(|frame| matches!(frame, ServerFrame::Welcome(_)).then_some(())).await
    }

    /// Into a room of one's own: the same one whenever one comes.
    pub async fn open(&mut self) -> Option<RoomId> {
        self.say(3, Create { id: 1, stay: Stay::Resident, door: Door::Private, keep: Keep::Default }).await?;
        self.answer(|frame| match frame {
            ServerFrame::Joined(joined) => Some(joined.room),
            _ => None,
        })
        .await
    }

    /// How much comes until the server hangs up.
    pub async fn left(mut self) -> usize {
        let mut left = Vec::new();
        // What came before a connection broke has come.
        let _ = self.stream.read_to_end(&mut left).await;
        left.len()
    }

    async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            if let Some(Payload::Frame(raw)) = self.codec.decode(&mut self.inbox).expect("the server is ours") {
                return ServerFrame::decode(raw.kind, raw.body).expect("the server is ours");
            }
            self.stream.read_buf(&mut self.inbox).await.ok().filter(|read| *read > 0)?;
        }
    }
}
