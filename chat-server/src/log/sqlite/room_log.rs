//! One room's log: appended to through the writer, read beside it.

use super::Keeper;
use super::append::{self, Sender};
use super::entries;
use super::jobs::{Answer, Append, Job};
use super::log_state::LogState;
use super::words;
use crate::log::record::Record;
use crate::log::search::{Findings, Query, SEARCH_TIME};
use crate::log::{Completion, Draft, Finding, Log, Range, Reading, Slice};
use chat_proto::frame::Beyond;
use chat_proto::{PersonId, PostId};
use rusqlite::Connection;
use std::sync::Arc;
use tokio::sync::oneshot;

/// One room's log.
pub(super) struct RoomLog {
    state: Arc<LogState>,
    keeper: Arc<Keeper>,
}

impl RoomLog {
    pub(super) fn new(state: LogState, keeper: Arc<Keeper>) -> Self {
        Self { state: Arc::new(state), keeper }
    }

    /// Keeps nothing from now on. Whoever still holds the log may be appending to it, or reading: the head remains, as
    /// it must never fall. Returns the room's number.
    pub(super) fn erase(&self) -> i64 {
        self.state.set_erased();
        self.state.room
    }
}

impl Log for RoomLog {
    fn append(&self, drafts: Arc<[Draft]>, done: Completion) {
        let log = Arc::clone(&self.state);
        self.keeper.ask(Job::Append(Append { log, drafts, answer: Answer::new(done) }));
    }

    fn keep(&self, records: Vec<Record>) {
        self.keeper.ask(Job::Records { room: self.state.room, records });
    }

    fn read(&self, range: Range) -> Reading<'_, Slice> {
        self.slice(move |file, room| entries::slice(file, room, &range))
    }

    fn page(&self, range: Range) -> Reading<'_, Slice> {
        self.slice(move |file, room| entries::page(file, room, &range))
    }

    fn find(&self, person: PersonId, post: PostId) -> Reading<'_, Finding> {
        let state = Arc::clone(&self.state);
        Box::pin(self.keeper.readers.read(move |file| match state.is_erased() {
            true => Ok(Finding::Nothing),
            false => append::finding(file, Sender { room: state.room, person, instance: post.instance }, post.n),
        }))
    }

    fn search(&self, query: Query) -> Reading<'_, Findings> {
        Box::pin(async move {
            if self.state.is_erased() {
                return Ok(Findings { hits: Vec::new(), beyond: Beyond::Nothing });
            }
            let is_indexed = self.index().await;
            let room = self.state.room;
            let read = move |file: &mut Connection| words::search(file, room, &query, SEARCH_TIME);
            let findings = self.keeper.readers.search(read).await?;
            Ok(if is_indexed { findings } else { Findings { beyond: Beyond::Unsearched, ..findings } })
        })
    }
}

impl RoomLog {
    fn slice(
        &self,
        read: impl FnOnce(&Connection, i64) -> rusqlite::Result<Option<Slice>> + Send + 'static,
    ) -> Reading<'_, Slice> {
        let state = Arc::clone(&self.state);
        Box::pin(self.keeper.readers.read(move |file| {
            let slice = if state.is_erased() { None } else { read(file, state.room)? };
            Ok(slice.unwrap_or_else(|| entries::nothing(state.head())))
        }))
    }

    /// Has everything that is committed taken into the index; says whether it was, in time.
    async fn index(&self) -> bool {
        let (indexed, later) = oneshot::channel();
        self.keeper.ask(Job::Index { room: self.state.room, indexed });
        later.await.is_ok()
    }
}
