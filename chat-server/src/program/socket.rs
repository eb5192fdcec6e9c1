//! The socket that the server listens on: one that was handed to it, as by systemd, or one of its own.
//!
//! A socket that is handed over outlives the server: whoever connects between two servers waits for the next.

use chat_server::{Config, server};
use listenfd::ListenFd;
use std::io;
use tokio::net::TcpListener;

/// What is listened on.
pub(crate) struct Socket {
    pub(crate) listener: TcpListener,
    pub(crate) origin: Origin,
}

/// Where a socket comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The server has opened it.
    Own,
    /// Somebody else has, and perhaps another server still uses it.
    HandedOver,
}

impl Socket {
    /// The one that was handed over, else one of the server's own. Must be called within a tokio runtime.
    pub(crate) fn open(config: &Config) -> Result<Self, String> {
        match handed_over().map_err(|error| format!("cannot serve the socket that was handed over: {error}"))? {
            Some(listener) => Ok(Self { listener, origin: Origin::HandedOver }),
            None => Ok(Self { listener: listen(config)?, origin: Origin::Own }),
        }
    }
}

/// Source: `sd_listen_fds(3)`.
fn handed_over() -> io::Result<Option<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() > 1 {
        return Err(io::Error::other("there is more than one; give it one TCP socket"));
    }
    let Some(listener) = sockets.take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

fn listen(config: &Config) -> Result<TcpListener, String> {
    let mut reasons = Vec::new();
    for address in config.addresses() {
        match server::listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => reasons.push(format!("cannot listen on {address}: {error}{}", hint(&error))),
        }
    }
    Err(reasons.join("\n"))
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "; is another server running there? --port takes another one",
        io::ErrorKind::AddrNotAvailable => "; --bind takes an address of this machine",
        io::ErrorKind::PermissionDenied => "; ports below 1024 need permission, --port takes another one",
        _ => "",
    }
}
