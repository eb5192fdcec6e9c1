//! `chat-server`: reads its command line, listens, and serves until it is told to stop.

use chat_server::{Args, Config, Server, System};
use clap::Parser;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    start_log();
    match serve(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error is where the reason belongs; if it is gone too, the exit code is left.
            let _ = writeln!(io::stderr(), "chat-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: &Args) -> Result<(), String> {
    let listener = listen(args).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = CancellationToken::new();
    stop_on_signals(&stop).map_err(|error| format!("cannot listen for signals: {error}"))?;
    let server = Server::new(Config::default(), System, stop);
    // Whoever started the server may have closed its end of the pipe; that is no reason not to serve.
    let _ = announce(&address, &server);
    server.serve(listener).await;
    Ok(())
}

async fn listen(args: &Args) -> Result<TcpListener, String> {
    let mut reasons = Vec::new();
    for address in args.addresses() {
        match TcpListener::bind(address).await {
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
