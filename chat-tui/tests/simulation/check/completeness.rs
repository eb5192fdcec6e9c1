//! I5: in the end, whoever is in a room has all that is kept of it since they came; a gap hides nothing that is kept.

use super::Checker;
use super::view::{View, Views};
use crate::fact::{Client, Fact, Moment};
use chat_proto::frame::GapKind;
use chat_proto::{Entry, RoomId, Seq};

#[derive(Default)]
pub(super) struct Completeness {
    views: Views,
}

impl Checker for Completeness {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        self.views.take(fact);
        let Fact::Judged { kept, running } = fact else { return Ok(()) };
        running.iter().try_for_each(|client| {
            self.views.of(*client).try_for_each(|(room, view)| {
                let kept = kept.get(&room).map_or(&[][..], Vec::as_slice);
                is_complete(*client, room, view, kept)
            })
        })
    }
}

fn is_complete(client: Client, room: RoomId, view: &View, kept: &[Entry]) -> Result<(), String> {
    let missing = kept.iter().map(|entry| entry.seq).find(|seq| is_missing(view, *seq));
    if let Some(seq) = missing {
        return Err(format!("{client:?} has not shown entry {seq} of {room}"));
    }
    let is_hidden =
        |seq: Seq| view.gaps.iter().any(|(from, to, kind)| *kind == GapKind::Purged && (*from..=*to).contains(&seq));
    match kept.iter().find(|entry| is_hidden(entry.seq)) {
        None => Ok(()),
        Some(entry) => Err(format!("{client:?} was told that entry {} of {room} is gone, and it is kept", entry.seq)),
    }
}

fn is_missing(view: &View, seq: Seq) -> bool {
    seq > view.start && !view.entries.contains(&seq) && !view.has_gap_at(seq)
}
