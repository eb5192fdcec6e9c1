//! The log of a room as all who see it tell it: one order, nothing twice, everything that was promised.

use chat_proto::{Entry, EntryBody, PostId, Seq};
use std::collections::BTreeMap;

/// What was shown and promised in one room.
#[derive(Default)]
pub struct Book {
    shown: BTreeMap<Seq, Option<PostId>>,
    places: BTreeMap<PostId, Seq>,
}

impl Book {
    /// Somebody was shown this.
    pub fn show(&mut self, entry: &Entry) {
        let (seq, post) = (entry.seq, entry.post);
        assert_eq!(*self.shown.entry(seq).or_insert(post), post, "two entries share place {seq}");
        if let Some(id) = post {
            assert_eq!(entry.body, body(id), "post {id:?} says something else");
            self.place(id, seq);
        }
    }

    /// Where a post stands, as somebody was told.
    pub fn place(&mut self, id: PostId, seq: Seq) {
        assert_eq!(*self.places.entry(id).or_insert(seq), seq, "post {id:?} stands in two places");
    }

    /// The last place of which anybody was told.
    pub fn head(&self) -> Seq {
        self.shown.keys().chain(self.places.values()).max().copied().unwrap_or(Seq::START)
    }

    pub fn posts(&self) -> usize {
        self.places.len()
    }

    /// What must be so once everybody has read everything.
    pub fn check(&self) {
        for (id, seq) in &self.places {
            assert_eq!(self.shown.get(seq), Some(&Some(*id)), "post {id:?} was accepted at {seq} and is not there");
        }
        let mut before: Option<(PostId, Seq)> = None;
        for (id, seq) in self.places.iter().map(|(id, seq)| (*id, *seq)) {
            if let Some((other, place)) = before.filter(|(other, _)| other.instance == id.instance) {
                assert!(place < seq, "{id:?} was said after {other:?} and stands before it");
            }
            before = Some((id, seq));
        }
    }
}

/// People from this number on say much at once.
pub const TALKATIVE: u64 = 1_000_000;

/// What is said under an id: some of it long, so that cuts fall within frames.
pub fn body(id: PostId) -> EntryBody {
    let most = match id.instance {
        TALKATIVE.. => 15_000,
        _ if id.n.is_multiple_of(10) => 3_000,
        _ => 60,
    };
    let length = (id.n * 7_919 + id.instance * 104_729) % most;
    EntryBody::Message(format!("{}/{} {}", id.instance, id.n, "x".repeat(length as usize)).into())
}
