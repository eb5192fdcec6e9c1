//! `send`: acknowledged, refused, or unknown.

use crate::{Place, is_name, kinds, relay, said};
use chat_tui::script::Ending;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_message_is_in_the_room_when_send_is_done() {
    let place = Place::open().await;
    let room = place.tail(1, &["--create", "--json", "--name", "alice"]);
    let code = code(&room.lines(1).await[0]);

    let ending = place.send(2, &["--join", &code, "--name", "ci", "build ok"]).await;

    assert_eq!(ending, Ending::Done);
    assert_eq!(said(&room.lines(4).await[1..]), ["build ok"]);
}

#[tokio::test]
async fn a_message_leaves_no_joins_and_leaves_behind() {
    let place = Place::open().await;
    let room = place.tail(1, &["--create", "--json", "--name", "alice"]);
    let code = code(&room.lines(1).await[0]);

    for text in ["one", "two"] {
        assert_eq!(place.send(2, &["--join", &code, "--name", "ci", text]).await, Ending::Done);
    }

    assert_eq!(kinds(&room.lines(5).await[1..]), ["opened", "joined", "message", "message"]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_if_it_was_asked_for_and_replaced_if_not() {
    let place = Place::open().await;
    let login = chat_tui::config::login_name().to_string();
    assert!(is_name(&login));
    let room = place.tail(1, &["--create", "--json", "--name", &login]);
    let code = code(&room.lines(1).await[0]);

    let asked_for = place.send(2, &["--join", &code, "--name", &login, "hi"]).await;
    let not_asked_for = place.send(2, &["--join", &code, "hi"]).await;

    assert!(matches!(asked_for, Ending::Refused(_)), "{asked_for:?}");
    assert_eq!(not_asked_for, Ending::Done);
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_a_sentence() {
    let place = Place::open().await;
    let long = "x".repeat(16 * 1024 + 1);
    for (text, sentence) in [("", "nothing to see"), ("a\x1bb", "only text"), (long.as_str(), "at most 16384 bytes")] {
        let Ending::Refused(said) = place.send(2, &["--join", "AB3Z", text]).await else { panic!("{text:?}") };
        assert!(said.contains(sentence), "{said}");
    }
}

#[tokio::test]
async fn a_wrong_code_is_refused() {
    let place = Place::open().await;

    let ending = place.send(2, &["--join", "AB3Z", "--name", "ci", "hi"]).await;

    assert!(matches!(&ending, Ending::Refused(sentence) if sentence.contains("AB3Z")), "{ending:?}");
}

#[tokio::test]
async fn where_nobody_answers_the_outcome_is_open_after_the_timeout() {
    let place = Place { address: "127.0.0.1:1".into(), stop: CancellationToken::new() };

    let ending = place.send(2, &["--join", "AB3Z", "--timeout", "0.3", "hi"]).await;

    let Ending::Unanswered(sentence) = ending else { panic!("{ending:?}") };
    assert!(sentence.contains("no server answers at 127.0.0.1:1"), "{sentence}");
    assert!(sentence.contains("was not sent"), "{sentence}");
}

#[tokio::test]
async fn a_message_whose_acknowledgement_was_cut_off_is_sent_again_and_stands_there_once() {
    let place = Place::open().await;
    let room = place.tail(1, &["--create", "--json", "--name", "alice"]);
    let code = code(&room.lines(1).await[0]);
    let address = relay::to(place.address.clone()).await.to_string();
    let way = Place { address, stop: CancellationToken::new() };

    let ending = way.send(2, &["--join", &code, "--name", "ci", "once"]).await;

    assert_eq!(ending, Ending::Done);
    assert_eq!(place.send(2, &["--join", &code, "--name", "ci", "and after"]).await, Ending::Done);
    assert_eq!(said(&room.lines(5).await[1..]), ["once", "and after"]);
}

fn code(line: &str) -> String {
    let object: serde_json::Value = serde_json::from_str(line).unwrap();
    object["code"].as_str().unwrap().to_owned()
}
