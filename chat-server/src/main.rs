//! `chat-server`: reads its command line, listens, and serves until it is told to stop.

use chat_server::config::{Command, ConfigError};
use chat_server::{Config, Server, System, server};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    match Command::read(std::env::args_os(), |name| std::env::var_os(name)) {
        Ok(Command::Serve(config)) => start(config).await,
        Ok(Command::Print(config)) => print(&config),
        // Clap knows what goes to standard output, and what exit code belongs to it.
        Err(ConfigError::Usage(usage)) => usage.exit(),
        Err(error) => fail(&error, error.exit_code()),
    }
}

async fn start(config: Config) -> ExitCode {
    start_log();
    log_defects();
    match serve(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

fn print(config: &Config) -> ExitCode {
    match write!(io::stdout(), "{config}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

fn fail(error: &dyn Display, code: u8) -> ExitCode {
    // Standard error is where the reason belongs; if it is gone too, the exit code is left.
    let _ = writeln!(io::stderr(), "chat-server: {error}");
    ExitCode::from(code)
}

async fn serve(config: Config) -> Result<(), String> {
    raise_descriptors(config.connections);
    let listener = listen(&config)?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = CancellationToken::new();
    stop_on_signals(&stop).map_err(|error| format!("cannot listen for signals: {error}"))?;
    let server = Server::new(config, System, stop);
    // Whoever started the server may have closed its end of the pipe; that is no reason not to serve.
    let _ = announce(&address, &server);
    server.serve(listener).await;
    Ok(())
}

fn listen(config: &Config) -> Result<TcpListener, String> {
    let mut reasons = Vec::new();
    for address in config.addresses() {
        match server::listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => reasons.push(format!("cannot listen on {address}: {error}")),
        }
    }
    let hint = "is another server running there? --port takes another one";
    Err(format!("{}\n{hint}", reasons.join("\n")))
}

fn announce(address: &SocketAddr, server: &Server) -> io::Result<()> {
    let port = address.port();
    let scope = match address.ip() {
        ip if ip.is_unspecified() => "all interfaces",
        ip if ip.is_loopback() => "this machine only",
        _ => "this address only",
    };
    let here = if address.ip().is_unspecified() { format!("localhost:{port}") } else { address.to_string() };
    let mut out = io::stdout().lock();
    writeln!(out, "chat-server {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  listening  {address} ({scope}, not encrypted)")?;
    writeln!(out, "  history    {}", server.describe_history())?;
    writeln!(out, "  stop       Ctrl-C")?;
    writeln!(out, "open a room with:")?;
    writeln!(out, "  chat-tui --server {here} --create")?;
    out.flush()
}

fn stop_on_signals(stop: &CancellationToken) -> io::Result<()> {
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let mut signal = signal(kind)?;
        let stop = stop.clone();
        tokio::spawn(async move {
            signal.recv().await;
            stop.cancel();
        });
    }
    Ok(())
}

fn start_log() {
    let filter = EnvFilter::try_from_env("CHAT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let ansi = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(ansi).init();
}

/// Asks for as many descriptors as connections may take, and some for the rest: the usual limit is a thousand.
fn raise_descriptors(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let wanted = connections as u64 + 64;
    let granted = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if limit.current.is_some_and(|current| current < granted) {
        // What is refused is told below.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(granted), ..limit });
    }
    if let Some(current) = getrlimit(Resource::Nofile).current.filter(|current| *current < wanted) {
        tracing::info!(current, wanted, "the system allows fewer descriptors than connections may take");
    }
}

/// A defect is logged by its place alone: its message may quote what a peer wrote.
fn log_defects() {
    std::panic::set_hook(Box::new(|defect| {
        let place = defect.location().map(ToString::to_string);
        tracing::error!(place, "defect");
    }));
}
