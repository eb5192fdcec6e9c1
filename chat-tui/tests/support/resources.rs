//! What a process holds and has used, as the system tells it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;

/// Of the clock in which the system counts the processor's time.
const TICK: Duration = Duration::from_millis(10);

#[derive(Debug, Clone, Copy)]
pub struct Resources {
    pub resident_kib: u64,
    /// The most that it ever was.
    pub resident_most_kib: u64,
    pub descriptors: u64,
    pub threads: u64,
    /// Of the processor, for itself and in the system.
    pub used: Duration,
}

impl Resources {
    pub fn of(process: i32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let field = |name: &str| number(status.lines().find_map(|line| line.strip_prefix(name)).unwrap());
        Self {
            resident_kib: field("VmRSS:"),
            resident_most_kib: field("VmHWM:"),
            descriptors: std::fs::read_dir(format!("/proc/{process}/fd")).unwrap().count() as u64,
            threads: field("Threads:"),
            used: used(process),
        }
    }
}

fn number(text: &str) -> u64 {
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn used(process: i32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let behind_name = stat.rsplit_once(')').unwrap().1;
    let ticks: u32 = behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u32>().unwrap()).sum();
    TICK * ticks
}

/// Allows this process, and those that it starts, so many open files.
pub fn raise_descriptors(wanted: u64) {
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if limit.current.is_some_and(|current| current < allowed) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), ..limit }).unwrap();
    }
    assert!(allowed == wanted, "the machine allows only {allowed} open files, and {wanted} are needed");
}
