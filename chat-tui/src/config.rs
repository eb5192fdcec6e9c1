//! What was typed on the command line, and what it means. Opens nothing.

mod person;
mod script;

pub use person::login_name;
pub use script::{GiveUp, Identity, Invite, Names, Script, Send, Tail, Trust, Who};

use crate::address::Address;
use crate::destination::Destination;
use crate::keep;
use crate::link::Encryption;
use chat_proto::frame::Keep;
use clap::builder::FalseyValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  chat-tui --host --name alice --create    a chat for all who reach this machine
  chat-tui --name bob --join AB3Z          enter the room AB3Z
  chat-tui --join 'chat://host:7000/AB3Z?key=…'    the same, with an invite
  chat-tui --server chat.example.org       ask for the rest on the screen
  make 2>&1 | tail -5 | chat-tui send --join AB3Z --name ci
  chat-tui tail --join AB3Z --json | jq -r .text
  chat-tui identity show                   your fingerprint, for others to compare

A name belongs to the key that first used it. The key is made on first start and kept in
~/.local/share/chat/identity; whoever has that file is you. Keys of servers are kept beside it, in
known_servers; chat-tui trust shows and changes them. Messages that were not acknowledged
are kept in ~/.local/state/chat/outbox and sent when you come back.

Exit codes:
  0  done
  1  refused; the reason is on standard error
  2  the command line is wrong
  3  no answer in time; send says on standard error whether the message may have arrived";

/// Chats in a terminal.
///
/// Open a room and share its four characters; whoever has them is in the room. What is not said
/// here is asked on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "chat-tui", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Config {
    #[command(subcommand)]
    pub script: Option<Script>,
    #[command(flatten)]
    pub chat: Chat,
}

/// What the chat screen starts with. As typed: the prompt judges it, and says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Chat {
    /// Your name; by default the one you are logged in under
    #[arg(long)]
    pub name: Option<String>,
    /// Open a new room and enter it
    #[arg(long, conflicts_with = "join")]
    pub create: bool,
    /// Let only those in who have an invite
    #[arg(long, requires = "create", conflicts_with = "join")]
    pub private: bool,
    /// How long the new room keeps what is said, like 12h, 7d or 4w, or forever [default: as long as the server does]
    #[arg(long, value_name = "SPAN|forever", requires = "create", conflicts_with = "join", value_parser = keep::parse)]
    pub keep: Option<Keep>,
    /// Enter the room with this code, or the one that this invite names
    #[arg(long, value_name = "CODE|INVITE")]
    pub join: Option<String>,
    /// The server, or chat://host:port?key=…; the port is 7000 if none is given [default: localhost:7000]
    #[arg(long, value_name = "HOST:PORT", env = "CHAT_SERVER")]
    pub server: Option<String>,
    #[command(flatten)]
    pub secured: Secured,
    /// The file with your key [default: ~/.local/share/chat/identity]
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Run a server inside this program, for all who can reach this machine, unless one answers already
    #[arg(long)]
    pub host: bool,
}

/// Which connections are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Secured {
    /// Use TLS also to this machine, as through a tunnel to another one
    #[arg(long, env = "CHAT_TLS", value_parser = FalseyValueParser::new())]
    tls: bool,
}

impl Secured {
    /// What was asked for.
    pub fn encryption(self) -> Encryption {
        if self.tls { Encryption::Always } else { Encryption::ByAddress }
    }
}

impl Config {
    /// Parses a command line, or says what is wrong with it. Ends nothing.
    ///
    /// # Errors
    /// As clap makes them; also for `--help` and `--version`.
    pub fn read<I, T>(arguments: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<std::ffi::OsString> + Clone,
    {
        let matches = Self::command().try_get_matches_from(arguments)?;
        let config = Self::from_arg_matches(&matches)?;
        match config.contradiction(&matches) {
            Some(sentence) => Err(Self::command().error(ErrorKind::ArgumentConflict, sentence)),
            None => Ok(config),
        }
    }

    /// What was typed that cannot be meant together.
    fn contradiction(&self, matches: &ArgMatches) -> Option<String> {
        if self.chat.host && self.chat.join.is_some() {
            return Some(HOST_AND_JOIN.to_owned());
        }
        let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
        let invited = self.destination()?.server?;
        // One from the environment is a habit, and gives way to an invite.
        let is_typed = matches.value_source("server") == Some(ValueSource::CommandLine);
        let typed = self.server().filter(|_| is_typed)?;
        if typed.server != invited.server {
            return Some(format!("the invite is to {}, not to {}; leave --server away", invited.server, typed.server));
        }
        let is_other_key = typed.key.is_some() && typed.key != invited.key;
        is_other_key.then(|| "the invite does not name the key that --server names; ask for a new invite".to_owned())
    }

    fn server(&self) -> Option<Address> {
        match &self.script {
            None => Address::parse(self.chat.server.as_deref()?).ok(),
            Some(script) => Some(script.who()?.server.clone()),
        }
    }

    fn destination(&self) -> Option<Destination> {
        match &self.script {
            // What is wrong with it, the prompt says.
            None => Destination::parse(self.chat.join.as_deref()?).ok(),
            Some(script) => script.join().cloned(),
        }
    }
}

impl Chat {
    /// The server to begin with: that of the invite, or the one that was named.
    pub fn server(&self) -> Option<String> {
        let invited = self.join.as_deref().and_then(|join| Destination::parse(join).ok()?.server);
        invited.map(|address| address.server).or_else(|| self.server.clone())
    }
}

const HOST_AND_JOIN: &str = "\
--host is for opening a room: a server that starts has none to --join
  to open a room of your own:             chat-tui --host --create
  to enter a room, here or elsewhere:     chat-tui --join CODE [--server HOST:PORT]";
