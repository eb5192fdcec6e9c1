//! I10: after a newer session of the same client was welcomed, nothing that its older connections say goes to the log.
//! What had reached the server by then may: it waits for its commit like any other. A server that is gone writes
//! nothing at all.

use super::Checker;
use crate::fact::{Client, Fact, Moment, Wire};
use chat_proto::frame::{ClientFrame, ServerFrame};
use chat_proto::{PostId, RoomId};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Fencing {
    /// The connections over which each post reached the server while they were the newest.
    said_over: BTreeSet<(RoomId, PostId)>,
    /// The newest connection of each client that was welcomed.
    welcomed: BTreeMap<Client, Wire>,
    newest_server: u64,
}

impl Checker for Fencing {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Reached(wire, _, ClientFrame::Post(post)) if !self.is_fenced(*wire) => {
                self.said_over.insert((post.room, post.id));
            }
            Fact::Said(wire, _, ServerFrame::Welcome(_)) => {
                let newest = self.welcomed.entry(wire.client).or_insert(*wire);
                *newest = (*newest).max(*wire);
            }
            Fact::Started(server) => self.newest_server = *server,
            Fact::Submitted { server, .. } if *server < self.newest_server => {
                return Err(format!("server {server} goes on to write, and there is server {}", self.newest_server));
            }
            Fact::Submitted { room, id, .. } => return self.may_be_written(*room, *id),
            _ => {}
        }
        Ok(())
    }
}

impl Fencing {
    fn is_fenced(&self, wire: Wire) -> bool {
        self.welcomed.get(&wire.client).is_some_and(|newest| *newest > wire)
    }

    fn may_be_written(&self, room: RoomId, id: PostId) -> Result<(), String> {
        match self.said_over.contains(&(room, id)) {
            true => Ok(()),
            false => {
                Err(format!("{id:?} goes to the log, and has reached the server over no connection that it listens to"))
            }
        }
    }
}
