//! The end of a session: leave the rooms, say the last words, hear the peer out.

use super::traffic::Traffic;
use super::{Farewell, Session};
use crate::transport::Stream;
use chat_proto::codec;
use tokio::io::AsyncWriteExt;

impl<S: Stream> Session<S> {
    /// Takes leave of the rooms, then says the last words, for as long as a peer may take to hear them.
    pub(super) async fn say_goodbye(&mut self, farewell: &Farewell) {
        let goodbye = self.shared.config.goodbye;
        let is_heard = tokio::time::timeout(goodbye, self.last_words(farewell)).await;
        if is_heard.is_err() {
            tracing::debug!(session = self.id.0, "the peer took no last words");
        }
    }

    async fn last_words(&mut self, farewell: &Farewell) {
        // Whatever becomes of the last posts, and however long that takes, this is how the rooms are left.
        self.set_departure(farewell);
        let decided = match farewell {
            Farewell::ServerStopping | Farewell::Bye => self.last_decisions().await,
            _ => Ok(()),
        };
        // What became of a post is more than that the session ends.
        let farewell = decided.as_ref().err().unwrap_or(farewell);
        self.take_leave();
        if let Some(frame) = farewell.last_frame(&self.shared) {
            self.traffic.outbound.push(codec::to_bytes(farewell.request(), &frame));
        }
        if farewell.is_peer_there() && self.write_out().await.is_ok() && farewell.is_heard_out() {
            self.linger().await;
        }
    }

    /// Those that come in time: then there is time left to say why the session ends.
    async fn last_decisions(&mut self) -> Result<(), Farewell> {
        self.flush_rooms();
        let share = self.shared.config.goodbye / 2;
        tokio::time::timeout(share, self.await_decisions()).await.unwrap_or(Ok(()))
    }

    /// A post that is being committed is answered before the session ends.
    ///
    /// # Errors
    /// [`Farewell::OutcomeUnknown`]; there are no more answers.
    pub(super) async fn await_decisions(&mut self) -> Result<(), Farewell> {
        while let Some(member) = self.member.as_ref().filter(|member| member.unanswered > 0) {
            member.mailbox.arrived().await;
            self.on_arrivals().await?;
        }
        Ok(())
    }

    fn set_departure(&mut self, farewell: &Farewell) {
        if let Some(member) = &mut self.member {
            member.deliveries.set_departure(farewell.departure());
        }
    }

    fn take_leave(&mut self) {
        self.hand_over();
        self.member = None;
    }

    async fn write_out(&mut self) -> std::io::Result<()> {
        std::future::poll_fn(|cx| self.traffic.poll_write_out(cx)).await?;
        self.traffic.stream.shutdown().await
    }

    /// Hears the peer out: closing on unread bytes would reset the connection, and the peer would lose the last words.
    async fn linger(&mut self) {
        let Traffic { stream, inbox, .. } = &mut self.traffic;
        inbox.clear();
        while std::future::poll_fn(|cx| inbox.poll_read(cx, stream)).await.is_ok_and(|bytes| bytes > 0) {
            inbox.clear();
        }
    }
}
