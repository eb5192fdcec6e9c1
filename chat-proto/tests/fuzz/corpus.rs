//! A corpus: a directory of inputs, each a file.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Tries every input of the corpus at `directory`, as seen from the crate, and names those that break what holds.
pub(crate) fn replay(directory: &str, holds: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let inputs = std::fs::read_dir(&directory).expect("a directory of inputs");
    let inputs: Vec<PathBuf> = inputs.map(|input| input.expect("a file").path()).collect();
    assert!(inputs.len() >= 20, "{} is no corpus", directory.display());

    let breaks = |input: &Path| {
        let bytes = std::fs::read(input).expect("a file that can be read");
        catch_unwind(|| holds(&bytes)).is_err()
    };
    let broken: Vec<_> = inputs.iter().filter(|input| breaks(input)).collect();
    assert!(broken.is_empty(), "{broken:?}");
}
