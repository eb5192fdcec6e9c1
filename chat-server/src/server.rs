//! Accept, cap, a task per session, ordered shutdown.
//!
//! The caller owns the listeners and the stop signal: a test and `main` start the same server.

use crate::config::Config;
use crate::environment::Environment;
use crate::guard::{Guard, Guesses, Notice, Notices};
use crate::log::memory::MemoryLogs;
use crate::log::record::Restored;
use crate::log::{Logs, StorageFailure};
use crate::people::{Kept, People, Person};
use crate::room::RestoreError;
use crate::rooms::Rooms;
use crate::session::{Accepted, Budget, Doorstep, Shared};
use crate::stop::Stop;
use crate::tls::Tls;
use futures_util::FutureExt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often time is let pass in rooms, people and limits. Their deadlines are seconds to days.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How long to wait when no connection can be accepted, as when descriptors run out.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);
/// How long bytes may be on their way without a sign of the peer: below the time that a session may be silent.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_MS_MAX: u32 = 30_000;

/// Connections that may wait to be accepted: with the usual thousand, a flood makes the system drop the greeting of
/// somebody who then tries again a second later.
const BACKLOG: u32 = 4_096;

/// Listens at `address`, with place for a flood.
///
/// # Errors
/// The system's.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that comes back need not wait for the connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A server. Its sessions end when `stop` does.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
    tls: Option<Tls>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    /// A server that keeps its logs in memory.
    pub fn new(config: Config, environment: impl Environment + 'static, stop: CancellationToken) -> Self {
        let logs = MemoryLogs::new(config.memory());
        Self::with_logs(config, environment, Arc::new(logs), stop).expect("memory has nothing to restore")
    }

    /// A server that keeps its logs in `logs`, and goes on with what they kept. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`RestoreError`] if a room that was kept cannot be read.
    pub fn with_logs(
        config: Config,
        environment: impl Environment + 'static,
        logs: Arc<dyn Logs>,
        stop: CancellationToken,
    ) -> Result<Self, RestoreError> {
        let config = Arc::new(config);
        let environment: Arc<dyn Environment> = Arc::new(environment);
        let notices = Arc::new(Notices::default());
        let Restored { rooms, people, last_person, names, codes } = logs.restore().after_absence(environment.now());
        let people = People::restore(&config, &environment, &logs, Kept { people, last_person, names });
        let rooms = Rooms::restore((&config, &environment, logs), (rooms, codes), &people)?;
        let server = Self {
            tls: None,
            tasks: TaskTracker::new(),
            stop,
            shared: Arc::new(Shared {
                guard: Guard::new(&config, &environment, &notices),
                guesses: Arc::new(Guesses::new(&config, &notices)),
                notices,
                people,
                rooms: Arc::new(rooms),
                budget: Arc::new(Budget::new(&config)),
                last_session: AtomicU64::new(0),
                stop: Stop::default(),
                environment,
                config,
            }),
        };
        server.tasks.spawn(sweep(Arc::clone(&server.shared), server.stop.clone()));
        server.tasks.spawn(forward_stop(server.stop.clone(), Arc::clone(&server.shared)));
        Ok(server)
    }

    /// The same server, which speaks TLS as well. Without, it turns down whoever begins a handshake.
    #[must_use]
    pub fn with_tls(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// One line for the operator: where history lives.
    pub fn describe_history(&self) -> String {
        self.shared.rooms.logs().describe()
    }

    /// Accepts connections until the stop, then waits until everybody was told, but not for ever, and until what they
    /// said is safe.
    ///
    /// # Errors
    /// [`StorageFailure`]: nothing more could be kept, which is a reason to stop, or could not in the end.
    pub async fn serve(&self, listener: TcpListener) -> Result<(), StorageFailure> {
        let logs = self.shared.rooms.logs();
        let mut failed = logs.failed();
        let failure = tokio::select! {
            () = self.accept(&listener) => None,
            failure = &mut failed => Some(failure),
        };
        drop(listener);
        self.stop.cancel();
        self.drained().await;
        let_time_pass(&self.shared).await;
        match failure {
            None => logs.close().await,
            // A disk that takes nothing any more would not let this end.
            Some(_) => drop(tokio::time::timeout(self.shared.config.drain, logs.close()).await),
        }
        // Perhaps only the last of it failed.
        let failure = failure.or_else(|| failed.now_or_never());
        failure.map_or(Ok(()), Err)
    }

    async fn accept(&self, listener: &TcpListener) {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(stream, peer),
                    Err(error) => self.wait_for_descriptors(&error).await,
                },
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// Waits until every session has ended after the stop, for as long as the configuration allows.
    pub async fn drained(&self) {
        self.tasks.close();
        if tokio::time::timeout(self.shared.config.drain, self.tasks.wait()).await.is_err() {
            tracing::warn!(sessions = self.tasks.len(), "stopping although sessions have not ended");
        }
    }

    async fn wait_for_descriptors(&self, error: &std::io::Error) {
        tracing::debug!(%error, "no connection can be accepted");
        self.shared.notices.note(Notice::CannotAccept, None);
        tokio::time::sleep(ACCEPT_RETRY).await;
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = tuned(&stream) {
            tracing::debug!(%peer, %error, "the connection is gone already");
            return;
        }
        tracing::debug!(%peer, "connected");
        self.attach(stream, peer.ip());
    }

    /// Serves one connection from `peer` in a task of its own.
    pub fn attach(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, peer: IpAddr) {
        match self.shared.guard.admit(peer) {
            Ok((place, stranger)) => {
                let accepted = Accepted { stream, peer, at: Instant::now(), place, stranger };
                self.tasks.spawn(self.doorstep().serve(accepted));
            }
            Err(Some(last_word)) => drop(self.tasks.spawn(last_word.say(stream))),
            Err(None) => {}
        }
    }

    fn doorstep(&self) -> Doorstep {
        Doorstep { shared: Arc::clone(&self.shared), tls: self.tls.clone() }
    }
}

