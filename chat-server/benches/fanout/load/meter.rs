//! What something cost a server, from its beginning to its end.

use crate::figures::{Figure, Figures, Latencies};
use crate::process::{Server, Usage};
use std::time::{Duration, Instant};

pub(super) struct Meter<'a> {
    server: &'a Server,
    used: Usage,
    began: Instant,
}

impl<'a> Meter<'a> {
    pub(super) fn begin(server: &'a Server) -> Self {
        Self { server, used: server.usage(), began: Instant::now() }
    }

    /// So many deliveries, and how long they took.
    pub(super) fn deliveries(&self, count: u64, lost: u64, mut latencies: Latencies) -> Figures {
        let (took, used) = (self.took(), self.server.usage().since(&self.used));
        let count = count as f64;
        Figures::from([
            (Figure::CpuPerMillion, used.as_secs_f64() / count * 1e6),
            (Figure::Rate, count / 1e6 / took.as_secs_f64()),
            (Figure::P50, latencies.percentile_ms(50)),
            (Figure::P99, latencies.percentile_ms(99)),
            (Figure::Max, latencies.percentile_ms(100)),
            (Figure::Lost, lost as f64),
            (Figure::Peak, self.peak_mib()),
        ])
    }

    /// So many joined, who needed so long to sign.
    pub(super) fn joins(&self, count: u64, signed: Duration, check: Duration) -> Figures {
        let (took, used) = (self.took(), self.server.usage().since(&self.used));
        let (join, count) = (took.saturating_sub(signed).as_secs_f64(), count as f64);
        Figures::from([
            (Figure::Join, join),
            (Figure::JoinBesideChecks, join - check.as_secs_f64() * count),
            (Figure::CpuPerJoin, used.as_secs_f64() * 1e3 / count),
            (Figure::Peak, self.peak_mib()),
        ])
    }

    fn took(&self) -> Duration {
        self.began.elapsed()
    }

    fn peak_mib(&self) -> f64 {
        self.server.peak_kib() / 1024.0
    }
}
