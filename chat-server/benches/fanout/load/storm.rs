//! All are cut off, and come back at once.

use super::Rooms;
use super::meter::Meter;
use crate::figures::{Figure, Figures};
use crate::subject::Subject;

pub(super) fn run(rooms: Rooms, subject: Subject) -> Figures {
    let server = subject.start();
    let mut crowd = rooms.gather(subject, &server);
    let meter = Meter::begin(&server);
    let people = crowd.disperse();
    crowd.enter(&server, people);
    let mut figures = meter.joins(rooms.people(), crowd.signed_for(), subject.check_takes());
    figures.insert(Figure::Resumed, crowd.resumed());
    figures
}
