//! What the holder of a link may rely on, whatever the server says.

use chat_proto::{Entry, PostId, RoomId, Seq};
use chat_tui::link::{Asked, LinkEvent, Mark};
use std::collections::BTreeMap;

/// Believes nothing, and remembers what it was told.
#[derive(Default)]
pub(crate) struct Holder {
    /// The last entry or gap of each room that is open.
    pub(crate) cursors: BTreeMap<RoomId, Seq>,
    decided: BTreeMap<PostId, Mark>,
}

impl Holder {
    pub(crate) fn take(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Joined { asked: Asked::Resume(room), .. } => assert!(self.cursors.contains_key(&room)),
            LinkEvent::Joined { joined, .. } => drop(self.cursors.insert(joined.room, joined.cursor)),
            LinkEvent::Entries { room, entries } => entries.iter().for_each(|entry| self.follow(room, entry)),
            LinkEvent::Gap { room, from, to, .. } => {
                assert_eq!(from, self.cursors[&room].next());
                assert!(from <= to);
                self.cursors.insert(room, to);
            }
            LinkEvent::RoomEnded { room, .. } | LinkEvent::Left { room } => {
                assert!(self.cursors.remove(&room).is_some(), "a room ends once");
            }
            // Also of one that nobody came back into.
            LinkEvent::NoReturn { room, .. } => drop(self.cursors.remove(&room)),
            LinkEvent::Marked { id, mark, .. } => self.mark(id, mark),
            LinkEvent::Members { room, .. } | LinkEvent::Signal { room, .. } => {
                assert!(self.cursors.contains_key(&room));
            }
            LinkEvent::Page { room, after, entries, .. } => {
                assert!(self.cursors.contains_key(&room));
                assert!(entries.is_sorted_by(|one, next| one.seq < next.seq));
                assert!(entries.iter().all(|entry| entry.seq > after));
            }
            LinkEvent::Found { room, before, hits, .. } => {
                assert!(self.cursors.contains_key(&room));
                assert!(hits.is_sorted_by(|one, next| one.found.seq > next.found.seq));
                assert!(hits.iter().all(|hit| hit.found.seq < before));
            }
            _ => {}
        }
    }

    fn follow(&mut self, room: RoomId, entry: &Entry) {
        assert_eq!(entry.prev, self.cursors[&room]);
        assert!(entry.seq > entry.prev);
        self.cursors.insert(room, entry.seq);
    }

    fn mark(&mut self, id: PostId, mark: Mark) {
        if let Some(before) = self.decided.get(&id) {
            panic!("{id:?} was {before:?} and is {mark:?} now");
        }
        if matches!(mark, Mark::Accepted { .. } | Mark::Refused(_)) {
            self.decided.insert(id, mark);
        }
    }
}
