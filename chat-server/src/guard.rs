//! Who may connect, and who may guess: the limits that count by address.
//!
//! ```text
//! peer > network > penalty, connections, pace > places > stranger > login
//! ```
//!
//! Every map here is keyed by [`Network`], holds at most [`NETWORKS_MAX`] and is swept every second of whatever no
//! longer says anything.

mod callers;
mod guesses;
mod notices;
mod strangers;
mod turn_away;

pub(crate) use callers::Offence;
pub(crate) use guesses::{Admission, Guesses, Turn};
pub(crate) use notices::{Notice, Notices};
pub(crate) use strangers::Stranger;

use crate::config::Config;
use crate::environment::Environment;
use crate::network::Network;
use callers::{Call, Callers};
use chat_proto::Refused;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use strangers::Strangers;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Addresses remembered at once, a few megabytes. Beyond, those that hold nothing are forgotten.
const NETWORKS_MAX: usize = 65_536;
/// Peers that are told why they are turned away, at once. Beyond, a peer is closed without a word.
const TURNED_AWAY_MAX: usize = 256;

/// Who may connect.
pub(crate) struct Guard {
    config: Arc<Config>,
    callers: Arc<Callers>,
    strangers: Arc<Strangers>,
    connections: Arc<Semaphore>,
    turning_away: Arc<Semaphore>,
    notices: Arc<Notices>,
}

/// Proof that a connection is counted; ends the count when dropped.
pub(crate) struct Place {
    _connection: OwnedSemaphorePermit,
    _call: Option<Call>,
}

/// Proof that a peer may be told why it is turned away.
pub(crate) struct LastWord {
    _permit: OwnedSemaphorePermit,
    refused: Refused,
    within: Duration,
}

impl Guard {
    /// Nobody is there.
    pub(crate) fn new(config: &Arc<Config>, environment: &Arc<dyn Environment>, notices: &Arc<Notices>) -> Self {
        Self {
            callers: Arc::new(Callers::new(config)),
            strangers: Arc::new(Strangers::new(config, environment)),
            connections: Arc::new(Semaphore::new(config.connections)),
            turning_away: Arc::new(Semaphore::new(TURNED_AWAY_MAX)),
            notices: Arc::clone(notices),
            config: Arc::clone(config),
        }
    }

    /// Lets a peer in, as a stranger, who may take another's place.
    ///
    /// # Errors
    /// How to turn it away: [`LastWord::say`], or none if too many are being told already.
    pub(crate) fn admit(&self, peer: IpAddr) -> Result<(Place, Stranger), Option<LastWord>> {
        let network = Network::of(peer);
        let place = self.place(peer).map_err(|unwelcome| {
            self.notices.note(unwelcome.notice, network);
            self.last_word(network, unwelcome.refused)
        })?;
        let (stranger, evicted) = self.strangers.enter(network);
        if let Some(evicted) = evicted {
            self.notices.note(Notice::StrangerEvicted, evicted);
        }
        Ok((place, stranger))
    }

    fn place(&self, peer: IpAddr) -> Result<Place, Unwelcome> {
        let call = match self.is_exempt(peer) {
            true => None,
            false => Some(self.callers.call(Network::of(peer))?),
        };
        let connection = Arc::clone(&self.connections).try_acquire_owned();
        Ok(Place { _connection: connection.map_err(|_| Unwelcome::full())?, _call: call })
    }

    fn last_word(&self, network: Network, refused: Refused) -> Option<LastWord> {
        let permit = Arc::clone(&self.turning_away).try_acquire_owned();
        if permit.is_err() {
            self.notices.note(Notice::ClosedUnheard, network);
        }
        permit.ok().map(|permit| LastWord { _permit: permit, refused, within: self.config.goodbye })
    }

    /// Makes the peer's address pay for an offence.
    pub(crate) fn punish(&self, peer: IpAddr, offence: Offence) {
        self.notices.note(offence.notice(), Network::of(peer));
        if !self.is_exempt(peer) {
            self.callers.punish(Network::of(peer), offence);
        }
    }

    /// How many are connected.
    pub(crate) fn connected(&self) -> usize {
        self.config.connections - self.connections.available_permits()
    }

    /// Forgets addresses of which nothing is left to say.
    pub(crate) fn sweep(&self, now: Instant) {
        self.callers.sweep(now);
    }

    fn is_exempt(&self, peer: IpAddr) -> bool {
        self.config.loopback_exemption && peer.to_canonical().is_loopback()
    }
}

impl LastWord {
    /// Tells the peer, for no longer than last words may take.
    pub(crate) async fn say(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        turn_away::turn_away(stream, self.refused, self.within).await;
    }
}

/// Why a peer is turned away.
struct Unwelcome {
    notice: Notice,
    refused: Refused,
}

impl Unwelcome {
    fn full() -> Self {
        Self { notice: Notice::ServerFull, refused: crate::refusals::server_full() }
    }
}
