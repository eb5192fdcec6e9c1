//! A proxy over real TCP that does to bytes what networks do, at points that a seed decides.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;

/// Bytes that are carried at once.
const PIECE_BYTES: usize = 16 * 1024;
/// A connection in a storm is cut after 2^8 to 2^18 bytes in one direction. The largest frame must fit at times, or no
/// protocol could get it through.
const LIFE_BITS: std::ops::Range<u32> = 8..18;
/// How long gusts hold back what comes.
const LULL: Duration = Duration::from_millis(300);
/// What this system takes from the server before somebody reads it: little, or slow readers would not seem slow.
const BUFFER_BYTES: u32 = 8 * 1024;

/// What happens to all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    Calm,
    /// Anything: delays, pieces, cuts, and sometimes silence.
    Storm,
    /// Byte by byte.
    Drizzle,
    /// Everything of a while at once.
    Gusts,
    /// What the server says is not taken from it.
    Headwind,
    /// Everything is taken and nothing arrives, for ever, and nobody is told: a connection that saw this is dead.
    Silence,
}

/// Who is told that a connection is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Both,
    Client,
    Nobody,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

/// The way to a server.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    way: Arc<Way>,
    task: JoinHandle<()>,
}

struct Way {
    server: SocketAddr,
    /// The address that the server sees.
    from: Mutex<Ipv4Addr>,
    weather: watch::Sender<Weather>,
    cuts: broadcast::Sender<Cut>,
    seed: u64,
    calls: AtomicU64,
    /// Connections that the server ended although it had been told nothing.
    hung_up: Notify,
}

impl Proxy {
    pub(crate) async fn to(server: SocketAddr, seed: u64, weather: Weather) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::new(Way {
            server,
            from: Mutex::new(Ipv4Addr::LOCALHOST),
            weather: watch::Sender::new(weather),
            cuts: broadcast::Sender::new(1),
            seed,
            calls: AtomicU64::new(0),
            hung_up: Notify::new(),
        });
        let task = tokio::spawn(Arc::clone(&way).serve(listener));
        Self { address, way, task }
    }

    pub(crate) fn become_now(&self, weather: Weather) {
        self.way.weather.send_replace(weather);
    }

    /// Ends all connections there are.
    pub(crate) fn cut(&self) {
        drop(self.way.cuts.send(Cut::Both));
    }

    /// Ends all connections there are, as the client sees it; the server hears no more of them. The next ones come from
    /// this address.
    pub(crate) fn move_to(&self, address: Ipv4Addr) {
        *self.way.from.lock().unwrap() = address;
        drop(self.way.cuts.send(Cut::Client));
    }

    /// Until the server has ended a connection of which it heard no more.
    pub(crate) async fn hung_up(&self) {
        self.way.hung_up.notified().await;
    }

    /// Connections that were made.
    pub(crate) fn calls(&self) -> u64 {
        self.way.calls.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

impl Way {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((near, _)) = listener.accept().await {
            let way = Arc::clone(&self);
            // Whoever is cut while it is dialled was cut before.
            let cuts = self.cuts.subscribe();
            tokio::spawn(async move {
                if let Ok(far) = way.dial().await {
                    way.carry(near, far, cuts).await;
                }
            });
        }
    }

    async fn dial(&self) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(BUFFER_BYTES)?;
        let from = *self.from.lock().unwrap();
        socket.bind((from, 0).into())?;
        socket.connect(self.server).await
    }

    /// Until the weather or either end cuts the connection.
    async fn carry(&self, mut near: TcpStream, mut far: TcpStream, mut cuts: broadcast::Receiver<Cut>) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut dice = StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003).wrapping_add(call));
        for stream in [&near, &far] {
            // A byte by itself travels by itself.
            drop(stream.set_nodelay(true));
        }
        let [out, back] = [Direction::ToServer, Direction::ToClient].map(|it| self.direction(it, &mut dice));
        let mut weather = self.weather.subscribe();
        let cut = {
            let ((near_read, near_write), (far_read, far_write)) = (near.split(), far.split());
            tokio::select! {
                () = out.carry(near_read, far_write) => Cut::Both,
                () = back.carry(far_read, near_write) => Cut::Both,
                cut = cuts.recv() => cut.unwrap_or(Cut::Both),
                _ = weather.wait_for(|weather| *weather == Weather::Silence) => Cut::Nobody,
            }
        };
        match cut {
            Cut::Both => {}
            Cut::Client => {
                drop(near);
                swallow(&mut far.split().0).await;
                self.hung_up.notify_one();
            }
            Cut::Nobody => {
                let (mut near, mut far) = (near.split().0, far.split().0);
                tokio::join!(swallow(&mut near), swallow(&mut far));
            }
        }
    }

    fn direction(&self, direction: Direction, dice: &mut StdRng) -> Lane {
        let bits = dice.random_range(LIFE_BITS);
        let life_bytes = dice.random_range(1 << bits..2 << bits);
        Lane { direction, weather: self.weather.subscribe(), dice: StdRng::from_rng(dice), life_bytes }
    }
}

