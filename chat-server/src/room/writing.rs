//! How something said becomes an entry that everybody sees.

use super::mailbox::{Decided, Ticket};
use super::{Batch, News, Room, SessionId};
use crate::config::Rate;
use crate::log::{Draft, Outcome, Range, Stored, Verdict};
use crate::pace::Pace;
use crate::people::Person;
use crate::refusals;
use chat_proto::frame::{Accepted, Durability};
use chat_proto::limits::{BATCH_BYTES, PAGE_ENTRIES};
use chat_proto::{Author, Entry, EntryBody, LeaveReason, PersonId, PostId, RoomId, Topic, UnixMillis, codec, wire};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Whether a batch may be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It may.
    Idle,
    /// Another one is being committed.
    Committing,
    /// A commit's outcome is not known: nothing more is appended until the log was read again.
    Uncertain,
}

/// What a room has yet to write.
pub(super) struct Writing {
    gathering: VecDeque<(Draft, Option<Ticket>)>,
    phase: Phase,
    /// Somebody is in [`Room::flush`]: what gathers now is theirs to commit.
    is_flushing: bool,
    last_time: UnixMillis,
    pace: Pace,
    said: bool,
}

impl Writing {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            gathering: VecDeque::new(),
            phase: Phase::Idle,
            is_flushing: false,
            last_time: UnixMillis(i64::MIN),
            pace: Pace::new(rate),
            said: false,
        }
    }

    pub(super) fn has_been_said(&self) -> bool {
        self.said
    }

    /// Gathers an entry that the server writes itself.
    pub(super) fn note(&mut self, now: UnixMillis, author: Author, body: EntryBody) {
        self.gather(now, author, None, body, None);
    }

    fn gather(
        &mut self,
        now: UnixMillis,
        author: Author,
        post: Option<PostId>,
        body: EntryBody,
        ticket: Option<Ticket>,
    ) {
        // The wall clock may jump; time in a room never falls.
        self.last_time = self.last_time.max(now);
        self.gathering.push_back((Draft { time: self.last_time, author, post, body }, ticket));
    }

    /// Gives up the posts that gathered. What the server writes itself stays: nobody would write it again.
    fn drop_posts(&mut self) -> Vec<Option<Ticket>> {
        let (posts, notes) = self.gathering.drain(..).partition::<VecDeque<_>, _>(|(_, ticket)| ticket.is_some());
        self.gathering = notes;
        posts.into_iter().map(|(_, ticket)| ticket).collect()
    }

    /// The next batch, if one may be committed now. It ends at an entry that takes away the right to read.
    fn next_batch(&mut self) -> Option<(Vec<Draft>, Vec<Option<Ticket>>)> {
        if self.phase != Phase::Idle || self.gathering.is_empty() {
            return None;
        }
        let mut bytes = 0;
        let mut batch = (Vec::new(), Vec::new());
        while let Some((draft, ticket)) = self.gathering.pop_front() {
            bytes += weight(&draft.body);
            let is_last = expels(&draft.body);
            batch.0.push(draft);
            batch.1.push(ticket);
            let next = self.gathering.front().map_or(0, |(draft, _)| weight(&draft.body));
            if is_last || bytes + next > BATCH_BYTES || batch.0.len() == PAGE_ENTRIES {
                break;
            }
        }
        self.phase = Phase::Committing;
        Some(batch)
    }
}

/// About how many bytes an entry takes: its text, and a fair guess for the rest.
fn weight(body: &EntryBody) -> usize {
    const REST: usize = 128;
    match body {
        EntryBody::Message(text) | EntryBody::Action(text) | EntryBody::Topic(text) | EntryBody::Renamed(text) => {
            text.len() + REST
        }
        EntryBody::Unknown { body, .. } => body.len() + REST,
        EntryBody::Act(_) | EntryBody::Opened | EntryBody::Joined(_) | EntryBody::Left(_) => REST,
    }
}

fn expels(body: &EntryBody) -> bool {
    matches!(body, EntryBody::Left(LeaveReason::Leave))
}

/// What an entry changes besides being one.
enum Notable {
    Topic(Topic),
    Expelled(PersonId),
    Nothing,
}

impl Notable {
    fn of(person: PersonId, body: &EntryBody) -> Self {
        match body {
            EntryBody::Topic(topic) => Self::Topic(Topic::parse(topic).unwrap_or_default()),
            body if expels(body) => Self::Expelled(person),
            _ => Self::Nothing,
        }
    }

    fn of_draft(draft: &Draft) -> Self {
        Self::of(draft.author.person, &draft.body)
    }

    fn of_stored(stored: &Stored) -> Self {
        wire::decode::<Entry>(&stored.bytes).map_or(Self::Nothing, |entry| Self::of(entry.author.person, &entry.body))
    }
}

/// What a submission came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Submitted {
    /// Gathered; the ticket will be answered. The session should read nothing more for this long.
    Gathered {
        /// To keep the room's pace.
        pause: Option<Duration>,
    },
    /// The session may not speak here.
    NotAttached,
}

