//! Telling a peer that it is not let in, at almost no cost: nothing is read but its first bytes.

use crate::transport::TLS_HANDSHAKE;
use chat_proto::codec::to_bytes;
use chat_proto::{Refused, ServerFrame};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A fatal alert `access_denied`, as it may come before any handshake (RFC 8446, section 6).
const TLS_ACCESS_DENIED: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 0x31];
/// How long a peer may take to show what it speaks. Whoever says nothing is told all the same.
const FIRST_BYTE: Duration = Duration::from_secs(1);

/// Tells the peer `refused` in the language that it speaks, and closes, all within a time.
pub(super) async fn turn_away(mut stream: impl AsyncRead + AsyncWrite + Unpin, refused: Refused, within: Duration) {
    if !matches!(tokio::time::timeout(within, tell(&mut stream, refused)).await, Ok(Ok(()))) {
        tracing::debug!("a peer that is turned away did not wait to be told");
    }
}

async fn tell(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), refused: Refused) -> io::Result<()> {
    let mut heard = [0; 1024];
    let count = tokio::time::timeout(FIRST_BYTE, stream.read(&mut heard)).await.unwrap_or(Ok(0))?;
    if heard[..count].first() == Some(&TLS_HANDSHAKE) {
        stream.write_all(&TLS_ACCESS_DENIED).await?;
    } else {
        stream.write_all(&to_bytes(0, &ServerFrame::from(refused))).await?;
    }
    stream.shutdown().await?;
    // Closing on unread bytes would reset the connection, and the peer would lose the reason.
    while stream.read(&mut heard).await? > 0 {}
    Ok(())
}
