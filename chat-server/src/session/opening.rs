//! Before a session: what the peer speaks, and whether it may speak it from where it is.
//!
//! First byte, handshake, hello and login share one deadline, counted from the accept.

use super::{Farewell, Session, Shared};
use crate::guard::{Place, Stranger};
use crate::refusals;
use crate::tls::Tls;
use crate::transport::{TLS_DECLINED, TLS_HANDSHAKE, Transport, first_byte};
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};

/// A connection that was just accepted.
pub(crate) struct Accepted<S> {
    pub stream: S,
    /// Where it comes from.
    pub peer: IpAddr,
    pub at: Instant,
    /// Its place among all connections.
    pub place: Place,
    /// Its place among those who have not logged in.
    pub stranger: Stranger,
}

impl<S> Accepted<S> {
    fn map<T>(self, wrap: impl FnOnce(S) -> T) -> Accepted<T> {
        let Self { stream, peer, at, place, stranger } = self;
        Accepted { stream: wrap(stream), peer, at, place, stranger }
    }
}

/// Where a connection becomes a session.
pub(crate) struct Doorstep {
    pub shared: Arc<Shared>,
    pub tls: Option<Tls>,
}

/// What a connection has become, if anything.
type Opened<S> = Result<Box<Session<Transport<S>>>, Farewell>;

impl Doorstep {
    /// Serves a connection until it ends. What is over when the session begins has memory of its own, and gives it
    /// back.
    pub(crate) fn serve<S>(self, accepted: Accepted<S>) -> impl Future<Output = ()> + Send
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let peer = accepted.peer;
        let opening = Box::pin(async move {
            let opened = self.open(accepted).await;
            opened.inspect_err(|farewell| tracing::debug!(%peer, %farewell, "no session begins")).ok()
        });
        async move {
            let Some(mut session) = opening.await else { return };
            let farewell = session.run().await;
            Box::pin(session.end(farewell)).await;
        }
    }

    async fn open<S>(self, mut accepted: Accepted<S>) -> Opened<S>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let due = accepted.at + self.shared.config.login_timeout;
        let first = self.by(due, &accepted.stranger, first_byte(&mut accepted.stream)).await;
        match first {
            Ok(Some(TLS_HANDSHAKE)) => Box::pin(self.encrypted(accepted, due)).await,
            Ok(None) => Err(Farewell::PeerClosed),
            Ok(first) if self.may_be_plain(accepted.peer) => Ok(self.plain(accepted, first)),
            Ok(first) => Err(Box::pin(self.plain(accepted, first).end(tls_required())).await),
            Err(farewell) => Err(Box::pin(self.plain(accepted, None).end(farewell)).await),
        }
    }

    async fn encrypted<S>(self, accepted: Accepted<S>, due: Instant) -> Opened<S>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let Some(tls) = &self.tls else { return Err(self.decline_tls(accepted.stream).await) };
        let Accepted { stream, peer, at, place, stranger } = accepted;
        // Whoever does not finish a handshake understands no last words.
        match self.by(due, &stranger, Transport::encrypted(TLS_HANDSHAKE, stream, tls)).await {
            Ok(stream) => Ok(self.session(Accepted { stream, peer, at, place, stranger })),
            Err(farewell) => {
                self.shared.punish(peer, &farewell);
                Err(farewell)
            }
        }
    }

    async fn decline_tls(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Farewell {
        let declined = timeout(self.shared.config.goodbye, async {
            stream.write_all(&TLS_DECLINED).await?;
            stream.shutdown().await?;
            // Closing on unread bytes would take the alert away again.
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
        });
        drop(declined.await);
        Farewell::TlsDeclined
    }

    /// Whether a peer may speak without TLS: nobody stands between a machine and itself.
    fn may_be_plain(&self, peer: IpAddr) -> bool {
        self.shared.config.allow_plain || peer.to_canonical().is_loopback()
    }

    fn plain<S>(self, accepted: Accepted<S>, first: Option<u8>) -> Box<Session<Transport<S>>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        self.session(accepted.map(|stream| Transport::plain(first, stream)))
    }

    fn session<S>(self, accepted: Accepted<Transport<S>>) -> Box<Session<Transport<S>>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let binding = accepted.stream.binding();
        Box::new(Session::new(accepted, binding, self.shared))
    }

    /// Does what must be done before `due`, before another needs the place, and before the server stops.
    async fn by<T>(
        &self,
        due: Instant,
        stranger: &Stranger,
        step: impl Future<Output = io::Result<T>>,
    ) -> Result<T, Farewell> {
        tokio::select! {
            done = step => Ok(done?),
            () = stranger.evicted() => Err(Farewell::Evicted),
            () = sleep_until(due) => Err(Farewell::LoginTimedOut),
            () = self.shared.stop.heard() => Err(Farewell::ServerStopping),
        }
    }
}

fn tls_required() -> Farewell {
    Farewell::Refused { request: 0, refused: refusals::tls_required() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpStream;

    /// What serving somebody may take: the runtime adds 112 bytes, and rounds up to a multiple of 128.
    const SERVING_BYTES_MAX: usize = 2 * 128 - 112;
    /// What the session of somebody may take who says nothing.
    const SESSION_BYTES_MAX: usize = 752;

    fn size_of_output<A, B, F>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn whoever_only_listens_takes_little_memory() {
        let serving = size_of_output(Doorstep::serve::<TcpStream>);
        let session = size_of::<Session<Transport<TcpStream>>>();

        assert!(serving <= SERVING_BYTES_MAX && session <= SESSION_BYTES_MAX, "{serving} and {session} bytes");
    }
}
