//! Facts on their way to whatever keeps them, in the order in which they became so.
//!
//! Noted under the lock under which they became so, handed over under none.

use crate::environment::{Environment, Moment};
use crate::log::record::Fact;
use crate::log::{Logs, Written};
use chat_proto::frame::Durability;
use std::sync::{Arc, Mutex, MutexGuard};

/// What is to be kept of people, or of codes.
pub(crate) struct Ledger {
    logs: Arc<dyn Logs>,
    environment: Arc<dyn Environment>,
    is_kept: bool,
    noted: Mutex<Vec<Fact>>,
    /// Held by whoever hands over, so that nobody passes them.
    handing: Mutex<()>,
}

impl Ledger {
    /// An empty one, for `logs`.
    pub(crate) fn new(logs: &Arc<dyn Logs>, environment: &Arc<dyn Environment>) -> Self {
        Self {
            is_kept: logs.durability() != Durability::Memory,
            logs: Arc::clone(logs),
            environment: Arc::clone(environment),
            noted: Mutex::default(),
            handing: Mutex::default(),
        }
    }

    /// This moment, by both clocks.
    pub(crate) fn moment(&self) -> Moment {
        Moment::now(&*self.environment)
    }

    /// Notes what is so from now on. What is gone with the process is not asked for.
    pub(crate) fn note(&self, fact: impl FnOnce() -> Fact) {
        if self.is_kept {
            let fact = fact();
            self.lock().push(fact);
        }
    }

    /// Hands over what was noted.
    pub(crate) fn hand_over(&self) {
        let _handing = self.handing.lock().expect("no panic under this lock");
        let facts = std::mem::take(&mut *self.lock());
        if !facts.is_empty() {
            drop(self.logs.keep(facts));
        }
    }

    /// The same; resolves when everything that was ever noted is as safe as it gets.
    pub(crate) fn written(&self) -> Written {
        if !self.is_kept {
            return Written::at_once();
        }
        let _handing = self.handing.lock().expect("no panic under this lock");
        let facts = std::mem::take(&mut *self.lock());
        // Also without any: somebody else may have handed over what the caller waits for, and it comes before.
        self.logs.keep(facts)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fact>> {
        self.noted.lock().expect("no panic under this lock")
    }
}
