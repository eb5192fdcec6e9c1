//! `chat-tui tail`: a room as lines, its history first, for as long as it lives.

pub(crate) mod lines;
pub(crate) mod order;

use super::account::Account;
use super::{Ending, printed};
use crate::config::Tail;
use crate::keep;
use crate::link::{Asked, Command, LinkEvent, Security};
use crate::removal::{self, Removal};
use crate::{share, trust};
use chat_proto::frame::Keep;
use chat_proto::frame::{Door, EndReason, Joined, Stay};
use chat_proto::{Entry, PersonId, RoomCode, Secret};
use ed25519_dalek::SigningKey;
use lines::Lines;
use order::{Order, Told};
use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, Write};

/// News of a new room that may come before its invite. A server that says more instead of the answer is given up.
const WAITING_MAX: usize = 1_000;

/// Prints the room to `out`, and asides to `aside`, until the room ends, nobody reads any more, or `stop` does.
pub async fn run(
    order: &Tail,
    key: SigningKey,
    out: impl Write,
    aside: impl Write,
    stop: impl Future<Output = ()>,
) -> Ending {
    let stay = if order.create { Stay::Resident } else { Stay::Watcher };
    let account = Account::open(&order.who, order.who.address(order.join.as_ref()), stay, key, aside);
    let entry = match &order.join {
        Some(destination) => Command::Join(destination.code, destination.secret),
        None => Command::Create(order.door(), order.keep.unwrap_or(Keep::Default)),
    };
    account.ask(entry.clone()).await;
    let mut follower = Follower {
        account,
        entry,
        lines: Lines { is_json: order.json },
        out,
        order: Order::default(),
        code: None,
        security: None,
        waiting: VecDeque::new(),
        is_invite_awaited: false,
        me: None,
        removal: None,
        is_down: false,
    };
    let ending = tokio::select! {
        ending = follower.done() => ending,
        () = stop => Ending::Done,
    };
    follower.account.close().await;
    ending
}

struct Follower<O, A> {
    account: Account<A>,
    /// What was asked first, for a second name.
    entry: Command,
    lines: Lines,
    out: O,
    order: Order,
    code: Option<RoomCode>,
    security: Option<Security>,
    /// What came before the invite that is to be printed first.
    waiting: VecDeque<LinkEvent>,
    is_invite_awaited: bool,
    me: Option<PersonId>,
    /// The removal of this person, as the log told it.
    removal: Option<Removal>,
    is_down: bool,
}

impl<O: Write, A: Write> Follower<O, A> {
    async fn done(&mut self) -> Ending {
        while let Some(event) = self.next().await {
            match self.on_event(event).await {
                Ok(None) => {}
                Ok(Some(ending)) => return ending,
                Err(error) => return printed(Err(error)),
            }
        }
        Ending::Refused("the connection ended".into())
    }

    /// The next event; those about the room wait until its invite is printed.
    async fn next(&mut self) -> Option<LinkEvent> {
        if !self.is_invite_awaited
            && let Some(event) = self.waiting.pop_front()
        {
            return Some(event);
        }
        loop {
            let event = self.account.next().await?;
            match event {
                LinkEvent::Entries { .. } | LinkEvent::Gap { .. } if self.is_invite_awaited => {
                    if self.waiting.len() >= WAITING_MAX {
                        return None;
                    }
                    self.waiting.push_back(event);
                }
                event => return Some(event),
            }
        }
    }

    async fn on_event(&mut self, event: LinkEvent) -> io::Result<Option<Ending>> {
        match event {
            // A resume goes on where it stopped.
            LinkEvent::Joined { asked: Asked::Resume(_), .. } => {}
            LinkEvent::Joined { joined, .. } => self.on_joined(&joined).await?,
            LinkEvent::Entries { entries, .. } => self.on_entries(entries).await?,
            LinkEvent::Invitation { code, secret, .. } => self.on_invitation(code, secret)?,
            LinkEvent::Gap { from, to, kind, .. } => self.tell(Told::Gap { from, to, kind }).await?,
            LinkEvent::Page { oldest, entries, .. } => self.tell(Told::Page { oldest, entries }).await?,
            LinkEvent::Refused { asked: Asked::History(_), sentence, .. } => {
                self.account.say(&format!("older messages cannot be loaded: {sentence}"));
                self.tell(Told::NoPage).await?;
            }
            LinkEvent::Up { person, security, .. } => self.on_up(person, security),
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
            LinkEvent::Distrusted(distrust) => return Ok(Some(Ending::Refused(trust::as_text(&distrust)))),
            LinkEvent::RoomEnded { reason, .. } => return Ok(Some(self.ended(reason))),
            LinkEvent::NoReturn { .. } => return Ok(Some(Ending::Refused(removal::ended_or_shut(self.shown_code())))),
            LinkEvent::Left { .. } => return Ok(Some(Ending::Refused("this room is closed to you now".into()))),
            _ => {}
        }
        Ok(None)
    }

    async fn on_joined(&mut self, joined: &Joined) -> io::Result<()> {
        let is_first = self.code.is_none();
        if let (true, Command::Create(_, wanted)) = (is_first, &self.entry)
            && let Some(sentence) = keep::shortfall(*wanted, &joined.state.label)
        {
            self.account.say(&sentence);
        }
        self.code = RoomCode::parse(&joined.code).ok();
        match (is_first, &self.entry, self.code) {
            (true, Command::Create(Door::Private, _), _) => {
                self.is_invite_awaited = true;
                self.account.ask(Command::Invite(joined.room)).await;
            }
            (true, Command::Create(Door::Open, _), Some(code)) => {
                self.lines.code(&mut self.out, code)?;
                self.out.flush()?;
            }
            _ => {}
        }
        self.tell(Told::Entered { room: joined.room, oldest: joined.oldest, cursor: joined.cursor }).await
    }

    fn on_up(&mut self, person: PersonId, security: Security) {
        self.is_down = false;
        self.me = Some(person);
        self.security = Some(security);
    }

    fn on_invitation(&mut self, code: RoomCode, secret: Option<Secret>) -> io::Result<()> {
        self.is_invite_awaited = false;
        let invite = share::invite(self.account.server(), self.security, code, secret);
        self.lines.invite(&mut self.out, code, &invite)?;
        self.out.flush()
    }

    async fn on_entries(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        self.removal = entries.iter().rev().find_map(|entry| Removal::of(entry, self.me)).or(self.removal.take());
        self.tell(Told::Entries(entries)).await
    }

    /// Puts in order what came, prints what is ready, and asks for what is missing before the rest.
    async fn tell(&mut self, told: Told) -> io::Result<()> {
        let ready = self.order.take(told);
        if let Some(question) = ready.question {
            self.account.ask(question).await;
        }
        if let Some(gap) = ready.gone {
            self.account.say(&gap);
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
            self.account.say(&format!("{sentence}; trying again"));
        }
    }

    fn shown_code(&self) -> String {
        self.code.map_or_else(String::new, |code| code.to_string())
    }

    fn ended(&self, reason: EndReason) -> Ending {
        let sentence = removal::ended(self.shown_code(), reason, self.removal.as_ref());
        match reason {
            EndReason::Over => Ending::DoneSaying(sentence),
            EndReason::Removed => Ending::Refused(sentence),
        }
    }
}
