//! What moves on a session's connection: what the peer says into the inbox, news of the rooms out to the peer.
//!
//! All that can move moves when the session is woken, in one go: news that waits is gathered, and leaves in one write
//! together with the answers. The session itself looks around only when something has changed that it decides by, so
//! that a delivery costs one look at the rooms and one write.

use super::delivery::Deliveries;
use super::inbox::Inbox;
use super::outbound::Outbound;
use crate::transport::Stream;
use bytes::Buf;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::time::Instant;
use tokio_util::io::poll_write_buf;

/// A connection, what has come in on it, and what waits to go out.
pub(super) struct Traffic<S> {
    pub(super) stream: S,
    pub(super) inbox: Inbox,
    pub(super) outbound: Outbound,
}

/// Whether the peer may say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listening {
    Open,
    Closed,
}

/// Why the session has to look around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    /// The peer said so many bytes; none is its end.
    In(usize),
    /// What waits to go out is more, less or older than the session knew, or news is left for which there was no room.
    Out,
}

/// What the session decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outlook {
    /// Whether more may be added to what waits to go out.
    pub(super) has_room: bool,
    /// Since when the peer has been taking next to nothing of it.
    stalled_since: Option<Instant>,
    /// Whether a log is to be read.
    pub(super) is_behind: bool,
}

impl<S: Stream> Traffic<S> {
    /// Moves what can be moved, until the outlook is not any more what the session knows. Loses nothing when it is dropped
    /// before it is ready.
    pub(super) fn moved(
        &mut self,
        mut deliveries: Option<&mut Deliveries>,
        known: (Outlook, Listening),
    ) -> impl Future<Output = io::Result<Moved>> {
        std::future::poll_fn(move |cx| self.poll_move(cx, deliveries.as_deref_mut(), known))
    }

    fn poll_move(
        &mut self,
        cx: &mut Context<'_>,
        mut deliveries: Option<&mut Deliveries>,
        (known, listening): (Outlook, Listening),
    ) -> Poll<io::Result<Moved>> {
        let left = deliveries.as_deref_mut().map_or(Poll::Pending, |news| news.poll_news(cx, &mut self.outbound));
        if let Poll::Ready(Err(error)) = self.poll_write_out(cx) {
            return Poll::Ready(Err(error));
        }
        let outlook = self.outlook(deliveries.as_deref());
        // What there was no room for may fit now, and there may be nothing more to write that would wake the session.
        if outlook != known || (left.is_ready() && outlook.has_room) {
            return Poll::Ready(Ok(Moved::Out));
        }
        match listening {
            Listening::Open => self.inbox.poll_read(cx, &mut self.stream).map_ok(Moved::In),
            Listening::Closed => Poll::Pending,
        }
    }

    pub(super) fn outlook(&self, deliveries: Option<&Deliveries>) -> Outlook {
        Outlook {
            has_room: self.outbound.has_room(),
            stalled_since: self.outbound.stalled_since(),
            is_behind: deliveries.is_some_and(Deliveries::is_behind),
        }
    }

    /// Writes until nothing waits.
    pub(super) fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbound.is_empty() {
            match self.poll_write(cx) {
                Poll::Ready(written) => drop(written?),
                Poll::Pending => {
                    self.outbound.note_stall();
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let (stream, waiting) = (Pin::new(&mut self.stream), self.outbound.lined_up());
        // Mostly it is one frame, for which no list has to be made.
        if waiting.chunk().len() < waiting.remaining() {
            return poll_write_buf(stream, cx, waiting);
        }
        let written = ready!(stream.poll_write(cx, waiting.chunk()))?;
        waiting.advance(written);
        Poll::Ready(Ok(written))
    }
}
