//! What was typed, and what it means, over what the environment and the file say. Opens nothing but the file.
//!
//! ```text
//! default < file < environment < flag > Options > `chat-tui --print-config` (a file again)
//! ```

mod error;
mod file;
mod flags;
pub mod form;
pub mod option;
pub mod options;
mod person;
mod print;
mod script;

pub use error::ConfigError;
pub use options::Options;
pub use person::login_name;
pub use script::{GiveUp, Identity, Invite, Names, Script, Send, Tail, Trust, Who};

use crate::address::Address;
use crate::destination::Destination;
use crate::keep;
use crate::keymap::Keymap;
use crate::link::Encryption;
use chat_proto::frame::Keep;
use clap::builder::FalseyValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser};
use file::Written;
use flags::Flags;
use option::Row;
use options::ROWS;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  chat-tui --host --name alice --create    a chat for all who reach this machine
  chat-tui --name bob --join AB3Z          enter the room AB3Z
  chat-tui --join 'chat://host:7000/AB3Z?key=…'    the same, with an invite
  chat-tui --server chat.example.org       ask for the rest on the screen
  make 2>&1 | tail -5 | chat-tui send --join AB3Z --name ci
  chat-tui tail --join AB3Z --json | jq -r .text
  chat-tui identity show                   your fingerprint, for others to compare
  chat-tui --print-config                  every option, to be put into a file and edited

A name belongs to the key that first used it. The key is made on first start and kept in
~/.local/share/chat/identity; whoever has that file is you. Keys of servers are kept beside it, in
known_servers; chat-tui trust shows and changes them. Messages that were not acknowledged
are kept in ~/.local/state/chat/outbox and sent when you come back. Options stand in
~/.config/chat/config.toml; a flag counts more than a variable, a variable more than the file.

Exit codes:
  0  done
  1  refused; the reason is on standard error
  2  the command line or the file of options is wrong
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
    #[command(flatten)]
    flags: Flags,
    #[arg(long = "config", value_name = "FILE", global = true, help = FILE_HELP)]
    file: Option<PathBuf>,
    /// Print every option as a file of options, with what it would start with, and end
    #[arg(long)]
    pub print_config: bool,
    /// What was typed over what the environment and the file say.
    #[arg(skip)]
    pub options: Options,
    /// What keys do.
    #[arg(skip)]
    pub keys: Keymap,
}

/// What the chat screen starts with. As typed: the prompt judges it, and says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Chat {
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

impl Options {
    /// Which connections are to be encrypted.
    pub fn encryption(&self) -> Encryption {
        Secured { tls: self.tls }.encryption()
    }
}

impl Config {
    /// Parses a command line in an environment, or says what is wrong with it. Ends nothing.
    ///
    /// `usual` is the file of options, unless one is named; it need not be there.
    ///
    /// # Errors
    /// Also for `--help` and `--version`.
    pub fn read<I, T>(
        arguments: I,
        environment: impl Fn(&str) -> Option<OsString>,
        usual: Option<&Path>,
    ) -> Result<Self, ConfigError>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let matches = Self::command().try_get_matches_from(arguments)?;
        let mut config = Self::from_arg_matches(&matches)?;
        config.settle(&matches, &environment, usual)?;
        match config.contradiction(&matches) {
            Some(sentence) => Err(refusal(ErrorKind::ArgumentConflict, sentence)),
            None => Ok(config),
        }
    }

    /// Puts together what file, environment and flags say.
    fn settle(
        &mut self,
        matches: &ArgMatches,
        environment: &dyn Fn(&str) -> Option<OsString>,
        usual: Option<&Path>,
    ) -> Result<(), ConfigError> {
        // A variable that is set to nothing is not set.
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        let named = self.file.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
        let written = match (named, usual) {
            (Some(named), _) => file::read(&named)?,
            (None, Some(usual)) => file::read_if_there(usual)?,
            (None, None) => Written::default(),
        };
        (self.options, self.keys) = (written.options, written.keys);
        for row in ROWS {
            if let Some(value) = variable(&row.variable()) {
                set_variable(&mut self.options, row, &value)?;
            }
            if let Some(value) = self.flags.of(row) {
                (row.set)(&mut self.options, value).expect("clap has tried it");
            }
        }
        match &mut self.script {
            Some(script) => script.settle(&self.options, innermost(matches)).map_err(ConfigError::Usage),
            None => Ok(()),
        }
    }

    /// What `--print-config` prints.
    pub fn printed(&self) -> String {
        print::Printed { options: &self.options, keys: &self.keys }.to_string()
    }

    /// The server to begin with: that of the invite, or the one that was named.
    pub fn start_server(&self) -> Option<String> {
        let invited = self.chat.join.as_deref().and_then(|join| Destination::parse(join).ok()?.server);
        invited.map(|address| address.server).or_else(|| self.options.server.clone())
    }

    /// What was typed that cannot be meant together.
    fn contradiction(&self, matches: &ArgMatches) -> Option<String> {
        if self.chat.host && self.chat.join.is_some() {
            return Some(HOST_AND_JOIN.to_owned());
        }
        let matches = innermost(matches);
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
            None => Address::parse(self.options.server.as_deref()?).ok(),
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

fn set_variable(options: &mut Options, row: &Row, value: &OsStr) -> Result<(), ConfigError> {
    value.to_str().and_then(|text| (row.set)(options, text)).ok_or_else(|| ConfigError::Variable {
        name: row.variable(),
        given: value.to_string_lossy().into_owned(),
        expects: row.expects,
    })
}

/// Of the command that was asked for, however deep.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| innermost(matches))
}

fn refusal(kind: ErrorKind, sentence: String) -> ConfigError {
    ConfigError::Usage(Config::command().error(kind, sentence))
}

const FILE_HELP: &str = "The file of options [default: ~/.config/chat/config.toml] [env: CHAT_CONFIG]";
const FILE_VARIABLE: &str = "CHAT_CONFIG";

const HOST_AND_JOIN: &str = "\
--host is for opening a room: a server that starts has none to --join
  to open a room of your own:             chat-tui --host --create
  to enter a room, here or elsewhere:     chat-tui --join CODE [--server HOST:PORT]";
