//! `chat-tui`: reads its command line, and starts what was asked for.

use chat_proto::Fingerprint;
use chat_proto::frame::Keep;
use chat_tui::address::DEFAULT_SERVER;
use chat_tui::config::{Config, ConfigError, Identity, Invite, Options, Script, Send, Tail, login_name};
use chat_tui::known_servers::KnownServers;
use chat_tui::recent::{self, Store};
use chat_tui::script::{self, Ending, invite, manual, send, tail, trust};
use chat_tui::state::{Face, Start, Wish};
use chat_tui::terminal::has_screen;
use chat_tui::theme::Themes;
use chat_tui::world::ThisMachine;
use chat_tui::{app, identity, keeper, place, veil};
use ed25519_dalek::SigningKey;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often `tail` looks whether anybody still reads it.
const UNREAD_EVERY: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> ExitCode {
    // Heeded once, it does not end the program: a file that may not grow is an error like any other.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())));
    let usual = place::config().ok().map(|directory| directory.join("config.toml"));
    let config = match Config::read(arguments(), |name| std::env::var_os(name), usual.as_deref()) {
        Ok(config) => config,
        // Also `--help` and `--version`, which are no errors and go to standard output.
        Err(ConfigError::Usage(usage)) => usage.exit(),
        Err(error) => return failed(&error.to_string(), error.code()),
    };
    match &config.script {
        Some(script) => ended(&run(script).await),
        None if config.print_config => ended(&print(&config)),
        None => Box::pin(chat(config)).await,
    }
}

fn print(config: &Config) -> Ending {
    match write!(io::stdout(), "{}", config.printed()) {
        Ok(()) => Ending::Done,
        Err(error) => Ending::Refused(format!("cannot print the options: {error}")),
    }
}

/// What was typed. A secret in it does not stay where everybody sees it: the program starts itself again without.
fn arguments() -> Vec<OsString> {
    let typed: Vec<_> = std::env::args_os().collect();
    if let (Some((veiled, secret)), Ok(program)) = (veil::veil(&typed), std::env::current_exe()) {
        // It returns only if it failed. Then the secret stays where its owner has put it.
        drop(Command::new(program).arg0(&veiled[0]).args(&veiled[1..]).env(veil::VARIABLE, secret).exec());
    }
    veil::unveil(typed, std::env::var_os(veil::VARIABLE).as_deref())
}

async fn run(script: &Script) -> Ending {
    match script {
        Script::Send(order) => with_key(order.who.identity.as_deref(), |key| post(order, key)).await,
        Script::Tail(order) => with_key(order.who.identity.as_deref(), |key| follow(order, key)).await,
        Script::Invite(order) => with_key(order.who.identity.as_deref(), |key| share(order, key)).await,
        Script::Identity(order) => with_key(key_file(order), |key| identify(order, key)).await,
        Script::Trust(order) => trust::run(order, &KnownServers::usual(), io::stdout().lock()),
        Script::Completions { shell } => manual::completions(*shell, io::stdout().lock()),
        Script::Man { command } => manual::page(command.as_deref(), &mut io::stdout().lock()),
    }
}

/// With the key in this file, or in the usual one.
async fn with_key<E: Future<Output = Ending>>(file: Option<&Path>, act: impl FnOnce(SigningKey) -> E) -> Ending {
    match identity::load_or_make(file) {
        Ok(key) => act(key).await,
        Err(error) => Ending::Refused(error.to_string()),
    }
}

fn key_file(order: &Identity) -> Option<&Path> {
    let file = match order {
        Identity::Show { identity } => identity,
        Identity::Names(order) => &order.who.identity,
        Identity::GiveUp(order) => &order.identity,
    };
    file.as_deref()
}

async fn identify(order: &Identity, key: SigningKey) -> Ending {
    match order {
        Identity::Show { identity: Some(file) } => script::identity::show(&key, file, io::stdout().lock()),
        Identity::Show { identity: None } => match identity::default_path() {
            Ok(file) => script::identity::show(&key, &file, io::stdout().lock()),
            Err(error) => Ending::Refused(error.to_string()),
        },
        Identity::Names(order) => script::identity::names(order, key, io::stdout(), io::stderr(), stopped()).await,
        Identity::GiveUp(order) => script::identity::give_up(order, key, io::stderr(), stopped()).await,
    }
}

