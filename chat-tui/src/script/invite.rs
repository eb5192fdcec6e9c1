//! `chat-tui invite`: the line that brings others into a room.

use super::account::Account;
use super::{Ending, no_answer_within, printed};
use crate::config::Invite;
use crate::link::{Asked, Command, LinkEvent, Security};
use crate::qr::Qr;
use crate::{removal, share, trust};
use chat_proto::frame::Stay;
use chat_proto::{RoomCode, Secret};
use ed25519_dalek::SigningKey;
use std::future::Future;
use std::io::{self, IsTerminal, Write};

/// Black on white, in the 16 colours that every terminal has.
const PAPER: (&str, &str) = ("\x1b[30;107m", "\x1b[0m");

/// What a QR code is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A terminal: it is told to be light.
    Terminal,
    /// Anything else gets the letters alone.
    Plain,
}

/// What standard output is.
pub fn paper() -> Paper {
    match io::stdout().is_terminal() {
        true => Paper::Terminal,
        false => Paper::Plain,
    }
}

/// Prints the invite to `out`, and asides to `aside`. Ends early when `stop` does.
pub async fn run(
    order: &Invite,
    key: SigningKey,
    out: impl Write,
    paper: Paper,
    aside: impl Write,
    stop: impl Future<Output = ()>,
) -> Ending {
    let address = order.who.address(Some(&order.join));
    let account = Account::open(&order.who, address, Stay::Visitor, key, aside);
    let mut errand = Errand { account, security: None };
    errand.enter(order).await;
    let answer = tokio::select! {
        answer = errand.answer(order) => answer,
        () = tokio::time::sleep(order.timeout) => {
            Err(Ending::Unanswered(errand.account.unanswered(&no_answer_within(order.timeout))))
        }
        () = stop => Err(Ending::Unanswered(errand.account.unanswered("interrupted"))),
    };
    let ending = match answer {
        Ok((code, secret)) => {
            let invite = share::invite(errand.account.server(), errand.security, code, secret);
            if share::is_local(&invite) {
                errand.account.say(share::LOCAL);
            }
            printed(print(&invite.to_string(), order, out, paper))
        }
        Err(ending) => ending,
    };
    errand.account.close().await;
    ending
}

struct Errand<A> {
    account: Account<A>,
    security: Option<Security>,
}

impl<A: Write> Errand<A> {
    async fn enter(&self, order: &Invite) {
        self.account.ask(Command::Join(order.join.code, order.join.secret)).await;
    }

    /// What lets others in, or how this ends instead.
    async fn answer(&mut self, order: &Invite) -> Result<(RoomCode, Option<Secret>), Ending> {
        while let Some(event) = self.account.next().await {
            match event {
                LinkEvent::Up { security, .. } => self.security = Some(security),
                // A resume is followed by what was asked before.
                LinkEvent::Joined { asked: Asked::Resume(_), .. } => {}
                LinkEvent::Joined { joined, .. } => self.account.ask(Command::Invite(joined.room)).await,
                LinkEvent::Invitation { code, secret, .. } => return Ok((code, secret)),
                LinkEvent::LoginRefused { sentence, free_name } => {
                    if !self.account.take_name(free_name) {
                        return Err(Ending::Refused(sentence));
                    }
                    self.enter(order).await;
                }
                event => ended(event, order.join.code)?,
            }
        }
        Err(Ending::Refused("the connection ended".into()))
    }
}

/// What cannot be answered any more.
fn ended(event: LinkEvent, code: RoomCode) -> Result<(), Ending> {
    match event {
        LinkEvent::Refused { sentence, .. } | LinkEvent::Ended(sentence) => Err(Ending::Refused(sentence)),
        LinkEvent::Distrusted(distrust) => Err(Ending::Refused(trust::as_text(&distrust))),
        LinkEvent::RoomEnded { reason, .. } => Err(Ending::Refused(removal::ended(code, reason, None))),
        LinkEvent::NoReturn { .. } => Err(Ending::Refused(removal::ended_or_shut(code))),
        LinkEvent::Left { .. } => Err(Ending::Refused("this room is closed to you now".into())),
        _ => Ok(()),
    }
}

fn print(link: &str, order: &Invite, mut out: impl Write, paper: Paper) -> io::Result<()> {
    writeln!(out, "{link}")?;
    let rows = Qr::of(link).filter(|_| order.qr).map(|qr| qr.rows()).unwrap_or_default();
    let (before, behind) = if paper == Paper::Terminal { PAPER } else { ("", "") };
    rows.iter().try_for_each(|row| writeln!(out, "{before}{row}{behind}"))?;
    out.flush()
}
