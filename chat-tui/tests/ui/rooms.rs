//! Several rooms: each with a draft and a place of its own, and all of them on one link.

use crate::scene::{ROOM, Scene, code, joined};
use chat_proto::entry::RoomId;
use chat_proto::frame::{EndReason, Joined};
use chat_tui::link::{Asked, LinkEvent};
use crossterm::event::KeyCode;

const OTHER: RoomId = RoomId([8; 16]);

fn other() -> Joined {
    Joined { room: OTHER, code: *b"CD4Y", ..joined() }
}

/// Alice in two rooms, and on the screen is the one that she entered last.
fn two() -> Scene {
    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other() });
    scene.effects();
    scene
}

#[test]
fn what_is_being_written_waits_in_its_room_with_what_was_written_before() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.says("first");
    scene.types("half a sentence");
    scene.key(KeyCode::Left);
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other() });
    assert_eq!(scene.state.composer().text(), "");
    scene.key(KeyCode::Up);
    assert_eq!(scene.state.composer().text(), "", "nothing was written here yet");

    scene.says("/join ab3z");

    assert!(scene.shows("› half a sentence"), "{}", scene.screen());
    scene.types("!");
    assert_eq!(scene.state.composer().text(), "half a sentenc!e");
    scene.ctrl('c');
    scene.key(KeyCode::Up);
    scene.key(KeyCode::Up);
    assert_eq!(scene.state.composer().text(), "first");
}

#[test]
fn a_draft_in_a_room_that_is_over_goes_on_in_the_one_that_follows() {
    let mut scene = Scene::busy(80, 24, 3);
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.types("too late");

    scene.key(KeyCode::F(5));
    scene.link(LinkEvent::Joined { asked: Asked::Create, joined: other() });

    assert_eq!((scene.state.current, scene.state.composer().text()), (Some(OTHER), "too late"));
    assert_eq!(scene.state.rooms.len(), 1);
}

#[test]
fn a_draft_keeps_a_room_that_ended_behind_another() {
    let mut scene = two();
    scene.says("/join ab3z");
    scene.types("a draft");
    scene.link(LinkEvent::RoomEnded { room: ROOM, reason: EndReason::Over });
    scene.link(LinkEvent::Joined { asked: Asked::Return(OTHER), joined: other() });
    assert_eq!(scene.state.current, Some(OTHER));

    scene.link(LinkEvent::Left { room: OTHER });

    assert_eq!(scene.state.rooms[&ROOM].composer.text(), "a draft");
}
