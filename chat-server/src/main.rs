//! `chat-server`: reads its command line, listens, and serves until it is told to stop.

mod program;

use chat_server::{Args, Config, Server, System, Tls};
use clap::Parser;
use program::announcement::Announcement;
use program::{descriptors, place, signals};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use tokio::net::TcpListener;
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
    let config = Config { allow_plain: args.allow_plain, ..Config::default() };
    descriptors::raise(config.connections);
    let listener = listen(args).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let tls = tls(args)?;
    let stop = CancellationToken::new();
    signals::heed(&stop, tls.clone()).map_err(|error| format!("cannot listen for signals: {error}"))?;
    let server = Server::new(config, System, stop).with_tls(tls.clone());
    let announcement = Announcement { args, address, tls: &tls, history: server.describe_history() };
    // Whoever started the server may have closed its end of the pipe; that is no reason not to serve.
    let _ = announcement.print(&mut io::stdout().lock());
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

fn tls(args: &Args) -> Result<Tls, String> {
    if let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) {
        return Tls::from_files(certificate, key).map_err(|error| error.to_string());
    }
    let state = place::state(args.state.as_deref()).map_err(|error| error.to_string())?;
    Tls::load_or_make(&state).map_err(|error| error.to_string())
}

fn start_log() {
    let filter = EnvFilter::try_from_env("CHAT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let ansi = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(ansi).init();
}
