//! NATS without persistence, over its own protocol.

use super::channel::Channel;
use super::{Entering, Member};
use crate::process::{Server, free_port};
use chat_proto::login::Binding;
use std::process::Command;

pub(crate) const PROGRAM: &str = "nats-server";

const CONNECT: &str =
    r#"CONNECT {"verbose":false,"pedantic":false,"echo":true,"lang":"rust","version":"1","protocol":1}"#;
/// What it says now and then; nobody here lives long enough to have to answer.
const PING: &[u8] = b"PING\r\n";
const PONG: &[u8] = b"PONG\r\n";

/// Everything is as it is by default.
pub(crate) fn start() -> Server {
    let port = free_port();
    Server::at(port, Command::new(PROGRAM).args(["-a", "127.0.0.1", "-p", &port.to_string()]))
}

pub(crate) struct Nats {
    room: u32,
    channel: Channel,
}

impl Nats {
    pub(crate) fn new(room: u32) -> Self {
        Self { room, channel: Channel::of(room, |name| format!("MSG {name} 1 ")) }
    }
}

impl Member for Nats {
    fn enter(&mut self, came: &[u8], _: &Binding) -> Entering {
        match came {
            [] => Entering::Say(format!("{CONNECT}\r\nSUB {} 1\r\nPING\r\n", self.channel.name).into_bytes()),
            // It spoke first, and has subscribed when it answers the ping.
            _ if came.ends_with(PONG) => Entering::Inside,
            _ => Entering::Wait,
        }
    }

    fn post(&mut self, text: &str, out: &mut Vec<u8>) {
        out.extend(format!("PUB {} {}\r\n{text}\r\n", self.channel.name, text.len()).into_bytes());
    }

    fn read(&mut self, came: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.channel.read(came, each, |bytes| bytes.starts_with(PING).then_some(PING.len()));
    }

    fn again(&self) -> Box<dyn Member> {
        Box::new(Self::new(self.room))
    }
}
