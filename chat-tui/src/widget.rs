//! The parts of the screens: each has its data, what changes it, and how it is drawn.

pub mod completions;
pub mod composer;
pub mod find;
pub mod members;
pub mod paint;
pub mod rooms;
pub mod status;
pub mod timeline;
pub mod typing;
