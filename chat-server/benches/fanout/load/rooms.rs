//! Who is in which room.

use crate::crowd::Crowd;
use crate::process::Server;
use crate::subject::{Member, Subject};

/// So many rooms of so many. The first lines of a crowd are those who opened the rooms, one of each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rooms {
    pub(crate) count: usize,
    pub(crate) members: usize,
}

/// Who comes first, and the others, room by room.
pub(super) type People = (Vec<Box<dyn Member>>, Vec<Box<dyn Member>>);

impl Rooms {
    pub(crate) const fn one_of(members: usize) -> Self {
        Self { count: 1, members }
    }

    pub(crate) fn people(self) -> u64 {
        (self.count * self.members) as u64
    }

    /// The room of a line.
    pub(super) fn of(self, line: usize) -> usize {
        match line.checked_sub(self.count) {
            None => line,
            Some(other) => other / (self.members - 1),
        }
    }

    /// Everybody, outside.
    pub(super) fn invite(self, subject: Subject) -> People {
        let (mut founders, mut others) = (Vec::new(), Vec::new());
        for room in 0..self.count {
            let first = (room * self.members) as u64;
            let mut members = subject.room(room as u32, first..first + self.members as u64);
            founders.extend(members.next());
            others.extend(members);
        }
        (founders, others)
    }

    /// Everybody, inside, and nothing more is said.
    pub(super) fn gather(self, subject: Subject, server: &Server) -> Crowd {
        let mut crowd = Crowd::new();
        let (founders, others) = self.invite(subject);
        crowd.enter(server, founders);
        crowd.enter(server, others);
        crowd.settle();
        crowd
    }
}
