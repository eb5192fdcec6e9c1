//! What waits to be written to one session.
//!
//! News is shared bytes, answers stand one behind the other; all that waits goes out in one vectored write. When it is
//! full, nothing is lost: the session takes no more news, falls behind, and reads the log once there is room.

use crate::config::Config;
use bytes::{Buf, Bytes};
use chat_proto::frame::Body;
use chat_proto::{ServerFrame, codec};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::time::Instant;

/// Frames whose places are kept for the next ones: hardly more come at once to somebody who keeps up.
const PLACES_KEPT: usize = 4;

/// What one session may still be given when all together have too much.
const SMALL_SHARE_BYTES: usize = 64 * 1024;

/// An `Accepted`, with large numbers.
const SHORT_ANSWER_BYTES: usize = 48;

/// What waits for all sessions together, and what may wait for each: bytes.
#[derive(Debug)]
pub(crate) struct Budget {
    waits: AtomicUsize,
    may_wait: usize,
    may_wait_for_each: usize,
    /// What a peer must take to count as reading.
    progress: usize,
}

impl Budget {
    /// Nothing waits yet.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            waits: AtomicUsize::new(0),
            may_wait: config.outbound_total_bytes,
            may_wait_for_each: config.outbound_bytes,
            progress: config.write_progress,
        }
    }

    fn is_spent(&self) -> bool {
        self.waits.load(Ordering::Relaxed) > self.may_wait
    }
}

/// A queue of bytes, in order.
#[derive(Debug)]
pub(super) struct Outbound {
    /// Mostly the only one, which needs no memory elsewhere; empty if there is none.
    first: Bytes,
    others: VecDeque<Bytes>,
    /// Behind them, frames that are meant for nobody else.
    answers: Vec<u8>,
    bytes: usize,
    /// As the budget knows it: what is written at once need not be told.
    told_bytes: usize,
    budget: Arc<Budget>,
    /// Since when the peer has taken less of what waits than it must.
    stalled_since: Option<Instant>,
    taken_since: usize,
}

impl Outbound {
    /// An empty queue.
    pub(super) fn new(budget: Arc<Budget>) -> Self {
        Self {
            first: Bytes::new(),
            others: VecDeque::new(),
            answers: Vec::new(),
            bytes: 0,
            told_bytes: 0,
            budget,
            stalled_since: None,
            taken_since: 0,
        }
    }

    /// Adds a frame. Answers may exceed the maximum by what one turn produces; news may not ([`Self::has_room`]).
    pub(super) fn push(&mut self, frame: Bytes) {
        debug_assert!(!frame.is_empty(), "the first one is empty if there is none");
        if !self.answers.is_empty() {
            self.line_up_answers();
        }
        self.bytes += frame.len();
        self.line_up(frame);
    }

    /// So many short answers are to be added.
    pub(super) fn expect_answers(&mut self, count: usize) {
        self.answers.reserve(count * SHORT_ANSWER_BYTES);
    }

    /// Adds a frame that is meant for nobody else.
    pub(super) fn answer(&mut self, request: u32, body: &impl Body<Frame = ServerFrame>) {
        let before = self.answers.len();
        codec::append(request, body, &mut self.answers);
        self.bytes += self.answers.len() - before;
    }

    fn line_up_answers(&mut self) {
        let answers = std::mem::take(&mut self.answers).into();
        self.line_up(answers);
    }

    fn line_up(&mut self, frame: Bytes) {
        match self.first.is_empty() {
            true => self.first = frame,
            false => self.others.push_back(frame),
        }
    }

    /// What waits, to be written.
    pub(super) fn lined_up(&mut self) -> &mut impl Buf {
        if !self.answers.is_empty() {
            self.line_up_answers();
        }
        self
    }

    /// Whether more should be added.
    pub(super) fn has_room(&self) -> bool {
        let most = self.budget.may_wait_for_each;
        let max = if self.budget.is_spent() { SMALL_SHARE_BYTES.min(most) } else { most };
        self.bytes < max
    }

