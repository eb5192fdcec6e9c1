//! What is to come out of a workload.

use crate::figures::Figure;
use crate::measured::Measured;
use crate::subject::Subject;
use std::fmt;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) figure: Figure,
    /// Times what the best of these has; by itself if there are none.
    pub(crate) than: &'static [Subject],
    pub(crate) bound: Bound,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Reached,
    Missed,
}

impl Target {
    pub(crate) const fn at_most(amount: f64, figure: Figure) -> Self {
        Self { figure, than: &[], bound: Bound::AtMost(amount) }
    }

    pub(crate) const fn at_least(amount: f64, figure: Figure) -> Self {
        Self { figure, than: &[], bound: Bound::AtLeast(amount) }
    }

    pub(crate) const fn times(amount: f64, than: &'static [Subject], figure: Figure) -> Self {
        Self { figure, than, bound: Bound::AtMost(amount) }
    }

    /// What the processor's time for a delivery may be.
    pub(crate) const fn cpu(amount: f64, than: &'static [Subject]) -> Self {
        Self::times(amount, than, Figure::CpuPerMillion)
    }

    /// What came out; nothing if not all that it takes was measured.
    pub(crate) fn value(&self, measured: &Measured) -> Option<f64> {
        match self.than {
            [] => measured.figure(measured.workload.subject, self.figure),
            than => measured.ratio(measured.workload.subject, than, self.figure),
        }
    }

    pub(crate) fn judge(&self, value: f64) -> Verdict {
        let is_reached = match self.bound {
            Bound::AtMost(most) => value <= most,
            Bound::AtLeast(least) => value >= least,
        };
        if is_reached { Verdict::Reached } else { Verdict::Missed }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, amount) = match self.bound {
            Bound::AtMost(most) => ('≤', most),
            Bound::AtLeast(least) => ('≥', least),
        };
        write!(f, "{} {sign} {amount}", self.figure.unit())?;
        let names: Vec<_> = self.than.iter().map(|subject| subject.name()).collect();
        if names.is_empty() { Ok(()) } else { write!(f, " × {}", names.join(" or ")) }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reached => "reached",
            Self::Missed => "missed",
        })
    }
}
