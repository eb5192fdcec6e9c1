//! What lies over a screen: the help, or a question.

pub mod help;
pub mod question;

pub use question::Question;

/// At most one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The help, from this row on.
    Help {
        row: usize,
    },
    Question(Question),
}
