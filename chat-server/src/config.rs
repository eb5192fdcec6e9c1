//! What a server is told: one table of settings, each with its default and its reason.
//!
//! ```text
//! default < file < environment < flag > Config > `chat-server config` (a file again)
//! ```
//!
//! The table makes [`Config`], every flag, the file's keys, the variables and what `chat-server config` prints. The
//! protocol's own limits are in [`chat_proto::limits`].

mod arguments;
mod check;
mod file;
mod form;
mod keeping;
mod memory;
mod print;
mod setting;
mod threads;

pub use arguments::Command;
pub use form::rate::Rate;

use crate::log::sqlite::Retention;
use crate::public_address::PublicAddress;
use form::rate::{Flow, Pace};
use form::retention::{Kept, Lasting};
use form::{Address, Count, Name, OrNone, Path, Port, Size, Span, Switch};
use setting::settings;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const MONTH: Duration = Duration::from_hours(30 * 24);
const QUARTER: Duration = Duration::from_hours(90 * 24);
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const GIB: usize = 1024 * MIB;

settings! {
    /// Everything that a server is told.
    Config

    Common {
        /// TCP port to listen on; 0 takes any free one.
        "port" port: u16 as Port = 7000,
        /// Address to listen on; all interfaces unless given. 127.0.0.1 serves this machine only.
        "bind" bind: Option<IpAddr> as OrNone<Address> = None,
        /// Directory for rooms, people and history, which survive the server's end. In memory unless given, and gone
        /// with the server.
        "data" data: Option<PathBuf> as OrNone<Path> = None,
        /// Directory for the server's key, which must outlive it; the user's own state directory unless given.
        "state" state: Option<PathBuf> as OrNone<Path> = None,
        /// Certificate chain, PEM; together with tls-key. One is made on first start unless given.
        "tls-cert" tls_cert: Option<PathBuf> as OrNone<Path> = None,
        /// The key of the certificate, PEM.
        "tls-key" tls_key: Option<PathBuf> as OrNone<Path> = None,
        /// What the line to paste says for this server, as others reach it: HOST or HOST:PORT.
        "public-address" public_address: Option<PublicAddress> as OrNone<Name> = None,
        /// Serves peers that are not on this machine without encryption too: only where a tunnel does it instead.
        "allow-plain" allow_plain: bool as Switch = false,
    }

    Limits {
        /// Threads that serve connections. Half of the processors unless given: passing messages on is mostly the
        /// system's work, and threads that take it from each other cost more than they bring; TLS for very many is
        /// worth more.
        "threads" threads: usize as Count = threads::half_of(threads::available()),

        /// Connections at once: each costs a descriptor and a few kilobytes.
        "connections" connections: usize as Count = 10_000,
        /// Connections at once from one address (a /64 in IPv6): a household behind one address fits.
        "connections-per-address" connections_per_address: usize as Count = 32,
        /// New connections from one address: a household that comes back after a restart fits.
        "new-connections" new_connections: Rate as Pace = Rate::per_minute(60.0),
        /// Neither counts nor punishes peers on this machine: tests, and servers behind a local proxy.
        /// --no-loopback-exemption counts them too. Wrong codes count wherever they come from.
        "loopback-exemption" loopback_exemption: bool as Switch = true,
        /// Connections at once that have not logged in: each may hold a frame of 4 KiB. Beyond, each new one takes the
        /// place of another.
        "strangers" strangers: usize as Count = 256,
        /// Strangers from which on a new one may take the place of another: the fuller, the likelier.
        "drop-from" drop_from: usize as Count = 128,
        /// How long an address is turned away after a login that did not prove its key: guessing keys gets slow.
        "penalty-signature" penalty_signature: Duration as Span = Duration::from_secs(5),
        /// The same after a connection that did not log in in time: holding places gets slow.
        "penalty-timeout" penalty_timeout: Duration as Span = Duration::from_secs(5),
        /// The same after a connection that found a defect of the server: trying it again gets slow.
        "penalty-crash" penalty_crash: Duration as Span = Duration::from_secs(90),
        /// What the penalties of one address add up to at most: whoever has the address next is not to pay for long.
        "penalty-most" penalty_most: Duration as Span = Duration::from_mins(10),

        /// Hello to login, all in all: longer is a peer that only wants to hold a place.
        "login-timeout" login_timeout: Duration as Span = Duration::from_secs(10),
        /// From a frame's first byte to its last.
        "frame-timeout" frame_timeout: Duration as Span = Duration::from_secs(15),
        /// Silence after which a peer is gone; clients say something every 30 s.
        "silence" silence: Duration as Span = chat_proto::limits::SILENCE,
        /// How long a peer may take next to nothing of what waits for it.
        "write-stall" write_stall: Duration as Span = Duration::from_secs(20),
        /// What is more than next to nothing: a peer that takes a byte now and then is not reading.
        "write-progress" write_progress: usize as Size = KIB,
        /// How long the last words to a peer may take, however slow it is.
        "goodbye" goodbye: Duration as Span = Duration::from_secs(3),
        /// How long the server waits for its sessions when it stops: service managers kill after 10 s or more.
        "drain" drain: Duration as Span = Duration::from_secs(8),

        /// Wrong codes of one address: at most so many in this time, then its codes are refused until it is over. Keys
        /// are free, so per key would mean nothing.
        "guesses" guesses: Rate as Pace = Rate::per_minute(5.0),
        /// The same over a longer time.
        "guesses-lasting" guesses_lasting: Rate as Pace = Rate::per_hour(20.0),
        /// Wrong codes of all together; faster, and everybody who comes with a bare code waits their turn. There are a
        /// million codes: it takes a flood hours to find one of a hundred rooms. Invites never wait.
        "guesses-total" guesses_total: Rate as Pace = Rate::per_minute(30.0),
        /// How long a bare code waits at most before it is tried all the same: a flood delays, it keeps nobody out.
        "guess-wait" guess_wait: Duration as Span = Duration::from_secs(10),

        /// Names that one key may hold: two terminals of one user can be two people.
        "names-per-key" names_per_key: usize as Count = 8,
        /// Sessions of one person at once.
        "sessions-per-person" sessions_per_person: usize as Count = 10,
        /// Names remembered: keys are free, memory is not. Beyond, who has been gone longest and is in no room is
        /// forgotten first.
        "people" people: usize as Count = 100_000,
        /// How long somebody who is gone is remembered, and their name kept for them. With data 30 days unless given,
        /// for what they said stands there too; without a day.
        "person-memory" person_memory: Option<Duration> as OrNone<Span> = None,

        /// Rooms at once.
        "rooms" rooms: usize as Count = 10_000,
        /// Rooms at once that one key opened: one key does not use up the rooms of all.
        "rooms-per-key" rooms_per_key: usize as Count = 50,
        /// Rooms at once that were opened from one address: keys are free.
        "rooms-per-address" rooms_per_address: usize as Count = 500,
        /// How often one key may open a room.
        "creates" creates: Rate as Pace = Rate::per_hour(10.0),
        /// Members of a room; those who have been gone longest make place first.
        "members-per-room" members_per_room: usize as Count = 2_000,
        /// How long a cut connection still counts as present.
        "presence-grace" presence_grace: Duration as Span = Duration::from_mins(1),
        /// How long a room in memory waits for a last member who was cut off.
        "empty-room" empty_room: Duration as Span = DAY,
        /// How long a room on disk waits for its members when none of them is present: a holiday fits.
        "keep-empty" keep_empty: Duration as Span = MONTH,
        /// How long the code of an ended room is not given out again: it stands in old messages.
        "code-rest" code_rest: Duration as Span = DAY,
        /// Codes that rest at once, a tenth of all there are. Beyond, the one that rested longest is free again.
        "codes-resting" codes_resting: usize as Count = 100_000,
        /// How long somebody who was kicked out of a room is not let in again.
        "kick-rest" kick_rest: Duration as Span = Duration::from_mins(10),
        /// How long an owner may be away before a room passes to somebody who is there.
        "owner-away" owner_away: Duration as Span = Duration::from_hours(7 * 24),

        /// How fast one session may post: people who type never notice. Beyond, it is read later, never refused.
        "posts" posts: Rate as Pace = Rate::per_second(3.0).with_burst(10.0),
        /// The same in bytes: a paste of some pages passes at once.
        "post-bytes" post_bytes: Rate as Flow = Rate::per_second(32.0 * 1024.0).with_burst(128.0 * 1024.0),
        /// How fast one session may ask for pages of history.
        "pages" pages: Rate as Pace = Rate::per_second(8.0).with_burst(16.0),
        /// How fast one session may ask for anything else.
        "requests" requests: Rate as Pace = Rate::per_second(10.0).with_burst(60.0),
        /// How fast all together may post in one room: nobody can read faster.
        "room-posts" room_posts: Rate as Pace = Rate::per_second(50.0).with_burst(200.0),

        /// Batches a reader may be behind before it must read the log. Allocated with the room.
        "ring-batches" ring_batches: usize as Count = 64,
        /// Bytes that wait to be written to one session; beyond, it falls behind and reads the log. With the batch that
        /// fills it, and what it costs to keep, that is a MiB.
        "outbound-bytes" outbound_bytes: usize as Size = 896 * KIB,
        /// Bytes that wait for all together; beyond, nobody gets more than 64 KiB. The smaller of 256 MiB and a quarter
        /// of what the machine grants this process.
        "outbound-total-bytes" outbound_total_bytes: usize as Size = memory::share_of(memory::granted_bytes()),

        /// What is kept on disk: of each room as long, unless it chose otherwise, and of all together as much; the
        /// largest gives first. A quarter of a year is what people look for; a small disk holds a GiB.
        "retain" retain: Retention as Kept = Retention { age: Some(QUARTER), bytes: Some(GIB) },
        /// The longest that a room may choose for itself, whatever retain says: who opens a room knows what it is for.
        "keep-most" keep_most: Option<Duration> as Lasting = None,
        /// What is left free on the disk: below, messages are refused, while people still come and go. The smaller of
        /// 256 MiB and 5 % of the disk unless given: a disk that is full stops more than this server.
        "disk-reserve" disk_reserve: Option<usize> as OrNone<Size> = None,

        /// Entries kept of one room in memory.
        "history-entries" history_entries: usize as Count = 10_000,
        /// Bytes kept of one room in memory.
        "history-bytes" history_bytes: usize as Size = 8 * MIB,
        /// Bytes kept of all rooms in memory; the largest is trimmed first.
        "history-total-bytes" history_total_bytes: usize as Size = 512 * MIB,
    }
}

