//! The document about reliability names tests, and each of them is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../docs/reliability.md");
/// Names of tests are sentences; names of fewer words are something else.
const WORDS_LEAST: usize = 4;

/// Every test that the document names.
fn named() -> BTreeSet<&'static str> {
    let quoted = DOCUMENT.split('`').skip(1).step_by(2);
    let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    quoted.filter(is_name).filter(|name| name.split('_').count() >= WORDS_LEAST).collect()
}

/// Every source below a directory, one after the other.
fn sources(directory: &Path, all: &mut String) {
    for entry in fs::read_dir(directory).expect("a directory of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
            all.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the top");
    let mut all = String::new();
    for part in ["chat-proto", "chat-server", "chat-tui"] {
        sources(&top.join(part).join("src"), &mut all);
        sources(&top.join(part).join("tests"), &mut all);
    }

    let is_there = |name: &str| ["fn", "def"].iter().any(|word| all.contains(&format!("{word} {name}(")));
    let missing: Vec<_> = named().into_iter().filter(|name| !is_there(name)).collect();

    assert!(missing.is_empty(), "docs/reliability.md names tests that are not there: {missing:#?}");
    assert!(named().len() > 50, "the document names hardly any test");
}
