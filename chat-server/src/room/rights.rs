//! Who may do what: an act or a post against the order of the room.
//!
//! | | owner | operators | members |
//! |---|---|---|---|
//! | kick, ban, unban, mute, unmute | all | members | |
//! | lock, unlock, rekey | yes | yes | |
//! | op, deop | all | | |
//! | delete what was said | all | all | their own |
//!
//! Nobody does anything against themselves, or against the owner. Who is muted posts nothing but that they take back
//! what they said, acts neither. An act that
//! finds what it wants done already is taken: two who keep order at once should not be told that they failed.

use super::order::{LISTED_MAX, Order, Whom};
use crate::log::Reach;
use crate::people::Key;
use crate::refusals;
use chat_proto::entry::BanScope;
use chat_proto::frame::{Role, Voice};
use chat_proto::{Act, Refused};

impl Order {
    /// Whether `key` may say something.
    ///
    /// # Errors
    /// The refusal, with its sentence.
    pub(super) fn judge_voice(&self, key: Key) -> Result<(), Refused> {
        match self.voice_of(key) {
            Voice::Free => Ok(()),
            Voice::Muted => Err(refusals::muted()),
        }
    }

    /// Whose messages `key` may delete. Who is muted keeps no order.
    pub(super) fn reach_of(&self, key: Key) -> Reach {
        match (self.role_of(key), self.voice_of(key)) {
            (Role::Owner | Role::Operator, Voice::Free) => Reach::Anybodys,
            _ => Reach::Own,
        }
    }

    /// Whether `actor` may do this to `whom`, and it can be done. `is_here`: whether `whom` is in the room.
    ///
    /// # Errors
    /// The refusal, with its sentence.
    pub(super) fn judge(&self, act: &Act, actor: Key, whom: Option<&Whom>, is_here: bool) -> Result<(), Refused> {
        if self.is_direct {
            return Err(refusals::between_two());
        }
        self.judge_rank(act, actor)?;
        self.judge_voice(actor)?;
        match (act.target(), whom) {
            (Some(target), None) => Err(self.nobody(act, &refusals::shown(&target.name))),
            (Some(_), Some(whom)) => self.judge_target(act, actor, whom, is_here),
            (None, _) => self.judge_door(act),
        }
    }

    fn judge_rank(&self, act: &Act, actor: Key) -> Result<(), Refused> {
        match (act, self.role_of(actor)) {
            (Act::Own(_), _) => Err(refusals::not_by_hand()),
            (_, Role::Owner) => Ok(()),
            (Act::Op(_) | Act::Deop(_), _) => Err(refusals::owner_only()),
            (_, Role::Operator) => Ok(()),
            (_, Role::Member) => Err(refusals::operators_only()),
        }
    }

    fn judge_target(&self, act: &Act, actor: Key, whom: &Whom, is_here: bool) -> Result<(), Refused> {
        match (self.role_of(actor), self.role_of(whom.key)) {
            _ if whom.key == actor => return Err(refusals::not_oneself()),
            (_, Role::Owner) => return Err(refusals::not_against("the owner")),
            (Role::Operator, Role::Operator) => return Err(refusals::not_against("other operators")),
            _ => {}
        }
        match act {
            Act::Kick(_) | Act::Mute(_) | Act::Op(_) if !is_here => Err(refusals::not_here(&whom.name)),
            Act::Unban(_) | Act::Unmute(_) | Act::Deop(_) if !self.lists(act, whom) => {
                Err(self.nobody(act, whom.name.as_str()))
            }
            Act::Ban(_, BanScope::Address) => judge_address(whom).and_then(|()| self.judge_length(act, whom)),
            _ => self.judge_length(act, whom),
        }
    }

    fn lists(&self, act: &Act, whom: &Whom) -> bool {
        self.list_of(act).is_some_and(|list| list.contains_key(&whom.key))
    }

    fn judge_length(&self, act: &Act, whom: &Whom) -> Result<(), Refused> {
        match self.list_of(act) {
            Some(list) if list.len() >= LISTED_MAX && !self.lists(act, whom) => Err(refusals::list_full(LISTED_MAX)),
            _ => Ok(()),
        }
    }

    fn judge_door(&self, act: &Act) -> Result<(), Refused> {
        match act {
            Act::Rekey if self.secret().is_none() => Err(refusals::not_private()),
            _ => Ok(()),
        }
    }

    /// Why nobody of this name is meant.
    fn nobody(&self, act: &Act, name: &str) -> Refused {
        match act {
            Act::Unban(_) => refusals::not_banned(
                name,
                self.list_of(act).into_iter().flat_map(|list| list.values()).map(|whom| whom.name.as_str()),
            ),
            Act::Unmute(_) => refusals::not_listed(name, "muted here"),
            Act::Deop(_) => refusals::not_listed(name, "an operator here"),
            _ => refusals::no_such_person(name),
        }
    }
}

/// The server's own machine is never banned: everybody who comes through a tunnel or a proxy comes from there.
fn judge_address(whom: &Whom) -> Result<(), Refused> {
    match whom.address {
        Some(address) if !address.is_loopback() => Ok(()),
        Some(_) => Err(refusals::own_address(&whom.name)),
        None => Err(refusals::no_address(&whom.name)),
    }
}
