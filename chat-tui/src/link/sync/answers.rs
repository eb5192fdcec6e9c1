//! What the server says: one arm per frame kind, one function per arm.

use super::{Core, GOODBYE_PATIENCE, Moment};
use crate::link::end::{self, End};
use crate::link::requests::Request;
use crate::link::room::{Room, Standing};
use crate::link::{Asked, LinkEvent, Mark, clamp};
use chat_proto::frame::{
    Accepted, Batch, Beyond, Door, Found, Gap, GoAway, Invitation, Joined, Members, Membership, NameList, Page, Pong,
    RoomEnded, RoomHead, ServerFrame, Signal, Stay,
};
use chat_proto::{Code, Entry, PersonId, PostId, Refused, RoomCode, RoomId, Seq};
use std::time::Duration;

/// Rooms that one link is in, whatever the server says.
const ROOMS_MAX: usize = chat_proto::limits::MEMBERSHIPS;

/// When a room is tried again whose history the server could not read.
const STORAGE_PATIENCE: Duration = Duration::from_secs(10);

#[expect(clippy::unnecessary_wraps, reason = "the arms of a table have one shape")]
impl Core {
    /// Takes a frame in.
    ///
    /// # Errors
    /// Why the connection must end.
    pub(crate) fn on_frame(&mut self, now: Moment, request: u32, frame: ServerFrame) -> Result<(), End> {
        match frame {
            ServerFrame::Challenge(_) | ServerFrame::Welcome(_) => Err(End::misbehaves("a second greeting")),
            ServerFrame::Joined(joined) => self.on_joined(now, request, clamp::joined(joined)),
            ServerFrame::Members(members) => self.on_members(members),
            ServerFrame::Batch(batch) => self.on_batch(batch),
            ServerFrame::Gap(gap) => self.on_gap(&gap),
            ServerFrame::Accepted(accepted) => self.on_accepted(request, accepted),
            ServerFrame::Page(page) => self.on_page(request, page),
            ServerFrame::Done(_) => self.on_done(request),
            ServerFrame::Pong(pong) => self.on_pong(now, request, &pong),
            ServerFrame::Refused(refused) => self.on_refused(now, request, &refused),
            ServerFrame::RoomEnded(ended) => self.on_room_ended(ended),
            ServerFrame::GoAway(goaway) => self.on_go_away(now, &goaway),
            ServerFrame::Invitation(invitation) => self.on_invitation(request, &invitation),
            ServerFrame::NameList(list) => self.on_name_list(request, list),
            ServerFrame::Found(found) => self.on_found(request, found),
            ServerFrame::RoomAdded(added) => self.on_room_added(clamp::membership(added.membership)),
            ServerFrame::Signal(signal) => self.on_signal(signal),
        }
    }

    fn on_joined(&mut self, now: Moment, request: u32, joined: Joined) -> Result<(), End> {
        let asked = match self.requests.answered(request) {
            Some(Request::Create { .. }) => self.enter(Asked::Create, &joined)?,
            Some(Request::Return(room)) if room == joined.room => self.enter(Asked::Return(room), &joined)?,
            Some(Request::OpenDirect(person)) if is_with(&joined, person) => {
                self.enter(Asked::Direct(person), &joined)?
            }
            Some(Request::Join(code, _)) => self.enter(Asked::Join(code), &joined)?,
            Some(Request::Resume(room)) if room == joined.room => self.come_back(&joined)?,
            _ => return Err(unasked("Joined")),
        };
        let room = joined.room;
        self.tell(LinkEvent::Joined { asked, joined });
        let mut items = self.outgoing.restore(room, now.wall);
        let open: Vec<RoomId> = self.memberships.iter().chain(self.rooms.keys()).copied().collect();
        items.extend(self.outgoing.strand(room, &open));
        if !items.is_empty() {
            self.tell(LinkEvent::Restored { items });
        }
        Ok(())
    }

    fn enter(&mut self, asked: Asked, joined: &Joined) -> Result<Asked, End> {
        let room = Room::enter(joined)?;
        if self.rooms.len() >= ROOMS_MAX && !self.rooms.contains_key(&joined.room) {
            return Err(End::misbehaves(format!("more than {ROOMS_MAX} rooms")));
        }
        self.rooms.insert(joined.room, room);
        self.over.retain(|over| *over != joined.room);
        Ok(asked)
    }

