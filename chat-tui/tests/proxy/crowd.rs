//! Many at once: a server that stops or dies under them, and a room that is never quiet.

use crate::support::company::Company;
use crate::support::home::{Home, free_port};
use crate::support::program::Program;
use crate::{plain, unhurried};
use chat_tui::link::{LinkEvent, Trouble};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const CROWD: u64 = 200;
/// Three times the ten seconds that are promised.
const STOP_MAX: Duration = Duration::from_secs(30);
/// Three times the thirty seconds that are promised.
const RETURN_MAX: Duration = Duration::from_secs(90);

async fn crowd(address: SocketAddr, home: &Home) -> Company {
    crate::support::resources::raise_descriptors(4_096);
    Company::gather(0..CROWD, |_| plain(address, home)).await
}

async fn all_back(company: &mut Company) {
    let is_up = |event: &LinkEvent| matches!(event, LinkEvent::Up { .. });
    timeout(RETURN_MAX, company.until(is_up)).await.expect("everybody is back");
}

/// F20.
#[tokio::test]
async fn a_server_that_is_stopped_tells_everybody_when_to_come_back_and_they_do() {
    let (home, port) = (Home::new(), free_port());
    let server = Program::start_at(port, &home, &unhurried(&[])).await;
    let mut company = crowd(server.address, &home).await;
    company.talk(1).await;

    server.send(Signal::TERM);
    let began = Instant::now();
    let (status, told) = tokio::join!(server.ended(), company.until(|event| matches!(event, LinkEvent::Down { .. })));
    let took = began.elapsed();
    let _second = Program::start_at(port, &home, &unhurried(&[])).await;
    all_back(&mut company).await;

    assert!(status.success() && took < STOP_MAX, "{status} after {took:?}");
    let waits: BTreeSet<_> = told.iter().map(wait_after_goodbye).collect();
    assert!(waits.len() > 100, "{} came back at only {} different times", told.len(), waits.len());
    company.talk(1).await;
}

fn wait_after_goodbye(event: &LinkEvent) -> Duration {
    match event {
        LinkEvent::Down { trouble: Trouble::GoAway, retry_in } => *retry_in,
        other => panic!("the server said no goodbye: {other:?}"),
    }
}

/// F33.
#[tokio::test]
async fn a_crowd_whose_server_is_killed_is_back_with_everything_when_it_is_started_again() {
    let (home, port) = (Home::new(), free_port());
    let server = Program::start_at(port, &home, &unhurried(&[])).await;
    let mut company = crowd(server.address, &home).await;
    company.talk(1).await;

    for person in &mut company.people {
        person.say().await;
    }
    server.kill().await;
    let _second = Program::start_at(port, &home, &unhurried(&[])).await;
    all_back(&mut company).await;

    company.talk(1).await;
}

/// F34. The pace of the room is the server's own: fifty messages a second.
#[tokio::test]
async fn a_room_that_is_never_quiet_is_the_same_for_all_of_its_members() {
    const MEMBERS: u64 = 60;
    const POSTS_EACH: usize = 8;
    let home = Home::new();
    let server = Program::start(&home, &["--posts=unlimited", "--guesses=unlimited"]).await;
    let mut company = Company::gather(0..MEMBERS, |_| plain(server.address, &home)).await;

    company.talk(POSTS_EACH).await;

    assert_eq!(company.losses(), 0);
}
