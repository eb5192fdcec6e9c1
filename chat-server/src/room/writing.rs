//! How something said becomes an entry that everybody sees.

use super::effect::{Effect, Readers};
use super::gathering::Phase;
use super::item::{Item, Offer};
use super::order::Whom;
use super::{Batch, News, Room, SessionId};
use crate::log::record::Record;
use crate::log::{Draft, Outcome, Reach, Run, Verdict};
use crate::mailbox::{self, Decided, Mailbox, Ticket};
use crate::people::Key;
use crate::refusals;
use bytes::Bytes;
use chat_proto::frame::{Accepted, Durability};
use chat_proto::{Author, EntryBody, PersonId, PostId, Refused, UnixMillis};
use std::sync::Arc;
use std::time::Duration;

/// Something that was posted.
pub(crate) struct Said {
    /// The request to answer.
    pub request: u32,
    /// Under which id.
    pub id: PostId,
    /// What.
    pub body: EntryBody,
    /// About whom.
    pub whom: Option<Box<Whom>>,
    /// When.
    pub time: UnixMillis,
}

/// Who posted it.
#[derive(Clone, Copy)]
pub(crate) struct Speaker<'a> {
    /// Who, by name.
    pub author: &'a Arc<Author>,
    /// By key.
    pub key: Key,
    /// Where the answers go.
    pub mailbox: &'a Arc<Mailbox>,
}

/// What is given to the log next.
enum Next {
    /// What is so without an entry.
    Keep(Vec<Record>),
    /// Entries.
    Commit(Offer),
}

impl Room {
    /// Takes the posts of a session, each of which is answered. They are judged and written by a [`Room::flush`]. To
    /// keep the room's pace, the session should read nothing more for as long as is returned.
    pub(crate) fn submit(&self, (session, person): (SessionId, PersonId), posts: Vec<Item>) -> Option<Duration> {
        let mut state = self.lock();
        let is_here = !state.ended && state.presences.is_attached(session, person);
        let is_certain = state.writing.phase != Phase::Uncertain;
        match (is_here, is_certain) {
            (false, _) => posts.into_iter().for_each(|post| post.deny(self.id, refusals::not_member())),
            (true, false) => posts.into_iter().for_each(|post| post.answer(Decided::Unknown)),
            (true, true) => return state.writing.gather_posts(posts),
        }
        None
    }

    /// How many posts the room's pace lets through now.
    pub(crate) fn posts_at_once(&self) -> usize {
        self.lock().writing.pace.available()
    }

    /// What somebody posts here, to be [submitted](Self::submit).
    pub(crate) fn post(&self, speaker: Speaker<'_>, said: Said) -> Item {
        let Said { request, id, body, whom, time } = said;
        let Speaker { author, key, mailbox } = speaker;
        let body = if self.is_on_disk() { by_itself(body) } else { body };
        let author = Arc::clone(author);
        let draft = Draft { time, author, post: Some(id), body, reach: Reach::Own, records: Vec::new() };
        Item::post(draft, key, whom, Ticket { mailbox: Arc::clone(mailbox), request })
    }

    /// Commits what has gathered, unless a commit is under way: then its completion does. One caller at a time gives
    /// the log what there is, so that it gets everything in the order in which it became so.
    pub(crate) fn flush(self: &Arc<Self>) {
        if std::mem::replace(&mut self.lock().writing.is_flushing, true) {
            return;
        }
        while let Some(next) = self.next() {
            match next {
                Next::Keep(records) => self.log.keep(records),
                Next::Commit(offer) => self.commit(offer),
            }
        }
    }

    fn next(&self) -> Option<Next> {
        let mut state = self.lock();
        state.keep_reading(self);
        let next = match std::mem::take(&mut state.writing.records) {
            records if records.is_empty() => state.next_batch(self).map(Next::Commit),
            records => Some(Next::Keep(records)),
        };
        state.writing.is_flushing = next.is_some();
        next
    }

    fn commit(self: &Arc<Self>, offer: Offer) {
        let room = Arc::clone(self);
        self.log.append(Arc::clone(&offer.drafts), Box::new(move |outcome| room.completed(offer, outcome)));
    }

