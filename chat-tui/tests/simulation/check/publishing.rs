//! I4: nobody is told of an entry before it is on the disk.

use super::Checker;
use crate::fact::{Fact, Moment};
use chat_proto::frame::ServerFrame;
use chat_proto::{Entry, RoomId};

#[derive(Default)]
pub(super) struct Publishing;

impl Checker for Publishing {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Said(_, _, ServerFrame::Batch(batch)) => are_written(moment, batch.room, batch.entries.iter()),
            Fact::Said(_, _, ServerFrame::Page(page)) => are_written(moment, page.room, page.entries.iter()),
            _ => Ok(()),
        }
    }
}

fn are_written<'a>(moment: &Moment<'_>, room: RoomId, entries: impl Iterator<Item = &'a Entry>) -> Result<(), String> {
    let mut unwritten = entries.filter(|entry| moment.truth.entry(room, entry.seq).is_none());
    unwritten.next().map_or(Ok(()), |entry| Err(format!("entry {} is told of before it is written", entry.seq)))
}
