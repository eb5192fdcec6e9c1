//! The link of a script: under the name it was given, or under a free one.

use crate::address::Address;
use crate::config::{Who, login_name};
use crate::link::{self, Command, Encryption, Environment, LinkEvent, Target, Tcp};
use crate::trust;
use chat_proto::Nick;
use chat_proto::frame::Stay;
use ed25519_dalek::SigningKey;
use std::io::Write;
use std::time::Duration;
use tokio::sync::mpsc;

/// Free names that are tried: another may take a suggested one before us.
const NAMES_MAX: u32 = 8;
/// How long the goodbye may take, all in all.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) struct Account<A> {
    pub(super) instance: u64,
    /// Where a person reads what is no result.
    aside: A,
    /// Why there was no connection last.
    trouble: Option<String>,
    target: Target,
    encryption: Encryption,
    key: SigningKey,
    /// The next suggestions that may be taken; none if the name was asked for by name.
    names_left: u32,
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<LinkEvent>,
}

impl<A: Write> Account<A> {
    pub(super) fn open(who: &Who, address: Address, stay: Stay, key: SigningKey, aside: A) -> Self {
        let name = who.name.clone().unwrap_or_else(login_name);
        let names_left = if who.name.is_some() { 0 } else { NAMES_MAX };
        let target = Target { server: address.server, key: address.key, name, stay };
        let encryption = who.secured.encryption();
        let instance = rand::random();
        let (commands, events) = dial(&target, encryption, &key, instance);
        Self { instance, aside, trouble: None, target, encryption, key, names_left, commands, events }
    }

    /// Tells the person something besides the result.
    pub(super) fn say(&mut self, sentence: &str) {
        // An aside that nobody can read is no reason to stop.
        drop(writeln!(self.aside, "chat-tui: {sentence}"));
    }

    /// Why there is no answer, with the last reason why there was no connection.
    pub(super) fn unanswered(&self, reason: &str) -> String {
        match &self.trouble {
            Some(trouble) => format!("{reason}: {trouble}"),
            None => reason.to_owned(),
        }
    }

    /// `host:port`.
    pub(super) fn server(&self) -> &str {
        &self.target.server
    }

    /// The next event; nothing when the link has ended. What a person should know about it besides is said.
    pub(super) async fn next(&mut self) -> Option<LinkEvent> {
        let event = self.events.recv().await?;
        match &event {
            LinkEvent::Up { security, .. } => {
                if let Some(sentence) = trust::first_contact(&self.target.server, *security) {
                    self.say(&sentence);
                }
            }
            LinkEvent::Notice(sentence) => self.say(sentence),
            LinkEvent::Down { trouble, .. } => self.trouble = Some(trouble.sentence()),
            _ => {}
        }
        Some(event)
    }

    pub(super) async fn ask(&self, command: Command) {
        // A link that has ended says so in its events.
        drop(self.commands.send(command).await);
    }

    /// Starts over under a free name, if there is one to take; whoever asked for a name gets that name or none.
    pub(super) fn take_name(&mut self, free: Option<Nick>) -> bool {
        let Some(name) = free.filter(|_| self.names_left > 0) else { return false };
        self.names_left -= 1;
        self.target.name = name;
        (self.commands, self.events) = dial(&self.target, self.encryption, &self.key, self.instance);
        true
    }

    /// Says `Bye`, and waits until it is said, but not for ever.
    pub(super) async fn close(mut self) {
        self.ask(Command::Bye).await;
        let ended = async { while self.events.recv().await.is_some() {} };
        drop(tokio::time::timeout(GOODBYE, ended).await);
    }
}

/// A link and its ends.
type Ends = (mpsc::Sender<Command>, mpsc::Receiver<LinkEvent>);

/// Without an outbox on disk: who runs a script again posts again, and must not post twice.
fn dial(target: &Target, encryption: Encryption, key: &SigningKey, instance: u64) -> Ends {
    let environment = Environment::of_this_machine(instance, None);
    link::spawn_over(Tcp::to(target, encryption), target.clone(), key.clone(), environment)
}
