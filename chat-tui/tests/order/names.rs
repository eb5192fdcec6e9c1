//! The names of a key: listed, and given up.

use crate::Place;
use chat_proto::frame::Door;
use chat_proto::frame::Keep;
use chat_tui::config::{Config, Identity, Script};
use chat_tui::link::Command;
use chat_tui::script::{Ending, identity};
use ed25519_dalek::SigningKey;

fn order(line: &str) -> Identity {
    match Config::read(line.split_whitespace(), |_| None, None).unwrap().script {
        Some(Script::Identity(order)) => order,
        other => panic!("{other:?}"),
    }
}

async fn names(place: &Place, key: u8) -> String {
    let line = format!("chat-tui identity names --name alice --server {}", place.address);
    let Identity::Names(order) = order(&line) else { panic!("{line}") };
    let mut out = Vec::new();
    let ending =
        identity::names(&order, SigningKey::from_bytes(&[key; 32]), &mut out, std::io::sink(), std::future::pending())
            .await;
    assert_eq!(ending, Ending::Done);
    String::from_utf8(out).unwrap()
}

async fn give_up(place: &Place, key: u8, name: &str) -> Ending {
    let line = format!("chat-tui identity give-up {name} --server {}", place.address);
    let Identity::GiveUp(order) = order(&line) else { panic!("{line}") };
    identity::give_up(&order, SigningKey::from_bytes(&[key; 32]), std::io::sink(), std::future::pending()).await
}

#[tokio::test]
async fn every_name_of_the_key_is_listed_and_no_other() {
    let place = Place::open().await;
    let _ci = place.person(1, "ci").await;
    let _bob = place.person(2, "bob").await;

    assert_eq!(names(&place, 1).await, "alice\nci\n");
}

#[tokio::test]
async fn a_name_that_was_given_up_rests_with_its_key() {
    let place = Place::open().await;
    let mut ci = place.person(1, "ci").await;
    ci.ask(Command::Create(Door::Open, Keep::Default)).await;
    ci.joined().await;
    drop(ci);

    assert_eq!(give_up(&place, 1, "ci").await, Ending::Done);

    let listed = names(&place, 1).await;
    assert!(listed.starts_with("alice\nci\tgiven up, yours for "), "{listed}");
}

#[tokio::test]
async fn the_name_of_somebody_else_is_not_given_up() {
    let place = Place::open().await;
    let _bob = place.person(2, "bob").await;

    let ending = give_up(&place, 1, "bob").await;

    assert!(matches!(&ending, Ending::Refused(sentence) if sentence.contains("bob")), "{ending:?}");
}
