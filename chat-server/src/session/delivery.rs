//! The cursor that never skips: how a session receives every entry of its rooms, in order.
//!
//! News comes over the room's broadcast and is passed on only from where it follows on the cursor. Otherwise the
//! session is behind, and reads the log from its cursor until it has caught up; news that arrives meanwhile is in the
//! log too.

use super::outbound::Outbound;
use crate::config::Rate;
use crate::few::Few;
use crate::log::{Range, ReadError, Slice};
use crate::mailbox::Mailbox;
use crate::pace::Pace;
use crate::people::Person;
use crate::room::{Batch, Departure, Listening, Missed, News, Readers, Room, SessionId, Signal};
use crate::rooms::{Entered, Rooms};
use chat_proto::codec::{self, to_bytes};
use chat_proto::frame::{EndReason, Gap, GapKind, RoomEnded, RoomHead, ServerFrame};
use chat_proto::{PersonId, RoomId, Seq};
use std::sync::Arc;

/// The rooms of a session, and how far it is in each. Departs from all of them when dropped.
#[repr(C)]
pub(super) struct Deliveries {
    reader: Reader,
    cursors: Few<RoomId, Cursor>,
    person: Arc<Person>,
    rooms: Arc<Rooms>,
    /// Whose log was read last: the next one is another's turn.
    caught_up: Option<RoomId>,
    departure: Departure,
}

struct Cursor {
    room: Arc<Room>,
    /// What happens there from now on; nothing for a visitor.
    news: Option<Listening>,
    /// The last entry given to the session; nothing for a visitor, who is given none.
    at: Option<Seq>,
    is_behind: bool,
    /// How often the session may say here that its person writes; counted from the first time.
    typing: Option<Box<Pace>>,
}

/// Whom something is delivered to.
#[derive(Clone, Copy)]
struct Reader {
    session: SessionId,
    person: PersonId,
}

/// Whether a room's news is still delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    GoesOn,
    /// More may be there, and nobody is woken for it.
    LacksRoom,
    Over,
}

/// Who begins to write, stops and begins again need not wait; who goes on says so every three seconds.
const TYPING: Rate = Rate { burst: 4.0, per_second: 0.5 };

impl Deliveries {
    /// No rooms yet.
    pub(super) fn new(session: SessionId, person: Arc<Person>, rooms: Arc<Rooms>) -> Self {
        let reader = Reader { session, person: person.id };
        Self { reader, person, rooms, cursors: Few::default(), caught_up: None, departure: Departure::Lost }
    }

    /// How many rooms that are not direct.
    pub(super) fn shared_rooms(&self) -> usize {
        self.cursors.values().filter(|cursor| cursor.room.direct().is_none()).count()
    }

    /// The room, if the session reads it, and says often enough but not too often that its person writes there.
    pub(super) fn typing_in(&mut self, id: RoomId) -> Option<&Arc<Room>> {
        let cursor = self.cursors.get_mut(&id).filter(|cursor| cursor.at.is_some())?;
        let typing = cursor.typing.get_or_insert_with(|| Box::new(Pace::new(TYPING)));
        typing.try_take(1.0).is_ok().then_some(&cursor.room)
    }

    /// The room, if the session is in it.
    pub(super) fn room(&self, id: RoomId) -> Option<&Arc<Room>> {
        self.cursors.get(&id).map(|cursor| &cursor.room)
    }

    /// The room, if the session reads it. A visitor, whom nobody sees, does not.
    pub(super) fn reading(&self, id: RoomId) -> Option<&Arc<Room>> {
        self.cursors.get(&id).filter(|cursor| cursor.at.is_some()).map(|cursor| &cursor.room)
    }

    /// How far the session is in each room that it reads.
    pub(super) fn heads(&self) -> impl Iterator<Item = RoomHead> {
        self.cursors.iter().filter_map(|(room, cursor)| Some(RoomHead { room: *room, head: cursor.at? }))
    }

