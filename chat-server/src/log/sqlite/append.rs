//! Appending: which drafts are new, and where they stand.

use super::entries;
use super::erasing;
use super::log_state::LogState;
use super::place::{from_ordered, ordered, place};
use super::pointing;
use super::records;
use super::reserve::Space;
use super::retention::cost_bytes;
use crate::log::{Draft, Finding, Run, Verdict};
use chat_proto::{EntryBody, PersonId, PostId, Seq};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// Senders whose highest post is remembered. Beyond, all are forgotten: the file knows them.
const SENDERS_MAX: usize = 65_536;

/// What the writer remembers of the file, so that a new post costs one insert. Forgotten when a transaction fails.
#[derive(Default)]
pub(super) struct Memory {
    heads: HashMap<i64, Seq>,
    highest: HashMap<Sender, u64>,
}

/// A running client of a person in a room, as the dedupe key knows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sender {
    pub(super) room: i64,
    pub(super) person: PersonId,
    pub(super) instance: u64,
}

/// One append, as far as it has come.
struct Appending<'a> {
    file: &'a Connection,
    memory: &'a mut Memory,
    space: Space,
    room: i64,
    run: Run,
    bytes: i64,
}

/// Takes `drafts` into the log, in a transaction that is open.
///
/// # Errors
/// [`rusqlite::Error::QueryReturnedNoRows`] if the file knows no such log.
pub(super) fn append(
    file: &Connection,
    memory: &mut Memory,
    space: Space,
    log: &LogState,
    drafts: &[Draft],
) -> rusqlite::Result<(Vec<Verdict>, Run)> {
    if log.is_erased() {
        return Ok(append_to_nothing(log.head(), drafts));
    }
    let head = memory.head(file, log.room)?;
    let mut appending = Appending { file, memory, space, room: log.room, run: Run::after(head), bytes: 0 };
    let verdicts = drafts.iter().map(|draft| appending.take(draft)).collect::<rusqlite::Result<_>>()?;
    let entries = appending.finish()?;
    Ok((verdicts, entries))
}

/// Nothing is kept of a room that is over, and whoever still holds its log is none the wiser.
fn append_to_nothing(head: Seq, drafts: &[Draft]) -> (Vec<Verdict>, Run) {
    let mut run = Run::after(head);
    (drafts.iter().map(|draft| Verdict::Appended(run.push(draft, None).0)).collect(), run)
}

impl Appending<'_> {
    fn take(&mut self, draft: &Draft) -> rusqlite::Result<Verdict> {
        if let Some(post) = draft.post
            && let Some(verdict) = self.judge(post, draft)?
        {
            return Ok(verdict);
        }
        if self.space == Space::Scarce && is_said(draft) {
            return Ok(Verdict::NoPlace);
        }
        let message = match pointing::judge(self.file, (self.room, self.run.last), draft)? {
            Ok(message) => message,
            Err(verdict) => return Ok(verdict),
        };
        let target = message.map(|message| pointing::change(self.file, draft, &message)).transpose()?.flatten();
        let prev = self.run.last;
        let (seq, _) = self.run.push(draft, None);
        self.insert((seq, prev), draft, target)?;
        if draft.body == EntryBody::Forget {
            erasing::mark(self.file, self.room, draft.author.person, seq)?;
        }
        records::keep(self.file, self.room, &draft.records)?;
        if let Some(post) = draft.post {
            self.memory.remember(self.sender(post, draft), post.n);
        }
        Ok(Verdict::Appended(seq))
    }

    fn sender(&self, post: PostId, draft: &Draft) -> Sender {
        Sender { room: self.room, person: draft.author.person, instance: post.instance }
    }

    /// What to answer to a post id that is not new; none if it is.
    fn judge(&mut self, post: PostId, draft: &Draft) -> rusqlite::Result<Option<Verdict>> {
        let sender = self.sender(post, draft);
        if post.n > self.memory.highest(self.file, sender)? {
            return Ok(None);
        }
        Ok(Some(match finding(self.file, sender, post.n)? {
            Finding::Entry(stored) if stored.says(&draft.body) => Verdict::Known(stored.seq),
            Finding::Entry(_) => Verdict::Reused,
            Finding::Dropped => Verdict::TooOld,
            Finding::Nothing => Verdict::OutOfOrder,
        }))
    }

    fn insert(&mut self, (seq, prev): (Seq, Seq), draft: &Draft, target: Option<i64>) -> rusqlite::Result<()> {
        let sql = "INSERT INTO entries (place, prev, time, person, name, instance, n, kind, body, target) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let (author, body) = (&draft.author, draft.body.bytes());
        self.file.prepare_cached(sql)?.execute((
            place(self.room, seq),
            prev.0.cast_signed(),
            draft.time.0,
            author.person.0.cast_signed(),
            &*author.name,
            draft.post.map(|post| post.instance.cast_signed()),
            draft.post.map(|post| ordered(post.n)),
            draft.body.kind(),
            &*body,
            target,
        ))?;
        self.bytes += cost_bytes(&author.name, &body);
        Ok(())
    }

    fn finish(self) -> rusqlite::Result<Run> {
        if !self.run.is_empty() {
            let mut statement = self.file.prepare_cached("UPDATE logs SET bytes = bytes + ?2 WHERE room = ?1")?;
            statement.execute((self.room, self.bytes))?;
            self.memory.heads.insert(self.room, self.run.last);
        }
        Ok(self.run)
    }
}

