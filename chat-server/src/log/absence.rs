//! What was kept, for a server that begins long after anybody was at the one before it.
//!
//! Rooms and people end when nobody came for long. Where there was no server, nobody could come; and where the wall
//! clock is wrong at a start, nobody was away at all. What ends on its word does not come back, so only a day of that
//! time is believed. Where somebody was there, at least as often as that, all of it counts.

use super::record::{MemberRecord, Restored, Whereabouts};
use chat_proto::UnixMillis;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl Restored {
    /// The last time that it tells of: a server was running then.
    pub(super) fn latest(&self) -> Option<UnixMillis> {
        let people = self.people.iter().map(|person| person.last_seen);
        people.chain(self.rooms.iter().filter_map(|room| room.last_time)).max()
    }

    /// The same, at `now`; but if that is more than a day after, as if it were a day after.
    pub(crate) fn after_absence(self, now: UnixMillis) -> Self {
        let away = self.latest().map_or(0, |latest| now.0.saturating_sub(latest.0));
        if away <= DAY_MS {
            return self;
        }
        tracing::warn!(
            days = away / DAY_MS,
            "nobody was here for long, or no server was running, or the clock is wrong: it counts as a day"
        );
        self.later_by(away - DAY_MS)
    }

    fn later_by(mut self, by: i64) -> Self {
        let members = self.rooms.iter_mut().flat_map(|room| &mut room.members);
        let gone = members.filter_map(MemberRecord::gone_since);
        let seen = self.people.iter_mut().map(|person| &mut person.last_seen);
        let names = self.names.iter_mut().map(|name| &mut name.since);
        let codes = self.codes.iter_mut().map(|code| &mut code.since);
        for time in gone.chain(seen).chain(names).chain(codes) {
            time.0 = time.0.saturating_add(by);
        }
        self
    }
}

impl MemberRecord {
    fn gone_since(&mut self) -> Option<&mut UnixMillis> {
        match &mut self.whereabouts {
            Whereabouts::Gone { since } => Some(since),
            Whereabouts::Here => None,
        }
    }
}
