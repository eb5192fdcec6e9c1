//! What is measured, and what is to come out: one row for each workload.

use crate::figures::Figure::{Buffered, JoinBesideChecks, P99, P99Growth, Peak, PerMember, Rate};
use crate::load::{Closed, Load, Open, Pace, Rooms};
use crate::subject::Subject::{self, Floor, Nats, Ours, OursOnDisk, OursOverTls, OursOverTlsAnew, Redis};
use crate::target::Target;

pub(crate) struct Workload {
    /// A group, and what tells it from the others of the group.
    pub(crate) name: &'static str,
    /// What is measured.
    pub(crate) subject: Subject,
    /// In turn with these, of which the first is what all are compared with.
    pub(crate) beside: &'static [Subject],
    pub(crate) load: Load,
    pub(crate) targets: Vec<Target>,
}

const PEERS: &[Subject] = &[Floor, Redis, Nats];
const HALLS_1K: Rooms = Rooms { count: 10, members: 100 };
const HALLS_10K: Rooms = Rooms { count: 100, members: 100 };
/// Whoever comes in is announced to two others on average, and not to fifty.
const TABLES_10K: Rooms = Rooms { count: 2000, members: 5 };

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Workload> {
    let cpu = Target::cpu;
    let fan_out_10 = vec![cpu(2.0, &[Floor]), cpu(0.8, &[Redis]), cpu(0.65, &[Nats])];
    let fan_out_100 =
        vec![cpu(1.3, &[Floor]), cpu(0.55, &[Redis]), cpu(0.3, &[Nats]), Target::at_least(7.0, Rate)];
    let fan_out_1000 = vec![
        cpu(1.4, &[Floor]), cpu(0.5, &[Redis]), cpu(0.35, &[Nats]),
        Target::times(0.6, &[Redis], P99), Target::times(1.0, &[Redis], Peak),
    ];
    let many_senders = vec![cpu(1.8, &[Floor]), cpu(0.5, &[Redis]), cpu(0.2, &[Nats])];
    let large = vec![cpu(1.4, &[Floor]), cpu(0.35, &[Redis]), cpu(0.25, &[Nats])];
    let one_by_one = vec![
        cpu(1.15, &[Floor]), cpu(1.0, &[Redis, Nats]), cpu(0.65, &[Nats]), Target::times(1.0, &[Redis, Nats], P99),
    ];
    let rooms_5k = vec![cpu(1.4, &[Floor]), cpu(0.6, &[Nats]), Target::at_most(1.0, P99)];
    let rooms_20k = vec![cpu(1.3, &[Floor]), cpu(1.1, &[Redis]), cpu(0.85, &[Nats])];
    let idle = vec![
        Target::at_most(4.0, PerMember),
        Target::times(0.5, &[Redis], PerMember), Target::times(0.2, &[Nats], PerMember),
    ];
    let joining = vec![Target::at_most(0.7, JoinBesideChecks)];
    let slow = vec![
        Target::at_most(1.3, P99Growth), Target::times(1.0, &[Redis], P99Growth), Target::at_most(1.0, Buffered),
    ];
    vec![
        ours("fanout N=10",        closed(10, 1, 64, 64),    fan_out_10),
        ours("fanout N=100",       closed(100, 1, 64, 64),   fan_out_100),
        ours("fanout N=1000",      closed(1000, 1, 64, 64),  fan_out_1000),
        ours("fanout N=100 S=4",   closed(100, 4, 64, 64),   many_senders.clone()),
        ours("fanout N=1000 S=4",  closed(1000, 4, 64, 64),  many_senders),
        ours("fanout N=100 512B",  closed(100, 1, 512, 64),  large.clone()),
        ours("fanout N=1000 512B", closed(1000, 1, 512, 64), large),
        ours("fanout N=100 W=1",   closed(100, 1, 64, 1),    one_by_one.clone()),
        ours("fanout N=1000 W=1",  closed(1000, 1, 64, 1),   one_by_one),
        ours("rooms 5k/s",         open(5_000),              rooms_5k),
        ours("rooms 20k/s",        open(20_000),             rooms_20k),
        ours("idle 1k",            Load::Idle(HALLS_1K),     idle.clone()),
        ours("idle 10k",           Load::Idle(HALLS_10K),    idle),
        ours("idle 10k by five",   Load::Idle(TABLES_10K),   joining),
        ours("slow",               Load::Slow(Rooms::one_of(100)), slow),
        beside_plain("tls N=100",  OursOverTls, closed(100, 1, 64, 64), vec![cpu(3.0, &[Ours])]),
        Workload {
            beside: &[Ours, OursOverTlsAnew],
            ..beside_plain("tls storm", OursOverTls, Load::Storm(HALLS_1K), vec![])
        },
        beside_plain("disk N=100", OursOnDisk,  closed(100, 1, 64, 64), vec![]),
    ]
}

fn ours(name: &'static str, load: Load, targets: Vec<Target>) -> Workload {
    Workload { name, subject: Ours, beside: PEERS, load, targets }
}

/// Another way to run our own server.
fn beside_plain(name: &'static str, subject: Subject, load: Load, targets: Vec<Target>) -> Workload {
    Workload { name, subject, beside: &[Ours], load, targets }
}

/// One room of so many, of whom so many post so many bytes, with so many messages of each on their way.
fn closed(members: usize, senders: usize, bytes: usize, in_flight: u32) -> Load {
    Load::Closed(Closed { rooms: Rooms::one_of(members), senders, in_flight, bytes })
}

/// A thousand rooms of five, in which so many messages are posted in a second.
fn open(rate: u32) -> Load {
    Load::Open(Open { rooms: Rooms { count: 1000, members: 5 }, pace: Pace { rate, bytes: 64 } })
}

impl Workload {
    /// Whether it is called so, or its group.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.name.split(' ').next() == Some(name)
    }

    /// In the order in which they are measured.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = Subject> + Clone {
        std::iter::once(self.subject).chain(self.beside.iter().copied())
    }
}
