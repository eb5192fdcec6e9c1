//! Looking through a log in memory: every message is read, from the newest on.

use super::kept::Kept;
use crate::log::Stored;
use crate::log::excerpt::excerpt;
use crate::log::said::newest_text;
use crate::log::search::{Findings, Judge, Query};
use chat_proto::frame::{Beyond, Excerpt, Hit};
use chat_proto::limits::SEARCH_HITS;
use chat_proto::{Author, Entry, Seq, UnixMillis, wire};
use std::time::Instant;

/// Every entry of a log, in order, each with its last edit: read when its turn comes.
pub(super) struct Messages(Vec<(Stored, Option<Stored>)>);

impl Messages {
    pub(super) fn of(kept: &Kept) -> Self {
        let with_edit = |stored: Stored| {
            let edit = kept.newest_text(&stored);
            (stored, edit)
        };
        Self(kept.all().map(with_edit).collect())
    }
}

/// Somebody said something.
struct Said {
    seq: Seq,
    time: UnixMillis,
    author: Author,
    text: String,
}

/// Looks through `messages` until `deadline`.
pub(super) fn search(messages: &Messages, query: &Query, deadline: Instant) -> Findings {
    let (older, newer) = messages.0.split_at(messages.0.partition_point(|(stored, _)| stored.seq < query.before));
    let mut looking = Looking::new(query, newer.iter().find_map(said));
    for said in older.iter().rev().filter_map(said) {
        let step = if Instant::now() >= deadline { Step::Over(Beyond::Unsearched) } else { looking.look_at(said) };
        if let Step::Over(beyond) = step {
            return looking.findings(beyond);
        }
    }
    looking.findings(Beyond::Nothing)
}

enum Step {
    Next,
    Over(Beyond),
}

/// Walks from the newest message to the oldest.
struct Looking<'a> {
    query: &'a Query,
    hits: Vec<Hit>,
    /// The message before the last hit is still to come.
    lacks_before: bool,
    /// The message after the one that is looked at.
    after: Option<Said>,
    judge: Judge<'a>,
}

impl<'a> Looking<'a> {
    fn new(query: &'a Query, after: Option<Said>) -> Self {
        Self { query, hits: Vec::new(), lacks_before: false, after, judge: Judge::new(query) }
    }

    fn look_at(&mut self, said: Said) -> Step {
        if std::mem::take(&mut self.lacks_before)
            && let Some(hit) = self.hits.last_mut()
        {
            hit.before = Some(said.excerpt(0));
        }
        // Time never falls within a room.
        if self.query.since.is_some_and(|since| said.time < since) {
            return Step::Over(Beyond::Nothing);
        }
        if self.is_sought(&said) {
            if self.hits.len() == SEARCH_HITS {
                return Step::Over(Beyond::More);
            }
            let found = said.excerpt(self.query.first_match(&said.text));
            self.hits.push(Hit { before: None, found, after: self.after.as_ref().map(|after| after.excerpt(0)) });
            self.lacks_before = true;
        }
        self.after = Some(said);
        Step::Next
    }

    fn is_sought(&mut self, said: &Said) -> bool {
        let in_time = self.query.until.is_none_or(|until| said.time < until);
        in_time && self.judge.is_sought(&said.author, &said.text)
    }

    fn findings(self, beyond: Beyond) -> Findings {
        Findings { hits: self.hits, beyond }
    }
}

impl Said {
    fn excerpt(&self, at: usize) -> Excerpt {
        let Self { seq, time, ref author, ref text } = *self;
        Excerpt { seq, time, author: author.clone(), text: excerpt(text, at).into() }
    }
}

fn said((stored, edit): &(Stored, Option<Stored>)) -> Option<Said> {
    let Entry { seq, time, author, body, .. } = wire::decode(&stored.bytes).ok()?;
    let edit = edit.as_ref().and_then(|edit| wire::decode::<Entry>(&edit.bytes).ok());
    let text = newest_text(&body, edit.as_ref().map(|edit| &edit.body))?;
    Some(Said { seq, time, author, text })
}
