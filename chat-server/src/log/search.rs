//! What is looked for in a log, and what was found.
//!
//! Every log finds the same: words as `fold` makes them, in phrases and beginnings, and nothing else. What
//! is typed has no operators; `AND`, `-`, `%` or a parenthesis is a word like any other, or none.

use super::fold::{self, Word};
use bytes::Bytes;
use chat_proto::frame::{Beyond, Hit, Search};
use chat_proto::limits::{SEARCH_BYTES, SEARCH_TERMS};
use chat_proto::name::NickError;
use chat_proto::{Author, Nick, PersonId, Seq, UnixMillis};
use std::collections::HashMap;
use std::time::Duration;

/// How long a search may take before it is given up with what it has found.
pub const SEARCH_TIME: Duration = Duration::from_millis(50);

/// Why something typed cannot be looked for. Each is a sentence for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Not UTF-8.
    #[error("only text can be looked for")]
    NotText,
    /// More than [`SEARCH_BYTES`].
    #[error("at most {SEARCH_BYTES} bytes can be looked for: type less of it")]
    TooLong,
    /// More than [`SEARCH_TERMS`].
    #[error("at most {SEARCH_TERMS} words and phrases can be looked for at once: leave the common ones out")]
    TooMany,
    /// Neither a word nor a person nor a time.
    #[error("a search needs a word, of letters or digits, or somebody who said it, or a time")]
    Nothing,
    /// Nobody can be called so.
    #[error("nobody is called that: {0}")]
    Whose(#[from] NickError),
}

/// One thing that must be in a message. Words are folded, and there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// These words, one after the other; usually one.
    Phrase(Vec<String>),
    /// These words, of which the last may go on.
    Beginning(Vec<String>),
}

/// Who must have said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
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
    pub from: Option<Whose>,
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

impl Whose {
    /// Whom the name in a [`Search`] means; nobody in particular if it is empty. `holder` knows whose a name is now.
    ///
    /// # Errors
    /// [`SearchError::Whose`], if it is no name.
    pub fn parse(from: &[u8], holder: impl FnOnce(&Nick) -> Option<PersonId>) -> Result<Option<Self>, SearchError> {
        if from.is_empty() {
            return Ok(None);
        }
        let name = Nick::parse(from)?;
        let person = holder(&name);
        Ok(Some(Self { name, person }))
    }

    /// Whether this is who wrote it.
    pub fn is(&self, author: &Author) -> bool {
        let looks_alike = |name: Nick| name.key() == self.name.key();
        self.person == Some(author.person) || Nick::parse(&author.name).is_ok_and(looks_alike)
    }
}

impl Query {
    /// What a [`Search`] asks for, by `from` ([`Whose::parse`]).
    ///
    /// # Errors
    /// [`SearchError`], whose text says what to do.
    pub fn parse(search: &Search, from: Option<Whose>) -> Result<Self, SearchError> {
        let terms = terms(&search.words)?;
        let Search { since, until, before, .. } = *search;
        // What was typed and holds no word must not find everything of a time.
        let is_of_a_time = search.words.is_empty() && (since.is_some() || until.is_some());
        if terms.is_empty() && from.is_none() && !is_of_a_time {
            return Err(SearchError::Nothing);
        }
        Ok(Self { terms, from, since, until, before })
    }

    /// Whether somebody who said `text` said what is looked for.
    pub fn matches(&self, text: &str) -> bool {
        let words = fold::words(text);
        self.terms.iter().all(|term| term.find(&words).is_some())
    }

    /// Where in `text` the first word that is looked for begins, in bytes; its beginning if there is none.
    pub fn first_match(&self, text: &str) -> usize {
        let words = fold::words(text);
        self.terms.iter().filter_map(|term| term.find(&words)).min().map_or(0, |at| words[at].at)
    }
}

/// Judges one message after the other. Judging a name takes longer than comparing one, so a judge remembers whose words
/// are sought.
pub(super) struct Judge<'a> {
    query: &'a Query,
    heard: HashMap<(PersonId, Bytes), bool>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        Self { query, heard: HashMap::new() }
    }

    /// Whether what `author` said is looked for, whenever it was.
    pub(super) fn is_sought(&mut self, author: &Author, text: &str) -> bool {
        self.is_by_speaker(author) && self.query.matches(text)
    }

    fn is_by_speaker(&mut self, author: &Author) -> bool {
        let Some(speaker) = &self.query.from else { return true };
        *self.heard.entry((author.person, author.name.clone())).or_insert_with(|| speaker.is(author))
    }
}

impl Term {
    /// The words of it.
    pub fn words(&self) -> &[String] {
        match self {
            Self::Phrase(words) | Self::Beginning(words) => words,
        }
    }

    /// The index of the first word of its first place.
    fn find(&self, text: &[Word]) -> Option<usize> {
        text.windows(self.words().len()).position(|words| self.is(words))
    }

    fn is(&self, words: &[Word]) -> bool {
        let sought = self.words();
        let whole = match self {
            Self::Phrase(_) => sought.len(),
            Self::Beginning(_) => sought.len() - 1,
        };
        words[..whole].iter().zip(sought).all(|(word, sought)| word.folded == *sought)
            && words[whole..].iter().zip(&sought[whole..]).all(|(word, sought)| word.folded.starts_with(sought))
    }
}

fn terms(words: &[u8]) -> Result<Vec<Term>, SearchError> {
    if words.len() > SEARCH_BYTES {
        return Err(SearchError::TooLong);
    }
    let words = std::str::from_utf8(words).map_err(|_| SearchError::NotText)?;
    // Every other piece stands in quotes; the last quote need not be closed.
    let terms: Vec<Term> = words
        .split('"')
        .enumerate()
        .flat_map(|(piece, text)| if piece % 2 == 1 { quoted(text) } else { unquoted(text) })
        .collect();
    if terms.len() > SEARCH_TERMS { Err(SearchError::TooMany) } else { Ok(terms) }
}

fn quoted(text: &str) -> Vec<Term> {
    folded(text).map(Term::Phrase).into_iter().collect()
}

fn unquoted(text: &str) -> Vec<Term> {
    text.split_whitespace().filter_map(unquoted_word).collect()
}

fn unquoted_word(word: &str) -> Option<Term> {
    match word.strip_suffix('*') {
        Some(beginning) => folded(beginning).map(Term::Beginning),
        None => folded(word).map(Term::Phrase),
    }
}

/// None of what has no letter and no digit: nothing could be found by it.
fn folded(text: &str) -> Option<Vec<String>> {
    let words: Vec<String> = fold::words(text).into_iter().map(|word| word.folded).collect();
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests;
