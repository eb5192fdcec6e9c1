//! I6: a client never asks for what comes after an entry that it has not shown, or marked as a gap.

use super::Checker;
use super::view::Views;
use crate::fact::{Client, Fact, Moment};
use chat_proto::frame::ClientFrame;
use chat_proto::{RoomId, Seq};
use chat_tui::link::LinkEvent;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Cursors {
    views: Views,
    /// The furthest place that each client has come back at. What it shows is told a moment later.
    resumed: BTreeMap<(Client, RoomId), Seq>,
}

impl Checker for Cursors {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        let judged = match fact {
            Fact::Reached(wire, _, ClientFrame::Resume(resume)) => {
                let furthest = self.resumed.entry((wire.client, resume.room)).or_default();
                *furthest = resume.after.max(*furthest);
                Ok(())
            }
            Fact::Told(client, LinkEvent::Entries { room, entries }) => self.follows(*client, *room, entries[0].prev),
            Fact::Judged { running, .. } => running.iter().try_for_each(|client| self.is_shown(*client)),
            _ => Ok(()),
        };
        self.views.take(fact);
        judged
    }
}

impl Cursors {
    fn follows(&self, client: Client, room: RoomId, prev: Seq) -> Result<(), String> {
        match self.views.get(client, room) {
            Some(view) if view.cursor != prev => {
                Err(format!("{client:?} goes on after {prev}, and has shown up to {}", view.cursor))
            }
            _ => Ok(()),
        }
    }

    fn is_shown(&self, client: Client) -> Result<(), String> {
        self.views.of(client).try_for_each(|(room, view)| match self.resumed.get(&(client, room)) {
            Some(resumed) if *resumed > view.cursor => {
                Err(format!("{client:?} came back at {resumed}, and has shown up to {}", view.cursor))
            }
            _ => Ok(()),
        })
    }
}