async fn post(order: &Send, key: SigningKey) -> Ending {
    let text = match &order.text {
        Some(text) => text.clone().into_bytes(),
        None => match send::read(io::stdin().lock()) {
            Ok(text) => text,
            Err(error) => return Ending::Refused(format!("cannot read the message: {error}")),
        },
    };
    send::run(order, &text, key, io::stderr(), stopped()).await
}

async fn share(order: &Invite, key: SigningKey) -> Ending {
    invite::run(order, key, io::stdout(), invite::paper(), io::stderr(), stopped()).await
}

async fn follow(order: &Tail, key: SigningKey) -> Ending {
    let stop = async {
        tokio::select! {
            () = stopped() => {}
            () = unread() => {}
        }
    };
    tail::run(order, key, BufWriter::new(io::stdout().lock()), io::stderr(), stop).await
}

/// Until nobody can read standard output any more. A pipe tells who writes to it, but in a quiet room nobody writes.
async fn unread() {
    let stdout = io::stdout();
    loop {
        let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
        let seen = poll(&mut watched, Some(&Timespec::default()));
        if seen.is_ok() && watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
            return;
        }
        tokio::time::sleep(UNREAD_EVERY).await;
    }
}

/// Until somebody asks the program to end.
async fn stopped() {
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let waits = kinds.into_iter().filter_map(|kind| signal(kind).ok());
    let waits = waits.map(|mut signal| Box::pin(async move { signal.recv().await }));
    futures_util::future::select_all(waits).await;
}

fn ended(ending: &Ending) -> ExitCode {
    match ending.sentence() {
        Some(sentence) => failed(sentence, ending.code()),
        None => ending.code(),
    }
}

fn failed(sentence: &str, code: ExitCode) -> ExitCode {
    // If standard error is gone too, the exit code is left.
    drop(writeln!(io::stderr(), "chat-tui: {sentence}"));
    code
}

async fn chat(config: Config) -> ExitCode {
    let key = match identity::load_or_make(config.options.identity.as_deref()) {
        Ok(key) => key,
        Err(error) => return ended(&Ending::Refused(error.to_string())),
    };
    let Some(face) = face(&config.options) else {
        let sentence = "the chat needs a terminal; --plain does without, and for scripts there are `chat-tui send` and `chat-tui tail`";
        return ended(&Ending::Refused(sentence.to_owned()));
    };
    let encryption = config.options.encryption();
    let state = place::state().ok();
    let start = start(config, face, &key, state.as_deref());
    let mut world = ThisMachine::new(key, start.instance, encryption, state);
    let outcome = Box::pin(app::run(start, &mut world)).await;
    world.close().await;
    match outcome {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(words)) => ended(&Ending::DoneSaying(words)),
        Err(app::Failure::Terminal(error)) => ended(&Ending::Refused(format!("cannot use the terminal: {error}"))),
        Err(app::Failure::Unsettled(sentence)) => ended(&Ending::Refused(sentence)),
    }
}

/// As what the chat is seen; none where it cannot be.
fn face(options: &Options) -> Option<Face> {
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    match (options.plain, has_screen()) {
        (false, true) => Some(Face::Screen),
        (true, true) => Some(Face::Plain),
        (_, false) => Some(Face::PlainOnly).filter(|_| options.plain || is_terminal || is_dumb),
    }
}

/// The program's own, and those that its user has written.
fn themes() -> Themes {
    match place::config() {
        Ok(directory) => Themes::with_own(&directory.join("themes")),
        Err(_) => Themes::built_in(),
    }
}

fn start(config: Config, face: Face, key: &SigningKey, state: Option<&Path>) -> Start {
    let server = config.start_server();
    let Config { chat, options, keys, .. } = config;
    let room = match chat.join {
        Some(code) => Wish::Join(code),
        None if chat.private => Wish::CreatePrivate,
        None if chat.create => Wish::Create,
        None => Wish::None,
    };
    Start {
        name: options.name.clone().unwrap_or_else(|| login_name().to_string()),
        room,
        keep: chat.keep.unwrap_or(Keep::Default),
        is_server_given: server.is_some(),
        server: server.unwrap_or_else(|| DEFAULT_SERVER.to_owned()),
        is_host: chat.host,
        instance: rand::random(),
        key: Fingerprint::of(key.verifying_key().as_bytes()),
        kept: keeper::load(state),
        recent: state.map(|state| recent::load(&Store::new(state))).unwrap_or_default(),
        options,
        keys,
        themes: themes(),
        around: app::look_around(face),
    }
}
