//! Real links, a real server; a network, a disk, a clock and people that do their worst. One seed is one run.
//!
//! ```text
//! person -> link -> network (cuts, stalls, swallows) -> server -> disk (refuses, lies, loses) -> journal
//!   all of it -> chronicle -> trace, and a checker for each invariant
//! ```
//!
//! A failing seed is printed with the command that runs it again. Deliberate bugs show that each checker catches its
//! own.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod bug;
mod check;
mod disk;
mod entropy;
mod fact;
mod hoarder;
mod hostile;
#[path = "../support/line.rs"]
#[expect(unreachable_pub, reason = "other targets use it as well")]
mod line;
mod machine;
mod network;
mod person;
mod runs;
mod scene;

use bug::BUGS;
use fact::Trace;

/// Seeds of an ordinary run; [`runs::seeds`] takes others.
const SEEDS: u64 = 40;
/// Seeds within which a checker must have caught its bug.
const SEEDS_TO_CATCH: u64 = 1_000;

#[test]
fn nothing_is_lost_and_nothing_comes_twice_under_any_fault() {
    let results = runs::each(runs::seeds(0..SEEDS), runs::run_twice, Result::is_err);
    let (good, bad): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    let entries: u64 = good.iter().flatten().map(|told| told.entries).sum();
    assert!(entries > 10 * good.len() as u64, "nothing was said: only {entries} entries");
}

#[test]
fn every_checker_catches_its_own_bug() {
    for (bug, checker) in BUGS {
        let caught = runs::each(
            0..SEEDS_TO_CATCH,
            |seed| runs::run(seed, Some(*bug), Trace::Hashed).is_caught_by(checker),
            |is_caught| *is_caught,
        );
        assert!(caught.contains(&true), "{checker} has not caught a bug that {bug:?}, in {SEEDS_TO_CATCH} seeds");
    }
}

#[test]
#[ignore = "one run, which the others start in a process of its own"]
fn one_run() {
    runs::tell_own();
}
