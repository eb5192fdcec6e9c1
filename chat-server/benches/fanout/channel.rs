//! A connection's bytes, plain or within TLS, without ever waiting.

use crate::support::tls::client_config;
use chat_proto::login::{Binding, PLAIN, TLS_EXPORTER_LABEL};
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// Each caller may have as many.
const TICKETS: usize = 8;
const CALLERS: usize = 10_000;

/// How a server is to be talked to.
#[derive(Debug, Clone)]
pub(crate) enum Security {
    Plain,
    Tls(Arc<ClientConfig>),
}

/// What somebody does who comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    /// Resumes, as clients do.
    Resumes,
    /// Shakes hands like a stranger.
    BeginsAnew,
}

impl Security {
    pub(crate) fn tls(after: Return) -> Self {
        let mut config = client_config();
        config.resumption = match after {
            Return::Resumes => Resumption::in_memory_sessions(CALLERS * TICKETS),
            Return::BeginsAnew => Resumption::disabled(),
        };
        Self::Tls(Arc::new(config))
    }
}

pub(crate) enum Channel {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Channel {
    pub(crate) fn dial(server: SocketAddr, security: &Security, caller: usize) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(match security {
            Security::Plain => Self::Plain(stream),
            Security::Tls(config) => Self::Tls(Box::new(StreamOwned::new(client(config, caller), stream))),
        })
    }

    /// What a login is bound to. Before the handshake is over there is nothing yet, and nothing is bound.
    pub(crate) fn binding(&self) -> Binding {
        match self {
            Self::Plain(_) => PLAIN,
            Self::Tls(stream) => stream.conn.export_keying_material([0; 32], TLS_EXPORTER_LABEL, None).unwrap_or(PLAIN),
        }
    }

    /// Whether it goes on with what the caller had before.
    pub(crate) fn is_resumed(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(stream) => stream.conn.handshake_kind() == Some(HandshakeKind::Resumed),
        }
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }

    /// Whether there may be something to read of which the socket knows nothing any more.
    pub(crate) fn may_hide_more(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => {
                // What was left of before.
                stream.flush()?;
                stream.write(bytes)
            }
        }
    }

    /// Whether something was taken and not given to the socket yet.
    pub(crate) fn has_unsent(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(stream) => stream.conn.wants_write(),
        }
    }
}

/// Each caller knows the server by another name, so that sessions are their own.
fn client(config: &Arc<ClientConfig>, caller: usize) -> ClientConnection {
    let name = ServerName::try_from(format!("{caller}.example.org")).expect("a name");
    ClientConnection::new(Arc::clone(config), name).expect("a configuration that serves for all")
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Plain(stream) => stream.as_fd(),
            Self::Tls(stream) => stream.sock.as_fd(),
        }
    }
}
