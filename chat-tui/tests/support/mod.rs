//! The real server as a process, and people with real links to it, whose every event is judged.

#![allow(dead_code, unreachable_pub, reason = "every target uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

pub mod binary;
pub mod book;
pub mod company;
pub mod home;
pub mod line;
pub mod person;
pub mod program;
pub mod resources;

use std::time::Duration;

/// How long anything may take before a test gives up: three times the longest that is promised.
pub const PATIENCE: Duration = Duration::from_secs(90);
