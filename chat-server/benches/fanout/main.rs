//! What a delivery costs: the real server, seen from outside, beside the least that is possible, and beside others.
//!
//! ```text
//! options > workload > load: for each repetition, for each subject in turn
//!                       |
//!                       |- server (process): processor, memory        our own, floor_server, Redis, NATS
//!                       `- crowd > line > channel, member (subject)   everybody who is connected, in one thread
//! measured > table, target
//! ```
//!
//! `cargo bench -p chat-server --bench fanout -- --only "fanout N=100",rooms --repetitions 5`; `--help` tells the rest.
//! The main figure is the processor's time that the server takes for a million deliveries (a delivery is one message
//! received by one connection): it means something on a busy machine too, times and rates do not. Whatever is compared
//! was measured one after the other in the same repetition; the table shows medians, of ratios as well. Fails if our
//! own server loses anything. What is kept on disk is kept in the system's directory for temporary files (`TMPDIR`).

#![expect(clippy::unwrap_used, reason = "a measurement ends when something is wrong")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it tells what it finds")]
#![expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "nothing happens 2^52 times")]

mod channel;
mod crowd;
mod descriptors;
mod figures;
mod floor_server;
mod inbox;
mod letter;
mod line;
mod load;
mod measured;
mod options;
mod process;
mod subject;
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;
mod target;
mod workloads;

use clap::Parser;
use measured::Measured;
use options::Options;
use std::process::ExitCode;
use workloads::Workload;

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|word| word == floor_server::WORD) {
        floor_server::serve();
    }
    let options = Options::parse();
    let wanted = workloads::all().into_iter().filter(|workload| options.wants_workload(workload));
    let measured: Vec<_> = wanted.filter_map(|workload| measure(workload, &options)).collect();
    if options.json {
        println!("{}", measured.iter().map(table::json).collect::<serde_json::Value>());
    }
    match measured.iter().any(Measured::has_losses) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Nothing if the machine does not allow it.
fn measure(workload: Workload, options: &Options) -> Option<Measured> {
    if let Err(reason) = descriptors::allow(workload.load.connections()) {
        eprintln!("{} is left out: {reason}", workload.name);
        return None;
    }
    let measured = Measured::of(workload, options);
    if !options.json {
        table::print(&measured);
    }
    Some(measured)
}
