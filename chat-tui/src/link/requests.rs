//! What was asked: under which number, or still waiting for a connection to ask it on.

use super::Asked;
use crate::quest::Quest;
use chat_proto::frame::{Door, Keep, Presence};
use chat_proto::{Nick, PersonId, PostId, RoomCode, RoomId, Secret, Seq};
use std::collections::{BTreeMap, VecDeque};

/// Requests that may wait at once; only a holder that does not look at answers comes near.
const WAITING_MAX: usize = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// The id makes asking again find the same room.
    Create {
        id: u64,
        door: Door,
        keep: Keep,
    },
    Join(RoomCode, Option<Secret>),
    /// Enters a room by its id.
    Return(RoomId),
    OpenDirect(PersonId),
    Invite(RoomId),
    Names,
    GiveUp,
    Resume(RoomId),
    Leave(RoomId),
    History {
        room: RoomId,
        after: Seq,
        before: Seq,
    },
    Search {
        room: RoomId,
        quest: Quest,
        before: Seq,
    },
    Read {
        room: RoomId,
        seq: Seq,
    },
    Rename(Nick),
    SetPresence(Presence),
    Post {
        room: RoomId,
        id: PostId,
    },
    Ping,
}

impl Request {
    /// How the holder of the link knows it; posts, what was read and pings are no questions of its own.
    pub(crate) fn asked(&self) -> Option<Asked> {
        match self {
            Self::Create { .. } => Some(Asked::Create),
            Self::Join(code, _) => Some(Asked::Join(*code)),
            Self::Return(room) => Some(Asked::Return(*room)),
            Self::OpenDirect(person) => Some(Asked::Direct(*person)),
            Self::Invite(room) => Some(Asked::Invite(*room)),
            Self::Names => Some(Asked::Names),
            Self::GiveUp => Some(Asked::GiveUp),
            Self::Resume(room) => Some(Asked::Resume(*room)),
            Self::Leave(room) => Some(Asked::Leave(*room)),
            Self::History { room, .. } => Some(Asked::History(*room)),
            Self::Search { room, .. } => Some(Asked::Search(*room)),
            Self::Rename(_) => Some(Asked::Rename),
            Self::SetPresence(_) => Some(Asked::Presence),
            Self::Post { .. } | Self::Read { .. } | Self::Ping => None,
        }
    }

    /// The room that must be entered before this makes sense.
    pub(crate) fn room(&self) -> Option<RoomId> {
        match self {
            Self::Invite(room)
            | Self::Leave(room)
            | Self::History { room, .. }
            | Self::Search { room, .. }
            | Self::Read { room, .. } => Some(*room),
            _ => None,
        }
    }

    /// Whether one answer is enough for both.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Create { door, keep, .. }, Self::Create { door: other, keep: as_long, .. }) => {
                door == other && keep == as_long
            }
            (this, other) => this == other,
        }
    }

    /// Whether a new connection asks it again: resumes follow from the rooms, posts from the outbox, and everybody is
    /// here at first.
    fn is_kept(&self) -> bool {
        !matches!(self, Self::Resume(_) | Self::Post { .. } | Self::SetPresence(_) | Self::Ping)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Requests {
    last: u32,
    asked: BTreeMap<u32, Request>,
    waiting: VecDeque<Request>,
}

impl Requests {
    /// Lets `request` wait for its turn; gives it back if too many do. The same question twice before its answer is
    /// one.
    pub(crate) fn wait(&mut self, request: Request) -> Result<(), Request> {
        if self.asked.values().chain(&self.waiting).any(|open| open.is_same(&request)) {
            return Ok(());
        }
        if self.waiting.len() >= WAITING_MAX {
            return Err(request);
        }
        self.waiting.push_back(request);
        Ok(())
    }

    /// Lets `request` go before the others.
    pub(crate) fn wait_first(&mut self, request: Request) {
        self.waiting.push_front(request);
    }

    /// Lets a place that was read wait, instead of an earlier one of the same room.
    pub(crate) fn wait_read(&mut self, room: RoomId, seq: Seq) {
        self.waiting.retain(|request| !matches!(request, Request::Read { room: other, .. } if *other == room));
        self.waiting.push_back(Request::Read { room, seq });
    }

    /// Lets a presence wait, instead of an earlier one.
    pub(crate) fn wait_presence(&mut self, presence: Presence) {
        self.waiting.retain(|request| !matches!(request, Request::SetPresence(_)));
        self.waiting.push_back(Request::SetPresence(presence));
    }

    /// Lets `request` wait behind the others, however many they are.
    pub(crate) fn wait_last(&mut self, request: Request) {
        self.waiting.push_back(request);
    }

    /// The first that `may` go now, with its number.
    pub(crate) fn next(&mut self, may: impl Fn(&Request) -> bool) -> Option<(u32, Request)> {
        let at = self.waiting.iter().position(may)?;
        let request = self.waiting.remove(at)?;
        Some((self.number(request.clone()), request))
    }

    /// A number for a request that goes out now.
    pub(crate) fn number(&mut self, request: Request) -> u32 {
        // 0 means "no request" on the wire.
        self.last = self.last.checked_add(1).unwrap_or(1);
        self.asked.insert(self.last, request);
        self.last
    }

    /// What `number` asked, if it was asked on this connection and not answered yet.
    pub(crate) fn answered(&mut self, number: u32) -> Option<Request> {
        self.asked.remove(&number)
    }

    /// Whether something was looked for in this room after this request.
    pub(crate) fn is_searched_after(&self, number: u32, room: RoomId) -> bool {
        let later = self.asked.iter().filter(|(other, _)| **other > number).map(|(_, request)| request);
        later
            .chain(&self.waiting)
            .any(|request| matches!(request, Request::Search { room: other, .. } if *other == room))
    }

    /// The connection broke: what has no answer waits to be asked again, in its old order, before what came later.
    pub(crate) fn interrupted(&mut self) {
        let unanswered = std::mem::take(&mut self.asked).into_values();
        let again: VecDeque<_> = unanswered.chain(self.waiting.drain(..)).filter(Request::is_kept).collect();
        self.waiting = again;
    }

    /// The room is over: nothing is asked about it any more.
    pub(crate) fn forget_room(&mut self, room: RoomId) {
        self.waiting.retain(|request| request.room() != Some(room) && *request != Request::Resume(room));
    }

    /// The name of a rename that was asked on an earlier connection and not answered.
    pub(crate) fn take_rename(&mut self) -> Option<Nick> {
        let at = self.waiting.iter().position(|request| matches!(request, Request::Rename(_)))?;
        match self.waiting.remove(at) {
            Some(Request::Rename(name)) => Some(name),
            _ => None,
        }
    }
}
