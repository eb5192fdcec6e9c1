//! What is looked for, and how far a person has read.

use super::Session;
use crate::refusals;
use crate::room::Room;
use chat_proto::frame::{Done, Read, Search};
use chat_proto::{Refused, RoomId};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Send> Session<S> {
    pub(super) async fn on_search(&mut self, _request: u32, _search: &Search) -> Result<(), Refused> {
        Err(refusals::not_member())
    }

    pub(super) fn on_read_up_to(&mut self, request: u32, read: &Read) -> Result<(), Refused> {
        let room = self.readable(read.room)?;
        room.read_up_to(self.member().deliveries.person_id(), read.seq);
        self.answer(request, Done {});
        Ok(())
    }

    /// The room, if this session may read it now.
    pub(super) fn readable(&mut self, room: RoomId) -> Result<Arc<Room>, Refused> {
        let session = self.id;
        let deliveries = &self.member().deliveries;
        let room = deliveries.reading(room).filter(|room| room.is_attached(session, deliveries.person_id()));
        room.cloned().ok_or_else(refusals::not_member)
    }
}
