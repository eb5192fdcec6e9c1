//! What is looked for in a log, and what was found.
//!
//! Every log finds the same: a word is a run of letters and digits, compared without case and diacritics.

use chat_proto::frame::{Beyond, Hit};
use chat_proto::{Nick, PersonId, Seq, UnixMillis};

/// One thing that must be in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// These words, one after the other; usually one.
    Phrase(Vec<String>),
    /// These words, of which the last may go on.
    Beginning(Vec<String>),
}

/// Who must have said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Under this name, or one that looks like it,
    pub name: Nick,
    /// or this person, whose name it is now, under whatever name.
    pub person: Option<PersonId>,
}

/// What to look for; all of it must be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// In the message. Folded: lower case, no diacritics.
    pub terms: Vec<Term>,
    /// By whom.
    pub from: Option<Speaker>,
    /// Not before.
    pub since: Option<UnixMillis>,
    /// Before.
    pub until: Option<UnixMillis>,
    /// Only entries before this one.
    pub before: Seq,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// The newest first, at most [`SEARCH_HITS`](chat_proto::limits::SEARCH_HITS).
    pub hits: Vec<Hit>,
    /// Whether there are more.
    pub beyond: Beyond,
}
