//! What is measured: our server, and those beside it, behind one seam.

mod floor;
mod ours;

use crate::floor_server;
use crate::process::Server;
use chat_proto::login::Binding;
use floor::Floor;
use ours::{Meeting, Ours};
use std::rc::Rc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Ours,
    Floor,
}

/// How far somebody is on the way into a room.
pub(crate) enum Entering {
    /// Says this, and waits for what comes.
    Say(Vec<u8>),
    /// Waits for more.
    Wait,
    /// Whatever comes from now on comes from the room.
    Inside,
}

/// One end of a connection, without the connection.
pub(crate) trait Member {
    /// Goes on entering with what came; nothing has come at first.
    fn enter(&mut self, came: &[u8], channel: &Binding) -> Entering;

    /// Appends what has to be said to post a text.
    fn post(&mut self, text: &str, out: &mut Vec<u8>);

    /// Takes what came, and hands over the text of each message.
    fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8]));

    /// Takes what came, and says how many messages that is. Cheaper, if it can be.
    fn count(&mut self, came: &[u8]) -> u64 {
        let mut messages = 0;
        self.read(came, &mut |_| messages += 1);
        messages
    }

    /// Reads as a client does, and ends the measurement if it finds anything wrong.
    fn check(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.read(came, each);
    }
}

impl Subject {
    pub(crate) const ALL: [Self; 2] = [Self::Ours, Self::Floor];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Floor => "floor",
        }
    }

    pub(crate) fn start(self) -> Server {
        match self {
            Self::Ours => ours::start(),
            Self::Floor => floor_server::start(),
        }
    }

    /// Everybody of one room, the one who opens it first. Keys are made here, before anything is measured.
    pub(crate) fn room(self, room: u32, people: std::ops::Range<u64>) -> Vec<Box<dyn Member>> {
        let meeting = Rc::new(Meeting::default());
        people
            .map(|number| -> Box<dyn Member> {
                match self {
                    Self::Ours => Box::new(Ours::new(number, Rc::clone(&meeting))),
                    Self::Floor => Box::new(Floor::new(room)),
                }
            })
            .collect()
    }
}
