//! Whose presence may have changed since it was told: looked at once a second, so that whoever changes often is not
//! told of more often.
//!
//! Whoever waits longest comes first: those who change all the time keep nobody from being told of.
//!
//! Bounded by the people who have a session, or had one a moment ago.

use super::Person;
use super::presence::Change;
use chat_proto::PersonId;
use chat_proto::frame::Presence;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::time::Instant;

#[derive(Default)]
pub(super) struct Changes(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    /// Everybody once, in the order in which they were noted.
    people: Vec<Arc<Person>>,
    ids: HashSet<PersonId>,
}

impl Changes {
    /// Has somebody looked at.
    pub(super) fn note(&self, person: &Arc<Person>) {
        let mut noted = self.lock();
        if noted.ids.insert(person.id) {
            noted.people.push(Arc::clone(person));
        }
    }

    /// Tells what has changed, through `tell`, which says how many were told; of whom nothing may be told now, later.
    pub(super) fn tell(
        &self,
        now: Instant,
        (may_tell, tell): (impl Fn(&Person) -> bool, impl Fn(&Person, &Presence) -> usize),
    ) {
        let noted = std::mem::take(&mut *self.lock());
        for person in noted.people {
            let change = if may_tell(&person) { person.take_change(now) } else { Change::Later };
            match change {
                Change::None => {}
                Change::Later => self.note(&person),
                Change::Now(presence) => {
                    let listeners = tell(&person, &presence);
                    person.lock().said.rest(now, listeners);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().expect("no panic under this lock")
    }
}