    fn completed(self: Arc<Self>, offer: Offer, outcome: Outcome) {
        match outcome {
            Outcome::Committed { verdicts, entries } => self.settle(offer, &verdicts, &entries),
            Outcome::NotWritten(why) => self.give_back(offer.into_items(), &refusals::not_written(why)),
            Outcome::Unknown => return self.doubt(offer.into_items()),
        }
        self.flush();
    }

    fn settle(&self, mut offer: Offer, verdicts: &[Verdict], entries: &Run) {
        self.publish(offer.take_effects(verdicts), entries);
        let durability = self.label.durability;
        let posts = offer.drafts.iter().map(|draft| draft.post).zip(&mut offer.asides).zip(verdicts);
        mailbox::answer(
            posts.filter_map(|((post, aside), verdict)| {
                Some((aside.ticket.take()?, decide(post?, *verdict, durability)))
            }),
        );
        if !verdicts.contains(&Verdict::NoPlace) {
            return self.lock().writing.go_on();
        }
        // Those of them that are posts were refused just now.
        let without_place =
            offer.into_items().into_iter().zip(verdicts).filter(|(_, verdict)| **verdict == Verdict::NoPlace);
        let notes: Vec<_> = without_place.map(|(item, _)| item).filter(Item::is_note).collect();
        match notes.is_empty() {
            true => self.lock().writing.go_on(),
            false => self.write_later(notes),
        }
    }

    /// None of it was written, and will not be; but a post that is said again may have been before. What the server
    /// wrote itself is still to be written.
    fn give_back(&self, items: Vec<Item>, refused: &Refused) {
        let (notes, posts) = items.into_iter().partition::<Vec<_>, _>(Item::is_note);
        for post in posts {
            post.deny(self.id, refused.clone());
        }
        self.write_later(notes);
    }

    /// What the server wrote itself, and the log has no place for.
    fn write_later(&self, notes: Vec<Item>) {
        let writing = &mut self.lock().writing;
        writing.phase = Phase::Refused;
        writing.put_back(notes.into_iter());
        writing.release();
    }

    /// Makes committed entries visible, and what they change true: the only place where that happens.
    pub(super) fn publish(&self, effects: Vec<Effect>, entries: &Run) {
        if entries.is_empty() {
            return;
        }
        let mut batch = Batch::new(self.id, entries);
        {
            let mut state = self.lock();
            state.head = entries.last;
            for effect in effects {
                if state.take_effect(self.id, effect) == Readers::SomeGo {
                    batch.readers = Readers::SomeGo;
                }
            }
        }
        self.news.publish(News::Batch(batch));
    }
}

/// The same in memory of its own. A text shares it with all that was read together with it, and what waits for a disk
/// is not to keep all of that.
fn by_itself(body: EntryBody) -> EntryBody {
    match body {
        EntryBody::Message(text) => EntryBody::Message(Bytes::copy_from_slice(&text)),
        EntryBody::Action(text) => EntryBody::Action(Bytes::copy_from_slice(&text)),
        other => other,
    }
}

/// Whatever is still to be answered.
pub(super) fn take_tickets<'a>(items: impl IntoIterator<Item = &'a mut Item>) -> Vec<Ticket> {
    items.into_iter().filter_map(|item| item.aside.ticket.take()).collect()
}

fn decide(id: PostId, verdict: Verdict, durability: Durability) -> Decided {
    let refused = match verdict {
        Verdict::Appended(seq) | Verdict::Known(seq) => return Decided::Accepted(Accepted { id, seq, durability }),
        Verdict::Reused => refusals::id_reused(),
        Verdict::TooOld => refusals::id_too_old(),
        Verdict::OutOfOrder => refusals::out_of_order(),
        Verdict::NoPlace => refusals::storage_full(),
        Verdict::NoSuchMessage => refusals::no_such_message(),
        Verdict::NotYours => refusals::not_yours(),
        Verdict::TooManyEdits => refusals::too_many_edits(),
        Verdict::TooManyReactions => refusals::too_many_reactions(),
    };
    Decided::Refused(Box::new(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_disk_keeps_nothing_of_what_was_read_with_it() {
        for kind in [EntryBody::Message, EntryBody::Action] {
            let read = Bytes::from(vec![b'x'; 64 * 1024]);

            let body = by_itself(kind(read.slice(..5)));

            assert!(read.is_unique());
            assert_eq!(body, kind(Bytes::from_static(b"xxxxx")));
        }
    }
}
