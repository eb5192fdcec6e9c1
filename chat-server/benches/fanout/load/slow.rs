//! A room in which somebody stops reading for a while: what it costs the others, what is held for the one, and whether
//! they get it all in the end.

use super::{Closed, Pace, Rooms, closed};
use crate::crowd::Crowd;
use crate::figures::{Figure, Figures, Latencies};
use crate::line::Attention;
use crate::subject::Subject;
use std::time::Duration;

const BEFORE: Duration = Duration::from_secs(5);
const AWAY: Duration = Duration::from_secs(10);
/// In that time more than the system holds for a connection (about 4 MiB), and less than a room in memory keeps (8 MiB,
/// 10,000 messages).
const PACE: Pace = Pace { rate: 700, bytes: 900 };
/// Those that a room keeps: posted first, so that what it keeps grows no more.
const KEPT: u64 = 10_000;
const FILL: Duration = Duration::from_millis(100);

pub(super) fn run(rooms: Rooms, subject: Subject) -> Figures {
    let server = subject.start();
    let mut crowd = rooms.gather(subject, &server);
    let slow = crowd.lines.len() - 1;
    crowd.lines[slow].attention = Attention::Checks;
    fill(rooms, &mut crowd);
    let mut before = others(rooms, &mut crowd, slow, BEFORE);
    let held_kib = server.resident_kib();
    crowd.pause(slow);
    let mut during = others(rooms, &mut crowd, slow, AWAY);
    let buffered_kib = server.resident_kib() - held_kib;
    crowd.resume(slow);
    let posted = closed::posted(&crowd);
    let lost = crowd.lost(|_| posted, |_| {});
    let [before, during] = [&mut before, &mut during].map(|latencies| latencies.percentile_ms(99));
    Figures::from([
        (Figure::P99Before, before),
        (Figure::P99, during),
        (Figure::P99Growth, during / before),
        (Figure::Buffered, buffered_kib / 1024.0),
        (Figure::Lost, lost as f64),
        (Figure::Peak, server.peak_kib() / 1024.0),
    ])
}

fn fill(rooms: Rooms, crowd: &mut Crowd) {
    let fast = Closed { rooms, senders: 1, in_flight: 64, bytes: PACE.bytes };
    while closed::posted(crowd) < KEPT {
        fast.pump(crowd, FILL, |_| {});
    }
}

/// How long deliveries take to all but one.
fn others(rooms: Rooms, crowd: &mut Crowd, slow: usize, time: Duration) -> Latencies {
    let mut latencies = Latencies::default();
    PACE.keep(crowd, rooms, time, |arrival| {
        if arrival.line != slow {
            latencies.note(arrival.after);
        }
    });
    latencies
}
