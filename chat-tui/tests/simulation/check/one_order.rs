//! I1: no two entries of a room share a place, a place never means two things, and every view is a part of the log in
//! its order.

use super::Checker;
use crate::fact::{Fact, Moment};
use chat_proto::{Entry, EntryBody, RoomId};
use chat_tui::link::LinkEvent;

#[derive(Default)]
pub(super) struct OneOrder;

impl Checker for OneOrder {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Written { room, entries } => follows(moment, *room, entries),
            Fact::Told(_, LinkEvent::Entries { room, entries } | LinkEvent::Page { room, entries, .. }) => {
                entries.iter().try_for_each(|entry| is_as_written(moment, *room, entry))
            }
            Fact::Judged { kept, .. } => kept.iter().try_for_each(|(room, entries)| {
                entries.iter().try_for_each(|entry| is_as_written(moment, *room, entry))
            }),
            _ => Ok(()),
        }
    }
}

fn follows(moment: &Moment<'_>, room: RoomId, entries: &[Entry]) -> Result<(), String> {
    let mut head = moment.truth.head(room);
    for entry in entries {
        if entry.prev != head || entry.seq <= head {
            return Err(format!("entry {} after {} is written where {head} is the newest", entry.seq, entry.prev));
        }
        head = entry.seq;
    }
    Ok(())
}

fn is_as_written(moment: &Moment<'_>, room: RoomId, entry: &Entry) -> Result<(), String> {
    // What was never written is I4's.
    let Some(written) = moment.truth.entry(room, entry.seq) else { return Ok(()) };
    let says = Entry { body: written.body.clone(), ..entry.clone() };
    match says == *written && (entry.body == written.body || is_erased(&entry.body)) {
        true => Ok(()),
        false => Err(format!("place {} is {written:?} and {entry:?}", entry.seq)),
    }
}

/// Whether what was said there was taken out.
fn is_erased(body: &EntryBody) -> bool {
    match body {
        EntryBody::Erased => true,
        EntryBody::Edit(edit) => edit.text.is_empty(),
        _ => false,
    }
}