    fn come_back(&mut self, joined: &Joined) -> Result<Asked, End> {
        let room = self.rooms.get_mut(&joined.room).ok_or_else(|| unasked("Joined"))?;
        // A room that starts over is told as entered anew: what was shown of it does not hold any more.
        let asked = if room.starts_over() { Asked::Join(room.code) } else { Asked::Resume(joined.room) };
        room.resume(joined)?;
        Ok(asked)
    }

    fn on_members(&mut self, Members { room, members }: Members) -> Result<(), End> {
        let Some(known) = self.rooms.get_mut(&room) else { return Ok(()) };
        let members = known.meet(members.into_vec())?;
        self.tell(LinkEvent::Members { room, members });
        Ok(())
    }

    fn on_batch(&mut self, Batch { room, entries }: Batch) -> Result<(), End> {
        let Some(known) = self.rooms.get_mut(&room) else { return Ok(()) };
        let entries = known.take(entries.into_vec())?;
        if entries.is_empty() {
            return Ok(());
        }
        let own = self.own_posts(&entries);
        self.tell(LinkEvent::Entries { room, entries });
        self.accept_seen(room, own);
        Ok(())
    }

    fn on_gap(&mut self, gap: &Gap) -> Result<(), End> {
        let Some(known) = self.rooms.get_mut(&gap.room) else { return Ok(()) };
        if let Some(Gap { room, from, to, kind }) = known.skip(gap)? {
            self.tell(LinkEvent::Gap { room, from, to, kind });
        }
        Ok(())
    }

    fn on_accepted(&mut self, request: u32, said: Accepted) -> Result<(), End> {
        match self.requests.answered(request) {
            Some(Request::Post { room, id }) if id == said.id => {
                self.accepted(room, id, said.seq, said.durability);
                Ok(())
            }
            _ => Err(unasked("Accepted")),
        }
    }

    fn on_page(&mut self, request: u32, page: Page) -> Result<(), End> {
        let Some(Request::History { room, after, before }) = self.requests.answered(request) else {
            return Err(unasked("Page"));
        };
        if !self.rooms.contains_key(&room) {
            // The room ended while the question was on its way: that was the answer.
            return Ok(());
        }
        let entries: Vec<_> = page.entries.into_vec().into_iter().map(clamp::entry).collect();
        let is_in_order = entries.windows(2).all(|pair| pair[0].seq < pair[1].seq);
        if page.room != room || !is_in_order || entries.first().is_some_and(|first| first.seq <= after) {
            return Err(End::misbehaves("a page that was not asked for"));
        }
        let own = self.own_posts(&entries);
        self.tell(LinkEvent::Page { room, after, before, oldest: page.oldest, entries });
        self.accept_seen(room, own);
        Ok(())
    }

    fn on_done(&mut self, request: u32) -> Result<(), End> {
        match self.requests.answered(request) {
            Some(Request::Leave(room)) => self.forget(room, LinkEvent::Left { room }),
            Some(Request::Read { .. } | Request::SetPresence(_)) => {}
            Some(Request::GiveUp) => return Err(End::GivenUp),
            Some(Request::Rename(name)) => {
                self.name = name.clone();
                self.tell(LinkEvent::Renamed(name));
            }
            _ => return Err(unasked("Done")),
        }
        Ok(())
    }

    fn on_pong(&mut self, now: Moment, request: u32, pong: &Pong) -> Result<(), End> {
        if self.requests.answered(request) != Some(Request::Ping) {
            return Err(unasked("Pong"));
        }
        let last = self.session.as_mut().filter(|session| session.last_ping == request);
        if let Some(latency) = last.and_then(|session| session.heartbeat.on_pong(now.at)) {
            self.tell(LinkEvent::Latency(latency));
        }
        match self.stay != Stay::Visitor && pong.heads.iter().any(|head| self.is_behind(head)) {
            true => Err(End::Hole),
            false => Ok(()),
        }
    }

    /// Whether the server wrote more than came.
    fn is_behind(&self, RoomHead { room, head }: &RoomHead) -> bool {
        self.rooms.get(room).is_some_and(|room| room.is_here() && room.cursor < *head)
    }

