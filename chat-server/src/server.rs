//! Accept, cap, a task per session, ordered shutdown.
//!
//! The caller owns the listeners and the stop signal: a test and `main` start the same server.

use crate::config::Config;
use crate::environment::Environment;
use crate::log::Logs;
use crate::log::memory::MemoryLogs;
use crate::people::People;
use crate::refusals;
use crate::rooms::Rooms;
use crate::session::{Budget, Session, Shared};
use chat_proto::ServerFrame;
use chat_proto::codec::to_bytes;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often time is let pass in rooms and people. Their deadlines are minutes and days.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How long to wait when no connection can be accepted, as when descriptors run out.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// A server. Its sessions end when `stop` does.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
    strangers: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    /// A server that keeps its logs in memory.
    pub fn new(config: Config, environment: impl Environment + 'static, stop: CancellationToken) -> Self {
        let logs = MemoryLogs::new(config.memory);
        Self::with_logs(config, environment, Arc::new(logs), stop)
    }

    /// A server that keeps its logs in `logs`. Must be called within a tokio runtime.
    pub fn with_logs(
        config: Config,
        environment: impl Environment + 'static,
        logs: Arc<dyn Logs>,
        stop: CancellationToken,
    ) -> Self {
        let config = Arc::new(config);
        let environment: Arc<dyn Environment> = Arc::new(environment);
        let server = Self {
            strangers: Arc::new(Semaphore::new(config.strangers)),
            tasks: TaskTracker::new(),
            stop,
            shared: Arc::new(Shared {
                connections: Arc::new(Semaphore::new(config.connections)),
                people: People::new(&config),
                rooms: Arc::new(Rooms::new(&config, &environment, logs)),
                budget: Arc::new(Budget::new(config.outbound_total_bytes)),
                last_session: AtomicU64::new(0),
                environment,
                config,
            }),
        };
        server.tasks.spawn(sweep(Arc::clone(&server.shared), server.stop.clone()));
        server
    }

    /// The same, with TLS.
    #[must_use]
    pub fn with_tls(self, _tls: crate::tls::Tls) -> Self {
        self
    }

    /// One line for the operator: where history lives.
    pub fn describe_history(&self) -> String {
        self.shared.rooms.logs().describe()
    }

    /// Accepts connections until the stop, then waits until everybody was told, but not for ever.
    pub async fn serve(&self, listener: TcpListener) {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(stream, peer),
                    Err(error) => wait_for_descriptors(&error).await,
                },
                () = self.stop.cancelled() => break,
            }
        }
        drop(listener);
        self.drained().await;
    }

    /// Waits until every session has ended after the stop, for as long as the configuration allows.
    pub async fn drained(&self) {
        self.tasks.close();
        if tokio::time::timeout(self.shared.config.drain, self.tasks.wait()).await.is_err() {
            tracing::warn!(sessions = self.tasks.len(), "stopping although sessions have not ended");
        }
    }

    fn admit(&self, stream: TcpStream, peer: std::net::SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "the connection is gone already");
            return;
        }
        tracing::debug!(%peer, "connected");
        self.attach(stream, peer.ip());
    }

    /// Serves one connection from `peer` in a task of its own.
    pub fn attach(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, peer: IpAddr) {
        match self.places() {
            Some((connection, stranger)) => {
                let session = Session::new(stream, peer, Arc::clone(&self.shared), stranger, self.stop.clone());
                self.tasks.spawn(async move {
                    let farewell = session.run().await;
                    tracing::debug!(%farewell, "disconnected");
                    drop(connection);
                });
            }
            None => drop(self.tasks.spawn(turn_away(stream, self.shared.config.goodbye))),
        }
    }

    fn places(&self) -> Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let connection = Arc::clone(&self.shared.connections).try_acquire_owned().ok()?;
        let stranger = Arc::clone(&self.strangers).try_acquire_owned().ok()?;
        Some((connection, stranger))
    }
}

async fn wait_for_descriptors(error: &std::io::Error) {
    tracing::warn!(%error, "no connection can be accepted");
    tokio::time::sleep(ACCEPT_RETRY).await;
}

/// Tells a connection that is one too many so. It holds nothing but its socket, and not for long.
async fn turn_away(mut stream: impl AsyncWrite + Unpin, goodbye: Duration) {
    let frame = to_bytes(0, &ServerFrame::from(refusals::server_full()));
    let told = tokio::time::timeout(goodbye, async {
        stream.write_all(&frame).await?;
        stream.shutdown().await
    });
    if !matches!(told.await, Ok(Ok(()))) {
        tracing::debug!("a connection that is one too many did not wait to be told");
    }
}

async fn sweep(shared: Arc<Shared>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    // After a suspend, one sweep does what all the missed ones would have done.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let now = Instant::now();
                shared.people.sweep(now);
                shared.rooms.sweep(now);
            }
            () = stop.cancelled() => return,
        }
    }
}
