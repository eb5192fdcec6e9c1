//! The command line: flags over variables over the file over the defaults.

use super::form::Style;
use super::setting::{Group, Setting, variable};
use super::{Config, ConfigError, SETTINGS, check, file};
use crate::log::sqlite::{Format, RoomName};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::str::FromStr as _;

const FILE: &str = "config";
/// The arguments of commands. Settings have other names: a flag is known everywhere.
const INTO: &str = "into";
const ROOM: &str = "room";
const FORMAT: &str = "format";

/// How a room is exported; the first unless another is asked for.
const FORMATS: [(&str, Format); 2] = [("jsonl", Format::JsonLines), ("txt", Format::Text)];

/// What is asked for without a command.
const SERVE: &str = "";
const PRINT: &str = "config";
const BACKUP: &str = "backup";
const EXPORT: &str = "export";
const CHECK: &str = "check";

const MANUAL: &str = "\
A room is opened by a client (`chat-tui --create`), which shows four
characters; whoever has them joins with `chat-tui --join AB3Z`. Nobody needs an
account: a key, made on the client's first start, claims a name.

Without --data, rooms live in memory. A room ends when the last one present
quits it, or a day after the last one was cut off; the server's end is the end
of them all. What is kept of a room: 10,000 entries or 8 MiB, and 512 MiB in all.

With --data DIR, rooms, people and history are on disk, and survive the server's
end, however it comes: what was acknowledged is there. A room ends when its last
member leaves it, or after 30 days (--keep-empty) with nobody present. What is
kept: 90 days and 1 GiB in all (--retain); a room may choose another time when it
is opened. Whoever runs the server can read what it keeps. One server at a time
uses a directory. `chat-server backup FILE`, `export` and `check` work on it, also
while the server runs.

Other machines are spoken to in TLS 1.3; only clients on this one may do without.
On its first start the server makes a key and a certificate of its own, and it
prints the key's fingerprint: the line to paste carries it, so that clients know
the server from the first moment. Keep the key: without it, every client warns.
With a real certificate (--tls-cert, --tls-key), nobody needs the fingerprint.

With LISTEN_FDS, as from a systemd socket unit, the server serves the TCP socket
that it is handed instead of opening one; --port and --bind count for nothing
then. A restart loses no connection attempt, and the new server waits until the
old one has let go of its data.

SIGHUP reads the certificate again, and nobody notices but new connections. The
end of the terminal that the server was started on stops it.

Settings: every flag is also a key of the file (login-timeout = \"10s\") and a
variable (CHAT_SERVER_LOGIN_TIMEOUT=10s). A flag counts more than a variable, a
variable more than the file. `chat-server config` prints what it would serve
with, as a file.

Log: errors and warnings go to standard error; CHAT_LOG=info or CHAT_LOG=debug
shows more.
Stop: Ctrl-C or SIGTERM. Everybody is told, and the server is gone within 10
seconds.

Exit codes:
  0  stopped as asked
  1  could not start, or the disk failed; the reason is on standard error.
     Of `check`: the data is damaged
  2  wrong usage, or a setting that cannot be

Examples:
  chat-server --port 7000                    for all who can reach this machine
  chat-server --port 7000 --bind 127.0.0.1   for this machine only
  chat-server --data /var/lib/chat           keeps history
  chat-server backup FILE --data DIR         copies the data of a running server
  chat-server export --room AB3Z --data DIR  prints what is kept of a room
  chat-server export --room alice,bob --data DIR   the same of a direct room
  chat-server config > chat.toml             every setting, to be edited
  chat-server --config chat.toml             with those settings
  chat-server --public-address chat.example.org \\
      --tls-cert fullchain.pem --tls-key privkey.pem";

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Serve with this.
    Serve(Config),
    /// Print this.
    Print(Config),
    /// Copy what is kept.
    Backup {
        /// The data directory.
        data: PathBuf,
        /// The copy, which must not be there yet.
        into: PathBuf,
    },
    /// Print what is kept of a room.
    Export {
        /// The data directory.
        data: PathBuf,
        /// Which room.
        room: RoomName,
        /// How.
        format: Format,
    },
    /// Look for damage.
    Check {
        /// The data directory.
        data: PathBuf,
    },
}

impl Command {
    /// Reads a command line, `arguments[0]` being the program, in an environment.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        let matches = command().try_get_matches_from(arguments)?;
        let (name, matches) = matches.subcommand().unwrap_or((SERVE, &matches));
        let config = configuration(matches, &environment)?;
        match name {
            SERVE => Ok(Self::Serve(config)),
            PRINT => Ok(Self::Print(config)),
            BACKUP => Ok(Self::Backup { data: data(config, BACKUP)?, into: given(matches, INTO) }),
            EXPORT => {
                let (room, format) = (given(matches, ROOM), given(matches, FORMAT));
                Ok(Self::Export { data: data(config, EXPORT)?, room, format })
            }
            CHECK => Ok(Self::Check { data: data(config, CHECK)? }),
            _ => unreachable!("clap knows no other"),
        }
    }
}

fn data(config: Config, command: &'static str) -> Result<PathBuf, ConfigError> {
    config.data.ok_or(ConfigError::NoData(command))
}