    fn on_room_ended(&mut self, RoomEnded { room, reason }: RoomEnded) -> Result<(), End> {
        self.forget(room, LinkEvent::RoomEnded { room, reason });
        Ok(())
    }

    /// A room that this person is in already, or is about to enter, is no news.
    fn on_room_added(&mut self, added: Membership) -> Result<(), End> {
        if added.direct.is_none() || self.rooms.contains_key(&added.room) || self.memberships.contains(&added.room) {
            return Ok(());
        }
        if self.memberships.len() >= ROOMS_MAX {
            return Err(End::misbehaves(format!("a member of more than {ROOMS_MAX} rooms")));
        }
        self.memberships.push(added.room);
        self.tell(LinkEvent::RoomAdded(added));
        Ok(())
    }

    /// What it is about may be gone meanwhile; that is no fault, and nothing is lost.
    fn on_signal(&mut self, signal: Signal) -> Result<(), End> {
        let is_here = self.rooms.get(&signal.room).is_some_and(Room::is_here);
        if let Some(Signal { room, person, kind }) = clamp::signal(signal).filter(|_| is_here) {
            self.tell(LinkEvent::Signal { room, person, kind });
        }
        Ok(())
    }

    fn on_invitation(&mut self, request: u32, invitation: &Invitation) -> Result<(), End> {
        let Invitation { room, code, secret } = invitation;
        match self.requests.answered(request) {
            Some(Request::Invite(asked)) if asked == *room => {
                let code = RoomCode::parse(code).map_err(|_| End::misbehaves("a room without a code"))?;
                self.tell(LinkEvent::Invitation { room: *room, code, secret: *secret });
                Ok(())
            }
            _ => Err(unasked("Invitation")),
        }
    }

    fn on_name_list(&mut self, request: u32, list: NameList) -> Result<(), End> {
        match self.requests.answered(request) {
            Some(Request::Names) => self.tell(LinkEvent::Names(clamp::names(list))),
            _ => return Err(unasked("NameList")),
        }
        Ok(())
    }

    fn on_found(&mut self, request: u32, found: Found) -> Result<(), End> {
        let Some(Request::Search { room, quest, before }) = self.requests.answered(request) else {
            return Err(unasked("Found"));
        };
        if !self.rooms.contains_key(&room) {
            return Ok(());
        }
        let hits = clamp::hits(found.hits.into_vec());
        let is_in_order = hits.windows(2).all(|pair| pair[0].found.seq > pair[1].found.seq);
        if found.room != room || !is_in_order || hits.first().is_some_and(|first| first.found.seq >= before) {
            return Err(End::misbehaves("hits that were not asked for"));
        }
        // Whoever asks for more names the last hit: without one, the same would be asked again.
        let beyond = if hits.is_empty() && found.beyond == Beyond::More { Beyond::Nothing } else { found.beyond };
        self.tell(LinkEvent::Found { room, quest, before, hits, beyond });
        Ok(())
    }

    fn on_go_away(&mut self, now: Moment, goaway: &GoAway) -> Result<(), End> {
        if let Some(session) = &mut self.session {
            session.goodbye = Some((end::reconnect_after(goaway), now.at + GOODBYE_PATIENCE));
        }
        Ok(())
    }

    fn on_refused(&mut self, now: Moment, request: u32, refused: &Refused) -> Result<(), End> {
        if request == 0 {
            return Err(End::closed_by(refused));
        }
        match self.requests.answered(request) {
            Some(Request::Post { room, id }) => self.on_post_refused(room, id, refused),
            Some(Request::Resume(room)) => self.on_resume_refused(now, room, refused),
            Some(Request::Leave(room)) => self.on_leave_refused(room, refused),
            Some(Request::Return(room)) => self.on_return_refused(room, refused),
            Some(Request::Ping) => Ok(()),
            // Whoever looks for something else by now is not told why the earlier search failed.
            Some(Request::Search { room, .. }) if self.requests.is_searched_after(request, room) => Ok(()),
            Some(other) => {
                let is_of_room_gone = other.room().is_some_and(|room| !self.rooms.contains_key(&room));
                if !is_of_room_gone {
                    self.tell_refused(&other, refused);
                }
                Ok(())
            }
            None => Err(unasked("Refused")),
        }
    }

