//! Connections come and go: greeting, heartbeat, back-off, waking up.

use crate::fake::{Scene, item, joined};
use chat_proto::frame::{ClientFrame, GoAway, Pong};
use chat_proto::wire::Capped;
use chat_proto::{Code, Detail, Nick, Refused, UnixMillis};
use chat_tui::link::{Command, LinkEvent, Mark, Trouble};
use std::time::Duration;
use tokio::time::Instant;

fn is_down(event: &LinkEvent) -> bool {
    matches!(event, LinkEvent::Down { .. })
}

fn is_up(event: &LinkEvent) -> bool {
    matches!(event, LinkEvent::Up { .. })
}

fn pong() -> Pong {
    Pong { server_time: UnixMillis(0), heads: Capped::new([]) }
}

async fn down(scene: &mut Scene) -> (Trouble, Duration) {
    match scene.event_where(is_down).await {
        LinkEvent::Down { trouble, retry_in } => (trouble, retry_in),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_proves_the_key_and_is_told() {
    let mut scene = Scene::new();
    let _peer = scene.greet().await;

    assert!(is_up(&scene.event().await));
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_is_told_at_once_with_the_address() {
    let mut scene = Scene::new();
    scene.close_harbour();
    let started = Instant::now();

    let (trouble, _) = down(&mut scene).await;

    assert_eq!(trouble, Trouble::NoServer("no server answers at localhost:7000".into()));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn failures_are_retried_further_and_further_apart_but_never_more_than_thirty_seconds() {
    let mut scene = Scene::new();
    scene.close_harbour();
    let mut waits = Vec::new();
    for _ in 0..40 {
        waits.push(down(&mut scene).await.1);
    }

    assert!(waits[0] <= Duration::from_millis(500));
    assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(30)));
    assert!(waits[10..].iter().any(|wait| *wait > Duration::from_secs(15)), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_retry_starts_when_it_was_announced() {
    let mut scene = Scene::new();
    drop(scene.accept().await);
    let (_, retry_in) = down(&mut scene).await;
    let told = Instant::now();

    scene.accept().await;

    let waited = told.elapsed();
    assert!(waited >= retry_in && waited < retry_in + Duration::from_millis(10), "{waited:?} for {retry_in:?}");
}

#[tokio::test(start_paused = true)]
async fn after_a_connection_that_lived_the_wait_is_short_again() {
    let mut scene = Scene::new();
    for _ in 0..12 {
        drop(scene.accept().await);
    }
    let peer = scene.greet().await;
    scene.event_where(is_up).await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    drop(peer);

    let (_, retry_in) = down(&mut scene).await;

    assert!(retry_in <= Duration::from_millis(500), "{retry_in:?}");
}

#[tokio::test(start_paused = true)]
async fn a_ping_follows_the_login_at_once_and_another_within_thirty_seconds() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    let logged_in = Instant::now();

    let request = peer.ping().await;
    assert!(logged_in.elapsed() < Duration::from_millis(10));
    tokio::time::sleep(Duration::from_millis(40)).await;
    peer.say(request, pong()).await;
    let latency = scene.event_where(|event| matches!(event, LinkEvent::Latency(_))).await;
    peer.ping().await;

    let LinkEvent::Latency(latency) = latency else { panic!("{latency:?}") };
    assert!((40..45).contains(&latency.as_millis()), "{latency:?}");
    assert!(logged_in.elapsed() <= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_swallows_everything_is_given_up_after_ninety_seconds() {
    let mut scene = Scene::new();
    let _peer = scene.greet().await;
    scene.event_where(is_up).await;
    let logged_in = Instant::now();

    let (trouble, _) = down(&mut scene).await;

    assert_eq!(trouble, Trouble::Lost("the server gave no answer for 90 s".into()));
    assert_eq!(logged_in.elapsed().as_secs(), 90);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_the_call_and_says_nothing_is_given_up_after_ten_seconds() {
    let mut scene = Scene::new();
    let started = Instant::now();
    let _peer = scene.accept().await;

    let (trouble, _) = down(&mut scene).await;

    assert!(matches!(trouble, Trouble::Lost(_)));
    assert_eq!(started.elapsed(), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn after_a_wake_a_dead_connection_is_noticed_within_seconds() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    let request = peer.ping().await;
    peer.say(request, pong()).await;
    scene.event_where(|event| matches!(event, LinkEvent::Latency(_))).await;

    scene.sleep(Duration::from_hours(8));
    let woke = Instant::now();
    peer.ping().await;
    assert!(woke.elapsed() <= Duration::from_secs(2), "pinged at once");
    down(&mut scene).await;

    assert!(woke.elapsed() <= Duration::from_secs(7), "{:?}", woke.elapsed());
}

#[tokio::test(start_paused = true)]
async fn after_a_wake_a_living_connection_stays() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    let first = peer.ping().await;
    peer.say(first, pong()).await;
    scene.event_where(|event| matches!(event, LinkEvent::Latency(_))).await;

    scene.sleep(Duration::from_hours(8));
    let second = peer.ping().await;
    peer.say(second, pong()).await;

    let event = scene.event().await;
    assert!(matches!(event, LinkEvent::Latency(_)), "{event:?}");
}

#[tokio::test(start_paused = true)]
async fn after_a_wake_a_link_that_waits_dials_at_once() {
    let mut scene = Scene::new();
    let mut last = Duration::ZERO;
    while last < Duration::from_secs(10) {
        drop(scene.accept().await);
        last = down(&mut scene).await.1;
    }

    scene.sleep(Duration::from_mins(10));
    let woke = Instant::now();
    scene.accept().await;

    assert!(woke.elapsed() <= Duration::from_secs(2), "{:?}", woke.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_says_when_to_come_back() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    peer.say(0, GoAway { reconnect_after_ms: 12_345 }).await;
    drop(peer);

    let (trouble, retry_in) = down(&mut scene).await;

    assert_eq!((trouble, retry_in), (Trouble::GoAway, Duration::from_millis(12_345)));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_can_never_work_ends_the_link_with_a_free_name() {
    let mut scene = Scene::new();
    let mut peer = scene.accept().await;
    peer.hello().await;
    let refused = Refused::new(Code::NAME_TAKEN, "alice is taken").with(Detail::Name("alice-2".into()));
    peer.say(1, refused).await;

    let expected = LinkEvent::LoginRefused {
        sentence: "alice is taken".into(),
        free_name: Some(Nick::parse(b"alice-2").unwrap()),
    };
    assert_eq!(scene.event().await, expected);
    assert!(scene.has_ended().await);
}

#[tokio::test(start_paused = true)]
async fn a_full_server_is_tried_again_when_it_said() {
    let mut scene = Scene::new();
    let mut peer = scene.accept().await;
    peer.hello().await;
    let refused = Refused { retry_after_ms: Some(20_000), ..Refused::new(Code::SERVER_FULL, "full") };
    peer.say(0, refused).await;

    let (trouble, retry_in) = down(&mut scene).await;

    assert_eq!(trouble, Trouble::Lost("full".into()));
    assert!(retry_in >= Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_newer_session_of_the_same_client_ends_the_older_for_good() {
    let mut scene = Scene::new();
    let mut peer = scene.greet().await;
    scene.event_where(is_up).await;
    peer.say(0, Refused::new(Code::SESSION_REPLACED, "connected elsewhere")).await;

    assert_eq!(scene.event().await, LinkEvent::Ended("connected elsewhere".into()));
    assert!(scene.has_ended().await);
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_the_room_is_resumed_and_the_post_sent_again_under_its_id() {
    let mut scene = Scene::new();
    let mut peer = scene.enter(3).await;
    scene.ask(Command::Post(item(1))).await;
    let (_, id) = peer.post().await;
    drop(peer);

    let mut peer = scene.greet().await;
    let (request, _) = peer.request_where(|frame| matches!(frame, ClientFrame::Resume(_))).await;
    peer.say(request, joined(3)).await;
    let (request, again) = peer.post().await;

    assert_eq!(again, id);
    let accepted =
        chat_proto::frame::Accepted { id, seq: chat_proto::Seq(4), durability: chat_proto::frame::Durability::Memory };
    peer.say(request, accepted).await;
    scene.event_where(|event| matches!(event, LinkEvent::Marked { mark: Mark::Accepted { .. }, .. })).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_want_to_wait_is_dialled_for_at_once() {
    let mut scene = Scene::new();
    scene.close_harbour();
    for _ in 0..10 {
        down(&mut scene).await;
    }
    let told = Instant::now();

    scene.ask(Command::Retry).await;
    down(&mut scene).await;

    assert_eq!(told.elapsed(), Duration::ZERO);
}
