//! Keeping order, and who may.

use super::PersonId;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Keeps order as well.
    Operator,
    /// Opened the room, or has it from who did.
    Owner,
}

/// Whether a member may post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Voice {
    /// May.
    Free,
    /// May only read.
    Muted,
}

/// Whom an [`Act`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Who. In a post, 0 leaves it to the server to find who is called `name`.
    pub person: PersonId,
    /// What they are called, UTF-8. The server writes its own over whatever was posted.
    pub name: Bytes,
}

/// What a ban keeps out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BanScope {
    /// The key, whatever it calls itself.
    Key,
    /// The key, and every key from where it was last connected.
    Address,
}

/// Keeping order: what the owner and the operators of a room do, for all to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Removes a member, who may return after a while.
    Kick(Target),
    /// Removes a member, or keeps somebody out who is none.
    Ban(Target, BanScope),
    /// Takes a ban back.
    Unban(Target),
    /// Takes a member's voice.
    Mute(Target),
    /// Gives it back.
    Unmute(Target),
    /// Makes a member an operator.
    Op(Target),
    /// Makes an operator a member.
    Deop(Target),
    /// Makes a member the owner. Only the server writes it, when the owner is gone.
    Own(Target),
    /// Closes the door to who is no member.
    Lock,
    /// Opens it again.
    Unlock,
    /// Replaces the secret of a private room: the invites of before no longer work.
    Rekey,
}

/// The target of an act, borrowed as the act is.
macro_rules! target_of {
    ($act:expr) => {
        match $act {
            Act::Kick(target)
            | Act::Ban(target, _)
            | Act::Unban(target)
            | Act::Mute(target)
            | Act::Unmute(target)
            | Act::Op(target)
            | Act::Deop(target)
            | Act::Own(target) => Some(target),
            Act::Lock | Act::Unlock | Act::Rekey => None,
        }
    };
}

impl Act {
    /// Whom it is about, if it is about somebody.
    pub fn target(&self) -> Option<&Target> {
        target_of!(self)
    }

    /// The same, to be changed.
    pub fn target_mut(&mut self) -> Option<&mut Target> {
        target_of!(self)
    }

    /// The word for it: a command of the client, and what programs read.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Kick(_) => "kick",
            Self::Ban(..) => "ban",
            Self::Unban(_) => "unban",
            Self::Mute(_) => "mute",
            Self::Unmute(_) => "unmute",
            Self::Op(_) => "op",
            Self::Deop(_) => "deop",
            Self::Own(_) => "own",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Rekey => "rekey",
        }
    }
}
