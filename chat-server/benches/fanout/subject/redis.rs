//! Redis as a broker, over RESP3: only there may whoever has subscribed publish as well.

use super::channel::{Channel, number};
use super::{Entering, Member};
use crate::process::{Server, free_port};
use chat_proto::login::Binding;
use std::fmt::Write;
use std::process::Command;

pub(crate) const PROGRAM: &str = "redis-server";

/// Without persistence; everything else is as it is by default.
pub(crate) fn start() -> Server {
    let port = free_port();
    let words = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"];
    Server::at(port, Command::new(PROGRAM).args(words).arg(port.to_string()))
}

pub(crate) struct Redis {
    room: u32,
    channel: Channel,
}

impl Redis {
    pub(crate) fn new(room: u32) -> Self {
        let head = |name: &str| format!(">3\r\n$7\r\nmessage\r\n${}\r\n{name}\r\n$", name.len());
        Self { room, channel: Channel::of(room, head) }
    }
}

impl Member for Redis {
    fn enter(&mut self, came: &[u8], _: &Binding) -> Entering {
        let name = &self.channel.name;
        match came {
            [] => Entering::Say([command(&["HELLO", "3"]), command(&["SUBSCRIBE", name])].concat()),
            // How many channels it has subscribed to is the last thing in the answer.
            _ if came.ends_with(format!("{name}\r\n:1\r\n").as_bytes()) => Entering::Inside,
            _ => Entering::Wait,
        }
    }

    fn post(&mut self, text: &str, out: &mut Vec<u8>) {
        out.extend(command(&["PUBLISH", &self.channel.name, text]));
    }

    fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.channel.read(came, each, how_many_it_reached);
    }

    fn again(&self) -> Box<dyn Member> {
        Box::new(Self::new(self.room))
    }
}

fn command(words: &[&str]) -> Vec<u8> {
    let mut command = format!("*{}\r\n", words.len());
    for word in words {
        write!(command, "${}\r\n{word}\r\n", word.len()).expect("a string takes it all");
    }
    command.into_bytes()
}

/// What answers a message of one's own.
fn how_many_it_reached(bytes: &[u8]) -> Option<usize> {
    Some(1 + number(bytes.strip_prefix(b":")?)?.1)
}
