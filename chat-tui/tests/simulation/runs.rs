//! A process per run, so that one seed is one run, whatever ran before it.
//!
//! `CHAT_SIMULATION_SEEDS=1000..100000` runs these seeds, `CHAT_SIMULATION_SEEDS=17` one.

use crate::bug::Bug;
use crate::fact::{Trace, Verdict};
use crate::scene;
use std::env;
use std::ops::Range;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Which run a process is: a seed, and perhaps a bug and whether to print everything.
const RUN: &str = "CHAT_SIMULATION_RUN";
/// Which seeds to run.
const SEEDS: &str = "CHAT_SIMULATION_SEEDS";
/// What stands before everything that a run tells.
const MARK: &str = "simulation:";
/// What stands before its results.
const VERDICT: &str = "verdict";
const VIOLATION: &str = "violation";

/// What one run told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) seed: u64,
    pub(crate) hash: String,
    pub(crate) facts: u64,
    pub(crate) entries: u64,
    pub(crate) violations: Vec<String>,
    trace: Vec<String>,
}

impl Told {
    /// Whether a checker complained.
    pub(crate) fn is_caught_by(&self, checker: &str) -> bool {
        self.violations.iter().any(|violation| violation.starts_with(&format!("{checker} ")))
    }
}

/// The seeds to run: as asked for, or these.
pub(crate) fn seeds(usual: Range<u64>) -> Range<u64> {
    let Ok(asked) = env::var(SEEDS) else { return usual };
    let parse =
        |number: &str| number.trim().parse::<u64>().unwrap_or_else(|_| panic!("{SEEDS}={asked} is no seed, nor 1..9"));
    match asked.split_once("..") {
        Some((from, to)) => parse(from)..parse(to),
        None => parse(&asked)..parse(&asked) + 1,
    }
}

/// The run that this process is, told on its output.
pub(crate) fn tell_own() {
    let asked = env::var(RUN).unwrap_or_else(|_| "0".to_owned());
    let mut words = asked.split(' ');
    let seed = words.next().and_then(|seed| seed.parse().ok()).expect("a seed");
    let rest: Vec<&str> = words.collect();
    let bug = rest.iter().find_map(|word| Bug::called(word));
    let trace = if rest.contains(&"whole") { Trace::Whole } else { Trace::Hashed };
    let Verdict { facts, hash, violations, entries } = scene::run(seed, bug, trace);
    tell(&format!("{VERDICT} {hash:016x} {facts} {entries}"));
    for violation in violations {
        tell(&format!("{VIOLATION} {violation}"));
    }
}

/// Tells something to the process that started this one. The test harness may have begun the line.
#[expect(clippy::print_stdout, reason = "what a run tells, it tells to the process that started it")]
pub(crate) fn tell(line: &str) {
    println!("\n{MARK} {line}");
}

/// Runs a seed in a process of its own.
pub(crate) fn run(seed: u64, bug: Option<Bug>, trace: Trace) -> Told {
    let bug = bug.map_or_else(String::new, |bug| format!(" {bug:?}"));
    let whole = if trace == Trace::Whole { " whole" } else { "" };
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "one_run", "--ignored", "--nocapture", "--test-threads=1"])
        .env(RUN, format!("{seed}{bug}{whole}"))
        .output()
        .expect("this program can be started again");
    let words = String::from_utf8_lossy(&output.stdout);
    let lines = words.lines().filter_map(|line| line.strip_prefix(MARK)).map(|line| line.trim().to_owned());
    let (results, trace) =
        lines.partition::<Vec<_>, _>(|line| line.starts_with(VERDICT) || line.starts_with(VIOLATION));
    let behind =
        |mark| results.iter().filter_map(move |line| line.strip_prefix(mark)).map(|line| line.trim().to_owned());
    let Some(verdict) = behind(VERDICT).next() else {
        panic!("seed {seed} did not come to its end: {}\n{}", replay(seed), String::from_utf8_lossy(&output.stderr));
    };
    let mut numbers = verdict.split(' ');
    let hash = numbers.next().unwrap_or_default().to_owned();
    let mut number = || numbers.next().and_then(|number| number.parse().ok()).expect("what a run tells");
    let (facts, entries) = (number(), number());
    Told { seed, hash, facts, entries, violations: behind(VIOLATION).collect(), trace }
}

/// How to see a run again.
pub(crate) fn replay(seed: u64) -> String {
    format!("{SEEDS}={seed} cargo test -p chat-tui --test simulation")
}

/// Runs a seed twice; its run, if nothing is wrong with it.
///
/// # Errors
/// What is wrong: a checker that complains, or two runs that differ, with the first thing in which they do.
pub(crate) fn run_twice(seed: u64) -> Result<Told, String> {
    let (first, second) = (run(seed, None, Trace::Hashed), run(seed, None, Trace::Hashed));
    if first.hash != second.hash {
        return Err(format!("seed {seed} is not one run\n{}\n{}", first_difference(seed), replay(seed)));
    }
    match first.violations.first() {
        None => Ok(first),
        Some(_) => Err(format!("seed {seed}: {:#?}\n{}", first.violations, replay(seed))),
    }
}

fn first_difference(seed: u64) -> String {
    let (first, second) = (run(seed, None, Trace::Whole), run(seed, None, Trace::Whole));
    let differs = first.trace.iter().zip(&second.trace).find(|(first, second)| first != second);
    differs.map_or_else(|| "one is longer".to_owned(), |(first, second)| format!("{first}\n{second}"))
}

/// Does something for each seed, on all processors; stops early when it says so.
pub(crate) fn each<T: Send>(
    seeds: Range<u64>,
    act: impl Fn(u64) -> T + Sync,
    is_enough: impl Fn(&T) -> bool + Sync,
) -> Vec<T> {
    let (next, results) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let result = act(seed);
            if is_enough(&result) {
                next.store(seeds.end, Ordering::Relaxed);
            }
            results.lock().unwrap().push(result);
        }
    };
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (0..workers).for_each(|_| drop(scope.spawn(work)));
    });
    results.into_inner().unwrap()
}
