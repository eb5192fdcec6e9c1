//! At the prompt, and on the way into a room.

use crate::scene::{Scene, TWO_O_CLOCK, code, nick, start};
use chat_proto::entry::{RoomId, Seq, UnixMillis};
use chat_proto::frame::Keep;
use chat_tui::link::{LinkEvent, Trouble};
use chat_tui::recent::Recent;
use chat_tui::state::{Start, Wish};
use crossterm::event::{Event as TerminalEvent, KeyCode};
use std::time::Duration;

const HOUR: i64 = 60 * 60 * 1000;

pub(crate) fn prompt(columns: u16, rows: u16) -> Scene {
    Scene::sized(start(), columns, rows)
}

/// With a code in the field that has the cursor before it.
pub(crate) fn filled(columns: u16, rows: u16) -> Scene {
    let mut scene = prompt(columns, rows);
    scene.types("ab3z");
    scene.key(KeyCode::Home);
    scene
}

/// With what an invite brought.
pub(crate) fn invited(columns: u16, rows: u16) -> Scene {
    let mut scene = prompt(columns, rows);
    scene.terminal(TerminalEvent::Paste("chat://chat.example.org:7000/AB3Z#CQkJCQkJCQkJCQkJCQkJCQ".into()));
    scene
}

/// The last of the buttons has the focus.
pub(crate) fn on_a_button(columns: u16, rows: u16) -> Scene {
    let mut scene = prompt(columns, rows);
    (0..4).for_each(|_| scene.key(KeyCode::Tab));
    scene
}

/// What was typed is no code.
pub(crate) fn mistaken(columns: u16, rows: u16) -> Scene {
    let mut scene = prompt(columns, rows);
    scene.says("hello");
    scene
}

/// The room is on its way, and can still be given up.
pub(crate) fn busy(columns: u16, rows: u16) -> Scene {
    let mut scene = prompt(columns, rows);
    scene.says("ab3z");
    scene.effects();
    scene
}

/// No server answers: one can be run here.
pub(crate) fn may_host(columns: u16, rows: u16) -> Scene {
    let mut scene = busy(columns, rows);
    let trouble = Trouble::NoServer("no server answers at localhost:7000".into());
    scene.link(LinkEvent::Down { trouble, retry_in: Duration::from_secs(1) });
    scene.effects();
    scene
}

/// The name is somebody else's: another one is free.
pub(crate) fn may_be_called(columns: u16, rows: u16) -> Scene {
    let mut scene = busy(columns, rows);
    let sentence = "somebody else is called alice here; alice-2 is free".to_owned();
    scene.link(LinkEvent::LoginRefused { sentence, free_name: Some(nick("alice-2")) });
    scene.effects();
    scene
}

fn recent(n: u8, topic: &str, server: &str, hours_ago: i64) -> Recent {
    Recent {
        server: server.into(),
        key: None,
        name: nick("alice"),
        room: RoomId([n; 16]),
        code: code(["AB3Z", "CD4Y", "K7QF", "ZZ9P", "HT3W"][usize::from(n)]),
        topic: topic.into(),
        last: UnixMillis(TWO_O_CLOCK - hours_ago * HOUR),
        place: None,
        is_shown: false,
        read: Seq(0),
        level: None,
    }
}

/// Five rooms of the last days stand below the form.
pub(crate) fn returning(columns: u16, rows: u16) -> Scene {
    let recent = vec![
        recent(0, "release planning", "chat.example.org:7000", 2),
        recent(1, "", "localhost:7000", 5),
        recent(2, "the weekly meeting of everybody who builds", "chat.example.org:7000", 26),
        recent(3, "ビルド結果", "192.168.1.20:7001", 72),
        recent(4, "incident 4711", "a-very-long-host-name.example.org:7443", 200),
    ];
    Scene::sized(Start { recent, ..start() }, columns, rows)
}

/// Flags said enough: no prompt, and no room yet.
pub(crate) fn headed_for(room: Wish, columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::sized(Start { room, keep: Keep::Default, ..start() }, columns, rows);
    scene.effects();
    scene
}

/// Back into the room that was open when the program ended.
pub(crate) fn coming_back(columns: u16, rows: u16) -> Scene {
    let open = Recent { place: Some(0), is_shown: true, ..recent(0, "release planning", "localhost:7000", 2) };
    let mut scene = Scene::sized(Start { recent: vec![open], ..start() }, columns, rows);
    scene.effects();
    scene
}
