//! The command line: flags over variables over the file over the defaults.

use super::form::Style;
use super::setting::{Group, Setting, variable};
use super::{Config, ConfigError, SETTINGS, check, file};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

const FILE: &str = "config";

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
uses a directory.

Other machines are spoken to in TLS 1.3; only clients on this one may do without.
On its first start the server makes a key and a certificate of its own, and it
prints the key's fingerprint: the line to paste carries it, so that clients know
the server from the first moment. Keep the key: without it, every client warns.
With a real certificate (--tls-cert, --tls-key), nobody needs the fingerprint.

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
  1  could not start; the reason is on standard error
  2  wrong usage, or a setting that cannot be

Examples:
  chat-server --port 7000                    for all who can reach this machine
  chat-server --port 7000 --bind 127.0.0.1   for this machine only
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
        let (matches, command): (_, fn(Config) -> Self) = match matches.subcommand() {
            Some((_, matches)) => (matches.clone(), Self::Print),
            None => (matches, Self::Serve),
        };
        Ok(command(configuration(&matches, &environment)?))
    }
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
        .about("Serves chat rooms to `chat-tui`")
        .after_help("`--help` also shows every limit, and the manual.")
        .after_long_help(MANUAL)
        .disable_help_subcommand(true)
        .arg(file)
        .args(SETTINGS.iter().zip(1..).flat_map(|(setting, place)| flags_of(setting, place)))
        .subcommand(
            clap::Command::new("config").about("Prints the configuration it would serve with, and does not serve"),
        )
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
