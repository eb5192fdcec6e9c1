//! What is measured, and what is to come out: one row for each workload.

use crate::load::{Closed, Load};
use crate::subject::Subject;

pub(crate) struct Workload {
    /// A group and what tells it from the others of the group.
    pub(crate) name: &'static str,
    pub(crate) load: Load,
    /// What is measured.
    pub(crate) subject: Subject,
    /// In turn with these.
    pub(crate) beside: &'static [Subject],
}

impl Workload {
    /// In the order in which they are measured.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = Subject> + Clone {
        std::iter::once(self.subject).chain(self.beside.iter().copied())
    }

    /// Whose cost is 1.
    pub(crate) fn base(&self) -> Subject {
        self.beside[0]
    }
}

const PEERS: &[Subject] = &[Subject::Floor];

const fn fan_out(name: &'static str, members: u64, senders: usize, bytes: usize, in_flight: u32) -> Workload {
    let load = Load::Closed(Closed { members, senders, in_flight, bytes });
    Workload { name, load, subject: Subject::Ours, beside: PEERS }
}

pub(crate) const WORKLOADS: &[Workload] = &[
    fan_out("fanout N=10", 10, 1, 64, 64),
    fan_out("fanout N=100", 100, 1, 64, 64),
    fan_out("fanout N=1000", 1000, 1, 64, 64),
    fan_out("fanout N=100 S=4", 100, 4, 64, 64),
    fan_out("fanout N=1000 S=4", 1000, 4, 64, 64),
    fan_out("fanout N=100 512B", 100, 1, 512, 64),
    fan_out("fanout N=1000 512B", 1000, 1, 512, 64),
    fan_out("fanout N=100 W=1", 100, 1, 64, 1),
    fan_out("fanout N=1000 W=1", 1000, 1, 64, 1),
];
