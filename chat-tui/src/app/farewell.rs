//! How the loop ends, and what of it is a failure.

use std::io;

/// Why the client did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the terminal cannot be used")]
    Terminal(#[from] io::Error),
    /// A sentence for whoever wrote the lines.
    #[error("{0}")]
    Unsettled(String),
}

/// Why the loop ended.
#[derive(Debug)]
pub(super) enum Farewell {
    Quit,
    /// The terminal is gone, or somebody outside asked for the end.
    Hangup,
    Terminal(io::Error),
    /// The lines are at an end, and not all of it became something.
    Unsettled(String),
}

impl From<io::Error> for Farewell {
    fn from(error: io::Error) -> Self {
        // Whichever is told first: the drawing that fails, or the thread that waits for the hang-up.
        match error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) {
            true => Self::Hangup,
            false => Self::Terminal(error),
        }
    }
}

/// Why the loop ends at a hang-up: `update` asks to quit then, but nobody is left to wait for.
pub(super) fn hurried(told: Result<(), Farewell>) -> Farewell {
    match told {
        Err(Farewell::Terminal(error)) => Farewell::Terminal(error),
        Ok(()) | Err(Farewell::Quit | Farewell::Hangup | Farewell::Unsettled(_)) => Farewell::Hangup,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hangup_is_no_quit() {
        assert!(matches!(hurried(Err(Farewell::Quit)), Farewell::Hangup));
        assert!(matches!(hurried(Ok(())), Farewell::Hangup));
    }
}
