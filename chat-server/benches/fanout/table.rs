//! What was measured, for people and for machines.

use crate::figures::Figure;
use crate::measured::Measured;
use crate::subject::Subject;
use serde_json::{Map, Value, json};

/// A row for each subject: how its main figure compares, and the medians of all. Then the targets.
pub(crate) fn print(measured: &Measured) {
    let workload = &measured.workload;
    let has = |figure: &Figure| measured.subjects.iter().any(|subject| measured.figure(*subject, *figure).is_some());
    let columns: Vec<_> = Figure::ALL.iter().copied().filter(has).collect();
    print!("{:<18}{:>9}", workload.name, format!("× {}", workload.beside[0].name()));
    for figure in &columns {
        print!("{:>13}", figure.unit());
    }
    println!();
    for subject in &measured.subjects {
        println!("  {:<16}{}", subject.name(), row(measured, *subject, &columns));
    }
    for target in &workload.targets {
        if let Some(value) = target.value(measured) {
            println!("  {:<40}{} {}", target.to_string(), shown(value), target.judge(value));
        }
    }
    println!();
}

fn row(measured: &Measured, subject: Subject, columns: &[Figure]) -> String {
    if !subject.is_installed() {
        return "    is not installed".to_owned();
    }
    let Some(main) = columns.first() else { return String::new() };
    let ratio = measured.ratio(subject, &measured.workload.beside[..1], *main);
    let figures = columns.iter().map(|figure| cell(measured.figure(subject, *figure), 13));
    std::iter::once(cell(ratio, 9)).chain(figures).collect()
}

fn cell(value: Option<f64>, width: usize) -> String {
    format!("{:>width$}", value.map_or("–".to_owned(), shown))
}

/// Three digits that count.
fn shown(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        ..10.0 => format!("{value:.3}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// All there is: of each subject each figure in each repetition.
pub(crate) fn json(measured: &Measured) -> Value {
    let subjects = measured.subjects.iter().map(|subject| (subject.name().to_owned(), figures(measured, *subject)));
    let targets = measured.workload.targets.iter().map(|target| {
        let value = target.value(measured);
        let verdict = value.map(|value| target.judge(value).to_string());
        json!({ "target": target.to_string(), "value": value, "verdict": verdict })
    });
    json!({
        "workload": measured.workload.name,
        "subjects": subjects.collect::<Map<_, _>>(),
        "targets": targets.collect::<Vec<_>>(),
    })
}

fn figures(measured: &Measured, subject: Subject) -> Value {
    let values = Figure::ALL.iter().map(|figure| (figure.key(), measured.values(subject, *figure)));
    let values = values.filter(|(_, values)| !values.is_empty());
    Value::Object(values.map(|(key, values)| (key.to_owned(), json!(values))).collect())
}
