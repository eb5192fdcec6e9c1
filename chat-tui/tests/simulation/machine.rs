//! The machine that the server runs on: it crashes, is stopped in order, and begins again with what is on the disk.

use crate::bug::Bug;
use crate::disk::{Disk, Mount, Mounted};
use crate::fact::{Chronicle, Fact};
use chat_proto::UnixMillis;
use chat_server::log::Logs;
use chat_server::{Config, Environment, Server};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// A wall clock that can be set: noon on a day in 2026, and on from there.
#[derive(Clone)]
pub(crate) struct WallClock {
    began: Instant,
    offset: Arc<AtomicI64>,
}

/// How long an orderly stop may take, as for service managers.
const KILLED_AFTER: Duration = Duration::from_secs(20);
const NOON: i64 = 1_795_348_800_000;

impl WallClock {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), offset: Arc::default() }
    }

    pub(crate) fn now(&self) -> UnixMillis {
        UnixMillis(NOON + self.began.elapsed().as_millis() as i64 + self.offset.load(Ordering::Relaxed))
    }
}

struct Surroundings {
    wall: WallClock,
    dice: Mutex<StdRng>,
}

impl Environment for Surroundings {
    fn now(&self) -> UnixMillis {
        self.wall.now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.dice.lock().unwrap().fill_bytes(bytes);
    }
}

#[derive(Clone)]
pub(crate) struct Machine(Arc<Inner>);

struct Inner {
    config: Config,
    disk: Disk,
    wall: WallClock,
    dice: Mutex<StdRng>,
    chronicle: Chronicle,
    bug: Option<Bug>,
    started: AtomicU64,
    running: Mutex<Option<Running>>,
}

/// One server, from its begin to its end.
struct Running {
    number: u64,
    server: Server,
    mount: Arc<Mount>,
    stop: CancellationToken,
    /// Every connection to it is cut.
    cut: CancellationToken,
}

/// Where a connection ends: at one server.
pub(crate) struct Place {
    /// The how many-th it is.
    pub(crate) server: u64,
    /// It was asked to end.
    pub(crate) stopping: CancellationToken,
    /// Cuts the connection.
    pub(crate) cut: CancellationToken,
}

impl Machine {
    pub(crate) fn new(config: Config, disk: Disk, dice: &mut StdRng, chronicle: &Chronicle, bug: Option<Bug>) -> Self {
        let machine = Self(Arc::new(Inner {
            config,
            disk,
            wall: WallClock::new(),
            dice: Mutex::new(StdRng::from_rng(dice)),
            chronicle: chronicle.clone(),
            bug,
            started: AtomicU64::new(0),
            running: Mutex::default(),
        }));
        machine.start();
        machine
    }

    pub(crate) fn wall(&self) -> &WallClock {
        &self.0.wall
    }

    /// Sets the wall clock, everybody's.
    pub(crate) fn jump(&self, millis: i64) {
        self.0.chronicle.note(&Fact::Jumped);
        self.0.wall.offset.fetch_add(millis, Ordering::Relaxed);
    }

    /// Begins to serve, with what is on the disk.
    pub(crate) fn start(&self) {
        let inner = &self.0;
        let mut running = inner.running.lock().unwrap();
        if running.is_some() {
            return;
        }
        let number = inner.started.fetch_add(1, Ordering::Relaxed) + 1;
        inner.chronicle.note(&Fact::Started(number));
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let mount = inner.disk.mount(number, &inner.config);
        let dice = Mutex::new(StdRng::from_rng(&mut *inner.dice.lock().unwrap()));
        let around = Surroundings { wall: inner.wall.clone(), dice };
        let logs: Arc<dyn Logs> = Arc::new(Mounted(Arc::clone(&mount)));
        let server =
            Server::with_logs(inner.config.clone(), around, logs, stop.clone()).expect("it was kept by a server");
        tokio::spawn(self.clone().come_back_from(Arc::clone(&mount)));
        *running = Some(Running { number, server, mount, stop, cut });
    }

    /// A server that cannot write ends, and is started again.
    async fn come_back_from(self, mount: Arc<Mount>) {
        mount.broken().await;
        self.crash();
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.start();
    }

    /// Ends as it stands: what was not on the disk is gone, and nobody is told.
    pub(crate) fn crash(&self) {
        let Some(running) = self.0.running.lock().unwrap().take() else { return };
        self.0.chronicle.note(&Fact::Crashed);
        running.cut.cancel();
        running.mount.crash();
        match self.0.bug {
            Some(Bug::Lingers) => std::mem::forget(running),
            // What is left of it talks to nobody any more.
            _ => running.stop.cancel(),
        }
    }

    /// Ends in order.
    pub(crate) async fn stop(&self) {
        let Some(Running { server, mount, stop, cut, .. }) = self.0.running.lock().unwrap().take() else { return };
        self.0.chronicle.note(&Fact::Stopped);
        stop.cancel();
        server.drained().await;
        // A disk that does not answer is not waited for: whoever stopped the server kills it then.
        drop(timeout(KILLED_AFTER, Mounted(Arc::clone(&mount)).close()).await);
        cut.cancel();
        mount.crash();
    }

    /// Gives the server one end of a connection, if there is a server; says where it is.
    pub(crate) fn attach(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        peer: IpAddr,
    ) -> Option<Place> {
        let running = self.0.running.lock().unwrap();
        let Running { number, server, stop, cut, .. } = running.as_ref()?;
        server.attach(stream, peer);
        Some(Place { server: *number, stopping: stop.child_token(), cut: cut.child_token() })
    }
}
