//! `send`, `tail`, `invite` and `identity`: the client without a screen, for pipes and scripts; and its manual.

mod account;
pub mod identity;
pub mod invite;
pub mod manual;
pub mod send;
pub mod tail;
pub mod trust;

use std::io::{self, ErrorKind};
use std::process::ExitCode;
use std::time::Duration;

/// How a script ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Done,
    /// As it should, with something to tell.
    DoneSaying(String),
    /// Refused; the sentence says why.
    Refused(String),
    /// Nobody can tell whether it was done.
    Unanswered(String),
}

impl Ending {
    /// What the caller's shell sees.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::Done | Self::DoneSaying(_) => ExitCode::SUCCESS,
            Self::Refused(_) => ExitCode::from(1),
            Self::Unanswered(_) => ExitCode::from(3),
        }
    }

    /// What is said on standard error.
    pub fn sentence(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::DoneSaying(sentence) | Self::Refused(sentence) | Self::Unanswered(sentence) => Some(sentence),
        }
    }
}

fn no_answer_within(patience: Duration) -> String {
    format!("no answer within {} s", patience.as_secs_f64())
}

/// How printing ended. Whoever no longer reads has seen enough.
fn printed(outcome: io::Result<()>) -> Ending {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Ending::Refused(format!("cannot print: {error}")),
        _ => Ending::Done,
    }
}
