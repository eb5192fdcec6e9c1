//! How many threads serve.

use std::num::NonZero;
use std::thread::available_parallelism;

/// The processors that this process may use; one where nobody can tell.
pub(super) fn available() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// Half of them, but at least one.
pub(super) fn half_of(processors: usize) -> usize {
    (processors / 2).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_processors_serve_and_never_none() {
        let threads = [1, 2, 3, 4, 64].map(half_of);

        assert_eq!(threads, [1, 1, 1, 2, 32]);
    }
}
