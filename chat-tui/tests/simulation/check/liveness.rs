//! I13: once nothing is harmed any more, every client is connected and everything that was written is decided within
//! twice the longest wait and 5 s, which is when the run is judged.

use super::Checker;
use super::view::Views;
use crate::fact::{Client, Fact, Moment};
use chat_proto::{PostId, RoomId};
use chat_tui::link::{LinkEvent, Mark};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Liveness {
    views: Views,
    up: BTreeSet<Client>,
    open: BTreeMap<Client, BTreeSet<(RoomId, PostId)>>,
}

impl Checker for Liveness {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        self.views.take(fact);
        match fact {
            Fact::Told(client, LinkEvent::Up { .. }) => drop(self.up.insert(*client)),
            Fact::Told(client, LinkEvent::Down { .. }) => drop(self.up.remove(client)),
            Fact::Told(client, LinkEvent::Marked { room, id, mark }) => self.mark(*client, (*room, *id), mark),
            Fact::Told(client, LinkEvent::Restored { items }) => {
                for (item, mark) in items {
                    self.mark(*client, (item.room, item.id), mark);
                }
            }
            Fact::Judged { running, .. } => return running.iter().try_for_each(|client| self.is_done(*client)),
            _ => {}
        }
        Ok(())
    }
}

impl Liveness {
    fn mark(&mut self, client: Client, post: (RoomId, PostId), mark: &Mark) {
        let open = self.open.entry(client).or_default();
        match mark {
            Mark::Waiting | Mark::OnTheWire => open.insert(post),
            Mark::Accepted { .. } | Mark::Refused(_) | Mark::Unknown(_) | Mark::Stale => open.remove(&post),
        };
    }

    fn is_done(&self, client: Client) -> Result<(), String> {
        if !self.up.contains(&client) {
            return Err(format!("{client:?} is not connected"));
        }
        let is_in = |room: RoomId| self.views.get(client, room).is_some_and(|view| view.is_in);
        let mut open = self.open.get(&client).into_iter().flatten().filter(|(room, _)| is_in(*room));
        open.next().map_or(Ok(()), |(_, id)| Err(format!("{id:?} of {client:?} is not decided")))
    }
}