/// One direction of one connection.
struct Lane {
    direction: Direction,
    weather: watch::Receiver<Weather>,
    dice: StdRng,
    /// What it carries in storms before it is cut.
    life_bytes: usize,
}

/// What happens to one piece.
enum Fate {
    Arrives,
    IsCut,
    /// In pieces of at most so many bytes.
    Splits(usize),
    /// Late, with what comes meanwhile.
    Waits(Duration),
    IsSwallowed,
}

impl Lane {
    async fn carry(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        loop {
            self.may_be_read().await;
            piece.clear();
            if !matches!(from.read_buf(&mut piece).await, Ok(1..)) {
                return;
            }
            let written = match self.fate(piece.len()) {
                Fate::Arrives => to.write_all(&piece).await,
                Fate::IsCut => return,
                Fate::Splits(most) => self.split(&mut to, &piece, most).await,
                Fate::Waits(time) => {
                    tokio::time::sleep(time).await;
                    // Whatever came meanwhile.
                    drop(from.try_read_buf(&mut piece));
                    to.write_all(&piece).await
                }
                // Also the end of it: nobody is told.
                Fate::IsSwallowed => return swallow_for_ever(&mut from).await,
            };
            if written.is_err() {
                return;
            }
        }
    }

    async fn may_be_read(&mut self) {
        if self.direction == Direction::ToClient {
            drop(self.weather.wait_for(|weather| *weather != Weather::Headwind).await);
        }
    }

    fn fate(&mut self, bytes: usize) -> Fate {
        let weather = *self.weather.borrow();
        match weather {
            Weather::Calm | Weather::Headwind => Fate::Arrives,
            Weather::Drizzle => Fate::Splits(1),
            Weather::Gusts => Fate::Waits(LULL),
            Weather::Silence => Fate::IsSwallowed,
            Weather::Storm => self.stormy_fate(bytes),
        }
    }

    fn stormy_fate(&mut self, bytes: usize) -> Fate {
        self.life_bytes = self.life_bytes.saturating_sub(bytes);
        match self.dice.random_range(0..1_000) {
            _ if self.life_bytes == 0 => Fate::IsCut,
            0..700 => Fate::Arrives,
            700..850 => Fate::Splits(40),
            850..998 => Fate::Waits(Duration::from_millis(self.dice.random_range(1..200))),
            _ => Fate::IsSwallowed,
        }
    }

    async fn split(&mut self, to: &mut WriteHalf<'_>, mut bytes: &[u8], most: usize) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(self.dice.random_range(1..=bytes.len().min(most)));
            to.write_all(now).await?;
            tokio::task::yield_now().await;
            bytes = later;
        }
        Ok(())
    }
}

/// Takes what comes, until the end.
async fn swallow(from: &mut ReadHalf<'_>) {
    drop(tokio::io::copy(from, &mut tokio::io::sink()).await);
}

async fn swallow_for_ever(from: &mut ReadHalf<'_>) {
    swallow(from).await;
    std::future::pending::<()>().await;
}
