//! One room in which some post again whenever something of their own comes back: so much of each is always on its way.

use super::Rooms;
use super::meter::Meter;
use crate::crowd::{Arrival, Crowd};
use crate::figures::{Figures, Latencies};
use crate::line::Attention;
use crate::subject::Subject;
use std::time::Duration;

/// Before anything is measured.
const WARM_UP: Duration = Duration::from_millis(300);
/// Between two looks at the clock, if nothing comes.
const TURN: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Closed {
    /// One.
    pub(crate) rooms: Rooms,
    pub(crate) senders: usize,
    /// Messages of each sender that are on their way.
    pub(crate) in_flight: u32,
    pub(crate) bytes: usize,
}

impl Closed {
    pub(super) fn run(self, subject: Subject, window: Duration) -> Figures {
        let server = subject.start();
        let mut crowd = self.rooms.gather(subject, &server);
        // Senders have to know what is theirs; one member, the last to come, checks for all the others, who only count.
        crowd.lines[self.senders..].iter_mut().for_each(|line| line.attention = Attention::Counts);
        crowd.lines.last_mut().expect("a room is not empty").attention = Attention::Checks;
        self.pump(&mut crowd, WARM_UP, |_| {});
        let (before, mut latencies) = (posted(&crowd), Latencies::default());
        let meter = Meter::begin(&server);
        let lost = self.pump(&mut crowd, window, |arrival| latencies.note(arrival.after));
        meter.deliveries((posted(&crowd) - before) * self.rooms.people(), lost, latencies)
    }

    /// Posts for so long, and waits for all of it. Says how much was lost so far.
    pub(super) fn pump(self, crowd: &mut Crowd, time: Duration, mut told: impl FnMut(Arrival)) -> u64 {
        let ends = crowd.now() + time;
        let mut returned = vec![self.in_flight; self.senders];
        while crowd.now() < ends {
            for (sender, count) in returned.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
                self.post(crowd, sender, std::mem::take(count));
            }
            crowd.turn(TURN, |arrival| {
                if arrival.line == arrival.letter.sender as usize {
                    returned[arrival.line] += 1;
                }
                told(arrival);
            });
        }
        let posted = posted(crowd);
        crowd.lost(|_| posted, told)
    }

    fn post(self, crowd: &mut Crowd, sender: usize, messages: u32) {
        let now = crowd.now();
        (0..messages).for_each(|_| crowd.post(sender, sender as u32, self.bytes, now));
        crowd.flush(sender);
    }
}

/// By all of a room.
pub(super) fn posted(crowd: &Crowd) -> u64 {
    crowd.lines.iter().map(|line| u64::from(line.posted)).sum()
}
