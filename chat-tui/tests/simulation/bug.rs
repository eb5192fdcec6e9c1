//! Deliberate bugs: each stands in a part of the simulation, never in the program, and must be caught by its checker.

/// What is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// After a crash, the disk holds two entries in each other's place.
    SwapsEntries,
    /// The disk says that it has written, and loses that in a crash.
    LosesWrites,
    /// The log forgets at every start which posts it has.
    ForgetsPosts,
    /// The log tells before it has written.
    TellsEarly,
    /// An entry is lost on the way to one client, without a trace.
    LeavesHoles,
    /// A client comes back behind where it stopped.
    SkipsAhead,
    /// What a client had not sent is gone when it starts again.
    LosesOutbox,
    /// The disk says that it will not write what it writes a moment later.
    DeniesWrites,
    /// What one client says is written in another order.
    Reorders,
    /// A server that has crashed goes on with what was on its way to it.
    Lingers,
    /// A cut of one connection cuts another.
    Spreads,
    /// Servers hold everything for whoever does not read.
    Hoards,
    /// Servers hold what they may for each, however many there are.
    Squanders,
    /// The disk does not answer, for ever.
    FallsSilent,
    /// Whoever was removed from a room still reads it.
    Leaks,
    /// The last entries are lost on the way, and the server does not say that there were any.
    HidesTail,
}

/// Every bug, with the checker that must catch it.
pub(crate) const BUGS: &[(Bug, &str)] = &[
    (Bug::SwapsEntries, "I1"),
    (Bug::LosesWrites, "I2"),
    (Bug::ForgetsPosts, "I3"),
    (Bug::TellsEarly, "I4"),
    (Bug::LeavesHoles, "I5"),
    (Bug::SkipsAhead, "I6"),
    (Bug::LosesOutbox, "I7"),
    (Bug::DeniesWrites, "I8"),
    (Bug::Reorders, "I9"),
    (Bug::Lingers, "I10"),
    (Bug::Spreads, "I11"),
    (Bug::Hoards, "I12"),
    (Bug::Squanders, "I12"),
    (Bug::FallsSilent, "I13"),
    (Bug::Leaks, "I14"),
    (Bug::HidesTail, "I15"),
];

impl Bug {
    /// The bug that is called so.
    pub(crate) fn called(name: &str) -> Option<Self> {
        BUGS.iter().map(|(bug, _)| *bug).find(|bug| format!("{bug:?}") == name)
    }
}
