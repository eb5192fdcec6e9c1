//! I2: what was acknowledged is in the log at all later times, unless it was dropped for its age or its room is over.

use super::Checker;
use crate::fact::{Fact, Moment};
use chat_proto::{Entry, PostId, RoomId, Seq};
use chat_tui::link::{LinkEvent, Mark};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Durability {
    accepted: BTreeMap<(RoomId, PostId), Seq>,
}

impl Checker for Durability {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Told(_, LinkEvent::Marked { room, id, mark: Mark::Accepted { seq, .. } }) => {
                self.accepted.insert((*room, *id), *seq);
                match moment.truth.entry(*room, *seq) {
                    Some(entry) if entry.post == Some(*id) => Ok(()),
                    found => Err(format!("{id:?} was accepted at {seq}, where there is {found:?}")),
                }
            }
            Fact::Judged { kept, .. } => self.accepted.iter().try_for_each(|((room, id), seq)| {
                let Some(entries) = kept.get(room) else { return Ok(()) };
                is_kept(entries, *id, *seq)
            }),
            _ => Ok(()),
        }
    }
}

fn is_kept(entries: &[Entry], id: PostId, seq: Seq) -> Result<(), String> {
    let is_dropped = entries.first().is_none_or(|oldest| seq < oldest.seq);
    match is_dropped || entries.iter().any(|entry| entry.seq == seq && entry.post == Some(id)) {
        true => Ok(()),
        false => Err(format!("{id:?} was accepted at {seq}, and is not there at the end")),
    }
}
