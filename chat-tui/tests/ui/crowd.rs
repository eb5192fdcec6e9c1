//! Choosing somebody in the list of people.

use crate::scene::{ROOM, Scene, member};
use chat_proto::PersonId;
use chat_proto::frame::{Member, Presence, Role, Voice};
use chat_tui::effect::Effect;
use chat_tui::link::{Command, LinkEvent};
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};

const BOB: PersonId = PersonId(2);

fn choosing(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.key(KeyCode::F(9));
    scene
}

/// Alice owns the room.
fn owning() -> Scene {
    let mut scene = Scene::room(120, 24);
    let alice = Member { role: Role::Owner, ..member(1, "alice", Presence::Here) };
    let carol = Member { role: Role::Operator, voice: Voice::Muted, ..member(3, "carol", Presence::Here) };
    scene.link(LinkEvent::Members { room: ROOM, members: vec![alice, carol] });
    scene.key(KeyCode::F(9));
    scene
}

fn click(scene: &mut Scene, name: &str) {
    let row = scene.row(name).expect("they are listed") as u16;
    scene.mouse(MouseEventKind::Down(MouseButton::Left), scene.state.columns - 5, row);
}

#[test]
fn in_a_wide_window_whoever_keeps_order_is_told_so() {
    let scene = owning();
    let hints = scene.screen().lines().last().unwrap().trim().to_owned();

    insta::assert_snapshot!(hints, @"Enter message · w whois · @ mention · i ignore · k kick · b ban · u mute · o operator · Esc back");
}

#[test]
fn enter_and_m_speak_with_somebody_alone() {
    for key in [KeyCode::Enter, KeyCode::Char('m')] {
        let mut scene = choosing(80, 24);
        scene.key(key);
        assert_eq!(scene.effects(), [Effect::Link(Command::OpenDirect(BOB))], "{key:?}");
        assert_eq!(scene.state.overlay, None);
    }
}

#[test]
fn arrows_choose_and_stop_at_the_ends() {
    let mut scene = choosing(80, 24);
    scene.key(KeyCode::Down);
    assert!(scene.shows("▌ ● carol"), "{}", scene.screen());
    scene.key(KeyCode::End);
    scene.key(KeyCode::Down);
    assert!(scene.shows("▌ ○ dave"), "{}", scene.screen());
    scene.key(KeyCode::Home);
    scene.key(KeyCode::Up);
    assert!(scene.shows("▌ ● alice"), "{}", scene.screen());
    scene.key(KeyCode::Enter);
    assert!(scene.shows("that is you"), "{}", scene.screen());
}

#[test]
fn whoever_is_chosen_stays_in_sight_in_a_crowd() {
    let mut scene = Scene::room(80, 12);
    let crowd = (10..100).map(|n| member(n, &format!("guest{n}"), Presence::Here)).collect();
    scene.link(LinkEvent::Members { room: ROOM, members: crowd });
    scene.key(KeyCode::F(9));
    for _ in 0..40 {
        scene.key(KeyCode::Down);
        assert!(scene.shows("▌ ●"), "{}", scene.screen());
    }
    assert!(scene.shows("more"), "{}", scene.screen());
    scene.key(KeyCode::End);
    assert!(scene.shows("▌ ○ dave"), "{}", scene.screen());
}

#[test]
fn letters_look_mention_and_ignore() {
    let mut scene = choosing(80, 24);
    scene.types("w");
    assert!(scene.shows("known   since"), "{}", scene.screen());
    scene.key(KeyCode::Esc);

    scene.types("hello ");
    scene.key(KeyCode::F(9));
    scene.types("@");
    assert_eq!(scene.state.composer().text(), "hello @bob ");

    scene.key(KeyCode::F(9));
    scene.types("i");
    assert!(scene.state.people.is_ignored(BOB));
    scene.key(KeyCode::F(9));
    scene.types("i");
    assert!(!scene.state.people.is_ignored(BOB));
}

#[test]
fn what_everybody_will_see_stands_in_the_line_until_enter() {
    for (key, line) in [("k", "/kick bob"), ("b", "/ban bob"), ("u", "/mute bob"), ("o", "/op bob")] {
        let mut scene = owning();
        scene.effects();
        scene.types(key);
        assert_eq!((scene.effects(), scene.state.composer().text()), (vec![], line));
        scene.key(KeyCode::Enter);
        assert!(matches!(scene.effects()[..], [Effect::Link(Command::Post(_))]), "{line}");
    }
    for (key, line) in [("u", "/unmute carol"), ("o", "/deop carol")] {
        let mut scene = owning();
        scene.key(KeyCode::Down);
        scene.types(key);
        assert_eq!(scene.state.composer().text(), line);
    }
}

#[test]
fn a_draft_is_not_written_over_and_who_keeps_no_order_is_told() {
    let mut scene = owning();
    scene.key(KeyCode::Esc);
    scene.types("a draft");
    scene.key(KeyCode::F(9));
    scene.types("k");
    assert_eq!(scene.state.composer().text(), "a draft");
    assert!(scene.shows("send or clear what you are writing first"), "{}", scene.screen());

    let mut scene = choosing(80, 24);
    scene.types("k");
    assert!(scene.shows("you do not keep order in this room"), "{}", scene.screen());
}

#[test]
fn a_click_chooses_and_another_one_speaks() {
    let mut scene = Scene::room(80, 24);
    click(&mut scene, "● carol");
    assert!(scene.shows("▌ ● carol"), "{}", scene.screen());
    assert_eq!(scene.effects(), []);

    click(&mut scene, "● carol");

    assert_eq!(scene.effects(), [Effect::Link(Command::OpenDirect(PersonId(3)))]);
}

#[test]
fn whoever_is_gone_when_something_is_to_be_done_is_said_to_be() {
    let mut scene = choosing(80, 24);
    scene.happens(0, (2, "bob"), chat_proto::EntryBody::Left(chat_proto::LeaveReason::Leave));
    scene.key(KeyCode::Enter);

    assert!(scene.shows("whoever that was is gone"), "{}", scene.screen());
}
