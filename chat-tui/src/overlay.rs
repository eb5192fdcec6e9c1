//! What lies over a screen: the help, a question, or an invite.

pub mod help;
pub mod invite;
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
    /// One side of the invite that `State::invitation` holds.
    Invite(invite::View),
}
