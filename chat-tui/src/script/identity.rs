//! `chat-tui identity`: the key that this person is, and the names that it holds.

use super::account::Account;
use super::{Ending, no_answer_within, printed};
use crate::config::{GiveUp, Names, Who};
use crate::link::{Command, LinkEvent};
use crate::trust;
use crate::widget::timeline::name;
use chat_proto::Fingerprint;
use chat_proto::frame::{HeldName, Stay};
use ed25519_dalek::SigningKey;
use std::future::Future;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

const HOUR_MS: u64 = 3_600_000;

/// Prints the fingerprint of `key`, which is kept in `file`.
pub fn show(key: &SigningKey, file: &Path, mut out: impl Write) -> Ending {
    let fingerprint = Fingerprint::of(key.verifying_key().as_bytes());
    let short = fingerprint.short();
    printed(writeln!(out, "short  {short}\nfull   {fingerprint}\nfile   {}", file.display()))
}

/// Prints the names of `key` on a server. Asides go to `aside`.
pub async fn names(
    order: &Names,
    key: SigningKey,
    out: impl Write,
    aside: impl Write,
    stop: impl Future<Output = ()>,
) -> Ending {
    let account = Account::open(&order.who, order.who.address(None), Stay::Visitor, key, aside);
    Errand { account, wants: Command::Names, out }.run(order.timeout, stop, "").await
}

/// Gives a name up. Asides go to `aside`.
pub async fn give_up(order: &GiveUp, key: SigningKey, aside: impl Write, stop: impl Future<Output = ()>) -> Ending {
    let GiveUp { name, server, secured, identity, timeout } = order.clone();
    let who = Who { name: Some(name), server, secured, identity };
    let account = Account::open(&who, who.address(None), Stay::Visitor, key, aside);
    let errand = Errand { account, wants: Command::GiveUp, out: io::sink() };
    errand.run(timeout, stop, "; the name may or may not be given up").await
}

/// One question to a server.
struct Errand<O, A> {
    account: Account<A>,
    wants: Command,
    out: O,
}

impl<O: Write, A: Write> Errand<O, A> {
    async fn run(mut self, patience: Duration, stop: impl Future<Output = ()>, doubt: &str) -> Ending {
        self.account.ask(self.wants.clone()).await;
        let ending = tokio::select! {
            ending = self.done() => ending,
            () = tokio::time::sleep(patience) => {
                let reason = self.account.unanswered(&no_answer_within(patience));
                Ending::Unanswered(format!("{reason}{doubt}"))
            }
            () = stop => Ending::Unanswered(format!("interrupted{doubt}")),
        };
        self.account.close().await;
        ending
    }

    async fn done(&mut self) -> Ending {
        while let Some(event) = self.account.next().await {
            match event {
                LinkEvent::Names(names) => return printed(list(&names, &mut self.out)),
                LinkEvent::GivenUp => return Ending::Done,
                LinkEvent::Refused { sentence, .. } | LinkEvent::Ended(sentence) => return Ending::Refused(sentence),
                LinkEvent::Distrusted(distrust) => return Ending::Refused(trust::as_text(&distrust)),
                LinkEvent::LoginRefused { sentence, free_name } => {
                    if !self.account.take_name(free_name) {
                        return Ending::Refused(sentence);
                    }
                    self.account.ask(self.wants.clone()).await;
                }
                _ => {}
            }
        }
        Ending::Refused("the connection ended".into())
    }
}

/// In the order of the alphabet; those that are in use first.
fn list(names: &[HeldName], out: &mut impl Write) -> io::Result<()> {
    let mut rows: Vec<(Option<u64>, String)> = names.iter().map(|held| (held.rests_ms, name(&held.name))).collect();
    rows.sort_by_cached_key(|(rests, name)| (rests.is_some(), name.to_lowercase()));
    for (rests, name) in rows {
        match rests {
            None => writeln!(out, "{name}")?,
            Some(ms) => writeln!(out, "{name}\tgiven up, yours for {} h", ms.div_ceil(HOUR_MS))?,
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_use_come_first_and_none_moves_the_cursor() {
        let held = |name: &'static str, rests_ms| HeldName { name: name.into(), rests_ms };
        let names = [held("old", Some(HOUR_MS + 1)), held("ci", None), held("Alice", None), held("b\x1b[2J\nx", None)];
        let mut out = Vec::new();

        list(&names, &mut out).unwrap();

        let printed = String::from_utf8(out).unwrap();
        assert_eq!(printed, "Alice\nb␛[2J x\nci\nold\tgiven up, yours for 2 h\n");
    }
}
