//! All come, and do nothing: what each of them takes to come in, and to be there.

use super::Rooms;
use super::meter::Meter;
use crate::crowd::Crowd;
use crate::figures::{Figure, Figures};
use crate::subject::Subject;

pub(super) fn run(rooms: Rooms, subject: Subject) -> Figures {
    let server = subject.start();
    let (founders, others) = rooms.invite(subject);
    let (mut crowd, empty_kib) = (Crowd::new(), server.resident_kib());
    let meter = Meter::begin(&server);
    crowd.enter(&server, founders);
    crowd.enter(&server, others);
    let mut figures = meter.joins(rooms.people(), crowd.signed_for(), subject.check_takes());
    crowd.settle();
    let held_kib = server.resident_kib() - empty_kib;
    figures.insert(Figure::PerMember, held_kib / rooms.people() as f64);
    figures
}
