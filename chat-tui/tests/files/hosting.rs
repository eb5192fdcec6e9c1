//! `--host`: one server on this machine, whoever starts first, for all who can reach it.

use crate::Directory;
use chat_proto::Nick;
use chat_proto::frame::Stay;
use chat_tui::host::{HostError, Hosting, host, log_path};
use chat_tui::link::{self, Environment, LinkEvent, Target};
use ed25519_dalek::SigningKey;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{Instant, timeout};

/// An address that is free now, on every interface.
async fn free_address() -> String {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
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

    let hosting = host(&address, &directory.0).await.unwrap();

    assert!(matches!(hosting, Hosting::Here(_)));
    assert!(is_answering(&address).await);
    assert!(log_path(&directory.0).exists());
}

#[tokio::test]
async fn whoever_comes_second_is_a_guest_of_the_first() {
    let directory = Directory::new();
    let address = free_address().await;
    let _first = host(&address, &directory.0).await.unwrap();

    assert!(matches!(host(&address, &directory.0).await.unwrap(), Hosting::Elsewhere));
}

#[tokio::test]
async fn of_many_that_start_at_once_one_serves_and_the_rest_are_guests() {
    let directory = Directory::new();
    let address = free_address().await;
    let starts = (0..8).map(|_| host(&address, &directory.0));

    let outcomes = futures_util::future::join_all(starts).await;

    let here = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Hosting::Here(_)))).count();
    let elsewhere = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Hosting::Elsewhere))).count();
    assert_eq!((here, elsewhere), (1, 7), "{outcomes:?}");
}

#[tokio::test]
async fn everybody_is_served_at_every_address_and_the_invite_names_one_that_others_reach() {
    let directory = Directory::new();
    let address = free_address().await;
    let port = address.rsplit_once(':').unwrap().1;

    let Hosting::Here(served) = host(&address, &directory.0).await.unwrap() else { panic!("not hosted") };

    let invite = served.invite().clone();
    assert!(invite.key.is_some() && invite.code.is_none(), "{invite}");
    assert!(invite.server.ends_with(&format!(":{port}")), "{invite}");
    let mut answered = vec![format!("127.0.0.1:{port}")];
    if TcpListener::bind("[::1]:0").await.is_ok() {
        answered.push(format!("[::1]:{port}"));
    }
    // The whole network 127.0.0.0/8 is this machine, but only its first address is what "this machine" listens on.
    answered.push(format!("127.0.0.7:{port}"));
    for address in answered {
        assert!(tokio::net::TcpStream::connect(&address).await.is_ok(), "{address}");
    }
}

#[tokio::test]
async fn a_loopback_address_is_served_for_this_machine_alone() {
    let directory = Directory::new();
    let port = free_address().await.rsplit_once(':').unwrap().1.to_owned();

    let hosted = host(&format!("127.0.0.1:{port}"), &directory.0).await.unwrap();

    let Hosting::Here(served) = hosted else { panic!("not hosted") };
    assert_eq!(served.invite().server, format!("127.0.0.1:{port}"));
    assert!(tokio::net::TcpStream::connect(format!("127.0.0.7:{port}")).await.is_err());
}

#[tokio::test]
async fn a_port_that_is_taken_on_one_address_alone_is_not_shared() {
    let directory = Directory::new();
    let taken = TcpListener::bind("127.0.0.7:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();

    let error = host(&format!("localhost:{port}"), &directory.0).await.unwrap_err();

    assert!(matches!(error, HostError::Mute { .. }), "{error}");
}

#[tokio::test]
async fn a_hosted_server_has_the_same_key_each_time() {
    let directory = Directory::new();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let Hosting::Here(served) = host(&free_address().await, &directory.0).await.unwrap() else { panic!() };
        keys.push(served.invite().key);
    }

    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn only_a_port_of_this_machine_is_served() {
    let directory = Directory::new();
    for address in ["example.org:7000", "0.0.0.0:7000", "[::]:7000", "192.168.0.7:7000"] {
        assert!(matches!(host(address, &directory.0).await, Err(HostError::NotHere { .. })), "{address}");
    }
}

#[tokio::test]
async fn where_any_program_answers_we_are_a_guest() {
    let directory = Directory::new();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();

    assert!(matches!(host(&address, &directory.0).await.unwrap(), Hosting::Elsewhere));
}

#[tokio::test]
async fn a_port_that_is_taken_although_nobody_answers_is_no_place_to_join() {
    let directory = Directory::new();
    let mute = TcpSocket::new_v4().unwrap();
    mute.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = mute.local_addr().unwrap().to_string();

    let error = host(&address, &directory.0).await.unwrap_err();

    assert!(matches!(error, HostError::Mute { .. }), "{error}");
    assert!(error.to_string().contains("another port"), "{error}");
}

#[tokio::test]
async fn a_closed_host_is_gone_within_its_bound() {
    let directory = Directory::new();
    let address = free_address().await;
    let Hosting::Here(served) = host(&address, &directory.0).await.unwrap() else { panic!("not hosted") };
    let started = Instant::now();

    served.close(Duration::from_secs(1)).await;

    assert!(started.elapsed() < Duration::from_millis(1_500));
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}
