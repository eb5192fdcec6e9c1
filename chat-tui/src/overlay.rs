//! What lies over a screen: the help, or a question.

pub mod help;
pub mod person;
pub mod question;

use crate::people::Whois;
pub use question::Question;

/// At most one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The help, from this row on.
    Help {
        row: usize,
    },
    Question(Question),
    /// What is known of somebody.
    Whois(Whois),
    /// The reader's own key and names.
    WhoAmI,
}
