//! The names of a key: take another, list them, give one up.

use super::greeting::claim_refused;
use super::{Farewell, Session};
use crate::people;
use crate::refusals;
use crate::transport::Stream;
use bytes::Bytes;
use chat_proto::frame::{Done, HeldName, NameList, Rename};
use chat_proto::limits::NAMES_PER_LIST;
use chat_proto::wire::Capped;
use chat_proto::{Nick, Refused};
use std::sync::Arc;

impl<S: Stream> Session<S> {
    pub(super) async fn on_rename(&mut self, request: u32, rename: Rename) -> Result<(), Refused> {
        let name = Nick::parse(&rename.name).map_err(refusals::invalid_name)?;
        let person = Arc::clone(self.member().deliveries.person());
        let (old, written) = self.shared.people.rename(&person, &name).map_err(|error| claim_refused(&name, error))?;
        if old != name {
            let rooms = person.rooms().into_iter().filter_map(|id| self.shared.rooms.by_id(id));
            for room in rooms {
                room.renamed(&person, &old, &name);
            }
        }
        written.wait().await;
        self.answer(request, &Done {});
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a row of the dispatch table like the others")]
    pub(super) fn on_names(&mut self, request: u32) -> Result<(), Refused> {
        let key = self.member().deliveries.person().key;
        let names = self.shared.people.names_of(key).into_iter().take(NAMES_PER_LIST);
        self.answer(request, &NameList { names: Capped::new(names.map(|held| held_name(&held))) });
        Ok(())
    }

    /// Other sessions of the person are ended, not asked for: the one that would have to be closed first may be on a
    /// machine that is far away.
    pub(super) async fn on_give_up(&mut self, request: u32) -> Result<(), Farewell> {
        self.flush_rooms();
        let shared = Arc::clone(&self.shared);
        let person = Arc::clone(self.member().deliveries.person());
        shared.people.give_up(&self.member().attendance).await;
        for room in person.rooms().into_iter().filter_map(|id| shared.rooms.by_id(id)) {
            self.member().deliveries.stop(room.id);
            let (life, _) = room.leave(self.id, &person);
            shared.rooms.settle(&room, life);
        }
        self.await_decisions().await?;
        self.answer(request, &Done {});
        Err(Farewell::Bye)
    }
}

fn held_name(held: &people::HeldName) -> HeldName {
    HeldName {
        name: Bytes::copy_from_slice(held.name.as_str().as_bytes()),
        rests_ms: held.rests.map(|rests| rests.as_millis() as u64),
    }
}
