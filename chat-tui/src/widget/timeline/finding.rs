//! Looking through what is here, a little at a time: no key waits for a hundred thousand messages.

use super::{Anchor, Item, Look, Row, Said, Timeline, What};
use crate::fold::Needle;
use chat_proto::{Seq, UnixMillis};

/// Bytes that one step looks through: a fraction of a millisecond.
const STEP_BYTES: usize = 64 * 1024;
/// What an entry costs besides its bytes.
const ENTRY_BYTES: usize = 32;
/// How much more it costs to compare what is not ASCII.
const SCRIPT_COST: usize = 6;

/// What one step has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The newest first.
    pub hits: Vec<Seq>,
    /// Where the next one goes on; none if everything was looked through.
    pub next: Option<Seq>,
}

impl Timeline {
    /// The messages before this place that have `needle` in them, as far as one step reaches.
    pub fn find_before(&self, before: Seq, needle: &Needle) -> Step {
        let end = self.items.partition_point(|item| item.last < before);
        let (mut hits, mut cost) = (Vec::new(), 0);
        for item in self.items.range(..end).rev() {
            if cost >= STEP_BYTES {
                return Step { hits, next: Some(item.last.next()) };
            }
            cost += item.cost();
            hits.extend(item.has(needle).then_some(item.first));
        }
        Step { hits, next: None }
    }

    /// The messages after this place that have `needle` in them, the newest first.
    pub fn find_after(&self, after: Seq, needle: &Needle) -> Vec<Seq> {
        let new = self.items.iter().rev().take_while(|item| item.first > after);
        new.filter(|item| item.has(needle)).map(|item| item.first).collect()
    }

    /// The messages that name the reader, the newest first.
    pub fn mentions(&self) -> impl Iterator<Item = (Seq, &Said)> {
        self.items.iter().rev().filter_map(|item| match &item.what {
            What::Said(said) if said.is_mention => Some((item.first, said)),
            _ => None,
        })
    }

    /// Whether what stands at this place is here.
    pub fn is_here(&self, seq: Seq) -> bool {
        let index = self.items.partition_point(|item| item.last < seq);
        self.items.get(index).is_some_and(|item| item.first <= seq && !item.is_gap())
    }

    /// The last place of all that is not here and may still be had.
    pub fn missing_up_to(&self) -> Option<Seq> {
        if self.open_gaps == 0 {
            return None;
        }
        self.items.iter().rev().find(|item| item.is_open_gap()).map(|item| item.last)
    }

    /// The last place on the screen; at the end, there is none behind it.
    pub fn bottom(&self, look: &Look) -> Seq {
        let block_of = |row: &Row| match row {
            Row::Text { block, .. } | Row::System { block, .. } | Row::Name { block } => Some(*block),
            _ => None,
        };
        match self.anchor {
            Anchor::End => Seq(u64::MAX),
            Anchor::At { .. } => {
                let last = self.window(look).iter().rev().find_map(block_of);
                last.and_then(|block| self.items.get(block)).map_or(Seq(u64::MAX), |item| item.last)
            }
        }
    }

    /// Takes the reader back to where they were.
    pub fn go_back(&mut self, look: &Look, anchor: Anchor) {
        self.to_end();
        self.anchor = anchor;
        self.scroll(look, 0);
    }
}

/// Where in the log a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// This is the first that happened at that time or later.
    Here(Seq),
    /// This is the first of all that is kept, and happened later: not even in the same minute.
    Beginning(Seq),
    /// Everything happened earlier.
    Over,
    /// What is not here may have happened then.
    Unknown,
}

/// As exactly as times are shown and typed.
const MINUTE_MILLIS: i64 = 60_000;

impl Timeline {
    pub fn at(&self, time: UnixMillis) -> Then {
        let is_then = |item: &Item| item.time().is_some_and(|happened| happened >= time);
        let Some(index) = self.items.iter().position(is_then) else {
            let is_all_here = self.items.back().is_none_or(|last| !last.is_open_gap());
            return if is_all_here { Then::Over } else { Then::Unknown };
        };
        let seq = self.items[index].last;
        match index.checked_sub(1).map(|before| &self.items[before]) {
            Some(before) if before.is_open_gap() => Then::Unknown,
            Some(_) if self.items.range(..index).any(|item| !item.is_gap()) => Then::Here(seq),
            _ if self.items[index].time().is_some_and(|first| first.0 - time.0 < MINUTE_MILLIS) => Then::Here(seq),
            _ => Then::Beginning(seq),
        }
    }

    /// The first place that is kept, as far as is known here.
    pub fn beginning(&self) -> Option<Seq> {
        let first = self.items.iter().find(|item| item.is_open_gap() || !item.is_gap());
        first.map(|item| item.first)
    }
}

impl Item {
    fn has(&self, needle: &Needle) -> bool {
        matches!(&self.what, What::Said(said) if needle.is_in(&said.text))
    }

    fn cost(&self) -> usize {
        match &self.what {
            What::Said(said) if said.text.is_ascii() => ENTRY_BYTES + said.text.len(),
            What::Said(said) => ENTRY_BYTES + said.text.len() * SCRIPT_COST,
            _ => 1,
        }
    }
}
