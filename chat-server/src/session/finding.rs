//! What is looked for, and how far a person has read.

use super::Session;
use crate::log::search::{Findings, Query, SearchError, Whose};
use crate::refusals;
use crate::room::Room;
use crate::transport::Stream;
use chat_proto::frame::{Done, Found, Read, Search};
use chat_proto::wire::Capped;
use chat_proto::{Nick, Refused, RoomId};
use std::sync::Arc;

impl<S: Stream> Session<S> {
    pub(super) async fn on_search(&mut self, request: u32, search: Search) -> Result<(), Refused> {
        let room = self.readable(search.room)?;
        let query = self.query(&search).map_err(refusals::bad_search)?;
        let Findings { hits, beyond } = room.search(query).await.map_err(refusals::storage_failed)?;
        // Whoever was removed meanwhile gets nothing that may have been said since.
        self.readable(search.room)?;
        self.answer(request, &Found { room: room.id, hits: Capped::new(hits), beyond });
        Ok(())
    }

    fn query(&self, search: &Search) -> Result<Query, SearchError> {
        let holder = |name: &Nick| Some(self.shared.people.called(name.as_str().as_bytes())?.id);
        Query::parse(search, Whose::parse(&search.from, holder)?)
    }

    pub(super) fn on_read_up_to(&mut self, request: u32, read: &Read) -> Result<(), Refused> {
        let room = self.readable(read.room)?;
        room.read_up_to(self.member().deliveries.person_id(), read.seq);
        self.answer(request, &Done {});
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