impl Config {
    /// The addresses to try in order; the first that can be had is listened on.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let every = [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        let addresses = self.bind.map_or(every.to_vec(), |address| vec![address]);
        addresses.into_iter().map(|address| SocketAddr::new(address, self.port)).collect()
    }
}

/// Why there is no configuration. Each is a sentence for the person who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line is wrong, or asks for help.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// The file is not to be had.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML: {source}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where, and why.
        source: Box<toml::de::Error>,
    },
    /// A key that nobody knows.
    #[error("{}: there is no setting {key:?}; do you mean {nearest}?", path.display())]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// As written.
        key: String,
        /// The known one that is most like it.
        nearest: &'static str,
    },
    /// A value that its setting cannot have.
    #[error("{place}: {given} is not {expects}")]
    Value {
        /// File and key, or variable.
        place: String,
        /// As written.
        given: String,
        /// What would do.
        expects: &'static str,
    },
    /// Values that do not go together.
    #[error("{0}")]
    Contradiction(&'static str),
    /// A command that works on a data directory, and none is named.
    #[error("`chat-server {0}` needs the server's data directory: --data DIR, or data in the file or CHAT_SERVER_DATA")]
    NoData(&'static str),
}

impl ConfigError {
    /// What the process exits with: 1 for a file that cannot be read, 2 for what was written wrong.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unreadable { .. } => 1,
            _ => 2,
        }
    }
}