impl Room {
    /// Takes a post of a session that is in the room. It is written by the next [`Room::flush`].
    pub(crate) fn submit(&self, session: SessionId, person: &Person, body: EntryBody, ticket: Ticket) -> Submitted {
        let author = person.author();
        let mut state = self.lock();
        if state.ended || !state.presences.is_attached(session, person.id) {
            return Submitted::NotAttached;
        }
        if state.writing.phase == Phase::Uncertain {
            ticket.answer(Decided::Unknown);
            return Submitted::Gathered { pause: None };
        }
        state.writing.said |= !matches!(body, EntryBody::Topic(_));
        let post = ticket.id;
        state.writing.gather(self.environment.now(), author, Some(post), body, Some(ticket));
        Submitted::Gathered { pause: state.writing.pace.take(1.0) }
    }

    /// Commits what has gathered, unless a commit is under way: then its completion does.
    pub(crate) fn flush(self: &Arc<Self>) {
        if std::mem::replace(&mut self.lock().writing.is_flushing, true) {
            return;
        }
        while let Some((drafts, tickets)) = self.next_batch() {
            let notable = drafts.iter().map(Notable::of_draft).collect();
            let room = Arc::clone(self);
            self.log.append(drafts, Box::new(move |outcome| room.completed(tickets, notable, outcome)));
        }
    }

    fn next_batch(&self) -> Option<(Vec<Draft>, Vec<Option<Ticket>>)> {
        let mut state = self.lock();
        let batch = state.writing.next_batch();
        state.writing.is_flushing = batch.is_some();
        batch
    }

    fn completed(self: Arc<Self>, tickets: Vec<Option<Ticket>>, notable: Vec<Notable>, outcome: Outcome) {
        match outcome {
            Outcome::Committed { verdicts, entries } => self.settle(tickets, notable, &verdicts, &entries),
            Outcome::Refused(refused) => answer_all(tickets, || Decided::Refused(refused.clone())),
            Outcome::Unknown => return self.doubt(tickets),
        }
        self.lock().writing.phase = Phase::Idle;
        self.flush();
    }

    /// Nothing more is appended until the log was read again. Said before anybody is told: whoever comes back reads it.
    fn doubt(&self, tickets: Vec<Option<Ticket>>) {
        let gathered = {
            let mut state = self.lock();
            state.writing.phase = Phase::Uncertain;
            state.writing.drop_posts()
        };
        answer_all(tickets, || Decided::Unknown);
        answer_all(gathered, || Decided::Unknown);
    }

    fn settle(&self, tickets: Vec<Option<Ticket>>, notable: Vec<Notable>, verdicts: &[Verdict], entries: &[Stored]) {
        let appended = notable.into_iter().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Appended(_)));
        self.publish(appended.map(|(notable, _)| notable).collect(), entries);
        let durability = self.durability;
        for (ticket, verdict) in tickets.into_iter().zip(verdicts) {
            if let Some(ticket) = ticket {
                let decided = decide(ticket.id, *verdict, durability);
                ticket.answer(decided);
            }
        }
    }

    /// Makes committed entries visible: the only place where that happens.
    fn publish(&self, notable: Vec<Notable>, entries: &[Stored]) {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
        let mut batch = Batch { prev: first.prev, last: last.seq, expels: None, frame: frame_of(self.id, entries) };
        {
            let mut state = self.lock();
            state.head = last.seq;
            for notable in notable {
                match notable {
                    Notable::Topic(topic) => state.topic = topic,
                    Notable::Expelled(person) => batch.expels = Some(person),
                    Notable::Nothing => {}
                }
            }
        }
        // An error means that nobody listens; the log has it.
        let _ = self.news.send(News::Batch(batch));
    }

    /// Finds out what became of a commit whose outcome was not known, by reading the log again.
    pub(crate) async fn reconcile(self: &Arc<Self>) {
        if !self.is_uncertain() {
            return;
        }
        // One at a time: a second reader's news would be old, and a commit may be under way when it is through.
        let _alone = self.reconciling.lock().await;
        while self.is_uncertain() {
            let slice = self.log.read(Range::first_after(self.head())).await;
            if slice.entries.is_empty() {
                self.lock().writing.phase = Phase::Idle;
            }
            self.publish(slice.entries.iter().map(Notable::of_stored).collect(), &slice.entries);
        }
        self.flush();
    }

    fn is_uncertain(&self) -> bool {
        self.lock().writing.phase == Phase::Uncertain
    }
}

fn answer_all(tickets: Vec<Option<Ticket>>, decided: impl Fn() -> Decided) {
    for ticket in tickets.into_iter().flatten() {
        ticket.answer(decided());
    }
}

fn frame_of(room: RoomId, entries: &[Stored]) -> bytes::Bytes {
    let bytes: Vec<_> = entries.iter().map(|stored| stored.bytes.clone()).collect();
    codec::batch(room, &bytes)
}

fn decide(id: PostId, verdict: Verdict, durability: Durability) -> Decided {
    match verdict {
        Verdict::Appended(seq) | Verdict::Known(seq) => Decided::Accepted(Accepted { id, seq, durability }),
        Verdict::Reused => Decided::Refused(refusals::id_reused()),
        Verdict::TooOld => Decided::Refused(refusals::id_too_old()),
        Verdict::OutOfOrder => Decided::Refused(refusals::out_of_order()),
    }
}
