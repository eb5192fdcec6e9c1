//! What is measured: our server, and those beside it, behind one seam.

mod channel;
mod floor;
mod nats;
mod ours;
mod redis;

use crate::channel::{Return, Security};
use crate::floor_server;
use crate::process::Server;
use chat_proto::login::Binding;
use floor::Floor;
use nats::Nats;
use ours::{History, Meeting, Ours};
use redis::Redis;
use std::ops::Range;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Ours,
    OursOverTls,
    /// The same, to whom everybody comes as for the first time.
    OursOverTlsAnew,
    OursOnDisk,
    Floor,
    Redis,
    Nats,
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
    fn enter(&mut self, came: &[u8], binding: &Binding) -> Entering;

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

    /// The same one, who has to connect again.
    fn again(&self) -> Box<dyn Member>;

    /// How long it took to sign what proves who this is.
    fn signed_for(&self) -> Duration {
        Duration::ZERO
    }
}

impl Subject {
    pub(crate) const ALL: [Self; 7] =
        [Self::Ours, Self::OursOverTls, Self::OursOverTlsAnew, Self::OursOnDisk, Self::Floor, Self::Redis, Self::Nats];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OursOverTls => "ours-tls",
            Self::OursOverTlsAnew => "ours-tls-anew",
            Self::OursOnDisk => "ours-disk",
            Self::Floor => "floor",
            Self::Redis => "redis",
            Self::Nats => "nats",
        }
    }

    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursOverTls | Self::OursOverTlsAnew | Self::OursOnDisk)
    }

    /// Whether its program is there.
    pub(crate) fn is_installed(self) -> bool {
        match self {
            Self::Redis => is_program(redis::PROGRAM),
            Self::Nats => is_program(nats::PROGRAM),
            Self::Ours | Self::OursOverTls | Self::OursOverTlsAnew | Self::OursOnDisk | Self::Floor => true,
        }
    }

    pub(crate) fn start(self) -> Server {
        match self {
            Self::Ours => ours::start(History::Memory, Security::Plain),
            Self::OursOverTls => ours::start(History::Memory, Security::tls(Return::Resumes)),
            Self::OursOverTlsAnew => ours::start(History::Memory, Security::tls(Return::BeginsAnew)),
            Self::OursOnDisk => ours::start(History::Disk, Security::Plain),
            Self::Floor => floor_server::start(),
            Self::Redis => redis::start(),
            Self::Nats => nats::start(),
        }
    }

    /// How long one processor needs to check what somebody signed.
    pub(crate) fn check_takes(self) -> Duration {
        if self.is_ours() { ours::check_takes() } else { Duration::ZERO }
    }

    /// Everybody of one room, the one who opens it first. Keys are made here, before anything is measured.
    pub(crate) fn room(self, room: u32, people: Range<u64>) -> impl Iterator<Item = Box<dyn Member>> {
        let meeting = Rc::new(Meeting::default());
        people.map(move |number| -> Box<dyn Member> {
            match self {
                Self::Ours | Self::OursOverTls | Self::OursOverTlsAnew | Self::OursOnDisk => {
                    Box::new(Ours::new(number, Rc::clone(&meeting)))
                }
                Self::Floor => Box::new(Floor::new(room)),
                Self::Redis => Box::new(Redis::new(room)),
                Self::Nats => Box::new(Nats::new(room)),
            }
        })
    }
}

fn is_program(name: &str) -> bool {
    let mut command = Command::new(name);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
