//! The outbox: posts that are not decided, in the order in which they were written.
//!
//! ```text
//! post ──> Waiting ──next──> OnTheWire ──settle──> gone (accepted, refused)
//!             ^                  │
//!             └── interrupted ───┘      room_over: Unknown, or gone if never sent
//! adopt, hold ──> LeftOver ──restore──> Waiting | Stale | Unknown
//!                          ──strand──> Unknown        (its room is over: it stands in the room that was entered)
//! ```
//!
//! A post leaves only by an answer or because the person discards it. What may be in the log although nobody can tell
//! stays, shown as such, until it is discarded.

use super::{Mark, OutboxItem};
use crate::outbox::Kept;
use chat_proto::{PostId, RoomId, UnixMillis};

/// Posts that one link holds undecided. Ten times what a person writes while the network is away.
pub(crate) const ITEMS_MAX: usize = 1_000;
/// A post of an earlier run that is older than this is not sent without asking.
const STALE_AFTER_MS: i64 = 10 * 60 * 1000;
/// A post of an earlier run that is older than this, and whose room was never entered since, is given up: 30 days, as
/// long as a server keeps an empty room.
const ABANDONED_AFTER_MS: i64 = 30 * 24 * 60 * 60 * 1000;

const FULL: &str = "too many messages are waiting to be sent; send it again when some have gone";
const NEVER_SENT: &str = "the room was over for you before it was sent";
pub(crate) const MAYBE_SENT: &str = "it may have been delivered before the room was over for you";
const MAYBE_SENT_EARLIER: &str = "it may have been delivered in an earlier run";

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// From an earlier run, for a room that was not entered since.
    LeftOver,
    Waiting,
    OnTheWire,
    Stale,
    Unknown(String),
}

#[derive(Debug)]
struct Slot {
    item: OutboxItem,
    /// Ever given to a connection: only then may it be in the log.
    sent: bool,
    state: State,
    /// Whether the person was shown how it stands. What an earlier run left is shown when a room is entered.
    is_told: bool,
}

impl Slot {
    fn is(&self, room: RoomId, id: PostId) -> bool {
        self.item.room == room && self.item.id == id
    }
}

#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    slots: Vec<Slot>,
    is_changed: bool,
}

impl Outgoing {
    /// How a post that is here stands.
    pub(crate) fn mark_of(&self, room: RoomId, id: PostId) -> Option<Mark> {
        self.slots.iter().find(|slot| slot.is(room, id)).map(|slot| mark(&slot.state))
    }

