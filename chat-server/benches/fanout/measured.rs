//! A workload's figures, of each subject in each repetition.

use crate::figures::{Figure, Figures, median};
use crate::options::Options;
use crate::subject::Subject;
use crate::workloads::Workload;
use std::collections::BTreeMap;

pub(crate) struct Measured {
    pub(crate) workload: &'static Workload,
    repetitions: Vec<BTreeMap<Subject, Figures>>,
}

impl Measured {
    /// Takes the subjects in turn, so that what else goes on meets all of them.
    pub(crate) fn of(workload: &'static Workload, options: &Options) -> Self {
        let subjects = workload.subjects().filter(|subject| options.wants_subject(*subject));
        let run = |subject: Subject| (subject, workload.load.run(subject, options));
        let repetitions = (0..options.repetitions).map(|_| subjects.clone().map(run).collect()).collect();
        Self { workload, repetitions }
    }

    /// The median, if the subject was measured.
    pub(crate) fn figure(&self, subject: Subject, figure: Figure) -> Option<f64> {
        self.median(|figures| figures.get(&subject)?.get(&figure).copied())
    }

    /// How often the other's figure goes into the subject's, in the middle of the repetitions.
    pub(crate) fn ratio(&self, subject: Subject, other: Subject, figure: Figure) -> Option<f64> {
        self.median(|figures| Some(figures.get(&subject)?.get(&figure)? / figures.get(&other)?.get(&figure)?))
    }

    /// Of all subjects in all repetitions.
    pub(crate) fn sum(&self, figure: Figure) -> f64 {
        self.repetitions.iter().flat_map(BTreeMap::values).filter_map(|figures| figures.get(&figure)).sum()
    }

    fn median(&self, of: impl Fn(&BTreeMap<Subject, Figures>) -> Option<f64>) -> Option<f64> {
        self.repetitions.iter().map(of).collect::<Option<Vec<_>>>().filter(|values| !values.is_empty()).map(median)
    }
}
