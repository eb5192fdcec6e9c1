//! `--host`: a server inside this process, for this machine only. The one file in which client meets server.

use chat_server::{Config, Server, System};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// How long somebody on this machine may take to pick up.
const PICK_UP: Duration = Duration::from_secs(1);
/// The log starts afresh above this size, when a server starts.
const LOG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Why nothing was hosted. Each is a sentence for the person who asked for it.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error("--host serves this machine only, so the server is localhost, not {host}; for others, run chat-server")]
    NotHere { host: String },
    #[error("cannot serve at {address}: {source}")]
    Unavailable { address: SocketAddr, source: io::Error },
    #[error("{address} is taken by a program that does not answer; another port: --server localhost:7001")]
    Mute { address: SocketAddr },
}

/// What came of it.
#[derive(Debug)]
pub enum Hosting {
    /// This process serves.
    Here(Host),
    /// Somebody else serves there already.
    Elsewhere,
}

/// A server that runs in this process until it is closed or dropped.
#[derive(Debug)]
pub struct Host {
    stop: CancellationToken,
    listeners: JoinSet<()>,
}

impl Host {
    /// Tells everybody, and waits until they were told, but no longer than `bound`.
    pub async fn close(mut self, bound: Duration) {
        self.stop.cancel();
        let closed = async { while self.listeners.join_next().await.is_some() {} };
        drop(tokio::time::timeout(bound, closed).await);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Serves at `address` (`host:port`, as [`crate::config::server_address`] makes it), unless somebody does already.
///
/// The server's log goes to `server.log` in `state`. Must be called within a tokio runtime.
///
/// # Errors
/// [`HostError`]. Whoever loses a race for the port is no error: the winner answers there.
pub async fn host(address: &str, state: Option<&Path>) -> Result<Hosting, HostError> {
    let addresses = on_this_machine(address)?;
    if is_any_answering(&addresses).await {
        return Ok(Hosting::Elsewhere);
    }
    match listen(&addresses).await {
        Ok(listeners) => {
            state.map(start_log);
            Ok(Hosting::Here(serve(listeners)))
        }
        Err((_, source)) if source.kind() == ErrorKind::AddrInUse && is_any_answering(&addresses).await => {
            Ok(Hosting::Elsewhere)
        }
        Err((address, source)) if source.kind() == ErrorKind::AddrInUse => Err(HostError::Mute { address }),
        Err((address, source)) => Err(HostError::Unavailable { address, source }),
    }
}

fn on_this_machine(address: &str) -> Result<Vec<SocketAddr>, HostError> {
    let not_here = |host: &str| HostError::NotHere { host: host.to_owned() };
    let (host, port) = address.rsplit_once(':').ok_or_else(|| not_here(address))?;
    let port = port.parse().map_err(|_| not_here(address))?;
    let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    let hosts = match plain.parse::<IpAddr>() {
        Ok(ip) if ip.is_loopback() => vec![ip],
        Err(_) if plain.eq_ignore_ascii_case("localhost") => both.to_vec(),
        _ => return Err(not_here(host)),
    };
    Ok(hosts.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
}

async fn is_any_answering(addresses: &[SocketAddr]) -> bool {
    for address in addresses {
        if let Ok(Ok(_)) = tokio::time::timeout(PICK_UP, TcpStream::connect(address)).await {
            return true;
        }
    }
    false
}

/// Listens on all of them. The first decides the race for the port; a machine without the second kind of address is
/// served on the first alone.
async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners = Vec::new();
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() != ErrorKind::AddrInUse && !listeners.is_empty() => {}
            Err(error) => return Err((*address, error)),
        }
    }
    Ok(listeners)
}

fn serve(sockets: Vec<TcpListener>) -> Host {
    let stop = CancellationToken::new();
    let server = Server::new(Config::default(), System, stop.clone());
    let mut listeners = JoinSet::new();
    for socket in sockets {
        let server = server.clone();
        listeners.spawn(async move { server.serve(socket).await });
    }
    Host { stop, listeners }
}

/// The screen belongs to the client; without a log, there is only no log.
fn start_log(state: &Path) {
    let Ok(file) = open_log(state) else { return };
    // As `chat-server` reads it.
    let filter = EnvFilter::try_from_env("CHAT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Mutex::new(file)).with_ansi(false);
    // A second server of this process goes on with the log of the first.
    drop(log.try_init());
}

fn open_log(state: &Path) -> io::Result<std::fs::File> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(state)?;
    let path = log_path(state);
    let is_full = std::fs::metadata(&path).is_ok_and(|file| file.len() > LOG_BYTES_MAX);
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    match is_full {
        true => options.write(true).truncate(true),
        false => options.append(true),
    };
    options.open(path)
}

/// Where the log of a hosted server is.
pub fn log_path(state: &Path) -> PathBuf {
    state.join("server.log")
}
