//! Who may change what was said, and how often it may be reacted to: the same in every log.

use super::{Draft, Reach, Verdict};
use chat_proto::entry::{React, ReactionState};
use chat_proto::limits::{EDITS_PER_MESSAGE, EMOJI_PER_MESSAGE, REACTIONS_PER_MESSAGE};
use chat_proto::{EntryBody, PersonId, Seq};
use std::collections::HashSet;

/// What a draft does to an entry before it.
pub(super) enum Pointer<'a> {
    /// Nothing.
    None,
    /// Answers it, whatever it is.
    Answers(Seq),
    /// Changes what was said.
    Changes(Seq, Change<'a>),
}

/// How what was said changes.
#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    /// It says something else.
    Edit,
    /// It says nothing.
    Delete,
    /// It has one reaction more, or less.
    React(&'a React),
}

impl<'a> Pointer<'a> {
    pub(super) fn of(body: &'a EntryBody) -> Self {
        match body {
            EntryBody::Reply(reply) => Self::Answers(reply.to),
            EntryBody::Edit(edit) => Self::Changes(edit.target, Change::Edit),
            EntryBody::Delete(delete) => Self::Changes(delete.target, Change::Delete),
            EntryBody::React(react) => Self::Changes(react.target, Change::React(react)),
            _ => Self::None,
        }
    }
}

/// Whether an entry that comes behind `head` may point there, whatever it finds.
pub(super) fn is_before(seq: Seq, head: Seq) -> bool {
    seq > Seq::START && seq <= head
}

/// Whether the author of `draft` may change so what `author` said.
///
/// # Errors
/// The verdict, if not.
pub(super) fn judge_author(draft: &Draft, change: Change<'_>, author: PersonId) -> Result<(), Verdict> {
    let is_theirs = draft.author.person == author;
    let may = match change {
        Change::Edit => is_theirs,
        Change::Delete => is_theirs || draft.reach == Reach::Anybodys,
        Change::React(_) => true,
    };
    if may { Ok(()) } else { Err(Verdict::NotYours) }
}

/// Whether a message that was edited so often may be edited once more.
///
/// # Errors
/// The verdict, if not.
pub(super) fn judge_edit(edits: usize) -> Result<(), Verdict> {
    if edits < EDITS_PER_MESSAGE { Ok(()) } else { Err(Verdict::TooManyEdits) }
}

/// Reactions to one message that were taken back, as far as pages tell of them: whoever loads a page with the one that
/// gave it has to know. Beyond, the oldest are no longer told of.
pub(super) const TAKEN_BACK_MAX: usize = 100;

/// Whether there is place for a reaction of `person` beside those `given`, each by whom and with what.
///
/// # Errors
/// The verdict, if not.
pub(super) fn judge_reaction<'a>(
    react: &React,
    person: PersonId,
    given: impl Iterator<Item = (PersonId, &'a [u8])> + Clone,
) -> Result<(), Verdict> {
    let is_again = given.clone().any(|(other, emoji)| other == person && *emoji == *react.emoji);
    if is_again || react.state == ReactionState::Off {
        return Ok(());
    }
    let different: HashSet<&[u8]> = given.clone().map(|(_, emoji)| emoji).collect();
    let has_place = different.len() < EMOJI_PER_MESSAGE || different.contains(&*react.emoji);
    if has_place && given.count() < REACTIONS_PER_MESSAGE { Ok(()) } else { Err(Verdict::TooManyReactions) }
}
