//! I15: a pong names the last entry that was said to its connection, so that whoever is idle knows the head within one
//! heartbeat: also in the end.

use super::Checker;
use super::view::Views;
use crate::fact::{Fact, Moment, Wire};
use chat_proto::frame::ServerFrame;
use chat_proto::{RoomId, Seq};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct IdleDiscovery {
    views: Views,
    said: BTreeMap<(Wire, RoomId), Seq>,
}

impl Checker for IdleDiscovery {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        self.views.take(fact);
        match fact {
            Fact::Said(wire, _, frame) => self.on_said(*wire, frame),
            Fact::Judged { running, .. } => running.iter().try_for_each(|client| {
                self.views.of(*client).try_for_each(|(room, view)| match moment.truth.head(room) {
                    head if view.cursor == head => Ok(()),
                    head => Err(format!("{client:?} is at {} of {room}, whose newest entry is {head}", view.cursor)),
                })
            }),
            _ => Ok(()),
        }
    }
}

impl IdleDiscovery {
    fn on_said(&mut self, wire: Wire, frame: &ServerFrame) -> Result<(), String> {
        match frame {
            ServerFrame::Joined(joined) => drop(self.said.insert((wire, joined.room), joined.cursor)),
            ServerFrame::Gap(gap) => drop(self.said.insert((wire, gap.room), gap.to)),
            ServerFrame::Batch(batch) => {
                if let Some(last) = batch.entries.iter().last() {
                    self.said.insert((wire, batch.room), last.seq);
                }
            }
            ServerFrame::Pong(pong) => {
                let wrong = pong.heads.iter().find(|head| self.said.get(&(wire, head.room)) != Some(&head.head));
                if let Some(head) = wrong {
                    return Err(format!("{wire:?} is told to be at {head:?} of its room, and is not"));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