    /// Begins to deliver a room that was just entered, after `at`, to the session whose mailbox this is.
    pub(super) fn begin(&mut self, entered: Entered, at: Seq, mailbox: &Arc<Mailbox>) {
        let Entered { room, news } = entered;
        let id = room.id;
        let at = news.as_ref().map(|_| at);
        let news = news.map(|news| Listening::new(&room, news, mailbox));
        self.cursors.insert(id, Cursor { room, news, at, is_behind: at.is_some(), typing: None });
    }

    /// Stops delivering a room.
    pub(super) fn stop(&mut self, room: RoomId) {
        self.cursors.remove(&room);
    }

    /// Stops holding a room that the session does not read.
    pub(super) fn end_visit(&mut self, room: RoomId) {
        if self.cursors.get(&room).is_some_and(|cursor| cursor.at.is_none()) {
            self.stop(room);
        }
    }

    /// Says how the session takes leave of its rooms when it is dropped.
    pub(super) fn set_departure(&mut self, departure: Departure) {
        self.departure = departure;
    }

    /// Passes on the news that is there, while there is room for it. A room that fills it all puts the others behind,
    /// and those who are behind take turns. Says whether news may be left, for which nobody is woken again.
    pub(super) fn deliver_news(&mut self, outbound: &mut Outbound) -> bool {
        let reader = self.reader;
        let (mut over, mut is_left) = (Vec::new(), false);
        for (id, cursor) in self.cursors.iter_mut() {
            match cursor.take_news(reader, outbound) {
                Delivery::GoesOn => {}
                Delivery::LacksRoom => is_left = true,
                Delivery::Over => over.push(*id),
            }
        }
        for room in over {
            self.dismiss(room, outbound);
        }
        is_left
    }

    /// Says that nothing more comes from a room, if anything came.
    pub(super) fn on_ended(&mut self, room: RoomId, reason: EndReason, outbound: &mut Outbound) {
        if self.cursors.contains_key(&room) {
            outbound.push(to_bytes(0, &ServerFrame::from(RoomEnded { room, reason })));
            self.stop(room);
        }
    }

    /// Whether there is something to read from a log.
    pub(super) fn is_behind(&self) -> bool {
        self.cursors.values().any(|cursor| cursor.is_behind)
    }

    /// Reads the next piece of one log that the session is behind in.
    ///
    /// # Errors
    /// [`ReadError`]: it stays behind.
    pub(super) async fn catch_up(&mut self, outbound: &mut Outbound) -> Result<(), ReadError> {
        let Some(id) = self.next_behind() else { return Ok(()) };
        self.caught_up = Some(id);
        let Some(cursor) = self.cursors.get_mut(&id) else { return Ok(()) };
        let Some(at) = cursor.at else { return Ok(()) };
        let slice = cursor.room.read(Range::first_after(at)).await?;
        // The right to read may have ended since; a batch that said so may be among those that were missed.
        if !cursor.may_read(self.reader) {
            self.dismiss(id, outbound);
            return Ok(());
        }
        let at = give(id, at, &slice, outbound);
        cursor.at = Some(at);
        cursor.is_behind = at < slice.head;
        Ok(())
    }

    /// The rooms take turns: one that is busier than the peer can read would keep all the others waiting.
    fn next_behind(&self) -> Option<RoomId> {
        let behind = self.cursors.iter().filter(|(_, cursor)| cursor.is_behind).map(|(id, _)| *id);
        behind.min_by_key(|id| (Some(*id) <= self.caught_up, *id))
    }

    fn dismiss(&mut self, room: RoomId, outbound: &mut Outbound) {
        match self.cursors.get(&room).map(|cursor| &cursor.room) {
            Some(left) if left.is_ended() => self.on_ended(room, EndReason::Over, outbound),
            Some(left) if left.take_removed(self.reader.session) => self.on_ended(room, EndReason::Removed, outbound),
            _ => self.stop(room),
        }
    }

