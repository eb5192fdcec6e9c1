//! A client's end of a connection that may be cut at any time: every step may fail, and nothing else ends the test.

use super::{PATIENCE_WITH_PROCESSES, key_of};
use bytes::{Bytes, BytesMut};
use chat_proto::codec::to_bytes;
use chat_proto::frame::{Hello, History, Login, Welcome};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use chat_proto::{ClientFrame, Entry, Frame, FrameCodec, Payload, RoomId, Seq, ServerFrame, login};
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::codec::Decoder;

pub struct Line {
    stream: TcpStream,
    codec: FrameCodec,
    inbox: BytesMut,
    last_request: u32,
}

impl Line {
    /// Logs in to the server on this machine that listens there.
    pub async fn open(port: u16, name: &str, instance: u64) -> io::Result<(Self, Welcome)> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        let codec = FrameCodec::new(FRAME_BYTES_FROM_SERVER);
        let mut line = Self { stream, codec, inbox: BytesMut::new(), last_request: 0 };
        let welcome = line.log_in(name, instance).await?;
        Ok((line, welcome))
    }

    async fn log_in(&mut self, name: &str, instance: u64) -> io::Result<Welcome> {
        let key = key_of(name);
        let hello = Hello {
            version_min: chat_proto::VERSION_MIN,
            version_max: chat_proto::VERSION_MAX,
            name: Bytes::copy_from_slice(name.as_bytes()),
            key: key.verifying_key().to_bytes(),
            instance,
        };
        let ServerFrame::Challenge(challenge) = self.ask(hello.clone()).await? else { panic!("a challenge") };
        let signature = login::sign(&key, &challenge, &hello, &login::PLAIN);
        match self.ask(Login { signature }).await? {
            ServerFrame::Welcome(welcome) => Ok(welcome),
            other => panic!("a welcome, not {other:?}"),
        }
    }

    /// Sends a request and returns its id.
    pub async fn send(&mut self, frame: impl Into<ClientFrame>) -> io::Result<u32> {
        self.last_request += 1;
        self.stream.write_all(&to_bytes(self.last_request, &frame.into())).await?;
        Ok(self.last_request)
    }

    /// The next frame, and the request that it answers, if any.
    pub async fn read(&mut self) -> io::Result<(u32, ServerFrame)> {
        timeout(PATIENCE_WITH_PROCESSES, self.read_patiently()).await.expect("a server that answers or is gone")
    }

    async fn read_patiently(&mut self) -> io::Result<(u32, ServerFrame)> {
        loop {
            match self.codec.decode(&mut self.inbox).expect("good frames") {
                Some(Payload::Frame(raw)) => {
                    let frame = ServerFrame::decode(raw.kind, raw.body).expect("a good body").expect("a known kind");
                    return Ok((raw.request, frame));
                }
                Some(Payload::Empty) => panic!("an empty frame"),
                None => {}
            }
            if self.stream.read_buf(&mut self.inbox).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Sends a request and returns its answer. What comes meanwhile is dropped.
    pub async fn ask(&mut self, frame: impl Into<ClientFrame>) -> io::Result<ServerFrame> {
        let request = self.send(frame).await?;
        loop {
            let (id, frame) = self.read().await?;
            if id == request {
                return Ok(frame);
            }
        }
    }

    /// All that a room keeps, page by page.
    pub async fn history(&mut self, room: RoomId) -> io::Result<Vec<Entry>> {
        let mut pages = Vec::new();
        let mut before = Seq(u64::MAX);
        loop {
            let ask = History { room, after: Seq::START, before, limit: 200 };
            let mut page = match self.ask(ask).await? {
                ServerFrame::Page(page) => page.entries.into_vec(),
                other => panic!("a page, not {other:?}"),
            };
            // What is later points into the page, and stands in one of its own.
            page.retain(|entry| entry.seq < before);
            let Some(first) = page.first() else { break };
            before = first.seq;
            pages.push(page);
        }
        Ok(pages.into_iter().rev().flatten().collect())
    }
}
