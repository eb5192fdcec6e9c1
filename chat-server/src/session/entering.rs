//! Into rooms and out of them: create, join, resume, invite, leave.

use super::Session;
use super::delivery::{gap, give};
use super::outbound::Outbound;
use crate::guard::Notice;
use crate::log::{Range, ReadError, Slice};
use crate::network::Network;
use crate::refusals;
use crate::room::{Departure, EnterError, Entrance, Grounds, Knock, Room, Told};
use crate::rooms::{CreateError, Created, Entered};
use crate::transport::Stream;
use bytes::Bytes;
use chat_proto::frame::{
    Create, Done, Door, EndReason, GapKind, Invite, Join, Joined, Leave, Members, Resume, RoomState, Stay,
};
use chat_proto::limits::{RESUME_ENTRIES, ROOMS_PER_SESSION};
use chat_proto::wire::Capped;
use chat_proto::{Code, Refused, RoomCode, Secret, Seq};
use std::sync::Arc;

/// Where a session begins to read a room.
#[derive(Clone, Copy)]
pub(super) enum Start {
    LastPage,
    After(Seq),
}

impl<S: Stream> Session<S> {
    pub(super) async fn on_create(&mut self, request: u32, create: Create) -> Result<(), Refused> {
        if create.door == Door::Direct {
            return Err(refusals::direct_by_hand());
        }
        let person = Arc::clone(self.member().deliveries.person());
        if let Some(room) = self.shared.rooms.by_origin(person.id, create.id) {
            return self.reenter(request, room, create.stay).await;
        }
        self.check_room_count()?;
        self.check_membership_count(create.stay)?;
        let knock = self.knock(None);
        let created = self.shared.rooms.create(&person, &create, (self.id, knock)).map_err(|error| {
            self.shared.notices.note(Notice::RoomRefused, self.network());
            create_refused(error)
        })?;
        match created {
            Created::New(entered, told) => self.begin(request, (entered, told), Start::LastPage).await,
            Created::Before(room) => self.reenter(request, room, create.stay).await,
        }
    }

    /// Into the room that the same request opened before: whose it is no longer has to knock like everybody.
    async fn reenter(&mut self, request: u32, room: Arc<Room>, stay: Stay) -> Result<(), Refused> {
        let grounds = Grounds::Door(self.knock(None));
        self.admit(request, room, (stay, grounds), Start::LastPage).await
    }

    pub(super) async fn join(&mut self, request: u32, join: &Join) -> Result<(), Refused> {
        let code = RoomCode::parse(&join.code).map_err(refusals::invalid_code)?;
        let knock = self.knock(join.secret);
        let room = self.shared.rooms.admitting(code, &knock).ok_or_else(|| refusals::join_denied(code))?;
        let admitted = self.admit(request, room, (join.stay, Grounds::Door(knock)), Start::LastPage).await;
        admitted.map_err(|refused| match refused.code {
            // It ended, or its door closed, between finding and entering it.
            Code::ROOM_ENDED => refusals::join_denied(code),
            _ => refused,
        })
    }

    pub(super) fn knock(&mut self, secret: Option<Secret>) -> Knock {
        Knock { key: self.member().deliveries.person().key, address: Network::of(self.peer), secret }
    }

    pub(super) async fn on_resume(&mut self, request: u32, resume: Resume) -> Result<(), Refused> {
        let person = self.member().deliveries.person_id();
        // To somebody who may not come back, a room that lives and one that never was are the same.
        let room = self.shared.rooms.by_id(resume.room).filter(|room| room.is_member(person));
        let start = if resume.after == Seq::START { Start::LastPage } else { Start::After(resume.after) };
        let room = room.ok_or_else(refusals::room_ended)?;
        self.admit(request, room, (resume.stay, Grounds::Membership), start).await
    }

    pub(super) async fn admit(
        &mut self,
        request: u32,
        room: Arc<Room>,
        (stay, grounds): (Stay, Grounds),
        start: Start,
    ) -> Result<(), Refused> {
        if self.member().deliveries.room(room.id).is_none() && room.direct().is_none() {
            self.check_room_count()?;
        }
        if !room.is_member(self.member().deliveries.person_id()) {
            self.check_membership_count(stay)?;
        }
        room.reconcile().await.map_err(refusals::storage_failed)?;
        if let Start::After(after) = start {
            check_cursor(&room, after).await?;
        }
        let person = Arc::clone(self.member().deliveries.person());
        let Entrance { news, told } = room.enter(self.id, &person, stay, grounds).map_err(enter_refused)?;
        self.begin(request, (Entered { room, news }, told), start).await
    }

    fn check_room_count(&mut self) -> Result<(), Refused> {
        match self.member().deliveries.shared_rooms() < ROOMS_PER_SESSION {
            true => Ok(()),
            false => Err(refusals::too_many_rooms(ROOMS_PER_SESSION)),
        }
    }

    /// A person is in no more rooms than a session may be, or `Welcome` could not name them all.
    fn check_membership_count(&mut self, stay: Stay) -> Result<(), Refused> {
        let person = Arc::clone(self.member().deliveries.person());
        match stay == Stay::Visitor || self.count_rooms(&person).shared < ROOMS_PER_SESSION {
            true => Ok(()),
            false => Err(refusals::too_many_rooms(ROOMS_PER_SESSION)),
        }
    }

