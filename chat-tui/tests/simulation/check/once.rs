//! I3: each post stands at most once in the log, each place and each post at most once in a view.

use super::Checker;
use super::view::Views;
use crate::fact::{Client, Fact, Moment};
use chat_proto::{Entry, RoomId};
use chat_tui::link::LinkEvent;

#[derive(Default)]
pub(super) struct Once {
    views: Views,
}

impl Checker for Once {
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        let judged = match fact {
            Fact::Written { room, entries } => is_new_in_log(moment, *room, entries),
            Fact::Told(client, LinkEvent::Entries { room, entries }) => self.is_new_in_view(*client, *room, entries),
            _ => Ok(()),
        };
        self.views.take(fact);
        judged
    }
}

fn is_new_in_log(moment: &Moment<'_>, room: RoomId, entries: &[Entry]) -> Result<(), String> {
    let twice = entries.iter().find(|entry| entry.post.is_some_and(|id| moment.truth.posts.contains_key(&(room, id))));
    twice.map_or(Ok(()), |entry| Err(format!("{:?} is written again, at {}", entry.post, entry.seq)))
}

impl Once {
    fn is_new_in_view(&self, client: Client, room: RoomId, entries: &[Entry]) -> Result<(), String> {
        let Some(view) = self.views.get(client, room) else { return Ok(()) };
        let is_shown =
            |entry: &&Entry| view.entries.contains(&entry.seq) || entry.post.is_some_and(|id| view.posts.contains(&id));
        match entries.iter().find(is_shown) {
            None => Ok(()),
            Some(entry) => Err(format!("{client:?} shows {:?} at {} twice", entry.post, entry.seq)),
        }
    }
}
