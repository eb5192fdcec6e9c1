//! What each client has shown of each room.

use crate::fact::{Client, Fact};
use chat_proto::frame::GapKind;
use chat_proto::{PostId, RoomId, Seq};
use chat_tui::link::{Asked, LinkEvent};
use std::collections::{BTreeMap, BTreeSet};

/// One room on one screen, since it was entered.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    /// Everything after this place is to be shown.
    pub(super) start: Seq,
    /// Up to here, everything was shown, or marked as a gap.
    pub(super) cursor: Seq,
    pub(super) entries: BTreeSet<Seq>,
    pub(super) posts: BTreeSet<PostId>,
    pub(super) gaps: Vec<(Seq, Seq, GapKind)>,
    pub(super) is_in: bool,
}

impl View {
    fn new(start: Seq) -> Self {
        Self { start, cursor: start, is_in: true, ..Self::default() }
    }

    /// Whether a place is marked as left out.
    pub(super) fn has_gap_at(&self, seq: Seq) -> bool {
        self.gaps.iter().any(|(from, to, _)| (*from..=*to).contains(&seq))
    }
}

/// Every view there is.
#[derive(Debug, Default)]
pub(super) struct Views(BTreeMap<(Client, RoomId), View>);

impl Views {
    pub(super) fn get(&self, client: Client, room: RoomId) -> Option<&View> {
        self.0.get(&(client, room))
    }

    /// The rooms that a client is in.
    pub(super) fn of(&self, client: Client) -> impl Iterator<Item = (RoomId, &View)> {
        self.0
            .iter()
            .filter(move |((whose, _), view)| *whose == client && view.is_in)
            .map(|((_, room), view)| (*room, view))
    }

    /// Takes in what a client has told.
    pub(super) fn take(&mut self, fact: &Fact<'_>) {
        let Fact::Told(client, event) = fact else { return };
        match event {
            LinkEvent::Joined { asked, joined } => self.enter(*client, asked, joined.room, joined.cursor),
            LinkEvent::Entries { room, entries } => {
                let Some(view) = self.0.get_mut(&(*client, *room)) else { return };
                for entry in entries {
                    view.cursor = entry.seq;
                    view.entries.insert(entry.seq);
                    view.posts.extend(entry.post);
                }
            }
            LinkEvent::Gap { room, from, to, kind } => {
                let Some(view) = self.0.get_mut(&(*client, *room)) else { return };
                view.cursor = *to;
                view.gaps.push((*from, *to, *kind));
            }
            LinkEvent::RoomEnded { room, .. } | LinkEvent::NoReturn { room, .. } | LinkEvent::Left { room } => {
                if let Some(view) = self.0.get_mut(&(*client, *room)) {
                    view.is_in = false;
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, client: Client, asked: &Asked, room: RoomId, cursor: Seq) {
        let view = self.0.entry((client, room)).or_default();
        let goes_on = matches!(asked, Asked::Resume(_)) && view.cursor > Seq::START;
        if goes_on {
            view.is_in = true;
        } else {
            *view = View::new(cursor);
        }
    }
}
