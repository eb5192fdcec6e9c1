//! What cannot be seen is not drawn: the picture counts up only when it may have become another one.

use crate::scene::{ROOM, Scene, message};
use chat_proto::entry::{PersonId, RoomId};
use chat_proto::frame::{Presence, SignalKind};
use chat_tui::event::EventKind;
use chat_tui::export::FileEvent;
use chat_tui::link::{LinkEvent, Trouble};
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::event::{MouseButton, MouseEventKind};
use std::time::Duration;

const BOB: (u64, &str) = (2, "bob");

/// Whether this leads to another picture; if not, the screen must be the same.
fn draws(scene: &mut Scene, happens: impl FnOnce(&mut Scene)) -> bool {
    let (picture, before) = (scene.state.picture, scene.drawn());
    happens(scene);
    let is_drawn = scene.state.picture != picture;
    assert!(is_drawn || scene.drawn() == before, "{}", scene.screen());
    is_drawn
}

fn latency(millis: u64) -> impl FnOnce(&mut Scene) {
    move |scene| scene.link(LinkEvent::Latency(Duration::from_micros(millis * 1000 + 100)))
}

fn signal(kind: SignalKind) -> impl FnOnce(&mut Scene) {
    move |scene| scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(2), kind })
}

fn key(kind: KeyEventKind) -> impl FnOnce(&mut Scene) {
    let key = KeyEvent { kind, ..KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE) };
    move |scene| scene.terminal(TerminalEvent::Key(key))
}

#[test]
fn an_answer_of_a_heartbeat_is_drawn_if_it_reads_otherwise() {
    let scene = &mut Scene::room(80, 24);

    assert!(!draws(scene, latency(2)));
    assert!(draws(scene, latency(3)));
}

#[test]
fn somebody_who_is_still_writing_is_not_drawn_again() {
    let scene = &mut Scene::room(80, 24);

    assert!(draws(scene, signal(SignalKind::Typing)));
    assert!(!draws(scene, signal(SignalKind::Typing)));
    assert!(draws(scene, signal(SignalKind::Stopped)));
    assert!(!draws(scene, signal(SignalKind::Stopped)));
    let elsewhere = |scene: &mut Scene| {
        scene.link(LinkEvent::Signal { room: RoomId([9; 16]), person: PersonId(2), kind: SignalKind::Typing });
    };
    assert!(!draws(scene, elsewhere));
}

#[test]
fn the_end_of_writing_is_drawn_when_it_comes_by_itself() {
    let scene = &mut Scene::room(80, 24);
    signal(SignalKind::Typing)(scene);

    assert!(!draws(scene, |scene| scene.waits(1_000)));
    assert!(draws(scene, |scene| scene.waits(9_000)));
    assert!(!draws(scene, |scene| scene.waits(1_000)));
}

#[test]
fn telling_the_server_what_was_read_draws_nothing() {
    let scene = &mut Scene::room(80, 24);
    scene.happens(0, BOB, message("hi"));
    assert!(scene.state.wake_at().is_some());

    assert!(!draws(scene, |scene| scene.waits(3_000)));

    assert_eq!(scene.reads().len(), 1);
}

#[test]
fn a_retry_is_drawn_once_a_second() {
    let scene = &mut Scene::room(80, 24);
    scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::from_millis(4_500) });

    assert!(!draws(scene, |scene| scene.waits(200)));
    assert!(draws(scene, |scene| scene.waits(400)));
}

#[test]
fn a_terminal_that_is_looked_at_again_is_drawn_if_that_reads_something() {
    let scene = &mut Scene::room(80, 24);
    let looks_away = |scene: &mut Scene| scene.terminal(TerminalEvent::FocusLost);
    let looks = |scene: &mut Scene| scene.terminal(TerminalEvent::FocusGained);

    assert!(!draws(scene, looks_away));
    assert!(!draws(scene, looks));
    looks_away(scene);
    scene.happens(0, BOB, message("hi"));
    assert!(draws(scene, looks));
}

#[test]
fn keys_and_buttons_that_are_let_go_draw_nothing() {
    let scene = &mut Scene::room(80, 24);

    assert!(draws(scene, key(KeyEventKind::Press)));
    assert!(!draws(scene, key(KeyEventKind::Release)));
    assert!(!draws(scene, |scene| scene.mouse(MouseEventKind::Up(MouseButton::Left), 5, 5)));
}

#[test]
fn who_becomes_idle_or_comes_back_is_drawn_whatever_tells_of_it() {
    let scene = &mut Scene::room(80, 24);

    assert!(draws(scene, |scene| scene.waits(11 * 60_000)));
    assert!(scene.shows("◐ alice"), "{}", scene.screen());
    assert!(draws(scene, |scene| scene.mouse(MouseEventKind::Up(MouseButton::Left), 5, 5)));
    assert!(draws(scene, signal(SignalKind::Presence(Presence::Idle))));
}

#[test]
fn a_file_that_goes_on_is_drawn_as_it_grows() {
    let scene = &mut Scene::room(80, 24);

    assert!(!draws(scene, |scene| scene.event(EventKind::File(FileEvent::Ready))));

    scene.happens(0, BOB, message("hi"));
    scene.says("/export notes.txt");
    let fails = |scene: &mut Scene| scene.event(EventKind::File(FileEvent::Failed("no space".into())));
    assert!(draws(scene, fails));
}
