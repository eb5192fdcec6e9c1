//! Somebody who is suddenly not there, and nobody is told: the network, a client that moved, a server that stands
//! still.

use crate::chaos::{Proxy, Weather};
use crate::support::company::Company;
use crate::support::home::Home;
use crate::support::person::Person;
use crate::support::program::Program;
use crate::{IMPATIENT, SEED, plain, unhurried};
use chat_proto::{Entry, EntryBody};
use chat_tui::link::{Command, LinkEvent};
use rustix::process::Signal;
use std::net::Ipv4Addr;
use std::time::Duration;

/// Well below the silence after which a peer is taken for gone.
const A_MOMENT: Duration = Duration::from_secs(3);

fn is_loss(event: &LinkEvent) -> bool {
    matches!(event, LinkEvent::Down { .. })
}

/// F8.
#[tokio::test]
async fn a_network_that_swallows_everything_for_a_while_takes_nothing() {
    let home = Home::new();
    let server = Program::start(&home, &unhurried(&IMPATIENT)).await;
    let proxy = Proxy::to(server.address, SEED, Weather::Calm).await;
    let mut company = Company::gather(0..3, |_| plain(proxy.address, &home)).await;
    company.talk(5).await;

    proxy.become_now(Weather::Silence);
    for person in &mut company.people {
        person.say().await;
    }
    company.until(is_loss).await;
    proxy.become_now(Weather::Calm);
    company.talk(5).await;

    assert_eq!(company.book.lock().unwrap().posts(), 3 * 11);
}

/// F10. The witness is shown nothing of it: neither that somebody went nor that somebody came.
#[tokio::test]
async fn a_client_that_comes_back_from_another_address_replaces_the_one_that_was_there() {
    let home = Home::new();
    let server = Program::start(&home, &unhurried(&[])).await;
    let proxy = Proxy::to(server.address, SEED, Weather::Calm).await;
    let there = [proxy.address, server.address];
    let mut company = Company::gather(0..2, |number| plain(there[usize::from(number == 1)], &home)).await;
    company.talk(1).await;

    proxy.move_to(Ipv4Addr::new(127, 0, 0, 2));
    company.people[0].until(|event| matches!(event, LinkEvent::Up { .. })).await;
    proxy.hung_up().await;
    company.people[0].say().await;

    let told = company.people[1].until(|event| matches!(event, LinkEvent::Entries { .. })).await;
    let LinkEvent::Entries { entries, .. } = told else { unreachable!("it was waited for") };
    let is_message = |entry: &Entry| matches!(entry.body, EntryBody::Message(_));
    assert!(entries.iter().all(is_message), "somebody came or went: {entries:?}");
    company.talk(1).await;
    let mut late = Person::new(2, plain(server.address, &home), &company.book);
    late.enter(Command::Join(company.code, None)).await;
    let told = late.until(|event| matches!(event, LinkEvent::Members { .. })).await;
    let LinkEvent::Members { members, .. } = told else { unreachable!("it was waited for") };
    assert_eq!(members.len(), 3, "{members:?}");
}

/// F11.
#[tokio::test]
async fn a_server_that_stands_still_for_a_moment_loses_nobody_and_nothing() {
    let home = Home::new();
    let server = Program::start(&home, &unhurried(&["--silence=15s"])).await;
    let mut company = Company::gather(0..20, |_| plain(server.address, &home)).await;
    company.talk(2).await;

    server.send(Signal::STOP);
    for person in &mut company.people {
        person.say().await;
    }
    tokio::time::sleep(A_MOMENT).await;
    server.send(Signal::CONT);
    company.talk(5).await;

    assert_eq!(company.losses(), 0, "deadlines that nobody missed were taken for missed");
}

/// F11.
#[tokio::test]
async fn a_server_that_stands_still_for_long_is_lost_and_comes_back_with_everything() {
    let home = Home::new();
    let server = Program::start(&home, &unhurried(&IMPATIENT)).await;
    let mut company = Company::gather(0..20, |_| plain(server.address, &home)).await;
    company.talk(2).await;

    server.send(Signal::STOP);
    for person in &mut company.people {
        person.say().await;
    }
    company.until(is_loss).await;
    server.send(Signal::CONT);

    company.talk(5).await;
}
