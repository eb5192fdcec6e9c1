//! What a delivery costs, without a clock: instructions of the real binary, counted by valgrind.
//!
//! Twice the same script, once with more rounds: the difference is what the rounds cost, whatever start, logins and
//! stop do. Only what the program itself executes is counted; the system's part is a write for each member and round.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

#[path = "support/program.rs"]
mod program;
mod support;

use chat_proto::codec::to_bytes;
use chat_proto::{ClientFrame, EntryBody, RoomId};
use program::{Running, command};
use rustix::process::Signal;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::Peer;
use support::scratch::Scratch;
use tokio::net::TcpStream;

const MEMBERS: u64 = 50;
const FEW_ROUNDS: u64 = 20;
const MANY_ROUNDS: u64 = 60;

/// How many messages are said at once, and how many instructions the delivery of one of them to one member takes.
///
/// Whoever changes a number has measured it, and says in the commit what it buys. A delivery that has become cheaper is
/// written down as well, or the next ones could waste what was won.
const COSTS: [(u64, u64); 2] = [(1, 1_900), (32, 140)];
/// In hundredths: what may change unnoticed.
const TOLERANCE: u64 = 10;

/// The program, counted into `counts`.
fn counted(state: &Path, counts: &Path) -> Command {
    // The same on every machine.
    let flags = [
        "--threads=1",
        "--posts=unlimited",
        "--post-bytes=unlimited",
        "--room-posts=unlimited",
        "--requests=unlimited",
    ];
    let plain = command(state, &flags);
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", counts.display()));
    counted.arg(plain.get_program()).args(plain.get_args()).env("STATE_DIRECTORY", state).env_remove("CHAT_LOG");
    counted.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    counted
}

/// All instructions of a server in which so much is said.
async fn instructions(rounds: u64, at_once: u64) -> u64 {
    let scratch = Scratch::new();
    let counts = scratch.path().join("counts");
    let running = Running::start(&mut counted(scratch.path(), &counts));
    talk(&running, rounds, at_once).await;
    assert_eq!(running.stop(Signal::TERM), Some(0));
    let counted = fs::read_to_string(counts).unwrap();
    let total = counted.lines().find_map(|line| line.strip_prefix("totals: ")).expect("a total");
    total.trim().parse().unwrap()
}

/// One member speaks, and nobody speaks again before all have heard it.
async fn talk(running: &Running, rounds: u64, at_once: u64) {
    let mut alice = member(running, "alice").await;
    let room = alice.create().await;
    let mut others = Vec::new();
    for number in 1..MEMBERS {
        let mut other = member(running, &format!("member{number}")).await;
        other.join(room.code).await;
        others.push(other);
    }
    for round in 0..rounds {
        say(&mut alice, room.room, round * at_once, at_once).await;
        for other in &mut others {
            heard(other, at_once).await;
        }
    }
}

async fn member(running: &Running, name: &str) -> Peer {
    Peer::new(TcpStream::connect(running.address()).await.unwrap()).logged_in(name).await
}

/// Says so many things in one write, and hears them with what became of them.
async fn say(alice: &mut Peer, room: RoomId, said: u64, at_once: u64) {
    let posts =
        (1..=at_once).map(|n| alice.post(room, said + n, "a line of about the length that people write in a chat"));
    let posts: Vec<u8> = posts.flat_map(|post| to_bytes(0, &ClientFrame::from(post))).collect();
    alice.send_bytes(&posts).await;
    heard(alice, at_once).await;
}

async fn heard(peer: &mut Peer, at_once: u64) {
    let mut messages = 0;
    while messages < at_once {
        let entries = peer.entries(1).await;
        messages += entries.iter().filter(|entry| matches!(entry.body, EntryBody::Message(_))).count() as u64;
    }
}

#[tokio::test]
#[ignore = "needs valgrind, and an optimised build"]
async fn a_delivery_costs_what_it_cost_before() {
    for (at_once, expected) in COSTS {
        let few = instructions(FEW_ROUNDS, at_once).await;
        let many = instructions(MANY_ROUNDS, at_once).await;

        let deliveries = (MANY_ROUNDS - FEW_ROUNDS) * at_once * MEMBERS;
        let cost = (many - few) / deliveries;
        println!("{at_once} at once: {cost} instructions a delivery, {expected} expected");
        assert!(
            cost.abs_diff(expected) * 100 <= expected * TOLERANCE,
            "a delivery of {at_once} messages at once takes {cost} instructions, not {expected}"
        );
    }
}