    fn on_post_refused(&mut self, room: RoomId, id: PostId, refused: &Refused) -> Result<(), End> {
        match refused.code {
            Code::OUTCOME_UNKNOWN => return Err(End::closed_by(refused)),
            Code::ID_TOO_OLD | Code::ROOM_ENDED => {
                if let Some(mark) = self.outgoing.give_up(room, id, end::sentence(refused)) {
                    self.mark(room, id, mark);
                }
            }
            _ => {
                if self.outgoing.settle(room, id) {
                    self.mark(room, id, Mark::Refused(end::sentence(refused)));
                }
            }
        }
        Ok(())
    }

    fn on_resume_refused(&mut self, now: Moment, room: RoomId, refused: &Refused) -> Result<(), End> {
        let Some(known) = self.rooms.get_mut(&room) else { return Ok(()) };
        match (refused.code, end::retry_after(refused)) {
            // Which of the two it is, the server tells nobody who may be out of it.
            (Code::ROOM_ENDED, _) => self.forget(room, LinkEvent::NoReturn { room, sentence: end::sentence(refused) }),
            (Code::BAD_CURSOR, _) if !known.is_cursor_unknown => {
                known.is_cursor_unknown = true;
                self.requests.wait_first(Request::Resume(room));
            }
            (Code::BAD_CURSOR, _) => return Err(End::misbehaves("a log without a beginning")),
            (_, Some(wait)) => known.standing = Standing::Later(now.at + wait),
            // The room is there; whoever runs the server has to look after what it keeps.
            (Code::STORAGE_FAILED, None) => known.standing = Standing::Later(now.at + STORAGE_PATIENCE),
            (_, None) => {
                self.tell_refused(&Request::Resume(room), refused);
                self.forget(room, LinkEvent::Left { room });
            }
        }
        Ok(())
    }

    fn on_leave_refused(&mut self, room: RoomId, refused: &Refused) -> Result<(), End> {
        match refused.code {
            // Asked again after a lost answer: it was done the first time.
            Code::NOT_MEMBER | Code::ROOM_ENDED => self.forget(room, LinkEvent::Left { room }),
            _ => self.tell_refused(&Request::Leave(room), refused),
        }
        Ok(())
    }

    fn on_return_refused(&mut self, room: RoomId, refused: &Refused) -> Result<(), End> {
        match refused.code {
            Code::ROOM_ENDED => {
                self.memberships.retain(|membership| *membership != room);
                self.tell(LinkEvent::NoReturn { room, sentence: end::sentence(refused) });
            }
            _ => self.tell_refused(&Request::Return(room), refused),
        }
        Ok(())
    }

    fn tell_refused(&mut self, request: &Request, refused: &Refused) {
        if let Some(asked) = request.asked() {
            let (sentence, free_name) = (end::sentence(refused), end::free_name(refused));
            self.tell(LinkEvent::Refused { asked, sentence, free_name });
        }
    }

    /// The posts among `entries` that are ours. Others know our ids and may use them; only the author counts.
    fn own_posts(&self, entries: &[Entry]) -> Vec<(PostId, Seq)> {
        let is_own = |person: PersonId| self.person == Some(person);
        let own = entries.iter().filter(|entry| is_own(entry.author.person));
        own.filter_map(|entry| entry.post.map(|id| (id, entry.seq))).collect()
    }

    /// An entry that is seen is accepted, even if its answer was lost.
    fn accept_seen(&mut self, room: RoomId, own: Vec<(PostId, Seq)>) {
        let Some(durability) = self.rooms.get(&room).map(|room| room.durability) else { return };
        for (id, seq) in own {
            self.accepted(room, id, seq, durability);
        }
    }
}

/// Whether this is the direct room with that person.
fn is_with(joined: &Joined, person: PersonId) -> bool {
    joined.state.door == Door::Direct && joined.state.direct.as_ref().is_some_and(|peer| peer.person == person)
}

fn unasked(frame: &str) -> End {
    End::misbehaves(format!("an answer ({frame}) to a question that was not asked"))
}
