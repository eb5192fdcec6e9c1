//! What is typed for pipes and scripts: `send`, `tail`, `invite`, `identity`, `trust`; and what a shell or a reader
//! wants.

use super::{Config, Options, Secured};
use crate::address::{Address, DEFAULT_SERVER};
use crate::destination::Destination;
use crate::keep;
use chat_proto::frame::{Door, Keep};
use chat_proto::{Fingerprint, Nick};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;
use std::time::Duration;

/// For pipes and scripts: no screen.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Script {
    /// Post one message, wait until it is acknowledged, and end
    Send(Send),
    /// Print a room, its history first, and go on printing what is said
    Tail(Tail),
    /// Print the line that brings others into a room
    Invite(Invite),
    /// Show your key, list the names that it holds on a server, or give one up
    #[command(subcommand)]
    Identity(Identity),
    /// Show which key a server is known by, or accept another one
    Trust(Trust),
    /// Print what your shell needs to complete this command line
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = MAN)]
    Man {
        /// Of this command, like send; of the whole program unless given
        command: Option<String>,
    },
}

const COMPLETIONS: &str = "\
Where they belong:
  chat-tui completions bash > ~/.local/share/bash-completion/completions/chat-tui
  chat-tui completions zsh > ~/.zfunc/_chat-tui      with fpath+=~/.zfunc before compinit
  chat-tui completions fish > ~/.config/fish/completions/chat-tui.fish";

const MAN: &str = "\
Read it, or put it where others are:
  chat-tui man | man -l -
  chat-tui man > ~/.local/share/man/man1/chat-tui.1
  chat-tui man send > ~/.local/share/man/man1/chat-tui-send.1";

/// `chat-tui send`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(after_help = "Exit codes: 0 acknowledged, 1 refused, 2 usage, 3 no answer in time (outcome unknown)")]
pub struct Send {
    /// The room
    #[arg(long, value_name = "CODE|INVITE", value_parser = destination)]
    pub join: Destination,
    #[command(flatten)]
    pub who: Who,
    /// How long to wait for the acknowledgement
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
    /// The message; standard input if it is not given
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
}

/// `chat-tui tail`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(
    after_help = "With --json, each line is an object: seq, id, time (RFC 3339, UTC), author, kind, text; an act\n\
    (somebody was removed, muted, …) also has act and target, a reply has to, an edit, delete or react has of\n\
    (the seq that is meant), a react also state (on, off). The kinds are message, action, reply, edit, delete,\n\
    react, topic, act, forget, erased, opened, joined, left, renamed, unknown. With --create the first line is\n\
    {\"code\":\"AB3Z\"}, with --create --private it is\n\
    {\"code\":\"AB3Z\",\"invite\":\"chat://…\"}."
)]
pub struct Tail {
    /// The room
    #[arg(
        long,
        value_name = "CODE|INVITE",
        value_parser = destination,
        required_unless_present = "create",
        conflicts_with = "create"
    )]
    pub join: Option<Destination>,
    /// Open a new room, print its code first, and keep it alive
    #[arg(long)]
    pub create: bool,
    /// Let only those in who have an invite, and print that first
    #[arg(long, requires = "create", conflicts_with = "join")]
    pub private: bool,
    /// How long the new room keeps what is said, like 12h, 7d or 4w, or forever [default: as long as the server does]
    #[arg(long, value_name = "SPAN|forever", requires = "create", conflicts_with = "join", value_parser = keep::parse)]
    pub keep: Option<Keep>,
    /// One JSON object per line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub who: Who,
}

/// `chat-tui invite`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(after_help = "Only members of a room are told what lets others into it.\n\n\
    Exit codes: 0 printed, 1 refused, 2 usage, 3 no answer in time")]
pub struct Invite {
    /// The room
    #[arg(long, value_name = "CODE|INVITE", value_parser = destination)]
    pub join: Destination,
    /// Print a QR code of it as well
    #[arg(long)]
    pub qr: bool,
    #[command(flatten)]
    pub who: Who,
    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
}

/// `chat-tui identity`.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Identity {
    /// Print the fingerprint of your key, short and whole, and the file with the key
    ///
    /// The short form is for comparing aloud: whoever asks /whois about you must see the same.
    /// Needs no server. Makes the key if there is none yet.
    Show {
        /// The file with your key [default: ~/.local/share/chat/identity]
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
    /// Print the names that your key holds on a server, one per line
    ///
    /// Names that were given up rest with the key for a while; the hours that are left stand behind
    /// them. The server is asked under a name, which the key holds from then on: --name chooses it.
    Names(Names),
    /// Give a name up: its person leaves every room, and after a while others may have it
    GiveUp(GiveUp),
}

/// `chat-tui identity names`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(after_help = "Exit codes: 0 done, 1 refused, 2 usage, 3 no answer in time")]
pub struct Names {
    #[command(flatten)]
    pub who: Who,
    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
}

/// `chat-tui identity give-up`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(after_help = "Exit codes: 0 given up, 1 refused, 2 usage, 3 no answer in time (outcome unknown)")]
pub struct GiveUp {
    /// The name
    #[arg(value_name = "NAME", value_parser = nick)]
    pub name: Nick,
    /// The server, or chat://host:port?key=…; the port is 7000 if none is given
    #[arg(long, value_name = "HOST:PORT", env = "CHAT_SERVER", default_value = DEFAULT_SERVER, value_parser = Address::parse)]
    pub server: Address,
    #[command(flatten)]
    pub secured: Secured,
    /// The file with your key [default: ~/.local/share/chat/identity]
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
}

