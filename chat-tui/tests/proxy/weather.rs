//! Conversations through bad weather: they arrive whole, and once.

use crate::chaos::{Proxy, Weather};
use crate::support::company::Company;
use crate::support::home::Home;
use crate::support::person::Person;
use crate::support::program::Program;
use crate::{IMPATIENT, SEED, unhurried, way};
use chat_tui::link::{Command, Encryption, LinkEvent};
use futures_util::future::join_all;

const PEOPLE: u64 = 5;

/// A server, a way to it, and people who have met there while the weather was good.
struct Place {
    home: Home,
    _server: Program,
    proxy: Proxy,
}

impl Place {
    async fn open(words: &[&'static str]) -> Self {
        let home = Home::new();
        let server = Program::start(&home, &unhurried(words)).await;
        let proxy = Proxy::to(server.address, SEED, Weather::Calm).await;
        Self { home, _server: server, proxy }
    }

    async fn company(&self, encryption: Encryption) -> Company {
        Company::gather(0..PEOPLE, |_| way(self.proxy.address, encryption, &self.home)).await
    }
}

/// Says so much, whatever happens to the connection, and does not wait long to come back.
async fn speak_in_a_storm(person: &mut Person, posts: usize) {
    for _ in 0..posts {
        person.say().await;
        while person.unsettled() > 3 {
            if let LinkEvent::Down { .. } = person.hear().await {
                person.ask(Command::Retry).await;
            }
        }
    }
}

async fn a_storm_takes_nothing(encryption: Encryption, posts: usize) {
    let place = Place::open(&IMPATIENT).await;
    let mut company = place.company(encryption).await;

    place.proxy.become_now(Weather::Storm);
    join_all(company.people.iter_mut().map(|person| speak_in_a_storm(person, posts))).await;
    place.proxy.become_now(Weather::Calm);
    for person in &company.people {
        person.ask(Command::Retry).await;
    }
    company.talk(1).await;

    let losses = company.losses();
    assert!(losses > 2 * company.people.len(), "only {losses} connections were lost: the weather proved nothing");
}

#[tokio::test]
async fn a_storm_takes_nothing_of_a_conversation() {
    a_storm_takes_nothing(Encryption::ByAddress, 20).await;
}

#[tokio::test]
async fn a_storm_takes_nothing_of_an_encrypted_conversation() {
    // One connection carries more of them: whoever resumes says little before.
    a_storm_takes_nothing(Encryption::Always, 100).await;
}

async fn a_conversation_survives(weather: Weather, encryption: Encryption) {
    let place = Place::open(&[]).await;
    let mut company = place.company(encryption).await;
    place.proxy.become_now(weather);

    // Login and entry too.
    let mut late = Person::new(PEOPLE, way(place.proxy.address, encryption, &place.home), &company.book);
    late.enter(Command::Join(company.code, None)).await;
    company.people.push(late);
    company.talk(20).await;

    assert_eq!(company.losses(), 0, "{weather:?} is slow, and cuts nobody off");
}

/// F17.
#[tokio::test]
async fn bytes_that_come_one_by_one_are_as_good_as_frames() {
    a_conversation_survives(Weather::Drizzle, Encryption::ByAddress).await;
}

/// F17.
#[tokio::test]
async fn bytes_of_tls_that_come_one_by_one_are_as_good_as_records() {
    a_conversation_survives(Weather::Drizzle, Encryption::Always).await;
}

/// F18.
#[tokio::test]
async fn frames_that_come_all_at_once_are_handled_in_order() {
    a_conversation_survives(Weather::Gusts, Encryption::ByAddress).await;
}

/// F18.
#[tokio::test]
async fn frames_within_tls_that_come_all_at_once_are_handled_in_order() {
    a_conversation_survives(Weather::Gusts, Encryption::Always).await;
}
