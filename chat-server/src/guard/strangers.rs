//! Peers that have not logged in: few at once, and a new one is always let in.
//!
//! A login takes milliseconds; a peer that only holds a place stays. So a place is made by evicting at random, the
//! likelier the fuller it is (random early drop), and among those of the address that has the most.

use crate::config::Config;
use crate::environment::{Environment, random};
use crate::network::Network;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

/// Everybody who has not logged in.
pub(super) struct Strangers {
    most: usize,
    drop_from: usize,
    environment: Arc<dyn Environment>,
    present: Mutex<Present>,
}

#[derive(Default)]
struct Present {
    last_id: u64,
    all: Vec<Entry>,
}

struct Entry {
    id: u64,
    network: Network,
    evicted: CancellationToken,
}

/// A place among the strangers; given up when dropped.
pub(crate) struct Stranger {
    id: u64,
    strangers: Arc<Strangers>,
    evicted: CancellationToken,
}

impl Strangers {
    pub(super) fn new(config: &Config, environment: &Arc<dyn Environment>) -> Self {
        Self {
            most: config.strangers,
            drop_from: config.drop_from,
            environment: Arc::clone(environment),
            present: Mutex::default(),
        }
    }

    /// Gives a new stranger a place; says of which address another lost theirs for it.
    pub(super) fn enter(self: &Arc<Self>, network: Network) -> (Stranger, Option<Network>) {
        // Drawn before the lock: nothing of the caller's runs under it.
        let (chance, pick) = (self.draw(), self.draw());
        let mut present = self.lock();
        let evicted = if self.is_crowded(present.all.len(), chance) { present.evict(pick) } else { None };
        present.last_id += 1;
        let (id, token) = (present.last_id, CancellationToken::new());
        present.all.push(Entry { id, network, evicted: token.clone() });
        (Stranger { id, strangers: Arc::clone(self), evicted: token }, evicted)
    }

    /// Whether a new one takes another's place: never below `drop_from`, always at `most`, and linearly between.
    fn is_crowded(&self, present: usize, chance: u32) -> bool {
        if present >= self.most {
            return true;
        }
        let (above, span) = (present.saturating_sub(self.drop_from), self.most.saturating_sub(self.drop_from));
        u64::from(chance) * (span as u64) < (above as u64) << u32::BITS
    }

    fn draw(&self) -> u32 {
        u32::from_le_bytes(random(&*self.environment))
    }

    fn lock(&self) -> MutexGuard<'_, Present> {
        self.present.lock().expect("no panic under this lock")
    }
}

impl Present {
    /// Evicts one of those whose address has the most.
    fn evict(&mut self, pick: u32) -> Option<Network> {
        let mut counts: HashMap<Network, usize> = HashMap::new();
        for entry in &self.all {
            *counts.entry(entry.network).or_default() += 1;
        }
        let most = counts.values().max()?;
        let candidates: Vec<usize> =
            (0..self.all.len()).filter(|index| counts[&self.all[*index].network] == *most).collect();
        let evicted = self.all.swap_remove(candidates[pick as usize % candidates.len()]);
        evicted.evicted.cancel();
        Some(evicted.network)
    }
}

impl Stranger {
    /// Waits until the place is another's.
    pub(crate) fn evicted(&self) -> impl Future<Output = ()> + Send + use<> {
        self.evicted.clone().cancelled_owned()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.strangers.lock().all.retain(|entry| entry.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::System;
    use std::net::{IpAddr, Ipv4Addr};

    fn network(number: u32) -> Network {
        Network::of(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    fn strangers() -> Arc<Strangers> {
        let environment: Arc<dyn Environment> = Arc::new(System);
        Arc::new(Strangers::new(&Config::default(), &environment))
    }

    #[test]
    fn the_chance_to_lose_a_place_rises_from_none_at_128_to_certainty_at_256() {
        let strangers = strangers();
        let half = 1 << 31;
        let cases = [
            (128, 0, false),
            (129, 0, true),
            (191, half, false),
            (193, half, true),
            (255, u32::MAX, false),
            (256, u32::MAX, true),
        ];
        for (present, chance, is_crowded) in cases {
            assert_eq!(strangers.is_crowded(present, chance), is_crowded, "{present} are there");
        }
    }

    #[test]
    fn a_flood_from_one_address_evicts_its_own_and_nobody_elses() {
        let strangers = strangers();
        let (other, evicted) = strangers.enter(network(1));
        assert_eq!(evicted, None);
        let mut flood = Vec::new();

        for _ in 0..1_000 {
            let (stranger, evicted) = strangers.enter(network(2));
            assert!(evicted.is_none_or(|evicted| evicted == network(2)));
            flood.push(stranger);
            flood.retain(|stranger| !stranger.evicted.is_cancelled());
            assert!(strangers.lock().all.len() <= 256);
        }

        assert!(!other.evicted.is_cancelled());
        drop(flood);
        assert_eq!(strangers.lock().all.len(), 1, "a place is given up with its holder");
    }

    #[test]
    fn a_new_one_is_never_the_one_to_go() {
        let strangers = strangers();
        let mut all = Vec::new();
        for number in 0..1_000 {
            let (stranger, _) = strangers.enter(network(number));
            assert!(!stranger.evicted.is_cancelled());
            all.push(stranger);
        }
        assert_eq!(all.iter().filter(|stranger| !stranger.evicted.is_cancelled()).count(), strangers.lock().all.len());
    }
}
