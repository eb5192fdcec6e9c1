//! Who is at the keys, and who is writing: on the screen, and as others are told.

use crate::scene::{ALICE, ROOM, Scene, bytes, message, up};
use chat_proto::entry::{EntryBody, LeaveReason, PersonId, RoomId};
use chat_proto::frame::{Presence, SignalKind, TypingState};
use chat_tui::link::{Command, LinkEvent, Trouble};
use crossterm::event::KeyCode;
use std::time::Duration;

const BOB: (u64, &str) = (2, "bob");
const MINUTE: i64 = 60_000;

fn signal(scene: &mut Scene, person: u64, kind: SignalKind) {
    scene.link(LinkEvent::Signal { room: ROOM, person: PersonId(person), kind });
}

fn is(scene: &mut Scene, person: u64, presence: Presence) {
    signal(scene, person, SignalKind::Presence(presence));
}

fn away(word: &str) -> Presence {
    Presence::Away(bytes(word))
}

fn told(state: TypingState) -> Command {
    Command::Typing { room: ROOM, state }
}

/// The last row, where hints stand.
fn hints(scene: &Scene) -> String {
    scene.screen().lines().last().unwrap_or_default().trim().to_owned()
}

#[test]
fn somebody_who_is_typing_stands_beside_the_hints() {
    let mut scene = Scene::room(80, 24);
    let before = scene.screen();
    signal(&mut scene, 2, SignalKind::Typing);

    let after = scene.screen();
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    assert_eq!(before[..23], after[..23], "nothing else moves");
    insta::assert_snapshot!(after[23], @" bob is typing…     Enter send · Alt-Up select a message · / commands · F1 help");
}

#[test]
fn two_are_named_and_more_are_several() {
    let mut scene = Scene::room(80, 24);
    signal(&mut scene, 3, SignalKind::Typing);
    signal(&mut scene, 2, SignalKind::Typing);
    assert!(hints(&scene).starts_with("bob and carol are typing…"), "{}", hints(&scene));

    signal(&mut scene, 4, SignalKind::Typing);
    assert!(hints(&scene).starts_with("several people are typing…"), "{}", hints(&scene));
    scene.resize(40, 24);
    insta::assert_snapshot!(hints(&scene), @"several people are typing…     F1 help");
}

#[test]
fn typing_ends_with_what_was_said_with_a_word_and_by_itself() {
    let ends: [fn(&mut Scene); 5] = [
        |scene| scene.happens(0, BOB, message("hi")),
        |scene| scene.happens(0, BOB, EntryBody::Action(bytes("waves"))),
        |scene| scene.happens(0, BOB, EntryBody::Left(LeaveReason::Lost)),
        |scene| signal(scene, 2, SignalKind::Stopped),
        |scene| scene.waits(8_000),
    ];
    for (n, end) in ends.into_iter().enumerate() {
        let mut scene = Scene::room(80, 24);
        signal(&mut scene, 2, SignalKind::Typing);
        end(&mut scene);
        assert!(!scene.shows("typing"), "{n}: {}", scene.screen());
    }
}

#[test]
fn the_end_of_typing_is_waited_for_and_saying_it_again_puts_it_off() {
    let mut scene = Scene::room(80, 24);
    signal(&mut scene, 2, SignalKind::Typing);
    scene.waits(3_000);
    signal(&mut scene, 2, SignalKind::Typing);
    assert_eq!(scene.state.wake_at().map(|at| at.0 - scene.state.now.0), Some(8_000));

    scene.waits(7_999);
    assert!(scene.shows("bob is typing…"));
    scene.waits(1);
    assert!(!scene.shows("typing"));
}

#[test]
fn nobody_who_is_ignored_unknown_or_the_reader_is_shown_typing() {
    let mut scene = Scene::room(80, 24);
    scene.says("/ignore bob");
    for person in [2, ALICE.0, 99] {
        signal(&mut scene, person, SignalKind::Typing);
    }
    scene.link(LinkEvent::Signal { room: RoomId([9; 16]), person: PersonId(3), kind: SignalKind::Typing });
    assert!(!scene.shows("typing"), "{}", scene.screen());

    signal(&mut scene, 3, SignalKind::Typing);
    scene.says("/ignore carol");
    assert!(!scene.shows("typing"), "also who was typing before");
}

#[test]
fn ten_thousand_who_type_are_several() {
    let mut scene = Scene::room(80, 24);
    let crowd = (10..10_010).map(|n| crate::scene::member(n, &format!("p{n}"), Presence::Here)).collect();
    scene.link(LinkEvent::Members { room: ROOM, members: crowd });
    for person in 10..10_010 {
        signal(&mut scene, person, SignalKind::Typing);
    }

    assert!(scene.shows("several people are typing…"));
    scene.waits(8_000);
    assert!(!scene.shows("typing"));
}

#[test]
fn others_are_told_of_writing_at_once_and_then_every_three_seconds() {
    let mut scene = Scene::room(80, 24);
    scene.signals();
    scene.types("hel");
    assert_eq!(scene.signals(), [told(TypingState::Writing)]);

    scene.waits(2_999);
    scene.types("l");
    assert_eq!(scene.signals(), []);
    scene.waits(1);
    assert_eq!(scene.signals(), [], "somebody who thinks does not write");
    scene.types("o");
    assert_eq!(scene.signals(), [told(TypingState::Writing)]);
}

