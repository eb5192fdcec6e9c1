//! `tail`: the whole room, in order, for as long as it lives.

use crate::{Place, said};
use chat_tui::script::Ending;

/// A room with so many messages in it, and its code; the follower keeps it alive.
async fn room_with(place: &Place, messages: usize) -> (crate::Follower, String) {
    let owner = place.tail(1, &["--create", "--name", "alice"]);
    let code = owner.lines(1).await[0].clone();
    for n in 0..messages {
        let text = format!("message {n}");
        assert_eq!(place.send(2, &["--join", &code, "--name", "ci", &text]).await, Ending::Done);
    }
    (owner, code)
}

#[tokio::test]
async fn the_code_of_a_new_room_stands_alone_on_the_first_line() {
    let place = Place::open().await;
    let owner = place.tail(1, &["--create", "--name", "alice"]);

    let lines = owner.lines(3).await;

    assert!(chat_proto::RoomCode::parse(lines[0].as_bytes()).is_ok(), "{lines:?}");
    assert!(lines[1].ends_with("- alice opened the room"), "{lines:?}");
}

#[tokio::test]
async fn whoever_opens_a_room_is_told_beside_it_that_the_server_keeps_less_than_was_asked_for() {
    let place = Place::open().await;
    let owner = place.tail(1, &["--create", "--keep", "7d", "--name", "alice"]);
    let content = place.tail(2, &["--create", "--name", "bob"]);

    owner.lines(1).await;
    content.lines(1).await;

    assert!(owner.aside.lines().iter().any(|line| line.contains("keeps nothing on disk")), "{:?}", owner.aside.lines());
    assert_eq!(content.aside.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn history_comes_first_and_then_what_is_said() {
    let place = Place::open().await;
    let (_owner, code) = room_with(&place, 3).await;

    let follower = place.tail(3, &["--join", &code, "--json", "--name", "carol"]);
    follower.lines(6).await;
    place.send(2, &["--join", &code, "--name", "ci", "live"]).await;

    let lines = follower.lines(7).await;
    assert_eq!(said(&lines), ["message 0", "message 1", "message 2", "live"]);
}

#[tokio::test]
async fn history_of_more_than_a_page_is_printed_whole_and_in_order() {
    let place = Place::open().await;
    let (_owner, code) = room_with(&place, 230).await;

    let follower = place.tail(3, &["--join", &code, "--json", "--name", "carol"]);

    let lines = follower.lines(2 + 230 + 1).await;
    let expected: Vec<_> = (0..230).map(|n| format!("message {n}")).collect();
    assert_eq!(said(&lines), expected);
    assert!(lines[0].starts_with(r#"{"seq":1,"#), "{}", lines[0]);
}

#[tokio::test]
async fn when_the_room_ends_tail_ends_and_says_so() {
    let place = Place::open().await;
    let (owner, code) = room_with(&place, 1).await;
    let follower = place.tail(3, &["--join", &code, "--name", "carol"]);
    follower.lines(4).await;

    assert_eq!(owner.stop().await, Ending::Done);

    let ending = follower.task.await.unwrap();
    assert_eq!(ending, Ending::DoneSaying(format!("the room {code} has ended")));
}

#[tokio::test]
async fn a_closed_pipe_ends_tail_quietly() {
    let place = Place::open().await;
    let (owner, code) = room_with(&place, 0).await;

    owner.printed.torn.cancel();
    place.send(2, &["--join", &code, "--name", "ci", "hi"]).await;

    assert_eq!(owner.task.await.unwrap(), Ending::Done);
}

#[tokio::test]
async fn a_wrong_code_is_refused() {
    let place = Place::open().await;
    let follower = place.tail(3, &["--join", "AB3Z", "--name", "carol"]);

    let ending = follower.task.await.unwrap();

    assert!(matches!(&ending, Ending::Refused(sentence) if sentence.contains("AB3Z")), "{ending:?}");
}

#[tokio::test]
async fn an_outage_is_said_once_and_followed_by_another_try() {
    let nowhere = Place { address: "127.0.0.1:1".into(), stop: tokio_util::sync::CancellationToken::new() };

    let follower = nowhere.tail(3, &["--join", "AB3Z", "--name", "carol"]);
    // The first three tries are over by then.
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;

    let aside = follower.aside.lines();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].contains("no server answers"), "{aside:?}");
    assert_eq!(follower.stop().await, Ending::Done);
}
