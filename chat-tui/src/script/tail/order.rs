//! Entries in the order of the log, from the oldest that is kept: what a server leaves out is asked for, and what comes
//! meanwhile waits.
//!
//! History is asked for backwards, newest page first, so the pages wait too, until the range is whole.

use crate::link::Command;
use chat_proto::frame::GapKind;
use chat_proto::{Entry, RoomId, Seq};
use std::collections::VecDeque;

/// Entries that may wait for older ones: ten times what a server keeps of a room in memory. A server whose history
/// never ends, or never comes, fills no more than that.
const WAITING_MAX: usize = 100_000;

/// Something the link told about the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// In the room: entries after `cursor` come by themselves, those from `oldest` up to it do not.
    Entered {
        room: RoomId,
        oldest: Seq,
        cursor: Seq,
    },
    Entries(Vec<Entry>),
    Gap {
        from: Seq,
        to: Seq,
        kind: GapKind,
    },
    /// The answer to a question.
    Page {
        oldest: Seq,
        entries: Vec<Entry>,
    },
    /// No answer to a question.
    NoPage,
}

/// What can be printed now, and what must be asked.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    pub(crate) entries: Vec<Entry>,
    pub(crate) question: Option<Command>,
    /// A sentence about what is gone.
    pub(crate) gone: Option<String>,
}

/// A range that is being asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Missing {
    after: Seq,
    before: Seq,
    /// Newest first.
    pages: Vec<Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Order {
    room: Option<RoomId>,
    missing: Option<Missing>,
    held: VecDeque<Told>,
    /// How much waits in `missing` and `held`, in entries.
    waiting: usize,
}

impl Told {
    fn weight(&self) -> usize {
        match self {
            Self::Entries(entries) | Self::Page { entries, .. } => 1 + entries.len(),
            Self::Entered { .. } | Self::Gap { .. } | Self::NoPage => 1,
        }
    }
}

impl Order {
    pub(crate) fn take(&mut self, told: Told) -> Ready {
        let mut ready = Ready::default();
        self.waiting += told.weight();
        match told {
            Told::Page { oldest, entries } => self.on_page(oldest, entries, &mut ready),
            Told::NoPage => self.is_whole(&mut ready),
            other => self.held.push_back(other),
        }
        if self.waiting > WAITING_MAX && self.missing.is_some() {
            ready = Ready {
                gone: Some("there is more history than can wait here; the rest is left out".into()),
                ..Ready::default()
            };
            self.is_whole(&mut ready);
        }
        while self.missing.is_none()
            && let Some(told) = self.held.pop_front()
        {
            self.on_told(told, &mut ready);
        }
        if self.missing.is_none() {
            self.waiting = 0;
        }
        ready
    }

    fn on_told(&mut self, told: Told, ready: &mut Ready) {
        match told {
            Told::Entered { room, oldest, cursor } => {
                self.room = Some(room);
                if oldest <= cursor {
                    self.ask(Seq::START, cursor.next(), ready);
                }
            }
            Told::Entries(entries) => ready.entries.extend(entries),
            Told::Gap { from, to, kind: GapKind::Loadable } => self.ask(Seq(from.0 - 1), to.next(), ready),
            Told::Gap { from, to, kind: GapKind::Purged } => {
                ready.gone = Some(format!("entries {from} to {to} are no longer kept"));
            }
            Told::Page { .. } | Told::NoPage => {}
        }
    }

    fn ask(&mut self, after: Seq, before: Seq, ready: &mut Ready) {
        self.missing = Some(Missing { after, before, pages: Vec::new() });
        ready.question = self.question();
    }

    fn question(&self) -> Option<Command> {
        let (room, missing) = (self.room?, self.missing.as_ref()?);
        Some(Command::History { room, after: missing.after, before: missing.before })
    }

    fn on_page(&mut self, oldest: Seq, mut entries: Vec<Entry>, ready: &mut Ready) {
        let Some(missing) = &mut self.missing else { return };
        entries.retain(|entry| entry.seq < missing.before);
        let first = entries.first().map(|first| (first.seq, first.prev));
        missing.pages.push(entries);
        match first {
            Some((seq, prev)) if prev > missing.after && seq > oldest => {
                missing.before = seq;
                ready.question = self.question();
            }
            _ => self.is_whole(ready),
        }
    }

