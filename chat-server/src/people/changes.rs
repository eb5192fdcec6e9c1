//! Whose presence may have changed since it was told: looked at once a second, so that whoever changes often is not told of
//! more often.
//!
//! Bounded by the people who have a session, or had one a moment ago.

use super::Person;
use super::presence::Change;
use chat_proto::PersonId;
use chat_proto::frame::Presence;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::time::Instant;

#[derive(Default)]
pub(super) struct Changes(Mutex<BTreeMap<PersonId, Arc<Person>>>);

impl Changes {
    /// Has somebody looked at.
    pub(super) fn note(&self, person: &Arc<Person>) {
        self.lock().insert(person.id, Arc::clone(person));
    }

    /// Tells what has changed, through `tell`, which says how many were told.
    pub(super) fn tell(&self, now: Instant, tell: impl Fn(&Person, &Presence) -> usize) {
        let noted = std::mem::take(&mut *self.lock());
        for person in noted.into_values() {
            let change = {
                let mut file = person.lock();
                let sessions = file.sessions.len();
                file.said.take_change(sessions, now)
            };
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

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PersonId, Arc<Person>>> {
        self.0.lock().expect("no panic under this lock")
    }
}
