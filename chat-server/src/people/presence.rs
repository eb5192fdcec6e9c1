//! How present somebody is, as their sessions say.

use chat_proto::frame::Presence;
use std::time::Duration;
use tokio::time::Instant;

/// How long a change is not followed by another one that is told.
const REST: Duration = Duration::from_secs(5);
/// So much longer for each who is told: nobody makes the server say much by saying little.
const REST_PER_LISTENER: Duration = Duration::from_millis(1);

/// What the sessions of a person say, and what of it was told; nothing of somebody who was always simply here.
#[derive(Default)]
pub(super) struct Said(Option<Box<Words>>);

struct Words {
    /// Those that are not simply here, by instance, in the order in which they said so.
    elsewhere: Vec<(u64, Presence)>,
    told: Presence,
    rests_until: Option<Instant>,
}

/// What is to be told.
pub(super) enum Change {
    /// Nothing.
    None,
    /// Something, but not yet.
    Later,
    /// This.
    Now(Presence),
}

impl Default for Words {
    fn default() -> Self {
        Self { elsewhere: Vec::new(), told: Presence::Here, rests_until: None }
    }
}

impl Said {
    pub(super) fn say(&mut self, instance: u64, presence: Presence) {
        self.take_back(instance);
        if presence != Presence::Here {
            self.words().elsewhere.push((instance, presence));
        }
    }

    /// A session is over, or begins anew.
    pub(super) fn take_back(&mut self, instance: u64) {
        if let Some(words) = &mut self.0 {
            words.elsewhere.retain(|(other, _)| *other != instance);
        }
    }

    /// Away if one of so many sessions says so, the newest word counts; otherwise as their most present session.
    pub(super) fn presence(&self, sessions: usize) -> Presence {
        let Some(Words { elsewhere, .. }) = self.0.as_deref() else { return Presence::Here };
        let away = elsewhere.iter().rev().find(|(_, presence)| matches!(presence, Presence::Away(_)));
        match away {
            Some((_, presence)) => presence.clone(),
            None if sessions > 0 && elsewhere.len() >= sessions => Presence::Idle,
            None => Presence::Here,
        }
    }

    /// What is to be told now; it counts as told.
    pub(super) fn take_change(&mut self, sessions: usize, now: Instant) -> Change {
        let presence = self.presence(sessions);
        let Some(words) = &mut self.0 else { return Change::None };
        match words.rests_until {
            _ if presence == words.told => Change::None,
            Some(until) if now < until => Change::Later,
            _ => {
                words.told = presence.clone();
                Change::Now(presence)
            }
        }
    }

    /// Somebody may have seen them come in since.
    pub(super) fn tell_again(&mut self) {
        if let Some(words) = &mut self.0 {
            words.told = Presence::Here;
        }
    }

    /// Was told to so many.
    pub(super) fn rest(&mut self, now: Instant, listeners: usize) {
        let listeners = u32::try_from(listeners).unwrap_or(u32::MAX);
        self.words().rests_until = Some(now + REST + REST_PER_LISTENER.saturating_mul(listeners));
    }

    fn words(&mut self) -> &mut Words {
        self.0.get_or_insert_default()
    }
}