    fn is_whole(&mut self, ready: &mut Ready) {
        if let Some(missing) = self.missing.take() {
            ready.entries.extend(missing.pages.into_iter().rev().flatten());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fixtures::message;

    const ROOM: RoomId = RoomId([7; 16]);

    fn entries(from: u64, to: u64) -> Vec<Entry> {
        (from..=to).map(|seq| message(seq, Seq(seq - 1))).collect()
    }

    fn seqs(ready: &Ready) -> Vec<u64> {
        ready.entries.iter().map(|entry| entry.seq.0).collect()
    }

    fn asked(ready: &Ready) -> Option<(u64, u64)> {
        match ready.question {
            Some(Command::History { after, before, .. }) => Some((after.0, before.0)),
            _ => None,
        }
    }

    #[test]
    fn history_is_printed_before_what_comes_while_it_loads() {
        let mut order = Order::default();
        let entered = order.take(Told::Entered { room: ROOM, oldest: Seq(1), cursor: Seq(5) });
        assert_eq!(asked(&entered), Some((0, 6)));
        assert_eq!(seqs(&order.take(Told::Entries(entries(6, 7)))), [0; 0]);

        let page = order.take(Told::Page { oldest: Seq(1), entries: entries(4, 5) });
        assert_eq!((seqs(&page), asked(&page)), (vec![], Some((0, 4))));
        let last_page = order.take(Told::Page { oldest: Seq(1), entries: entries(1, 3) });

        assert_eq!(seqs(&last_page), [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_room_whose_history_came_by_itself_asks_for_nothing() {
        let mut order = Order::default();
        let entered = order.take(Told::Entered { room: ROOM, oldest: Seq(1), cursor: Seq(0) });

        assert_eq!(asked(&entered), None);
        assert_eq!(seqs(&order.take(Told::Entries(entries(1, 2)))), [1, 2]);
    }

    #[test]
    fn a_loadable_gap_is_filled_in_its_place() {
        let mut order = Order::default();
        order.take(Told::Entered { room: ROOM, oldest: Seq(1), cursor: Seq(0) });
        let gap = order.take(Told::Gap { from: Seq(3), to: Seq(4), kind: GapKind::Loadable });
        order.take(Told::Entries(entries(5, 5)));

        let filled = order.take(Told::Page { oldest: Seq(1), entries: entries(3, 4) });

        assert_eq!(asked(&gap), Some((2, 5)));
        assert_eq!(seqs(&filled), [3, 4, 5]);
    }

    #[test]
    fn history_that_is_gone_or_refused_holds_nothing_up() {
        for answer in [Told::NoPage, Told::Page { oldest: Seq(6), entries: Vec::new() }] {
            let mut order = Order::default();
            order.take(Told::Entered { room: ROOM, oldest: Seq(1), cursor: Seq(5) });
            order.take(Told::Entries(entries(6, 6)));

            assert_eq!(seqs(&order.take(answer)), [6]);
        }
    }

    #[test]
    fn later_entries_that_point_into_a_page_are_not_printed_twice() {
        let mut order = Order::default();
        order.take(Told::Entered { room: ROOM, oldest: Seq(1), cursor: Seq(2) });
        let page = Told::Page { oldest: Seq(1), entries: entries(1, 4) };

        assert_eq!(seqs(&order.take(page)), [1, 2]);
    }

    #[test]
    fn what_is_purged_is_said() {
        let mut order = Order::default();
        let ready = order.take(Told::Gap { from: Seq(3), to: Seq(9), kind: GapKind::Purged });

        assert_eq!(ready.gone.as_deref(), Some("entries 3 to 9 are no longer kept"));
    }

    #[test]
    fn a_history_without_an_end_is_given_up_and_what_came_is_printed() {
        let mut order = Order::default();
        order.take(Told::Entered { room: ROOM, oldest: Seq(1), cursor: Seq(u64::MAX / 2) });
        let mut printed = 0;
        let mut gone = None;

        for n in 0..2_000_u64 {
            let end = u64::MAX / 2 - n * 200;
            let ready = order.take(Told::Page { oldest: Seq(1), entries: entries(end - 199, end) });
            printed += ready.entries.len();
            gone = gone.or(ready.gone);
            if gone.is_some() {
                break;
            }
        }

        assert!(gone.is_some(), "it would have gone on for ever");
        assert!((99_000..=100_400).contains(&printed), "{printed}");
    }
}
