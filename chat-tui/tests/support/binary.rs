//! Where the real server is.

#![allow(unreachable_pub, reason = "several targets share it")]
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

use std::path::PathBuf;
use std::process::Command;

/// The server's binary, beside the client's. Built here if only the client's tests were.
pub fn binary() -> PathBuf {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_chat-tui")).with_file_name("chat-server");
    if !binary.exists() {
        let (profile, target) = (binary.parent().unwrap(), binary.ancestors().nth(2).unwrap());
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--workspace", "--bin", "chat-server", "--target-dir"]).arg(target);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success(), "the server must build");
    }
    binary
}
