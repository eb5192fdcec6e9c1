//! I8: what is shown as refused is not in the log, for ever. (What is shown as accepted is: I2.)

use super::Checker;
use crate::fact::{Fact, Moment};
use chat_proto::{PostId, RoomId};
use chat_tui::link::{LinkEvent, Mark};
use std::collections::BTreeSet;

#[derive(Default)]
pub(super) struct Honesty {
    refused: BTreeSet<(RoomId, PostId)>,
}

impl Checker for Honesty {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        let lie = match fact {
            Fact::Told(_, LinkEvent::Marked { room, id, mark: Mark::Refused(_) }) => {
                self.refused.insert((*room, *id));
                moment.truth.posts.contains_key(&(*room, *id)).then_some(*id)
            }
            Fact::Written { room, entries } => {
                entries.iter().filter_map(|entry| entry.post).find(|id| self.refused.contains(&(*room, *id)))
            }
            _ => None,
        };
        lie.map_or(Ok(()), |id| Err(format!("{id:?} is in the log, and was shown as refused")))
    }
}
