//! Whom to forget when as many names are held as can be remembered.
//!
//! Those who have been gone longest and are in no room, and names that were given up; a hundredth of all at a time,
//! because finding them means looking at everybody.

use super::super::Person;
use super::super::person::File;
use super::{ClaimError, Held, Names};
use chat_proto::Nick;
use std::time::Duration;
use tokio::time::Instant;

/// Whoever was seen this lately may be between name and session: they are not gone.
const LATELY: Duration = Duration::from_secs(1);

impl Names {
    /// Makes place for a name that nobody holds yet.
    ///
    /// # Errors
    /// [`ClaimError::Full`] if everybody is here, or in a room.
    pub(in super::super) fn make_place(&mut self, name: &Nick) -> Result<(), ClaimError> {
        let max = self.most;
        if self.by_look.len() < max || self.by_look.contains_key(&*name.key()) {
            return Ok(());
        }
        if !self.is_stuck {
            self.forget_longest_gone(max.div_ceil(100));
            self.is_stuck = self.by_look.len() >= max;
        }
        if self.by_look.len() < max { Ok(()) } else { Err(ClaimError::Full { max }) }
    }

    fn forget_longest_gone(&mut self, count: usize) {
        let mut gone: Vec<Instant> = self.by_look.values().filter_map(Held::gone_since).collect();
        if gone.is_empty() {
            return;
        }
        let last = count.min(gone.len()) - 1;
        let (_, newest, _) = gone.select_nth_unstable(last);
        let newest = *newest;
        self.retain(|held| !held.forget_if_gone_by(newest));
    }
}

impl Held {
    /// Since when nobody would miss it.
    fn gone_since(&self) -> Option<Instant> {
        match self {
            Self::ByPerson(person) => person.gone_since(),
            Self::GivenUp(name) => Some(name.since),
        }
    }

    fn forget_if_gone_by(&self, newest: Instant) -> bool {
        match self {
            Self::ByPerson(person) => person.forget_if_gone_by(newest),
            Self::GivenUp(name) => name.since <= newest,
        }
    }
}

impl Person {
    fn gone_since(&self) -> Option<Instant> {
        self.lock().gone_since()
    }

    /// Asked and done under one lock: who has come back meanwhile is not forgotten.
    fn forget_if_gone_by(&self, newest: Instant) -> bool {
        let mut file = self.lock();
        file.forgotten = file.gone_since().is_some_and(|since| since <= newest);
        file.forgotten
    }
}

impl File {
    fn gone_since(&self) -> Option<Instant> {
        let is_gone = self.sessions.is_empty() && self.rooms.is_empty() && self.last_seen.elapsed() >= LATELY;
        is_gone.then_some(self.last_seen)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Key, People};
    use super::*;
    use crate::config::Config;
    use chat_proto::RoomId;

    fn nick(name: &str) -> Nick {
        Nick::parse(name.as_bytes()).expect("a name")
    }

    fn key(number: u8) -> Key {
        [number; 32]
    }

    #[tokio::test(start_paused = true)]
    async fn with_too_many_names_whoever_is_gone_longest_and_in_no_room_is_forgotten_first() {
        let people = People::new(&Config { people: 3, ..Config::default() });
        let claim = |number: u8, name: &str| people.claim(key(number), &nick(name));
        let member = claim(1, "mona").expect("a place");
        member.joined(RoomId([1; 16]));
        let here = claim(2, "hera").expect("a place");
        let _attendance = people.attend(&here, 1).await.expect("a session");
        let gone = claim(3, "gone").expect("a place");
        tokio::time::advance(LATELY).await;

        let newcomer = claim(4, "newt").expect("the place of who is gone");

        assert!(gone.is_forgotten());
        assert!(![&member, &here, &newcomer].iter().any(|person| person.is_forgotten()));
        assert_eq!(claim(5, "late").err(), Some(ClaimError::Full { max: 3 }), "who has just come is not gone");
        newcomer.joined(RoomId([1; 16]));
        tokio::time::advance(LATELY).await;
        people.sweep(Instant::now());
        assert_eq!(claim(5, "late").err(), Some(ClaimError::Full { max: 3 }), "nobody is left to forget");
        assert!(claim(1, "mona").is_ok(), "whoever has a name comes in");

        member.left(RoomId([1; 16]));
        assert_eq!(
            claim(5, "late").err(),
            Some(ClaimError::Full { max: 3 }),
            "not looked for again before the next sweep"
        );
        tokio::time::advance(LATELY).await;
        people.sweep(Instant::now());
        assert!(claim(5, "late").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_gone_is_forgotten_in_time_and_nobody_is_looked_at_all_the_time() {
        let memory = Duration::from_hours(24);
        let people = People::new(&Config { person_memory: Some(memory), ..Config::default() });
        let here = people.claim(key(1), &nick("hera")).expect("a place");
        let attendance = people.attend(&here, 1).await.expect("a session");
        let gone = people.claim(key(2), &nick("gone")).expect("a place");
        let since = Instant::now();

        let looks = looks_until(&people, || gone.is_forgotten()).await;

        let after = since.elapsed();
        assert!(after >= memory && after <= memory + Duration::from_secs(1), "{after:?}");
        assert!((32..=34).contains(&looks), "{looks} times");
        assert!(!here.is_forgotten());
        assert!(people.numbered(gone.id).is_none() && people.lock().by_id.len() == 1);

        people.give_up(&attendance).await;
        assert!(people.lock().by_id.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_are_here_they_are_not_looked_at_for_each_of_them() {
        let memory = Duration::from_hours(24);
        let people = People::new(&Config { person_memory: Some(memory), ..Config::default() });
        let mut here = Vec::new();
        for number in 0..40 {
            let person = people.claim(key(number), &nick(&format!("hera{number}"))).expect("a place");
            here.push(people.attend(&person, 1).await.expect("a session"));
            tokio::time::advance(Duration::from_secs(30)).await;
        }
        let since = Instant::now();

        let looks = looks_until(&people, || since.elapsed() >= memory).await;

        // Each of them is due 32 times, and never with another.
        assert!((32..=1_024).contains(&looks), "{looks} times");
    }

    /// Lets time pass second by second; says how often everybody was looked at.
    async fn looks_until(people: &People, is_over: impl Fn() -> bool) -> u32 {
        let (mut looks, mut last) = (0, None);
        while !is_over() {
            tokio::time::advance(Duration::from_secs(1)).await;
            people.sweep(Instant::now());
            let next = people.lock().looks_at;
            looks += u32::from(next != last);
            last = next;
        }
        looks
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_was_given_up_goes_before_anybody_who_is_here() {
        let people = People::new(&Config { people: 2, ..Config::default() });
        let alice = people.claim(key(1), &nick("alice")).expect("a place");
        let _attendance = people.attend(&alice, 1).await.expect("a session");
        people.rename(&alice, &nick("alicia")).expect("a place");

        assert!(people.claim(key(2), &nick("bob")).is_ok());

        assert!(people.claim(key(3), &nick("alicia")).is_err());
        assert!(!alice.is_forgotten());
    }
}
