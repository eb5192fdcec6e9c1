//! What the program does around a server: its places on disk, its socket, its limits, its signals, and what it prints.

pub(crate) mod announcement;
pub(crate) mod descriptors;
pub(crate) mod history;
pub(crate) mod place;
pub(crate) mod signals;
pub(crate) mod socket;
pub(crate) mod upkeep;
