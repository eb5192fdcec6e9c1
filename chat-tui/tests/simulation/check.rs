//! The invariants, a checker each: every one is told all that happens, and complains of what must not.

mod access;
mod completeness;
mod cursor;
mod durability;
mod fencing;
mod held;
mod honesty;
mod idle;
mod isolation;
mod liveness;
mod once;
mod one_order;
mod outbox;
mod publishing;
mod sender_order;
mod view;

use crate::fact::{Fact, Moment};

/// One invariant.
pub(crate) trait Checker: Send {
    /// Looks at what happens.
    ///
    /// # Errors
    /// The invariant does not hold: a sentence that says how.
    fn judge(&mut self, moment: &Moment<'_>, fact: &Fact<'_>) -> Result<(), String>;
}

/// Every checker, under the number of its invariant.
pub(crate) fn all() -> Vec<(&'static str, Box<dyn Checker>)> {
    vec![
        ("I1", Box::<one_order::OneOrder>::default()),
        ("I2", Box::<durability::Durability>::default()),
        ("I3", Box::<once::Once>::default()),
        ("I4", Box::<publishing::Publishing>::default()),
        ("I5", Box::<completeness::Completeness>::default()),
        ("I6", Box::<cursor::Cursors>::default()),
        ("I7", Box::<outbox::Outboxes>::default()),
        ("I8", Box::<honesty::Honesty>::default()),
        ("I9", Box::<sender_order::SenderOrder>::default()),
        ("I10", Box::<fencing::Fencing>::default()),
        ("I11", Box::<isolation::Isolation>::default()),
        ("I12", Box::<held::Held>::default()),
        ("I13", Box::<liveness::Liveness>::default()),
        ("I14", Box::<access::Access>::default()),
        ("I15", Box::<idle::IdleDiscovery>::default()),
    ]
}
