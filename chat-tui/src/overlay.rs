//! What lies over a screen: the help, a question, an invite, what is known of a person, what a search found, the
//! switcher, the themes, the links of a message, a picker, or a server that is not trusted.

pub mod crowd;
pub mod distrust;
pub mod help;
pub mod invite;
pub mod links;
pub mod person;
pub mod question;
pub mod react;
pub mod search;
pub mod switcher;
pub mod themes;

use crate::people::Whois;
use crate::share::View;
use chat_proto::PersonId;
pub use question::Question;

/// At most one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The help, from this row on.
    Help {
        row: usize,
    },
    Question(Question),
    /// Why the server is not trusted, from this row on.
    Distrust {
        row: usize,
    },
    /// What is known of somebody.
    Whois(Whois),
    /// The reader's own key and names.
    WhoAmI,
    /// One side of the invite that `State::invitation` holds.
    Invite(View),
    /// What the search of that name in the state found.
    Search,
    /// The switcher of that name in the state.
    Switcher,
    /// The list of people, with one of them chosen.
    Crowd(PersonId),
    /// The themes, with this row chosen.
    Themes {
        row: usize,
    },
    /// What the picker of the state offers to react with.
    React,
    /// The links of a message, which the state holds.
    Links,
}

impl Overlay {
    /// Whether nothing goes on before it is answered.
    pub fn asks(self) -> bool {
        matches!(self, Self::Question(_) | Self::Distrust { .. })
    }
}
