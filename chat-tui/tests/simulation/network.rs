//! The network between clients and the server: it cuts, stalls, splits, coalesces, swallows, and is down for a while;
//! at points that a seed decides.

mod tap;
mod weather;

use crate::bug::Bug;
use crate::fact::{Chronicle, Client, Fact, Wire};
use crate::machine::{Machine, Place};
use bytes::BytesMut;
use chat_proto::RoomId;
use chat_proto::frame::Batch;
use chat_tui::link::{Call, DialError, Dialer};
use futures_util::FutureExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tap::{FromClient, FromServer, Tap};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use weather::{Fate, Weather};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Bytes in flight in one direction of one connection.
const PIPE_BYTES: usize = 4 * 1024;
/// How long what was on its way to a server that has crashed goes on reaching it, where it does.
const LINGERS: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Network(Arc<Inner>);

struct Inner {
    machine: Machine,
    chronicle: Chronicle,
    dice: Mutex<StdRng>,
    bug: Option<Bug>,
    is_calm: CancellationToken,
    state: Mutex<State>,
    overheard: Overheard,
}

#[derive(Default)]
struct State {
    dials: u64,
    /// Until when each client's network is down.
    down_until: BTreeMap<usize, Instant>,
    /// What cuts each connection that there is.
    open: BTreeMap<Wire, CancellationToken>,
}

/// The last entries that anybody was told of each room.
type Overheard = Arc<Mutex<BTreeMap<RoomId, Batch>>>;

impl Network {
    pub(crate) fn new(
        machine: &Machine,
        dice: &mut StdRng,
        chronicle: &Chronicle,
        is_calm: &CancellationToken,
        bug: Option<Bug>,
    ) -> Self {
        Self(Arc::new(Inner {
            machine: machine.clone(),
            chronicle: chronicle.clone(),
            dice: Mutex::new(StdRng::from_rng(dice)),
            bug,
            is_calm: is_calm.clone(),
            state: Mutex::default(),
            overheard: Overheard::default(),
        }))
    }

    /// The way from one client to the server.
    pub(crate) fn line(&self, client: Client) -> Line {
        Line { network: self.clone(), client }
    }

    /// Somebody's network is down for a while: what is open stalls, nothing new is opened.
    pub(crate) fn take_down(&self, person: usize, time: Duration) {
        let mut state = self.0.state.lock().unwrap();
        state.down_until.insert(person, Instant::now() + time);
        let hers: Vec<_> = state.open.keys().filter(|wire| wire.client.person == person).copied().collect();
        drop(state);
        for wire in hers {
            self.0.chronicle.note(&Fact::Harmed(wire));
        }
    }

    /// Cuts every connection of somebody.
    pub(crate) fn cut(&self, person: usize) {
        self.cut_where(|wire| wire.client.person == person);
        if self.0.bug == Some(Bug::Spreads) {
            let next = self.0.state.lock().unwrap().open.iter().next().map(|(_, cut)| cut.clone());
            next.inspect(CancellationToken::cancel);
        }
    }

    /// Nothing is harmed from here on; what may have been harmed already is cut.
    pub(crate) fn calm(&self) {
        self.0.is_calm.cancel();
        self.0.state.lock().unwrap().down_until.clear();
        self.cut_where(|_| true);
    }

    fn cut_where(&self, is_meant: impl Fn(&Wire) -> bool) {
        let state = self.0.state.lock().unwrap();
        let meant: Vec<_> = state.open.iter().filter(|(wire, _)| is_meant(wire)).collect();
        for (wire, cut) in meant {
            self.0.chronicle.note(&Fact::Harmed(*wire));
            cut.cancel();
        }
    }

    fn down_until(&self, person: usize) -> Option<Instant> {
        let until = self.0.state.lock().unwrap().down_until.get(&person).copied();
        until.filter(|until| *until > Instant::now())
    }

    fn roll(&self, range: std::ops::Range<u64>) -> u64 {
        self.0.dice.lock().unwrap().random_range(range)
    }

    fn is_calm(&self) -> bool {
        self.0.is_calm.is_cancelled()
    }

