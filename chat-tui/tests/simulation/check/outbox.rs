//! I7: what somebody has written leaves the outbox only because it is accepted, refused or discarded; also over a crash
//! of the client.

use super::Checker;
use super::view::Views;
use crate::fact::{Client, Fact, Moment, Wire};
use chat_proto::frame::{ClientFrame, ServerFrame};
use chat_proto::{PostId, RoomId};
use chat_tui::link::{Command, LinkEvent, Mark};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Outboxes {
    views: Views,
    /// What each running client holds.
    held: BTreeMap<Client, BTreeSet<(RoomId, PostId)>>,
    /// What clients that are over held.
    left: BTreeMap<usize, BTreeSet<(RoomId, PostId)>>,
    /// Which post a request is.
    asked: BTreeMap<(Wire, u32), (RoomId, PostId)>,
    /// Refused by the server, whether the client came to tell it or not.
    refused: BTreeSet<(RoomId, PostId)>,
}

impl Checker for Outboxes {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        self.views.take(fact);
        match fact {
            Fact::Told(client, LinkEvent::Marked { room, id, mark }) => self.mark(*client, (*room, *id), mark),
            Fact::Told(client, LinkEvent::Restored { items }) => {
                for (item, mark) in items {
                    self.mark(*client, (item.room, item.id), mark);
                }
            }
            Fact::Asked(client, Command::Discard(id)) => {
                self.held.entry(*client).or_default().retain(|(_, held)| held != id);
            }
            Fact::Over(client) => {
                let held = self.held.remove(client).unwrap_or_default();
                self.left.entry(client.person).or_default().extend(held);
            }
            Fact::Reached(wire, request, ClientFrame::Post(post)) => {
                self.asked.insert((*wire, *request), (post.room, post.id));
            }
            Fact::Said(wire, request, ServerFrame::Refused(_)) => {
                self.refused.extend(self.asked.get(&(*wire, *request)));
            }
            Fact::Judged { running, .. } => {
                return running.iter().try_for_each(|client| self.is_whole(moment, *client));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Outboxes {
    fn mark(&mut self, client: Client, post: (RoomId, PostId), mark: &Mark) {
        let held = self.held.entry(client).or_default();
        match mark {
            Mark::Accepted { .. } | Mark::Refused(_) => held.remove(&post),
            Mark::Waiting | Mark::OnTheWire | Mark::Unknown(_) | Mark::Stale => held.insert(post),
        };
        if let Some(left) = self.left.get_mut(&client.person) {
            left.remove(&post);
        }
    }

    /// Whether a client has taken over everything that those before it left for rooms that it is in.
    fn is_whole(&self, moment: &Moment<'_>, client: Client) -> Result<(), String> {
        let left = self.left.get(&client.person).into_iter().flatten();
        let is_in = |room: RoomId| self.views.get(client, room).is_some_and(|view| view.is_in);
        let is_decided = |post: &(RoomId, PostId)| moment.truth.posts.contains_key(post) || self.refused.contains(post);
        let mut lost = left.filter(|post| is_in(post.0) && !is_decided(post));
        lost.next()
            .map_or(Ok(()), |(room, id)| Err(format!("{id:?} to {room} has left the outbox of {client:?} undecided")))
    }
}
