//! `--host`: one server on this machine, whoever starts first.

use crate::Directory;
use chat_proto::Nick;
use chat_proto::frame::Stay;
use chat_tui::host::{HostError, Hosting, host, log_path};
use chat_tui::link::{self, Environment, LinkEvent, Target};
use ed25519_dalek::SigningKey;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{Instant, timeout};

/// An address that is free now.
async fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("localhost:{}", listener.local_addr().unwrap().port())
}

async fn is_answering(address: &str) -> bool {
    let target =
        Target { server: address.into(), key: None, name: Nick::parse(b"alice").unwrap(), stay: Stay::Resident };
    let environment = Environment::of_this_machine(1, None);
    let (_commands, mut events) = link::spawn(target, SigningKey::from_bytes(&[1; 32]), environment);
    matches!(timeout(Duration::from_secs(5), events.recv()).await, Ok(Some(LinkEvent::Up { .. })))
}

#[tokio::test]
async fn a_hosted_server_answers_and_logs_into_the_state_directory() {
    let directory = Directory::new();
    let address = free_address().await;

    let hosting = host(&address, Some(&directory.0)).await.unwrap();

    assert!(matches!(hosting, Hosting::Here(_)));
    assert!(is_answering(&address).await);
    assert!(log_path(&directory.0).exists());
}

#[tokio::test]
async fn whoever_comes_second_is_a_guest_of_the_first() {
    let address = free_address().await;
    let _first = host(&address, None).await.unwrap();

    assert!(matches!(host(&address, None).await.unwrap(), Hosting::Elsewhere));
}

#[tokio::test]
async fn of_many_that_start_at_once_one_serves_and_the_rest_are_guests() {
    let address = free_address().await;
    let starts = (0..8).map(|_| host(&address, None));

    let outcomes = futures_util::future::join_all(starts).await;

    let here = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Hosting::Here(_)))).count();
    let elsewhere = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Hosting::Elsewhere))).count();
    assert_eq!((here, elsewhere), (1, 7), "{outcomes:?}");
}

#[tokio::test]
async fn only_this_machine_is_served() {
    for address in ["example.org:7000", "0.0.0.0:7000", "[::]:7000", "192.168.0.7:7000"] {
        assert!(matches!(host(address, None).await, Err(HostError::NotHere { .. })), "{address}");
    }
}

#[tokio::test]
async fn where_any_program_answers_we_are_a_guest() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();

    assert!(matches!(host(&address, None).await.unwrap(), Hosting::Elsewhere));
}

#[tokio::test]
async fn a_port_that_is_taken_although_nobody_answers_is_no_place_to_join() {
    let mute = TcpSocket::new_v4().unwrap();
    mute.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = mute.local_addr().unwrap().to_string();

    let error = host(&address, None).await.unwrap_err();

    assert!(matches!(error, HostError::Mute { .. }), "{error}");
    assert!(error.to_string().contains("another port"), "{error}");
}

#[tokio::test]
async fn a_closed_host_is_gone_within_its_bound() {
    let address = free_address().await;
    let Hosting::Here(served) = host(&address, None).await.unwrap() else { panic!("not hosted") };
    let started = Instant::now();

    served.close(Duration::from_secs(1)).await;

    assert!(started.elapsed() < Duration::from_millis(1_500));
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}
