//! What something takes: of the processor's time, and on the wall. They differ where others work on the same machine.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

pub(crate) struct Cost {
    processor: Duration,
    wall: Duration,
}

pub(crate) struct Clock {
    processor: Duration,
    wall: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { processor: of_this_thread(), wall: Instant::now() }
    }

    pub(crate) fn stop(&self) -> Cost {
        Cost { processor: of_this_thread().saturating_sub(self.processor), wall: self.wall.elapsed() }
    }
}

fn of_this_thread() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

pub(crate) fn row(what: &str, costs: Vec<Cost>) {
    let (processor, wall) = costs.into_iter().map(|cost| (cost.processor, cost.wall)).unzip();
    println!("    {what:<38} {} | {}", within(processor), within(wall));
}

/// In milliseconds: 50 of 100, 99 of 100, all.
fn within(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let of_100 = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    [50, 99, 100].map(|percent| format!("{:>8.3}", of_100(percent))).join(" ")
}
