//! Into rooms and out of them: create, join, resume, leave.

use super::Session;
use super::delivery::{gap, give};
use super::outbound::Outbound;
use crate::guard::Notice;
use crate::log::{Range, Slice};
use crate::refusals;
use crate::room::{Departure, EnterError, Room};
use crate::rooms::{CreateError, Entered};
use bytes::Bytes;
use chat_proto::frame::{Create, Done, Door, GapKind, Join, Joined, Leave, Lock, Members, Resume, RoomState, Stay};
use chat_proto::limits::{MEMBERS_PER_FRAME, RESUME_ENTRIES, ROOMS_PER_SESSION};
use chat_proto::wire::Capped;
use chat_proto::{Code, Refused, RoomCode, Seq};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Where a session begins to read a room.
#[derive(Clone, Copy)]
enum Start {
    LastPage,
    After(Seq),
}

impl<S: AsyncRead + AsyncWrite + Send> Session<S> {
    pub(super) async fn on_create(&mut self, request: u32, create: &Create) -> Result<(), Refused> {
        let person = Arc::clone(self.member().deliveries.person());
        if let Some(room) = self.shared.rooms.by_origin(person.id, create.id) {
            return self.admit(request, room, create.stay, Start::LastPage).await;
        }
        self.check_room_count()?;
        self.check_membership_count(create.stay)?;
        let stay = (self.id, create.stay);
        let entered = self.shared.rooms.create(&person, create.id, stay).map_err(|error| {
            self.shared.notices.note(Notice::RoomRefused, self.network());
            create_refused(error)
        })?;
        self.begin(request, entered, Start::LastPage).await;
        Ok(())
    }

    pub(super) async fn on_join(&mut self, request: u32, join: &Join) -> Result<(), Refused> {
        let code = RoomCode::parse(&join.code).map_err(refusals::invalid_code)?;
        let room = self.shared.rooms.by_code(code).ok_or_else(|| refusals::join_denied(code))?;
        let admitted = self.admit(request, room, join.stay, Start::LastPage).await;
        admitted.map_err(|refused| match refused.code {
            // It ended between finding and entering it.
            Code::ROOM_ENDED => refusals::join_denied(code),
            _ => refused,
        })
    }

    pub(super) async fn on_resume(&mut self, request: u32, resume: &Resume) -> Result<(), Refused> {
        let person = self.member().deliveries.person_id();
        // To somebody who may not come back, a room that lives and one that never was are the same.
        let room = self.shared.rooms.by_id(resume.room).filter(|room| room.is_member(person));
        let start = if resume.after == Seq::START { Start::LastPage } else { Start::After(resume.after) };
        self.admit(request, room.ok_or_else(refusals::room_ended)?, resume.stay, start).await
    }

    async fn admit(&mut self, request: u32, room: Arc<Room>, stay: Stay, start: Start) -> Result<(), Refused> {
        if self.member().deliveries.room(room.id).is_none() {
            self.check_room_count()?;
        }
        if !room.is_member(self.member().deliveries.person_id()) {
            self.check_membership_count(stay)?;
        }
        room.reconcile().await;
        if let Start::After(after) = start {
            check_cursor(&room, after).await?;
        }
        let person = Arc::clone(self.member().deliveries.person());
        let news = room.enter(self.id, &person, stay).map_err(enter_refused)?;
        self.begin(request, Entered { room, news }, start).await;
        Ok(())
    }

    fn check_room_count(&mut self) -> Result<(), Refused> {
        match self.member().deliveries.len() < ROOMS_PER_SESSION {
            true => Ok(()),
            false => Err(refusals::too_many_rooms(ROOMS_PER_SESSION)),
        }
    }

    /// A person is in no more rooms than a session may be, or `Welcome` could not name them all.
    fn check_membership_count(&mut self, stay: Stay) -> Result<(), Refused> {
        match stay == Stay::Visitor || self.member().deliveries.person().room_count() < ROOMS_PER_SESSION {
            true => Ok(()),
            false => Err(refusals::too_many_rooms(ROOMS_PER_SESSION)),
        }
    }

