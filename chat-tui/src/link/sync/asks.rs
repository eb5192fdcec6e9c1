//! What the client says: commands come in, the next frame goes out.

use super::{Core, Room};
use crate::link::requests::Request;
use crate::link::{Command, LinkEvent, Mark, OutboxItem};
use crate::quest::Quest;
use chat_proto::frame::{
    ClientFrame, Create, Door, GiveUp, History, Invite, Join, Keep, Leave, Names, OpenDirect, Ping, Post, Presence,
    Read, Rename, Resume, Search, SetPresence, Typing, TypingState,
};
use chat_proto::{RoomId, Seq};
use rand::RngExt;

const NOT_IN_ROOM: &str = "you are not in this room any more";

impl Core {
    /// Takes a command in. [`Command::Bye`] is for the task: it ends the connection, not a request.
    pub(crate) fn on_command(&mut self, command: Command) {
        match command {
            Command::Create(door, keep) => self.on_create(door, keep),
            Command::Join(code, secret) => self.ask(Request::Join(code, secret)),
            Command::Return(room) => self.ask(Request::Return(room)),
            Command::OpenDirect(person) => self.ask(Request::OpenDirect(person)),
            Command::Invite(room) => self.ask_in_room(room, Request::Invite(room)),
            Command::Names => self.ask(Request::Names),
            Command::GiveUp => self.ask(Request::GiveUp),
            Command::Leave(room) => self.ask_in_room(room, Request::Leave(room)),
            Command::Post(item) => self.on_post(item),
            Command::Discard(id) => self.outgoing.discard(id),
            Command::History { room, after, before } => {
                self.ask_in_room(room, Request::History { room, after, before });
            }
            Command::Search { room, quest, before } => self.ask_in_room(room, Request::Search { room, quest, before }),
            Command::Read { room, seq } => self.on_read(room, seq),
            Command::Typing { room, state } => self.on_typing(room, state),
            Command::SetPresence(presence) => self.on_presence(presence),
            Command::Rename(name) => self.ask(Request::Rename(name)),
            Command::Retry => self.is_hurried = self.session.is_none(),
            Command::Bye => {}
        }
    }

    fn on_create(&mut self, door: Door, keep: Keep) {
        let id = self.rng.random();
        self.ask(Request::Create { id, door, keep });
    }

    /// Nobody waits for an answer: a room that is over needs none.
    fn on_read(&mut self, room: RoomId, seq: Seq) {
        if self.rooms.contains_key(&room) {
            self.requests.wait_read(room, seq);
        }
    }

    /// Goes out now or never: later, it would not be true.
    fn on_typing(&mut self, room: RoomId, state: TypingState) {
        if self.session.is_some() && self.rooms.get(&room).is_some_and(Room::is_here) {
            self.typing.insert(room, state);
        }
    }

    /// A presence is told to a session, so there must be one.
    fn on_presence(&mut self, presence: Presence) {
        if self.session.is_some() {
            self.requests.wait_presence(presence);
        }
    }

    fn on_post(&mut self, item: OutboxItem) {
        let (room, id) = (item.room, item.id);
        let mark = if self.rooms.contains_key(&room) {
            self.outgoing.post(item)
        } else if self.over.contains(&room) {
            // What may have been delivered must not be called refused now.
            self.outgoing.mark_of(room, id).unwrap_or_else(|| Mark::Refused(NOT_IN_ROOM.into()))
        } else {
            self.outgoing.hold(item)
        };
        self.mark(room, id, mark);
    }

    fn ask_in_room(&mut self, room: RoomId, request: Request) {
        match self.rooms.contains_key(&room) {
            true => self.ask(request),
            false => self.refuse(&request, NOT_IN_ROOM),
        }
    }

    fn ask(&mut self, request: Request) {
        if let Err(request) = self.requests.wait(request) {
            self.refuse(&request, "too much is waiting for the connection; try again later");
        }
    }

    fn refuse(&mut self, request: &Request, sentence: &str) {
        if let Some(asked) = request.asked() {
            self.tell(LinkEvent::Refused { asked, sentence: sentence.into(), free_name: None });
        }
    }

    /// The next frame to send, if any may go now. A post is marked as being on the wire.
    pub(crate) fn next_frame(&mut self) -> Option<(u32, ClientFrame)> {
        let session = self.session.as_ref()?;
        if session.goodbye.is_some() {
            // A server that stops may read no more: what went out now would only become doubtful.
            return None;
        }
        let window = session.limits.posts_unanswered as usize;
        // Whoever has posted is not writing any more: what is told of that goes first.
        self.next_request().or_else(|| self.next_typing()).or_else(|| self.next_post(window))
    }

    fn next_typing(&mut self) -> Option<(u32, ClientFrame)> {
        let (room, state) = self.typing.pop_first()?;
        Some((0, Typing { room, state }.into()))
    }

    fn next_request(&mut self) -> Option<(u32, ClientFrame)> {
        let rooms = &self.rooms;
        let may_go = |request: &Request| request.room().is_none_or(|id| rooms.get(&id).is_some_and(Room::is_here));
        let (number, request) = self.requests.next(may_go)?;
        if let (Request::Ping, Some(session)) = (&request, &mut self.session) {
            session.last_ping = number;
        }
        Some((number, self.frame(request)))
    }

    fn next_post(&mut self, window: usize) -> Option<(u32, ClientFrame)> {
        let mut here = self.rooms.iter().filter(|(_, room)| room.is_here());
        let item = here.find_map(|(id, _)| self.outgoing.next(*id, window))?;
        let OutboxItem { room, id, body, .. } = item;
        self.mark(room, id, Mark::OnTheWire);
        Some((self.requests.number(Request::Post { room, id }), Post { room, id, body }.into()))
    }

    fn frame(&self, request: Request) -> ClientFrame {
        let stay = self.stay;
        match request {
            Request::Create { id, door, keep } => Create { id, stay, door, keep }.into(),
            Request::Join(code, secret) => Join { code: code.bytes().to_vec().into(), stay, secret }.into(),
            Request::Return(room) => Resume { room, after: Seq::START, stay }.into(),
            Request::OpenDirect(person) => OpenDirect { person, stay }.into(),
            Request::Invite(room) => Invite { room }.into(),
            Request::Names => Names {}.into(),
            Request::GiveUp => GiveUp {}.into(),
            Request::Resume(room) => self.resume(room),
            Request::Leave(room) => Leave { room }.into(),
            Request::History { room, after, before } => {
                let limit = self.session.as_ref().map_or(1, |session| session.limits.page_entries);
                History { room, after, before, limit }.into()
            }
            Request::Search { room, quest, before } => search(room, &quest, before),
            Request::Read { room, seq } => Read { room, seq }.into(),
            Request::Rename(name) => Rename { name: name.as_str().to_owned().into() }.into(),
            Request::SetPresence(presence) => SetPresence { presence }.into(),
            Request::Ping | Request::Post { .. } => Ping {}.into(),
        }
    }

    fn resume(&self, room: RoomId) -> ClientFrame {
        let known = self.rooms.get(&room).filter(|room| !room.starts_over());
        let after = known.map(|room| room.cursor).unwrap_or_default();
        Resume { room, after, stay: self.stay }.into()
    }
}

fn search(room: RoomId, quest: &Quest, before: Seq) -> ClientFrame {
    let from = quest.from.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default();
    let words = quest.words.clone().into();
    Search { room, words, from: from.into(), since: quest.since, until: quest.until, before }.into()
}
