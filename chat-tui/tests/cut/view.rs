//! What one person saw of the room, and the checks that nothing is lost, doubled or moved.

use chat_proto::{Entry, EntryBody, PostId, Seq};
use chat_tui::link::{LinkEvent, Mark};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct View {
    pub(crate) entries: Vec<Entry>,
    pub(crate) accepted: BTreeMap<u64, Seq>,
    pub(crate) cuts: usize,
}

impl View {
    /// Takes one event in, and judges it at once.
    pub(crate) fn take(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Entries { entries, .. } => entries.into_iter().for_each(|entry| self.follow(entry)),
            LinkEvent::Marked { id, mark: Mark::Accepted { seq, .. }, .. } => self.accept(id, seq),
            LinkEvent::Down { .. } => self.cuts += 1,
            LinkEvent::Marked { mark: Mark::Waiting | Mark::OnTheWire, .. }
            | LinkEvent::Up { .. }
            | LinkEvent::Joined { .. }
            | LinkEvent::Members { .. }
            | LinkEvent::Latency(_) => {}
            other => panic!("a network that only cuts makes no {other:?}"),
        }
    }

    fn follow(&mut self, entry: Entry) {
        if let Some(last) = self.entries.last() {
            assert_eq!(entry.prev, last.seq, "an entry is missing, or comes twice");
        }
        self.entries.push(entry);
    }

    fn accept(&mut self, id: PostId, seq: Seq) {
        assert_eq!(self.accepted.insert(id.n, seq), None, "post {} is accepted twice", id.n);
    }

    pub(crate) fn posts(&self) -> Vec<(PostId, Seq)> {
        self.entries.iter().filter_map(|entry| entry.post.map(|id| (id, entry.seq))).collect()
    }

    /// What was posted under an id, and that it says what its sender said.
    pub(crate) fn check_bodies(&self, body: impl Fn(PostId) -> EntryBody) {
        for entry in &self.entries {
            if let Some(id) = entry.post {
                assert_eq!(entry.body, body(id), "post {id:?} says something else");
            }
        }
    }
}

/// Every view complete, in one order, without duplicates, each sender in their order.
pub(crate) fn check(views: &[View], posts_each: u64) {
    let order = views[0].posts();
    for (person, view) in views.iter().enumerate() {
        assert_eq!(view.posts(), order, "the view of person {person} is not that of person 0");
        for (n, seq) in &view.accepted {
            let id = PostId { instance: person as u64, n: *n };
            assert!(order.contains(&(id, *seq)), "post {id:?} is accepted at {seq} and not there");
        }
        let own: Vec<_> = order.iter().filter(|(id, _)| id.instance == person as u64).map(|(id, _)| id.n).collect();
        assert!(own.iter().copied().eq(1..=posts_each), "the posts of person {person} are {own:?}");
    }
    assert_eq!(order.len() as u64, posts_each * views.len() as u64);
}
