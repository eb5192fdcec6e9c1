//! The frames of one direction, read by whoever they are meant for.

use bytes::{Bytes, BytesMut};
use chat_proto::Frame;
use chat_proto::codec::{FrameCodec, Payload};
use std::fmt::Debug;
use tokio_util::codec::Decoder;

/// The frames that `bytes` are, up to the first that is none: the same in pieces of any size, and each of them the same
/// when it is said again.
pub(crate) fn frames<F: Frame + PartialEq + Debug>(bytes: &[u8], max_bytes: usize) -> Vec<F> {
    let at_once = payloads(bytes, bytes.len(), max_bytes);
    for size in [1, 3, 64] {
        assert_eq!(payloads(bytes, size, max_bytes), at_once, "in pieces of {size} bytes");
    }
    at_once.0.iter().filter_map(meaning).collect()
}

/// What is taken off a stream that comes in pieces, and why no more is.
fn payloads(bytes: &[u8], piece_bytes: usize, max_bytes: usize) -> (Vec<Payload>, Option<String>) {
    let mut codec = FrameCodec::new(max_bytes);
    let mut inbox = BytesMut::new();
    let mut taken = Vec::new();
    for piece in bytes.chunks(piece_bytes.max(1)) {
        inbox.extend_from_slice(piece);
        loop {
            match codec.decode(&mut inbox) {
                Ok(Some(payload)) => taken.push(payload),
                Ok(None) => break,
                Err(error) => return (taken, Some(error.to_string())),
            }
        }
        assert!(inbox.capacity() <= 2 * (max_bytes + bytes.len()), "{} bytes reserved", inbox.capacity());
    }
    (taken, None)
}

fn meaning<F: Frame + PartialEq + Debug>(payload: &Payload) -> Option<F> {
    let Payload::Frame(raw) = payload else { return None };
    body(raw.kind, &raw.body)
}

/// The frame of this kind with this body, if it is one.
pub(crate) fn body<F: Frame + PartialEq + Debug>(kind: u16, body: &Bytes) -> Option<F> {
    let frame = F::decode(kind, body.clone()).ok()??;
    let mut again = Vec::new();
    frame.encode_body(&mut again);
    assert_eq!(frame.kind(), kind);
    assert!(again.len() <= body.len(), "{} bytes came, and {} would go: {frame:?}", body.len(), again.len());
    assert_eq!(F::decode(kind, again.into()).ok().flatten().as_ref(), Some(&frame));
    Some(frame)
}
