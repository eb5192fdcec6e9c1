//! Whatever a client may send a server.

use crate::stream::{body, frames};
use bytes::Bytes;
use chat_proto::ClientFrame;
use chat_proto::limits::{FRAME_BYTES_BEFORE_LOGIN, FRAME_BYTES_FROM_CLIENT};

/// Read as a stream, before and after a login, and as a kind with a body, so that nobody has to guess a length first.
pub(crate) fn is_read_or_refused(bytes: &[u8]) {
    for max_bytes in [FRAME_BYTES_BEFORE_LOGIN, FRAME_BYTES_FROM_CLIENT] {
        frames::<ClientFrame>(bytes, max_bytes);
    }
    if let [kind, rest @ ..] = bytes {
        body::<ClientFrame>(u16::from(*kind), &Bytes::copy_from_slice(rest));
    }
}
