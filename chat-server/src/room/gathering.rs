//! What a room has yet to write, and what of it may be written next.
//!
//! Posts and acts are judged when their batch is made up, not when they arrive: by then everything before them has been
//! published, and a batch ends at every act, so that each is judged by the order that stands before it in the log.

use super::item::{Item, Offer};
use super::told::Told;
use super::{Room, State};
use crate::config::Rate;
use crate::log::record::Record;
use crate::log::{Draft, Reach};
use crate::pace::Pace;
use crate::people::{Key, Person};
use crate::refusals;
use bytes::Bytes;
use chat_proto::limits::{BATCH_BYTES, PAGE_ENTRIES};
use chat_proto::{Act, Author, EntryBody, PersonId, Refused, RoomId, Target, UnixMillis};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Entries of the server's own that wait while the log takes nothing; beyond, the oldest are given up.
const NOTES_MAX: usize = 4_096;

/// Whether a batch may be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It may.
    Idle,
    /// Another one is being committed.
    Committing,
    /// The log has just refused one: what the server writes itself waits for the next post, or for the next sweep.
    Refused,
    /// A commit's outcome is not known: nothing more is appended until the log was read again.
    Uncertain,
}

/// What is to become of an item when its batch is made up.
pub(super) enum Judgement {
    ToBeWritten,
    /// Whoever posted it is told why not.
    Refused(Refused),
    /// It is not so any more.
    Void,
}

/// What gathers while a batch is being committed.
pub(super) struct Writing {
    gathering: VecDeque<Item>,
    pub(super) phase: Phase,
    /// The batch of which nobody knows whether it is in the log.
    pub(super) in_doubt: Vec<Item>,
    /// Somebody is in [`super::Room::flush`]: what gathers now is theirs to commit.
    pub(super) is_flushing: bool,
    /// What is so without an entry, and is still to be kept.
    pub(super) records: Vec<Record>,
    /// What was read is to be kept, as soon as nothing is being committed.
    is_reading_due: bool,
    last_time: UnixMillis,
    pub(super) pace: Pace,
    said: bool,
}

impl Writing {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            gathering: VecDeque::new(),
            phase: Phase::Idle,
            in_doubt: Vec::new(),
            is_flushing: false,
            records: Vec::new(),
            is_reading_due: false,
            last_time: UnixMillis(i64::MIN),
            pace: Pace::new(rate),
            said: false,
        }
    }

    pub(super) fn has_been_said(&self) -> bool {
        self.said
    }

    /// Gathers an entry that the server writes itself.
    pub(super) fn note(&mut self, now: UnixMillis, person: &Person, body: EntryBody) -> Told {
        self.note_as(now, (person.author(), person.key), body)
    }

    pub(super) fn note_as(&mut self, now: UnixMillis, (author, key): (Author, Key), body: EntryBody) -> Told {
        let (guard, told) = Told::later();
        // While nothing is written, nobody is to wait for it.
        let is_written_soon = matches!(self.phase, Phase::Idle | Phase::Committing);
        let draft =
            Draft { time: now, author: Arc::new(author), post: None, body, reach: Reach::Own, records: Vec::new() };
        self.gather(Item::note(draft, key, is_written_soon.then_some(guard)));
        told
    }

    /// The log takes nothing: nobody need wait for it.
    pub(super) fn release(&mut self) {
        for item in self.gathering.iter_mut().chain(&mut self.in_doubt) {
            item.aside.told = None;
        }
    }

    /// Nothing earlier is written from now on.
    pub(super) fn continue_after(&mut self, time: UnixMillis) {
        self.last_time = time;
    }

    /// Whose entries are still to be written.
    pub(super) fn authors(&self) -> impl Iterator<Item = PersonId> {
        self.gathering.iter().map(|item| item.draft.author.person)
    }

    /// Has what was read kept at the next opportunity.
    pub(super) fn ask_for_reading(&mut self) {
        self.is_reading_due = true;
    }

    /// Whether this is the opportunity; then it is over.
    pub(super) fn may_keep_reading(&mut self) -> bool {
        let is_quiet = matches!(self.phase, Phase::Idle | Phase::Refused);
        is_quiet && std::mem::take(&mut self.is_reading_due)
    }

    /// Gathers the end of an ownership. Who is next is filled in when it is written.
    pub(super) fn note_succession(&mut self, now: UnixMillis, owner: Key) {
        let nobody = Author { person: PersonId(0), name: Bytes::new() };
        let heir = Target { person: nobody.person, name: Bytes::new() };
        self.note_as(now, (nobody, owner), EntryBody::Act(Act::Own(heir)));
    }

    /// Gathers what was posted; says how long its session should read nothing more.
    #[expect(clippy::cast_precision_loss, reason = "no session has 2^52 posts unanswered")]
    pub(super) fn gather_posts(&mut self, mut posts: Vec<Item>) -> Option<Duration> {
        for post in &mut posts {
            self.put_in_time(post);
        }
        let pause = self.pace.take(posts.len() as f64);
        match self.gathering.is_empty() {
            true => self.gathering = posts.into(),
            false => self.gathering.extend(posts),
        }
        pause
    }

    fn gather(&mut self, mut item: Item) {
        self.put_in_time(&mut item);
        self.gathering.push_back(item);
    }

    /// The wall clock may jump; time in a room never falls.
    fn put_in_time(&mut self, item: &mut Item) {
        self.last_time = self.last_time.max(item.draft.time);
        item.draft.time = self.last_time;
        let is_said = matches!(item.draft.body, EntryBody::Message(_) | EntryBody::Action(_) | EntryBody::Reply(_));
        self.said |= !item.is_note() && is_said;
    }

    /// Takes out what `is_meant`.
    fn withdraw(&mut self, is_meant: impl Fn(&Item) -> bool) -> VecDeque<Item> {
        let (meant, rest) = std::mem::take(&mut self.gathering).into_iter().partition(is_meant);
        self.gathering = rest;
        meant
    }

    /// Gives up the posts that gathered. What the server writes itself stays: nobody would write it again.
    pub(super) fn withdraw_posts(&mut self) -> VecDeque<Item> {
        self.withdraw(|item| !item.is_note())
    }

    /// Gives up whatever comes from somebody who was just removed: they are not there any more to say it.
    pub(super) fn expel(&mut self, room: RoomId, key: Key) {
        for item in self.withdraw(|item| item.aside.key == key) {
            item.deny(room, refusals::not_member());
        }
    }

    /// The next batch may be committed.
    pub(super) fn go_on(&mut self) {
        self.phase = Phase::Idle;
    }

    /// Writes again, before anything else, what the server wrote itself and the log did not take.
    pub(super) fn put_back(&mut self, items: impl DoubleEndedIterator<Item = Item>) {
        for note in items.filter(Item::is_note).rev() {
            self.gathering.push_front(note);
        }
        while self.gathering.len() > NOTES_MAX && self.gathering.front().is_some_and(Item::is_note) {
            self.gathering.pop_front();
        }
    }

    /// Lets what the log refused be offered again.
    pub(super) fn try_again(&mut self) {
        if self.phase == Phase::Refused {
            self.phase = Phase::Idle;
        }
    }

    fn may_commit(&self) -> bool {
        match self.phase {
            Phase::Idle => true,
            Phase::Refused => self.gathering.iter().any(|item| !item.is_note()),
            Phase::Committing | Phase::Uncertain => false,
        }
    }
}

