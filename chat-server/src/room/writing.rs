//! How something said becomes an entry that everybody sees.

use super::gathering::{Item, Phase};
use super::mailbox::{Decided, Ticket};
use super::order::{Whom, removes};
use super::{Batch, News, Room, SessionId, State};
use crate::environment::{Environment, random};
use crate::log::{Draft, Outcome, Stored, Verdict};
use crate::people::Person;
use crate::refusals;
use chat_proto::frame::{Accepted, Durability};
use chat_proto::{Act, EntryBody, LeaveReason, PostId, Refused, RoomId, Secret, Topic, codec};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Something that was posted.
pub(crate) struct Said {
    /// What.
    pub body: EntryBody,
    /// About whom.
    pub whom: Option<Whom>,
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

/// What an entry changes besides being one.
pub(super) enum Effect {
    Topic(Topic),
    Act(Act, Option<Whom>),
    Left,
    Nothing,
}

/// Who reads on after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Everybody.
    AllStay,
    /// Not everybody, perhaps.
    SomeGo,
}

impl Effect {
    pub(super) fn of(item: &Item) -> Self {
        match &item.draft.body {
            EntryBody::Topic(topic) => Self::Topic(Topic::parse(topic).unwrap_or_default()),
            EntryBody::Act(act) => Self::Act(act.clone(), item.whom.clone()),
            EntryBody::Left(LeaveReason::Leave) => Self::Left,
            _ => Self::Nothing,
        }
    }
}

impl State {
    fn take_effect(&mut self, effect: &Effect, environment: &dyn Environment) -> Readers {
        match effect {
            Effect::Topic(topic) => self.topic = topic.clone(),
            Effect::Act(act, whom) => return self.carry_out(act, whom.as_ref(), environment),
            Effect::Left => return Readers::SomeGo,
            Effect::Nothing => {}
        }
        Readers::AllStay
    }

    fn carry_out(&mut self, act: &Act, whom: Option<&Whom>, environment: &dyn Environment) -> Readers {
        self.order.apply(act, whom, || Secret(random(environment)));
        match whom.filter(|_| removes(act)) {
            Some(whom) => {
                self.presences.expel(whom.key);
                self.writing.expel(whom.key);
                Readers::SomeGo
            }
            None => Readers::AllStay,
        }
    }
}

impl Room {
    /// Takes a post of a session that is in the room. It is judged and written by a [`Room::flush`].
    pub(crate) fn submit(&self, session: SessionId, person: &Person, said: Said, ticket: Ticket) -> Submitted {
        let author = person.author();
        let mut state = self.lock();
        if state.ended || !state.presences.is_attached(session, person.id) {
            return Submitted::NotAttached;
        }
        if state.writing.phase == Phase::Uncertain {
            ticket.answer(Decided::Unknown);
            return Submitted::Gathered { pause: None };
        }
        let Said { body, whom } = said;
        let draft = Draft { time: self.environment.now(), author, post: Some(ticket.id), body, records: Vec::new() };
        state.writing.gather(Item { draft, key: person.key, whom, ticket: Some(ticket) });
        Submitted::Gathered { pause: state.writing.pace.take(1.0) }
    }

    /// Commits what has gathered, unless a commit is under way: then its completion does.
    pub(crate) fn flush(self: &Arc<Self>) {
        if std::mem::replace(&mut self.lock().writing.is_flushing, true) {
            return;
        }
        while let Some(batch) = self.next_batch() {
            let drafts = batch.iter().map(|item| item.draft.clone()).collect();
            let room = Arc::clone(self);
            self.log.append(drafts, Box::new(move |outcome| room.completed(batch, outcome)));
        }
    }

    fn next_batch(&self) -> Option<VecDeque<Item>> {
        let mut state = self.lock();
        let batch = state.next_batch();
        state.writing.is_flushing = batch.is_some();
        batch
    }

    fn completed(self: Arc<Self>, batch: VecDeque<Item>, outcome: Outcome) {
        match outcome {
            Outcome::Committed { verdicts, entries } => self.settle(batch, &verdicts, &entries),
            Outcome::Refused(refused) => self.give_back(batch, &refused),
            Outcome::Unknown => return self.doubt(batch),
        }
        self.flush();
    }

    fn settle(&self, batch: VecDeque<Item>, verdicts: &[Verdict], entries: &[Stored]) {
        let appended = batch.iter().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Appended(_)));
        self.publish(&appended.map(|(item, _)| Effect::of(item)).collect::<Vec<_>>(), entries);
        let durability = self.label.durability;
        for (item, verdict) in batch.into_iter().zip(verdicts) {
            if let Some(ticket) = item.ticket {
                let decided = decide(ticket.id, *verdict, durability);
                ticket.answer(decided);
            }
        }
        self.lock().writing.phase = Phase::Idle;
    }

    /// None of it is in the log, for ever. What the server wrote itself is still to be written.
    fn give_back(&self, mut batch: VecDeque<Item>, refused: &Refused) {
        for ticket in take_tickets(&mut batch) {
            ticket.answer(Decided::Refused(refused.clone()));
        }
        let mut state = self.lock();
        state.writing.phase = Phase::Refused;
        state.writing.put_back(batch.into_iter());
    }

    /// Makes committed entries visible, and what they change true: the only place where that happens.
    pub(super) fn publish(&self, effects: &[Effect], entries: &[Stored]) {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
        let mut batch =
            Batch { prev: first.prev, last: last.seq, readers: Readers::AllStay, frame: frame_of(self.id, entries) };
        {
            let mut state = self.lock();
            state.head = last.seq;
            for effect in effects {
                if state.take_effect(effect, &*self.environment) == Readers::SomeGo {
                    batch.readers = Readers::SomeGo;
                }
            }
        }
        // An error means that nobody listens; the log has it.
        let _ = self.news.send(News::Batch(batch));
    }
}

/// Whatever is still to be answered.
pub(super) fn take_tickets(items: &mut VecDeque<Item>) -> Vec<Ticket> {
    items.iter_mut().filter_map(|item| item.ticket.take()).collect()
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
        Verdict::NoPlace => Decided::Refused(refusals::storage_full()),
    }
}
