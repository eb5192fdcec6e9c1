//! One room in which some post again whenever something of their own comes back: so much of each is always on its way.

use crate::crowd::Crowd;
use crate::figures::{Figure, Figures, Latencies};
use crate::line::Attention;
use crate::subject::Subject;
use std::time::{Duration, Instant};

/// Before anything is measured.
const WARM_UP: Duration = Duration::from_millis(300);
/// Between two looks at the clock, if nothing comes.
const TURN: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Closed {
    pub(crate) members: u64,
    pub(crate) senders: usize,
    /// Messages of each sender that are on their way.
    pub(crate) in_flight: u32,
    pub(crate) bytes: usize,
}

impl Closed {
    pub(crate) fn run(self, subject: Subject, window: Duration) -> Figures {
        let server = subject.start();
        let mut crowd = Crowd::new();
        let mut members = subject.room(0, 0..self.members).into_iter();
        crowd.enter(&server, members.next());
        crowd.enter(&server, members);
        // Senders have to know what is theirs; one member, the last to come, judges for all the others, who only count.
        crowd.lines[self.senders..].iter_mut().for_each(|line| line.attention = Attention::Counts);
        crowd.lines.last_mut().unwrap().attention = Attention::Checks;
        crowd.settle();
        let (warm, _, _) = self.pump(&mut crowd, WARM_UP);
        let (used, began) = (server.usage(), Instant::now());
        let (posted, lost, latencies) = self.pump(&mut crowd, window);
        let (used, took) = (server.usage().since(&used), began.elapsed());
        let deliveries = ((posted - warm) * self.members) as f64;
        let mut figures = latencies.figures();
        figures.extend([
            (Figure::CpuPerMillion, used.as_secs_f64() / deliveries * 1e6),
            (Figure::Rate, deliveries / 1e6 / took.as_secs_f64()),
            (Figure::Lost, lost as f64),
            (Figure::PeakMib, server.peak_kib() as f64 / 1024.0),
        ]);
        figures
    }

    /// Posts for so long, and waits for all of it. Says how much was posted so far, how much of it was lost, and how long
    /// deliveries took.
    fn pump(self, crowd: &mut Crowd, time: Duration) -> (u64, u64, Latencies) {
        let ends = crowd.now() + time;
        let mut latencies = Latencies::default();
        let mut returned = vec![self.in_flight; self.senders];
        while crowd.now() < ends {
            for (sender, count) in returned.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
                (0..std::mem::take(count)).for_each(|_| crowd.post(sender, sender as u32, self.bytes));
                crowd.flush(sender);
            }
            crowd.turn(TURN, |arrival| {
                latencies.note(arrival.after);
                if arrival.line == arrival.letter.sender as usize {
                    returned[arrival.line] += 1;
                }
            });
        }
        let posted = crowd.lines.iter().map(|line| u64::from(line.posted)).sum();
        let lost = crowd.lost(|_| posted, |arrival| latencies.note(arrival.after));
        (posted, lost, latencies)
    }
}
