//! What came out of a run.

use std::collections::BTreeMap;
use std::time::Duration;

macro_rules! figures {
    ($($(#[$doc:meta])* $figure:ident $unit:literal $key:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Figure { $($(#[$doc])* $figure,)* }

        impl Figure {
            pub(crate) const ALL: &[Self] = &[$(Self::$figure,)*];

            /// For people.
            pub(crate) fn unit(self) -> &'static str {
                match self { $(Self::$figure => $unit,)* }
            }

            /// For machines.
            pub(crate) fn key(self) -> &'static str {
                match self { $(Self::$figure => $key,)* }
            }
        }
    };
}

figures! {
    /// Of the processor, by the server, for a million deliveries.
    CpuPerMillion "CPU s/M" "cpu_seconds_per_million",
    /// Million deliveries in a second.
    Rate "M/s" "millions_per_second",
    /// From a post to its delivery, half of the time.
    P50 "p50 ms" "p50_ms",
    P99 "p99 ms" "p99_ms",
    Max "max ms" "max_ms",
    /// The same before somebody stopped reading.
    P99Before "p99 before" "p99_before_ms",
    /// What that costs the others.
    P99Growth "p99 growth" "p99_growth",
    /// Memory that is held while somebody does not read, beyond what was held before.
    Buffered "buffered MiB" "buffered_mib",
    /// Memory for each member who does nothing.
    PerMember "KiB/member" "kib_per_member",
    /// Until all are inside, but for the signatures they had to make.
    Join "join s" "join_seconds",
    /// The same but for checking these signatures, as one processor does alone.
    JoinBesideChecks "w/o checks s" "join_seconds_beside_checks",
    /// Of the processor, by the server, for each who joins.
    CpuPerJoin "CPU ms/join" "cpu_ms_per_join",
    /// The share of those who resumed a session of TLS.
    Resumed "resumed" "resumed_share",
    /// Deliveries that did not happen, or not in order.
    Lost "lost" "lost",
    /// The most memory that the server held.
    Peak "peak MiB" "peak_mib",
}

/// Those that a run has.
pub(crate) type Figures = BTreeMap<Figure, f64>;

/// How long deliveries took.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn note(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// Milliseconds that so many of a hundred did not exceed; nothing if nothing was delivered.
    pub(crate) fn percentile_ms(&mut self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let place = last * percent / 100;
        match self.0.is_empty() {
            true => f64::NAN,
            false => self.0.select_nth_unstable(place).1.as_secs_f64() * 1e3,
        }
    }
}

/// The one in the middle, of an even number the lower of the two; nothing of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}
