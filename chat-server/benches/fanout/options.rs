//! What was typed.

use crate::subject::Subject;
use crate::workloads::{self, Workload};
use clap::Parser;
use std::time::Duration;

/// Measures the server beside others. Everything has an end: some minutes for all workloads.
#[derive(Parser)]
pub(crate) struct Options {
    /// Workloads, or groups of them: fanout, rooms, idle, slow, tls, disk.
    #[arg(long, value_delimiter = ',', value_parser = workload)]
    pub(crate) only: Vec<String>,
    /// Servers: ours, ours-tls, ours-tls-anew, ours-disk, floor, redis, nats.
    #[arg(long, value_delimiter = ',', value_parser = subject)]
    pub(crate) subjects: Vec<Subject>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 3)]
    pub(crate) repetitions: usize,
    /// For how long messages are posted in each workload.
    #[arg(long = "seconds", default_value = "2", value_parser = seconds)]
    pub(crate) window: Duration,
    /// Prints every figure of every repetition as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// What cargo says to every benchmark.
    #[arg(long = "bench", hide = true)]
    _bench: bool,
}

impl Options {
    pub(crate) fn wants_workload(&self, workload: &Workload) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| workload.is_called(name))
    }

    pub(crate) fn wants(&self, subject: Subject) -> bool {
        self.subjects.is_empty() || self.subjects.contains(&subject)
    }
}

fn workload(name: &str) -> Result<String, String> {
    let workloads = workloads::all();
    let names = workloads.iter().map(|workload| workload.name);
    match workloads.iter().any(|workload| workload.is_called(name)) {
        true => Ok(name.to_owned()),
        false => Err(format!("it is one of {}, or the first word of some", names.collect::<Vec<_>>().join(", "))),
    }
}

fn subject(name: &str) -> Result<Subject, String> {
    let known = Subject::ALL.into_iter().find(|subject| subject.name() == name);
    known.ok_or_else(|| format!("it is one of {}", Subject::ALL.map(Subject::name).join(", ")))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "it is a number above 0".to_owned())
}