impl Memory {
    /// Forgets what may not be so after all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn head(&mut self, file: &Connection, room: i64) -> rusqlite::Result<Seq> {
        if let Some(head) = self.heads.get(&room) {
            return Ok(*head);
        }
        let head = entries::head(file, room)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        self.heads.insert(room, head);
        Ok(head)
    }

    /// Forgets a room that is over.
    pub(super) fn forget(&mut self, room: i64) {
        self.heads.remove(&room);
    }

    /// The highest `n` of a sender that was ever accepted.
    fn highest(&mut self, file: &Connection, sender: Sender) -> rusqlite::Result<u64> {
        if let Some(highest) = self.highest.get(&sender) {
            return Ok(*highest);
        }
        let highest = sender.highest_kept(file)?.max(sender.gone_up_to(file)?).unwrap_or(0);
        self.remember(sender, highest);
        Ok(highest)
    }

    fn remember(&mut self, sender: Sender, n: u64) {
        if self.highest.len() >= SENDERS_MAX {
            self.highest.clear();
        }
        self.highest.insert(sender, n);
    }
}

/// What the file knows of a post.
pub(super) fn finding(file: &Connection, sender: Sender, n: u64) -> rusqlite::Result<Finding> {
    let post = PostId { instance: sender.instance, n };
    if let Some(stored) = entries::find(file, sender.room, sender.person, post)? {
        return Ok(Finding::Entry(stored));
    }
    let is_gone = sender.gone_up_to(file)?.is_some_and(|gone| n <= gone);
    Ok(if is_gone { Finding::Dropped } else { Finding::Nothing })
}

impl Sender {
    fn highest_kept(self, file: &Connection) -> rusqlite::Result<Option<u64>> {
        let sql = "SELECT max(n) FROM entries WHERE place >> 40 = ?1 AND person = ?2 AND instance = ?3 \
                   AND instance IS NOT NULL";
        let n: Option<i64> = file.prepare_cached(sql)?.query_row(self.columns(), |row| row.get(0))?;
        Ok(n.map(from_ordered))
    }

    /// Entries of posts up to here were dropped.
    fn gone_up_to(self, file: &Connection) -> rusqlite::Result<Option<u64>> {
        let sql = "SELECT n FROM gone WHERE room = ?1 AND person = ?2 AND instance = ?3";
        let n: Option<i64> = file.prepare_cached(sql)?.query_row(self.columns(), |row| row.get(0)).optional()?;
        Ok(n.map(from_ordered))
    }

    fn columns(self) -> [i64; 3] {
        [self.room, self.person.0.cast_signed(), self.instance.cast_signed()]
    }
}

/// What people say, for which there is no space below the reserve. What they take back makes some.
fn is_said(draft: &Draft) -> bool {
    let makes_space = matches!(draft.body, EntryBody::Delete(_) | EntryBody::Forget);
    draft.post.is_some() && !makes_space && !matches!(draft.body, EntryBody::Act(_))
}