/// `chat-tui trust`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(after_help = TRUST)]
pub struct Trust {
    /// The server, or an invite to it; the port is 7000 if none is given
    #[arg(value_name = "HOST:PORT", value_parser = Address::parse)]
    pub server: Address,
    /// The key to trust from now on, whatever was known before
    #[arg(value_name = "KEY", value_parser = fingerprint, allow_hyphen_values = true)]
    pub key: Option<Fingerprint>,
    /// Forget the server, as if it had never been met
    #[arg(long, conflicts_with = "key")]
    pub forget: bool,
}

const TRUST: &str = "\
A server whose certificate the roots of this system vouch for needs nothing else. Any other
shows its key at first contact, and must have the same one from then on. Known servers stand in
~/.local/share/chat/known_servers, one per line.

Exit codes: 0 done, 1 nothing is known of the server, or the file cannot be used, 2 usage";

/// Who does it, and where.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Who {
    /// The name to appear under; by default the one you are logged in under, or a free one like it
    #[arg(long, value_parser = nick)]
    pub name: Option<Nick>,
    /// The server, or chat://host:port?key=…; the port is 7000 if none is given
    #[arg(long, value_name = "HOST:PORT", env = "CHAT_SERVER", default_value = DEFAULT_SERVER, value_parser = Address::parse)]
    pub server: Address,
    #[command(flatten)]
    pub secured: Secured,
    /// The file with your key [default: ~/.local/share/chat/identity]
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

impl Script {
    /// Who does it, if it is done as somebody.
    pub(super) fn who(&self) -> Option<&Who> {
        match self {
            Self::Send(order) => Some(&order.who),
            Self::Tail(order) => Some(&order.who),
            Self::Invite(order) => Some(&order.who),
            Self::Identity(Identity::Names(order)) => Some(&order.who),
            Self::Identity(_) | Self::Trust(_) | Self::Completions { .. } | Self::Man { .. } => None,
        }
    }

    /// What was not typed is as it is for the chat screen.
    pub(super) fn settle(&mut self, options: &Options, matches: &ArgMatches) -> Result<(), clap::Error> {
        match self {
            Self::Send(Send { who, .. })
            | Self::Tail(Tail { who, .. })
            | Self::Invite(Invite { who, .. })
            | Self::Identity(Identity::Names(Names { who, .. })) => who.settle(options, matches),
            Self::Identity(Identity::GiveUp(order)) => {
                let place = Place { server: &mut order.server, secured: &mut order.secured };
                place.settle(options, matches)?;
                settle_identity(&mut order.identity, options);
                Ok(())
            }
            Self::Identity(Identity::Show { identity }) => {
                settle_identity(identity, options);
                Ok(())
            }
            Self::Trust(_) | Self::Completions { .. } | Self::Man { .. } => Ok(()),
        }
    }

    /// Where it leads.
    pub(super) fn join(&self) -> Option<&Destination> {
        match self {
            Self::Send(order) => Some(&order.join),
            Self::Tail(order) => order.join.as_ref(),
            Self::Invite(order) => Some(&order.join),
            Self::Identity(_) | Self::Trust(_) | Self::Completions { .. } | Self::Man { .. } => None,
        }
    }
}

impl Who {
    fn settle(&mut self, options: &Options, matches: &ArgMatches) -> Result<(), clap::Error> {
        Place { server: &mut self.server, secured: &mut self.secured }.settle(options, matches)?;
        settle_identity(&mut self.identity, options);
        if let (None, Some(name)) = (&self.name, &options.name) {
            self.name = Some(nick(name).map_err(|reason| unusable("name", name, &reason))?);
        }
        Ok(())
    }
}

/// Where a script goes, and how.
struct Place<'a> {
    server: &'a mut Address,
    secured: &'a mut Secured,
}

impl Place<'_> {
    fn settle(self, options: &Options, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.secured.tls |= options.tls;
        let is_open = matches.value_source("server") == Some(ValueSource::DefaultValue);
        if let Some(server) = options.server.as_deref().filter(|_| is_open) {
            *self.server = Address::parse(server).map_err(|reason| unusable("server", server, &reason.to_string()))?;
        }
        Ok(())
    }
}

fn settle_identity(identity: &mut Option<PathBuf>, options: &Options) {
    if identity.is_none() {
        identity.clone_from(&options.identity);
    }
}

/// An option that only a script looks at closely.
fn unusable(key: &str, value: &str, reason: &str) -> clap::Error {
    Config::command().error(ErrorKind::ValueValidation, format!("{key} = {value:?} in your options: {reason}"))
}

impl Tail {
    /// The door of a room that is opened.
    pub fn door(&self) -> Door {
        match self.private {
            true => Door::Private,
            false => Door::Open,
        }
    }
}

impl Who {
    /// The server to dial: that of the invite, or the one that was named.
    pub fn address(&self, destination: Option<&Destination>) -> Address {
        let invited = destination.and_then(|destination| destination.server.clone());
        invited.unwrap_or_else(|| self.server.clone())
    }
}

fn nick(typed: &str) -> Result<Nick, String> {
    Nick::parse(typed.as_bytes()).map_err(|error| error.to_string())
}

fn fingerprint(typed: &str) -> Result<Fingerprint, String> {
    Fingerprint::parse(typed).ok_or_else(|| "a key is 43 letters, digits, - and _, as the server prints it".to_owned())
}

fn destination(typed: &str) -> Result<Destination, String> {
    Destination::parse(typed).map_err(|error| error.to_string())
}

/// A day at most: a script that waits longer has another problem.
fn seconds(typed: &str) -> Result<Duration, String> {
    let seconds: f64 = typed.parse().map_err(|_| "a number of seconds is needed, like 10 or 0.5".to_owned())?;
    match (0.001..=86_400.0).contains(&seconds) {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err("more than 0 and at most 86400 seconds".to_owned()),
    }
}
