//! I9: of two messages of one client in one room, the one that was posted first has the smaller place.

use super::Checker;
use crate::fact::{Fact, Moment};
use chat_proto::RoomId;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct SenderOrder {
    last: BTreeMap<(RoomId, u64), u64>,
}

impl Checker for SenderOrder {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        let Fact::Written { room, entries } = fact else { return Ok(()) };
        for id in entries.iter().filter_map(|entry| entry.post) {
            let last = self.last.insert((*room, id.instance), id.n);
            // Twice the same is I3's.
            if let Some(last) = last.filter(|last| *last > id.n) {
                return Err(format!("post {} of {} is written after its post {last}", id.n, id.instance));
            }
        }
        Ok(())
    }
}