    /// Answers with the room's state, its members and the first entries; the rest follows by itself.
    async fn begin(&mut self, request: u32, entered: Entered, start: Start) {
        let room = Arc::clone(&entered.room);
        let summary = room.summary(self.member().deliveries.person_id());
        let page = room.read(Range::last_page()).await;
        let is_visitor = entered.news.is_none();
        let opening = if is_visitor { Opening::nothing(page.head, page.oldest) } else { Opening::of(start, page) };
        let state = RoomState {
            topic: Bytes::copy_from_slice(summary.topic.as_str().as_bytes()),
            label: self.shared.rooms.logs().label(),
            role: summary.role,
            door: Door::Open,
            lock: Lock::Unlocked,
            members: summary.members.len() as u32,
        };
        let (oldest, cursor) = (opening.page.oldest, opening.cursor);
        self.answer(
            request,
            Joined { room: room.id, code: room.code.bytes(), head: summary.head, oldest, cursor, state },
        );
        for members in summary.members.chunks(MEMBERS_PER_FRAME).filter(|_| !is_visitor) {
            self.answer(0, Members { room: room.id, members: Capped::new(members.iter().cloned()) });
        }
        let cursor = opening.give(&room, &mut self.outbound);
        self.member().deliveries.begin(entered, cursor);
    }

    pub(super) fn on_leave(&mut self, request: u32, leave: &Leave) -> Result<(), Refused> {
        let person = Arc::clone(self.member().deliveries.person());
        let room = self.member().deliveries.room(leave.room).cloned().ok_or_else(refusals::not_member)?;
        self.member().deliveries.stop(room.id);
        // A visitor is no member; it just goes.
        let life = match room.is_member(person.id) {
            true => room.leave(self.id, &person),
            false => room.depart(self.id, &person, Departure::Bye),
        };
        self.shared.rooms.settle(&room, life);
        self.answer(request, Done {});
        Ok(())
    }
}

/// Whether `after` is a place in the room's log. The log itself is asked in doubt: it shows a commit a moment before the
/// room publishes it, and whoever joined in that moment has read it.
async fn check_cursor(room: &Room, after: Seq) -> Result<(), Refused> {
    if after <= room.head() {
        return Ok(());
    }
    let head = room.read(Range::last_page()).await.head;
    if after <= head { Ok(()) } else { Err(refusals::bad_cursor(after, head)) }
}

fn create_refused(error: CreateError) -> Refused {
    match error {
        CreateError::Full { max } => refusals::rooms_full(max),
        CreateError::NoCode => refusals::no_free_code(),
        CreateError::TooMany { max } => refusals::too_many_rooms_opened(max),
        CreateError::TooFast { wait } => refusals::creates_too_fast(wait),
    }
}

fn enter_refused(error: EnterError) -> Refused {
    match error {
        EnterError::Ended => refusals::room_ended(),
        EnterError::Full { max } => refusals::room_full(max),
    }
}

/// What a session is given of a room right away.
struct Opening {
    /// The `prev` of whatever comes first, gap or entry.
    cursor: Seq,
    page: Slice,
}

impl Opening {
    fn nothing(head: Seq, oldest: Seq) -> Self {
        Self { cursor: head, page: Slice { oldest, head, entries: Vec::new() } }
    }

    fn of(start: Start, page: Slice) -> Self {
        match start {
            Start::LastPage => Self { cursor: page.entries.first().map_or(page.head, |first| first.prev), page },
            // Few enough to send them all: delivery reads them from the log.
            Start::After(after) if page.head.0 - after.0 <= RESUME_ENTRIES => {
                Self { cursor: after, ..Self::nothing(page.head, page.oldest) }
            }
            Start::After(after) => Self { cursor: after, page },
        }
    }

    /// Gives the gaps and the page; says how far that goes.
    fn give(self, room: &Room, outbound: &mut Outbound) -> Seq {
        let Some(first) = self.page.entries.first() else { return self.cursor };
        let before_oldest = Seq(self.page.oldest.0 - 1);
        gap(room.id, self.cursor, before_oldest.min(first.prev), GapKind::Purged, outbound);
        let cursor = self.cursor.max(before_oldest);
        gap(room.id, cursor, first.prev, GapKind::Loadable, outbound);
        give(room.id, first.prev, &self.page, outbound)
    }
}
