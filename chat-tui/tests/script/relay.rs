//! A way to a server on which the first connection breaks just before a message is acknowledged.

use bytes::BytesMut;
use chat_proto::codec::{FrameCodec, Payload};
use chat_proto::frame::{Frame, ServerFrame};
use chat_proto::limits::FRAME_BYTES_FROM_SERVER;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::Decoder;

/// Carries every connection to `server`, and the first one no further than that.
pub(crate) async fn to(server: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (near, far) = pair(&listener, &server).await;
        let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
        tokio::select! {
            () = carry(near_read, far_write) => {}
            () = carry_until_accepted(far_read, near_write) => {}
        }
        loop {
            let (mut near, mut far) = pair(&listener, &server).await;
            tokio::spawn(async move { drop(tokio::io::copy_bidirectional(&mut near, &mut far).await) });
        }
    });
    address
}

async fn pair(listener: &TcpListener, server: &str) -> (TcpStream, TcpStream) {
    let (near, _) = listener.accept().await.unwrap();
    (near, TcpStream::connect(server).await.unwrap())
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    drop(tokio::io::copy(&mut from, &mut to).await);
}

async fn carry_until_accepted(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut inbox = BytesMut::new();
    loop {
        while let Some(frame) = whole_frame(&mut inbox) {
            if is_accepted(frame.clone()) {
                return;
            }
            to.write_all(&frame).await.unwrap();
        }
        assert!(from.read_buf(&mut inbox).await.unwrap() > 0, "the server hung up");
    }
}

/// The next frame, with its length before it.
fn whole_frame(inbox: &mut BytesMut) -> Option<BytesMut> {
    let length = u32::from_be_bytes(inbox.get(..4)?.try_into().unwrap()) as usize;
    (inbox.len() >= 4 + length).then(|| inbox.split_to(4 + length))
}

fn is_accepted(mut frame: BytesMut) -> bool {
    match FrameCodec::new(FRAME_BYTES_FROM_SERVER).decode(&mut frame) {
        Ok(Some(Payload::Frame(raw))) => {
            matches!(ServerFrame::decode(raw.kind, raw.body), Ok(Some(ServerFrame::Accepted(_))))
        }
        other => panic!("no frame: {other:?}"),
    }
}