impl State {
    /// The next batch, if one may be committed now.
    pub(super) fn next_batch(&mut self, room: &Room) -> Option<Offer> {
        if !self.writing.may_commit() {
            return None;
        }
        let mut batch = std::mem::take(&mut self.writing.gathering);
        let items = self.make_up(&mut batch, room);
        if items < batch.len() {
            self.writing.gathering = batch;
            batch = self.writing.gathering.drain(..items).collect();
        }
        let offer = Offer::of(batch)?;
        self.writing.phase = Phase::Committing;
        Some(offer)
    }

    /// Judges what may be in one batch, where it stands: the first so many items are.
    fn make_up(&self, gathering: &mut VecDeque<Item>, room: &Room) -> usize {
        let (mut items, mut bytes) = (0, 0);
        while let Some(item) = gathering.get_mut(items) {
            let weight = item.weight();
            if items == PAGE_ENTRIES || (items > 0 && bytes + weight > BATCH_BYTES) {
                break;
            }
            match self.judge(item) {
                Judgement::ToBeWritten => self.note_effect(item, room),
                Judgement::Refused(refused) => {
                    if let Some(item) = gathering.remove(items) {
                        item.deny(room.id, refused);
                    }
                    continue;
                }
                Judgement::Void => {
                    gathering.remove(items);
                    continue;
                }
            }
            (items, bytes) = (items + 1, bytes + weight);
            if item.ends_batch() {
                break;
            }
        }
        items
    }

    /// Judges an item as of now, and writes into it what is so by now.
    fn judge(&self, item: &mut Item) -> Judgement {
        if item.is_note() {
            return self.refresh(item);
        }
        let Item { draft, aside } = item;
        draft.reach = self.order.reach_of(aside.key);
        let judgement = match &draft.body {
            EntryBody::Act(act) => {
                let is_here = aside.whom.as_ref().is_some_and(|whom| self.presences.is_here(whom.key));
                self.order.judge(act, aside.key, aside.whom.as_deref(), is_here)
            }
            // To take back one's own words is nobody's to forbid.
            EntryBody::Forget | EntryBody::Delete(_) => Ok(()),
            _ => self.order.judge_voice(aside.key),
        };
        judgement.map_or_else(Judgement::Refused, |()| Judgement::ToBeWritten)
    }

    /// Order may have changed since the server noted this.
    fn refresh(&self, note: &mut Item) -> Judgement {
        match note.draft.body {
            EntryBody::Joined(_) => note.draft.body = EntryBody::Joined(self.order.arrival(note.aside.key)),
            EntryBody::Act(Act::Own(_)) => return self.settle_succession(note),
            _ => {}
        }
        Judgement::ToBeWritten
    }
}
