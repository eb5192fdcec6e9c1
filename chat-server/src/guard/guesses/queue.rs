//! Who waits to try a code: the addresses take turns.

use super::Network;
use std::collections::{HashMap, VecDeque};
use tokio::sync::oneshot;

/// Who waits, by address.
#[derive(Default)]
pub(super) struct Queue {
    waiting: HashMap<Network, VecDeque<oneshot::Sender<()>>>,
    turns: VecDeque<Network>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(super) fn enter(&mut self, network: Network) -> oneshot::Receiver<()> {
        let (call, called) = oneshot::channel();
        let waiting = self.waiting.entry(network).or_default();
        if waiting.is_empty() {
            self.turns.push_back(network);
        }
        waiting.push_back(call);
        called
    }

    /// Calls the next one of the address whose turn it is; says whether anybody was there.
    pub(super) fn call_next(&mut self) -> bool {
        let Some(network) = self.turns.pop_front() else { return false };
        let Some(waiting) = self.waiting.get_mut(&network) else { return false };
        let is_there = waiting.pop_front().is_some_and(|call| call.send(()).is_ok());
        if waiting.is_empty() {
            self.waiting.remove(&network);
        } else if is_there {
            self.turns.push_back(network);
        } else {
            // Nobody had the turn.
            self.turns.push_front(network);
        }
        is_there
    }

    pub(super) fn sweep(&mut self) {
        self.waiting.retain(|_, waiting| {
            waiting.retain(|call| !call.is_closed());
            !waiting.is_empty()
        });
        self.turns.retain(|network| self.waiting.contains_key(network));
    }
}
