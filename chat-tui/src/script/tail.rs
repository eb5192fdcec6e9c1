//! `chat-tui tail`: a room as lines, its history first, for as long as it lives.

mod lines;
mod order;

use super::Ending;
use super::account::Account;
use crate::config::Tail;
use crate::link::{Asked, Command, LinkEvent};
use chat_proto::frame::Door;
use chat_proto::frame::{Joined, Stay};
use chat_proto::{Entry, RoomCode};
use ed25519_dalek::SigningKey;
use lines::Lines;
use order::{Order, Told};
use std::future::Future;
use std::io::{self, ErrorKind, Write};

/// Prints the room to `out`, and asides to `aside`, until the room ends, nobody reads any more, or `stop` does.
pub async fn run(
    order: &Tail,
    key: SigningKey,
    out: impl Write,
    aside: impl Write,
    stop: impl Future<Output = ()>,
) -> Ending {
    let stay = if order.create { Stay::Resident } else { Stay::Watcher };
    let entry = order.join.map_or(Command::Create(Door::Open), |code| Command::Join(code, None));
    let account = Account::open(&order.who, stay, key);
    account.ask(entry.clone()).await;
    let lines = Lines { is_json: order.json };
    let mut follower =
        Follower { account, entry, lines, out, aside, order: Order::default(), code: None, is_down: false };
    let ending = tokio::select! {
        ending = follower.done() => ending,
        () = stop => Ending::Done,
    };
    follower.account.close().await;
    ending
}

struct Follower<O, A> {
    account: Account,
    /// What was asked first, for a second name.
    entry: Command,
    lines: Lines,
    out: O,
    aside: A,
    order: Order,
    code: Option<RoomCode>,
    is_down: bool,
}

impl<O: Write, A: Write> Follower<O, A> {
    async fn done(&mut self) -> Ending {
        while let Some(event) = self.account.next().await {
            match self.on_event(event).await {
                Ok(None) => {}
                Ok(Some(ending)) => return ending,
                // Whoever read has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ending::Done,
                Err(error) => return Ending::Refused(format!("cannot print: {error}")),
            }
        }
        Ending::Refused("the connection ended".into())
    }

    async fn on_event(&mut self, event: LinkEvent) -> io::Result<Option<Ending>> {
        match event {
            // A resume goes on where it stopped.
            LinkEvent::Joined { asked: Asked::Resume(_), .. } => {}
            LinkEvent::Joined { joined, .. } => self.on_joined(&joined).await?,
            LinkEvent::Entries { entries, .. } => self.tell(Told::Entries(entries)).await?,
            LinkEvent::Gap { from, to, kind, .. } => self.tell(Told::Gap { from, to, kind }).await?,
            LinkEvent::Page { oldest, entries, .. } => self.tell(Told::Page { oldest, entries }).await?,
            LinkEvent::Refused { asked: Asked::History(_), sentence, .. } => {
                self.say(&format!("older messages cannot be loaded: {sentence}"));
                self.tell(Told::NoPage).await?;
            }
            LinkEvent::Up { .. } => self.is_down = false,
            LinkEvent::Down { trouble, .. } => self.on_down(&trouble.sentence()),
            LinkEvent::LoginRefused { sentence, free_name } => {
                if self.code.is_some() || !self.account.take_name(free_name) {
                    return Ok(Some(Ending::Refused(sentence)));
                }
                self.account.ask(self.entry.clone()).await;
            }
            LinkEvent::Refused { sentence, .. } | LinkEvent::Ended(sentence) => {
                return Ok(Some(Ending::Refused(sentence)));
            }
            LinkEvent::RoomEnded { .. } => return Ok(Some(Ending::DoneSaying(self.ended()))),
            LinkEvent::Left { .. } => return Ok(Some(Ending::Refused("this room is closed to you now".into()))),
            _ => {}
        }
        Ok(None)
    }

    async fn on_joined(&mut self, joined: &Joined) -> io::Result<()> {
        let is_first = self.code.is_none();
        self.code = RoomCode::parse(&joined.code).ok();
        if let (true, Command::Create(_), Some(code)) = (is_first, &self.entry, self.code) {
            self.lines.code(&mut self.out, code)?;
            self.out.flush()?;
        }
        self.tell(Told::Entered { room: joined.room, oldest: joined.oldest, cursor: joined.cursor }).await
    }

    /// Puts in order what came, prints what is ready, and asks for what is missing before the rest.
    async fn tell(&mut self, told: Told) -> io::Result<()> {
        let ready = self.order.take(told);
        if let Some(question) = ready.question {
            self.account.ask(question).await;
        }
        if let Some(gap) = ready.gone {
            self.say(&gap);
        }
        self.print(&ready.entries)
    }

    fn print(&mut self, entries: &[Entry]) -> io::Result<()> {
        for entry in entries {
            self.lines.entry(&mut self.out, entry)?;
        }
        self.out.flush()
    }

    /// Once per outage: the link tries again by itself.
    fn on_down(&mut self, sentence: &str) {
        if !std::mem::replace(&mut self.is_down, true) {
            self.say(&format!("{sentence}; trying again"));
        }
    }

    fn say(&mut self, sentence: &str) {
        // An aside that nobody can read is no reason to stop.
        drop(writeln!(self.aside, "chat-tui: {sentence}"));
    }

    fn ended(&self) -> String {
        self.code.map_or_else(|| "the room has ended".into(), |code| format!("the room {code} has ended"))
    }
}
