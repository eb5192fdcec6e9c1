//! What an attempt to come into a room is to end in.

use crate::link::Command;
use crate::room::Room;
use chat_proto::entry::RoomId;
use chat_proto::frame::{Door, Keep};
use chat_proto::{RoomCode, Secret};

/// What an attempt is to end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Create(Door, Keep),
    Join(RoomCode, Option<Secret>),
    /// The room itself, whoever has its code by now.
    Return(RoomId, RoomCode),
}

impl Goal {
    pub fn command(self) -> Command {
        match self {
            Self::Create(door, keep) => Command::Create(door, keep),
            Self::Join(code, secret) => Command::Join(code, secret),
            Self::Return(room, _) => Command::Return(room),
        }
    }

    /// The room itself, if it is known.
    pub fn room(self) -> Option<RoomId> {
        match self {
            Self::Create(..) | Self::Join(..) => None,
            Self::Return(room, _) => Some(room),
        }
    }

    /// The code of the room, if it has one yet.
    pub fn code(self) -> Option<RoomCode> {
        match self {
            Self::Create(..) => None,
            Self::Join(code, _) | Self::Return(_, code) => Some(code),
        }
    }

    /// Whether it ends in this room, on the same server.
    pub fn leads_to(self, room: &Room) -> bool {
        match self {
            Self::Create(..) => false,
            Self::Join(code, _) => room.typed_code() == Some(code),
            Self::Return(id, _) => room.id == id,
        }
    }
}
