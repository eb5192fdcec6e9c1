//! What moves on a session's connection: what the peer says into the inbox, news of the rooms out to the peer.
//!
//! All that can go out goes out when the session is woken: news that waits is gathered, and leaves in one write
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
#[repr(C)]
pub(super) struct Traffic<S> {
    pub(super) inbox: Inbox,
    pub(super) stream: S,
    /// What the session knows.
    outlook: Outlook,
    pub(super) outbound: Outbound,
}

/// What the session decides by.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Outlook {
    /// Whether more may be added to what waits to go out.
    has_room: bool,
    /// Since when the peer has been taking next to nothing of it.
    stalled_since: Option<Instant>,
    /// Whether a log is to be read.
    is_behind: bool,
}

impl<S: Stream> Traffic<S> {
    /// Nothing has come in, and nothing waits.
    pub(super) fn new(stream: S, inbox: Inbox, outbound: Outbound) -> Self {
        Self { stream, inbox, outbound, outlook: Outlook::default() }
    }

    /// Notes what the session decides by. It may change in this very moment, because all sessions share a part of it.
    pub(super) fn look_around(&mut self, deliveries: Option<&Deliveries>) {
        self.outlook = self.outlook(deliveries);
    }

    /// Whether more could be added to what waits to go out, as far as the session knows.
    pub(super) fn has_room(&self) -> bool {
        self.outlook.has_room
    }

    /// Whether a log is to be read and there is room for it, as far as the session knows.
    pub(super) fn may_catch_up(&self) -> bool {
        self.outlook.has_room && self.outlook.is_behind
    }

    /// Passes on what news there is, if there may be any, and writes what waits. Ready when the outlook is not any more
    /// what the session knows, or news is left for which there was no room.
    pub(super) fn poll_out(
        &mut self,
        cx: &mut Context<'_>,
        (deliveries, has_news): (Option<&mut Deliveries>, bool),
    ) -> Poll<io::Result<()>> {
        let mut is_left = false;
        let deliveries = deliveries.map(|deliveries| {
            is_left = has_news && deliveries.deliver_news(&mut self.outbound);
            &*deliveries
        });
        if let Poll::Ready(Err(error)) = self.poll_write_out(cx) {
            return Poll::Ready(Err(error));
        }
        let outlook = self.outlook(deliveries);
        // What there was no room for may fit now, and there may be nothing more to write that would wake the session.
        match outlook != self.outlook || (is_left && outlook.has_room) {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    }

    /// Hears what the peer says: so many bytes; none is its end.
    pub(super) fn poll_in(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.inbox.poll_read(cx, &mut self.stream)
    }

    fn outlook(&self, deliveries: Option<&Deliveries>) -> Outlook {
        Outlook {
            has_room: self.outbound.has_room(),
            stalled_since: self.outbound.stalled_since(),
            is_behind: deliveries.is_some_and(Deliveries::is_behind),
        }
    }

    /// Writes until nothing waits.
    pub(super) fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut written = Poll::Ready(Ok(0));
        while !self.outbound.is_empty() && matches!(written, Poll::Ready(Ok(_))) {
            written = self.poll_write(cx);
        }
        if written.is_pending() {
            self.outbound.note_stall();
        }
        self.outbound.tell_budget();
        written.map_ok(drop)
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
