//! What was measured, for people.

use crate::figures::Figure;
use crate::measured::Measured;

/// The medians of each subject, and how often the floor's cost goes into its own.
pub(crate) fn print(measured: &Measured) {
    for subject in measured.workload.subjects() {
        let figures = Figure::ALL.into_iter().filter_map(|figure| {
            let value = measured.figure(subject, figure)?;
            Some(format!("{} {}", shown(value), figure.unit()))
        });
        let ratio = measured.ratio(subject, measured.workload.base(), Figure::CpuPerMillion);
        let ratio = ratio.map_or(String::new(), |ratio| format!("×{ratio:.2}"));
        println!("  {:<6} {ratio:>6}  {}", subject.name(), figures.collect::<Vec<_>>().join("  "));
    }
}

/// Three digits that count.
fn shown(value: f64) -> String {
    match value.abs() {
        0.0 => "     0".to_owned(),
        ..10.0 => format!("{value:>6.3}"),
        ..100.0 => format!("{value:>6.2}"),
        _ => format!("{value:>6.0}"),
    }
}
