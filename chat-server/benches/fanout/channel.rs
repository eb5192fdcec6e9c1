//! A connection's bytes, plain or within TLS, without ever waiting.

use crate::support::tls::client_config;
use chat_proto::login::{Binding, PLAIN, TLS_EXPORTER_LABEL};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, LazyLock};

/// One for all, so that who comes back may be known.
static CONFIG: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| Arc::new(client_config()));

/// How a server is to be talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    Plain,
    Tls,
}

pub(crate) enum Channel {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Channel {
    pub(crate) fn dial(server: SocketAddr, security: Security) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(match security {
            Security::Plain => Self::Plain(stream),
            Security::Tls => Self::Tls(Box::new(StreamOwned::new(client(), stream))),
        })
    }

    /// What a login is bound to. Before the handshake is over there is nothing yet, and nothing is bound.
    pub(crate) fn binding(&self) -> Binding {
        match self {
            Self::Plain(_) => PLAIN,
            Self::Tls(stream) => stream.conn.export_keying_material([0; 32], TLS_EXPORTER_LABEL, None).unwrap_or(PLAIN),
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

fn client() -> ClientConnection {
    let name = ServerName::try_from("chat.example.org").expect("a name");
    ClientConnection::new(Arc::clone(&CONFIG), name).expect("a configuration that serves for all")
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Plain(stream) => stream.as_fd(),
            Self::Tls(stream) => stream.sock.as_fd(),
        }
    }
}