fn given<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, argument: &str) -> T {
    matches.get_one(argument).cloned().expect("clap requires it, or has a default")
}

fn configuration(matches: &ArgMatches, environment: &dyn Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
    // A variable that is set to nothing is not set.
    let variable_of = |key: &str| environment(&variable(key)).filter(|value| !value.is_empty());
    let mut config = Config::default();
    let named = matches.get_one::<PathBuf>(FILE).cloned();
    if let Some(path) = named.or_else(|| variable_of(FILE).map(PathBuf::from)) {
        file::read(&mut config, &path)?;
    }
    for setting in SETTINGS {
        if let Some(value) = variable_of(setting.key) {
            read_variable(&mut config, setting, &value)?;
        }
        if let Some(value) = flag(matches, setting) {
            (setting.set)(&mut config, value).expect("clap has tried it");
        }
    }
    check::check(&config)?;
    Ok(config)
}

fn read_variable(config: &mut Config, setting: &Setting, value: &OsStr) -> Result<(), ConfigError> {
    value.to_str().and_then(|text| (setting.set)(config, text)).ok_or_else(|| ConfigError::Value {
        place: setting.variable(),
        given: format!("{:?}", value.to_string_lossy()),
        expects: setting.expects,
    })
}

/// What the command line says about a setting.
fn flag<'a>(matches: &'a ArgMatches, setting: &Setting) -> Option<&'a str> {
    let is_given = |key| matches.value_source(key) == Some(ValueSource::CommandLine);
    if setting.style == Style::Switch && is_given(setting.off_key) {
        return Some("off");
    }
    matches.get_one::<String>(setting.key).map(String::as_str)
}

fn command() -> clap::Command {
    let file = Arg::new(FILE)
        .long(FILE)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .global(true)
        .display_order(2)
        .help("Configuration in TOML; `chat-server config` prints one. Also CHAT_SERVER_CONFIG.");
    clap::Command::new("chat-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Serves chat rooms to `chat-tui`: in memory, or with --data DIR on disk")
        .after_help("`--help` also shows every limit, and the manual.")
        .after_long_help(MANUAL)
        .disable_help_subcommand(true)
        .arg(file)
        .args(SETTINGS.iter().zip(1..).flat_map(|(setting, place)| flags_of(setting, place)))
        .subcommands([print_command(), backup_command(), export_command(), check_command()])
}

fn print_command() -> clap::Command {
    clap::Command::new(PRINT).about("Prints the configuration it would serve with, and does not serve")
}

fn backup_command() -> clap::Command {
    let into = Arg::new(INTO).required(true).value_name("FILE").value_parser(clap::value_parser!(PathBuf));
    clap::Command::new(BACKUP)
        .about("Copies what is kept in --data DIR into a file, also while a server runs on it")
        .arg(into.help("The copy; it must not be there yet"))
}

fn export_command() -> clap::Command {
    let room = Arg::new(ROOM).long(ROOM).required(true).value_name("ROOM");
    let formats = PossibleValuesParser::new(FORMATS.map(|(name, _)| name)).map(|name| format_called(&name));
    let format = Arg::new(FORMAT).long(FORMAT).value_name("FORMAT").value_parser(formats).default_value(FORMATS[0].0);
    clap::Command::new(EXPORT)
        .about("Prints what is kept of a room in --data DIR, also while a server runs on it")
        .arg(room.value_parser(RoomName::from_str).help(
            "The room's four characters; or the two people of a direct room, as in alice,bob; or the 32 characters of an id",
        ))
        .arg(format.help("An object of JSON per line for programs, or text for people"))
}

fn format_called(name: &str) -> Format {
    let (_, format) = FORMATS.iter().find(|(known, _)| *known == name).expect("clap knows no other");
    *format
}

fn check_command() -> clap::Command {
    clap::Command::new(CHECK).about("Looks for damage in --data DIR; exits with 1 if there is any")
}

fn flags_of(setting: &'static Setting, place: usize) -> Vec<Arg> {
    let value = Arg::new(setting.key)
        .long(setting.key)
        .value_name(setting.value_name)
        .value_parser(move |text: &str| tried(setting, text))
        .global(true)
        .display_order(place)
        .help(help_of(setting));
    let value = match setting.group {
        Group::Common => value,
        Group::Limits => value.help_heading("Limits").hide_short_help(true),
    };
    match setting.style {
        Style::Switch => vec![switch(value), off_switch(setting)],
        Style::Text | Style::Number | Style::Size => vec![value],
    }
}

fn switch(value: Arg) -> Arg {
    value.num_args(0..=1).require_equals(true).default_missing_value("on")
}

fn off_switch(setting: &'static Setting) -> Arg {
    let off = Arg::new(setting.off_key).long(setting.off_key).action(ArgAction::SetTrue);
    off.global(true).hide(true).conflicts_with(setting.key)
}

fn help_of(setting: &Setting) -> String {
    let about = setting.about();
    match (setting.show)(&Config::default()) {
        Some(default) => format!("{about} [default: {default}]"),
        None => about,
    }
}

fn tried(setting: &Setting, text: &str) -> Result<String, String> {
    match (setting.set)(&mut Config::default(), text) {
        Some(()) => Ok(text.to_owned()),
        None => Err(format!("not {}", setting.expects)),
    }
}
