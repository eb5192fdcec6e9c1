//! The cursor that never skips: how a session receives every entry of its rooms, in order.
//!
//! News comes over the room's broadcast and is passed on only when it follows on the cursor. Otherwise the session is
//! behind, and reads the log from its cursor until it has caught up; news that arrives meanwhile is in the log too.

use super::outbound::Outbound;
use crate::config::Rate;
use crate::log::{Range, ReadError, Slice};
use crate::pace::Pace;
use crate::people::Person;
use crate::room::{Batch, Departure, News, Readers, Room, SessionId, Signal};
use crate::rooms::{Entered, Rooms};
use chat_proto::codec::{self, to_bytes};
use chat_proto::frame::{EndReason, Gap, GapKind, RoomEnded, RoomHead, ServerFrame};
use chat_proto::{PersonId, RoomId, Seq};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream, StreamMap};

/// The next item of one of a session's rooms.
type Item = (RoomId, Result<News, BroadcastStreamRecvError>);

/// The rooms of a session, and how far it is in each. Departs from all of them when dropped.
pub(super) struct Deliveries {
    session: SessionId,
    person: Arc<Person>,
    rooms: Arc<Rooms>,
    cursors: HashMap<RoomId, Cursor>,
    news: StreamMap<RoomId, BroadcastStream<News>>,
    /// Whose log was read last: the next one is another's turn.
    caught_up: Option<RoomId>,
    departure: Departure,
}

struct Cursor {
    room: Arc<Room>,
    /// The last entry given to the session; nothing for a visitor, who is given none.
    at: Option<Seq>,
    is_behind: bool,
    /// How often the session may say here that its person writes.
    typing: Pace,
}

/// Who begins to write, stops and begins again need not wait; who goes on says so every three seconds.
const TYPING: Rate = Rate { burst: 4.0, per_second: 0.5 };

impl Deliveries {
    /// No rooms yet.
    pub(super) fn new(session: SessionId, person: Arc<Person>, rooms: Arc<Rooms>) -> Self {
        let (cursors, news) = (HashMap::new(), StreamMap::new());
        Self { session, person, rooms, cursors, news, caught_up: None, departure: Departure::Lost }
    }

    /// How many rooms that are not direct.
    pub(super) fn shared_rooms(&self) -> usize {
        self.cursors.values().filter(|cursor| cursor.room.direct().is_none()).count()
    }

    /// The room, if the session reads it, and says often enough but not too often that its person writes there.
    pub(super) fn typing_in(&mut self, id: RoomId) -> Option<&Arc<Room>> {
        let cursor = self.cursors.get_mut(&id).filter(|cursor| cursor.at.is_some())?;
        cursor.typing.try_take(1.0).is_ok().then_some(&cursor.room)
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

    /// Begins to deliver a room that was just entered, after `at`.
    pub(super) fn begin(&mut self, entered: Entered, at: Seq) {
        let Entered { room, news } = entered;
        let id = room.id;
        let at = news.as_ref().map(|_| at);
        self.cursors.insert(id, Cursor { room, at, is_behind: at.is_some(), typing: Pace::new(TYPING) });
        match news {
            Some(news) => drop(self.news.insert(id, BroadcastStream::new(news))),
            None => drop(self.news.remove(&id)),
        }
    }

    /// Stops delivering a room.
    pub(super) fn stop(&mut self, room: RoomId) {
        self.cursors.remove(&room);
        self.news.remove(&room);
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

    /// Passes on the news that is there, while there is room for it, and has the session woken when there is more.
    pub(super) fn poll_news(&mut self, cx: &mut Context<'_>, outbound: &mut Outbound) {
        while outbound.has_room()
            && let Poll::Ready(Some(item)) = Pin::new(&mut self.news).poll_next(cx)
        {
            self.on_news(item, outbound);
        }
    }

    /// Passes one item on, or notes that the session is behind.
    fn on_news(&mut self, (room, item): Item, outbound: &mut Outbound) {
        match item {
            Ok(News::Batch(batch)) => self.on_batch(room, &batch, outbound),
            Ok(News::Signal(signal)) => self.on_signal(room, signal, outbound),
            Ok(News::Ended) => self.on_ended(room, EndReason::Over, outbound),
            Err(BroadcastStreamRecvError::Lagged(_)) => self.on_lagged(room),
        }
    }

    /// Passes a signal on, unless there is more to tell first: by then it is old. Nor to whoever was removed by now: the
    /// batch that says so may still be on its way here.
    fn on_signal(&mut self, room: RoomId, signal: Signal, outbound: &mut Outbound) {
        let Some(cursor) = self.cursors.get(&room) else { return };
        let is_up_to_date = cursor.at.is_some() && !cursor.is_behind;
        let is_meant = signal.except != Some(self.person.id);
        if is_up_to_date && is_meant && cursor.room.is_attached(self.session, self.person.id) {
            outbound.push(signal.frame);
        }
    }

    fn on_batch(&mut self, room: RoomId, batch: &Batch, outbound: &mut Outbound) {
        self.pass_on(room, batch, outbound);
        // Also if the batch itself was read from the log before, or will be: it comes only once.
        if batch.readers == Readers::SomeGo {
            self.check_right(room, outbound);
        }
    }

    fn pass_on(&mut self, room: RoomId, batch: &Batch, outbound: &mut Outbound) {
        let Some(cursor) = self.cursors.get_mut(&room) else { return };
        let Some(at) = cursor.at.filter(|at| !cursor.is_behind && batch.last > *at) else { return };
        if batch.prev != at {
            cursor.is_behind = true;
            return;
        }
        outbound.push(batch.frame.clone());
        cursor.at = Some(batch.last);
    }

    /// Ends delivery if the session may read no further. Whoever was let in again before this was said stays.
    fn check_right(&mut self, room: RoomId, outbound: &mut Outbound) {
        if self.cursors.get(&room).is_some_and(|cursor| !cursor.room.is_attached(self.session, self.person.id)) {
            self.dismiss(room, outbound);
        }
    }

    /// Says that nothing more comes from a room, if anything came.
    pub(super) fn on_ended(&mut self, room: RoomId, reason: EndReason, outbound: &mut Outbound) {
        if self.cursors.contains_key(&room) {
            outbound.push(to_bytes(0, &ServerFrame::from(RoomEnded { room, reason })));
            self.stop(room);
        }
    }

    fn on_lagged(&mut self, room: RoomId) {
        if let Some(cursor) = self.cursors.get_mut(&room) {
            cursor.is_behind = true;
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
        if !cursor.room.is_attached(self.session, self.person.id) {
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
            Some(left) if left.take_removed(self.session) => self.on_ended(room, EndReason::Removed, outbound),
            _ => self.stop(room),
        }
    }

    /// Who receives.
    pub(super) fn person(&self) -> &Arc<Person> {
        &self.person
    }

    /// The person's number.
    pub(super) fn person_id(&self) -> PersonId {
        self.person.id
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
    outbound.push(codec::batch(room, &slice.entries));
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
            let life = cursor.room.depart(self.session, &self.person, self.departure);
            self.rooms.settle(&cursor.room, life);
        }
    }
}
