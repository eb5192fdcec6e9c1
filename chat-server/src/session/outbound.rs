//! What waits to be written to one session.
//!
//! News is shared bytes, answers stand one behind the other; all that waits goes out in one vectored write. When it is full, nothing is lost: the
//! session takes no more news, falls behind, and reads the log once there is room.

use crate::config::Config;
use bytes::{Buf, Bytes};
use chat_proto::{ServerFrame, codec};
use std::collections::VecDeque;
use std::io::IoSlice;
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
    frames: VecDeque<Bytes>,
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
            frames: VecDeque::new(),
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
        self.line_up_answers();
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    /// So many short answers are to be added.
    pub(super) fn expect_answers(&mut self, count: usize) {
        self.answers.reserve(count * SHORT_ANSWER_BYTES);
    }

    /// Adds a frame that is meant for nobody else.
    pub(super) fn answer(&mut self, request: u32, frame: &ServerFrame) {
        let before = self.answers.len();
        codec::append(request, frame, &mut self.answers);
        self.bytes += self.answers.len() - before;
    }

    fn line_up_answers(&mut self) {
        if !self.answers.is_empty() {
            self.frames.push_back(std::mem::take(&mut self.answers).into());
        }
    }

    /// What waits, to be written.
    pub(super) fn lined_up(&mut self) -> &mut impl Buf {
        self.line_up_answers();
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
        if self.frames.capacity() > PLACES_KEPT {
            self.frames = VecDeque::new();
        }
    }
}

impl Buf for Outbound {
    fn remaining(&self) -> usize {
        self.bytes
    }

    fn chunk(&self) -> &[u8] {
        self.frames.front().map_or(&[], |frame| frame)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.iter_mut().zip(&self.frames);
        filled.map(|(slice, frame)| *slice = IoSlice::new(frame)).count()
    }

    fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        self.taken_since += written;
        while let Some(front) = self.frames.front_mut().filter(|_| written > 0) {
            let part = written.min(front.len());
            front.advance(part);
            written -= part;
            if front.is_empty() {
                self.frames.pop_front();
            }
        }
        if self.frames.is_empty() {
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
