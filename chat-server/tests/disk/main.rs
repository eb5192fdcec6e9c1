//! F2, F3, F4, F6, F7: what people notice when the disk loses its power, fails, fills up or takes its time, and what is
//! there afterwards.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "../support/mod.rs"]
mod support;

mod failing;
mod full;
mod growing;
mod power;
mod slow;
mod speaker;
mod trace;

use chat_proto::frame::Join;
use chat_proto::frame::Stay;
use std::ffi::OsString;
use std::path::Path;
use support::process::{Process, command, words};

/// A server in `home` that nothing happens to.
async fn healthy(home: &Path) -> Process {
    Process::start(command(&[], &words(home, &[]))).await.expect("a server that starts")
}

/// A server in `home` under strace, which tampers with every way to ask the disk for safety; or how it ended at once.
async fn tampered(home: &Path, how: &str) -> Result<Process, support::process::Ended> {
    let both = format!("inject=fsync,fdatasync:{how}");
    // As a grandchild (-D), so that the server is the process that was started.
    let strace = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &both];
    Process::start(command(&strace.map(OsString::from), &words(home, &[]))).await
}

fn join(code: [u8; 4]) -> Join {
    Join { code: code.to_vec().into(), stay: Stay::Resident, secret: None }
}
