//! When to say `Ping`, and when a silent server is gone.

use chat_proto::frame::Limits;
use chat_proto::limits::{HEARTBEAT, SILENCE};
use std::time::Duration;
use tokio::time::Instant;

/// Often enough for a latency that means something, and below every server's heartbeat.
const PING_EVERY: Duration = Duration::from_secs(20);
/// The least a server may ask for: an announced limit of nothing must not make us flood it.
const PING_EVERY_MIN: Duration = Duration::from_secs(5);
/// How long a pong may take after this machine woke up.
const WAKE_PATIENCE: Duration = Duration::from_secs(5);

/// What is due now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    Ping,
    /// Nothing was heard, or no pong came, for this long.
    Dead(Duration),
}

#[derive(Debug)]
pub(crate) struct Heartbeat {
    every: Duration,
    silence: Duration,
    heard: Instant,
    ping_at: Instant,
    /// When the ping was sent that has no answer yet.
    pinged: Option<Instant>,
    /// A pong must come before this: set after a wake.
    deadline: Option<Instant>,
}

impl Heartbeat {
    /// Starts with a ping that is due at once.
    pub(crate) fn new(now: Instant, limits: &Limits) -> Self {
        let announced = Duration::from_millis(limits.heartbeat_ms.into());
        let silence = Duration::from_millis(limits.silence_ms.into());
        Self {
            every: announced.clamp(PING_EVERY_MIN, PING_EVERY),
            silence: silence.clamp(HEARTBEAT, SILENCE),
            heard: now,
            ping_at: now,
            pinged: None,
            deadline: None,
        }
    }

    /// Something came from the server.
    pub(crate) fn on_heard(&mut self, now: Instant) {
        self.heard = now;
    }

    pub(crate) fn on_ping_sent(&mut self, now: Instant) {
        self.pinged = Some(now);
        self.ping_at = now + self.every;
    }

    /// How long the ping took, if there was one.
    pub(crate) fn on_pong(&mut self, now: Instant) -> Option<Duration> {
        self.deadline = None;
        self.pinged.take().map(|sent| now.duration_since(sent))
    }

    /// Time was slept through: the connection may be long dead, and nobody told us.
    pub(crate) fn on_wake(&mut self, now: Instant) {
        // What the silence was before the sleep says nothing about the server.
        self.heard = now;
        self.ping_at = now;
        self.pinged = None;
        self.deadline = Some(now + WAKE_PATIENCE);
    }

    pub(crate) fn due(&self, now: Instant) -> Due {
        if now >= self.dead_at() {
            // What was heard since a ping, and is no pong, may be from before a sleep.
            let since = self.pinged.map_or(self.heard, |pinged| pinged.min(self.heard));
            return Due::Dead(now.duration_since(since));
        }
        match self.pinged.is_none() && now >= self.ping_at {
            true => Due::Ping,
            false => Due::Nothing,
        }
    }

    /// When [`Self::due`] may say something else.
    pub(crate) fn next_at(&self) -> Instant {
        match self.pinged {
            Some(_) => self.dead_at(),
            None => self.ping_at.min(self.dead_at()),
        }
    }

    fn dead_at(&self) -> Instant {
        let silent = self.heard + self.silence;
        self.deadline.map_or(silent, |deadline| deadline.min(silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::fixtures::LIMITS;

    fn heartbeat() -> (Instant, Heartbeat) {
        let start = Instant::now();
        (start, Heartbeat::new(start, &LIMITS))
    }

    #[test]
    fn the_first_ping_is_due_at_once_and_the_next_within_the_heartbeat() {
        let (start, mut heartbeat) = heartbeat();
        assert_eq!(heartbeat.due(start), Due::Ping);

        heartbeat.on_ping_sent(start);
        heartbeat.on_pong(start + Duration::from_millis(3));

        assert_eq!(heartbeat.due(start + Duration::from_secs(19)), Due::Nothing);
        assert_eq!(heartbeat.due(start + Duration::from_secs(20)), Due::Ping);
    }

    #[test]
    fn a_server_that_was_silent_for_ninety_seconds_is_dead() {
        let (start, mut heartbeat) = heartbeat();
        heartbeat.on_ping_sent(start);

        assert_eq!(heartbeat.due(start + Duration::from_secs(89)), Due::Nothing);
        assert_eq!(heartbeat.due(start + SILENCE), Due::Dead(SILENCE));
    }

    #[test]
    fn after_a_wake_a_pong_must_come_within_five_seconds() {
        let (start, mut heartbeat) = heartbeat();
        heartbeat.on_ping_sent(start);
        let woke = start + Duration::from_secs(40);

        heartbeat.on_wake(woke);
        assert_eq!(heartbeat.due(woke), Due::Ping);
        heartbeat.on_ping_sent(woke);
        // Bytes from before the sleep do not count.
        heartbeat.on_heard(woke + Duration::from_secs(1));

        assert_eq!(heartbeat.due(woke + WAKE_PATIENCE), Due::Dead(WAKE_PATIENCE));
    }

    #[test]
    fn a_pong_tells_the_latency_and_ends_the_patience_after_a_wake() {
        let (start, mut heartbeat) = heartbeat();
        heartbeat.on_wake(start);
        heartbeat.on_ping_sent(start);

        let latency = heartbeat.on_pong(start + Duration::from_millis(7));

        assert_eq!(latency, Some(Duration::from_millis(7)));
        assert_eq!(heartbeat.due(start + WAKE_PATIENCE), Due::Nothing);
    }

    #[test]
    fn announced_limits_of_nothing_do_not_make_us_flood() {
        let limits = Limits { heartbeat_ms: 0, silence_ms: 0, ..LIMITS };
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(start, &limits);
        heartbeat.on_ping_sent(start);
        heartbeat.on_pong(start);

        assert_eq!(heartbeat.due(start + Duration::from_secs(4)), Due::Nothing);
    }
}