    /// Answers with the room's state, its members and the first entries; the rest follows by itself. Whoever is told
    /// that they are in is in, also if the server crashes in the next moment.
    async fn begin(&mut self, request: u32, (entered, told): (Entered, Told), start: Start) -> Result<(), Refused> {
        told.wait().await;
        let room = Arc::clone(&entered.room);
        let person = Arc::clone(self.member().deliveries.person());
        person.tell_again();
        let summary = room.summary(&person);
        let page = match room.read(Range::last_page()).await {
            Ok(page) => page,
            Err(error) => return Err(self.turned_back(&room, error)),
        };
        // Whoever was removed meanwhile gets nothing that may have been said since.
        if room.take_removed(self.id) {
            return Err(self.turned_out(&room));
        }
        let is_visitor = entered.news.is_none();
        let opening = if is_visitor { Opening::nothing(page.head, page.oldest) } else { Opening::of(start, page) };
        let state = RoomState {
            topic: Bytes::copy_from_slice(summary.topic.as_str().as_bytes()),
            label: room.label(),
            role: summary.role,
            door: summary.door,
            lock: summary.lock,
            members: summary.members.len() as u32,
            read: room.read_by(person.id),
            direct: self.peer_in(&room, person.id),
        };
        let (oldest, cursor) = (opening.page.oldest, opening.cursor);
        self.answer(
            request,
            &Joined { room: room.id, code: room.code.bytes(), head: summary.head, oldest, cursor, state },
        );
        let mut members = summary.members.into_iter().peekable();
        while !is_visitor && members.peek().is_some() {
            self.answer(0, &Members { room: room.id, members: Capped::new(members.by_ref()) });
        }
        let cursor = opening.give(&room, &mut self.traffic.outbound);
        let member = self.member();
        member.deliveries.begin(entered, cursor, &member.mailbox);
        Ok(())
    }

    /// Whoever cannot be shown the room is not in it: nothing else would ever tell of their going. But those are who
    /// were there already.
    fn turned_back(&mut self, room: &Arc<Room>, error: ReadError) -> Refused {
        let session = self.id;
        let deliveries = &self.member().deliveries;
        if deliveries.room(room.id).is_none() {
            let life = room.depart(session, deliveries.person(), Departure::Lost);
            self.shared.rooms.settle(room, life);
        }
        refusals::storage_failed(error)
    }

    /// Whoever was in the room already, in another way, hears that this is over too.
    fn turned_out(&mut self, room: &Room) -> Refused {
        if let Some(member) = &mut self.member {
            member.deliveries.on_ended(room.id, EndReason::Removed, &mut self.traffic.outbound);
        }
        refusals::room_ended()
    }

    pub(super) fn on_invite(&mut self, request: u32, invite: &Invite) -> Result<(), Refused> {
        let key = self.member().deliveries.person().key;
        let room = self.shared.rooms.by_id(invite.room).ok_or_else(refusals::not_member)?;
        let invitation = room.invitation(key).ok_or_else(refusals::not_member)?;
        if room.direct().is_some() {
            return Err(refusals::between_two());
        }
        self.answer(request, &invitation);
        Ok(())
    }

    /// Whoever is told that they have left is no member any more, also if the server crashes in the next moment.
    pub(super) async fn on_leave(&mut self, request: u32, leave: Leave) -> Result<(), Refused> {
        let person = Arc::clone(self.member().deliveries.person());
        let room = self.member().deliveries.room(leave.room).cloned().ok_or_else(refusals::not_member)?;
        if !room.is_attached(self.id, person.id) {
            // A reader is about to be told why. A visitor never is, and has said now that it is through.
            self.member().deliveries.end_visit(room.id);
            return Err(refusals::not_member());
        }
        self.member().deliveries.stop(room.id);
        // A visitor is no member; it just goes.
        let (life, told) = match room.is_member(person.id) {
            true => room.leave(self.id, &person),
            false => (room.depart(self.id, &person, Departure::Bye), Told::default()),
        };
        self.shared.rooms.settle(&room, life);
        told.wait().await;
        self.answer(request, &Done {});
        Ok(())
    }
}

/// Whether `after` is a place in the room's log. The log itself is asked in doubt: it shows a commit a moment before
/// the room publishes it, and whoever joined in that moment has read it.
async fn check_cursor(room: &Room, after: Seq) -> Result<(), Refused> {
    if after <= room.head() {
        return Ok(());
    }
    let head = room.read(Range::last_page()).await.map_err(refusals::storage_failed)?.head;
    if after <= head { Ok(()) } else { Err(refusals::bad_cursor(after, head)) }
}

pub(super) fn create_refused(error: CreateError) -> Refused {
    match error {
        CreateError::Full { max } => refusals::rooms_full(max),
        CreateError::NoCode => refusals::no_free_code(),
        CreateError::TooMany { max } => refusals::too_many_rooms_opened(max),
        CreateError::TooManyFromHere { max } => refusals::too_many_rooms_opened_from_here(max),
        CreateError::TooFast { wait } => refusals::creates_too_fast(wait),
    }
}

fn enter_refused(error: EnterError) -> Refused {
    match error {
        EnterError::Ended | EnterError::Denied => refusals::room_ended(),
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
