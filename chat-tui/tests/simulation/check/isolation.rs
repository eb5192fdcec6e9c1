//! I11: nobody's connection ends because of what somebody else says: only the weather, the disk, the clock and the
//! server's end do that.

use super::Checker;
use crate::fact::{Client, Fact, Moment, Wire};
use chat_tui::link::{LinkEvent, Trouble};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Default)]
pub(super) struct Isolation {
    /// The connections of each client whose end it has not told yet, the oldest first.
    open: BTreeMap<Client, VecDeque<Wire>>,
    /// Those that have a reason to end.
    harmed: BTreeSet<Wire>,
}

impl Checker for Isolation {
    fn judge(&mut self, _: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Connected(wire) => self.open.entry(wire.client).or_default().push_back(*wire),
            Fact::Harmed(wire) => drop(self.harmed.insert(*wire)),
            // Whoever has slept does not wait long for the first answer.
            Fact::Crashed | Fact::Stopped | Fact::InDoubt | Fact::Jumped => {
                self.harmed.extend(self.open.values().flatten());
            }
            Fact::Told(client, LinkEvent::Down { trouble, .. }) => return self.down(*client, trouble),
            _ => {}
        }
        Ok(())
    }
}

impl Isolation {
    fn down(&mut self, client: Client, trouble: &Trouble) -> Result<(), String> {
        if let Trouble::NoServer(_) = trouble {
            return Ok(());
        }
        let ended = self.open.entry(client).or_default().pop_front();
        match (ended, trouble) {
            (_, Trouble::Misbehaves(how)) => Err(format!("{client:?} says that the server misbehaves: {how}")),
            (Some(wire), _) if self.harmed.contains(&wire) => Ok(()),
            (ended, _) => Err(format!("{ended:?} ended without a reason: {trouble:?}")),
        }
    }
}
