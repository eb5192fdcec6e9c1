//! A network that cuts, stalls, splits, coalesces and swallows, at points that a seed decides.

use chat_server::Server;
use chat_tui::link::Call;
use chat_tui::link::{DialError, Dialer};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio_util::sync::CancellationToken;

/// Bytes in flight in one direction of one connection.
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PIPE_BYTES: usize = 4 * 1024;
/// A connection is cut after 2^6 to 2^19 bytes in one direction: within the greeting, within a frame, after many. The
/// largest frame must fit at times, or no protocol could get it through.
const LIFE_BITS: std::ops::Range<u32> = 6..19;

/// The way from one client to the server.
pub(crate) struct Chaos {
    server: Server,
    seed: u64,
    dials: AtomicU64,
    is_calm: Arc<AtomicBool>,
}

impl Chaos {
    /// Calm as soon as `is_calm` says so: no new connection is harmed, the old ones die as they would have.
    pub(crate) fn new(server: Server, seed: u64, is_calm: Arc<AtomicBool>) -> Self {
        Self { server, seed, dials: AtomicU64::new(0), is_calm }
    }
}

impl Dialer for Chaos {
    type Stream = DuplexStream;

    async fn dial(&self) -> Result<Call<DuplexStream>, DialError> {
        let dial = self.dials.fetch_add(1, Ordering::Relaxed);
        let mut dice = StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003).wrapping_add(dial));
        let is_calm = self.is_calm.load(Ordering::Relaxed);
        if !is_calm && dice.random_bool(0.1) {
            return Err(DialError::NoAnswer { address: "the server".into() });
        }
        let (client, near) = duplex(PIPE_BYTES);
        let (far, server) = duplex(PIPE_BYTES);
        self.server.attach(server, LOCALHOST);
        let (near_read, near_write) = split(near);
        let (far_read, far_write) = split(far);
        let cut = CancellationToken::new();
        for (from, to) in [(near_read, far_write), (far_read, near_write)] {
            let weather = Weather::new(StdRng::from_rng(&mut dice), is_calm);
            tokio::spawn(carry(from, to, weather, cut.clone()));
        }
        Ok(Call::plain(client))
    }
}

/// What happens to one direction of one connection.
struct Weather {
    dice: StdRng,
    is_calm: bool,
    life_bytes: usize,
}

/// What happens to one piece of it.
enum Fate {
    Arrives,
    /// In small pieces.
    Splits,
    /// Late, and together with what comes meanwhile.
    Coalesces(Duration),
    /// Never, and nor does anything after it; nobody is told.
    IsSwallowed,
}

impl Weather {
    fn new(mut dice: StdRng, is_calm: bool) -> Self {
        let life_bytes = if is_calm { usize::MAX } else { life_bytes(&mut dice) };
        Self { dice, is_calm, life_bytes }
    }

    fn next(&mut self) -> Fate {
        if self.is_calm {
            return Fate::Arrives;
        }
        match self.dice.random_range(0..1_000) {
            0..700 => Fate::Arrives,
            700..850 => Fate::Splits,
            850..998 => Fate::Coalesces(Duration::from_millis(self.dice.random_range(1..2_000))),
            _ => Fate::IsSwallowed,
        }
    }
}

fn life_bytes(dice: &mut StdRng) -> usize {
    let bits = dice.random_range(LIFE_BITS);
    dice.random_range(1 << bits..2 << bits)
}

/// Carries bytes until the weather or either end cuts the connection, then cuts the other direction too.
async fn carry(from: ReadHalf<DuplexStream>, to: WriteHalf<DuplexStream>, weather: Weather, cut: CancellationToken) {
    tokio::select! {
        () = carry_pieces(from, to, weather) => cut.cancel(),
        () = cut.cancelled() => {}
    }
}

async fn carry_pieces(mut from: ReadHalf<DuplexStream>, mut to: WriteHalf<DuplexStream>, mut weather: Weather) {
    let mut piece = vec![0; PIPE_BYTES];
    while weather.life_bytes > 0 {
        let fate = weather.next();
        if let Fate::Coalesces(wait) = fate {
            tokio::time::sleep(wait).await;
        }
        let Ok(read @ 1..) = from.read(&mut piece).await else { return };
        let living = read.min(weather.life_bytes);
        weather.life_bytes -= living;
        let written = match fate {
            Fate::Arrives | Fate::Coalesces(_) => to.write_all(&piece[..living]).await,
            Fate::Splits => dribble(&mut to, &piece[..living], &mut weather.dice).await,
            Fate::IsSwallowed => return std::future::pending().await,
        };
        if written.is_err() {
            return;
        }
    }
}

async fn dribble(to: &mut WriteHalf<DuplexStream>, mut bytes: &[u8], dice: &mut StdRng) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(dice.random_range(1..=bytes.len().min(40)));
        to.write_all(now).await?;
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..20))).await;
        bytes = later;
    }
    Ok(())
}
