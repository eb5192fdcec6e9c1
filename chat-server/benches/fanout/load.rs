//! What is done to a server, and what is measured meanwhile.

mod closed;

use crate::figures::Figures;
use crate::options::Options;
use crate::subject::Subject;
pub(crate) use closed::Closed;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    Closed(Closed),
}

impl Load {
    pub(crate) fn run(self, subject: Subject, options: &Options) -> Figures {
        match self {
            Self::Closed(closed) => closed.run(subject, options.window),
        }
    }

    /// Connections at once.
    pub(crate) fn connections(self) -> u64 {
        match self {
            Self::Closed(closed) => closed.members,
        }
    }
}