/// Sends at once, and gives up a peer that acknowledges nothing.
fn tuned(stream: &TcpStream) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(stream, UNACKNOWLEDGED_MS_MAX)?;
    stream.set_nodelay(true)
}

/// The caller's stop becomes that of all sessions.
async fn forward_stop(stop: CancellationToken, shared: Arc<Shared>) {
    stop.cancelled().await;
    shared.stop.call();
}

async fn sweep(shared: Arc<Shared>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    // After a suspend, one sweep does what all the missed ones would have done.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let sweeps = async {
        loop {
            ticks.tick().await;
            let_time_pass(&shared).await;
        }
    };
    // What is left of the last one is done at the end.
    stop.run_until_cancelled(sweeps).await;
}

/// Also hands over what is to be kept of people and rooms and was not yet.
async fn let_time_pass(shared: &Shared) {
    let now = Instant::now();
    shared.people.sweep(now);
    let rooms = &shared.rooms;
    let may_tell = |person: &Person| rooms.may_tell_presence(person);
    shared.people.tell_changes(now, (may_tell, |person, presence| rooms.tell_presence(person, presence)));
    rooms.logs().sweep(shared.environment.now());
    shared.guard.sweep(now);
    shared.guesses.sweep(now);
    shared.notices.tell();
    // Takes longest where there is much to do, and nobody waits for it.
    rooms.sweep().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Rate;
    use crate::environment::System;
    use crate::network::Network;
    use crate::room::{Departure, Knock, SessionId};
    use crate::rooms::{Created, Entered};
    use chat_proto::Nick;
    use chat_proto::frame::{Create, Door, Keep, Stay};
    use std::net::Ipv4Addr;

    /// Many times as many as time passes in before others have their turn.
    const MANY: u64 = 500;

    #[tokio::test(start_paused = true)]
    async fn a_stop_does_not_wait_until_time_has_passed_in_every_room() {
        let config = Config { rooms_per_key: 1_000, creates: Rate::UNLIMITED, ..Config::default() };
        let grace = config.presence_grace;
        let Server { shared, .. } = Server::new(config, System, CancellationToken::new());
        let alice = shared.people.claim([1; 32], &Nick::parse(b"alice").expect("a name")).expect("a free name");
        let knock = Knock { key: alice.key, address: Network::of(Ipv4Addr::LOCALHOST.into()), secret: None };
        let enter = |id| {
            let opening = Create { id, stay: Stay::Resident, door: Door::Open, keep: Keep::Default };
            match shared.rooms.create(&alice, &opening, (SessionId(1), knock)).expect("a room") {
                Created::New(Entered { room, .. }, _) | Created::Before(room) => room,
            }
        };
        let rooms: Vec<_> = (0..MANY).map(enter).collect();
        let before = rooms[0].head();
        for room in &rooms {
            shared.rooms.settle(room, room.depart(SessionId(1), &alice, Departure::Lost));
        }
        tokio::time::advance(grace).await;
        // That nobody is there any more is written in each of them when time passes there.
        let swept = || rooms.iter().filter(|room| room.head() > before).count();

        let stop = CancellationToken::new();
        let mut sweeps = Box::pin(sweep(Arc::clone(&shared), stop.clone()));
        assert!((&mut sweeps).now_or_never().is_none(), "it gives way");
        assert!(swept() > 0, "it has begun");
        stop.cancel();

        assert!(sweeps.now_or_never().is_some(), "it has ended");
        assert!(swept() < rooms.len());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_accepted_socket_sends_at_once_and_gives_up_a_peer_that_acknowledges_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stream, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (accepted, _) = accepted.expect("a connection");

        tuned(&accepted).expect("options of a socket");

        assert!(accepted.nodelay().expect("an option"));
        assert_eq!(rustix::net::sockopt::tcp_user_timeout(&accepted).expect("an option"), 30_000);
        drop(stream);
    }
}
