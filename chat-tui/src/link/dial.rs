//! How a connection is made: a seam, so that tests dial streams in memory.

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
}

/// Makes connections to one server.
pub trait Dialer: Send + Sync + 'static {
    /// What a connection is.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Makes one.
    fn dial(&self) -> impl Future<Output = Result<Self::Stream, DialError>> + Send;
}

/// Several links may dial from one place.
impl<D: Dialer> Dialer for Arc<D> {
    type Stream = D::Stream;

    fn dial(&self) -> impl Future<Output = Result<Self::Stream, DialError>> + Send {
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

    async fn dial(&self) -> Result<TcpStream, DialError> {
        match tokio::time::timeout(PATIENCE, self.connect()).await {
            Ok(connected) => connected,
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
