//! How far conversations of two were read, and what of them calls their reader: what [`crate::recent`] keeps of other
//! rooms. The list to go back to has no place for these, because their server tells of them.
//!
//! ```text
//! chat known conversations 1
//! localhost:7000 09090909090909090909090909090909 42 nothing     a bar where nobody chose what calls
//! ```

use crate::level::Level;
use crate::shared_file::Lines;
use chat_proto::{RoomId, Seq};
use std::fmt::Write;

/// Conversations remembered, over all servers; the last ones stay.
pub const CONVERSATIONS_MAX: usize = 500;

/// Where a reader is in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// `host:port`.
    pub server: String,
    pub room: RoomId,
    pub read: Seq,
    /// If they chose one.
    pub level: Option<Level>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownConversations(Vec<Conversation>);

impl KnownConversations {
    pub fn get(&self, server: &str, room: RoomId) -> Option<&Conversation> {
        self.0.iter().find(|it| it.room == room && it.server == server)
    }

    pub fn remember(&mut self, it: &Conversation) {
        self.0.retain(|known| known.room != it.room || known.server != it.server);
        self.0.push(it.clone());
        let surplus = self.0.len().saturating_sub(CONVERSATIONS_MAX);
        self.0.drain(..surplus);
    }
}

impl Lines for KnownConversations {
    const HEADER: &str = "chat known conversations 1";

    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        let (server, room) = (words.next()?.to_owned(), RoomId::parse(words.next()?)?);
        let read = Seq(words.next()?.parse().ok()?);
        let level = match words.next()? {
            "-" => None,
            word => Some(Level::parse(word)?),
        };
        self.remember(&Conversation { server, room, read, level });
        words.next().is_none().then_some(())
    }

    fn write(&self, out: &mut String) {
        for Conversation { server, room, read, level } in &self.0 {
            let level = level.map_or("-", Level::word);
            writeln!(out, "{server} {room} {read} {level}").expect("a string takes everything");
        }
    }
}
