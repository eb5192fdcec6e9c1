//! In several rooms, and in conversations of two.

use super::BOB;
use crate::scene::{Scene, bytes, code, entry, joined, member, message};
use chat_proto::entry::{EntryBody, LeaveReason, PersonId, RoomId};
use chat_proto::frame::{Door, Joined, Peer, Presence, RoomState};
use chat_tui::link::{Asked, LinkEvent};
use crossterm::event::KeyCode;

const WITH_BOB: RoomId = RoomId([200; 16]);

/// The how many-th room after the first one, from 1.
pub(crate) fn room(n: u8) -> RoomId {
    RoomId([100 + n; 16])
}

fn other(n: u8) -> Joined {
    let topics = ["a place to eat", "", "the weekly meeting of everybody who builds"];
    let topic = bytes(topics[usize::from(n) % topics.len()]);
    let code = [b'K', b'7', b'Q', b"ABCDEFGHJ"[usize::from(n)]];
    Joined { room: room(n), code, state: RoomState { topic, ..joined().state }, ..joined() }
}

fn with_bob() -> Joined {
    let peer = Peer { person: PersonId(2), name: bytes("bob"), key: [2; 32] };
    let state = RoomState { topic: bytes(""), door: Door::Direct, direct: Some(peer), ..joined().state };
    Joined { room: WITH_BOB, code: *b"ZZZZ", state, ..joined() }
}

/// Alice in nine rooms, and on the screen is the last of them.
pub(crate) fn nine(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 3);
    for n in 1..9 {
        scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other(n) });
    }
    scene.state.notice = None;
    scene.effects();
    scene
}

/// The same in the first of them.
pub(crate) fn first_of_nine(columns: u16, rows: u16) -> Scene {
    let mut scene = nine(columns, rows);
    scene.alt(KeyCode::Char('1'));
    scene
}

/// Alice in three rooms and with bob, the first of them on the screen; in two of the others something is new.
pub(crate) fn busy(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 3);
    for (asked, joined) in
        [(Asked::Create, other(1)), (Asked::Join(code("CD4Y")), other(2)), (Asked::Return(WITH_BOB), with_bob())]
    {
        scene.link(LinkEvent::Joined { asked, joined });
    }
    scene.alt(KeyCode::Char('1'));
    said(&mut scene, room(1), &["hi", "there"]);
    said(&mut scene, room(2), &["well", "@alice, what do you say?", "or bob"]);
    scene.effects();
    scene
}

fn said(scene: &mut Scene, room: RoomId, texts: &[&str]) {
    let entries = (1..).zip(texts).map(|(seq, text)| entry(seq, 0, (3, "carol"), message(text)));
    scene.link(LinkEvent::Entries { room, entries: entries.collect() });
}

/// Alice came into another room, and is told how to go back.
pub(crate) fn entered_another(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::busy(columns, rows, 3);
    scene.link(LinkEvent::Joined { asked: Asked::Join(code("CD4Y")), joined: other(1) });
    scene
}

/// Alice and bob alone.
pub(crate) fn direct(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::room(columns, rows);
    scene.says("/msg bob");
    scene.link(LinkEvent::Joined { asked: Asked::Direct(PersonId(2)), joined: with_bob() });
    let members = vec![member(1, "alice", Presence::Here), member(2, "bob", Presence::Here)];
    scene.link(LinkEvent::Members { room: WITH_BOB, members });
    scene.link(LinkEvent::Entries { room: WITH_BOB, entries: vec![entry(1, 0, BOB, message("a word?"))] });
    scene.effects();
    scene
}

/// Bob has left the conversation.
pub(crate) fn deserted(columns: u16, rows: u16) -> Scene {
    let mut scene = direct(columns, rows);
    let left = entry(2, 1, BOB, EntryBody::Left(LeaveReason::Leave));
    scene.link(LinkEvent::Entries { room: WITH_BOB, entries: vec![left] });
    scene.says("still here?");
    scene
}
