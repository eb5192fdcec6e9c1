//! What a session says, on its way to the rooms: what is read in one turn is handed over together, and then committed.

use super::Session;
use crate::mailbox::Mailbox;
use crate::people::Person;
use crate::room::{Item, Room, Said, Speaker};
use crate::transport::Stream;
use chat_proto::{Author, RoomId};
use std::sync::Arc;

/// What was said in this turn.
#[derive(Default)]
pub(super) struct Saying {
    /// Where `posts` are to be said, and under which name.
    place: Option<(Arc<Room>, Arc<Author>)>,
    /// How many of them may wait for the rest of the turn: a room that is too fast says so at once.
    may_wait: usize,
    posts: Vec<Item>,
    /// How many there have been in this turn.
    said: usize,
    /// Where something was said before.
    touched: Vec<Arc<Room>>,
}

/// Whoever says two things at once mostly says as many as may be said at once.
const MANY: usize = super::FRAMES_PER_TURN as usize;

impl Saying {
    /// Adds to what is said in a room, and in no other yet. Says whether more may be added before it is handed over.
    pub(super) fn add(&mut self, room: &Arc<Room>, (person, mailbox): (&Person, &Arc<Mailbox>), said: Said) -> bool {
        let (_, author) = self.place.get_or_insert_with(|| {
            self.may_wait = room.posts_at_once();
            (Arc::clone(room), Arc::new(person.author()))
        });
        if self.posts.len() == 1 {
            self.posts.reserve_exact(MANY);
        }
        self.posts.push(room.post(Speaker { author, key: person.key, mailbox }, said));
        self.said += 1;
        self.posts.len() < self.may_wait
    }

    fn touch(&mut self, room: Arc<Room>) {
        if !self.touched.iter().any(|touched| touched.id == room.id) {
            self.touched.push(room);
        }
    }
}

impl<S: Stream> Session<S> {
    /// Whether something was said in another room.
    pub(super) fn is_saying_elsewhere(&self, room: RoomId) -> bool {
        let saying = self.member.as_ref().and_then(|member| member.saying.as_ref());
        saying.and_then(|saying| saying.place.as_ref()).is_some_and(|(other, _)| other.id != room)
    }

    /// Hands what was said over to its room, before anything else happens there.
    pub(super) fn hand_over(&mut self) {
        let Some(member) = &mut self.member else { return };
        let Some(saying) = &mut member.saying else { return };
        let Some((room, author)) = saying.place.take() else { return };
        // With its memory: most of those who have spoken are silent.
        let pause = room.submit((self.id, author.person), std::mem::take(&mut saying.posts));
        saying.touch(room);
        self.pause(pause);
    }

    /// Has what was said committed. Says whether it was one thing.
    pub(super) fn flush_rooms(&mut self) -> bool {
        self.hand_over();
        let Some(saying) = self.member.as_mut().and_then(|member| member.saying.as_mut()) else { return false };
        for room in saying.touched.drain(..) {
            room.flush();
        }
        std::mem::take(&mut saying.said) == 1
    }
}
