//! A batch on its way into a log in memory: one run for whoever reads it now, stored part by part.

use crate::log::{Draft, OriginAt, Run};
use chat_proto::Seq;

/// What is being appended.
pub(super) struct Appending<'a> {
    run: Run,
    /// So many bytes of it are stored.
    stored: usize,
    /// The place before the first that is not.
    prev: Seq,
    /// Where each of those ends, from where the first begins.
    ends: Vec<usize>,
    /// The last draft that was written, and where its origin stands.
    last: Option<(&'a Draft, OriginAt)>,
}

/// Entries that are not stored yet.
pub(super) struct Part<'a> {
    /// The place before the first.
    pub(super) prev: Seq,
    /// Theirs, one behind the other.
    pub(super) bytes: &'a [u8],
    /// Where each ends.
    pub(super) ends: Vec<usize>,
}

impl<'a> Appending<'a> {
    /// Nothing yet, behind `head`; so many are expected.
    pub(super) fn after(head: Seq, count: usize) -> Self {
        let ends = Vec::with_capacity(count);
        Self { run: Run::expecting(head, count), stored: 0, prev: head, ends, last: None }
    }

    /// Writes what `draft` becomes behind all of them; says where that stands.
    pub(super) fn push(&mut self, draft: &'a Draft) -> Seq {
        let like = self.last.take().filter(|(last, _)| draft.is_said_with(last)).map(|(_, origin)| origin);
        let (seq, origin) = self.run.push(draft, like);
        self.last = Some((draft, origin));
        self.ends.push(self.unstored_bytes());
        seq
    }

    /// How many bytes are not stored yet.
    pub(super) fn unstored_bytes(&self) -> usize {
        self.run.bytes.len() - self.stored
    }

    /// What is not, to be stored.
    pub(super) fn take_unstored(&mut self) -> Part<'_> {
        let prev = std::mem::replace(&mut self.prev, self.run.last);
        let start = std::mem::replace(&mut self.stored, self.run.bytes.len());
        Part { prev, bytes: &self.run.bytes[start..], ends: std::mem::take(&mut self.ends) }
    }

    /// All that was written.
    pub(super) fn into_run(self) -> Run {
        self.run
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Reach;
    use chat_proto::{Author, Entry, EntryBody, PersonId, PostId, UnixMillis, wire};
    use std::sync::Arc;

    #[test]
    fn only_what_one_client_said_at_one_time_is_written_like_the_one_before() {
        let [alice, bob] = [(7, "alice"), (8, "bob")]
            .map(|(person, name)| Arc::new(Author { person: PersonId(person), name: name.into() }));
        let said = |author: &Arc<Author>, time, post: Option<(u64, u64)>| Draft {
            time: UnixMillis(time),
            author: Arc::clone(author),
            post: post.map(|(instance, n)| PostId { instance, n }),
            body: EntryBody::Message("hi".into()),
            reach: Reach::Own,
            records: Vec::new(),
        };
        let drafts = [
            said(&alice, 1, Some((1, 1))),
            said(&alice, 1, Some((1, 2))),
            said(&alice, 2, Some((1, 3))),
            said(&alice, 2, Some((2, 1))),
            said(&bob, 2, Some((2, 1))),
            said(&bob, 2, None),
            said(&bob, 2, Some((2, 2))),
        ];

        let mut appending = Appending::after(Seq::START, drafts.len());
        for draft in &drafts {
            appending.push(draft);
        }

        let Part { bytes, ends, .. } = appending.take_unstored();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for ((start, end), draft) in starts.zip(&ends).zip(&drafts) {
            let entry: Entry = wire::decode(&bytes[start..*end]).expect("an entry");
            let written = (entry.time, &entry.author, entry.post, &entry.body);
            assert_eq!(written, (draft.time, &*draft.author, draft.post, &draft.body));
        }
    }
}