    /// Who receives.
    pub(super) fn person(&self) -> &Arc<Person> {
        &self.person
    }

    /// The person's number.
    pub(super) fn person_id(&self) -> PersonId {
        self.reader.person
    }
}

impl Cursor {
    fn take_news(&mut self, reader: Reader, outbound: &mut Outbound) -> Delivery {
        while let Some(news) = &mut self.news {
            if !outbound.has_room() {
                return Delivery::LacksRoom;
            }
            let item = match news.next() {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(Missed) => {
                    self.is_behind = true;
                    continue;
                }
            };
            if self.on_news(item, reader, outbound) == Delivery::Over {
                return Delivery::Over;
            }
        }
        Delivery::GoesOn
    }

    /// Passes one item on, or notes that the session is behind.
    fn on_news(&mut self, item: News, reader: Reader, outbound: &mut Outbound) -> Delivery {
        match item {
            News::Batch(batch) => return self.on_batch(batch, reader, outbound),
            News::Signal(signal) => self.on_signal(signal, reader, outbound),
            News::Ended => return Delivery::Over,
        }
        Delivery::GoesOn
    }

    /// Passes a signal on, unless there is more to tell first: by then it is old. Nor to whoever was removed by now:
    /// the batch that says so may still be on its way here.
    fn on_signal(&self, signal: Signal, reader: Reader, outbound: &mut Outbound) {
        let is_up_to_date = self.at.is_some() && !self.is_behind;
        let is_meant = signal.except != Some(reader.person);
        if is_up_to_date && is_meant && self.may_read(reader) {
            outbound.push(signal.frame);
        }
    }

    /// Whoever may read no further is done, also if the batch itself was read from the log before, or will be: it comes
    /// only once. Whoever was let in again before this was said stays.
    fn on_batch(&mut self, batch: Batch, reader: Reader, outbound: &mut Outbound) -> Delivery {
        let readers = batch.readers;
        self.deliver_batch(batch, outbound);
        match readers == Readers::SomeGo && !self.may_read(reader) {
            true => Delivery::Over,
            false => Delivery::GoesOn,
        }
    }

    fn deliver_batch(&mut self, batch: Batch, outbound: &mut Outbound) {
        let Some(at) = self.at.filter(|at| !self.is_behind && batch.last > *at) else { return };
        let last = batch.last;
        match batch.following(at) {
            Some(frames) => {
                outbound.push(frames);
                self.at = Some(last);
            }
            None => self.is_behind = true,
        }
    }

    fn may_read(&self, reader: Reader) -> bool {
        self.room.is_attached(reader.session, reader.person)
    }
}

/// Gives a piece of a log that follows on `at`, with a gap where entries are no longer kept; says how far that goes.
pub(super) fn give(room: RoomId, at: Seq, slice: &Slice, outbound: &mut Outbound) -> Seq {
    let Some((first, last)) = slice.entries.first().zip(slice.entries.last()) else {
        // Nothing is kept up to the head.
        gap(room, at, slice.head, GapKind::Purged, outbound);
        return slice.head.max(at);
    };
    gap(room, at, first.prev, GapKind::Purged, outbound);
    outbound.push(codec::batch(room, slice.entries.len(), slice.entries.iter().map(AsRef::as_ref)));
    last.seq
}

/// Announces that what lies after `after`, up to `to`, is not sent.
pub(super) fn gap(room: RoomId, after: Seq, to: Seq, kind: GapKind, outbound: &mut Outbound) {
    if to > after {
        let gap = Gap { room, from: after.next(), to, kind };
        outbound.push(to_bytes(0, &ServerFrame::from(gap)));
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        for cursor in self.cursors.values() {
            let life = cursor.room.depart(self.reader.session, &self.person, self.departure);
            self.rooms.settle(&cursor.room, life);
        }
    }
}
