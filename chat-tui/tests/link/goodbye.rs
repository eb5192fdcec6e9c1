//! The end of a link: orderly, in bounded time, or without a word.

use crate::fake::{Scene, item};
use chat_proto::frame::{Bye, ClientFrame};
use chat_tui::link::{Command, LinkEvent};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn bye_comes_after_the_last_post_and_ends_the_link() {
    let mut scene = Scene::new();
    let mut peer = scene.enter(3).await;
    scene.ask(Command::Post(item(1))).await;
    scene.ask(Command::Bye).await;

    let mut said = Vec::new();
    while let Some((_, frame)) = peer.next().await {
        said.push(frame);
    }

    assert!(matches!(said[said.len() - 2..], [ClientFrame::Post(_), ClientFrame::Bye(Bye {})]), "{said:?}");
    drop(peer);
    assert_eq!(
        scene.event_where(|event| matches!(event, LinkEvent::Ended(_))).await,
        LinkEvent::Ended("said goodbye".into())
    );
}

#[tokio::test(start_paused = true)]
async fn bye_waits_for_a_last_answer_but_not_for_long() {
    let mut scene = Scene::new();
    let mut peer = scene.enter(3).await;
    scene.ask(Command::Post(item(1))).await;
    scene.ask(Command::Bye).await;
    let asked = Instant::now();

    peer.post().await;
    scene.event_where(|event| matches!(event, LinkEvent::Ended(_))).await;

    assert!(asked.elapsed() <= Duration::from_millis(1_600), "{:?}", asked.elapsed());
}

#[tokio::test(start_paused = true)]
async fn bye_ends_a_link_that_has_no_connection_at_once() {
    let mut scene = Scene::new();
    scene.close_harbour();
    scene.event_where(|event| matches!(event, LinkEvent::Down { .. })).await;

    scene.ask(Command::Bye).await;

    assert!(scene.has_ended().await);
}

#[tokio::test(start_paused = true)]
async fn a_bye_from_a_holder_who_went_at_once_is_said() {
    for _ in 0..20 {
        let mut scene = Scene::new();
        let mut peer = scene.enter(3).await;
        scene.commands.try_send(Command::Bye).unwrap();
        let Scene { commands, events, .. } = scene;
        drop((commands, events));

        peer.request_where(|frame| matches!(frame, ClientFrame::Bye(_))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_nobody_holds_hangs_up_without_a_bye() {
    let mut scene = Scene::new();
    let mut peer = scene.enter(3).await;
    let Scene { commands, events, .. } = scene;
    drop((commands, events));

    while let Some((_, frame)) = peer.next().await {
        assert!(matches!(frame, ClientFrame::Ping(_)), "{frame:?}");
    }
}
