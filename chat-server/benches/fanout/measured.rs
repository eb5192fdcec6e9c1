//! A workload's figures, of each subject in each repetition.

use crate::figures::{Figure, Figures, median};
use crate::options::Options;
use crate::subject::Subject;
use crate::workloads::Workload;
use std::collections::BTreeMap;

pub(crate) struct Measured {
    pub(crate) workload: Workload,
    /// Those that were asked for, installed or not.
    pub(crate) subjects: Vec<Subject>,
    repetitions: Vec<BTreeMap<Subject, Figures>>,
}

impl Measured {
    /// Takes the subjects in turn, so that what else goes on meets all of them.
    pub(crate) fn of(workload: Workload, options: &Options) -> Self {
        let subjects: Vec<_> = workload.subjects().filter(|subject| options.wants(*subject)).collect();
        let run = |subject: &Subject| (*subject, workload.load.run(*subject, options.window));
        let turn = |_| subjects.iter().filter(|subject| subject.is_installed()).map(run).collect();
        let repetitions = (0..options.repetitions).map(turn).collect();
        Self { workload, subjects, repetitions }
    }

    /// What came out in each repetition.
    pub(crate) fn values(&self, subject: Subject, figure: Figure) -> Vec<f64> {
        self.repetitions.iter().filter_map(|figures| value(figures, subject, figure)).collect()
    }

    /// The median, if the subject was measured and has the figure.
    pub(crate) fn figure(&self, subject: Subject, figure: Figure) -> Option<f64> {
        median(self.values(subject, figure))
    }

    /// How many times the best of the others it is, in the middle of the repetitions.
    pub(crate) fn ratio(&self, subject: Subject, others: &[Subject], figure: Figure) -> Option<f64> {
        let ratio = |figures: &BTreeMap<_, _>| {
            let best = others.iter().filter_map(|other| value(figures, *other, figure)).reduce(f64::min)?;
            Some(value(figures, subject, figure)? / best)
        };
        median(self.repetitions.iter().filter_map(ratio).collect())
    }

    /// Whether our own server ever lost anything.
    pub(crate) fn has_losses(&self) -> bool {
        let ours = self.subjects.iter().filter(|subject| subject.is_ours());
        ours.flat_map(|subject| self.values(*subject, Figure::Lost)).any(|lost| lost > 0.0)
    }
}

fn value(figures: &BTreeMap<Subject, Figures>, subject: Subject, figure: Figure) -> Option<f64> {
    figures.get(&subject)?.get(&figure).copied()
}
