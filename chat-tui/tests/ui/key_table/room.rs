//! Keys of the room, and of a message that is selected in it.

use super::{Pressed, Script, script};
use crate::scene::{ROOM, Scene, message, screen_of};
use crate::situations::{room, rooms};
use chat_proto::entry::{PostId, RoomId};
use chat_tui::about::About;
use chat_tui::effect::Effect;
use chat_tui::keymap::Action;
use chat_tui::keymap::Action::{
    Complete, Copy, Crowd, Delete, DiscardUnsent, Dismiss, Down, EditMessage, EditUnsent, Enter, Find, Mend, Newest,
    Newline, News, NextRoom, Oldest, Open, Original, PageDown, PageUp, PreviousRoom, React, Reply, SelectEarlier,
    SelectLater, Send, SendUnsent, Switch, ToggleMembers, ToggleRooms, Unread, Unselect, Up,
};
use chat_tui::keymap::Context::{Room, Selected};
use chat_tui::link::Command;
use chat_tui::overlay::{Overlay, Question};
use chat_tui::state::State;
use crossterm::event::KeyCode;

pub(super) const SCRIPTS: &[Script] = &[
    script(Room, Send, room::writing, |it| it.effects.iter().any(|effect| says(effect, "one ab-two three four"))),
    script(Room, Newline, room::writing, |it| it.line() == "one ab-two\n| three four"),
    script(Room, Complete, beginning_a_name, |it| it.line().starts_with("@bob")),
    script(Room, Up, room::written, |it| it.line() == "second|"),
    script(Room, Down, gone_back, |it| it.line() == "second|"),
    script(Room, PageUp, room::long, |it| first_message(it.state()) < first_message(&it.before)),
    script(Room, PageDown, room::scrolled_up, |it| first_message(it.state()) > first_message(&it.before)),
    script(Room, Oldest, room::long, |it| first_message(it.state()) == Some(1)),
    script(Room, Newest, room::scrolled_up, is_at_end),
    script(Room, Unread, room::unread, |it| it.after.shows("message 6") && it.after.shows("new")),
    script(Room, SelectEarlier, room::talk, |it| selected(it.state()) == Some(3)),
    script(Room, SelectLater, room::own_selected, |it| selected(it.state()) == Some(3)),
    script(Room, Find, room::talk, |it| it.state().is_finding()),
    script(Room, News, rooms::busy, |it| it.state().current == Some(rooms::room(2))),
    script(Room, Switch, rooms::busy, |it| it.state().overlay == Some(Overlay::Switcher)),
    script(Room, Action::Room(0), rooms::nine, is_in_its_room),
    script(Room, Action::Room(1), rooms::nine, is_in_its_room),
    script(Room, Action::Room(2), rooms::nine, is_in_its_room),
    script(Room, Action::Room(3), rooms::nine, is_in_its_room),
    script(Room, Action::Room(4), rooms::nine, is_in_its_room),
    script(Room, Action::Room(5), rooms::nine, is_in_its_room),
    script(Room, Action::Room(6), rooms::nine, is_in_its_room),
    script(Room, Action::Room(7), rooms::nine, is_in_its_room),
    script(Room, Action::Room(8), rooms::first_of_nine, is_in_its_room),
    script(Room, NextRoom, rooms::first_of_nine, |it| it.state().current == Some(rooms::room(1))),
    script(Room, PreviousRoom, rooms::first_of_nine, |it| it.state().current == Some(rooms::room(8))),
    script(Room, ToggleRooms, rooms::busy, |it| it.after.shows("ROOMS") && !shows(&it.before, "ROOMS")),
    script(Room, ToggleMembers, rooms::busy, |it| !it.after.shows("HERE") && shows(&it.before, "HERE")),
    script(Room, Crowd, room::talk, |it| matches!(it.state().overlay, Some(Overlay::Crowd(_)))),
    script(Room, EditUnsent, room::refused, |it| it.line() == "see you at nine|"),
    script(Room, SendUnsent, room::left_over, |it| it.effects.iter().any(|effect| says(effect, "from yesterday"))),
    script(Room, DiscardUnsent, room::refused, |it| {
        it.line() == "|" && it.has_asked_the_link(&Command::Discard(PostId { instance: it.before.instance, n: 1 }))
    }),
    script(Room, Mend, room::lost, |it| it.has_asked_the_link(&Command::Retry)),
    script(Room, Dismiss, room::scrolled_up, is_at_end),
    script(Selected, Reply, room::selected, |it| matches!(about(it), Some(About::Reply { to }) if to.0 == 1)),
    script(Selected, EditMessage, room::own_selected, |it| it.line() == "yes, all green|" && about(it).is_some()),
    script(
        Selected,
        Delete,
        room::own_selected,
        |it| matches!(it.state().overlay, Some(Overlay::Question(Question::Delete { target, .. })) if target.0 == 2),
    ),
    script(Selected, React, room::selected, |it| it.state().overlay == Some(Overlay::React)),
    script(Selected, Copy, room::own_selected, |it| it.effects == [Effect::Copy("yes, all green".into())]),
    script(Selected, Open, room::selected, |it| it.state().overlay == Some(Overlay::Links)),
    script(Selected, Original, room::answer_selected, |it| first_message(it.state()) == Some(1)),
    script(Selected, Enter, room::answer_selected, |it| first_message(it.state()) == Some(1)),
    script(Selected, SelectEarlier, room::own_selected, |it| selected(it.state()) == Some(1)),
    script(Selected, SelectLater, room::own_selected, |it| selected(it.state()) == Some(3)),
    script(Selected, Unselect, selected_while_replying, |it| selected(it.state()).is_none() && about(it).is_some()),
];

fn beginning_a_name(columns: u16, rows: u16) -> Scene {
    let mut scene = room::talk(columns, rows);
    scene.types("@bo");
    scene
}

/// The first of two things that were written before is in the line again.
fn gone_back(columns: u16, rows: u16) -> Scene {
    let mut scene = room::written(columns, rows);
    scene.key(KeyCode::Up);
    scene.key(KeyCode::Up);
    scene
}

/// Bob is about to be answered, and another message is selected.
fn selected_while_replying(columns: u16, rows: u16) -> Scene {
    let mut scene = room::replying(columns, rows);
    scene.alt(KeyCode::Up);
    scene
}

fn says(effect: &Effect, text: &str) -> bool {
    matches!(effect, Effect::Link(Command::Post(item)) if item.body == message(text))
}

fn about(it: &Pressed) -> Option<&About> {
    it.state().room()?.about.as_ref()
}

fn selected(state: &State) -> Option<u64> {
    Some(state.room()?.timeline.selected()?.0.0)
}

fn is_at_end(it: &Pressed) -> bool {
    it.state().room().is_some_and(|room| room.timeline.is_at_end())
}

/// The number of the first message on the screen that bob gave one.
pub(super) fn first_message(state: &State) -> Option<u64> {
    let screen = screen_of(state);
    let (_, behind) = screen.split_once("message ")?;
    behind.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn shows(state: &State, words: &str) -> bool {
    screen_of(state).contains(words)
}

fn is_in_its_room(it: &Pressed) -> bool {
    let Action::Room(at) = it.action else { return false };
    let expected: RoomId = if at == 0 { ROOM } else { rooms::room(at as u8) };
    it.state().current == Some(expected)
}
