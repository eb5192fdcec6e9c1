//! What a server is told: its command line, and every limit with its default and its reason.

use crate::public_address::PublicAddress;
use chat_proto::limits;
use clap::Parser;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// Serves chat rooms to `chat-tui`.
#[derive(Debug, Clone, Parser)]
#[command(version, about, after_help = MANUAL)]
pub struct Args {
    /// TCP port to listen on; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 7000)]
    pub port: u16,

    /// Address to listen on [default: all interfaces]
    ///
    /// `127.0.0.1` or `::1` serve this machine only.
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<IpAddr>,

    /// Where the server keeps its key [default: `$STATE_DIRECTORY`, or `~/.local/state/chat-server`]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// Certificate chain in PEM, instead of the one that the server makes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// Its private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Lets peers on other machines do without TLS: anyone on the way can read along
    #[arg(long)]
    pub allow_plain: bool,

    /// Under what others reach the server, for the line that it prints for them
    #[arg(long, value_name = "HOST[:PORT]")]
    pub public_address: Option<PublicAddress>,
}

const MANUAL: &str = "\
A room is opened by a client (`chat-tui --create`), which shows four
characters; whoever has them joins with `chat-tui --join AB3Z`. Nobody needs an
account: a key, made on the client's first start, claims a name.

Rooms live in memory. A room ends when the last one present quits it, or a day
after the last one was cut off; the server's end is the end of them all. What
is kept of a room: 10,000 entries or 8 MiB, and 512 MiB in all.

Other machines are spoken to in TLS 1.3; only clients on this one may do without.
On its first start the server makes a key and a certificate of its own, and it
prints the key's fingerprint: the line to paste carries it, so that clients know
the server from the first moment. Keep the key: without it, every client warns.
With a real certificate (--tls-cert, --tls-key), nobody needs the fingerprint.

SIGHUP reads the certificate again, and nobody notices but new connections. The
end of the terminal that the server was started on stops it.

Log: errors and warnings go to standard error; CHAT_LOG=info or CHAT_LOG=debug
shows more.
Stop: Ctrl-C or SIGTERM. Everybody is told, and the server is gone within 10
seconds.

Exit codes:
  0  stopped as asked
  1  could not start; the reason is on standard error
  2  wrong usage

Examples:
  chat-server --port 7000                    for all who can reach this machine
  chat-server --port 7000 --bind 127.0.0.1   for this machine only
  chat-server --public-address chat.example.org \
      --tls-cert fullchain.pem --tls-key privkey.pem";

impl Args {
    /// The addresses to try in order; the first that can be had is listened on.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let every = [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        let addresses = self.bind.map_or(every.to_vec(), |address| vec![address]);
        addresses.into_iter().map(|address| SocketAddr::new(address, self.port)).collect()
    }
}

/// Every limit of a server. The protocol's own are in [`chat_proto::limits`].
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether peers on other machines may do without TLS.
    pub allow_plain: bool,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once that have not logged in: each may hold a frame of 4 KiB.
    pub strangers: usize,
    /// Hello to login, all in all: longer is a peer that only wants to hold a place.
    pub login_timeout: Duration,
    /// From a frame's first byte to its last.
    pub frame_timeout: Duration,
    /// Silence after which a peer is gone.
    pub silence: Duration,
    /// How long a peer may take nothing of what waits for it.
    pub write_stall: Duration,
    /// What a session may say at its end, however slow its peer is.
    pub goodbye: Duration,
    /// How long the server waits for its sessions when it stops.
    pub drain: Duration,

    /// Names that one key may hold: two terminals of one user can be two people.
    pub names_per_key: usize,
    /// Sessions of one person at once.
    pub sessions_per_person: usize,
    /// How long somebody who is gone is remembered, and their name kept for them.
    pub person_memory: Duration,

    /// Rooms at once.
    pub rooms: usize,
    /// Members of a room; those who have been gone longest make place first.
    pub members_per_room: usize,
    /// How long a cut connection still counts as present.
    pub presence_grace: Duration,
    /// How long a room waits for a last member who was cut off.
    pub empty_room: Duration,
    /// How long the code of an ended room is not given out again.
    pub code_rest: Duration,
    /// Batches a reader may be behind before it must read the log.
    pub ring_batches: usize,

    /// How fast one session may post; beyond, it is read later.
    pub posts: Rate,
    /// The same in bytes.
    pub post_bytes: Rate,
    /// How fast one session may ask for pages of history.
    pub pages: Rate,
    /// How fast one session may ask for anything else.
    pub requests: Rate,
    /// How fast all together may post in one room.
    pub room_posts: Rate,

    /// Bytes that wait to be written to one session.
    pub outbound_bytes: usize,
    /// Bytes that wait to be written to all together; beyond, nobody gets more than a small share.
    pub outbound_total_bytes: usize,

    /// What logs in memory may hold.
    pub memory: MemoryLimits,
}

/// So many at once, and so many per second after that.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// At once.
    pub burst: f64,
    /// After that.
    pub per_second: f64,
}

impl Rate {
    /// As fast as the peer likes.
    pub const UNLIMITED: Self = Self { burst: f64::INFINITY, per_second: f64::INFINITY };
}

/// What logs in memory may hold.
#[derive(Debug, Clone, Copy)]
pub struct MemoryLimits {
    /// Entries of one room.
    pub room_entries: usize,
    /// Bytes of one room.
    pub room_bytes: usize,
    /// Bytes of all rooms; the largest is trimmed first.
    pub total_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            allow_plain: false,
            connections: 10_000,
            strangers: 256,
            login_timeout: Duration::from_secs(10),
            frame_timeout: Duration::from_secs(15),
            silence: limits::SILENCE,
            write_stall: Duration::from_secs(20),
            goodbye: Duration::from_secs(3),
            drain: Duration::from_secs(8),
            names_per_key: 8,
            sessions_per_person: 10,
            person_memory: DAY,
            rooms: 10_000,
            members_per_room: 2_000,
            presence_grace: Duration::from_mins(1),
            empty_room: DAY,
            code_rest: DAY,
            ring_batches: 64,
            posts: Rate { burst: 10.0, per_second: 3.0 },
            post_bytes: Rate { burst: 128.0 * 1024.0, per_second: 32.0 * 1024.0 },
            pages: Rate { burst: 16.0, per_second: 8.0 },
            requests: Rate { burst: 60.0, per_second: 10.0 },
            room_posts: Rate { burst: 200.0, per_second: 50.0 },
            outbound_bytes: 1024 * 1024,
            outbound_total_bytes: 256 * 1024 * 1024,
            memory: MemoryLimits { room_entries: 10_000, room_bytes: 8 * 1024 * 1024, total_bytes: 512 * 1024 * 1024 },
        }
    }
}
