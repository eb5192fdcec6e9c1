//! One connection of somebody to a server, as far as whoever measures wants to know.

use crate::channel::Channel;
use crate::letter::Letter;
use crate::process::Server;
use crate::subject::{Entering, Member};
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd};

/// How closely somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attention {
    /// Counts messages.
    Counts,
    /// Reads who sent what and when.
    Reads,
    /// Reads as a client does, and checks all of it.
    Checks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Outside,
    Inside,
    /// The server closed the connection.
    Gone,
}

pub(crate) struct Line {
    channel: Channel,
    pub(crate) member: Box<dyn Member>,
    unsent: Vec<u8>,
    pub(crate) place: Place,
    pub(crate) attention: Attention,
    pub(crate) ledger: Ledger,
    /// Messages of its own.
    pub(crate) posted: u32,
}

/// What came.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) messages: u64,
    /// Those that came where another one of the same sender should have.
    pub(crate) disorderly: u64,
    next: Vec<u32>,
}

impl Line {
    /// `caller` says who it is, also when they come back.
    pub(crate) fn dial(server: &Server, member: Box<dyn Member>, caller: usize) -> Self {
        let mut line = Self {
            channel: Channel::dial(server.address, &server.security, caller).unwrap(),
            member,
            unsent: Vec::new(),
            place: Place::Outside,
            attention: Attention::Reads,
            ledger: Ledger::default(),
            posted: 0,
        };
        line.enter(&[]);
        line
    }

    pub(crate) fn is_resumed(&self) -> bool {
        self.channel.is_resumed()
    }

    /// Reads what is there, and hands over each message if it is read and not only counted.
    pub(crate) fn hear(&mut self, buffer: &mut [u8], told: &mut dyn FnMut(Letter)) {
        self.read(buffer, told);
        // What could not be said before the end of a handshake.
        if !self.unsent.is_empty() {
            self.flush();
        }
    }

    fn read(&mut self, buffer: &mut [u8], told: &mut dyn FnMut(Letter)) {
        loop {
            match self.channel.read(buffer) {
                Ok(bytes @ 1..) if self.place == Place::Outside => self.enter(&buffer[..bytes]),
                Ok(bytes @ 1..) => self.take(&buffer[..bytes], told),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                _ => return self.place = Place::Gone,
            }
            if !self.channel.may_hide_more() {
                return;
            }
        }
    }

    fn enter(&mut self, came: &[u8]) {
        match self.member.enter(came, &self.channel.binding()) {
            Entering::Say(words) => {
                self.unsent.extend_from_slice(&words);
                self.flush();
            }
            Entering::Wait => {}
            Entering::Inside => {
                self.place = Place::Inside;
                // What came with the answer.
                self.take(&[], &mut |_| {});
            }
        }
    }

    fn take(&mut self, came: &[u8], told: &mut dyn FnMut(Letter)) {
        let Self { member, ledger, .. } = self;
        let mut note = |text: &[u8]| {
            let letter = Letter::read(text);
            ledger.note(letter);
            told(letter);
        };
        match self.attention {
            Attention::Counts => ledger.messages += member.count(came),
            Attention::Reads => member.read(came, &mut note),
            Attention::Checks => member.check(came, &mut note),
        }
    }

    /// Has a message ready, which leaves with the next flush.
    pub(crate) fn post(&mut self, letter: Letter, bytes: usize) {
        self.posted += 1;
        self.member.post(&letter.text(bytes), &mut self.unsent);
    }

    /// Whether everything is written.
    pub(crate) fn flush(&mut self) -> bool {
        // An error shows when it is read from.
        let written = self.channel.write(&self.unsent).unwrap_or(0);
        self.unsent.drain(..written);
        self.unsent.is_empty() && !self.channel.has_unsent()
    }
}

impl Ledger {
    fn note(&mut self, letter: Letter) {
        let sender = letter.sender as usize;
        self.messages += 1;
        self.next.resize(self.next.len().max(sender + 1), 0);
        self.disorderly += u64::from(self.next[sender] != letter.n);
        self.next[sender] = letter.n + 1;
    }
}

impl AsFd for Line {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}
