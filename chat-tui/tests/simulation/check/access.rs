//! I14: nobody is told what they may not read: nothing of a room that their session is not in, and nothing that was
//! said after they were removed and before they came back.

use super::Checker;
use crate::fact::{Fact, Moment, Wire};
use chat_proto::entry::Act;
use chat_proto::frame::ServerFrame;
use chat_proto::{Entry, EntryBody, PersonId, RoomId, Seq};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Access {
    people: BTreeMap<Wire, PersonId>,
    /// The rooms that each connection was let into, and their newest entry then. Whoever is let in again need not stand
    /// in the log for it: a full disk keeps nobody out.
    entered: BTreeMap<(Wire, RoomId), Seq>,
}

impl Checker for Access {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        let Fact::Said(wire, _, frame) = fact else { return Ok(()) };
        match frame {
            ServerFrame::Welcome(welcome) => {
                self.people.insert(*wire, welcome.person);
                Ok(())
            }
            ServerFrame::Joined(joined) => {
                self.entered.insert((*wire, joined.room), joined.head);
                Ok(())
            }
            ServerFrame::Batch(batch) => self.may_read(moment, *wire, batch.room, batch.entries.iter()),
            ServerFrame::Page(page) => self.may_read(moment, *wire, page.room, page.entries.iter()),
            _ => Ok(()),
        }
    }
}

impl Access {
    fn may_read<'a>(
        &self,
        moment: &Moment<'_>,
        wire: Wire,
        room: RoomId,
        mut entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<(), String> {
        let Some(entered) = self.entered.get(&(wire, room)) else {
            return Err(format!("{wire:?} is told of {room}, which it has not entered"));
        };
        let Some(person) = self.people.get(&wire) else { return Err(format!("{wire:?} is told before its login")) };
        let removed = removed_at(moment, room, *person).filter(|removed| removed > entered);
        let Some(removed) = removed else { return Ok(()) };
        match entries.find(|entry| entry.seq > removed) {
            None => Ok(()),
            Some(entry) => Err(format!("{person:?}, removed at {removed}, is told entry {}", entry.seq)),
        }
    }
}

/// Where somebody was removed, if they have not come back since.
fn removed_at(moment: &Moment<'_>, room: RoomId, person: PersonId) -> Option<Seq> {
    let log = moment.truth.logs.get(&room)?;
    log.values().rev().find_map(|entry| match &entry.body {
        EntryBody::Joined(_) if entry.author.person == person => Some(None),
        EntryBody::Act(Act::Kick(target) | Act::Ban(target, _)) if target.person == person => Some(Some(entry.seq)),
        _ => None,
    })?
}
