//! How a connection is made: a seam, so that tests dial streams in memory.

use crate::known_servers::KnownServersError;
use chat_proto::Fingerprint;
use chat_proto::login::{self, Binding};
use std::future::Future;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Why there is no connection. Each is a sentence for the person who typed the address.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The name does not resolve.
    #[error("there is no host called {host}")]
    NoSuchHost { host: String },
    /// It resolves, but nobody is there.
    #[error("no server answers at {address}")]
    NoAnswer { address: String },
    /// Something answers, and it is no TLS.
    #[error("the server at {address} does not speak TLS: it is older than this client, or no chat server")]
    NotTls { address: String },
    /// It knows what TLS is, and has none.
    #[error("the server at {address} runs without TLS, so it can be reached from its own machine only")]
    Declined { address: String },
    /// It speaks TLS, but no version that we do.
    #[error("the server at {address} speaks no TLS newer than 1.2, and this client no older one than 1.3")]
    OldTls { address: String },
    /// The server is full, or has had too much from this address.
    #[error("the server takes no more connections from here at present")]
    Busy,
    /// It took the call and closed it.
    #[error("the server at {address} hung up before anything was said")]
    HungUp { address: String },
    /// Anything else that keeps two from agreeing on TLS.
    #[error("no secure connection to {address}: {how}")]
    NoHandshake { address: String, how: String },
    /// Nobody can tell whether it is the server of last time.
    #[error(transparent)]
    KnownServers(#[from] KnownServersError),
    /// Somebody is there whom nobody vouches for.
    #[error("{0}")]
    Distrusted(Distrust),
}

/// Which connections are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Those that leave this machine.
    ByAddress,
    /// All of them: what looks like this machine may be a tunnel to another.
    Always,
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
    /// Sentences for the person, about what is remembered of servers.
    pub notices: Vec<String>,
}

impl<S> Call<S> {
    /// A connection that does not leave this machine.
    pub fn plain(stream: S) -> Self {
        Self { stream, binding: login::PLAIN, security: Security::Plain, notices: Vec::new() }
    }
}

/// Makes connections to one server.
pub trait Dialer: Send + Sync + 'static {
    /// What a connection is.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Makes one.
    fn dial(&self) -> impl Future<Output = Result<Call<Self::Stream>, DialError>> + Send;

    /// Makes one that is encrypted wherever it leads: the server asked for it. Where there is nothing to encrypt, the
    /// same as before.
    fn dial_encrypted(&self) -> impl Future<Output = Result<Call<Self::Stream>, DialError>> + Send {
        self.dial()
    }
}

/// Several links may dial from one place.
impl<D: Dialer> Dialer for Arc<D> {
    type Stream = D::Stream;

    fn dial(&self) -> impl Future<Output = Result<Call<Self::Stream>, DialError>> + Send {
        D::dial(self)
    }

    fn dial_encrypted(&self) -> impl Future<Output = Result<Call<Self::Stream>, DialError>> + Send {
        D::dial_encrypted(self)
    }
}
