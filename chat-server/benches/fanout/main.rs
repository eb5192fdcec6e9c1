//! What a delivery costs: the real server, seen from outside, beside the least that is possible.
//!
//! ```text
//! options > workload > for each repetition, for each subject in turn: server (process) < load > crowd (line, member)
//!                                                                     `- usage, memory      `- deliveries, latencies
//! ```
//!
//! `cargo bench -p chat-server --bench fanout -- --only "fanout N=100" --seconds 1`. The main figure is the processor's time
//! that the server uses for a million deliveries: it means something on a busy machine too, times do not. All ratios are
//! of subjects that were measured one after the other, the median of all repetitions. Fails if anything is lost.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement ends when something is wrong, and prints")]
#![expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "nothing happens 2^52 times")]

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
mod workloads;

use clap::Parser;
use figures::Figure;
use measured::Measured;
use options::Options;
use std::process::ExitCode;
use workloads::{WORKLOADS, Workload};

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|word| word == floor_server::WORD) {
        floor_server::serve();
    }
    let options = Options::parse();
    let wanted = WORKLOADS.iter().filter(|workload| options.wants(workload.name));
    let measured: Vec<_> = wanted.filter_map(|workload| measure(workload, &options)).collect();
    match measured.iter().all(|measured| measured.sum(Figure::Lost) == 0.0) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn measure(workload: &'static Workload, options: &Options) -> Option<Measured> {
    println!("{}", workload.name);
    if let Err(reason) = descriptors::allow(workload.load.connections()) {
        println!("  {reason}");
        return None;
    }
    let measured = Measured::of(workload, options);
    table::print(&measured);
    Some(measured)
}
