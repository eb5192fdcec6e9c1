//! What somebody takes who is there and says nothing, without a clock: memory of the real binary, counted by valgrind.
//!
//! Twice the same script, once with more members: the difference is what the members take, whatever the server takes
//! itself. What the allocator adds to each block is not in it, which is why blocks are counted as well.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "support/program.rs"]
mod program;
mod support;

use program::{Running, command};
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::Peer;
use support::scratch::Scratch;
use tokio::net::TcpStream;

const ROOMS_OF: u64 = 100;
const FEW_MEMBERS: u64 = 200;
const MANY_MEMBERS: u64 = 400;

/// What an idle member takes, in a room of a hundred. Whoever changes a number has measured it, and says in the commit
/// what it buys. What has become less is written down as well, or the next ones could waste what was won.
const BYTES: u64 = 2_493;
const BLOCKS: u64 = 14;
/// In hundredths: what may change unnoticed.
const TOLERANCE: u64 = 5;

/// All that a server holds at the moment at which it holds most.
struct Held {
    bytes: u64,
    blocks: u64,
}

/// The program, counted into `counts`.
fn counted(state: &Path, counts: &Path) -> Command {
    let plain = command(state, &["--requests=unlimited"]);
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=dhat", "--quiet"]).arg(format!("--dhat-out-file={}", counts.display()));
    counted.arg(plain.get_program()).args(plain.get_args()).env("STATE_DIRECTORY", state).env_remove("CHAT_LOG");
    counted.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    counted
}

/// What a server holds with so many members.
async fn held_with(members: u64) -> Held {
    let scratch = Scratch::new();
    let counts = scratch.path().join("counts");
    let running = Running::start(&mut counted(scratch.path(), &counts));
    for peer in come_in(&running, members).await {
        // One after the other as well: there is no more to hold than before.
        peer.bye().await;
    }
    assert_eq!(running.stop(Signal::TERM), Some(0));
    let counts: Value = serde_json::from_str(&fs::read_to_string(counts).unwrap()).unwrap();
    let places = counts["pps"].as_array().unwrap();
    let all = |of: &str| places.iter().map(|place| place[of].as_u64().unwrap()).sum();
    Held { bytes: all("gb"), blocks: all("gbk") }
}

/// One after the other, so that a run is like any other.
async fn come_in(running: &Running, members: u64) -> Vec<Peer> {
    let mut everybody: Vec<Peer> = Vec::new();
    let mut code = None;
    for number in 0..members {
        let stream = TcpStream::connect(running.address()).await.unwrap();
        let mut peer = Peer::new(stream).logged_in(&format!("member{number}")).await;
        match code.filter(|_| number % ROOMS_OF != 0) {
            None => code = Some(peer.create().await.code),
            Some(code) => drop(peer.join(code).await),
        }
        everybody.push(peer);
    }
    everybody
}

#[tokio::test]
#[ignore = "needs valgrind, and an optimised build"]
async fn an_idle_member_takes_what_it_took_before() {
    let few = held_with(FEW_MEMBERS).await;
    let many = held_with(MANY_MEMBERS).await;

    let members = MANY_MEMBERS - FEW_MEMBERS;
    let (bytes, blocks) = ((many.bytes - few.bytes) / members, (many.blocks - few.blocks) / members);
    println!("an idle member takes {bytes} bytes in {blocks} blocks, {BYTES} in {BLOCKS} expected");
    assert!(bytes.abs_diff(BYTES) * 100 <= BYTES * TOLERANCE, "{bytes} bytes, not {BYTES}");
    assert!(blocks.abs_diff(BLOCKS) * 100 <= BLOCKS * TOLERANCE, "{blocks} blocks, not {BLOCKS}");
}
