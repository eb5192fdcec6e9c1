//! What an entry changes besides being one, and how that becomes true for its room: when it is published.

use super::State;
use super::order::Order;
use crate::people::Key;
use chat_proto::{RoomId, Topic};

/// What an entry changes besides being one.
#[derive(Default)]
pub(super) enum Effect {
    /// Nothing.
    #[default]
    Nothing,
    /// What the room is about.
    Topic(Box<Topic>),
    /// Who may do what.
    Order(Box<Order>),
    /// The same, and whoever bears this key is a member no longer.
    Removal(Box<(Order, Key)>),
    /// Somebody reads no more.
    Left,
}

/// Who reads on after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Everybody.
    AllStay,
    /// Not everybody, perhaps.
    SomeGo,
}

impl State {
    /// Makes true what was published.
    pub(super) fn take_effect(&mut self, room: RoomId, effect: Effect) -> Readers {
        match effect {
            Effect::Nothing => return Readers::AllStay,
            Effect::Topic(topic) => self.topic = *topic,
            Effect::Order(order) => self.order = *order,
            Effect::Left => return Readers::SomeGo,
            Effect::Removal(removal) => {
                let (order, key) = *removal;
                self.order = order;
                self.presences.expel(key);
                self.writing.expel(room, key);
                return Readers::SomeGo;
            }
        }
        Readers::AllStay
    }
}
