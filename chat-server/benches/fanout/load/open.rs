//! Rooms in which one member each posts when it is due, whatever has come back.

use super::meter::Meter;
use super::{Rooms, closed};
use crate::crowd::{Arrival, Crowd};
use crate::figures::{Figures, Latencies};
use crate::line::Attention;
use crate::subject::Subject;
use std::time::Duration;

/// Before anything is measured.
const WARM_UP: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    pub(crate) rooms: Rooms,
    pub(crate) pace: Pace,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Messages per second, in all rooms together.
    pub(crate) rate: u32,
    pub(crate) bytes: usize,
}

impl Open {
    pub(super) fn run(self, subject: Subject, window: Duration) -> Figures {
        let server = subject.start();
        let mut crowd = self.rooms.gather(subject, &server);
        crowd.lines.last_mut().expect("no room is empty").attention = Attention::Checks;
        self.pace.keep(&mut crowd, self.rooms, WARM_UP, |_| {});
        self.lost(&mut crowd, |_| {});
        let (before, mut latencies) = (closed::posted(&crowd), Latencies::default());
        let meter = Meter::begin(&server);
        self.pace.keep(&mut crowd, self.rooms, window, |arrival| latencies.note(arrival.after));
        let lost = self.lost(&mut crowd, |arrival| latencies.note(arrival.after));
        meter.deliveries((closed::posted(&crowd) - before) * self.rooms.members as u64, lost, latencies)
    }

    fn lost(self, crowd: &mut Crowd, told: impl FnMut(Arrival)) -> u64 {
        let posted: Vec<_> = crowd.lines[..self.rooms.count].iter().map(|line| u64::from(line.posted)).collect();
        crowd.lost(|line| posted[self.rooms.of(line)], told)
    }
}

impl Pace {
    /// Posts for so long, in one room after the other. Nothing is left out: what is late is posted at once, and counts
    /// from when it was due.
    pub(super) fn keep(self, crowd: &mut Crowd, rooms: Rooms, time: Duration, mut told: impl FnMut(Arrival)) {
        let (began, every) = (crowd.now(), Duration::from_secs(1) / self.rate);
        let all = (time.as_secs_f64() * f64::from(self.rate)) as u32;
        for n in 0..all {
            let due = began + every * n;
            // Whoever is late reads as well.
            crowd.turn(due.saturating_sub(crowd.now()), &mut told);
            while crowd.now() < due {
                crowd.turn(due.saturating_sub(crowd.now()), &mut told);
            }
            let sender = n as usize % rooms.count;
            crowd.post(sender, 0, self.bytes, due);
            crowd.flush(sender);
        }
    }
}