    /// All that could be written was: what is left counts among what waits for all.
    pub(super) fn tell_budget(&mut self) {
        let waits = &self.budget.waits;
        if self.bytes > self.told_bytes {
            waits.fetch_add(self.bytes - self.told_bytes, Ordering::Relaxed);
        } else if self.bytes < self.told_bytes {
            waits.fetch_sub(self.told_bytes - self.bytes, Ordering::Relaxed);
        }
        self.told_bytes = self.bytes;
    }

    /// The peer takes no more now.
    pub(super) fn note_stall(&mut self) {
        if self.stalled_since.is_none() {
            self.watch();
        }
    }

    fn watch(&mut self) {
        self.stalled_since = Some(Instant::now());
        self.taken_since = 0;
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Since when the peer has taken next to nothing of what waits.
    pub(super) fn stalled_since(&self) -> Option<Instant> {
        self.stalled_since
    }

    /// Whoever comes in is told much at once, and little afterwards for as long as they stay.
    fn give_places_back(&mut self) {
        if self.others.capacity() > PLACES_KEPT {
            self.others = VecDeque::new();
        }
    }
}

impl Buf for Outbound {
    fn remaining(&self) -> usize {
        self.bytes
    }

    fn chunk(&self) -> &[u8] {
        &self.first
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.iter_mut().zip(iter::once(&self.first).chain(&self.others));
        filled.map(|(slice, frame)| *slice = IoSlice::new(frame)).count()
    }

    fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        self.taken_since += written;
        while written > 0 && !self.first.is_empty() {
            let part = written.min(self.first.len());
            self.first.advance(part);
            written -= part;
            if self.first.is_empty() {
                self.first = self.others.pop_front().unwrap_or_default();
            }
        }
        if self.is_empty() {
            self.stalled_since = None;
            self.give_places_back();
        } else if self.stalled_since.is_some() && self.taken_since >= self.budget.progress {
            self.watch();
        }
    }
}

impl Drop for Outbound {
    fn drop(&mut self) {
        self.budget.waits.fetch_sub(self.told_bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::frame::Done;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// What happens to a queue.
    #[derive(Debug, Clone)]
    enum Step {
        Push(Vec<u8>),
        Answer(u32),
        /// As much of what waits is written, in hundredths.
        Write(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            vec(any::<u8>(), 1..20).prop_map(Step::Push),
            any::<u32>().prop_map(Step::Answer),
            (0..=100_usize).prop_map(Step::Write),
        ]
    }

    proptest! {
        #[test]
        fn everything_is_written_once_and_in_order_in_whatever_pieces(steps in vec(step(), 0..64)) {
            let mut outbound = Outbound::new(Arc::new(Budget::new(&Config::default())));
            let (mut expected, mut written) = (Vec::new(), Vec::new());

            for step in steps.into_iter().chain([Step::Write(100)]) {
                match step {
                    Step::Push(frame) => {
                        expected.extend_from_slice(&frame);
                        outbound.push(frame.into());
                    }
                    Step::Answer(request) => {
                        let done = Done {};
                        expected.extend_from_slice(&codec::to_bytes(request, &ServerFrame::from(done.clone())));
                        outbound.answer(request, &done);
                    }
                    Step::Write(hundredths) => {
                        let waiting = outbound.lined_up();
                        let mut slices = [IoSlice::new(&[]); 128];
                        let filled = waiting.chunks_vectored(&mut slices);
                        let all: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).collect();
                        let most = all.len() * hundredths / 100;
                        written.extend_from_slice(&all[..most]);
                        waiting.advance(most);
                    }
                }
                prop_assert_eq!(outbound.is_empty(), written.len() == expected.len());
            }

            prop_assert_eq!(written, expected);
            prop_assert!(outbound.first.is_empty() && outbound.others.is_empty());
        }
    }
}
