//! What the server holds while all this goes on, and whether it grows.

use crate::support::program::Program;
use crate::support::resources::Resources;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Looks, over the whole time.
const SAMPLES: u32 = 40;
/// Of 100 looks those at the beginning: the cache of the history fills as it grows (8 MiB), and the allocator takes
/// what it needs.
const WARM_UP: usize = 50;
/// What memory may grow by from the end of that to the end of all, in hundredths and beyond that in KiB.
const GROWTH: (u64, u64) = (5, 2 * 1024);
/// Connections that are being cut or made, and files of the moment.
const DESCRIPTORS: u64 = 32;
/// Those that read from the disk come and go.
const THREADS: u64 = 4;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    at: Duration,
    held: Resources,
}

/// Looks in a thread of its own, which nothing holds up.
pub(crate) struct Watch {
    over: Sender<()>,
    samples: JoinHandle<Vec<Sample>>,
}

impl Watch {
    pub(crate) fn begin(server: &Program, time: Duration) -> Self {
        let (over, is_over) = mpsc::channel();
        let (process, began) = (server.process(), Instant::now());
        let samples = std::thread::spawn(move || {
            let mut samples = Vec::new();
            while is_over.recv_timeout(time / SAMPLES) == Err(RecvTimeoutError::Timeout) {
                let sample = Sample { at: began.elapsed(), held: Resources::of(process) };
                println!("{}", sample.line());
                samples.push(sample);
            }
            samples
        });
        Self { over, samples }
    }

    pub(crate) fn end(self) -> Vec<Sample> {
        drop(self.over);
        self.samples.join().unwrap()
    }
}

impl Sample {
    fn line(&self) -> String {
        let Resources { resident_kib, descriptors, threads, used, .. } = self.held;
        let (at, used) = (self.at.as_secs(), used.as_secs_f64());
        format!(
            "{at:>5} s  {resident_kib:>8} KiB  {descriptors:>5} descriptors  {threads:>3} threads  {used:>7.1} s used"
        )
    }
}

/// Says whether the server grew after it was warm, and returns whether it did not.
pub(crate) fn tell(samples: &[Sample]) -> bool {
    let warm = &samples[samples.len() * WARM_UP / 100..];
    // Of three looks the middle one: a commit or a search of the moment is no growth.
    let ends = [&warm[..3], &warm[warm.len() - 3..]];
    let [kib_before, kib_after] = ends.map(|three| middle(three, |held| held.resident_kib));
    let [open_before, open_after] = ends.map(|three| middle(three, |held| held.descriptors));
    let [threads_before, threads_after] = ends.map(|three| middle(three, |held| held.threads));
    let seconds = warm[warm.len() - 1].at.saturating_sub(warm[0].at).as_secs().max(1);
    let slope = (kib_after.cast_signed() - kib_before.cast_signed()) * 60 / seconds.cast_signed();
    println!("after it was warm: {kib_before} KiB, then {kib_after} KiB ({slope:+} KiB a minute)");
    println!("{open_before} descriptors, then {open_after}; {threads_before} threads, then {threads_after}");
    kib_after <= kib_before + kib_before * GROWTH.0 / 100 + GROWTH.1
        && open_after <= open_before + DESCRIPTORS
        && threads_after <= threads_before + THREADS
}

fn middle(three: &[Sample], of: impl Fn(&Resources) -> u64) -> u64 {
    let mut values: Vec<_> = three.iter().map(|sample| of(&sample.held)).collect();
    values.sort_unstable();
    values[values.len() / 2]
}