#[test]
fn a_line_that_is_cleared_is_no_longer_written_and_one_that_is_sent_says_so_itself() {
    let mut scene = Scene::room(80, 24);
    scene.types("hi");
    scene.signals();
    scene.ctrl('c');
    assert_eq!(scene.signals(), [told(TypingState::Stopped)]);

    scene.says("hi");
    assert_eq!(scene.signals(), [told(TypingState::Writing)]);
    scene.types("x");
    assert_eq!(scene.signals(), [told(TypingState::Writing)], "the message ended the one before");
    scene.key(KeyCode::Backspace);
    assert_eq!(scene.signals(), [told(TypingState::Stopped)]);
}

#[test]
fn nobody_is_told_of_commands_or_without_a_connection() {
    let mut scene = Scene::room(80, 24);
    scene.signals();
    scene.types("/whois bob");
    scene.ctrl('c');
    assert_eq!(scene.signals(), []);

    scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::from_secs(9) });
    scene.types("hi");
    assert_eq!(scene.signals(), []);
}

#[test]
fn whoever_presses_no_key_for_ten_minutes_is_idle_until_the_next() {
    let mut scene = Scene::room(80, 24);
    scene.key(KeyCode::End);
    assert_eq!(scene.state.wake_at().map(|at| at.0 - scene.state.now.0), Some(10 * MINUTE));

    scene.waits(10 * MINUTE);
    assert_eq!(scene.signals(), [Command::SetPresence(Presence::Idle)]);
    assert!(scene.shows("◐ alice  you"), "{}", scene.screen());
    scene.waits(MINUTE);
    assert_eq!(scene.signals(), []);

    scene.key(KeyCode::End);
    assert_eq!(scene.signals(), [Command::SetPresence(Presence::Here)]);
    assert!(scene.shows("● alice  you"), "{}", scene.screen());
}

#[test]
fn whoever_wants_neither_to_be_seen_writing_nor_idle_so_soon_is_not() {
    let mut start = crate::scene::start();
    (start.options.typing, start.options.idle, start.room) = (false, 60, chat_tui::state::Wish::Create);
    let mut scene = Scene::new(start);
    scene.link(up());
    scene.link(LinkEvent::Joined { asked: chat_tui::link::Asked::Create, joined: crate::scene::joined() });

    scene.types("hi");
    scene.waits(60 * MINUTE - 1);
    assert_eq!(scene.signals(), []);
    scene.waits(1);
    assert_eq!(scene.signals(), [Command::SetPresence(Presence::Idle)]);
}

#[test]
fn away_is_told_with_a_word_and_stays_until_back() {
    let mut scene = Scene::room(120, 24);
    scene.signals();
    scene.says("/away lunch");
    assert_eq!(scene.signals(), [Command::SetPresence(away("lunch"))]);
    assert!(scene.shows("away: lunch") && scene.shows("◐ alice  you  lunch"), "{}", scene.screen());

    scene.waits(20 * MINUTE);
    assert_eq!(scene.signals(), [], "neither idle nor back by itself");
    scene.says("/away");
    assert_eq!(scene.signals(), [Command::SetPresence(away(""))]);
    scene.says("/back");
    assert_eq!(scene.signals(), [Command::SetPresence(Presence::Here)]);
    assert!(!scene.shows("away"), "{}", scene.screen());
    scene.says("/back");
    assert!(scene.shows("you are not away"));
}

#[test]
fn a_message_of_somebody_who_is_away_is_sent_with_a_hint() {
    let mut scene = Scene::room(80, 24);
    scene.says("/away");
    scene.effects();

    scene.says("one more thing");

    assert_eq!(scene.posted().body, message("one more thing"));
    assert!(scene.shows("you are still away: /back"), "{}", scene.screen());
}

#[test]
fn whoever_is_away_is_so_after_every_reconnect() {
    let mut scene = Scene::room(80, 24);
    scene.says("/away lunch");
    scene.link(LinkEvent::Down { trouble: Trouble::Lost("cut".into()), retry_in: Duration::from_secs(9) });
    scene.signals();

    scene.link(up());

    assert_eq!(scene.signals(), [Command::SetPresence(away("lunch"))]);
}

#[test]
fn a_word_that_is_too_long_or_has_controls_is_not_told() {
    let mut scene = Scene::room(80, 24);
    scene.signals();
    scene.says(&format!("/away {}", "x".repeat(129)));
    assert!(scene.shows("that is too long"), "{}", scene.screen());

    assert!(!scene.signals().iter().any(|signal| matches!(signal, Command::SetPresence(_))));
}

#[test]
fn the_list_and_whois_tell_who_is_idle_and_who_is_away() {
    let mut scene = Scene::room(120, 24);
    is(&mut scene, 2, Presence::Idle);
    is(&mut scene, 3, away("at\u{1b}[2J lunch, back at two o'clock"));
    is(&mut scene, 4, Presence::Idle);

    let list: Vec<String> = scene.screen().lines().map(|row| row.chars().skip(94).collect::<String>()).collect();
    insta::assert_snapshot!(list[2..9].join("\n"), @r#"
    HERE
    ● alice  you
    ◐ bob
    ◐ carol
      at␛[2J lunch, back a…

    LEFT
    "#);
    for (line, words) in [("/whois bob", "idle"), ("/whois carol", "away: at")] {
        scene.says(line);
        assert!(scene.shows(words), "{}", scene.screen());
        scene.key(KeyCode::Esc);
    }
}

#[test]
fn whoever_comes_back_is_here() {
    let mut scene = Scene::room(80, 24);
    is(&mut scene, 2, away("lunch"));
    assert!(scene.shows("◐ bob"));

    scene.happens(0, BOB, EntryBody::Joined(crate::scene::ARRIVAL));

    assert!(scene.shows("● bob"), "{}", scene.screen());
}
