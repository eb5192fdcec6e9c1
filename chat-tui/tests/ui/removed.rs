//! Being shown the door.

use crate::scene::{ALICE, ROOM, Scene, bytes, code, joined};
use chat_proto::entry::{Act, BanScope, EntryBody, PersonId, RoomId, Target};
use chat_proto::frame::{EndReason, Joined};
use chat_tui::link::{Asked, LinkEvent};
use crossterm::event::KeyCode;

const BOB: (u64, &str) = (2, "bob");

fn target(person: PersonId, name: &str) -> Target {
    Target { person, name: bytes(name) }
}

fn removed(act: Option<Act>) -> Scene {
    let mut scene = Scene::room(80, 24);
    scene.types("a draft");
    if let Some(act) = act {
        scene.happens(1, BOB, EntryBody::Act(act));
    }
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Removed });
    scene
}

#[test]
fn a_room_says_who_removed_the_reader() {
    let me = || target(ALICE, "alice");
    for (act, words) in [
        (Some(Act::Kick(me())), "You were removed from AB3Z by bob; you can come back after a while."),
        (Some(Act::Ban(me(), BanScope::Key)), "You were banned from AB3Z by bob."),
        (Some(Act::Kick(target(PersonId(3), "carol"))), "You were removed from AB3Z."),
        (None, "You were removed from AB3Z."),
    ] {
        let scene = removed(act);

        assert!(scene.shows(words), "{words}\n{}", scene.screen());
    }
}

#[test]
fn whoever_was_removed_can_say_nothing_and_keeps_the_draft() {
    let mut scene = removed(Some(Act::Kick(target(ALICE, "alice"))));
    scene.effects();

    scene.key(KeyCode::Enter);

    assert_eq!(scene.effects(), []);
    assert_eq!(scene.state.composer().text(), "a draft");
    assert!(scene.shows("not sent: you were removed from AB3Z by bob"), "{}", scene.screen());
}

#[test]
fn whoever_looks_at_another_room_is_told_as_well() {
    let mut scene = Scene::room(80, 24);
    let other = Joined { room: RoomId([8; 16]), code: *b"CD4Y", ..joined() };
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other });
    scene.happens(1, BOB, EntryBody::Act(Act::Kick(target(ALICE, "alice"))));

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Removed });

    assert!(scene.shows("you were removed from AB3Z by bob"), "{}", scene.screen());
}

#[test]
fn a_room_that_is_entered_again_remembers_no_removal() {
    let mut scene = removed(Some(Act::Kick(target(ALICE, "alice"))));
    let joined = crate::scene::joined();
    scene.link(LinkEvent::Joined { asked: chat_tui::link::Asked::Join(crate::scene::code("AB3Z")), joined });
    assert!(!scene.shows("removed from AB3Z."));

    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });

    assert!(scene.shows("This room is over."), "{}", scene.screen());
}

#[test]
fn the_words_fit_a_narrow_window() {
    let mut scene = removed(Some(Act::Kick(target(ALICE, "alice"))));
    scene.resize(40, 15);

    assert!(scene.shows("You were removed from AB3Z by bob"), "{}", scene.screen());
}

fn not_let_back() -> LinkEvent {
    LinkEvent::NoReturn { room: ROOM, sentence: "because".into() }
}

#[test]
fn whoever_is_not_let_back_after_a_lost_connection_is_told_no_more_than_is_known() {
    let mut scene = Scene::room(80, 24);
    scene.types("a draft");

    scene.link(not_let_back());

    assert!(scene.shows("AB3Z has ended, or you are no longer let in.  F5 opens a new one"), "{}", scene.screen());
    assert!(!scene.shows("gone"), "{}", scene.screen());
    scene.key(KeyCode::Enter);
    assert!(scene.shows("not sent: AB3Z has ended, or you are no longer let in"), "{}", scene.screen());
    assert_eq!(scene.state.composer().text(), "a draft");
    for line in ["/search x", "/invite", "/export notes.txt"] {
        scene.state.composer_mut().set("");
        scene.says(line);
        assert!(scene.shows("AB3Z has ended, or you are no longer let in: "), "{line}\n{}", scene.screen());
    }
}

#[test]
fn where_the_log_had_told_it_already_it_is_told_as_it_was() {
    let mut scene = Scene::room(80, 24);
    scene.happens(1, BOB, EntryBody::Act(Act::Kick(target(ALICE, "alice"))));

    scene.link(not_let_back());

    let told = "You were removed from AB3Z by bob; you can come back after a while.";
    assert!(scene.shows(told), "{}", scene.screen());
}