    /// A connection, if there is a server to take it.
    fn connect(&self, client: Client) -> Option<DuplexStream> {
        let ((near, client_end), (far, server_end)) = (duplex(PIPE_BYTES), duplex(PIPE_BYTES));
        let Place { cut, .. } = self.0.machine.attach(server_end, LOCALHOST)?;
        let mut state = self.0.state.lock().unwrap();
        state.dials += 1;
        let wire = Wire { number: state.dials, client };
        state.open.insert(wire, cut.clone());
        drop(state);
        self.0.chronicle.note(&Fact::Connected(wire));
        let ((near_read, near_write), (far_read, far_write)) = (split(near), split(far));
        let from_client = FromClient::new(wire, &self.0.chronicle, self.0.bug);
        let from_server = FromServer::new(wire, &self.0.chronicle, self.0.bug, &self.0.overheard);
        tokio::spawn(self.clone().carry(Way::new(wire, near_read, far_write, &cut), from_client));
        tokio::spawn(self.clone().carry(Way::new(wire, far_read, near_write, &cut), from_server));
        Some(client_end)
    }

    /// Carries bytes one way until the weather or either end cuts the connection, then cuts the other way too.
    async fn carry(self, mut way: Way, mut tap: impl Tap) {
        let weather = Weather::new(&mut self.0.dice.lock().unwrap(), self.is_calm());
        let (wire, cut) = (way.wire, way.cut.clone());
        let is_cut = cut.run_until_cancelled(self.carry_pieces(&mut way, &mut tap, weather)).await.is_none();
        cut.cancel();
        self.0.state.lock().unwrap().open.remove(&wire);
        if is_cut && self.0.bug == Some(Bug::Lingers) && tap.leads_to_server() {
            way.linger(&mut tap).await;
        }
    }

    async fn carry_pieces(&self, way: &mut Way, tap: &mut impl Tap, mut weather: Weather) {
        while weather.life_bytes > 0 {
            let fate = weather.next();
            if let Fate::Coalesces(wait) = fate {
                tokio::time::sleep(wait).await;
            }
            let Ok(read @ 1..) = way.from.read_buf(&mut way.piece).await else { return };
            if let Some(until) = self.down_until(way.wire.client.person) {
                sleep_until(until).await;
            }
            way.piece.truncate(weather.life_bytes);
            weather.life_bytes -= read.min(weather.life_bytes);
            if weather.life_bytes == 0 || fate == Fate::IsSwallowed {
                self.0.chronicle.note(&Fact::Harmed(way.wire));
            }
            if fate == Fate::IsSwallowed {
                return std::future::pending().await;
            }
            let bytes = tap.pass(&way.piece.split());
            let written = match fate {
                Fate::Splits => weather.dribble(&mut way.to, &bytes).await,
                _ => way.to.write_all(&bytes).await,
            };
            if written.is_err() {
                return;
            }
        }
    }
}

/// One direction of one connection.
struct Way {
    wire: Wire,
    from: ReadHalf<DuplexStream>,
    to: WriteHalf<DuplexStream>,
    /// What was read, and not carried on yet.
    piece: BytesMut,
    cut: CancellationToken,
}

impl Way {
    fn new(wire: Wire, from: ReadHalf<DuplexStream>, to: WriteHalf<DuplexStream>, cut: &CancellationToken) -> Self {
        Self { wire, from, to, piece: BytesMut::with_capacity(PIPE_BYTES), cut: cut.clone() }
    }

    /// Carries what was on its way, long after one end is gone.
    async fn linger(self, tap: &mut impl Tap) {
        let Self { mut from, mut to, mut piece, .. } = self;
        while let Some(Ok(1..)) = from.read_buf(&mut piece).now_or_never() {}
        drop(from);
        tokio::time::sleep(LINGERS).await;
        // The server may have hung up meanwhile.
        drop(to.write_all(&tap.pass(&piece)).await);
        tokio::time::sleep(LINGERS).await;
    }
}

/// The way from one client to the server.
pub(crate) struct Line {
    network: Network,
    client: Client,
}

impl Dialer for Line {
    type Stream = DuplexStream;

    async fn dial(&self) -> Result<Call<DuplexStream>, DialError> {
        let latency = Duration::from_millis(self.network.roll(0..40));
        tokio::time::sleep(latency).await;
        let is_unlucky = self.network.roll(0..10) == 0 && !self.network.is_calm();
        let is_down = self.network.down_until(self.client.person).is_some();
        let connected = if is_unlucky || is_down { None } else { self.network.connect(self.client) };
        connected.map(Call::plain).ok_or_else(|| DialError::NoAnswer { address: "the server".into() })
    }
}
