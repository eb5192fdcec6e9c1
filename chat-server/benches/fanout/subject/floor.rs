//! The server that does nothing but pass bytes on, over a length before each message.

use super::{Entering, Member};
use crate::inbox::Inbox;
use chat_proto::login::Binding;

pub(crate) struct Floor {
    room: u32,
    said: Said,
    inbox: Inbox,
}

/// Whether the room was asked for.
enum Said {
    Nothing,
    Room,
}

impl Floor {
    pub(crate) fn new(room: u32) -> Self {
        Self { room, said: Said::Nothing, inbox: Inbox::default() }
    }
}

impl Member for Floor {
    /// The number of the room, answered by a message of no bytes.
    fn enter(&mut self, came: &[u8], _: &Binding) -> Entering {
        match self.said {
            Said::Nothing => {
                self.said = Said::Room;
                Entering::Say([4_u32.to_be_bytes(), self.room.to_be_bytes()].concat())
            }
            Said::Room if came.is_empty() => Entering::Wait,
            Said::Room => Entering::Inside,
        }
    }

    fn post(&mut self, text: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(&(text.len() as u32).to_be_bytes());
        out.extend_from_slice(text.as_bytes());
    }

    fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.inbox.take(came, |bytes| {
            let end = 4 + u32::from_be_bytes(*bytes.first_chunk()?) as usize;
            each(bytes.get(4..end)?);
            Some(end)
        });
    }

    fn again(&self) -> Box<dyn Member> {
        Box::new(Self::new(self.room))
    }
}
