//! `--host`: a server inside this process, for all who can reach this machine. The one file in which client meets
//! server.
//!
//! It listens on every address, each kind on a socket of its own, and speaks TLS with whoever comes from elsewhere. The
//! client that hosts reaches it over the loopback, as everybody else on this machine does.

use chat_proto::Invite;
use chat_server::tls::{Tls, TlsError};
use chat_server::{Config, Server, System};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Where the server's key is, in the state directory.
const KEY: &str = "server";
/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;
/// How long somebody on this machine may take to pick up.
const PICK_UP: Duration = Duration::from_secs(1);
/// The log starts afresh above this size, when a server starts.
const LOG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Why nothing was hosted. Each is a sentence for the person who asked for it.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(
        "--host serves at a port of this machine, so the server is localhost, not {host}; elsewhere, run chat-server"
    )]
    NotHere { host: String },
    #[error("cannot serve at {address}: {source}")]
    Unavailable { address: SocketAddr, source: io::Error },
    #[error("port {port} is taken by a program that does not answer; another port: --server localhost:7001")]
    Mute { port: u16 },
    #[error(transparent)]
    Tls(#[from] TlsError),
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
    invite: Invite,
}

impl Host {
    /// The server, as others reach it; without a room.
    pub fn invite(&self) -> &Invite {
        &self.invite
    }

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

/// Serves at `address` (`host:port`, as [`crate::address::server_address`] makes it), unless somebody does already:
/// `localhost` for everybody, a loopback address for this machine alone.
///
/// The server's key is kept in `state`, and its log goes to `server.log` there. Must be called within a tokio runtime.
///
/// # Errors
/// [`HostError`]. Whoever loses a race for the port is no error: the winner answers there.
pub async fn host(address: &str, state: &Path) -> Result<Hosting, HostError> {
    let place = Place::parse(address)?;
    if place.is_answering().await {
        return Ok(Hosting::Elsewhere);
    }
    match listen(&place) {
        Ok(listeners) => {
            let tls = Tls::load_or_make(&state.join(KEY))?;
            start_log(state);
            Ok(Hosting::Here(serve(listeners, tls, &place)))
        }
        Err((_, source)) if source.kind() == ErrorKind::AddrInUse && place.is_answering().await => {
            Ok(Hosting::Elsewhere)
        }
        Err((_, source)) if source.kind() == ErrorKind::AddrInUse => Err(HostError::Mute { port: place.port }),
        Err((address, source)) => Err(HostError::Unavailable { address, source }),
    }
}

/// Where a server listens, and for whom.
struct Place {
    circle: Circle,
    port: u16,
}

enum Circle {
    Everybody,
    ThisMachine(IpAddr),
}

impl Place {
    fn parse(address: &str) -> Result<Self, HostError> {
        let not_here = |host: &str| HostError::NotHere { host: host.to_owned() };
        let (host, port) = address.rsplit_once(':').ok_or_else(|| not_here(address))?;
        let port = port.parse().map_err(|_| not_here(address))?;
        let plain = host.trim_start_matches('[').trim_end_matches(']');
        let circle = match plain.parse::<IpAddr>() {
            Ok(ip) if ip.is_loopback() => Circle::ThisMachine(ip),
            Err(_) if plain.eq_ignore_ascii_case("localhost") => Circle::Everybody,
            _ => return Err(not_here(host)),
        };
        Ok(Self { circle, port })
    }

    fn listened_on(&self) -> Vec<SocketAddr> {
        self.with_port(match self.circle {
            Circle::Everybody => vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
            Circle::ThisMachine(ip) => vec![ip],
        })
    }

    /// Whether somebody on this machine answers here.
    async fn is_answering(&self) -> bool {
        let here = self.with_port(match self.circle {
            Circle::Everybody => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            Circle::ThisMachine(ip) => vec![ip],
        });
        for address in here {
            if let Ok(Ok(_)) = tokio::time::timeout(PICK_UP, TcpStream::connect(address)).await {
                return true;
            }
        }
        false
    }

    fn with_port(&self, hosts: Vec<IpAddr>) -> Vec<SocketAddr> {
        hosts.into_iter().map(|host| SocketAddr::new(host, self.port)).collect()
    }

    /// What others type to come here.
    fn seen_by_others(&self) -> String {
        let outward = match self.circle {
            Circle::ThisMachine(ip) => Some(ip),
            Circle::Everybody => outward_address(),
        };
        outward
            .map_or_else(|| format!("{}:{}", host_name(), self.port), |ip| SocketAddr::new(ip, self.port).to_string())
    }
}

/// Under which address this machine speaks to others, if it has a way to any. Asks the routes alone: connecting a
/// datagram socket sends nothing, and nobody has the addresses (RFC 5737, RFC 3849).
fn outward_address() -> Option<IpAddr> {
    let ways: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    let way = |(from, to): (IpAddr, IpAddr)| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    };
    ways.into_iter().filter_map(way).find(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// Others in the same network may know this machine by its name.
fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

/// Listens on all of them. A machine without one of the two kinds of address is served on the other; a port that
/// somebody has on either is theirs.
fn listen(place: &Place) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let (mut listeners, mut failure) = (Vec::new(), None);
    for address in place.listened_on() {
        match bind(address) {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err((address, error)),
            Err(error) => failure = failure.or(Some((address, error))),
        }
    }
    match failure {
        Some(failure) if listeners.is_empty() => Err(failure),
        _ => Ok(listeners),
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => {
            let socket = TcpSocket::new_v6()?;
            // Whether a socket of this kind takes the other kind's port as well differs between systems.
            rustix::net::sockopt::set_ipv6_v6only(&socket, true)?;
            socket
        }
    };
    // A server that ended a moment ago does not keep the next one from its port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn serve(sockets: Vec<TcpListener>, tls: Tls, place: &Place) -> Host {
    let stop = CancellationToken::new();
    let key = Some(tls.fingerprint());
    let invite = Invite { server: place.seen_by_others(), code: None, key, secret: None };
    let server = Server::new(Config::default(), System, stop.clone()).with_tls(tls);
    let mut listeners = JoinSet::new();
    for socket in sockets {
        let server = server.clone();
        // In memory, nothing fails to be kept.
        listeners.spawn(async move { drop(server.serve(socket).await) });
    }
    Host { stop, listeners, invite }
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
