//! Invites, asked for and followed without a screen. The rooms here are private ones: those tests fail until the server
//! keeps such rooms.

use crate::{Place, said};
use chat_tui::script::Ending;

fn first(lines: &[String]) -> (String, String) {
    let object: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    (object["code"].as_str().unwrap().to_owned(), object["invite"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_private_room_prints_its_invite_before_anything_else_and_the_invite_lets_in() {
    let place = Place::open().await;
    let owner = place.tail(1, &["--create", "--private", "--json", "--name", "alice"]);
    let (code, invite) = first(&owner.lines(1).await);
    assert!(invite.starts_with(&format!("chat://{}/{code}#", place.address)), "{invite}");

    let guest = place.tail(2, &["--join", &invite, "--json", "--name", "bob"]);
    guest.lines(1).await;
    assert_eq!(place.send(3, &["--join", &invite, "--name", "ci", "hello"]).await, Ending::Done);

    let lines = owner.lines(4).await;
    assert_eq!(said(&lines), ["hello"], "{lines:?}");
}

#[tokio::test]
async fn the_code_of_a_private_room_is_refused_with_the_words_for_a_room_that_is_not_there() {
    let place = Place::open().await;
    let owner = place.tail(1, &["--create", "--private", "--json", "--name", "alice"]);
    let (code, _) = first(&owner.lines(1).await);

    let shut = place.send(2, &["--join", &code, "--name", "ci", "hello"]).await;
    let absent = place.send(2, &["--join", "ZZZZ", "--name", "ci", "hello"]).await;

    let Ending::Refused(sentence) = absent else { panic!("{absent:?}") };
    assert_eq!(shut, Ending::Refused(sentence.replace("ZZZZ", &code)));
}

#[tokio::test]
async fn a_member_is_told_the_invite_and_a_stranger_with_the_code_is_not() {
    let place = Place::open().await;
    let owner = place.tail(1, &["--create", "--private", "--json", "--name", "alice"]);
    let (code, invite) = first(&owner.lines(1).await);

    let member = place.invite(1, &["--join", &code, "--name", "alice"]).await;
    let (printed, ending) = place.invite(2, &["--join", &code, "--name", "bob"]).await;

    assert_eq!(member, (vec![invite], Ending::Done));
    assert_eq!(printed, [""; 0]);
    assert!(matches!(&ending, Ending::Refused(sentence) if sentence.contains(&code)), "{ending:?}");
}
