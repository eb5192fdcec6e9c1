//! `chat-server`: reads its settings, listens, and serves until it is told to stop.

mod program;

use chat_server::config::{Command, ConfigError};
use chat_server::{Config, Server, System, Tls};
use program::announcement::Announcement;
use program::socket::Socket;
use program::{descriptors, history, place, signals, upkeep};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use tokio::runtime::{self, Runtime};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match Command::read(std::env::args_os(), |name| std::env::var_os(name)) {
        Ok(Command::Serve(config)) => start(config),
        Ok(Command::Print(config)) => print(&config),
        Ok(Command::Backup { data, into }) => done(upkeep::backup(&data, &into)),
        Ok(Command::Export { data, room, format }) => done(upkeep::export(&data, &room, format)),
        Ok(Command::Check { data }) => done(upkeep::check(&data)),
        // Clap knows what goes to standard output, and what exit code belongs to it.
        Err(ConfigError::Usage(usage)) => usage.exit(),
        Err(error) => fail(&error, error.exit_code()),
    }
}

fn start(config: Config) -> ExitCode {
    start_log();
    log_defects();
    let served = match runtime(config.threads) {
        Ok(runtime) => runtime.block_on(serve(config)),
        Err(error) => Err(format!("cannot start {} threads: {error}", config.threads)),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

/// Where one thread serves, nothing can be taken from another: it need not be looked for.
fn runtime(threads: usize) -> io::Result<Runtime> {
    let mut builder = match threads {
        1 => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(threads).enable_all().build()
}

fn print(config: &Config) -> ExitCode {
    match write!(io::stdout(), "{config}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

fn done(outcome: Result<ExitCode, String>) -> ExitCode {
    outcome.unwrap_or_else(|error| fail(&error, 1))
}

fn fail(error: &dyn Display, code: u8) -> ExitCode {
    // Standard error is where the reason belongs; if it is gone too, the exit code is left.
    let _ = writeln!(io::stderr(), "chat-server: {error}");
    ExitCode::from(code)
}

async fn serve(config: Config) -> Result<(), String> {
    descriptors::raise(config.connections);
    let Socket { listener, origin } = Socket::open(&config)?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let tls = tls(&config)?;
    let stop = CancellationToken::new();
    signals::heed(&stop, tls.clone()).map_err(|error| format!("cannot listen for signals: {error}"))?;
    let logs = history::open(&config, origin).map_err(|error| error.to_string())?;
    let server = Server::with_logs(config.clone(), System, logs, stop).map_err(|error| error.to_string())?;
    let server = server.with_tls(tls.clone());
    let announcement = Announcement { config: &config, address, origin, tls: &tls, history: server.describe_history() };
    // Whoever started the server may have closed its end of the pipe; that is no reason not to serve.
    let _ = announcement.print(&mut io::stdout().lock());
    server.serve(listener).await.map_err(|failure| failure.to_string())
}

fn tls(config: &Config) -> Result<Tls, String> {
    if let (Some(certificate), Some(key)) = (&config.tls_cert, &config.tls_key) {
        return Tls::from_files(certificate, key).map_err(|error| error.to_string());
    }
    let state = place::state(config.state.as_deref()).map_err(|error| error.to_string())?;
    Tls::load_or_make(&state).map_err(|error| error.to_string())
}

fn start_log() {
    let filter = EnvFilter::try_from_env("CHAT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let ansi = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(ansi).init();
}

/// A defect is logged by its place alone: its message may quote what a peer wrote.
fn log_defects() {
    std::panic::set_hook(Box::new(|defect| {
        let place = defect.location().map(ToString::to_string);
        tracing::error!(place, "defect");
    }));
}
