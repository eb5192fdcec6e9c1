//! A room as it was kept, to be gone on with.
//!
//! Nobody's connection outlives the process: whoever was present counts as cut off just now, and is told of only if
//! they do not come back.

use super::gathering::Writing;
use super::news::Broadcast;
use super::presence::Presences;
use super::{Room, State, Surroundings, record, signals};
use crate::log::record::{MemberRecord, Record, RestoredRoom};
use crate::people::{People, Person};
use chat_proto::{RoomCode, UnixMillis};
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

/// A room whose state cannot be read. It is not dropped in silence.
#[derive(Debug, thiserror::Error)]
#[error("room {code} cannot be read: {reason}; it was written by another version, or damaged: restore a backup")]
pub struct RestoreError {
    /// Which room.
    pub code: RoomCode,
    /// What is wrong with it.
    pub reason: serde_json::Error,
}

impl Room {
    /// A room that was kept.
    ///
    /// # Errors
    /// [`RestoreError`].
    pub(crate) fn restore(
        restored: RestoredRoom,
        people: &People,
        surroundings: Surroundings<'_>,
    ) -> Result<Arc<Self>, RestoreError> {
        let Surroundings { config, environment, logs } = surroundings;
        let RestoredRoom { id, record, members, head, last_time, log } = restored;
        let moment = surroundings.moment();
        let label = logs.label(record.keep);
        let (origin, topic, order) = record::read(&record.state, config.kick_rest, moment)
            .map_err(|reason| RestoreError { code: record.code, reason })?;
        let (members, unknown) = known(members, people);
        let mut writing = Writing::new(config.room_posts);
        // Time never falls, also when nothing is kept that would tell how late it was.
        writing.continue_after(last_time.unwrap_or(UnixMillis(i64::MIN)).max(origin.time));
        writing.records.extend(unknown);
        let presences = Presences::restore(id, (config, label), (members, moment));
        let owner_seen = presences.last_seen(order.owner());
        let state = State {
            presences,
            owner_seen: owner_seen.unwrap_or_else(Instant::now),
            owner_away: config.owner_away,
            order,
            writing,
            head,
            topic,
            signals: signals::Paces::new(),
            ended: false,
        };
        let room = Arc::new(Self {
            id,
            code: record.code,
            origin,
            keep: record.keep,
            log,
            label,
            news: Broadcast::new(config.ring_batches),
            environment: Arc::clone(environment),
            state: Mutex::new(state),
            reconciling: tokio::sync::Mutex::default(),
        });
        room.flush();
        Ok(room)
    }
}

/// Who may come back. Nobody comes back whom the server has forgotten.
fn known(members: Vec<MemberRecord>, people: &People) -> (Vec<(MemberRecord, Arc<Person>)>, Vec<Record>) {
    let mut unknown = Vec::new();
    let known = members.into_iter().filter_map(|member| {
        let person = people.numbered(member.person);
        if person.is_none() {
            unknown.push(Record::NoMember(member.person));
        }
        Some((member, person?))
    });
    (known.collect(), unknown)
}
