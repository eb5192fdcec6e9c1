//! Addresses that connect: how many connections each has, how fast it makes them, and what it has to pay for.

use super::notices::Notice;
use super::{NETWORKS_MAX, Unwelcome};
use crate::config::{Config, Rate};
use crate::network::Network;
use crate::pace::Pace;
use crate::refusals;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// What an address pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offence {
    /// A signature that did not prove the key.
    BadSignature,
    /// No login in time.
    LoginTimedOut,
    /// It found a defect of the server.
    Crash,
}

impl Offence {
    pub(super) fn notice(self) -> Notice {
        match self {
            Self::BadSignature => Notice::BadSignature,
            Self::LoginTimedOut => Notice::LoginTimedOut,
            Self::Crash => Notice::Crash,
        }
    }
}

/// Every address that has connected lately.
pub(super) struct Callers {
    most: usize,
    rate: Rate,
    penalties: Penalties,
    by_network: Mutex<HashMap<Network, Caller>>,
}

struct Penalties {
    signature: Duration,
    timeout: Duration,
    crash: Duration,
    most: Duration,
}

struct Caller {
    open: usize,
    pace: Pace,
    turned_away_until: Option<Instant>,
}

/// Proof that a connection is counted for its address; ends the count when dropped.
pub(super) struct Call {
    callers: Arc<Callers>,
    network: Network,
}

impl Callers {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            most: config.connections_per_address,
            rate: config.new_connections,
            penalties: Penalties {
                signature: config.penalty_signature,
                timeout: config.penalty_timeout,
                crash: config.penalty_crash,
                most: config.penalty_most,
            },
            by_network: Mutex::default(),
        }
    }

    /// Counts a new connection, or says why there is to be none.
    pub(super) fn call(self: &Arc<Self>, network: Network) -> Result<Call, Unwelcome> {
        let mut by_network = self.lock();
        self.known(&mut by_network, network).connect(self.most)?;
        Ok(Call { callers: Arc::clone(self), network })
    }

    /// Adds to what the address has to pay.
    pub(super) fn punish(&self, network: Network, offence: Offence) {
        let penalty = match offence {
            Offence::BadSignature => self.penalties.signature,
            Offence::LoginTimedOut => self.penalties.timeout,
            Offence::Crash => self.penalties.crash,
        };
        let now = Instant::now();
        let mut by_network = self.lock();
        let caller = self.known(&mut by_network, network);
        let from = caller.turned_away_until.map_or(now, |until| until.max(now));
        caller.turned_away_until = Some((from + penalty).min(now + self.penalties.most));
    }

    /// Forgets addresses without connections whose pace is whole again and whose penalties are over.
    pub(super) fn sweep(&self, now: Instant) {
        self.lock().retain(|_, caller| !caller.is_forgettable(now));
    }

    fn known<'a>(&self, by_network: &'a mut HashMap<Network, Caller>, network: Network) -> &'a mut Caller {
        if by_network.len() >= NETWORKS_MAX && !by_network.contains_key(&network) {
            // So many addresses cannot all be attended to; those with connections are fewer than connections.
            by_network.retain(|_, caller| caller.open > 0);
        }
        let caller = || Caller { open: 0, pace: Pace::new(self.rate), turned_away_until: None };
        by_network.entry(network).or_insert_with(caller)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Network, Caller>> {
        self.by_network.lock().expect("no panic under this lock")
    }
}

impl Caller {
    fn connect(&mut self, most: usize) -> Result<(), Unwelcome> {
        let now = Instant::now();
        if let Some(until) = self.turned_away_until.filter(|until| *until > now) {
            let refused = refusals::address_punished(until - now);
            return Err(Unwelcome { notice: Notice::AddressPunished, refused });
        }
        if self.open >= most {
            let refused = refusals::too_many_connections(most);
            return Err(Unwelcome { notice: Notice::AddressFull, refused });
        }
        self.pace.try_take(1.0).map_err(|wait| {
            let refused = refusals::connects_too_fast(wait);
            Unwelcome { notice: Notice::AddressTooFast, refused }
        })?;
        self.open += 1;
        Ok(())
    }

    fn is_forgettable(&mut self, now: Instant) -> bool {
        self.open == 0 && self.pace.is_full() && self.turned_away_until.is_none_or(|until| until <= now)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(caller) = self.callers.lock().get_mut(&self.network) {
            caller.open -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn network(number: u32) -> Network {
        Network::of(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_forgotten_once_nothing_is_left_to_say_of_it() {
        let callers = Arc::new(Callers::new(&Config::default()));
        let call = callers.call(network(1)).ok().expect("a place");
        callers.punish(network(2), Offence::BadSignature);
        let known = || callers.lock().len();

        tokio::time::advance(Duration::from_secs(4)).await;
        callers.sweep(Instant::now());
        assert_eq!(known(), 2, "one is connected, the other pays");
        tokio::time::advance(Duration::from_secs(1)).await;
        callers.sweep(Instant::now());
        assert_eq!(known(), 1);

        drop(call);
        callers.sweep(Instant::now());
        assert_eq!(known(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_addresses_is_forgotten_and_those_with_connections_are_not() {
        let callers = Arc::new(Callers::new(&Config::default()));
        let _call = callers.call(network(0)).ok().expect("a place");

        for number in 1..=70_000 {
            drop(callers.call(network(number)));
        }

        let known = callers.lock();
        assert!(known.len() <= NETWORKS_MAX, "{}", known.len());
        assert!(known.contains_key(&network(0)));
    }
}
