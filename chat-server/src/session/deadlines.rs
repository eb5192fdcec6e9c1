//! What must have happened by when: login, a begun frame, a sign of life, taking what waits.

use super::{Farewell, Session};
use crate::transport::Stream;
use std::time::Duration;
use tokio::time::Instant;

impl<S: Stream> Session<S> {
    /// The moments at which something must have happened.
    fn deadlines(&self) -> impl Iterator<Item = (Instant, Farewell)> {
        let config = &self.shared.config;
        let hopeful = match &self.newcomer {
            Some(newcomer) => (newcomer.accepted_at + config.login_timeout, Farewell::LoginTimedOut),
            None => (self.heard_at + config.silence, Farewell::Silent),
        };
        let frame = self.frame_since.map(|since| (since + config.frame_timeout, Farewell::FrameTimedOut));
        let stall = self.traffic.outbound.stalled_since().map(|since| (since + config.write_stall, Farewell::TooSlow));
        [Some(hopeful), frame, stall].into_iter().flatten()
    }

    /// The first of them, or the end of a pause.
    fn next_due(&self) -> Option<Instant> {
        self.deadlines().map(|(due, _)| due).chain(self.paused_until).min()
    }

    /// Sets the alarm if something is due before it rings. Most deadlines only ever move away, and are looked at when
    /// the alarm rings: delivering costs no timer.
    pub(super) fn set_alarm(&mut self) {
        if let Some(due) = self.next_due().filter(|due| *due < self.alarm.deadline()) {
            self.alarm.as_mut().reset(due);
        }
    }

    pub(super) fn on_alarm(&mut self) -> Result<(), Farewell> {
        let now = Instant::now();
        if !self.may_listen() {
            self.note_deafness(now);
        }
        self.paused_until = self.paused_until.filter(|until| *until > now);
        if let Some((_, farewell)) = self.deadlines().find(|(due, _)| *due <= now) {
            return Err(farewell);
        }
        let next = self.next_due();
        self.alarm.as_mut().reset(next.unwrap_or(now + self.shared.config.silence));
        Ok(())
    }

    /// Nobody is silent, or slow to finish a frame, to whom nobody listens.
    fn note_deafness(&mut self, now: Instant) {
        self.heard_at = now;
        self.frame_since = self.frame_since.map(|_| now);
    }

    pub(super) fn pause(&mut self, pause: Option<Duration>) {
        let until = pause.map(|pause| Instant::now() + pause);
        self.paused_until = self.paused_until.max(until);
    }
}