    /// Takes a post in; how it stands now.
    pub(crate) fn post(&mut self, item: OutboxItem) -> Mark {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.is(item.room, item.id)) {
            if slot.state != State::OnTheWire {
                slot.state = State::Waiting;
            }
            return mark(&slot.state);
        }
        let is_open = |slot: &&Slot| matches!(slot.state, State::Waiting | State::OnTheWire);
        if self.slots.iter().filter(is_open).count() >= ITEMS_MAX {
            return Mark::Refused(FULL.into());
        }
        self.insert(Slot { item, sent: false, state: State::Waiting, is_told: true });
        Mark::Waiting
    }

    /// Takes in a post for a room that this link has not entered: it goes out when it does. Meant for a link that takes
    /// the place of another.
    pub(crate) fn hold(&mut self, item: OutboxItem) -> Mark {
        if let Some(mark) = self.mark_of(item.room, item.id) {
            return mark;
        }
        if self.slots.len() >= ITEMS_MAX {
            return Mark::Refused(FULL.into());
        }
        self.insert(Slot { item, sent: false, state: State::LeftOver, is_told: true });
        Mark::Waiting
    }

    /// Puts a post before those that were written after it, or the log would refuse it as out of order.
    fn insert(&mut self, slot: Slot) {
        let (room, id) = (slot.item.room, slot.item.id);
        let follows =
            |other: &Slot| other.item.room == room && other.item.id.instance == id.instance && other.item.id.n > id.n;
        let at = self.slots.iter().position(follows).unwrap_or(self.slots.len());
        self.slots.insert(at, slot);
        self.is_changed = true;
    }

    /// The next post that may go to `room`, if fewer than `window` wait for their answer there.
    pub(crate) fn next(&mut self, room: RoomId, window: usize) -> Option<OutboxItem> {
        let in_room = || self.slots.iter().filter(|slot| slot.item.room == room);
        if in_room().filter(|slot| slot.state == State::OnTheWire).count() >= window {
            return None;
        }
        let slot = self.slots.iter_mut().find(|slot| slot.item.room == room && slot.state == State::Waiting)?;
        slot.state = State::OnTheWire;
        // On disk before it is on the wire: a crash in between must not make us say "never sent".
        self.is_changed |= !slot.sent;
        slot.sent = true;
        Some(slot.item.clone())
    }

    /// Takes a post out because it is decided. Whether it was there.
    pub(crate) fn settle(&mut self, room: RoomId, id: PostId) -> bool {
        self.drop_where(|slot| slot.is(room, id))
    }

    /// Takes a post out because the person says so.
    pub(crate) fn discard(&mut self, id: PostId) {
        self.drop_where(|slot| slot.item.id == id);
    }

    /// Nobody can tell any more whether this is in the log.
    pub(crate) fn give_up(&mut self, room: RoomId, id: PostId, sentence: String) -> Option<Mark> {
        let slot = self.slots.iter_mut().find(|slot| slot.is(room, id))?;
        slot.state = State::Unknown(sentence);
        self.is_changed = true;
        Some(mark(&slot.state))
    }

    /// The connection broke. The posts that are no longer on their way.
    pub(crate) fn interrupted(&mut self) -> Vec<(RoomId, PostId)> {
        let on_the_wire = self.slots.iter_mut().filter(|slot| slot.state == State::OnTheWire);
        on_the_wire
            .map(|slot| {
                slot.state = State::Waiting;
                (slot.item.room, slot.item.id)
            })
            .collect()
    }

    /// The room is over, or closed to us. How each of its posts ends.
    pub(crate) fn room_over(&mut self, room: RoomId) -> Vec<(PostId, Mark)> {
        let mut marks = Vec::new();
        self.slots.retain_mut(|slot| {
            if slot.item.room != room || matches!(slot.state, State::Unknown(_)) {
                return true;
            }
            let end = if slot.sent { Mark::Unknown(MAYBE_SENT.into()) } else { Mark::Refused(NEVER_SENT.into()) };
            slot.state = State::Unknown(MAYBE_SENT.into());
            marks.push((slot.item.id, end));
            slot.sent
        });
        self.is_changed |= !marks.is_empty();
        marks
    }

    /// Takes in what an earlier run left; it waits for its room to be entered. How many were so old that they were not
    /// taken in: after this time the room is gone, and nobody would read them there.
    pub(crate) fn adopt(&mut self, mut left: Vec<Kept>, now: UnixMillis) -> usize {
        let before = left.len();
        left.retain(|kept| now.0.saturating_sub(kept.item.written.0) <= ABANDONED_AFTER_MS);
        let abandoned = before - left.len();
        self.is_changed |= abandoned > 0;
        for Kept { item, sent, is_unknown } in left {
            let is_known = self.slots.iter().any(|slot| slot.is(item.room, item.id));
            if !is_known {
                let state = match is_unknown {
                    true if sent => State::Unknown(MAYBE_SENT_EARLIER.into()),
                    true => State::Unknown(NEVER_SENT.into()),
                    false => State::LeftOver,
                };
                self.insert(Slot { item, sent, state, is_told: false });
            }
        }
        abandoned
    }

    /// The room was entered: what an earlier run left for it is sent, or asked about. A post that follows on a stale
    /// one is stale as well, or the log would take it first and then refuse the older as out of order.
    pub(crate) fn restore(&mut self, room: RoomId, now: UnixMillis) -> Vec<(OutboxItem, Mark)> {
        let mut stale_instances = Vec::new();
        let is_news = |slot: &Slot| slot.state == State::LeftOver || !slot.is_told;
        let left = self.slots.iter_mut().filter(|slot| slot.item.room == room && is_news(slot));
        left.map(|slot| {
            slot.is_told = true;
            if slot.state != State::LeftOver {
                return (slot.item.clone(), end(slot));
            }
            let is_old = now.0.saturating_sub(slot.item.written.0) > STALE_AFTER_MS;
            if is_old || stale_instances.contains(&slot.item.id.instance) {
                stale_instances.push(slot.item.id.instance);
                slot.state = State::Stale;
            } else {
                slot.state = State::Waiting;
            }
            (slot.item.clone(), mark(&slot.state))
        })
        .collect()
    }

    /// What an earlier run left for rooms that are over: all but those in `open`. It stands in the room that was
    /// entered from now on, because somebody must decide about it, and its own room cannot be shown any more.
    pub(crate) fn strand(&mut self, entered: RoomId, open: &[RoomId]) -> Vec<(OutboxItem, Mark)> {
        let is_stranded = |slot: &Slot| {
            let is_news = slot.state == State::LeftOver || !slot.is_told;
            is_news && slot.item.room != entered && !open.contains(&slot.item.room)
        };
        let mut stranded = Vec::new();
        for slot in self.slots.iter_mut().filter(|slot| is_stranded(slot)) {
            let sentence = if slot.sent { MAYBE_SENT } else { NEVER_SENT };
            slot.state = State::Unknown(sentence.into());
            slot.is_told = true;
            slot.item.room = entered;
            stranded.push((slot.item.clone(), end(slot)));
        }
        self.is_changed |= !stranded.is_empty();
        stranded
    }

    /// Everything undecided, as it is to be kept on disk.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        let kept = |slot: &Slot| Kept {
            item: slot.item.clone(),
            sent: slot.sent,
            is_unknown: matches!(slot.state, State::Unknown(_)),
        };
        self.slots.iter().map(kept).collect()
    }

    /// Whether what is on disk is no longer what is here; asks once per change.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// Whether something still goes out, or waits for its answer.
    pub(crate) fn is_any_open(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.state, State::Waiting | State::OnTheWire))
    }

    fn drop_where(&mut self, is_meant: impl Fn(&Slot) -> bool) -> bool {
        let before = self.slots.len();
        self.slots.retain(|slot| !is_meant(slot));
        let is_dropped = self.slots.len() < before;
        self.is_changed |= is_dropped;
        is_dropped
    }
}

/// How a post stands that has no answer and will get none. What was never sent is in no log.
fn end(slot: &Slot) -> Mark {
    match &slot.state {
        State::Unknown(_) if !slot.sent => Mark::Refused(NEVER_SENT.into()),
        state => mark(state),
    }
}

fn mark(state: &State) -> Mark {
    match state {
        State::Waiting | State::LeftOver => Mark::Waiting,
        State::OnTheWire => Mark::OnTheWire,
        State::Stale => Mark::Stale,
        State::Unknown(sentence) => Mark::Unknown(sentence.clone()),
    }
}

#[cfg(test)]
mod tests;
