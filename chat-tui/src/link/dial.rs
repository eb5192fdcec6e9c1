//! How a connection is made: a seam, so that tests dial streams in memory.

use chat_proto::Fingerprint;
use chat_proto::login::{self, Binding};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// As long as a person would wait for a page to open.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no connection. Each is a sentence for the person who typed the address.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The name does not resolve.
    #[error("there is no host called {host}")]
    NoSuchHost { host: String },
    /// It resolves, but nobody is there.
    #[error("no server answers at {address}")]
    NoAnswer { address: String },
    /// Somebody is there whom nobody vouches for.
    #[error("{0}")]
    Distrusted(Distrust),
}

/// What protects a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Nothing: it does not leave this machine.
    Plain,
    /// TLS 1.3 with the holder of this key.
    Tls { key: Fingerprint, trust: Trust },
}

/// Why a server's key is taken for the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The certificate roots of this system vouch for it.
    Roots,
    /// It is the one of last time.
    Known,
    /// The invite names it.
    Invited,
    /// Nobody knows: it is the first time. It is remembered.
    FirstContact,
}

/// A server that is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distrust {
    /// `host:port`.
    pub server: String,
    /// The key it has.
    pub found: Fingerprint,
    pub why: Why,
}

/// Why a server is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It had this key when we last met.
    Changed { known: Fingerprint },
    /// The invite names this key.
    NotInvited { named: Fingerprint },
    /// Somebody we trust made its certificate, but it does not hold: expired, or for another host. A sentence without
    /// full stop.
    Certificate(String),
}

impl std::fmt::Display for Distrust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { server, found, why } = self;
        match why {
            Why::Changed { known } => write!(f, "{server} has another key than before: {found}, not {known}"),
            Why::NotInvited { named } => {
                write!(f, "{server} has another key than the invite names: {found}, not {named}")
            }
            Why::Certificate(reason) => write!(f, "the certificate of {server} does not hold: {reason} (key {found})"),
        }
    }
}

/// A connection that was made, and what it is worth.
#[derive(Debug)]
pub struct Call<S> {
    pub stream: S,
    /// Ties the login to this connection.
    pub binding: Binding,
    pub security: Security,
}

impl<S> Call<S> {
    /// A connection that does not leave this machine.
    pub fn plain(stream: S) -> Self {
        Self { stream, binding: login::PLAIN, security: Security::Plain }
    }
}

/// Makes connections to one server.
pub trait Dialer: Send + Sync + 'static {
    /// What a connection is.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Makes one.
    fn dial(&self) -> impl Future<Output = Result<Call<Self::Stream>, DialError>> + Send;
}

/// Several links may dial from one place.
impl<D: Dialer> Dialer for Arc<D> {
    type Stream = D::Stream;

    fn dial(&self) -> impl Future<Output = Result<Call<Self::Stream>, DialError>> + Send {
        D::dial(self)
    }
}

/// Dials over TCP.
#[derive(Debug, Clone)]
pub struct Tcp {
    /// `host:port`.
    pub server: String,
}

impl Dialer for Tcp {
    type Stream = TcpStream;

    async fn dial(&self) -> Result<Call<TcpStream>, DialError> {
        match tokio::time::timeout(PATIENCE, self.connect()).await {
            Ok(connected) => connected.map(Call::plain),
            Err(_) => Err(self.no_answer()),
        }
    }
}

impl Tcp {
    async fn connect(&self) -> Result<TcpStream, DialError> {
        let addresses: Vec<_> = tokio::net::lookup_host(&self.server).await.map_err(|_| self.no_such_host())?.collect();
        let stream = TcpStream::connect(&addresses[..]).await.map_err(|_| self.no_answer())?;
        // A post is a small frame that somebody waits for.
        stream.set_nodelay(true).map_err(|_| self.no_answer())?;
        Ok(stream)
    }

    fn no_answer(&self) -> DialError {
        DialError::NoAnswer { address: self.server.clone() }
    }

    fn no_such_host(&self) -> DialError {
        let host = self.server.rsplit_once(':').map_or(self.server.as_str(), |(host, _)| host);
        DialError::NoSuchHost { host: host.to_owned() }
    }
}
