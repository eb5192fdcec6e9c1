//! What came out of a run.

use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Figure {
    /// Seconds of the processor that the server used for a million deliveries.
    CpuPerMillion,
    /// Deliveries in a second.
    Rate,
    /// Milliseconds from a post to its delivery, half of the time.
    P50,
    P99,
    Max,
    /// Deliveries that did not happen, or not in order.
    Lost,
    /// The most memory that the server held, in MiB.
    PeakMib,
}

impl Figure {
    pub(crate) const ALL: [Self; 7] =
        [Self::CpuPerMillion, Self::Rate, Self::P50, Self::P99, Self::Max, Self::Lost, Self::PeakMib];

    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::CpuPerMillion => "CPU s/M",
            Self::Rate => "M/s",
            Self::P50 => "p50 ms",
            Self::P99 => "p99 ms",
            Self::Max => "max ms",
            Self::Lost => "lost",
            Self::PeakMib => "peak MiB",
        }
    }
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

    pub(crate) fn figures(mut self) -> Figures {
        self.0.sort_unstable();
        let at = |share: f64| {
            let place = (self.0.len() as f64 * share) as usize;
            self.0.get(place.min(self.0.len().saturating_sub(1))).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        [(Figure::P50, at(0.5)), (Figure::P99, at(0.99)), (Figure::Max, at(1.0))].into()
    }
}

/// The one in the middle; of an even number the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}
