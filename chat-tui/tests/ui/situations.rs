//! What a client can come into, in a window of any size: what the screens and the keys begin with.

pub(crate) mod overlays;
pub(crate) mod prompt;
pub(crate) mod room;
pub(crate) mod rooms;

pub(crate) const ALICES: (u64, &str) = (1, "alice");
pub(crate) const BOB: (u64, &str) = (2, "bob");
pub(crate) const CAROL: (u64, &str) = (3, "carol");
