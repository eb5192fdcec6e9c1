//! The names of a key: asked for, and given up.

use crate::fake::Scene;
use chat_proto::Refused;
use chat_proto::frame::{ClientFrame, Done, HeldName, NameList};
use chat_proto::refusal::Code;
use chat_proto::wire::Capped;
use chat_tui::link::{Asked, Command, LinkEvent};

#[tokio::test(start_paused = true)]
async fn the_names_of_the_key_are_told() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    scene.ask(Command::Names).await;
    let (request, _) = peer.request_where(|frame| matches!(frame, ClientFrame::Names(_))).await;

    let held = HeldName { name: "alice".into(), rests_ms: None };
    peer.say(request, NameList { names: Capped::new([held.clone()]) }).await;

    let event = scene.event_where(|event| matches!(event, LinkEvent::Names(_))).await;
    assert_eq!(event, LinkEvent::Names(vec![held]));
}

#[tokio::test(start_paused = true)]
async fn a_link_ends_with_the_name_that_was_given_up() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    scene.ask(Command::GiveUp).await;
    let (request, _) = peer.request_where(|frame| matches!(frame, ClientFrame::GiveUp(_))).await;

    peer.say(request, Done {}).await;

    scene.event_where(|event| *event == LinkEvent::GivenUp).await;
    assert!(scene.has_ended().await);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_given_up_says_why() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    scene.ask(Command::GiveUp).await;
    let (request, _) = peer.request_where(|frame| matches!(frame, ClientFrame::GiveUp(_))).await;

    peer.say(request, Refused::new(Code::RATE_LIMITED, "try again later")).await;

    let event = scene.event_where(|event| matches!(event, LinkEvent::Refused { .. })).await;
    let LinkEvent::Refused { asked: Asked::GiveUp, sentence, free_name: None } = event else { panic!("{event:?}") };
    assert!(sentence.contains("try again later"), "{sentence}");
}
